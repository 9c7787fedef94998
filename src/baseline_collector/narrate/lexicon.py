"""Words: what a model's sentence may hold, what it may not, and why not.

The neutral words are the door's lock: a word that is neither neutral nor vouched
for by the facts a sentence names is refused, in whatever language and however
inventive. The other lists only say why, so that a list of refused sentences can
be read.
"""

from __future__ import annotations

import re
from typing import Final

from baseline_collector.units import UNITS


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


NUMBER: Final = _set("""
zero nought nil one ones two three four five six seven eight nine ten eleven twelve thirteen
fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fourty fifty sixty seventy
eighty ninety hundred hundreds thousand thousands million millions billion billions trillion
trillions dozen dozens score half halves halved halving quarter quarters third thirds fourth fourths
fifth fifths sixth seventh eighth ninth tenth tenths hundredth hundredths thousandth thousandths
first second secondly firstly thirdly once twice thrice double doubles doubled doubling triple
triples tripled quadruple quadrupled tenfold twofold threefold fold single pair pairs couple
percent percentage percentages fraction fractions majority minority dual binary
""")

TERMS: Final = frozenset({("first", "token")})
"""Terms of the field that hold a number word; the facts must still vouch for them."""

QUANTIFIER: Final = _set("""
all none every each any no some most mostly many much few fewer several both neither either only
entire entirely whole wholly always never sometimes often rarely usually nothing everything anything
everyone throughout exclusively solely least various numerous multiple lots plenty plus remaining
rest
""")

CAUSE: Final = _set("""
because since due cause causes caused causing therefore thus hence consequently accordingly lead
leads led leading result results resulted resulting owing thanks reason reasons why explain explains
explained explaining effect effects affect affects affected impact impacts impacted influence
influences influenced driven drives drive driver so trigger triggers triggered produce produces
produced stems attributable attributed responsible depends depend consequence enables enabled allows
""")

QUALITY: Final = _set("""
fast quick quickly slow slowly good well bad badly poor poorly excellent great strong weak best
worst better worse superior inferior significant significantly substantial substantially
considerable notable notably remarkable remarkably impressive optimal suboptimal optimized
optimised efficient
efficiently inefficient efficiency bottleneck bottlenecks stable stability unstable reliable
unreliable robust consistent consistently inconsistent high low large small big tiny huge long short
heavy light acceptable adequate sufficient insufficient healthy ideal perfect smooth severe serious
critical important key major minor striking dramatic dramatically strongly clearly obviously
normal abnormal unusual typical expected unexpected interesting promising satisfactory competitive
successful successfully wrong correct accurate rapid rapidly sluggish responsive performant
""")

COMPARISON: Final = _set("""
than more less faster slower higher lower larger smaller bigger greater longer shorter fastest
slowest highest lowest largest smallest biggest greatest longest shortest quicker quickest above
below under exceed exceeds exceeded exceeding beat beats outperform outperforms outperformed
compared comparison relative versus vs similar equal equals same different difference differs
increase increases increased increasing decrease decreases decreased decreasing rise rises rose fall
falls fell grow grows grew drop drops dropped improve improves improved improvement improvements
degrade degrades degraded gain gains loss reduce reduces reduced reduction trend trends ahead behind
vary varies varied variation fluctuate fluctuates unlike like whereas while however but although
""")

SPECULATION: Final = _set("""
may might could would should can must likely unlikely probably possibly perhaps potential
potentially suggest suggests suggested suggesting indicate indicates indicated indicating imply
implies implied appear appears apparently seem seems presumably assume assumed likely expect expects
believe estimate guess hint hints maybe
""")

NEGATION: Final = _set("""
not nor without cannot never hardly barely isn aren wasn weren don doesn didn won t except lack
lacks lacking missing
""")

ARITHMETIC: Final = _set("""
times minus plus divided multiplied squared cubed point negative sum difference product
approximately approx about around roughly nearly almost circa exactly up
""")

COUNTED: Final = _set("""
observation observations run runs value values sample samples measurement measurements call calls
record records repetition repetitions request requests iteration iterations
""")
"""What ``{F1.n}`` counts; such a word may stand only where that slot does."""

NEUTRAL: Final = _set("""
the a an this that these those it its there here they their which what where when
of for in on at by with from to into within across among between as and
is are was were be been being has have had having
show shows showed shown report reports reported record recorded find finds found see seen give gives
gave given list lists listed read reads state states stated describe describes described contain
contains contained hold holds held include includes included cover covers covered measure measures
measured observe observed note noted present presents stand stands stood sit sits amount amounts
come comes came reach reaches reached look looks take takes took
data dataset artifact artifacts file files folder finding findings fact facts section report summary
value figure number numbers interval also together overall respectively following behind
""")

SAFE_BEFORE: Final = _set("""
is are was were of at as reads gives shows reported recorded measured observed and to from in with
for by has have reached reaches came found given the on holds hold contains contain covers cover
includes include lists list
""")
"""Words that may stand right before a value without changing what it says."""

SAFE_AFTER: Final = _set("is are was were for in on at by with from to and as here there across")
"""Words that may stand right after a value; a noun would say what it counts."""

UNSAID: Final = _set("mean count sum total share ratio rate sample value date text")
"""Statistics that need not be called by name; a minimum or a quantile must be."""

ALWAYS_REFUSED: Final = _set("comparison negation arithmetic speculation")
"""Classes that no finding makes right: code cannot see yet which way they point."""

UNIT_WORDS: Final = frozenset(
    word
    for unit in UNITS
    for spelling in (unit.symbol, *unit.spellings)
    for word in re.findall(r"[a-z]{1,}", spelling.lower())
) - {"s", "c", "h", "b", "t", "count", "ratio", "number"} | _set("minutes hours days seconds x")

CLASSES: Final = (
    ("cause", CAUSE),
    ("comparison", COMPARISON),
    ("quality", QUALITY),
    ("quantifier", QUANTIFIER),
    ("speculation", SPECULATION),
    ("negation", NEGATION),
    ("arithmetic", ARITHMETIC),
)
"""Reasons with their words, the first that holds is given."""

_ENDINGS: Final = ("ations", "ation", "ings", "ing", "edly", "ed", "ies", "es", "s", "ly", "er",
                   "est")


def stem(word: str) -> str:
    """Return the crude stem of an English word: enough to tell ``average`` from ``fast``.

    An ending is cut only where three letters stay; a trailing ``e`` goes, so that
    ``compile``, ``compiled`` and ``compiling`` meet.
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            cut = word[: -len(ending)]
            return f"{cut}y" if ending == "ies" else cut.rstrip("e") or cut
    return word.rstrip("e") if len(word) > 3 else word


def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, split at hyphens and apostrophes."""
    return tuple(re.findall(r"[a-z]+", text.lower()))


STATISTIC_WORDS: Final = {
    "mean": _set("mean average averages averaged"),
    "median": _set("median"),
    "min": _set("minimum"),
    "max": _set("maximum"),
    "count": _set("count counted"),
    "latest": _set("latest newest"),
    "sum": _set("total"),
    "total": _set("total"),
    "share": _set("share"),
    "ratio": _set("ratio"),
    "rate": _set("rate"),
}
"""What a sentence may call a fact of some statistic besides its own statement."""

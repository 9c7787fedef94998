"""The door: which sentences of a model are printed, and why the others are not.

A sentence is printed only if code can vouch for it without reading its mind:

- it holds no digit, number word, link or markup, and no character beyond plain
  English text;
- it names a known fact, and no unknown slot; a slot stands as the fact's own
  texts have it (order, neighbours, no unit of the model's making);
- every other word is neutral or stands in the statement of each fact it names, or
  in the title or recommendation of a finding that rests on all of them. Causes,
  qualities, comparisons and quantities need such a finding.

The statement, title or recommendation itself, quoted word for word, is ours and
passes; what stands around it is judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import zip_longest
from typing import Final

from baseline_collector import slots
from baseline_collector.narrate.compared import Comparison, cut
from baseline_collector.narrate.door_text import shape
from baseline_collector.narrate.lexicon import (
    ALWAYS_REFUSED,
    CLASSES,
    COUNTED,
    NEUTRAL,
    NUMBER,
    SAFE_AFTER,
    SAFE_BEFORE,
    STATISTIC_WORDS,
    TERMS,
    UNIT_WORDS,
    UNSAID,
    stem,
)
from baseline_collector.narrate.plan import (
    EXECUTIVE,
    FINDINGS,
    PERFORMANCE,
    RECOMMENDATIONS,
    Material,
    Sentence,
    ended,
    folded,
    rests_on,
)
from baseline_collector.narrate.reading import QUOTE, Reading, read, subsequence
from baseline_collector.report import Refused

LONGEST_REFUSED: Final = 300
LONGEST: Final = 2000
"""Characters; a finding that lists many names has some hundreds."""
SHORTEST: Final = 2
"""Words a sentence needs besides its slots to say anything."""


def admit(sentences: Iterable[Sentence], material: Material, printed: set[str],
          ) -> tuple[list[Sentence], list[Refused]]:
    """Let sentences through the door, in order.

    Args:
        sentences: What a model wrote or chose.
        material: The facts, findings and names they may speak of.
        printed: What the report says so far; grows by what is accepted.

    Returns:
        The accepted sentences, and the refused ones with the reason for each.
    """
    accepted: list[Sentence] = []
    turned_away: list[Refused] = []
    for sentence in sentences:
        reason = refusal(sentence, material)
        compared = cut(sentence.text, material)
        worded = compared.text if isinstance(compared, Comparison) else sentence.text
        text = ended(" ".join(worded.split(" ")))
        said = {f"{_scope(sentence.section)}/{folded(part)}" for part in text.split(". ")}
        if not reason and said & printed:
            reason = "repetition: the report says so already"
        if reason:
            turned_away.append(refused(sentence.text, reason))
        else:
            printed |= said
            accepted.append(Sentence(sentence.section, text, sentence.about))
    return accepted, turned_away


def _scope(section: str) -> str:
    """Summary and analysis are read in one go; findings and advice may take up what they say."""
    return "opening" if section in (EXECUTIVE, PERFORMANCE) else section


def refused(text: str, reason: str) -> Refused:
    """Record a refused text: one line, no control characters, at most 300 characters."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    clean = " ".join(clean.split())
    if len(clean) > LONGEST_REFUSED:
        clean = f"{clean[: LONGEST_REFUSED - 1]}…"
    return Refused(clean, reason)


def refusal(sentence: Sentence, material: Material) -> str:
    """Return why a sentence may not be printed, or ``""`` where it may.

    The reason starts with its class (``digit``, ``number word``, ``unknown slot``,
    ...), then a colon and what was found.
    """
    if len(sentence.text) > LONGEST:
        return "length: more than any sentence of ours"
    if QUOTE in sentence.text:
        return f"character: {QUOTE}"
    compared = cut(sentence.text, material)
    if isinstance(compared, Comparison):
        return _compares(sentence, compared, material)
    return compared or _judged(sentence, material, _CHECKS)


def _compares(sentence: Sentence, compared: Comparison, material: Material) -> str:
    """Judge both sides of a comparison alone, each by its own fact; the word is ours."""
    ids = (compared.first.id, compared.second.id)
    about = set(sentence.about.split())
    if sentence.section in (FINDINGS, RECOMMENDATIONS) or not about <= set(ids):
        return "comparison: not what the sentence is about"
    left, right = (replace(sentence, text=text, about=id_)
                   for text, id_ in zip((compared.left, compared.right), ids, strict=True))
    return _judged(left, material, _CHECKS) or _judged(right, material, _OF_RIGHT_SIDE)


def _judged(sentence: Sentence, material: Material,
            checks: Iterable[Callable[[Reading], str]]) -> str:
    reading = read(sentence, material)
    reason = shape(reading.bare) or _known(sentence, material) or _about(sentence, material)
    if reason:
        return reason
    if not (reading.quotes or reading.facts or sentence.section == RECOMMENDATIONS):
        return "no fact: the sentence names none"
    for check in checks:
        reason = check(reading)
        if reason:
            return reason
    return ""


def _known(sentence: Sentence, material: Material) -> str:
    """The slots must exist, and fit what the facts hold."""
    for slot in _slots(sentence.text):
        if slot.id not in material.facts and slot.id not in material.names:
            return f"unknown slot: {{{slot.id}}}"
        fact = material.facts.get(slot.id)
        if slot.field == "n" and (fact is None or fact.n is None):
            return f"slot field: {slot.id} has no n"
        if slot.field in ("low", "high") and (fact is None or fact.interval is None):
            return f"slot field: {slot.id} has no interval"
    return ""


def _about(sentence: Sentence, material: Material) -> str:
    """A sentence speaks of what it says it speaks of, and of some fact."""
    named = {slot.id for slot in _slots(sentence.text) if slot.id in material.facts}
    finding = material.finding(sentence.about)
    if finding is None:
        if sentence.section in (FINDINGS, RECOMMENDATIONS):
            return "no finding: this section speaks of findings only"
        if sentence.about and sentence.about not in material.facts:
            return f"unknown id: {sentence.about[:20]!r}"
        return "" if named else "no fact: the sentence names none"
    foreign = sorted(named - rests_on(finding))
    return f"no finding: {finding.id} does not rest on {foreign[0]}" if foreign else ""


def _slots(text: str) -> list[slots.Slot]:
    return [part for part in slots.parts(text) if isinstance(part, slots.Slot)]


def _numbers(reading: Reading) -> str:
    for word, following in zip_longest(reading.own, reading.own[1:]):
        if word in NUMBER and (word, following) not in TERMS:
            return f"number word: {word}"
    for word in reading.capitals:
        if set(word) <= set("IVXLCDM"):
            return f"digit: {word} reads as a Roman numeral"
    return ""


def _slot_order(reading: Reading) -> str:
    """Two slots may stand together only in an order that one of our texts has."""
    order = list(dict.fromkeys(slot.id for slot in reading.slots))
    foreign = [id_ for id_ in order if id_.startswith("N") and id_ not in reading.names]
    if foreign:
        return f"name: no fact of this sentence speaks of {{{foreign[0]}}}"
    named = {id_ for id_ in order if id_.startswith("N")}
    if len(named) > 1 and not _names_in_place(reading):
        return f"order: names that change places: {' and '.join(sorted(named))}"
    if len(order) < 2 or any(subsequence(order, slots.ids(text)) for text in reading.vouching):
        return ""
    if len(reading.facts) == 1 and _names_in_place(reading):
        return ""
    return f"order: no fact or finding names {' then '.join(order)}"


def _names_in_place(reading: Reading) -> bool:
    """Whether each name keeps its word; then one value alone may change places with them.

    ``In {N3}, the mean of {N1} is {F1}`` for ``The mean of {N1} in {N3}: {F1}``.
    """
    return all((before, slot) in reading.before
               for before, slot, _ in reading.beside if slot.id.startswith("N"))


def _intervals(reading: Reading) -> str:
    """The ends of an interval come together, as an interval."""
    ends = [slot for slot in reading.slots if slot.field in ("low", "high")]
    if not ends:
        return ""
    id_ = ends[0].id
    pairs = (f"{{{id_}.low}} to {{{id_}.high}}", f"{{{id_}.low}} and {{{id_}.high}}")
    if len(ends) != 2 or not any(pair in reading.bare for pair in pairs):
        return "slot field: the ends of an interval stand alone"
    return "" if "interval" in reading.own else "slot field: ends of an interval not called one"


def _neighbours(reading: Reading) -> str:
    """A word beside a value must not bend it: no unit, no approximation, no other count."""
    if re.search(rf"{QUOTE}\s*[^\s.,;:)]", reading.bare):
        return "quote: words run on behind a sentence of ours"
    for before, slot, after in reading.beside:
        if slot.id.startswith("F"):
            reason = _after(slot, after, reading) or _before(slot, before, after, reading)
            if reason:
                return reason
    return ""


def _after(slot: slots.Slot, word: str, reading: Reading) -> str:
    if not word or (slot, word) in reading.after or word in SAFE_AFTER:
        return ""
    if slot.field == "n" and word in COUNTED:
        return ""
    if word in UNIT_WORDS:
        return f"unit: {word} after {_braced(slot)}; units are written by code"
    return _class_of(word, reading) or f"unit: {word} is not what {_braced(slot)} counts"


def _before(slot: slots.Slot, word: str, after: str, reading: Reading) -> str:
    if slot.field == "n":
        counted = after in COUNTED or re.search(
            rf"\bnumber of (?:{'|'.join(COUNTED)}) (?:is|was) {re.escape(_braced(slot))}",
            reading.bare)
        if not counted:
            return f"slot field: {_braced(slot)} does not count anything here"
    if slot.field in ("low", "high"):  # _intervals has seen to what stands before them
        return ""
    if not word or word in SAFE_BEFORE or (word, slot) in reading.before:
        return ""
    return _class_of(word, reading) or f"word: {word} before {_braced(slot)}"


def _braced(slot: slots.Slot) -> str:
    return f"{{{slot.id}}}" if slot.field == "value" else f"{{{slot.id}.{slot.field}}}"


def _words(reading: Reading) -> str:
    """Every word is neutral, or vouched for by all that the sentence rests on."""
    for word, following in zip_longest(reading.own, reading.own[1:]):
        if word in NEUTRAL or (word in COUNTED and reading.counts):
            continue
        if word == "different" and f"{word} {following}" in reading.told:
            continue  # different prompts are no comparison
        reason = _class_of(word, reading)
        if reason:
            return reason
        if stem(word) not in reading.common:
            kind = "unit" if word in UNIT_WORDS else "word"
            return f"{kind}: nothing named here vouches for {word}"
    return ""


def _class_of(word: str, reading: Reading) -> str:
    for name, members in CLASSES:
        if word in members and (name in ALWAYS_REFUSED or stem(word) not in reading.claimed):
            return f"{name}: {word}"
    return ""


def _statistics(reading: Reading) -> str:
    """A minimum or a quantile that is not called one reads as the value itself."""
    called = {slot.id for slot in reading.slots
              if slot.field == "value" or (slot.field != "n" and not reading.quotes)}
    for fact in reading.facts:
        named = {stem(word) for word in STATISTIC_WORDS.get(fact.statistic, ())}
        if fact.id not in called or fact.statistic in UNSAID or fact.id in reading.ranged:
            continue
        if not named & {stem(word) for word in reading.own}:
            return f"statistic: {fact.id} is a {fact.statistic}"
    return ""


def _sense(reading: Reading) -> str:
    """``the speed of speed is {F1}`` is grammar without meaning."""
    for first, second in reading.neighbours:
        if stem(first) == stem(second):
            return f"nonsense: {first} of {second}"
    if not reading.quotes and len(reading.own) < SHORTEST:
        return "nonsense: too few words"
    return ""


def _substance(reading: Reading) -> str:
    """Besides neutral words there must be one of the facts' own, or nothing is said."""
    if reading.quotes or any(word not in NEUTRAL and word not in COUNTED
                             and stem(word) in reading.common for word in reading.own):
        return ""
    return "nonsense: no word of the fact itself"


_CHECKS: Final[tuple[Callable[[Reading], str], ...]] = (
    _numbers, _words, _slot_order, _intervals, _neighbours, _statistics, _sense, _substance,
)
_OF_RIGHT_SIDE: Final = tuple(check for check in _CHECKS if check not in (
    _statistics, _sense, _substance))
"""``than {F2} of {N3}``: what is compared has been said on the left."""

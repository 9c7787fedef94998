"""A sentence read against the analysis: what is quoted, what is the writer's own.

The door judges a ``Reading``: the words left once our own texts are taken out, the
slots with their neighbours, and the texts that may vouch for what remains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from baseline_collector import slots
from baseline_collector.model import Fact, Finding
from baseline_collector.narrate.lexicon import NEUTRAL, STATISTIC_WORDS, stem, tokens
from baseline_collector.narrate.plan import Material, Sentence
from baseline_collector.slots import Slot

QUOTE: Final = "¶"
"""Stands where one of our own texts was taken out; no sentence may hold it itself."""

SHORTEST_QUOTE: Final = 3
"""Words and slots; anything shorter is not recognisably ours."""

Beside = tuple[str, Slot, str]
"""The word before a slot, the slot, the word after it; ``""`` at a stop or an end."""

_RANGE: Final = re.compile(r"\{F\d{1,9}\} to \{F\d{1,9}\}")
_WORD_OR_SLOT: Final = re.compile(r"[A-Za-z]+|\{[FN]\d{1,9}(?:\.(?:n|low|high))?\}|¶|[.,;:()]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the door needs to know of a sentence.

    Attributes:
        bare: The sentence with our own texts taken out.
        quotes: Whether any was.
        own: Words of ``bare``, lower case.
        capitals: Words of ``bare`` written in capitals only.
        slots: Slots of ``bare``, in order.
        beside: The same with their neighbours.
        vouching: Statements, titles and recommendations that may vouch for ``bare``.
        names: Ids of the names those texts speak of.
        common: Stems that each fact, or a finding resting on all of them, vouches for.
        claimed: Stems in the findings alone: what they claim may be repeated.
        before: Pairs (word, slot) as they stand in the vouching texts.
        after: Pairs (slot, word) as they stand in the vouching texts.
        facts: Facts that ``bare`` names.
    """

    bare: str
    quotes: bool
    own: tuple[str, ...]
    capitals: tuple[str, ...]
    slots: tuple[Slot, ...]
    beside: tuple[Beside, ...]
    vouching: tuple[str, ...]
    names: frozenset[str]
    common: frozenset[str]
    claimed: frozenset[str]
    before: frozenset[tuple[str, Slot]]
    after: frozenset[tuple[Slot, str]]
    facts: tuple[Fact, ...]

    @property
    def told(self) -> str:
        """The words of the vouching texts, each text on a line."""
        return "\n".join(" ".join(_words(text)) for text in self.vouching)

    @property
    def ranged(self) -> frozenset[str]:
        """Facts that stand as the ends of a range, as a vouching text has it."""
        return frozenset(id_ for match in _RANGE.finditer(self.bare)
                         if any(match[0] in text for text in self.vouching)
                         for id_ in slots.ids(match[0]))

    @property
    def counts(self) -> bool:
        """Whether some ``{F1.n}`` stands in the writer's own words."""
        return any(slot.field == "n" for slot in self.slots)

    @property
    def neighbours(self) -> Iterator[tuple[str, str]]:
        """Pairs of content words with nothing but neutral words between them."""
        last = ""
        for token in _WORD_OR_SLOT.findall(self.bare):
            word = token.lower()
            if not word.isalpha():
                last = ""
            elif word not in NEUTRAL:
                if last:
                    yield last, word
                last = word


def read(sentence: Sentence, material: Material) -> Reading:
    """Read a sentence whose slots are all known against the analysis."""
    facts, findings = _grounds(sentence, material)
    vouching = _texts(facts, findings)
    bare = _without(sentence.text, vouching)
    plain = slots.plain(bare)
    claimed = frozenset(stem(word) for text in _claims(findings) for word in _words(text))
    return Reading(
        bare=bare,
        quotes=QUOTE in bare,
        own=tokens(plain),
        capitals=tuple(word for word in re.findall(r"[A-Za-z]+", plain) if word.isupper()
                       and word != "A"),
        slots=tuple(part for part in slots.parts(bare) if isinstance(part, Slot)),
        beside=tuple(_beside(bare)),
        vouching=vouching,
        names=frozenset(id_ for text in vouching for id_ in slots.ids(text) if id_[0] == "N"),
        common=_shared(_telling(facts)) | claimed,
        claimed=claimed,
        before=frozenset((b, slot) for text in vouching for b, slot, _ in _beside(text)),
        after=frozenset((slot, a) for text in vouching for _, slot, a in _beside(text)),
        facts=tuple(fact for fact in facts if fact.id in slots.ids(bare)),
    )


def subsequence(order: Sequence[str], within: Sequence[str]) -> bool:
    """Whether some ids occur in this order within others."""
    rest = iter(within)
    return all(id_ in rest for id_ in order)


def _grounds(sentence: Sentence, material: Material) -> tuple[list[Fact], list[Finding]]:
    """Return the facts a sentence names and the findings that rest on all of them."""
    named = dict.fromkeys(id_ for id_ in slots.ids(sentence.text) if id_ in material.facts)
    findings = list(material.resting_on(frozenset(named)))
    about = material.finding(sentence.about)
    if about and not named:
        findings.append(about)
    return [material.facts[id_] for id_ in named], findings


def _texts(facts: Iterable[Fact], findings: Iterable[Finding]) -> tuple[str, ...]:
    texts = [fact.statement for fact in facts] + _claims(findings)
    return tuple(dict.fromkeys(text for text in texts if text))


def _claims(findings: Iterable[Finding]) -> list[str]:
    return [text for finding in findings for text in (finding.title, finding.recommendation)]


def _without(text: str, vouching: Iterable[str]) -> str:
    """Take our own texts out of a sentence; the first letter may have changed its case."""
    for own in sorted(vouching, key=len, reverse=True):
        core = own.strip().rstrip(".")
        if len(core.split()) < SHORTEST_QUOTE:
            continue
        head = f"[{re.escape(core[0].lower())}{re.escape(core[0].upper())}]"
        text = re.sub(rf"(?<![A-Za-z]){head}{re.escape(core[1:])}(?![A-Za-z{{])", QUOTE, text)
    return text


def _words(text: str) -> tuple[str, ...]:
    return tokens(slots.plain(text))


def _telling(facts: Sequence[Fact]) -> list[Fact]:
    """Leave out facts that the statement of another one tells: its words speak of them too."""
    told = {id_ for fact in facts for id_ in slots.ids(fact.statement) if id_ != fact.id}
    return [fact for fact in facts if fact.id not in told] or list(facts)


def _shared(facts: Sequence[Fact]) -> frozenset[str]:
    """Return the stems for which every one of some facts vouches."""
    each = [_own_stems(fact) for fact in facts]
    return frozenset.intersection(*each) if each else frozenset()


def _own_stems(fact: Fact) -> frozenset[str]:
    said = [*_words(fact.statement), *tokens(fact.metric or "")]
    said += STATISTIC_WORDS.get(fact.statistic, ())
    return frozenset(stem(word) for word in said)


def _beside(text: str) -> Iterator[Beside]:
    parts = _WORD_OR_SLOT.findall(text)
    for at, part in enumerate(parts):
        if part.startswith("{"):
            slot = next(slot for slot in slots.parts(part) if isinstance(slot, Slot))
            before = parts[at - 1].lower() if at else ""
            after = parts[at + 1].lower() if at + 1 < len(parts) else ""
            yield (before if before.isalpha() else "", slot, after if after.isalpha() else "")

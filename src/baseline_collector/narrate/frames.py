"""Sentence frames: ours, without a digit, into which a fact or a finding is put.

A small model cannot word, but it can choose. It gets a short list of choices
(``F3 shows``, ``R1 action``); each stands for one sentence that code writes from
the statement of the fact or the title of the finding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from baseline_collector.model import Fact, Finding
from baseline_collector.narrate.plan import (
    FINDINGS,
    RECOMMENDATIONS,
    Material,
    ended,
    folded,
)

Fill = Callable[[str, Material], str]
"""From an id to the sentence, or to ``""`` where the frame does not fit it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One way to say a fact or a finding.

    Attributes:
        key: The word a model chooses it by.
        about: What the model is told it does.
        fill: Writes the sentence.
    """

    key: str
    about: str
    fill: Fill


_OPENINGS: Final = frozenset(("the", "a", "an", "in", "of", "on", "across", "over", "for", "it",
                              "there", "every", "each", "no", "all", "between", "among", "with"))
"""Words that may lose their capital; any other may be a name."""


def led(lead: str, statement: str) -> str:
    """Put words before a sentence: ``The data shows that the ...``.

    Empty where the sentence may open with a name, or is a label (``Files: {F1}``).
    """
    opening, _, rest = statement.partition(" ")
    if opening.lower() not in _OPENINGS or ": {" in statement:
        return ""
    return f"{lead} that {opening.lower()} {rest}"


def _fact(write: Callable[[Fact], str]) -> Fill:
    def fill(id_: str, material: Material) -> str:
        fact = material.facts.get(id_)
        return write(fact) if fact else ""
    return fill


def _finding(write: Callable[[Finding, Material], str]) -> Fill:
    def fill(id_: str, material: Material) -> str:
        finding = material.finding(id_)
        return write(finding, material) if finding else ""
    return fill


def _observations(fact: Fact) -> str:
    if fact.n is None or fact.kind != "data" or f"{{{fact.id}.n}}" in fact.statement:
        return ""
    return f"{ended(fact.statement)} The number of observations is {{{fact.id}.n}}."


def _interval(fact: Fact) -> str:
    if fact.interval is None or f"{{{fact.id}.low}}" in fact.statement:
        return ""
    return f"{ended(fact.statement)} The interval is {{{fact.id}.low}} to {{{fact.id}.high}}."


def _action(finding: Finding, _: Material) -> str:
    if not finding.recommendation:
        return ""
    return f"{ended(finding.title)} {ended(finding.recommendation)}"


def _evidence(finding: Finding, material: Material) -> str:
    for id_ in finding.facts:
        fact = material.facts.get(id_)
        if fact and f"{{{id_}" not in finding.title:
            return f"{ended(finding.title)} On record: {ended(fact.statement)}"
    return ""


def _advice(finding: Finding, _: Material) -> str:
    return ended(finding.recommendation)


def _grounds(finding: Finding, _: Material) -> str:
    if not finding.recommendation:
        return ""
    return f"{ended(finding.recommendation)} The finding behind it: {ended(finding.title)}"


STATE: Final = Frame("state", "the sentence as it stands",
                     _fact(lambda fact: ended(fact.statement)))
LEADS: Final = (
    Frame("shows", "The data shows that ...",
          _fact(lambda fact: ended(led("The data shows", fact.statement)))),
    Frame("reports", "The artifacts report that ...",
          _fact(lambda fact: ended(led("The artifacts report", fact.statement)))),
    Frame("records", "The files record that ...",
          _fact(lambda fact: ended(led("The files record", fact.statement)))),
)
SPREAD: Final = (
    Frame("interval", "the sentence, then its interval", _fact(_interval)),
    Frame("count", "the sentence, then its number of observations", _fact(_observations)),
)
TITLE: Final = Frame("title", "the finding as it stands",
                     _finding(lambda finding, _: ended(finding.title)))
ACTION: Final = Frame("action", "the finding, then what to do", _finding(_action))
EVIDENCE: Final = Frame("evidence", "the finding, then a fact it rests on", _finding(_evidence))
ADVICE: Final = (
    Frame("advice", "the recommendation as it stands", _finding(_advice)),
    Frame("grounds", "the recommendation, then the finding behind it", _finding(_grounds)),
)
_OF_FINDING: Final = {FINDINGS: (EVIDENCE, TITLE), RECOMMENDATIONS: ADVICE}
FRAMES: Final = (STATE, *LEADS, *SPREAD, TITLE, ACTION, EVIDENCE, *ADVICE)


def offered(id_: str, material: Material, section: str, turn: int) -> list[Frame]:
    """Return the frames a model may choose for a fact or finding.

    A lead such as "The data shows" is offered in one turn only, and n and interval take
    turns: small models choose the same frame each time, and a section in which every
    sentence is built alike is no prose.

    Args:
        id_: Id of the fact or finding.
        material: The analysis.
        section: Where the sentence is to stand.
        turn: Position of the question in its section, from zero.

    Returns:
        At least one frame; each gives another sentence.
    """
    frames: tuple[Frame, ...] = _OF_FINDING.get(section, (ACTION, TITLE))
    if material.finding(id_) is None:
        frames = (*SPREAD[turn % 3 : turn % 3 + 1], *LEADS[turn : turn + 1], STATE)
    found: dict[str, Frame] = {}
    for frame in frames:
        text = frame.fill(id_, material)
        if text:
            found.setdefault(folded(text), frame)
    return list(found.values())

"""What a model is asked, section by section, and about which facts and findings.

Each section is a call of its own with the facts that belong to it. The appendix is never
asked for: it says how to read the rest. A small model is asked for the sections in which
choosing is all there is to do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Final

from baseline_collector.model import Fact, Topic
from baseline_collector.narrate.compared import pairs
from baseline_collector.narrate.pivot import by_metric
from baseline_collector.narrate.plan import (
    EXECUTIVE,
    FINDINGS,
    INGESTION,
    PERFORMANCE,
    RECOMMENDATIONS,
    Material,
    words,
)
from baseline_collector.report import Refused

KEYS: Final = {
    EXECUTIVE: "summary",
    INGESTION: "ingestion",
    PERFORMANCE: "performance",
    FINDINGS: "findings",
    RECOMMENDATIONS: "recommendations",
}
"""What a section is called in the answer of a model; the sections that one may write."""

ASKED_OF_SMALL: Final = (EXECUTIVE, FINDINGS, RECOMMENDATIONS)
"""Sections a small model fills; reading a prompt is what takes its time."""

OF_ANALYSIS: Final = (EXECUTIVE, INGESTION, PERFORMANCE)
"""Sections that say what is there; the others say what follows."""

MOST_CANDIDATES: Final = 6
MOST_METRICS: Final = 4
MOST_LISTED: Final = 8
MOST_PAIRS: Final = 4
AGAIN: Final = ", again"
ANALYSIS: Final = "analysis"
"""How the purpose of a call begins that says what is there; others say what follows."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a model is asked to choose or to word.

    Attributes:
        section: Where the answer goes.
        key: What the question is called within its section.
        candidates: Ids to choose from, the most important first.
        most: How many may be chosen, each once; one where it is a single choice.
    """

    section: str
    key: str
    candidates: tuple[str, ...]
    most: int = 1


@dataclass(frozen=True, slots=True)
class Task:
    """One call: one section.

    Attributes:
        section: Which.
        questions: In the order of the section.
        told: Ids of which the report speaks already.
        pairs: Facts that may be compared, by id.
        refused: What was refused the first time; such a task is the second and last.
    """

    section: str
    questions: tuple[Question, ...]
    told: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def purpose(self) -> str:
        """As recorded with the call: ``analysis: summary``, ``report: findings, again``."""
        kind = ANALYSIS if self.section in OF_ANALYSIS else "report"
        return f"{kind}: {KEYS.get(self.section, self.section)}{AGAIN if self.refused else ''}"

    def ranked(self) -> tuple[str, ...]:
        """Return all ids once: the first of every question, the pairs, the seconds, ..."""
        first, *others = [*zip_longest(*(question.candidates for question in self.questions)), ()]
        ordered = chain(first, *self.pairs, *others)
        return tuple(dict.fromkeys(id_ for id_ in ordered if id_))

    def within(self, ids: Collection[str]) -> Task:
        """Return the task with candidates outside some ids, and emptied questions, left out."""
        kept = (replace(question, candidates=tuple(c for c in question.candidates if c in ids))
                for question in self.questions)
        return replace(
            self, questions=tuple(question for question in kept if question.candidates),
            pairs=tuple(pair for pair in self.pairs if set(pair) <= set(ids)))

    def again(self, lost: Iterable[str], said: Collection[str],
              refused: Iterable[Refused]) -> Task:
        """Return the task that asks once more for what was refused.

        Args:
            lost: What the refused sentences were about; empty where the answer was none.
            said: Ids of which an accepted sentence speaks.
            refused: The refused sentences with their reasons.
        """
        open_ = set(self.ranked()) - set(said)
        wanted = open_ & set(lost) or open_
        return replace(self.within(wanted), told=tuple(dict.fromkeys((*self.told, *said))),
                       refused=tuple(refused))


_SUMMARY: Final[tuple[tuple[str, tuple[Topic, ...]], ...]] = (
    ("inventory", ("inventory",)),
    ("ingestion", ("ingestion",)),
    ("measured", ("performance",)),
)
_OF_INGESTION: Final[tuple[Topic, ...]] = ("inventory", "ingestion", "failure", "duplicate")
_BESIDE_METRICS: Final[tuple[Topic, ...]] = ("cold_start", "sweep", "compile")


def task(section: str, material: Material, told: Iterable[str]) -> Task:
    """Return what to ask about one section.

    Args:
        section: One of ``KEYS``.
        material: The analysis.
        told: Ids of which the report speaks already; facts among them are not offered again.
    """
    spoken = tuple(dict.fromkeys(told))
    asked = _QUESTIONS[section](material)
    if section in OF_ANALYSIS:
        asked = [replace(question, candidates=_left(question.candidates, spoken))
                 for question in asked]
    compared = pairs(material.topics("performance"), MOST_PAIRS) if section == PERFORMANCE else ()
    return Task(section, tuple(question for question in asked if question.candidates), spoken,
                compared)


def _left(candidates: Iterable[str], told: Collection[str]) -> tuple[str, ...]:
    return tuple(id_ for id_ in candidates if id_ not in told)[:MOST_CANDIDATES]


def _summary(material: Material) -> list[Question]:
    """What matters most, by topic."""
    asked = [_question(EXECUTIVE, key, material.topics(*topics)) for key, topics in _SUMMARY]
    severe = tuple(finding.id for finding in material.leading(MOST_CANDIDATES))
    return [*asked, Question(EXECUTIVE, "finding", severe)]


def _ingestion(material: Material) -> list[Question]:
    """What lay there and what became of it."""
    return [_question(INGESTION, words(topic), material.topics(topic)) for topic in _OF_INGESTION]


def _performance(material: Material) -> list[Question]:
    """What was measured, by metric, then what has no table of its own."""
    metrics = list(by_metric(material.topics("performance")).items())[:MOST_METRICS]
    return [*(_question(PERFORMANCE, words(metric), facts) for metric, facts in metrics),
            *(_question(PERFORMANCE, words(topic), material.topics(topic))
              for topic in _BESIDE_METRICS)]


def _findings(material: Material) -> list[Question]:
    """How to say each of the leading findings."""
    return [Question(FINDINGS, id_, (id_,))
            for id_ in (finding.id for finding in material.leading(MOST_LISTED))]


def _recommendations(material: Material) -> list[Question]:
    """What to do first."""
    advised = _listed([finding.id for finding in material.advised()])
    return [Question(RECOMMENDATIONS, "order", advised, len(advised))]


_QUESTIONS: Final[Mapping[str, Callable[[Material], list[Question]]]] = {
    EXECUTIVE: _summary, INGESTION: _ingestion, PERFORMANCE: _performance, FINDINGS: _findings,
    RECOMMENDATIONS: _recommendations,
}


def _listed(ids: list[str]) -> tuple[str, ...]:
    return tuple(ids[:MOST_LISTED])


def _question(section: str, key: str, facts: Iterable[Fact]) -> Question:
    """Ask about some facts; the ends of a range come after what lies between them."""
    ranked = sorted(facts, key=lambda fact: fact.statistic in ("min", "max"))
    return Question(section, key, tuple(fact.id for fact in ranked)[: MOST_CANDIDATES * 2])

"""The two calls of a model: what each is asked, and about which facts and findings.

The first call chooses what the summary and the performance analysis say; the
second orders and words findings and recommendations, knowing what the first said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Final

from baseline_collector.model import Fact, Topic
from baseline_collector.narrate.pivot import by_metric
from baseline_collector.narrate.plan import (
    EXECUTIVE,
    FINDINGS,
    PERFORMANCE,
    RECOMMENDATIONS,
    Material,
    words,
)

KEYS: Final = {
    EXECUTIVE: "summary",
    PERFORMANCE: "performance",
    FINDINGS: "findings",
    RECOMMENDATIONS: "recommendations",
}
"""What a section is called in the answer of a model."""

MOST_CANDIDATES: Final = 6
MOST_METRICS: Final = 4
MOST_LISTED: Final = 8


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
    """One call.

    Attributes:
        purpose: As recorded with the call.
        questions: In the order of the report.
        told: Ids of which the report speaks already.
    """

    purpose: str
    questions: tuple[Question, ...]
    told: tuple[str, ...] = ()

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections asked about, in the order of the report."""
        return tuple(dict.fromkeys(question.section for question in self.questions))

    def asked(self, section: str) -> tuple[Question, ...]:
        """Return the questions of one section."""
        return tuple(question for question in self.questions if question.section == section)

    def ranked(self) -> tuple[str, ...]:
        """Return all candidates once: the first of every question, then the seconds, ..."""
        layers = zip_longest(*(question.candidates for question in self.questions))
        return tuple(dict.fromkeys(id_ for id_ in chain.from_iterable(layers) if id_))

    def within(self, ids: Collection[str]) -> Task:
        """Return the task with candidates outside some ids, and emptied questions, left out."""
        kept = (replace(question, candidates=tuple(c for c in question.candidates if c in ids))
                for question in self.questions)
        return replace(self, questions=tuple(question for question in kept if question.candidates))


_SUMMARY: Final[tuple[tuple[str, tuple[Topic, ...]], ...]] = (
    ("inventory", ("inventory",)),
    ("ingestion", ("ingestion",)),
    ("measured", ("performance",)),
)
_BESIDE_METRICS: Final[tuple[Topic, ...]] = ("cold_start", "sweep", "compile")


def analysis_task(material: Material) -> Task:
    """Ask what matters most: for the summary by topic, for the performance by metric."""
    summary = [_question(EXECUTIVE, key, material.topics(*topics)) for key, topics in _SUMMARY]
    severe = tuple(finding.id for finding in material.leading(MOST_CANDIDATES))
    summary.append(Question(EXECUTIVE, "finding", severe))
    metrics = list(by_metric(material.topics("performance")).items())[:MOST_METRICS]
    performance = [_question(PERFORMANCE, words(metric), facts) for metric, facts in metrics]
    performance += [_question(PERFORMANCE, words(topic), material.topics(topic))
                    for topic in _BESIDE_METRICS]
    return Task("analysis", _answerable([*summary, *performance]))


def report_task(material: Material, told: Iterable[str]) -> Task:
    """Ask how to say each finding, and for recommendations in order.

    Args:
        material: The analysis.
        told: Ids of which the first call spoke; the model is told, so that it need not repeat them.
    """
    spoken = tuple(dict.fromkeys(told))
    findings = _listed([finding.id for finding in material.findings])
    advised = _listed([finding.id for finding in material.advised()])
    return Task("report", _answerable([
        *(Question(FINDINGS, id_, (id_,)) for id_ in findings),
        Question(RECOMMENDATIONS, "order", advised, len(advised)),
    ]), spoken)


def _listed(ids: list[str]) -> tuple[str, ...]:
    return tuple(ids[:MOST_LISTED])


def _question(section: str, key: str, facts: Iterable[Fact]) -> Question:
    """Ask about some facts; the ends of a range come after what lies between them."""
    ranked = sorted(facts, key=lambda fact: fact.statistic in ("min", "max"))
    return Question(section, key, tuple(fact.id for fact in ranked)[:MOST_CANDIDATES])


def _answerable(questions: Iterable[Question]) -> tuple[Question, ...]:
    return tuple(question for question in questions if question.candidates)

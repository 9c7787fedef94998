"""What the report says where: its sections, and the analysis sorted for writing.

Nothing here writes a word. The writers (templates, a choosing model, a wording
model) all draw on the same ``Material``, so they speak of the same facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from baseline_collector import slots
from baseline_collector.model import Advice, Analysis, Fact, Finding, Name, Severity, Topic

EXECUTIVE: Final = "1. Executive Summary"
INGESTION: Final = "2. Data Ingestion Summary"
PERFORMANCE: Final = "3. Performance Analysis"
FINDINGS: Final = "4. Key Findings"
RECOMMENDATIONS: Final = "5. Recommendations"
APPENDIX: Final = "6. Appendix"
SECTIONS: Final = (EXECUTIVE, INGESTION, PERFORMANCE, FINDINGS, RECOMMENDATIONS, APPENDIX)

SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "warning", "notice", "info")
"""Most severe first."""

SHORTEST_NAME: Final = 4
"""A shorter name may well be part of a text of ours."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that a model wrote or chose, with slots in place of numbers.

    Attributes:
        section: Name of the section it is meant for.
        text: The sentence.
        about: Id of the fact or finding it speaks of; empty where the model did not say.
    """

    section: str
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """An analysis, indexed and ranked for writing.

    Attributes:
        facts: By id, in the order of the report.
        findings: Most severe first, in the order of the report within a severity, called
            ``R1``, ``R2``, ... in that order.
        names: By id.
        advice: Recommendations, what gains most first.
        lacking: Ids of the facts that a gap states.
    """

    facts: Mapping[str, Fact]
    findings: tuple[Finding, ...]
    names: Mapping[str, Name]
    advice: tuple[Advice, ...] = ()
    lacking: frozenset[str] = frozenset()

    def topics(self, *topics: Topic) -> tuple[Fact, ...]:
        """Return the facts of some topics, heaviest first, ties in the order of the report.

        Facts of negative weight are left out: the statement of another tells them.
        """
        chosen = [fact for fact in self.facts.values()
                  if fact.topic in topics and fact.weight >= 0]
        return tuple(sorted(chosen, key=lambda fact: -fact.weight))

    def finding(self, id_: str) -> Finding | None:
        """Return the finding with this id, or None."""
        return next((finding for finding in self.findings if finding.id == id_), None)

    def leading(self, most: int) -> tuple[Finding, ...]:
        """Return the findings to begin with: the severest of each topic, then the others.

        One broken server makes many findings; a summary of those alone hides the rest.
        """
        firsts = {finding.topic: finding for finding in reversed(self.findings)}
        others = [finding for finding in self.findings if finding is not firsts[finding.topic]]
        chosen = [f for f in self.findings if f is firsts[f.topic]][:most] + others
        return tuple(sorted(chosen[:most], key=self.findings.index))

    def advised(self) -> tuple[Finding, ...]:
        """Return the findings with a recommendation, each recommendation once."""
        seen: dict[str, Finding] = {}
        for finding in self.findings:
            if finding.recommendation:
                seen.setdefault(folded(finding.recommendation), finding)
        return tuple(seen.values())

    def opaque(self, text: str) -> str:
        """Put ids in place of names, should a rule have written one into its text.

        A name that is one plain word (``cold``, ``json``) is left: it is as likely ours.
        """
        for name in sorted(self.names.values(), key=lambda name: -len(name.text)):
            if not name.text.isalpha() and len(name.text) >= SHORTEST_NAME:
                text = text.replace(name.text, f"{{{name.id}}}")
        return " ".join(text.split())

    def resting_on(self, facts: frozenset[str]) -> tuple[Finding, ...]:
        """Return the findings that rest on every one of some facts; none for no facts."""
        return tuple(f for f in self.findings if facts and facts <= rests_on(f))


def gather(analysis: Analysis) -> Material:
    """Index and rank an analysis.

    Findings are called ``R1``, ``R2``, ... here, most severe first: a long id costs a
    model tokens each time it is listed, offered and chosen. No id is ever printed.
    """
    ranked = sorted(analysis.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    called = {finding.id: f"R{at}" for at, finding in enumerate(ranked, start=1)}
    ranked = [replace(finding, id=f"R{at}") for at, finding in enumerate(ranked, start=1)]
    return Material(
        facts={fact.id: fact for fact in analysis.facts},
        findings=tuple(ranked),
        names={name.id: name for name in analysis.names},
        advice=tuple(replace(one, findings=tuple(called[id_] for id_ in one.findings))
                     for one in analysis.advice),
        lacking=frozenset(id_ for gap in analysis.gaps for id_ in slots.ids(gap.title)),
    )


def rests_on(finding: Finding) -> frozenset[str]:
    """Return the ids of the facts a finding rests on or names in its texts."""
    named = slots.ids(finding.title) + slots.ids(finding.recommendation)
    return frozenset(finding.facts) | {id_ for id_ in named if id_.startswith("F")}


def folded(text: str) -> str:
    """Return what makes two sentences the same: their words and slots, not case or stops."""
    return " ".join(text.lower().rstrip(" .").split())


def ended(text: str) -> str:
    """Return a sentence with its full stop."""
    stripped = text.strip()
    return stripped if not stripped or stripped.endswith((".", ":", "!", "?")) else f"{stripped}."


def words(metric: str) -> str:
    """Return a canonical name (``time_to_first_token``) as people read it."""
    return metric.replace("_", " ").strip()

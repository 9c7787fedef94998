"""What an audit speaks of: claims as written, verdicts with their evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from baseline_collector.audit.blocks import Block
from baseline_collector.model import Verdict
from baseline_collector.units import Unit

ClaimKind = Literal["number", "percent", "multiple", "date", "word", "unit"]
End = Literal["", "low", "high"]
Bound = Literal["", "over", "under"]
Precision = Literal["month", "day", "minute", "second"]


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """One quantitative claim, where it stands and how exactly it is written.

    Attributes:
        block: Piece of text that holds it.
        start: Offset of its first character in the block.
        end: Offset after its last one, the unit included.
        text: As written; a substring of the line.
        line: Line in the audited text, from 1.
        column: Column of its first character, from 1.
        kind: What shape it has; a ``word`` is a count or share in words.
        value: In ``unit``; the share in percent for words; None for dates and units alone.
        step: Size of one unit in the last place as written.
        digits: The number inside ``text``, without its unit.
        unit: Unit beside it, or None.
        about: Whether it is said to be approximate.
        bound: Whether it is said to be exceeded or not reached.
        end_of: Which end of a range it is.
        moment: Point in time of a date, UTC where it does not say.
        precision: How exactly the date is written.
        comma: Whether it is written with a decimal comma.
    """

    block: Block
    start: int
    end: int
    text: str
    line: int
    column: int
    kind: ClaimKind
    value: float | None
    step: float = 1.0
    digits: str = ""
    unit: Unit | None = None
    about: bool = False
    bound: Bound = ""
    end_of: End = ""
    moment: datetime | None = None
    precision: Precision = "day"
    comma: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a verdict can be seen: a place in an artifact, or a line of the report.

    Attributes:
        value: What stands there, read again.
        artifact: Artifact, empty for a line of the report.
        pointer: Place in it; empty for the file itself.
        report_line: Line of the audited text, 0 for an artifact.
    """

    value: str
    artifact: str = ""
    pointer: str = ""
    report_line: int = 0

    def record(self) -> dict[str, object]:
        """As the JSON contract writes it."""
        if self.report_line:
            return {"report_line": self.report_line, "value": self.value}
        return {"artifact": self.artifact, "pointer": self.pointer, "value": self.value}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What judging a claim came to.

    Attributes:
        verdict: One of the four.
        why: One sentence for people.
        evidence: What it rests on.
        correction: The claim's text with the right value in it; empty where there is none.
        metric: Metric or key it was bound to.
        scope: What it was taken to be about.
        statistic: Which statistic.
        sql: Query over the dataset that gives the right value; empty where there is none.
    """

    verdict: Verdict
    why: str
    evidence: tuple[Evidence, ...] = ()
    correction: str = ""
    metric: str = ""
    scope: Mapping[str, str] = field(default_factory=dict)
    statistic: str = ""
    sql: str = ""


@dataclass(frozen=True, slots=True)
class AuditedClaim:
    """A claim and what became of it."""

    claim: Claim
    outcome: Outcome

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        return self.outcome.verdict

    def record(self) -> dict[str, object]:
        """As the JSON contract writes it."""
        claim, found = self.claim, self.outcome
        value: object = claim.value
        if claim.moment is not None:
            value = claim.text
        return {
            "line": claim.line, "column": claim.column, "text": claim.text, "value": value,
            "unit": claim.unit.symbol if claim.unit else None, "metric": found.metric or None,
            "scope": dict(found.scope), "statistic": found.statistic or None,
            "verdict": found.verdict, "evidence": [one.record() for one in found.evidence],
            "correction": found.correction or None, "why": found.why, "sql": found.sql or None,
        }


@dataclass(frozen=True, slots=True)
class Audit:
    """The audited report.

    Attributes:
        name: What the report is called.
        claims: In the order of the text.
    """

    name: str
    claims: tuple[AuditedClaim, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many claims there are, and how many of each verdict."""
        found = Counter(claim.verdict for claim in self.claims)
        return {"claims": len(self.claims), "supported": found["supported"],
                "contradicted": found["contradicted"], "unsupported": found["unsupported"],
                "source_defect": found["source_defect"]}

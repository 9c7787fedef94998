"""The records that flow through the pipeline: frozen, typed, without behaviour of a stage.

Columnar data (leaves and measurements) flows as Arrow record batches whose columns
are the tables in ``schema.py``; the records here are what people and stages name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Status = Literal["read", "partly_read", "unread", "duplicate"]
ValueStatus = Literal["ok", "failed", "quarantined"]
Severity = Literal["info", "notice", "warning", "critical"]
Verdict = Literal["supported", "contradicted", "unsupported", "source_defect"]


Said = tuple[tuple[str, str], ...]
"""Names and what is said of them, each name once."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What the files beside an artifact say together about machine and run.

    Attributes:
        plain: Context columns.
        parameters: Settings.
        setup: Facts about the environment.
        contradicted: What neighbours of one folder say differently, by name
            (``device``, ``setup.driver``), and the artifacts that do.
        artifacts: The neighbours that were listened to, nearest first.
    """

    plain: Said = ()
    parameters: Said = ()
    setup: Said = ()
    contradicted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    artifacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file below a root.

    Attributes:
        artifact: Root as given, ``/``, path below it, forward slashes.
        root: Root as given.
        location: Where it is opened, as the operating system spells it.
        kind: ``csv``, ``json``, ``jsonl``, ``markdown``, ... by name, content where no name helps.
        size: Bytes.
        modified_ns: Modification time, nanoseconds since the epoch, UTC.
        sha256: Of the content; empty where it could not be read.
        status: What became of it.
        reason: Why, where it was not read whole.
        format: Reader that read it, empty before.
        version: Version of that format where the file says so.
        duplicate_of: The artifact with the same content that was read instead.
        inode: Number of the file in its file system; 0 where unknown.
        changed_ns: When content, name or rights last changed, as the system keeps it.
    """

    artifact: str
    root: str
    location: str
    kind: str
    size: int
    modified_ns: int
    sha256: str = ""
    status: Status = "unread"
    reason: str = ""
    format: str = ""
    version: str = ""
    duplicate_of: str = ""
    beside: Beside = Beside()
    inode: int = 0
    changed_ns: int = 0


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How the calls that one artifact records ended.

    Attributes:
        attempts: Calls whose outcome it tells.
        failures: Reason of each that failed.
        disguised: How many of those it does not mark as failed.
    """

    attempts: int
    failures: tuple[str, ...]
    disguised: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry below a root that is not an artifact: a link, a special file, an excluded folder."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number stands: an artifact and the pointer inside it."""

    artifact: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """One row of the measurements table, for people and tests; columns as in ``schema.py``."""

    artifact: str
    pointer: str
    path: str
    key: str
    raw: str
    value: float | None
    unit: str | None
    metric: str | None
    definition: str | None
    statistic: str
    n: int | None
    status: ValueStatus
    reason: str
    context: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval in the unit of its fact."""

    low: float
    high: float
    level: float
    method: str


FactKind = Literal["data", "inventory", "run"]
Topic = Literal[
    "inventory", "ingestion", "performance", "cold_start", "sweep", "compile", "failure",
    "duplicate", "telemetry", "setup", "quality",
]


@dataclass(frozen=True, slots=True)
class Fact:
    """A number and everything needed to believe or refute it.

    Attributes:
        id: ``F1``, ``F2``, ... in the order of the report.
        statement: One sentence with slots: the fact's own number is ``{F1}``.
        metric: Canonical metric, or None for counts of files and the like.
        statistic: ``mean``, ``median``, ``min``, ``max``, ``count``, ``ratio``, ``share``, ...
        value: In ``unit``; text for dates and other facts that are no number.
        unit: Canonical unit symbol; None for bare counts and text.
        n: Observations behind the value.
        interval: Where n allows one.
        estimator: How the value was computed, in words.
        scope: What it is about: model, quantization, configuration, artifact, ...
        sources: The measurements it came from (or the files, pointer empty).
        sql: A query over the dataset that gives the value again; empty for facts of the run.
        kind: From the data, from the inventory, or about this run itself.
        topic: What part of the report it belongs to.
        weight: How much it matters within its topic, larger first; negative where another
            fact's statement already tells it.
    """

    id: str
    statement: str
    metric: str | None
    statistic: str
    value: float | int | str
    unit: str | None
    n: int | None
    interval: Interval | None
    estimator: str
    scope: Mapping[str, str]
    sources: Sequence[Source]
    sql: str = ""
    kind: FactKind = "data"
    topic: Topic = "performance"
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Name:
    """A name that came from an artifact; texts hold only its id, ``{N1}``.

    Renderers write it as code, escaped; models see the id, never the name.
    """

    id: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that fired, the facts it rests on and what to do about it.

    Attributes:
        id: ``R1-1``-like, unique in the report.
        rule: Id of the rule.
        severity: How much it matters.
        title: A sentence with slots (``{F1}``, ``{N1}``); no digit outside a slot.
        facts: Ids of the facts it rests on; never empty.
        recommendation: What to do, a sentence with slots; empty where nothing follows.
        topic: What part of the report it belongs to.
        gain: Gain in speed that following the recommendation brings, as a share, where it was
            measured and told from chance.
    """

    id: str
    rule: str
    severity: Severity
    title: str
    facts: tuple[str, ...]
    recommendation: str
    topic: Topic = "performance"
    gain: float | None = None


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that was switched off, or a threshold that was set otherwise.

    Attributes:
        rule: Id of the rule.
        threshold: Name of the threshold; empty where the rule as a whole is meant.
        default: What it is unless set.
        value: What it was set to.
    """

    rule: str
    threshold: str
    default: str
    value: str


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing, which conclusion that blocks, and the measurement that would fill it.

    Attributes:
        id: Short name, also of the file with its protocol.
        title: A sentence with slots.
        blocks: The question that cannot be answered without it.
        facts: Ids of the facts it rests on; never empty.
        rank: How much it blocks, larger first.
        protocol: Text of the protocol that would fill it; empty where no measurement does.
    """

    id: str
    title: str
    blocks: str
    facts: tuple[str, ...]
    rank: float
    protocol: str


AdviceKind = Literal["change", "measure", "mend", "none"]


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation: what to do, by what it gains, and the numbers it rests on.

    Attributes:
        kind: Change a setting, measure something, mend the heap or the harness; none where
            there is not enough data to recommend.
        text: A sentence with slots.
        facts: Ids of the facts it rests on; empty for kind none only.
        gain: Expected gain in speed as a share; None where it is not a matter of speed.
        findings: Ids of the findings it follows from.
        gap: Id of the gap it fills; empty for none.
        leading: Whether a report prints it; report.json has them all.
    """

    kind: AdviceKind
    text: str
    facts: tuple[str, ...]
    gain: float | None
    findings: tuple[str, ...] = ()
    gap: str = ""
    leading: bool = True


@dataclass(frozen=True, slots=True)
class Analysis:
    """What analyse found: facts, findings and the names their texts speak of."""

    facts: Sequence[Fact]
    findings: tuple[Finding, ...]
    names: tuple[Name, ...]
    charts: tuple[Chart, ...] = ()
    rules_changed: tuple[RuleChange, ...] = ()
    gaps: tuple[Gap, ...] = ()
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A single observed value on a chart, and where it stands."""

    value: float
    source: Source
    series: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: a label, its points, its estimate with interval.

    Attributes:
        label: Group name, as artifacts spell it.
        series: Legend entry (``cold``, ``warm``, ``compile``, ``run``, ...).
        points: The single observations, unit of the chart.
        estimate: Mean or median of them, or None.
        low: Lower end of the interval, or None.
        high: Upper end of the interval, or None.
        fact: Id of the fact that holds estimate and interval; empty for none.
    """

    label: str
    series: str
    points: tuple[Point, ...]
    estimate: float | None
    low: float | None
    high: float | None
    fact: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What a picture shows, without how: the renderer chooses marks.

    Attributes:
        id: File-safe name.
        title: Text with slots allowed.
        axis: What the value axis measures.
        unit: Canonical unit of all values.
        logarithmic: Whether values span decades.
        bars: Rows in the order to draw.
    """

    id: str
    title: str
    axis: str
    unit: str
    logarithmic: bool
    bars: tuple[Bar, ...]


LATEST_NS = 2**63 - 1
"""The last moment that a column of nanoseconds holds, in the year 2262."""


def modified_ns_of(mtime_ns: int) -> int:
    """A modification time as the system has it, within what a column holds."""
    return min(max(mtime_ns, 0), LATEST_NS)


def modified_text(modified_ns: int) -> str:
    """A modification time as reports write it: UTC, to the second."""
    at = datetime.fromtimestamp(modified_ns // 1_000_000_000, UTC)
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def modified_iso(modified_ns: int) -> str:
    """A modification time as programs read it: ISO 8601, UTC, to the second."""
    at = datetime.fromtimestamp(modified_ns // 1_000_000_000, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")

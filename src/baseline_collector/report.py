"""The records of a finished report: who wrote what, from which analysis, in what time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from baseline_collector.model import Analysis, Artifact, Skipped

Writer = Literal["model", "template"]


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call of a language model, as measured; durations in milliseconds.

    Attributes:
        purpose: ``analysis: summary``, ``report: findings``, ...; ``, again`` for a second call.
        model: Name the server gives it.
        ttft_ms: Client side, from sending the request to the first token; None without a token.
        total_duration_ms: Client side, from sending to the end of the stream.
        load_duration_ms: Server's own; None where the server does not say.
        prompt_eval_ms: Server's own.
        prompt_tokens: Tokens of the prompt.
        eval_duration_ms: Server's own.
        tokens_generated: Tokens of the answer.
        throughput_tok_s: tokens_generated / (eval_duration_ms / 1000).
        options: What was asked of the server; empty for its defaults.
    """

    purpose: str
    model: str
    ttft_ms: float | None
    total_duration_ms: float
    load_duration_ms: float | None
    prompt_eval_ms: float | None
    prompt_tokens: int | None
    eval_duration_ms: float | None
    tokens_generated: int | None
    throughput_tok_s: float | None
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence a model wrote that is not printed, and why."""

    text: str
    reason: str


BlockKind = Literal["paragraph", "bullets", "numbered", "table", "code", "more"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a section; every text may hold slots ``{F1}``, ``{F1.n}``, ``{N1}``.

    Attributes:
        kind: Shape of the block.
        items: Paragraph: one text. Bullets and numbered: one text an item. Code: lines. More: what
            stands elsewhere, and where.
        rows: Table: header row first, then rows of texts.
        language: Code: language of the fence.
        left_out: More: how many of that; renderers write the number.
        behind: What a reader opens to see the block; empty where it is in sight. Neighbours
            behind the same words are opened together.
    """

    kind: BlockKind
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    language: str = ""
    left_out: int = 0
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report, and who wrote it."""

    name: str
    source: Writer
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Narrative:
    """The words of the report with slots in place of every number.

    Attributes:
        writer: Model name, or ``templates``.
        sections: In the order of the report.
        accepted: How many sentences of a model are printed.
        rejected: Those that are not.
        calls: The model calls made, in order.
        note: Why no model wrote, or why it gave up; empty otherwise.
    """

    writer: str
    sections: tuple[Section, ...]
    accepted: int
    rejected: tuple[Refused, ...]
    calls: tuple[ModelCall, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """Who made the report: the header of it."""

    type: str
    model: str
    configuration: str
    persona: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds each part of the run took, wall clock."""

    ingest_s: float
    analysis_s: float
    report_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class TypeSummary:
    """Files of one kind: how many, how large, how new, and the first five."""

    count: int
    bytes: int
    latest_modified: str
    first: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Inventory:
    """What lies in the heap; every file counted once.

    Attributes:
        artifacts: All files, in the order of roots and paths.
        by_type: Per kind, in the order they are listed.
        by_root: Per root.
        skipped: Entries that are no artifacts.
        duplicates: Groups of artifacts with the same content, the one read first.
    """

    artifacts: tuple[Artifact, ...]
    by_type: Mapping[str, TypeSummary]
    by_root: Mapping[str, TypeSummary]
    skipped: tuple[Skipped, ...]
    duplicates: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the renderers need; report.json is this."""

    generated_at: str
    agent: Agent
    inventory: Inventory
    timing: Timing
    analysis: Analysis
    narrative: Narrative

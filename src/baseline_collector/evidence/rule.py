"""What a rule is, and the evidence it looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, cast

from baseline_collector.evidence.book import Book
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.places import MOST_SOURCES
from baseline_collector.evidence.summaries import Summaries, Summary
from baseline_collector.model import Artifact, Outcomes, Severity, Skipped, Source

T = TypeVar("T")


@dataclass
class Evidence:
    """Everything that is known, for rules to look at.

    Attributes:
        book: Where facts and findings are entered.
        frame: The measurements.
        summaries: Groups with their facts.
        artifacts: Every file.
        skipped: Entries that are no artifacts.
        outcomes: How calls ended, by artifact.
        twin_of: Artifact -> the one counted instead.
        limits: Thresholds of the rules, by ``rule.name``.
    """

    book: Book
    frame: Frame
    summaries: Summaries
    artifacts: Sequence[Artifact]
    skipped: Sequence[Skipped] = ()
    outcomes: Mapping[str, Outcomes] = field(default_factory=dict)
    twin_of: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    _seen: dict[Callable[..., object], object] = field(default_factory=dict, init=False)

    def of_metric(self, metric: str) -> list[Summary]:
        """Summaries of one metric, in order."""
        return self.summaries.where(self.summaries.groups.where("metric", metric))

    def once(self, look: Callable[[Evidence], T]) -> T:
        """What several rules look at, put together for the first that asks."""
        if look not in self._seen:
            self._seen[look] = look(self)
        return cast(T, self._seen[look])


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a rule compares with, and that may be set otherwise.

    Attributes:
        name: Short name, unique within its rule.
        value: Default.
        meaning: What it bounds, with its unit.
    """

    name: str
    value: float
    meaning: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that may fire.

    Attributes:
        id: Short name, part of the ids of its findings.
        title: What it looks for.
        severity: Of its findings, at most.
        source: Whose rule it is.
        needs: What the dataset must hold for it to speak.
        says: When it speaks, and what a finding tells.
        do: What to do about a finding.
        apply: Looks at the evidence and enters facts and findings.
        thresholds: Numbers it compares with.
    """

    id: str
    title: str
    severity: Severity
    source: str
    needs: str
    says: str
    do: str
    apply: Callable[[Evidence], None]
    thresholds: tuple[Threshold, ...] = ()


def files(names: Sequence[str]) -> list[Source]:
    """Artifacts as sources, the whole file each, at most as many as a fact lists."""
    return [Source(name, "") for name in names[:MOST_SOURCES]]


def listed(book: Book, kind: str, names: Sequence[str], most: int = 3) -> str:
    """Names in slots as an enumeration, the rest left to the sources of the fact."""
    slots = [book.name(kind, name) for name in names[:most]]
    return ", ".join(slots) + " and others" if len(names) > most else enumeration(slots)


def enumeration(words: Sequence[str]) -> str:
    """Words as English lists them: ``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

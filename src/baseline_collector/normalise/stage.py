"""The stage itself: one batch of leaves in, one table of measurements out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from baseline_collector.model import Artifact, Outcomes
from baseline_collector.normalise.cleaning import (
    QUARANTINED,
    RULES,
    Judged,
    Verdicts,
    judge,
    verdicts,
)
from baseline_collector.normalise.columns import Ints, Leaves, grouped
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.phases import Starts, phases_of
from baseline_collector.normalise.quantities import Quantities, quantify
from baseline_collector.normalise.repeats import Tops, repeats
from baseline_collector.normalise.table import assemble
from baseline_collector.normalise.twins import Series, series_of, twins
from baseline_collector.readers.base import Places

VERSION = "4"
"""Version of these rules; part of what a cached normalisation depends on."""


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the leaves of one artifact, and what others need to know of it.

    Attributes:
        leaves: Values of any type.
        numbers: Numeric ones among them: rows of measurements.
        rejected: Quarantined ones among those.
        cleaning: Values touched by each cleaning rule that touched any.
        outcomes: How its calls ended, where it records calls.
        series: What it is compared by, where it has series.
    """

    leaves: int = 0
    numbers: int = 0
    rejected: int = 0
    cleaning: Mapping[str, int] = field(default_factory=dict)
    outcomes: Outcomes | None = None
    series: Series | None = None

    def __add__(self, other: Account) -> Account:
        """The account of two pieces of one artifact; outcomes are told of the whole alone."""
        rules = self.cleaning.keys() | other.cleaning.keys()
        series = (self.series + other.series if self.series and other.series
                  else self.series or other.series)
        return Account(self.leaves + other.leaves, self.numbers + other.numbers,
                       self.rejected + other.rejected,
                       {rule: self.cleaning.get(rule, 0) + other.cleaning.get(rule, 0)
                        for rule in sorted(rules)}, None, series)


@dataclass(frozen=True, slots=True)
class Normalised:
    """What a batch of leaves became.

    Attributes:
        measurements: Table with the columns of ``schema.MEASUREMENTS``.
        accounts: One an artifact, in their order.
        twin_of: Artifact number -> number of the one that is counted instead.
    """

    measurements: pa.Table
    accounts: list[Account]
    twin_of: Mapping[int, int] = field(default_factory=dict)

    @property
    def leaves(self) -> list[int]:
        """Values of any type, one count an artifact."""
        return [one.leaves for one in self.accounts]

    @property
    def numbers(self) -> list[int]:
        """Numeric ones among them."""
        return [one.numbers for one in self.accounts]

    @property
    def rejected(self) -> list[int]:
        """Quarantined ones among those."""
        return [one.rejected for one in self.accounts]

    @property
    def outcomes(self) -> dict[int, Outcomes]:
        """How calls ended, by artifact number, where they are recorded."""
        return {at: one.outcomes for at, one in enumerate(self.accounts) if one.outcomes}

    @property
    def cleaning(self) -> dict[str, int]:
        """Values touched by each cleaning rule."""
        return touched(self.accounts)


def _as_it_is(key: str, value: str) -> str:
    return value


def normalise(batch: pa.RecordBatch, artifacts: Sequence[Artifact],
              places: Sequence[Places], quoted: Sequence[int] = (),
              redact: Callable[[str], str] = str,
              redact_value: Callable[[str, str], str] = _as_it_is) -> Normalised:
    """Give every numeric leaf of a whole heap its meaning; see ``normalise_each``.

    Returns:
        Measurements in the order of the leaves, twins not counted.
    """
    each = normalise_each(batch, artifacts, places, quoted, redact, redact_value)
    same = settle(each.accounts)
    ends = np.cumsum(each.numbers) if each.accounts else np.zeros(0, np.int64)
    table = uncounted(each.measurements,
                      [(int(ends[at]) - each.accounts[at].numbers, int(ends[at])) for at in same])
    return Normalised(table, each.accounts, same)


def normalise_each(batch: pa.RecordBatch, artifacts: Sequence[Artifact],
                   places: Sequence[Places], quoted: Sequence[int],
                   redact: Callable[[str], str],
                   redact_value: Callable[[str, str], str]) -> Normalised:
    """Give every numeric leaf its meaning, each artifact by itself.

    Args:
        batch: Leaves, columns as ``readers.leaves.LEAVES``; those of one artifact stand together.
        artifacts: What the ``artifact`` column counts in, with format and hash.
        places: Pointer style of each artifact.
        quoted: Numbers of artifacts whose values are quoted from elsewhere, as in notes.
        redact: Masks secrets and personal paths in every text that is stored.
        redact_value: The same for a setting, given its name and its text.

    Returns:
        Measurements in the order of the leaves, and the counts that must add up.
    """
    leaves = Leaves(batch, [artifact.format for artifact in artifacts])
    contexts, quantities = Contexts(leaves, artifacts), quantify(leaves)
    found = normalised_rows(leaves, artifacts, places, quoted, Masks(redact, redact_value),
                            contexts, quantities, verdicts(leaves, quantities, contexts))
    outcomes = _outcomes(contexts, set(quoted), redact)
    return Normalised(found.table, accounted(leaves, found, len(artifacts), outcomes))


@dataclass(frozen=True, slots=True)
class Masks:
    """What masks secrets and personal paths.

    Attributes:
        text: In any text.
        value: In a setting, given its name and its text.
    """

    text: Callable[[str], str] = str
    value: Callable[[str, str], str] = _as_it_is


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a batch with what accounts are made from.

    Attributes:
        table: Columns of ``schema.MEASUREMENTS``.
        judged: Status of each.
        series: What artifacts are compared by.
        starts_of: The series of each row, whose records are compared for cold starts.
    """

    table: pa.Table
    judged: Judged
    series: Mapping[int, Series]
    starts_of: Ints


def normalised_rows(leaves: Leaves, artifacts: Sequence[Artifact], places: Sequence[Places],
                    quoted: Sequence[int], masks: Masks, contexts: Contexts,
                    quantities: Quantities, whole: Verdicts, starts: Starts | None = None,
                    tops: Tops | None = None) -> Rows:
    """Fill the rows of a batch.

    Args:
        leaves: The batch.
        artifacts: What its ``artifact`` column counts in.
        places: Pointer style of each.
        quoted: Numbers of those whose values are quoted from elsewhere.
        masks: What masks secrets.
        contexts: Of the numeric leaves.
        quantities: Of the numeric leaves.
        whole: What is true of artifacts as wholes.
        starts: Takes in what tells cold starts where the batch is not all; its rows have no
            phase yet.
        tops: Remembers measurements at the top of an artifact from batch to batch.
    """
    judged = judge(leaves, quantities, contexts, whole)
    gathered = Starts() if starts is None else starts
    starts_of = gathered.gather(leaves, quantities, judged.ok, contexts)
    phase = phases_of(starts_of, leaves.at[0][leaves.numeric],
                      gathered.decide() if starts is None else {})
    notes = np.array(quoted, np.int64)
    first_hand = judged.ok & ~np.isin(leaves.artifact[leaves.numeric], notes)
    aside = ~first_hand | repeats(leaves, quantities, first_hand, contexts, tops)
    table = assemble(leaves, artifacts, places, quantities, judged, contexts, phase, aside,
                     masks.text, masks.value)
    return Rows(table, judged, series_of(leaves, quantities, first_hand, contexts), starts_of)


def settle(accounts: Sequence[Account]) -> dict[int, int]:
    """Which artifacts are twins: number of the twin -> of the one that is counted instead."""
    return twins({at: one.series for at, one in enumerate(accounts) if one.series is not None})


def uncounted(table: pa.Table, runs: Sequence[tuple[int, int]]) -> pa.Table:
    """The measurements with some runs of rows, first and behind the last, not counted."""
    if not runs:
        return table
    at = table.schema.get_field_index("counted")
    counted = table.column(at).to_numpy().copy()
    for start, end in runs:
        counted[start:end] = False
    return table.set_column(at, table.schema.field(at), pa.array(counted))


def touched(accounts: Iterable[Account]) -> dict[str, int]:
    """Values touched by each cleaning rule, in all."""
    found = dict.fromkeys(RULES, 0)
    for one in accounts:
        for rule, count in one.cleaning.items():
            found[rule] += count
    return found


def accounted(leaves: Leaves, rows: Rows, size: int, outcomes: Mapping[int, Outcomes]
              ) -> list[Account]:
    """What became of the leaves of each artifact of a batch.

    Args:
        leaves: The batch.
        rows: Its rows.
        size: How many artifacts there are.
        outcomes: How calls ended, by artifact number.
    """
    numeric, judged = leaves.artifact[leaves.numeric], rows.judged

    def counts(of: Ints) -> list[int]:
        return [int(count) for count in np.bincount(of, minlength=size)]

    cleaning = _touched(judged, numeric)
    counted = zip(counts(leaves.artifact), counts(numeric),
                  counts(numeric[judged.status == QUARANTINED]), strict=True)
    return [Account(*three, cleaning.get(at, {}), outcomes.get(at), rows.series.get(at))
            for at, three in enumerate(counted)]


def _outcomes(contexts: Contexts, quoted: set[int], redact: Callable[[str], str]
              ) -> dict[int, Outcomes]:
    """How calls ended, by artifact; a note that quotes failures has none of its own."""
    found = {}
    for artifact, around in contexts.surroundings.items():
        if around.attempts and artifact not in quoted:
            reasons = [redact(around.failures[place]) for place in sorted(around.failures)]
            disguised = sum(reason.startswith("not marked") for reason in reasons)
            found[artifact] = Outcomes(len(around.attempts), tuple(reasons), disguised)
    return found


def _touched(judged: Judged, owner: Ints) -> dict[int, dict[str, int]]:
    """Count values by artifact and by the rule that each reason starts with."""
    found: dict[int, dict[str, int]] = {}

    def count(rows: Ints, rule: str) -> None:
        for artifact, mine in grouped(owner[rows]):
            rules = found.setdefault(artifact, {})
            rules[rule] = rules.get(rule, 0) + len(mine)

    for code, rows in grouped(judged.reason):
        if judged.reasons[code]:
            count(rows, judged.reasons[code][:3])
    count(np.flatnonzero(judged.words), "C07")
    return found

"""Cold starts: which records loaded the model, seen in their load time.

A record is cold where the artifact says so, or where its load duration lies more than
14.826 median absolute deviations above the median of its artifact and model, and at
least three times as high; the others of that artifact and model are warm. Where no load
is recorded, only the first record can be cold, judged by its time to first token.

Source of the threshold: hyperfine's outlier rule (modified z-score over 14.826 MAD).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from baseline_collector.normalise.columns import Bools, Floats, Ints, Leaves, grouped
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.quantities import Quantities
from baseline_collector.stats.stability import OUTLIER_SCORE

_FACTOR = 3.0
_SMALLEST = 3

NONE, COLD, WARM = 0, 1, 2
NAMES = (None, "cold", "warm")

_TOLD_BY = ("load_duration", "time_to_first_token")
"""Metrics that tell; the second only of records for which the first does not."""

_MODELS = 1 << 31


Phases = tuple[Ints, Ints]
"""Records in order, and the phase of each."""


@dataclass(slots=True)
class Starts:
    """The values that tell cold records from warm ones; small beside the leaves.

    Attributes:
        models: Code of each model, one for all batches of an artifact.
        values: By metric: series (artifact and model), record and value, in order.
    """

    models: dict[str | None, int] = field(default_factory=dict)
    values: dict[str, list[tuple[Ints, Ints, Floats]]] = field(
        default_factory=lambda: {name: [] for name in _TOLD_BY})

    def series(self, leaves: Leaves, contexts: Contexts) -> Ints:
        """A code for artifact and model of every numeric leaf; records are compared within one."""
        by_context = np.array([self.models.setdefault(context.plain[0], len(self.models))
                               for context in contexts.table] or [0], np.int64)
        return leaves.artifact[leaves.numeric] * _MODELS + by_context[contexts.codes]

    def gather(self, leaves: Leaves, quantities: Quantities, ok: Bools, contexts: Contexts) -> Ints:
        """Take in the values of a batch; returns the series of every numeric leaf."""
        rows, series = leaves.numeric, self.series(leaves, contexts)
        if not len(rows):
            return series
        sample = np.array([meaning.statistic == "sample" for meaning in leaves.meanings], bool)
        usable = ok & sample[leaves.key[rows]] & (leaves.at[0][rows] >= 0)
        for name, found in self.values.items():
            at = np.flatnonzero(usable & (quantities.metric == quantities.metric_names.index(name)))
            if len(at):
                found.append((series[at], leaves.at[0][rows[at]].astype(np.int64),
                              quantities.value[at]))
        return series

    def decide(self) -> dict[int, Phases]:
        """Say of each series which of its records are COLD and which WARM; others are neither."""
        decided: dict[int, Phases] = {}
        for name, found in self.values.items():
            if not found:
                continue
            series, records, values = (np.concatenate(columns)
                                       for columns in zip(*found, strict=True))
            for code, mine in grouped(series):
                known = decided.get(code)
                at = mine if known is None else mine[~np.isin(records[mine], known[0])]
                told = _decided(records[at], values[at], first_only=name != _TOLD_BY[0])
                if len(told[0]):
                    decided[code] = told if known is None else _both(known, told)
        return decided


def _decided(records: Ints, values: Floats, first_only: bool) -> Phases:
    order = np.argsort(records, kind="stable")
    records, cold = records[order], is_cold(values[order])
    if first_only:
        cold[1:] = False
    if not cold.any() or cold.all():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    starts = np.flatnonzero(np.r_[True, records[1:] != records[:-1]])
    return records[starts], np.where(np.logical_or.reduceat(cold, starts), COLD, WARM)


def _both(one: Phases, other: Phases) -> Phases:
    records = np.concatenate([one[0], other[0]])
    order = np.argsort(records)
    return records[order], np.concatenate([one[1], other[1]])[order]


def phases_of(series: Ints, records: Ints, decided: Mapping[int, Phases]) -> Ints:
    """The phase of rows by their series and record."""
    phase = np.zeros(len(series), np.int64)
    if not decided:
        return phase
    for code, at in grouped(series):
        if code in decided:
            known, told = decided[code]
            place = np.clip(np.searchsorted(known, records[at]), 0, len(known) - 1)
            phase[at] = np.where(known[place] == records[at], told[place], NONE)
    return phase


def is_cold(values: Floats) -> Bools:
    """Which values of a series stand out as cold starts.

    Args:
        values: Load durations or times to first token in the order of the records, seconds.
    """
    if len(values) < _SMALLEST:
        return np.zeros(len(values), bool)
    median = float(np.median(values))
    spread = max(float(np.median(np.abs(values - median))), 1e-3 * median)
    return np.asarray((values - median > OUTLIER_SCORE * spread) & (values > _FACTOR * median))

"""Estimates of every group at once: location, ends and quantiles with their intervals, as arrays.

Estimators: the arithmetic mean of durations and levels; for rates total over total where
the parts stand in the same records and agree within 1 %; Hyndman-Fan type 7 quantiles from
the n at which they may be printed. Intervals: ``stats.intervals``, n of at least 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from baseline_collector.evidence.arrays import Bools, Floats, Ints
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.groups import Group, Groups, RunKind
from baseline_collector.model import Interval
from baseline_collector.stats.intervals import (
    GroupedIntervals,
    GroupedQuantiles,
    IntervalOrReason,
    mean_intervals,
    quantile_intervals,
    rate_interval,
    run_mean_interval,
)
from baseline_collector.stats.intervals import Interval as StatsInterval
from baseline_collector.stats.summary import smallest_n
from baseline_collector.vocabulary import HIGHEST, SIGNED, possible

PRINTED = ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
"""Quantiles that are facts, each from the n that allows it; the n grow along the list."""

_AGREE = 0.01
_LEVEL = 0.95

RATE = "total output tokens / total evaluation time"
"""Estimator of a rate whose tokens and durations are known."""

RUN_MEANS: Mapping[RunKind, str] = {
    "run": "arithmetic mean, its interval over the means of named runs",
    "record": "arithmetic mean, its interval over the means of records",
}
"""Estimator of a mean whose values belong to runs: these are what was repeated."""


class Kind(NamedTuple):
    """How a location is got.

    Attributes:
        words: What the sentence begins with.
        statistic: Of the fact.
        estimator: Of the fact.
    """

    words: str
    statistic: str
    estimator: str


_MEAN, _OF_MEANS, _REPORTED, _ONLY, _RATE, _OF_RUNS, _OF_RECORDS = range(7)
KINDS = (
    Kind("Mean ", "mean", "arithmetic mean"),
    Kind("Mean of reported ", "mean of means", "mean of the means that the artifacts report"),
    Kind("Mean ", "mean", "mean as the artifact reports it"),
    Kind("Single value of ", "value", "the only value"),
    Kind("Overall ", "rate", RATE),
    Kind("Mean ", "mean", RUN_MEANS["run"]),
    Kind("Mean ", "mean", RUN_MEANS["record"]),
)
_KIND_OF_RUN: Mapping[RunKind, int] = {"run": _OF_RUNS, "record": _OF_RECORDS}


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """One location a group, in canonical unit.

    Attributes:
        value: Mean, rate or only value.
        kind: Index into ``KINDS``.
        n: Observations behind it; 0 where the artifact does not say.
        low: Lower end of its interval; NaN for none.
        high: Upper end; NaN for none.
        method: Of the interval; empty for none.
    """

    value: Floats
    kind: Ints
    n: Ints
    low: Floats
    high: Floats
    method: npt.NDArray[np.object_]

    @classmethod
    def none(cls) -> Estimates:
        """Those of no groups."""
        none, counts = np.zeros(0), np.zeros(0, np.int64)
        return cls(none, counts, counts, none, none, none.astype(object))

    def interval(self, at: int) -> Interval | None:
        """Interval of one group."""
        if not self.method[at]:
            return None
        return Interval(float(self.low[at]), float(self.high[at]), _LEVEL, str(self.method[at]))

    def set(self, at: int, value: float, kind: int, interval: Interval | None) -> None:
        """Give one group another estimate."""
        self.value[at], self.kind[at] = value, kind
        self.low[at], self.high[at], self.method[at] = (
            (interval.low, interval.high, interval.method) if interval
            else (np.nan, np.nan, ""))


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """One quantile of every group.

    Attributes:
        q: The probability.
        name: As the fact's statistic.
        found: Values and order-statistic intervals, of the groups too small for it as well.
        allowed: Groups that are large enough for it.
    """

    q: float
    name: str
    found: GroupedQuantiles
    allowed: Bools

    def interval(self, at: int) -> Interval | None:
        """Interval of one group."""
        low, high = float(self.found.low[at]), float(self.found.high[at])
        return None if np.isnan(low) else Interval(low, high, _LEVEL, "order statistics")


def quantiles(groups: Groups) -> list[Quantiles]:
    """The printed quantiles of the groups."""
    many = [(q, name, groups.cut.counts >= smallest_n(q)) for q, name in PRINTED]
    return [Quantiles(q, name, quantile_intervals(groups.ordered, q), allowed)
            for q, name, allowed in many if allowed.any()]


def estimate(groups: Groups) -> Estimates:
    """Choose the estimator of each group: total over total, mean, or what the artifact reports."""
    counts, first = groups.cut.counts, groups.cut.firsts
    sampled = groups.where("statistic", "sample")
    kind = np.select([~sampled & (counts > 1), ~sampled, counts == 1],
                     [_OF_MEANS, _REPORTED, _ONLY], default=_MEAN)
    n = np.where(kind == _REPORTED, groups.frame.n[first], counts)
    found = _possible(groups, kind, n, mean_intervals(groups.ordered, known=groups.moments))
    rates = _rates(groups, np.flatnonzero((kind == _MEAN)
                                          & groups.where("metric", "output_throughput")))
    for at, (tokens, seconds) in rates.items():
        interval = _stated(rate_interval(tokens, seconds)) if len(tokens) >= 3 else None
        found.set(at, float(tokens.sum() / seconds.sum()), _RATE, interval)
    for at in np.flatnonzero((kind == _MEAN) & groups.may_have_runs).tolist():
        if at not in rates:
            _over_runs(found, groups[at])
    return found


def _possible(groups: Groups, kind: Ints, n: Ints, found: GroupedIntervals) -> Estimates:
    """The means with their intervals, cut to what the metric can be.

    No duration is negative, and no share is over all.
    """
    metric = groups.frame.column("metric")
    never_negative = ~groups.where("metric", *SIGNED) & (groups.low >= 0)
    low = np.where(never_negative, np.maximum(found.low, 0.0), found.low)
    highest = np.array([HIGHEST.get(name or "", np.inf) for name in metric.names])
    high = np.minimum(found.high, highest[metric.codes[groups.cut.firsts]])
    given = found.reason == ""
    method = np.where(given, found.method, "").astype(object)
    cut = given & ((low != found.low) | (high != found.high))
    method[cut] += ", cut to possible values"
    return Estimates(found.mean.copy(), kind, n, low, high, method)


def _rates(groups: Groups, wanted: Ints) -> dict[int, tuple[Floats, Floats]]:
    """Tokens and seconds behind each rate, by group; left out where parts lack or disagree."""
    if not len(wanted):
        return {}
    frame, mine = groups.frame, groups.cut.select(wanted)
    records, values = frame.records(mine.rows), frame.value[mine.rows]
    tokens, seconds = (_of_record(frame, one, records)
                       for one in ("output_tokens", "eval_duration"))
    with np.errstate(divide="ignore", invalid="ignore"):
        agree = (seconds != 0) & (np.abs(tokens / seconds - values) <= _AGREE * values)
    found = {}
    for at in np.flatnonzero(mine.all_of(agree)).tolist():
        inside = slice(int(mine.starts[at]), int(mine.starts[at] + mine.counts[at]))
        if len(np.unique(records[inside])) == mine.counts[at]:
            found[int(wanted[at])] = tokens[inside], seconds[inside]
    return found


def _of_record(frame: Frame, metric: str, records: Ints) -> Floats:
    """The last value of a metric in each record; NaN where it has none."""
    rows, known = frame.by_record(metric, "sample")
    if not len(known):
        return np.full(len(records), np.nan)
    at = np.searchsorted(known, records, "right") - 1
    return np.where(known[at] == records, frame.value[rows[at]], np.nan)


def _over_runs(found: Estimates, group: Group) -> None:
    """A mean whose values belong to runs: its interval is over the highest level of repetition."""
    runs = group.runs
    if runs is None:
        return
    kind, codes = runs
    mean, over = float(found.value[group.at]), None
    seen = run_mean_interval(group.values, codes)
    if isinstance(seen, StatsInterval):
        low, high = possible(seen.low, seen.high, group.name("metric"), float(group.values.min()))
        if low <= mean <= high:
            over = Interval(low, high, seen.level, f"{seen.method}, over {seen.n} {kind}s")
    found.set(group.at, mean, _KIND_OF_RUN[kind], over)


def _stated(found: IntervalOrReason) -> Interval | None:
    return Interval(found.low, found.high, found.level, found.method) if isinstance(
        found, StatsInterval) else None

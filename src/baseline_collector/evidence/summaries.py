"""Facts of every group: location, spread, quantiles that n allows, intervals that hold.

Estimators: the arithmetic mean of durations and levels; for rates total over total where
the parts stand in the same records and agree within 1 %; Hyndman-Fan type 7 quantiles from
the n at which they may be printed. Intervals: ``stats.intervals``, n of at least 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from baseline_collector.evidence.book import Book
from baseline_collector.evidence.frame import Floats, Frame, Group, Ints, configuration
from baseline_collector.model import Interval, Topic
from baseline_collector.stats.intervals import Interval as StatsInterval
from baseline_collector.stats.intervals import mean_intervals, quantile_intervals, rate_interval
from baseline_collector.stats.samples import Groups, group_by_starts
from baseline_collector.stats.summary import smallest_n

LEADING = ("output_throughput", "time_to_first_token", "request_latency", "iteration_time",
           "prompt_throughput", "total_throughput", "request_throughput", "throughput",
           "inter_token_latency", "time_per_output_token", "compile_time", "kernel_duration",
           "accuracy", "loss", "model_size")
"""Metrics of which even a single value is a fact, most telling first."""

SUPPORTING = ("load_duration", "prompt_eval_duration", "eval_duration", "power", "temperature",
              "memory_used", "gpu_utilization", "cpu_utilization", "memory_utilization")
"""Metrics summarised where there are several values."""

PRINTED = ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
_AGREE = 0.01


@dataclass(frozen=True, slots=True)
class Summary:
    """A group and the ids of its facts.

    Attributes:
        group: The rows.
        location: Fact with the mean, rate or only value.
        low: Fact with the smallest value; equal to ``location`` for a single one.
        high: Fact with the largest value.
        estimate: Value of ``location``.
        interval: Its interval, where n allows one.
    """

    group: Group
    location: str
    low: str
    high: str
    estimate: float
    interval: Interval | None


def summarise(frame: Frame, book: Book) -> list[Summary]:
    """Enter the facts of every group of samples, and of reported means without samples."""
    metric = frame.column("metric")
    sample = frame.counted & frame.column("statistic").where("sample")
    rows = np.flatnonzero(sample & metric.where(*LEADING, *SUPPORTING))
    groups = [group for group in frame.groups(rows)
              if group.n > 1 or group.name("metric") in LEADING]
    groups += _reported(frame, rows)
    return _summaries(frame, groups, book)


def _reported(frame: Frame, sampled: Ints) -> list[Group]:
    """Means that artifacts report, where no samples of that metric and model exist."""
    metric, model = frame.column("metric"), frame.column("model")
    width = len(model.names)
    have = np.unique(metric.codes[sampled] * width + model.codes[sampled])
    mean = frame.counted & frame.column("statistic").where("mean") & metric.where(*LEADING)
    rows = np.flatnonzero(mean & ~np.isin(metric.codes * width + model.codes, have))
    return frame.groups(rows)


def _summaries(frame: Frame, groups: list[Group], book: Book) -> list[Summary]:
    if not groups:
        return []
    counts = np.array([group.n for group in groups])
    values = np.concatenate([group.values for group in groups])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    whole = group_by_starts(values, starts)
    intervals = mean_intervals(whole)
    quantiles = _quantiles(whole)
    parts = _Parts(frame)
    found = []
    for at, group in enumerate(groups):
        interval = None
        if not intervals.reason[at]:
            interval = _possible(group, Interval(float(intervals.low[at]),
                                                 float(intervals.high[at]), 0.95,
                                                 str(intervals.method[at])))
        found.append(_enter(book, group, float(intervals.mean[at]), interval, parts,
                            quantiles[at]))
    return found


def _quantiles(groups: Groups) -> list[list[_Estimate]]:
    """Of each group the quantiles that its n allows, with order-statistic intervals, no SQL yet."""
    found: list[list[_Estimate]] = [[] for _ in groups.counts]
    for q, name in PRINTED:
        many = quantile_intervals(groups, q)
        for at in np.flatnonzero(groups.counts >= smallest_n(q)).tolist():
            low = float(many.low[at])
            interval = None if math.isnan(low) else Interval(
                low, float(many.high[at]), 0.95, "order statistics")
            found[at].append(_Estimate(
                float(many.value[at]), name, "Hyndman-Fan type 7 quantile",
                f"SELECT quantile_cont(value, {q})", int(groups.counts[at]), interval))
    return found


_LIMITED = frozenset({"gpu_utilization", "gpu_memory_utilization", "memory_utilization",
                      "disk_utilization", "fan_speed"})
"""Shares that cannot pass 100 %."""


def _possible(group: Group, interval: Interval) -> Interval:
    """Cut an interval to what the metric can be: no negative duration, no share over all."""
    low, high = interval.low, interval.high
    if group.name("metric") not in ("loss", "score") and float(group.values.min()) >= 0:
        low = max(low, 0.0)
    if group.name("metric") in _LIMITED:
        high = min(high, 100.0)
    if (low, high) == (interval.low, interval.high):
        return interval
    return replace(interval, low=low, high=high,
                   method=f"{interval.method}, cut to possible values")


class _Parts:
    """Tokens and durations by record, to take rates as total over total."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.tokens = self._by_record("output_tokens")
        self.seconds = self._by_record("eval_duration")

    def _by_record(self, metric: str) -> dict[tuple[int, int], float]:
        frame = self.frame
        chosen = np.flatnonzero(frame.counted & frame.column("metric").where(metric)
                                & frame.column("statistic").where("sample"))
        keys = zip(frame.column("artifact").codes[chosen].tolist(),
                   frame.record[chosen].tolist(), strict=True)
        return dict(zip(keys, frame.value[chosen].tolist(), strict=True))

    def of(self, group: Group) -> tuple[Floats, Floats] | None:
        """Tokens and seconds behind each rate of a group; None where parts lack or disagree."""
        if group.name("metric") != "output_throughput" or not self.tokens:
            return None
        frame = self.frame
        keys = list(zip(frame.column("artifact").codes[group.rows].tolist(),
                        frame.record[group.rows].tolist(), strict=True))
        if len(set(keys)) < len(keys) or any(
            key not in self.tokens or not self.seconds.get(key) for key in keys
        ):
            return None
        tokens = np.array([self.tokens[key] for key in keys])
        seconds = np.array([self.seconds[key] for key in keys])
        agree = np.abs(tokens / seconds - group.values) <= _AGREE * group.values
        return (tokens, seconds) if agree.all() else None


@dataclass(frozen=True, slots=True)
class _Estimate:
    """Location of a group and how it was got."""

    value: float
    statistic: str
    estimator: str
    sql: str
    n: int | None
    interval: Interval | None


def _estimate(group: Group, mean: float, interval: Interval | None, parts: _Parts, where: str
              ) -> _Estimate:
    """Choose the estimator: total over total, mean, or what the artifact reports."""
    sql = f"SELECT avg(value) FROM measurements WHERE {where}"
    if group.name("statistic") != "sample":
        if group.n > 1:
            return _Estimate(mean, "mean of means", "mean of the means that the artifacts report",
                             sql, group.n, interval)
        n = int(group.frame.n[group.rows[0]]) or None
        return _Estimate(mean, "mean", "mean as the artifact reports it", sql, n, None)
    if group.n == 1:
        return _Estimate(mean, "value", "the only value", sql, 1, None)
    totals = parts.of(group)
    if totals is None:
        return _Estimate(mean, "mean", "arithmetic mean", sql, group.n, interval)
    found = rate_interval(*totals) if group.n >= 3 else None
    return _Estimate(float(totals[0].sum() / totals[1].sum()), "rate",
                     "total output tokens / total evaluation time", _rate_sql(where), group.n,
                     _converted(found) if isinstance(found, StatsInterval) else None)


class _Teller:
    """Enters the facts of one group; holds what they share."""

    def __init__(self, book: Book, group: Group) -> None:
        self.book = book
        self.group = group
        self.scope = group.scope()
        self.about = describe(book, group)
        self.where = group.where()
        self.sources = group.sources()
        for column in ("quantization", "engine", "definition", "phase", "prompt", "test",
                       "key"):
            if column in self.scope:
                book.name(column, self.scope[column])

    def tell(self, words: str, estimate: _Estimate, weight: float = 0.0) -> str:
        """Enter one fact; return its id."""
        group = self.group
        return self.book.fact(
            f"{words}{self.about}: {{}}", estimate.value, statistic=estimate.statistic,
            estimator=estimate.estimator, metric=group.name("metric"), unit=group.name("unit"),
            n=estimate.n, interval=estimate.interval, scope=self.scope, sources=self.sources,
            sql=estimate.sql, topic=_topic(group), weight=weight)

    def ends(self) -> tuple[str, str]:
        """Smallest and largest value of the group."""
        values = self.group.values
        low, high = (
            self.tell(f"{word} ", _Estimate(
                float(value), statistic, f"{word.lower()} value of the group",
                f"SELECT {statistic}(value) FROM measurements WHERE {self.where}",
                self.group.n, None))
            for word, statistic, value in (("Smallest", "min", values.min()),
                                           ("Largest", "max", values.max())))
        return low, high

    def quantiles(self, estimates: Sequence[_Estimate]) -> None:
        """The quantiles that n allows."""
        for one in estimates:
            self.tell(f"{self.book.name('statistic', one.statistic)} of ", replace(
                one, sql=f"{one.sql} FROM measurements WHERE {self.where}"))


def _enter(book: Book, group: Group, mean: float, interval: Interval | None, parts: _Parts,
           quantiles: Sequence[_Estimate]) -> Summary:
    """Enter all facts of a group."""
    teller = _Teller(book, group)
    estimate = _estimate(group, mean, interval, parts, teller.where)
    location = teller.tell(_WORDS[estimate.statistic], estimate, _weight(group))
    low = high = location
    if group.n > 1:
        low, high = teller.ends()
        teller.quantiles(quantiles)
    return Summary(group, location, low, high, estimate.value, estimate.interval)


_WORDS = {"mean": "Mean ", "rate": "Overall ", "mean of means": "Mean of reported ",
          "value": "Single value of "}


def _topic(group: Group) -> Topic:
    metric = group.name("metric")
    if metric == "compile_time":
        return "compile"
    if metric in ("accuracy", "loss", "model_size"):
        return "quality"
    return "telemetry" if metric in SUPPORTING[3:] else "performance"


def _converted(found: StatsInterval) -> Interval:
    return Interval(found.low, found.high, found.level, found.method)


def _rate_sql(where: str) -> str:
    """Total tokens over total seconds of the records whose rate is selected."""
    return (
        f"WITH rates AS (SELECT artifact, record FROM measurements WHERE {where}) "
        "SELECT sum(value) FILTER (metric = 'output_tokens') "
        "/ sum(value) FILTER (metric = 'eval_duration') "
        "FROM measurements SEMI JOIN rates USING (artifact, record) "
        "WHERE counted AND statistic = 'sample'"
    )


def _weight(group: Group) -> float:
    """Leading metrics and larger groups first."""
    metric = str(group.name("metric"))
    rank = LEADING.index(metric) if metric in LEADING else len(LEADING)
    return 200.0 + min(group.n, 100) - 10.0 * rank


def describe(book: Book, group: Group) -> str:
    """What a group is about, in words with names in slots."""
    metric = str(group.name("metric")).replace("_", " ")
    parts = [metric]
    if group.name("definition") == "words":
        parts.append("(counted in words)")
    phase = group.name("phase")
    if phase is not None:
        word = phase if phase in _PHASES else book.name("phase", phase)
        parts.append(f"of {word} calls")
    model = group.name("model")
    if model is not None:
        parts.append(f"of {book.name('model', model)}")
    parts += _kinds(book, group, model or "")
    settings = group.settings
    if settings:
        parts.append(f"with {book.name('configuration', configuration(settings))}")
    device = group.name("device")
    if device is not None:
        parts.append(f"on {book.name('device', device)}")
    parts += _subjects(book, group)
    place = group.place
    if place is not None:
        parts.append(f"as {book.name('key', place)}")
    artifacts = group.artifacts
    if len(artifacts) == 1:
        parts.append(f"in {book.name('artifact', artifacts[0])}")
    elif len(artifacts) > 1:
        parts.append("across files")
    return " ".join(parts)


_PHASES = ("cold", "warm", "cached")


def _kinds(book: Book, group: Group, model: str) -> list[str]:
    """Quantization and engine, where the model's name and the heap leave them open."""
    quantization, engine = group.name("quantization"), group.name("engine")
    found = []
    if quantization is not None and quantization.lower() not in model.lower():
        found.append(f"({book.name('quantization', quantization)})")
    if engine is not None and len(group.frame.column("engine").names) > 2:
        found.append(f"through {book.name('engine', engine)}")
    return found


def _subjects(book: Book, group: Group) -> list[str]:
    """Prompt and test, or that they differ from value to value."""
    found = []
    for kind, names in (("prompt", group.prompts), ("test", group.tests)):
        if len(names) > 1:
            found.append(f"over different {kind}s")
        elif names[0] is not None:
            found.append(f"for {kind} {book.name(kind, names[0])}")
    return found

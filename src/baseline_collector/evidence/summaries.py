"""Facts of every group: location, spread, quantiles that n allows, intervals that hold.

Estimators: the arithmetic mean of durations and levels; for rates total over total where
the parts stand in the same records and agree within 1 %; Hyndman-Fan type 7 quantiles from
the n at which they may be printed. Intervals: ``stats.intervals``, n of at least 3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from baseline_collector.evidence.arrays import Floats, Ints
from baseline_collector.evidence.book import Book
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.groups import Group, Groups, RunKind, grouped
from baseline_collector.evidence.settings import configuration
from baseline_collector.model import Interval, Topic
from baseline_collector.stats import samples
from baseline_collector.stats.intervals import (
    GroupedIntervals,
    mean_intervals,
    quantile_intervals,
    rate_interval,
    run_mean_interval,
)
from baseline_collector.stats.intervals import Interval as StatsInterval
from baseline_collector.stats.samples import group_by_starts
from baseline_collector.stats.summary import smallest_n
from baseline_collector.vocabulary import HIGHEST, SIGNED, own, possible

LEADING = ("output_throughput", "time_to_first_token", "request_latency", "iteration_time",
           "prompt_throughput", "total_throughput", "request_throughput", "throughput",
           "inter_token_latency", "time_per_output_token", "compile_time", "kernel_duration",
           "accuracy", "loss", "model_size")
"""Metrics of which even a single value is a fact, most telling first; the user's own follow."""

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
    rows = np.flatnonzero(sample & metric.where(*LEADING, *SUPPORTING, *own()))
    groups = grouped(frame, rows)
    leading = metric.where(*LEADING, *own())[groups.cut.firsts]
    parts = _Parts(frame)
    return [*_summaries(groups.select(leading | (groups.cut.counts > 1)), book, parts),
            *_summaries(_reported(frame, rows), book, parts)]


def _reported(frame: Frame, sampled: Ints) -> Groups:
    """Means that artifacts report, where no samples of that metric and model exist."""
    metric, model = frame.column("metric"), frame.column("model")
    width = len(model.names)
    have = np.unique(metric.codes[sampled] * width + model.codes[sampled])
    rows = np.flatnonzero(frame.counted & frame.column("statistic").where("mean")
                          & metric.where(*LEADING, *own()))
    return grouped(frame, rows[~np.isin(metric.codes[rows] * width + model.codes[rows], have)])


def _summaries(groups: Groups, book: Book, parts: _Parts) -> list[Summary]:
    if not len(groups):
        return []
    whole = group_by_starts(groups.values, groups.cut.starts)
    intervals = _intervals(groups, mean_intervals(whole))
    ends = list(zip(groups.low.tolist(), groups.high.tolist(), strict=True))
    return [_Teller(book, group).all(one, parts, pair, quantiles) for group, one, pair, quantiles
            in zip(groups, intervals, ends, _quantiles(whole), strict=True)]


def _intervals(groups: Groups, found: GroupedIntervals) -> list[tuple[float, Interval | None]]:
    """Of each group the mean and its interval, cut to what the metric can be.

    No duration is negative, and no share is over all.
    """
    metric = groups.frame.column("metric")
    first = groups.cut.firsts
    never_negative = ~metric.where(*SIGNED)[first] & (groups.low >= 0)
    low = np.where(never_negative, np.maximum(found.low, 0.0), found.low)
    highest = np.array([HIGHEST.get(name or "", np.inf) for name in metric.names])
    high = np.minimum(found.high, highest[metric.codes[first]])
    cut = (low != found.low) | (high != found.high)
    columns = (found.mean, low, high, cut, found.method, found.reason)
    return [(mean, None if reason else Interval(
        below, above, 0.95, f"{method}, cut to possible values" if inside else method))
        for mean, below, above, inside, method, reason
        in zip(*(column.tolist() for column in columns), strict=True)]


def _quantiles(groups: samples.Groups) -> list[list[_Estimate]]:
    """Of each group the quantiles that its n allows, with order-statistic intervals, no SQL yet."""
    found: list[list[_Estimate]] = [[] for _ in groups.counts]
    for q, name in PRINTED:
        allowed = np.flatnonzero(groups.counts >= smallest_n(q))
        if not len(allowed):
            continue
        many = quantile_intervals(groups, q)
        columns = (allowed, many.value[allowed], many.low[allowed], many.high[allowed],
                   groups.counts[allowed])
        for at, value, low, high, n in zip(*(one.tolist() for one in columns), strict=True):
            interval = None if math.isnan(low) else Interval(low, high, 0.95, "order statistics")
            found[at].append(_Estimate(value, name, "Hyndman-Fan type 7 quantile",
                                       f"SELECT quantile_cont(value, {q})", n, interval))
    return found


RATE = "total output tokens / total evaluation time"
"""Estimator of a rate whose tokens and durations are known."""


class _Parts:
    """Tokens and durations by record, to take rates as total over total."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def _of(self, metric: str, records: Ints) -> Floats | None:
        """The last value of a metric in each record; None where one has none."""
        rows, known = self.frame.by_record(metric, "sample")
        at = np.searchsorted(known, records, "right") - 1
        if not len(known) or not bool((known[at] == records).all()):
            return None
        return self.frame.value[rows[at]]

    def of(self, group: Group) -> tuple[Floats, Floats] | None:
        """Tokens and seconds behind each rate of a group; None where parts lack or disagree."""
        if group.name("metric") != "output_throughput":
            return None
        records = self.frame.records(group.rows)
        tokens, seconds = (self._of(one, records) for one in ("output_tokens", "eval_duration"))
        if tokens is None or seconds is None or not seconds.all():
            return None
        agree = np.abs(tokens / seconds - group.values) <= _AGREE * group.values
        alone = len(np.unique(records)) == len(records)
        return (tokens, seconds) if alone and agree.all() else None


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
        return _mean(group, mean, interval, sql)
    found = rate_interval(*totals) if group.n >= 3 else None
    return _Estimate(float(totals[0].sum() / totals[1].sum()), "rate",
                     RATE, _rate_sql(where), group.n,
                     _converted(found) if isinstance(found, StatsInterval) else None)


RUN_MEANS: Mapping[RunKind, str] = {
    "run": "arithmetic mean, its interval over the means of named runs",
    "record": "arithmetic mean, its interval over the means of records",
}
"""Estimator of a mean whose values belong to runs: these are what was repeated."""


def _mean(group: Group, mean: float, interval: Interval | None, sql: str) -> _Estimate:
    """A mean, its interval over the highest level of repetition."""
    runs = group.runs
    if runs is None:
        return _Estimate(mean, "mean", "arithmetic mean", sql, group.n, interval)
    kind, codes = runs
    found = run_mean_interval(group.values, codes)
    over = None
    if isinstance(found, StatsInterval):
        low, high = possible(found.low, found.high, group.name("metric"), float(group.values.min()))
        if low <= mean <= high:
            over = Interval(low, high, found.level, f"{found.method}, over {found.n} {kind}s")
    return _Estimate(mean, "mean", RUN_MEANS[kind], sql, group.n, over)


class _Teller:
    """Enters the facts of one group; holds what they share."""

    def __init__(self, book: Book, group: Group) -> None:
        self.book = book
        self.group = group
        self.scope = group.scope()
        self.about = describe(book, group)
        self.where = group.where()
        self.sources = group.sources()
        self.topic = _topic(group)
        for column in ("quantization", "engine", "definition", "phase", "prompt", "test",
                       "key"):
            if column in self.scope:
                book.name(column, self.scope[column])

    def all(self, mean: tuple[float, Interval | None], parts: _Parts, ends: tuple[float, float],
            quantiles: Sequence[_Estimate]) -> Summary:
        """Enter location, ends and quantiles."""
        group = self.group
        estimate = _estimate(group, *mean, parts, self.where)
        location = self.tell(_WORDS[estimate.statistic], estimate, _weight(group))
        low = high = location
        if group.n > 1:
            low, high = (self._end(*end) for end in zip(_ENDS, ends, strict=True))
            for one in quantiles:
                self.tell(f"{self.book.name('statistic', one.statistic)} of ", one,
                          sql=f"{one.sql} FROM measurements WHERE {self.where}")
        return Summary(group, location, low, high, estimate.value, estimate.interval)

    def _end(self, words: tuple[str, str], value: float) -> str:
        """Smallest or largest value of the group."""
        word, statistic = words
        return self.tell(f"{word} ", _Estimate(
            value, statistic, f"{word.lower()} value of the group",
            f"SELECT {statistic}(value) FROM measurements WHERE {self.where}", self.group.n, None))

    def tell(self, words: str, estimate: _Estimate, weight: float = 0.0, sql: str = "") -> str:
        """Enter one fact; return its id."""
        group = self.group
        return self.book.fact(
            f"{words}{self.about}: {{}}", estimate.value, statistic=estimate.statistic,
            estimator=estimate.estimator, metric=group.name("metric"), unit=group.name("unit"),
            n=estimate.n, interval=estimate.interval, scope=self.scope, sources=self.sources,
            sql=sql or estimate.sql, topic=self.topic, weight=weight)


_ENDS = (("Smallest", "min"), ("Largest", "max"))

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

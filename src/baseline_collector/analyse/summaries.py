"""Facts of every group: location, spread, quantiles that n allows, intervals that hold.

Estimators: the arithmetic mean of durations and levels; for rates total over total where
the parts stand in the same records and agree within 1 %; Hyndman-Fan type 7 quantiles from
the n at which they may be printed. Intervals: ``stats.intervals``, n of at least 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from baseline_collector.analyse.book import Book
from baseline_collector.analyse.frame import Floats, Frame, Group, Ints, configuration
from baseline_collector.model import Interval
from baseline_collector.stats.intervals import Interval as StatsInterval
from baseline_collector.stats.intervals import mean_intervals, quantile_interval, rate_interval
from baseline_collector.stats.samples import group_by_starts
from baseline_collector.stats.summary import quantile, smallest_n

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
    found = _summaries(frame, groups, book)
    return found


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
    intervals = mean_intervals(group_by_starts(values, starts))
    parts = _Parts(frame)
    found = []
    for at, group in enumerate(groups):
        interval = None
        if not intervals.reason[at]:
            interval = Interval(float(intervals.low[at]), float(intervals.high[at]), 0.95,
                                str(intervals.method[at]))
        found.append(_enter(book, group, float(intervals.mean[at]), interval, parts))
    return found


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


def _enter(book: Book, group: Group, mean: float, interval: Interval | None, parts: _Parts
           ) -> Summary:
    about = describe(book, group)
    reported = group.name("statistic") != "sample"
    totals = None if reported or group.n < 2 else parts.of(group)
    where = group.where()
    value, statistic, estimator, sql = mean, "mean", "arithmetic mean", (
        f"SELECT avg(value) FROM measurements WHERE {where}")
    if totals is not None:
        value = float(totals[0].sum() / totals[1].sum())
        found = rate_interval(*totals) if group.n >= 3 else None
        interval = _converted(found) if isinstance(found, StatsInterval) else None
        statistic, estimator = "rate", "total output tokens / total evaluation time"
        sql = _rate_sql(where)
    elif reported:
        statistic = "mean" if group.n == 1 else "mean of means"
        estimator = "mean as the artifact reports it" if group.n == 1 else (
            "mean of the means that the artifacts report")
    elif group.n == 1:
        statistic, estimator = "value", "the only value"
    common = _common(group)
    for column in ("quantization", "definition"):
        label = group.name(column)
        if label is not None:
            book.name(column, label)
    if group.name("phase") is not None:
        book.name("phase", "cold" if group.cold else "warm")
    n = int(group.frame.n[group.rows[0]]) or None if reported and group.n == 1 else group.n
    location = book.fact(f"{_words(statistic)}{about}: {{}}", value, statistic=statistic,
                         estimator=estimator, n=n, interval=interval, sql=sql,
                         weight=_weight(group), **common)
    if group.n == 1:
        return Summary(group, location, location, location, value, interval)
    low, high = _ends(book, group, about, where, common)
    _quantiles(book, group, about, where, common)
    return Summary(group, location, low, high, value, interval)


def _common(group: Group) -> dict[str, object]:
    topic = "performance"
    metric = group.name("metric")
    if metric == "compile_time":
        topic = "compile"
    elif metric in ("accuracy", "loss", "model_size"):
        topic = "quality"
    elif metric in SUPPORTING[3:]:
        topic = "telemetry"
    return {"metric": metric, "unit": group.name("unit"), "scope": group.scope(),
            "sources": group.sources(), "topic": topic}


def _ends(book: Book, group: Group, about: str, where: str, common: dict[str, object]
          ) -> tuple[str, str]:
    """Smallest and largest value of a group."""
    ids = []
    for statistic, word, value in (("min", "Smallest ", group.values.min()),
                                   ("max", "Largest ", group.values.max())):
        ids.append(book.fact(
            f"{word}{about}: {{}}", float(value), statistic=statistic,
            estimator=f"{word.lower()}value of the group", n=group.n,
            sql=f"SELECT {statistic}(value) FROM measurements WHERE {where}",
            **common))  # type: ignore[arg-type]
    return ids[0], ids[1]


def _quantiles(book: Book, group: Group, about: str, where: str, common: dict[str, object]) -> None:
    """The quantiles that n allows, with order-statistic intervals."""
    for q, name in PRINTED:
        if group.n < smallest_n(q):
            return
        found = quantile_interval(group.values, q)
        interval = _converted(found) if isinstance(found, StatsInterval) else None
        book.fact(f"{book.name('statistic', name)} of {about}: {{}}", float(quantile(group.values, q)),
                  statistic=name, estimator="Hyndman-Fan type 7 quantile", n=group.n,
                  interval=interval,
                  sql=f"SELECT quantile_cont(value, {q}) FROM measurements WHERE {where}",
                  **common)  # type: ignore[arg-type]


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


def _words(statistic: str) -> str:
    return {"mean": "Mean ", "rate": "Overall ", "mean of means": "Mean of reported ",
            "value": "Single value of "}[statistic]


def describe(book: Book, group: Group) -> str:
    """What a group is about, in words with names in slots."""
    metric = str(group.name("metric")).replace("_", " ")
    parts = [metric]
    if group.name("definition") == "words":
        parts.append("(counted in words)")
    if group.name("phase") is not None:
        parts.append("of cold calls" if group.cold else "of warm calls")
    model = group.name("model")
    if model is not None:
        parts.append(f"of {book.name('model', model)}")
    settings = group.settings
    if settings:
        parts.append(f"with {book.name('configuration', configuration(settings))}")
    device = group.name("device")
    if device is not None:
        parts.append(f"on {book.name('device', device)}")
    artifacts = group.artifacts
    if len(artifacts) == 1:
        parts.append(f"in {book.name('artifact', artifacts[0])}")
    return " ".join(parts)


"""Facts of every group: location, spread, quantiles that n allows, intervals that hold.

What they are lies in arrays, ``estimates``; a fact becomes a record with its sentence, its
sources and its query only when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import overload

import numpy as np

from baseline_collector.evidence.arrays import Bools, Floats, Ints
from baseline_collector.evidence.book import Book, said_by
from baseline_collector.evidence.estimates import (
    KINDS,
    RATE,
    Estimates,
    Quantiles,
    estimate,
    quantiles,
)
from baseline_collector.evidence.facts import id_of
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.groups import Group, Groups, grouped
from baseline_collector.evidence.wording import describe, enter_names
from baseline_collector.model import Fact, Interval, Topic
from baseline_collector.vocabulary import own

LEADING = ("output_throughput", "time_to_first_token", "request_latency", "iteration_time",
           "prompt_throughput", "total_throughput", "request_throughput", "throughput",
           "inter_token_latency", "time_per_output_token", "compile_time", "kernel_duration",
           "accuracy", "loss", "model_size")
"""Metrics of which even a single value is a fact, most telling first; the user's own follow."""

SUPPORTING = ("load_duration", "prompt_eval_duration", "eval_duration", "power", "temperature",
              "memory_used", "gpu_utilization", "cpu_utilization", "memory_utilization")
"""Metrics summarised where there are several values."""


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


class Summaries(Sequence[Summary]):
    """What is known of each group, as arrays.

    Attributes:
        groups: The rows of each.
        estimates: Location of each.
    """

    def __init__(self, groups: Groups, estimates: Estimates, firsts: Ints) -> None:
        self.groups = groups
        self.estimates = estimates
        self._firsts = firsts

    def __len__(self) -> int:
        return len(self.groups)

    @overload
    def __getitem__(self, at: int) -> Summary: ...
    @overload
    def __getitem__(self, at: slice) -> list[Summary]: ...
    def __getitem__(self, at: int | slice) -> Summary | list[Summary]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        group, first = self.groups[at], int(self._firsts[at])
        low, high = (first + 1, first + 2) if group.n > 1 else (first, first)
        return Summary(group, id_of(first), id_of(low), id_of(high),
                       float(self.estimates.value[at]), self.estimates.interval(at))

    def where(self, wanted: Bools) -> list[Summary]:
        """Some of them, in order."""
        return [self[at] for at in np.flatnonzero(wanted).tolist()]


def summarise(frame: Frame, book: Book) -> Summaries:
    """Enter the facts of every group of samples, and of reported means without samples."""
    metric = frame.column("metric")
    sample = frame.counted & frame.column("statistic").where("sample")
    rows = np.flatnonzero(sample & metric.where(*LEADING, *SUPPORTING, *own()))
    groups = grouped(frame, rows)
    leading = groups.where("metric", *LEADING, *own())
    groups = groups.select(leading | (groups.cut.counts > 1)).followed_by(_reported(frame, rows))
    if not len(groups):
        return Summaries(groups, Estimates.none(), groups.cut.starts)
    facts = GroupFacts(book, groups)
    enter_names(book, groups, [(one.name, one.allowed) for one in facts.quantiles])
    return Summaries(groups, facts.estimates, facts.firsts + book.facts.extend(facts))


def _reported(frame: Frame, sampled: Ints) -> Groups:
    """Means that artifacts report, where no samples of that metric and model exist."""
    metric, model = frame.column("metric"), frame.column("model")
    width = len(model.names)
    have = np.zeros(len(metric.names) * width, bool)
    have[metric.codes[sampled] * width + model.codes[sampled]] = True
    rows = np.flatnonzero(frame.counted & frame.column("statistic").where("mean")
                          & metric.where(*LEADING, *own()))
    return grouped(frame, rows[~have[metric.codes[rows] * width + model.codes[rows]]])


class GroupFacts:
    """The facts of groups as columns: of each group its location, ends and quantiles, in a row.

    A group of a single value has its location alone; a quantile is there from the n that
    allows it, so that a larger group has those of a smaller one and more.

    Attributes:
        groups: The rows.
        estimates: Locations.
        quantiles: Quantiles that any group allows.
        firsts: Number of each group's first fact among these.
        values: Value of every fact.
    """

    def __init__(self, book: Book, groups: Groups) -> None:
        self.groups = groups
        self.estimates = estimate(groups)
        self.quantiles = quantiles(groups)
        several = groups.cut.counts > 1
        width = 1 + 2 * several + sum((several & one.allowed).astype(np.int64)
                                      for one in self.quantiles)
        self.firsts: Ints = np.cumsum(width) - width
        self.values: Floats = np.empty(int(width.sum()))
        self.values[self.firsts] = self.estimates.value
        ends = ((several, groups.low), (several, groups.high))
        for at, (given, values) in enumerate(
                [*ends, *((one.allowed, one.found.value) for one in self.quantiles)], start=1):
            self.values[self.firsts[given] + at] = values[given]
        self._book = book
        self._teller: _Teller | None = None

    def __len__(self) -> int:
        return len(self.values)

    def make(self, at: int, id_: str) -> Fact:
        """The record of one of them, under its id."""
        group = int(np.searchsorted(self.firsts, at, "right")) - 1
        which = at - int(self.firsts[group])
        if self._teller is None or self._teller.group.at != group:
            self._teller = _Teller(self._book, self.groups[group])
        value = float(self.values[at])
        if which == 0:
            return self._teller.location(id_, value, self.estimates)
        if which <= len(_ENDS):
            return self._teller.end(id_, value, *_ENDS[which - 1])
        return self._teller.quantile(id_, value, self.quantiles[which - 1 - len(_ENDS)])

    def like(self, value: float, metric: str | None, statistic: str) -> list[int]:
        """Those that have this value, metric and statistic, in order."""
        order, ascending = self._ascending
        left, right = (int(np.searchsorted(ascending, value, side)) for side in ("left", "right"))
        found = np.sort(order[left:right])
        group = np.searchsorted(self.firsts, found, "right") - 1
        code = self.groups.frame.column("metric").code(metric)
        return [at for at, of in zip(found.tolist(), group.tolist(), strict=True)
                if self._codes[of] == code and self._statistic(at, of) == statistic]

    @cached_property
    def _codes(self) -> Ints:
        return self.groups.codes("metric")

    @cached_property
    def _ascending(self) -> tuple[Ints, Floats]:
        order = np.argsort(self.values, kind="stable")
        return order, self.values[order]

    def _statistic(self, at: int, group: int) -> str:
        names = (KINDS[self.estimates.kind[group]].statistic, *(name for _, name in _ENDS),
                 *(one.name for one in self.quantiles))
        return names[at - int(self.firsts[group])]


_ENDS = (("Smallest", "min"), ("Largest", "max"))


class _Teller:
    """Makes the records of one group's facts; holds what they share."""

    def __init__(self, book: Book, group: Group) -> None:
        self.group = group
        self.scope = group.scope()
        self.about = describe(book, group)
        self.where = group.where()
        self.sources = group.sources()
        self.topic = _topic(group)
        self._book = book

    def location(self, id_: str, value: float, known: Estimates) -> Fact:
        """Mean, rate or only value."""
        at = self.group.at
        kind = KINDS[known.kind[at]]
        sql = (_rate_sql(self.where) if kind.estimator == RATE
               else f"SELECT avg(value) FROM measurements WHERE {self.where}")
        return self._fact(id_, kind.words, value, kind.statistic, kind.estimator, sql,
                          int(known.n[at]) or None, known.interval(at), _weight(self.group))

    def end(self, id_: str, value: float, word: str, statistic: str) -> Fact:
        """Smallest or largest value."""
        return self._fact(id_, f"{word} ", value, statistic, f"{word.lower()} value of the group",
                          f"SELECT {statistic}(value) FROM measurements WHERE {self.where}",
                          self.group.n)

    def quantile(self, id_: str, value: float, one: Quantiles) -> Fact:
        """A quantile with its order-statistic interval."""
        sql = f"SELECT quantile_cont(value, {one.q}) FROM measurements WHERE {self.where}"
        return self._fact(id_, f"{self._book.name('statistic', one.name)} of ", value, one.name,
                          "Hyndman-Fan type 7 quantile", sql, self.group.n,
                          one.interval(self.group.at))

    def _fact(self, id_: str, words: str, value: float, statistic: str, estimator: str, sql: str,
              n: int | None, interval: Interval | None = None, weight: float = 0.0) -> Fact:
        group = self.group
        return Fact(id_, said_by(f"{words}{self.about}: {{}}", id_), group.name("metric"),
                    statistic, value, group.name("unit"), n, interval, estimator, self.scope,
                    self.sources, sql, "data", self.topic, weight)


def _topic(group: Group) -> Topic:
    metric = group.name("metric")
    if metric == "compile_time":
        return "compile"
    if metric in ("accuracy", "loss", "model_size"):
        return "quality"
    return "telemetry" if metric in SUPPORTING[3:] else "performance"


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

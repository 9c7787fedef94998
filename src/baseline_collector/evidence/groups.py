"""Groups of like rows: one metric of one model in one configuration, cold or not."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal, overload

import numpy as np
import pyarrow as pa

from baseline_collector.evidence.arrays import Bools, Floats, Ints, taken
from baseline_collector.evidence.book import among, equals, quoted
from baseline_collector.evidence.cuts import (
    Cut,
    any_within,
    counts,
    cut,
    differ_within,
    together,
)
from baseline_collector.evidence.frame import GROUPED_BY, INDEX, SIGNALS, Frame
from baseline_collector.evidence.places import Places
from baseline_collector.evidence.settings import configuration, settings_of
from baseline_collector.stats import samples

_SAME = tuple(name for name in GROUPED_BY if name != "parameters")

_OF_CODE = ("iteration_time", "kernel_duration", "compile_time", "throughput")
"""Metrics of pieces of code: another test is another thing, even where each has one value."""

_LONGEST_NAME = 60

RunKind = Literal["run", "record"]
"""What holds several values that are not independent: a named run, or a record."""


def grouped(frame: Frame, rows: Ints) -> Groups:
    """Cut rows into groups of like ones, cold apart from warm.

    Values under two keys of one file are unlike. A prompt or a test that an artifact
    repeats is a group of its own; prompts of which each stands there once are a suite, one
    group; tests of code never are. Rows of different artifacts are one group only where each
    artifact gives a single value of the same prompt and test, and their paths differ in
    digits and suffix alone: then the artifacts are the repetitions. Otherwise each artifact
    is a run of its own and is not mixed with others. Means and quantiles that artifacts
    report are never put together across files.

    Returns:
        Groups in the order of their first row.
    """
    if not len(rows):
        return Groups(frame, Cut(rows, rows, rows), np.zeros(0, bool))
    tests, artifact = taken(frame.tests, rows), taken(frame.column("artifact").codes, rows)
    reported = ~taken(frame.column("statistic").where("sample"), rows)
    apart = taken(frame.column("metric").where(*_OF_CODE), rows) | reported
    subject = together(tests, taken(frame.column("prompt").codes, rows))
    like = together(_like(frame, rows), tests if apart.all() else np.where(apart, tests, 0))
    places, inner = _places(frame, rows), together(like, artifact)
    differ = any_within(like, differ_within(inner, places))
    if differ.any():
        like = together(like, np.where(differ, places + 1, 0))
        inner = together(like, artifact)
    repeated = any_within(like, counts(together(inner, subject)) > 1)
    if repeated.any():
        like = together(like, np.where(repeated, subject + 1, 0))
        inner = together(like, artifact)
    several = any_within(like, (counts(inner) > 1) | reported)
    codes = inner
    if not several.all():
        merged = together(together(like, subject), taken(frame.series, rows))
        codes = np.where(several, inner + int(merged.max()) + 1, merged)
    found = cut(np.arange(len(rows)), codes)
    return Groups(frame, Cut(rows[found.rows], found.starts, found.counts),
                  differ[found.firsts])


def _places(frame: Frame, rows: Ints) -> Ints:
    """A code a row: its key, and for sensors its device within the key."""
    codes = taken(frame.column("key").codes, rows)
    at = np.flatnonzero(taken(frame.column("metric").where(*SIGNALS), rows))
    if not len(at):
        return codes
    signals = np.zeros(len(rows), np.int64)
    signals[at] = frame.signals(rows[at]) + 1
    return together(codes, signals)


def _like(frame: Frame, rows: Ints) -> Ints:
    """A code a row; equal where nothing that matters differs."""
    code = np.zeros(len(rows), np.int64)
    for name in GROUPED_BY:
        column = frame.settings if name == "parameters" else frame.column(name).codes
        code = together(code, taken(column, rows))
    return code


class Groups(Sequence["Group"]):
    """Groups of like rows; what they agree on is looked up once for all of them.

    Attributes:
        frame: Where the rows are.
        cut: The rows of each group.
        apart: Of each group, whether its file has like rows under another key, or of another
            device in it.
    """

    def __init__(self, frame: Frame, cut: Cut, apart: Bools) -> None:
        self.frame = frame
        self.cut = cut
        self.apart = apart
        self._names: dict[str, list[str | None]] = {}
        self._mixed: dict[str, Bools] = {}

    def __len__(self) -> int:
        return len(self.cut.starts)

    @overload
    def __getitem__(self, at: int) -> Group: ...
    @overload
    def __getitem__(self, at: slice) -> list[Group]: ...
    def __getitem__(self, at: int | slice) -> Group | list[Group]:
        if isinstance(at, slice):
            return [Group(self, one) for one in range(*at.indices(len(self)))]
        return Group(self, range(len(self))[at])

    def select(self, wanted: Bools) -> Groups:
        """Some of them, in the same order."""
        if wanted.all():
            return self
        found = Groups(self.frame, self.cut.select(wanted), self.apart[wanted])
        found._mixed = {column: known[wanted] for column, known in self._mixed.items()}
        if "ordered" in self.__dict__:  # sorted once is enough
            found.ordered = samples.Groups(self.ordered.values[self.cut.inside(wanted)],
                                           found.cut.starts, found.cut.counts)
        return found

    def followed_by(self, others: Groups) -> Groups:
        """These and then others of the same frame."""
        mine, more = self.cut, others.cut
        return Groups(self.frame, Cut(np.concatenate([mine.rows, more.rows]),
                                      np.concatenate([mine.starts, more.starts + len(mine.rows)]),
                                      np.concatenate([mine.counts, more.counts])),
                      np.concatenate([self.apart, others.apart])) if len(others) else self

    def names(self, column: str) -> list[str | None]:
        """What the rows of each group agree on in one text column."""
        known = self._names.get(column)
        if known is None:
            names = self.frame.column(column).names
            known = self._names[column] = [names[code] for code in self.codes(column).tolist()]
        return known

    def codes(self, column: str) -> Ints:
        """Code of the first row of each group in a text column, or of its test."""
        return self.coded(column)[self.cut.firsts]

    def where(self, column: str, *names: str) -> Bools:
        """Groups whose first row has one of some names."""
        return self.frame.column(column).where(*names)[self.cut.firsts]

    def mixed(self, column: str) -> Bools:
        """Groups whose rows differ in a text column, or in their test."""
        known = self._mixed.get(column)
        if known is None:
            known = self._mixed[column] = (
                self.cut.mixed(self.coded(column)) if len(self) else np.zeros(0, bool))
        return known

    def coded(self, column: str) -> Ints:
        """Codes of all rows of the table in a text column, or of their tests."""
        return self.frame.tests if column == "test" else self.frame.column(column).codes

    @property
    def alone(self) -> Bools:
        """Groups that stand in one artifact."""
        return ~self.mixed("artifact")

    @property
    def suite(self) -> Bools:
        """Groups that are answers to different prompts, or of different tests."""
        return self.mixed("prompt") | self.mixed("test")

    @cached_property
    def may_have_runs(self) -> Bools:
        """Groups in which each row names a run, or one record holds two rows side by side."""
        rows = self.cut.rows
        named = (self.frame.tests[rows] == 0) & (self.frame.column("run").codes[rows] > 0)
        record = self.frame.record[rows]
        beside = np.zeros(len(rows), bool)
        beside[1:] = record[1:] == record[:-1]
        beside[self.cut.starts] = False
        return self.cut.all_of(named) | self.cut.any_of(beside)

    @cached_property
    def values(self) -> Floats:
        """Values in canonical unit, group after group."""
        return self.frame.value[self.cut.rows]

    @cached_property
    def ordered(self) -> samples.Groups:
        """The values, ascending inside each group."""
        return samples.group_by_starts(self.values, self.cut.starts)

    @cached_property
    def moments(self) -> samples.Moments:
        """Count, mean, spread and skewness of each group."""
        return samples.moments(self.ordered)

    @cached_property
    def low(self) -> Floats:
        """Smallest value of each group."""
        return np.minimum.reduceat(self.values, self.cut.starts)

    @cached_property
    def high(self) -> Floats:
        """Largest value of each group."""
        return np.maximum.reduceat(self.values, self.cut.starts)


class Group:
    """Like rows: one metric of one model in one configuration, cold or not."""

    __slots__ = ("at", "of")

    def __init__(self, of: Groups, at: int) -> None:
        self.of = of
        self.at = at

    @property
    def frame(self) -> Frame:
        """Where the rows are."""
        return self.of.frame

    @property
    def rows(self) -> Ints:
        """Row numbers, in order."""
        return self.of.cut.rows_of(self.at)

    @property
    def apart(self) -> bool:
        """Whether their file has like rows under another key, or of another device in it."""
        return bool(self.of.apart[self.at])

    @property
    def values(self) -> Floats:
        """Values in canonical unit, in the order of the rows."""
        start = self.of.cut.starts[self.at]
        return self.of.values[start:start + self.of.cut.counts[self.at]]

    @property
    def n(self) -> int:
        """How many."""
        return int(self.of.cut.counts[self.at])

    def name(self, column: str) -> str | None:
        """What the rows agree on in one text column."""
        return self.of.names(column)[self.at]

    def _texts(self, column: str) -> list[str | None]:
        """The different names of the rows in one text column, in the order of their first row."""
        names = self.frame.column("run" if column == "test" else column).names
        return [names[code] for code in self._codes(column)]

    def _codes(self, column: str) -> list[int]:
        """The different codes of the rows in one text column, in the order of their first row."""
        codes = self.of.coded(column)
        if self.of.mixed(column)[self.at]:
            return list(dict.fromkeys(codes[self.rows].tolist()))
        return [int(codes[self.of.cut.rows[self.of.cut.starts[self.at]]])]

    @property
    def settings(self) -> Mapping[str, str]:
        """Parameters they share."""
        return settings_of(self.name("parameters"))

    @property
    def artifacts(self) -> list[str]:
        """Artifacts they stand in, in the order of the table's names."""
        names = self.frame.column("artifact").names
        return [str(names[code]) for code in sorted(self._codes("artifact"))]

    @property
    def alone(self) -> bool:
        """Whether they stand in one artifact."""
        return bool(not self.of.mixed("artifact")[self.at])

    @property
    def cold(self) -> bool:
        """Whether they are cold starts."""
        return self.name("phase") == "cold"

    @property
    def keys(self) -> list[str]:
        """Keys they stand under, sorted."""
        return sorted(map(str, self._texts("key")))

    @property
    def place(self) -> str | None:
        """The key, and of a sensor the device in it, where like values stand under others."""
        if not self.apart:
            return None
        fixed, left = self._fixed(), itertools.count()
        path = str(self.frame.table.column("path")[int(self.rows[0])])
        return INDEX.sub(lambda found: found[0] if next(left) in fixed else "[]", path)

    def _fixed(self) -> dict[int, str]:
        """Indices of a sensor's path, by position, in which its samples agree."""
        if self.name("metric") not in SIGNALS:
            return {}
        paths = self.frame.table.column("path").take(pa.array(self.rows)).to_pylist()
        columns = list(zip(*(INDEX.findall(path) for path in paths), strict=False))
        return {at: column[0] for at, column in enumerate(columns)
                if len(columns) > 1 and len(set(column)) == 1}

    @property
    def prompts(self) -> list[str | None]:
        """Different prompts behind them, shortened, in the order of their first row."""
        return [shortened(name) for name in self._texts("prompt")]

    @property
    def tests(self) -> list[str | None]:
        """Different tests or scenarios behind them, in the order of their first row."""
        return self._texts("test")

    @property
    def runs(self) -> tuple[RunKind, Ints] | None:
        """What runs are here, and a code a value for its run; None where each value is one.

        Runs are named by the artifact, or are the records that list several values each.
        """
        rows = self.rows
        named = np.where(self.frame.tests[rows] == 0, self.frame.column("run").codes[rows], 0)
        records = self.frame.record[rows] + 1
        levels: list[tuple[RunKind, Ints]] = [("run", named)] if named.all() else []
        if (records[1:] == records[:-1]).any():  # values of one record stand beside each other
            levels.append(("record", records))
        for kind, codes in levels:
            _, at, counts = np.unique(codes, return_inverse=True, return_counts=True)
            if len(counts) > 1 and codes.min() > 0 and counts.min() > 1:
                return kind, np.asarray(at, np.int64)
        return None

    @property
    def suite(self) -> bool:
        """Whether they are answers to different prompts, one each."""
        return bool(self.of.mixed("prompt")[self.at] or self.of.mixed("test")[self.at])

    def scope(self) -> dict[str, str]:
        """What the group is about, for a fact."""
        found = {column: name for column in ("model", "quantization", "engine", "device")
                 if (name := self.name(column)) is not None}
        settings, artifacts, place = self.settings, self.artifacts, self.place
        if settings:
            found["configuration"] = configuration(settings)
        if len(artifacts) == 1:
            found["artifact"] = artifacts[0]
        if place is not None:
            found["key"] = place
        for label, names in (("prompt", self.prompts), ("test", self.tests)):
            if len(names) > 1:
                found[label] = "several"
            elif names[0] is not None:
                found[label] = names[0]
        for column in ("phase", "definition"):
            name = self.name(column)
            if name is not None:
                found[column] = name
        return found

    def where(self) -> str:
        """SQL condition that selects exactly these rows."""
        parts = ["counted", *(equals(name, self.name(name)) for name in _SAME)]
        parts.append(among("parameters", sorted(self._texts("parameters"), key=str)))
        parts.append(among("artifact", self.artifacts))
        parts.append(among("key", self.keys))
        parts += [f"regexp_extract_all(path, '\\[([0-9]+)\\]', 1)[{at + 1}] = {quoted(index)}"
                  for at, index in self._fixed().items()]
        suite = self.suite
        for column in ("prompt", "run"):
            codes = self._codes(column)
            if len(codes) == 1 or not suite:
                names = self.frame.column(column).names
                parts.append(among(column, [names[code] for code in sorted(codes)]))
        return " AND ".join(parts)

    def sources(self) -> Places:
        """Where the values stand."""
        return self.frame.sources(self.rows)


def shortened(name: str | None) -> str | None:
    """A name as texts show it: prompts can be long."""
    if name is None or len(name) <= _LONGEST_NAME:
        return name
    return name[: _LONGEST_NAME - 1].rstrip() + "…"

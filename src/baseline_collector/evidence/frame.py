"""The measurements as arrays: codes for texts, floats for values, groups of like rows."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Literal, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from baseline_collector.evidence.book import among, equals, quoted
from baseline_collector.evidence.cuts import (
    Cut,
    any_within,
    counts,
    cut,
    distinct_within,
    together,
)
from baseline_collector.evidence.places import Places
from baseline_collector.model import Source

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

GROUPED_BY = ("metric", "statistic", "definition", "unit", "model", "quantization", "engine",
              "device", "phase", "setup", "parameters")
"""Rows that differ in one of these are unlike, and no statistic crosses them."""

_SAME = tuple(name for name in GROUPED_BY if name != "parameters")

_NOT_SETTINGS = ("seed",)

_DIGITS = re.compile(r"\d+")
_SUFFIX = re.compile(r"\.\w+$")

_OF_CODE = ("iteration_time", "kernel_duration", "compile_time", "throughput")
"""Metrics of pieces of code: another test is another thing, even where each has one value."""

SIGNALS = ("power", "temperature", "fan_speed", "gpu_utilization", "gpu_memory_utilization",
           "cpu_utilization", "memory_utilization", "memory_used", "clock_graphics",
           "clock_memory", "power_limit")
"""Metrics of sensors: of two devices in one file, each is a signal of its own."""

INDEX = re.compile(r"\[(\d+)\]")
"""An index in a path."""

_REPETITION = re.compile(
    r"(?:run|iter|iteration|rep|repeat|repetition|trial|round|attempt|sample|pass|call|request"
    r"|seed)?[ _#-]?\d{1,9}", re.IGNORECASE)
_LONGEST_NAME = 60


RunKind = Literal["run", "record"]
"""What holds several values that are not independent: a named run, or a record."""


class Coded:
    """A text column: codes and names; code 0 is null."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        combined = column.combine_chunks()
        if isinstance(combined, pa.ChunkedArray):
            combined = combined.chunk(0)
        names = combined.dictionary.to_pylist()
        codes = combined.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        self.codes: Ints = codes + 1
        self.names: list[str | None] = [None, *names]

    @cached_property
    def _codes(self) -> dict[str | None, int]:
        return {name: code for code, name in enumerate(self.names)}

    def code(self, name: str | None) -> int:
        """Code of a name, or -1 where no row has it."""
        return self._codes.get(name, -1)

    def at(self, row: int) -> str | None:
        """Name of one row."""
        return self.names[int(self.codes[row])]

    def where(self, *names: str) -> Bools:
        """Rows that have one of some names."""
        wanted = np.zeros(len(self.names) + 1, bool)
        wanted[[self.code(name) for name in names]] = True
        wanted[-1] = False
        return wanted[self.codes]


class Frame:
    """The measurements table, column by column."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.size = table.num_rows
        self.value: Floats = table.column("value").to_numpy()
        self.counted: Bools = table.column("counted").to_numpy(zero_copy_only=False)
        self.record: Ints = (
            table.column("record").combine_chunks().fill_null(-1).to_numpy().astype(np.int64))
        self.n: Ints = (
            table.column("n").combine_chunks().fill_null(0).to_numpy().astype(np.int64))
        self._coded: dict[str, Coded] = {}
        self._by_record: dict[tuple[str, str], tuple[Ints, Ints]] = {}

    def column(self, name: str) -> Coded:
        """A text column by name."""
        known = self._coded.get(name)
        if known is None:
            known = self._coded[name] = Coded(self.table.column(name))
        return known

    @cached_property
    def pointers(self) -> pa.Array:
        """Pointer of every row."""
        return self.table.column("pointer").combine_chunks()

    def records(self, rows: Ints) -> Ints:
        """A number a row, equal for rows of the same record of the same artifact."""
        return np.asarray(self.column("artifact").codes[rows] * self._widest
                          + self.record[rows] + 1, np.int64)

    @cached_property
    def _widest(self) -> int:
        return int(self.record.max(initial=0)) + 2

    def by_record(self, metric: str, statistic: str) -> tuple[Ints, Ints]:
        """Counted rows of a metric in the order of their records, and those records."""
        known = self._by_record.get((metric, statistic))
        if known is None:
            rows = np.flatnonzero(self.counted & self.column("metric").where(metric)
                                  & self.column("statistic").where(statistic))
            records = self.records(rows)
            order = np.argsort(records, kind="stable")
            known = self._by_record[metric, statistic] = rows[order], records[order]
        return known

    def counted_at(self, artifact: int, key: int) -> int:
        """How many counted rows stand under a key of an artifact, both by code."""
        width = len(self.column("key").names)
        return int(self._counted_at.get(artifact * width + key, 0))

    @cached_property
    def _counted_at(self) -> dict[int, int]:
        width = len(self.column("key").names)
        codes = self.column("artifact").codes[self.counted] * width + self.column(
            "key").codes[self.counted]
        found, counts = np.unique(codes, return_counts=True)
        return dict(zip(found.tolist(), counts.tolist(), strict=True))

    def source(self, row: int) -> Source:
        """Where one row stands."""
        return Source(str(self.column("artifact").at(row)), str(self.pointers[int(row)]))

    def sources(self, rows: Sequence[int] | Ints) -> Places:
        """Where rows stand, at most as many as a fact lists."""
        return Places(self, np.asarray(rows, np.int64))

    def looked_up(self, rows: Ints) -> tuple[Source, ...]:
        """Where each of some rows stands."""
        artifact = self.column("artifact")
        pointers = self.pointers.take(pa.array(rows)).to_pylist()
        names = [str(artifact.names[code]) for code in artifact.codes[rows].tolist()]
        return tuple(map(Source, names, pointers))

    @cached_property
    def settings(self) -> Ints:
        """Codes of the parameters without those that only number repetitions."""
        column = self.column("parameters")
        known: dict[str | None, int] = {}
        lookup = np.array([known.setdefault(_settings(name), len(known))
                           for name in column.names], np.int64)
        return lookup[column.codes]

    @cached_property
    def tests(self) -> Ints:
        """Codes of the runs that are tests or scenarios; 0 for none and for mere repetitions."""
        column = self.column("run")
        lookup = np.array([0 if name is None or _REPETITION.fullmatch(name.strip()) else code
                           for code, name in enumerate(column.names)], np.int64)
        return lookup[column.codes]

    def signals(self, rows: Ints) -> Ints:
        """A code a row, different for the places of one key that are not repetitions.

        Of the indices of a path, the one with the most different values counts the samples;
        the others tell one device from another.
        """
        artifacts, keys = self.column("artifact").codes, self.column("key").codes
        members: dict[tuple[int, int], list[tuple[int, list[str]]]] = {}
        paths = self.table.column("path").take(pa.array(rows)).to_pylist()
        for at, (row, path) in enumerate(zip(rows.tolist(), paths, strict=True)):
            members.setdefault((int(artifacts[row]), int(keys[row])), []).append(
                (at, INDEX.findall(path)))
        known: dict[tuple[object, ...], int] = {}
        codes = np.zeros(len(rows), np.int64)
        for label, mine in members.items():
            counts = [len(set(column)) for column in zip(*(at for _, at in mine), strict=False)]
            sampled = counts.index(max(counts)) if counts else 0
            for at, indices in mine:
                place = (*label, *indices[:sampled], *indices[sampled + 1:])
                codes[at] = known.setdefault(place, len(known))
        return codes

    def _places(self, rows: Ints) -> Ints:
        """A code a row: its key, and for sensors its device within the key."""
        codes = self.column("key").codes[rows]
        at = np.flatnonzero(self.column("metric").where(*SIGNALS)[rows])
        if not len(at):
            return codes
        signals = np.zeros(len(rows), np.int64)
        signals[at] = self.signals(rows[at]) + 1
        return together(codes, signals)

    @cached_property
    def series(self) -> Ints:
        """A code for the path of each row's artifact, digits and suffix aside."""
        column = self.column("artifact")
        known: dict[str, int] = {}
        bare = (_DIGITS.sub("#", _SUFFIX.sub("", name or "")) for name in column.names)
        lookup = np.array([known.setdefault(name, len(known)) for name in bare], np.int64)
        return lookup[column.codes]

    def groups(self, rows: Ints) -> Groups:
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
            return Groups(self, Cut(rows, rows, rows), np.zeros(0, bool))
        tests, artifact = self.tests[rows], self.column("artifact").codes[rows]
        reported = ~self.column("statistic").where("sample")[rows]
        apart = self.column("metric").where(*_OF_CODE)[rows] | reported
        subject = together(tests, self.column("prompt").codes[rows])
        like = together(self._like(rows), np.where(apart, tests, 0))
        places, inner = self._places(rows), together(like, artifact)
        differ = any_within(like, distinct_within(inner, places) > 1)
        like = together(like, np.where(differ, places + 1, 0))
        repeated = any_within(like, counts(together(together(like, artifact), subject)) > 1)
        like = together(like, np.where(repeated, subject + 1, 0))
        inner = together(like, artifact)
        several = any_within(like, (counts(inner) > 1) | reported)
        merged = together(together(like, subject), self.series[rows])
        codes = np.where(several, inner + int(merged.max()) + 1, merged)
        found = cut(np.arange(len(rows)), codes)
        return Groups(self, Cut(rows[found.rows], found.starts, found.counts),
                      differ[found.firsts])

    def _like(self, rows: Ints) -> Ints:
        """A code a row; equal where nothing that matters differs."""
        code = np.zeros(len(rows), np.int64)
        for name in GROUPED_BY:
            column = self.settings if name == "parameters" else self.column(name).codes
            code = together(code, column[rows])
        return code


@lru_cache(maxsize=1 << 16)
def settings_of(parameters: str | None) -> dict[str, str]:
    """Parameters as stored -> settings, without those that only number repetitions."""
    text = _settings(parameters)
    return {} if text is None else dict(json.loads(text))


def _settings(parameters: str | None) -> str | None:
    if parameters is None or not any(f'"{name}"' in parameters for name in _NOT_SETTINGS):
        return parameters
    kept = {key: value for key, value in json.loads(parameters).items()
            if key not in _NOT_SETTINGS}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")) if kept else None


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
        self._distinct: dict[str, list[list[int]]] = {}

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
        return Groups(self.frame, self.cut.select(wanted), self.apart[wanted])

    def names(self, column: str) -> list[str | None]:
        """What the rows of each group agree on in one text column."""
        known = self._names.get(column)
        if known is None:
            coded = self.frame.column(column)
            known = self._names[column] = [
                coded.names[code] for code in coded.codes[self.cut.firsts].tolist()]
        return known

    def codes(self, column: str) -> list[list[int]]:
        """The different codes of each group in a text column, in the order of their first row."""
        known = self._distinct.get(column)
        if known is None:
            codes = self.frame.tests if column == "test" else self.frame.column(column).codes
            known = self._distinct[column] = self.cut.distinct(codes) if len(self) else []
        return known

    @cached_property
    def values(self) -> Floats:
        """Values in canonical unit, group after group."""
        return self.frame.value[self.cut.rows]

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
        names = self.frame.column(column).names
        return [names[code] for code in self.of.codes(column)[self.at]]

    @property
    def settings(self) -> dict[str, str]:
        """Parameters they share; not to be changed."""
        return settings_of(self.name("parameters"))

    @property
    def artifacts(self) -> list[str]:
        """Artifacts they stand in, in the order of the table's names."""
        names = self.frame.column("artifact").names
        return [str(names[code]) for code in sorted(self.of.codes("artifact")[self.at])]

    @property
    def alone(self) -> bool:
        """Whether they stand in one artifact."""
        return len(self.of.codes("artifact")[self.at]) == 1

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
        names = self.frame.column("run").names
        return [names[code] for code in self.of.codes("test")[self.at]]

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
        return len(self.of.codes("prompt")[self.at]) > 1 or len(self.of.codes("test")[self.at]) > 1

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
            codes = self.of.codes(column)[self.at]
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


def configuration(settings: dict[str, str]) -> str:
    """Settings as people write them, ``num_ctx=1024, temperature=0.2``, without their names."""
    kept = {key: value for key, value in settings.items() if key != "config_name"} or settings
    return ", ".join(f"{key}={value}" for key, value in kept.items())

"""The measurements as arrays: codes for texts, floats for values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pyarrow as pa

from baseline_collector.evidence.arrays import Bools, Coded, Floats, Ints
from baseline_collector.evidence.places import Places
from baseline_collector.evidence.settings import kept_settings
from baseline_collector.model import Source

GROUPED_BY = ("metric", "statistic", "definition", "unit", "model", "quantization", "engine",
              "device", "phase", "setup", "parameters")
"""Rows that differ in one of these are unlike, and no statistic crosses them."""

_DIGITS = re.compile(r"\d+")
_SUFFIX = re.compile(r"\.\w+$")

SIGNALS = ("power", "temperature", "fan_speed", "gpu_utilization", "gpu_memory_utilization",
           "cpu_utilization", "memory_utilization", "memory_used", "clock_graphics",
           "clock_memory", "power_limit")
"""Metrics of sensors: of two devices in one file, each is a signal of its own."""

INDEX = re.compile(r"\[(\d+)\]")
"""An index in a path."""

_REPETITION = re.compile(
    r"(?:run|iter|iteration|rep|repeat|repetition|trial|round|attempt|sample|pass|call|request"
    r"|seed)?[ _#-]?\d{1,9}", re.IGNORECASE)


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

    @cached_property
    def stated(self) -> Bools:
        """Counted rows, and reported statistics of samples at hand, which say no more than these.

        What judges how a file sums up looks at these; what estimates, at counted rows alone.
        """
        return np.asarray(self.counted | (self.column("restates").codes > 0))

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
        return Places(self.looked_up, np.asarray(rows, np.int64))

    def looked_up(self, rows: Ints) -> tuple[Source, ...]:
        """Where each of some rows stands."""
        artifact = self.column("artifact")
        pointers = [self.pointers[row].as_py() for row in rows.tolist()]  # a few: no kernel
        names = [str(artifact.names[code]) for code in artifact.codes[rows].tolist()]
        return tuple(map(Source, names, pointers))

    @cached_property
    def settings(self) -> Ints:
        """Codes of the parameters without those that only number repetitions."""
        column = self.column("parameters")
        known: dict[str | None, int] = {}
        lookup = np.array([known.setdefault(kept_settings(name), len(known))
                           for name in column.names], np.int64)
        return column.through(lookup)

    @cached_property
    def tests(self) -> Ints:
        """Codes of the runs that are tests or scenarios; 0 for none and for mere repetitions."""
        column = self.column("run")
        lookup = np.array([0 if name is None or _REPETITION.fullmatch(name.strip()) else code
                           for code, name in enumerate(column.names)], np.int64)
        return column.through(lookup)

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

    @cached_property
    def series(self) -> Ints:
        """A code for the path of each row's artifact, digits and suffix aside."""
        column = self.column("artifact")
        known: dict[str, int] = {}
        bare = (_DIGITS.sub("#", _SUFFIX.sub("", name or "")) for name in column.names)
        lookup = np.array([known.setdefault(name, len(known)) for name in bare], np.int64)
        return column.through(lookup)

"""Sets of samples that a reported statistic may sum up, with what they are looked up by.

Of the samples of one key: all of them, those of one record, those of one array, of one model,
of one model's settings, of one run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baseline_collector.evidence.arrays import Bools, Coded, Floats, Ints
from baseline_collector.evidence.cuts import Cut, cut, together

CONTEXT = ("definition", "model", "quantization", "engine", "device", "run", "prompt", "parameters")
"""Columns in which samples and the statistic of them do not contradict each other."""

MIXED = -1
"""Code of a context column in which samples differ; 0 where it is not known."""

_ARRAY = r"/\d+(?:/[^/0-9][^/]*)*$"
_OF_NUMBERS = re.compile(r"/\d+$")

Selector = tuple[str, ...]
"""Columns of the measurements that tell the samples of a set from others of their key."""

_SELECTORS: tuple[Selector, ...] = (
    ("pointer",), (), ("record",), ("model",), ("model", "parameters"), ("run",))
ANCHORS = ("mean", "p50", "min", "max")
"""Statistics by which sets are looked up, the most telling first."""


class Gathered:
    """Reported statistics and samples of a heap that may belong together.

    Attributes:
        table: Some rows of the measurements, and ``row``: the number of each.
    """

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._coded: dict[str, Coded] = {}
        self.value: Floats = table.column("value").to_numpy()
        self.record: Ints = table.column("record").fill_null(-1).to_numpy().astype(np.int64)
        self.n: Ints = table.column("n").fill_null(0).to_numpy().astype(np.int64)
        self.sample = self.column("statistic").where("sample")

    def column(self, name: str) -> Coded:
        """A text column by name."""
        if name not in self._coded:
            self._coded[name] = Coded(self.table.column(name))
        return self._coded[name]

    @cached_property
    def folder(self) -> Ints:
        """A code a row for the folder of its artifact."""
        artifact = self.column("artifact")
        known: dict[str, int] = {}
        lookup = np.array([known.setdefault((name or "").rpartition("/")[0], len(known))
                           for name in artifact.names], np.int64)
        return lookup[artifact.codes]

    @cached_property
    def place(self) -> Ints:
        """A code a row for folder and metric: what is looked up together."""
        return together(self.folder, self.column("metric").codes)

    def pointers(self, rows: Ints) -> pa.Array:
        """Pointers of some rows."""
        return self.table.column("pointer").take(pa.array(rows)).combine_chunks()


@dataclass(frozen=True, slots=True, eq=False)
class Sets:
    """Sets of samples.

    Attributes:
        of: What they are taken from.
        cut: Rows of each, by value.
        selector: Index into the selectors of each.
        looked_up: The statistic of each by the names in ``ANCHORS``.
        context: Of each set and column of ``CONTEXT`` the code that its samples share.
    """

    of: Gathered
    cut: Cut
    selector: Ints
    looked_up: dict[str, Floats]
    context: Ints

    def ordered(self, at: int) -> Floats:
        """Values of a set, ascending."""
        return self.of.value[self.cut.rows_of(at)]

    def first(self, at: int) -> int:
        """A row of a set."""
        return int(self.cut.rows[self.cut.starts[at]])

    def size(self, at: int) -> int:
        """How many samples a set has."""
        return int(self.cut.counts[at])

    def arrays(self) -> Iterator[tuple[int, str]]:
        """Yield the sets that are arrays of bare numbers, each with the pointer of its array."""
        mine = np.flatnonzero(self.selector == _SELECTORS.index(("pointer",)))
        pointers = self.of.pointers(self.cut.firsts[mine]).to_pylist()
        for at, pointer in zip(mine.tolist(), pointers, strict=True):
            if _OF_NUMBERS.search(pointer):
                yield at, _OF_NUMBERS.sub("", pointer)

    def named(self, at: int) -> dict[str, object]:
        """What selects the samples of a set in the table of measurements."""
        row = self.first(at)
        found: dict[str, object] = {name: self.of.column(name).at(row)
                                    for name in ("artifact", "key")}
        for name in _SELECTORS[self.selector[at]]:
            if name == "pointer":
                pointer = self.of.pointers(np.array([row]))[0].as_py()
                found["below"] = re.sub(_ARRAY, "", pointer) + "/"
            elif name == "record":
                found["record"] = int(self.of.record[row])
            else:
                found[name] = self.of.column(name).at(row)
        return found | {"n": self.size(at)}


def sets_of(of: Gathered) -> Sets:
    """All sets of the samples; one of a single sample is no set unless settings or arrays make it.

    Sets with the same samples are made once, by the first selector that makes them.
    """
    rows = np.flatnonzero(of.sample)
    rows = rows[np.argsort(of.value[rows], kind="stable")]
    key = together(of.column("artifact").codes[rows], of.column("key").codes[rows]) \
        if len(rows) else rows
    pieces, selectors, seen = [], [], set[tuple[int, ...]]()
    for at, codes in _families(of, rows) if len(rows) else ():
        found = cut(rows, together(key, codes))
        labels = list(zip(*(one.tolist() for one in (
            np.minimum.reduceat(found.rows, found.starts), found.counts,
            np.add.reduceat(found.rows, found.starts))), strict=True))
        kept = np.array([label not in seen for label in labels], bool)
        kept &= (found.counts > 1) | _may_be_one(of, at, found)
        seen.update(label for label, good in zip(labels, kept.tolist(), strict=True) if good)
        pieces.append(found.select(kept))
        selectors.append(np.full(len(pieces[-1].starts), at))
    whole = _end_to_end(pieces)
    return Sets(of, whole, np.concatenate([*selectors, np.zeros(0, np.int64)]).astype(np.int64),
                _looked_up(of, whole), _shared(of, whole))


def _end_to_end(pieces: list[Cut]) -> Cut:
    empty = np.zeros(0, np.int64)
    begins = np.cumsum([0, *(len(one.rows) for one in pieces)])
    return Cut(np.concatenate([*(one.rows for one in pieces), empty]),
               np.concatenate([*(one.starts + begin for one, begin in
                                 zip(pieces, begins, strict=False)), empty]),
               np.concatenate([*(one.counts for one in pieces), empty]))


def _may_be_one(of: Gathered, at: int, found: Cut) -> Bools:
    """Whether a set may be of one sample: the only call of some settings, an array of one."""
    if _SELECTORS[at] == ("model", "parameters"):
        return of.column("parameters").codes[found.firsts] > 0
    if _SELECTORS[at] != ("pointer",):
        return np.zeros(len(found.starts), bool)
    bare = pc.match_substring_regex(of.pointers(found.firsts), _OF_NUMBERS.pattern)
    return np.asarray(bare.to_numpy(zero_copy_only=False), bool)


def _families(of: Gathered, rows: Ints) -> Iterator[tuple[int, Ints]]:
    """Of each selector that applies, a code a sample."""
    arrays = pc.replace_substring_regex(of.pointers(rows), _ARRAY, "").dictionary_encode()
    yield 0, arrays.indices.to_numpy().astype(np.int64)
    yield 1, np.zeros(len(rows), np.int64)
    yield 2, of.record[rows] + 1
    for at, names in enumerate(_SELECTORS[3:], 3):
        codes = np.zeros(len(rows), np.int64)
        for name in names:
            codes = together(codes, of.column(name).codes[rows])
        yield at, codes


def _looked_up(of: Gathered, whole: Cut) -> dict[str, Floats]:
    if not len(whole.starts):
        return {name: np.zeros(0) for name in ANCHORS}
    values = of.value[whole.rows]
    last = whole.starts + whole.counts - 1
    middle = whole.starts + (whole.counts - 1) // 2, whole.starts + whole.counts // 2
    return {"mean": np.add.reduceat(values, whole.starts) / whole.counts,
            "p50": (values[middle[0]] + values[middle[1]]) / 2,
            "min": values[whole.starts], "max": values[last]}


def _shared(of: Gathered, whole: Cut) -> Ints:
    columns = []
    for name in CONTEXT:
        codes = of.column(name).codes[whole.rows]
        if not len(codes):
            columns.append(codes)
            continue
        low, high = (which.reduceat(codes, whole.starts) for which in (np.minimum, np.maximum))
        columns.append(np.where(low == high, low, MIXED))
    return np.stack(columns, axis=1)


@lru_cache(maxsize=1 << 12)
def differ(one: str, other: str) -> bool:
    """Whether two objects of settings have a setting in common that is not the same."""
    mine, theirs = json.loads(one), json.loads(other)
    return any(mine[name] != theirs[name] for name in mine.keys() & theirs.keys())

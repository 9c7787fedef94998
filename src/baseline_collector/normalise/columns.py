"""A batch of leaves as NumPy columns, with the meaning of each key."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from baseline_collector.normalise.meaning import Meaning, meaning_of
from baseline_collector.readers.cells import NUMBER, TEXT, cell

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


_BY_CELLS = ("generic-csv", "generic-markdown", "generic-text")
"""Readers that take every text for the number it says, by the notation of the whole file."""

_LONGEST = 60
"""Characters of a text that can be a number with its unit."""


class Leaves:
    """Columns of ``readers.leaves.LEAVES``; a null index or code is -1, a null value NaN.

    Attributes:
        numeric: Rows of the batch that are numbers, in order.
        keys: Templates that the ``key`` column codes.
        meanings: What each of them means.
    """

    def __init__(self, batch: pa.RecordBatch, readers: Sequence[str]) -> None:
        """Take a batch apart.

        Args:
            batch: Leaves.
            readers: Name of the reader of each artifact; the same key may mean different
                things in different formats, so keys are coded a reader.
        """
        key, unit, reason = batch.column("key"), batch.column("unit"), batch.column("reason")
        self.artifact: Ints = batch.column("artifact").to_numpy().astype(np.int64)
        names = sorted(set(readers))
        reader = np.array([names.index(name) for name in readers] or [0], np.int64)
        coded = key.indices.to_numpy().astype(np.int64) * max(len(names), 1)
        found, codes = np.unique(coded + reader[self.artifact], return_inverse=True)
        self.key: Ints = codes.astype(np.int64)
        spelled = key.dictionary.to_pylist()
        pairs = [divmod(code, max(len(names), 1)) for code in found.tolist()]
        self.keys: list[str] = [spelled[at] for at, _ in pairs]
        self.at = tuple(
            batch.column(name).fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
            for name in ("i0", "i1", "i2")
        )
        self.kind: npt.NDArray[np.int8] = batch.column("kind").to_numpy()
        self.raw: pa.Array = batch.column("raw")
        self.value: Floats = batch.column("value").to_numpy(zero_copy_only=False)
        self.unit: Ints = _codes(unit)
        self.units: list[str] = unit.dictionary.to_pylist()
        self.reason: Ints = _codes(reason)
        self.reasons: list[str] = reason.dictionary.to_pylist()
        self.meanings: list[Meaning] = [meaning_of(spelled[at], names[who]) for at, who in pairs]
        self._said = [meaning.role == "measurement" and names[who] not in _BY_CELLS
                      for meaning, (_, who) in zip(self.meanings, pairs, strict=True)]
        self._hear_texts()
        self.numeric: Ints = np.flatnonzero(self.kind == NUMBER)

    def _hear_texts(self) -> None:
        """Take a text for the number it says where its key names a metric: ``"350 ms"``."""
        if not any(self._said):
            return
        rows = np.flatnonzero((self.kind == TEXT) & np.array(self._said)[self.key])
        if not len(rows):
            return
        found = [(row, *cell(text)) for row, text in
                 zip(rows.tolist(), self.raw.take(pa.array(rows)).to_pylist(), strict=True)
                 if len(text) <= _LONGEST]
        self.kind, self.value = self.kind.copy(), self.value.copy()
        for row, kind, value, unit, reason in found:
            if kind == NUMBER:
                self.kind[row] = NUMBER
                self.value[row] = np.nan if value is None else value
                self.unit[row] = _code_in(self.units, unit)
                self.reason[row] = _code_in(self.reasons, reason)

    def by_key(self, rows: Ints) -> list[tuple[int, Ints]]:
        """Group rows by key: (key code, positions within ``rows``), each in order."""
        return grouped(self.key[rows])


def _code_in(names: list[str], name: str) -> int:
    """Code of a name, which is added where it is new; -1 for an empty one."""
    if not name:
        return -1
    if name not in names:
        names.append(name)
    return names.index(name)


def _codes(column: pa.DictionaryArray) -> Ints:
    filled = column.indices.fill_null(-1)
    codes: Ints = filled.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def grouped(codes: Ints) -> list[tuple[int, Ints]]:
    """Positions of each distinct code, in the order of the codes."""
    if not len(codes):
        return []
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ends = np.r_[starts[1:], len(ordered)]
    return [(int(ordered[start]), order[start:end])
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

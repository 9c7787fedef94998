"""What the tables are held in: arrays of numbers, and text columns as codes."""

from __future__ import annotations

from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)


class Coded:
    """A text column: codes and names; code 0 is null."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        combined = column.combine_chunks()
        if isinstance(combined, pa.ChunkedArray):
            combined = combined.chunk(0)
        names = combined.dictionary.to_pylist()
        self.codes: Ints = _codes(combined.indices)
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

    @property
    def constant(self) -> bool:
        """Whether all rows are known to agree, of which there are some."""
        return is_constant(self.codes)

    def through(self, lookup: Ints) -> Ints:
        """What the code of each row leads to."""
        if len(self.codes) and (self.constant or bool((lookup == lookup[0]).all())):
            return np.broadcast_to(lookup[self.codes[0]], len(self.codes))
        return self.codes if np.array_equal(lookup, np.arange(len(lookup))) else lookup[self.codes]

    def held(self, rows: Bools | Ints) -> Bools:
        """Of each code whether some of the rows have it; the first is that of no name."""
        found = np.zeros(len(self.names), bool)
        every = rows.dtype == np.bool_ and bool(rows.all())
        if self.constant:
            found[self.codes[0]] = bool(rows.any()) if rows.dtype == np.bool_ else len(rows) > 0
        else:
            found[self.codes if every else self.codes[rows]] = True
        return found

    def present(self, rows: Bools | Ints) -> Ints:
        """Codes that some rows have, ascending; 0 among them where one has no name."""
        return np.flatnonzero(self.held(rows))

    @cached_property
    def _in_order(self) -> Ints:
        """Codes in the order of their names, that of no name first."""
        return np.array(sorted(range(len(self.names)), key=lambda code: self.names[code] or ""))

    def spelled(self, held: Bools) -> list[str]:
        """Names of some codes, a flag a code, in order."""
        order = self._in_order
        return [str(self.names[code]) for code in order[held[order]].tolist()]

    def where(self, *names: str) -> Bools:
        """Rows that have one of some names."""
        codes = [code for name in names if (code := self.code(name)) >= 0]
        if self.constant:
            return np.broadcast_to(np.bool_(int(self.codes[0]) in codes), len(self.codes))
        if len(codes) < 2:
            return np.equal(self.codes, codes[0] if codes else -1)
        wanted = np.zeros(len(self.names), bool)
        wanted[codes] = True
        return wanted[self.codes]


def is_constant(column: npt.NDArray[np.generic]) -> bool:
    """Whether a column takes the room of one value, of which there are some."""
    return len(column) > 0 and column.strides == (0,)


def taken(column: npt.NDArray[Scalar], rows: Ints) -> npt.NDArray[Scalar]:
    """Values of some rows, ascending; a view where they agree or the rows lie in one piece."""
    if is_constant(column):
        return column[:len(rows)]
    if len(rows) and rows[-1] - rows[0] == len(rows) - 1:
        return column[rows[0]:rows[-1] + 1]
    return column[rows]


def _codes(indices: pa.Array) -> Ints:
    """Codes from 1, 0 for null; a column in which all rows agree takes the room of one."""
    if indices.null_count in (0, len(indices)):
        raw = indices.to_numpy() if not indices.null_count else np.zeros(0, np.int32)
        if not len(raw) or int(raw.min()) == int(raw.max()):
            code = np.int64(raw[0] + 1 if len(raw) else 0)
            return np.broadcast_to(code, len(indices))
    else:
        raw = indices.fill_null(-1).to_numpy()
    return np.asarray(np.add(raw, 1, dtype=np.int64))

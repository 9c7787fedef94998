"""What the tables are held in: arrays of numbers, and text columns as codes."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Coded:
    """A text column: codes and names; code 0 is null."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        combined = column.combine_chunks()
        if isinstance(combined, pa.ChunkedArray):
            combined = combined.chunk(0)
        names = combined.dictionary.to_pylist()
        codes = combined.indices
        if codes.null_count:
            codes = codes.fill_null(-1)
        self.codes: Ints = np.add(codes.to_numpy(), 1, dtype=np.int64)
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

    def present(self, rows: Bools | Ints) -> Ints:
        """Codes that some rows have, ascending; 0 among them where one has no name."""
        return np.flatnonzero(np.bincount(self.codes[rows], minlength=1))

    def where(self, *names: str) -> Bools:
        """Rows that have one of some names."""
        wanted = np.zeros(len(self.names) + 1, bool)
        wanted[[self.code(name) for name in names]] = True
        wanted[-1] = False
        return wanted[self.codes]

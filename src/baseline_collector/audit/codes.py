"""Columns of the dataset as codes into their names: what masks and groups are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float64]

_MOST_ASKED = 16
"""Most answers of one column that are kept: each is as long as the dataset."""


@dataclass(frozen=True, slots=True)
class Codes:
    """A column as codes into its names; -1 is null."""

    codes: NDArray[np.int64]
    names: Sequence[str]
    _code_of: dict[str, int] = field(init=False, repr=False, default_factory=dict)
    _asked: dict[frozenset[str], Mask] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._code_of.update({name: code for code, name in enumerate(self.names)})

    def where(self, wanted: Iterable[str]) -> Mask:
        """Rows that hold one of some names; not to be written to."""
        names = frozenset(wanted)
        if names not in self._asked:
            held = np.zeros(len(self.names) + 1, bool)  # the last one is for null
            held[[self._code_of[name] for name in names if name in self._code_of]] = True
            if len(self._asked) >= _MOST_ASKED:
                self._asked.clear()
            self._asked[names] = held[self.codes]
            self._asked[names].flags.writeable = False
        return self._asked[names]


def coded(column: pa.ChunkedArray) -> Codes:
    """A text column as codes into its different texts."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    if isinstance(array, pa.DictionaryArray):
        return Codes(whole(array.indices, -1), [str(one) for one in array.dictionary.to_pylist()])
    codes: dict[str, int] = {}
    found = [-1 if text is None else codes.setdefault(text, len(codes))
             for text in array.to_pylist()]
    return Codes(np.array(found, np.int64), list(codes))


def codes_in(codes: NDArray[np.int64]) -> list[int]:
    """The codes that occur, ascending, -1 first where one is null; numpy's own way sorts."""
    counts = np.bincount(codes + 1, minlength=1)
    return [code - 1 for code in np.flatnonzero(counts).tolist()]


def whole(column: Any, missing: int) -> NDArray[np.int64]:
    """A column of whole numbers; pyarrow's own filling in loads all of its compute functions."""
    found = column.to_numpy() if isinstance(column, pa.ChunkedArray) else column.to_numpy(
        zero_copy_only=False)
    if found.dtype.kind == "f":  # how it gives whole numbers among which some are missing
        found = np.where(np.isnan(found), missing, found)
    return np.asarray(found, np.int64)

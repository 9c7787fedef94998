"""Leaves of one artifact as columns, for readers that never held them as Python objects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from baseline_collector.readers.cells import EXACT_INT

Index = npt.NDArray[np.int32] | None
Place = tuple[Index, Index, Index]


@dataclass(frozen=True, slots=True)
class Columns:
    """A row a leaf, in the order of the artifact.

    Attributes:
        key: Codes of path templates, as ``Leaves.code`` gives them.
        place: Indices, outermost first; -1 where there is none, None where there are none at all.
        kind: NUMBER, TEXT, BOOL or NULL.
        raw: Texts as written, ``large_string`` without nulls.
        value: The numbers; NaN where there is none.
        reasons: Why a number has no value, by row.
        unit: Codes of units, as ``Leaves.unit_code`` gives them; None where none is stated.
    """

    key: npt.NDArray[np.int32]
    place: Place
    kind: npt.NDArray[np.int8]
    raw: pa.Array
    value: npt.NDArray[np.float64]
    reasons: dict[int, str]
    unit: npt.NDArray[np.int32] | None = None

    @staticmethod
    def none() -> Columns:
        """No leaves."""
        return Columns(np.zeros(0, np.int32), (None, None, None), np.zeros(0, np.int8),
                       pa.array([], pa.large_string()), np.zeros(0), {})

    def slice(self, begin: int, end: int) -> Columns:
        """Rows from ``begin`` up to ``end``, without copying them."""
        reasons = {row - begin: why for row, why in self.reasons.items() if begin <= row < end}
        first, second, third = (None if one is None else one[begin:end] for one in self.place)
        return Columns(self.key[begin:end], (first, second, third), self.kind[begin:end],
                       self.raw.slice(begin, end - begin), self.value[begin:end], reasons,
                       None if self.unit is None else self.unit[begin:end])

    def arrays(self, artifact: pa.Array, codes: dict[str, int]) -> list[pa.Array]:
        """Arrays of the columns of ``base.LEAVES``, key, unit and reason as codes.

        Args:
            artifact: Number of the artifact, as often as there are leaves.
            codes: Code of each reason; new ones are added.
        """
        rows = len(self.key)
        reason = nothing(rows)
        if self.reasons:
            given = np.full(rows, -1, np.int32)
            for row, why in self.reasons.items():
                given[row] = codes.setdefault(why, len(codes))
            reason = _indices(given)
        return [
            artifact, pa.array(self.key),
            *(nothing(rows) if one is None else _indices(one) for one in self.place),
            pa.array(self.kind), self.raw, pa.array(self.value, mask=np.isnan(self.value)),
            nothing(rows) if self.unit is None else _indices(self.unit), reason,
        ]


_NOTHING = pa.nulls(1 << 17, pa.int32())


def nothing(rows: int) -> pa.Array:
    """So many absent numbers; where there are few, they share their memory with all others."""
    return _NOTHING.slice(0, rows) if rows <= len(_NOTHING) else pa.nulls(rows, pa.int32())


def _indices(column: npt.NDArray[np.int32]) -> pa.Array:
    absent = column < 0
    if not absent.any():
        return pa.array(column)
    return nothing(len(column)) if absent.all() else pa.array(column, mask=absent)


def nearest(raw: pa.Array) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Nearest float of each text, and the rows where a look at the text must decide.

    Those are texts of what is not finite, integers that may not be exact, and what is too small.

    Raises:
        pyarrow.ArrowInvalid: Some text is no number.
    """
    value = pc.cast(raw, pa.float64()).to_numpy(zero_copy_only=False).copy()
    odd = ~np.isfinite(value) | (np.abs(value) >= EXACT_INT)
    zero = np.flatnonzero(value == 0)
    lost = pc.match_substring_regex(raw.take(pa.array(zero)), "^[^eE]*[1-9]")
    odd[zero[lost.to_numpy(zero_copy_only=False)]] = True
    return value, np.flatnonzero(odd)

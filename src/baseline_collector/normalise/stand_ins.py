"""Stand-ins: numbers that programs write where they have none, such as 999 or the largest integer.

A value is taken for one only where it is such a number, stands at least twice under its key, and
lies far from every other sample of that key: 999 tokens beside 1,020 are tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from baseline_collector.normalise.columns import Ints, Leaves, grouped

NUMBERS = (-1.0, -9.0, -99.0, -999.0, -9999.0, -32768.0, -2147483648.0, 999.0, 9999.0, 99999.0,
           999999.0, 9999999.0, 32767.0, 65535.0, 2147483647.0, 4294967295.0, 2.0**63, 2.0**64)
"""What stands in: minus one, rows of nines, the ends of integers of 16, 32 and 64 bits."""

_SMALLEST = 3
_FAR = 3.0
_REPEATED = 2

Found = Mapping[tuple[int, str], frozenset[float]]
"""Number of the artifact and key template -> the values that stand in there, as written."""


@dataclass(slots=True)
class Spread:
    """The samples under one key: the numbers that may stand in, and the others."""

    suspects: Counter[float] = field(default_factory=Counter)
    n: int = 0
    low: float = np.inf
    high: float = -np.inf

    def stand_ins(self) -> frozenset[float]:
        """Those that repeat far from every other value; none where the others are few."""
        if self.n < _SMALLEST:
            return frozenset()
        return frozenset(value for value, times in self.suspects.items()
                         if times >= _REPEATED and self._far(value))

    def _far(self, value: float) -> bool:
        return self.low >= 0 if value < 0 else 0 <= self.high < value / _FAR


@dataclass(slots=True)
class StandIns:
    """Gathers the samples of each key of each artifact, a batch at a time."""

    spreads: dict[tuple[int, str], Spread] = field(default_factory=dict)

    def gather(self, leaves: Leaves) -> None:
        """Take in a batch."""
        sampled = np.array([meaning.metric is not None and meaning.statistic == "sample"
                            and "[]" in key
                            for key, meaning in zip(leaves.keys, leaves.meanings, strict=True)],
                           bool)
        if not sampled.any():
            return
        rows = leaves.numeric[sampled[leaves.key[leaves.numeric]]]
        rows = rows[np.isfinite(leaves.value[rows])]
        for code, at in grouped(leaves.artifact[rows] * len(leaves.keys) + leaves.key[rows]):
            artifact, key = divmod(code, len(leaves.keys))
            self._add(self.spreads.setdefault((artifact, leaves.keys[key]), Spread()),
                      leaves.value[rows[at]])

    def _add(self, spread: Spread, values: np.ndarray) -> None:
        suspect = np.isin(values, NUMBERS)
        spread.suspects.update(values[suspect].tolist())
        rest = values[~suspect]
        if len(rest):
            spread.n += len(rest)
            spread.low = min(spread.low, float(rest.min()))
            spread.high = max(spread.high, float(rest.max()))

    def found(self) -> Found:
        """The stand-ins under each key that has some."""
        return {place: values for place, spread in self.spreads.items()
                if (values := spread.stand_ins())}


def stand_ins(leaves: Leaves) -> Found:
    """The stand-ins of a batch that holds artifacts as wholes."""
    if not np.isin(leaves.value[leaves.numeric], NUMBERS).any():
        return {}
    gathered = StandIns()
    gathered.gather(leaves)
    return gathered.found()


def rows_of(leaves: Leaves, found: Found) -> Ints:
    """Positions, among the numeric leaves, of the values that stand in."""
    rows, places = leaves.numeric, {key: code for code, key in enumerate(leaves.keys)}
    hits = [np.flatnonzero((leaves.artifact[rows] == artifact)
                           & (leaves.key[rows] == places[key])
                           & np.isin(leaves.value[rows], sorted(values)))
            for (artifact, key), values in found.items() if key in places]
    return np.concatenate(hits) if hits else np.zeros(0, np.int64)

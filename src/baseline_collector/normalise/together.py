"""Values that stand together in one record, by what they measure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baseline_collector.normalise.columns import Bools, Floats, Ints, Leaves
from baseline_collector.normalise.context import record_of
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.quantities import Quantities
from baseline_collector.paths import container


class Together:
    """Rows of one object (or one record), one context and one statistic, as groups.

    Attributes:
        rows: Positions among the numeric leaves that were grouped.
        group: Group of each.
        size: How many groups there are.
    """

    def __init__(self, leaves: Leaves, quantities: Quantities, contexts: Contexts, rows: Ints,
                 *, whole_record: bool = False) -> None:
        """Group some rows.

        Args:
            leaves: A batch.
            quantities: Of its numeric leaves.
            contexts: Of its numeric leaves.
            rows: Positions among those, of rows that measure something.
            whole_record: Whether all objects of a record count as one.
        """
        self._quantities = quantities
        self.rows = rows
        self.group, self.size = _grouped(leaves, contexts.codes[rows], rows, whole_record)

    def part(self, metric: str) -> Ints:
        """The row of a metric in each group; -1 where there is none, or several that differ."""
        code = self._quantities.metric_names.index(metric)
        at = np.flatnonzero(self._quantities.metric[self.rows] == code)
        rows, group = self.rows[at], self.group[at]
        found = np.full(self.size, -1, np.int64)
        low, high = np.full(self.size, np.inf), np.full(self.size, -np.inf)
        found[group[::-1]] = rows[::-1]
        np.minimum.at(low, group, self._quantities.value[rows])
        np.maximum.at(high, group, self._quantities.value[rows])
        found[low < high] = -1
        return found


def _grouped(leaves: Leaves, context: Ints, rows: Ints, whole_record: bool) -> tuple[Ints, int]:
    """A group number a row, and how many there are."""
    places: dict[str, int] = {}
    kinds: dict[str, int] = {}
    scopes = [container(key) for key in leaves.keys]
    if whole_record:
        scopes = [record_of((scope, ()))[0] for scope in scopes]
    by_key = np.array([places.setdefault(scope, len(places)) for scope in scopes], np.int64)
    kind = np.array([kinds.setdefault(one, len(kinds)) for one in
                     (meaning.statistic for meaning in leaves.meanings)], np.int64)
    depths = np.array([scope.count("[]") for scope in places], np.int64)
    chosen = leaves.numeric[rows]
    place = by_key[leaves.key[chosen]]
    columns: list[Ints] = [
        leaves.artifact[chosen], place, kind[leaves.key[chosen]], context,
        *(np.where(depths[place] > at, column[chosen], -1).astype(np.int64)
          for at, column in enumerate(leaves.at)),
    ]
    order = np.lexsort(columns[::-1])
    fresh = np.zeros(len(order), bool)
    for column in columns:
        fresh[1:] |= np.diff(column[order]) != 0
    group = np.empty(len(order), np.int64)
    group[order] = np.cumsum(fresh)
    return group, int(group.max(initial=-1)) + 1


def of_metrics(leaves: Leaves, quantities: Quantities, usable: Bools, metrics: Iterable[str]
               ) -> Ints:
    """Positions of usable values above 0 of some metrics, among the numeric leaves."""
    codes = [quantities.metric_names.index(name) for name in metrics]
    rows = np.flatnonzero(np.isin(quantities.metric, codes))
    value = quantities.value[rows]
    return rows[usable[rows] & np.isfinite(value) & (value > 0)]


def half_widths(leaves: Leaves, quantities: Quantities, rows: Ints) -> Floats:
    """Half a unit of the last digit that each value is written with, in its canonical unit.

    Args:
        leaves: A batch.
        quantities: Of its numeric leaves.
        rows: Positions among those; -1 gives 0.
    """
    found = np.zeros(len(rows))
    there = np.flatnonzero(rows >= 0)
    chosen = leaves.numeric[rows[there]]
    raw = leaves.raw.take(pa.array(chosen))
    digits = pc.struct_field(pc.extract_regex(raw, r"\.(?P<decimals>[0-9]+)"), [0])
    decimals = pc.fill_null(pc.utf8_length(digits), 0).to_numpy(zero_copy_only=False)
    exact = pc.match_substring_regex(raw, "[eE]").to_numpy(zero_copy_only=False)
    written = leaves.value[chosen]
    scale = np.abs(quantities.value[rows[there]] / np.where(written == 0, 1.0, written))
    found[there] = np.where(exact, 0.0, 0.5 * 10.0 ** -decimals.astype(np.float64) * scale)
    return found

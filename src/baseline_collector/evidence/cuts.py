"""Rows cut into groups: codes put together, and arrays in which every group lies in one piece."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from baseline_collector.evidence.arrays import Bools, Ints, is_constant


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Groups of rows; group g is ``rows[starts[g]:starts[g] + counts[g]]``.

    Attributes:
        rows: Row numbers, ascending inside each group.
        starts: First index of each group, ascending.
        counts: Rows of each group, at least 1.
    """

    rows: Ints
    starts: Ints
    counts: Ints

    @property
    def firsts(self) -> Ints:
        """First row of each group."""
        return self.rows[self.starts]

    def rows_of(self, group: int) -> Ints:
        """Rows of one group."""
        start = self.starts[group]
        return self.rows[start:start + self.counts[group]]

    def select(self, groups: Ints | Bools) -> Cut:
        """Some of the groups, in the order asked for."""
        counts = self.counts[groups]
        return Cut(self.rows[self.inside(groups)], np.cumsum(counts) - counts, counts)

    def inside(self, groups: Ints | Bools) -> Ints:
        """Where the rows of some of the groups lie, group after group."""
        starts, counts = self.starts[groups], self.counts[groups]
        begins = np.cumsum(counts) - counts
        return np.arange(int(counts.sum())) - np.repeat(begins - starts, counts)

    def all_of(self, flags: Bools) -> Bools:
        """Of each group whether all its rows are flagged; a flag a row of the groups."""
        return np.logical_and.reduceat(flags, self.starts)

    def any_of(self, flags: Bools) -> Bools:
        """Of each group whether any of its rows is flagged; a flag a row of the groups."""
        return np.logical_or.reduceat(flags, self.starts)

    def mixed(self, codes: Ints) -> Bools:
        """Of each group whether its rows differ in a code.

        Args:
            codes: A code each row of the table.
        """
        mine = codes[self.rows]
        return self.any_of(mine != np.repeat(mine[self.starts], self.counts))

    def distinct(self, codes: Ints) -> list[list[int]]:
        """The different codes in each group, in the order of their first row.

        Args:
            codes: A code each row of the table.
        """
        mine = codes[self.rows]
        low = np.minimum.reduceat(mine, self.starts)
        found = [[code] for code in low.tolist()]
        mixed = np.flatnonzero(low != np.maximum.reduceat(mine, self.starts))
        for at in mixed.tolist():
            start = int(self.starts[at])
            several = mine[start:start + int(self.counts[at])]
            found[at] = list(dict.fromkeys(several.tolist()))
        return found


def cut(rows: Ints, codes: Ints) -> Cut:
    """Cut rows by their codes; groups in the order of their first row."""
    if not len(rows):
        return Cut(rows, rows, rows)
    edge = codes[1:] != codes[:-1]
    if not (codes[1:] < codes[:-1]).any():  # as it lies in files of one group after another
        starts = np.concatenate(([0], np.flatnonzero(edge) + 1))
        return Cut(rows, starts, np.diff(np.append(starts, len(rows))))
    order = np.argsort(codes, kind="stable")
    starts = np.concatenate(([0], np.flatnonzero(np.diff(codes[order])) + 1))
    found = Cut(rows[order], starts, np.diff(np.append(starts, len(rows))))
    return found.select(np.argsort(found.firsts, kind="stable"))


def together(first: Ints, second: Ints) -> Ints:
    """One code a pair of codes, at most eight times as many as rows; in no order.

    As they were where the second is the same everywhere.
    """
    if is_constant(second):
        return first
    low, high = int(second.min()), int(second.max())
    if low == high:
        return first
    pairs = first * (high + 1) + second
    span = (int(first.max()) + 1) * (high + 1)
    if span <= len(first) + 4096:
        return pairs
    if span > 8 * len(first) + 4096:
        return np.asarray(pa.array(pairs).dictionary_encode().indices.to_numpy(), np.int64)
    met = np.zeros(span, np.int64)
    met[pairs] = 1
    return np.asarray((np.cumsum(met) - 1)[pairs], np.int64)


def counts(codes: Ints) -> Ints:
    """How often the code of each row occurs."""
    return np.asarray(np.bincount(codes)[codes], np.int64)


def differ_within(codes: Ints, values: Ints) -> Bools:
    """Whether rows with the code of each row have different values."""
    if int(values.min()) == int(values.max()):
        return np.zeros(len(codes), bool)
    last = np.zeros(int(codes.max()) + 1, np.int64)
    last[codes] = values
    return any_within(codes, last[codes] != values)


def any_within(codes: Ints, flags: Bools) -> Bools:
    """Whether any row with the code of each row is flagged."""
    if not flags.any() or flags.all():
        return flags
    found = np.zeros(int(codes.max()) + 1, bool)
    found[codes[flags]] = True
    return found[codes]

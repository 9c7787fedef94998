"""Rows cut into groups: codes put together, and arrays in which every group lies in one piece."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from baseline_collector.evidence.arrays import Bools, Ints


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
    order = np.argsort(codes, kind="stable")
    edges = np.flatnonzero(np.diff(codes[order])) + 1
    starts = np.concatenate(([0], edges))
    found = Cut(rows[order], starts, np.diff(np.append(starts, len(rows))))
    return found.select(np.argsort(found.firsts, kind="stable"))


def together(first: Ints, second: Ints) -> Ints:
    """One code a pair of codes, from 0; as they were where the second is the same everywhere."""
    low, high = int(second.min()), int(second.max())
    if low == high:
        return first
    pairs = first * (high + 1) + second
    span = (int(first.max()) + 1) * (high + 1)
    if span > 8 * len(first) + 4096:
        return np.asarray(np.unique(pairs, return_inverse=True)[1], np.int64)
    met = np.zeros(span, np.int64)
    met[pairs] = 1
    return np.asarray((np.cumsum(met) - 1)[pairs], np.int64)


def counts(codes: Ints) -> Ints:
    """How often the code of each row occurs."""
    return np.bincount(codes)[codes].astype(np.int64)


def distinct_within(codes: Ints, values: Ints) -> Ints:
    """How many different values stand with the code of each row."""
    if int(values.min()) == int(values.max()):
        return np.ones(len(codes), np.int64)
    pairs = np.unique(together(codes, values), return_index=True)[1]
    return np.bincount(codes[pairs])[codes].astype(np.int64)


def any_within(codes: Ints, flags: Bools) -> Bools:
    """Whether any row with the code of each row is flagged."""
    found = np.zeros(int(codes.max()) + 1, bool)
    found[codes[flags]] = True
    return found[codes]

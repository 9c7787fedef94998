"""What the estimators accept: clean samples, and many samples laid end to end.

A sample is a one-dimensional array of finite numbers. Missing values are the
caller's business: they are counted and listed before a number gets here, so a NaN
is a programmer's error and raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
Scalar = TypeVar("Scalar", bound=np.generic)

AT_ONCE = 1 << 18
"""Values taken together: what is computed on the way stays in the processor's cache."""
SPREAD_SMALLEST_N = 3
"""Below this n no spread, range or interval is stated (Hoefler & Belli 2015, rule 5)."""


def as_sample(values: ArrayLike, *, name: str = "values") -> FloatArray:
    """Return `values` as a float array, or say what is wrong with them.

    Args:
        values: one-dimensional, finite, not empty; any unit.
        name: what the caller calls them, for the message.

    Returns:
        A float64 array in the order given (a view where nothing had to change).

    Raises:
        ValueError: if the array is empty, has more than one dimension, or holds
            NaN or infinity.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1:
        raise ValueError(f"{name}: expected one dimension, found {sample.ndim}; ravel it first")
    if sample.size == 0:
        raise ValueError(f"{name}: expected at least 1 value, found none; leave the sample out")
    bad = int(np.count_nonzero(~np.isfinite(sample)))
    if bad:
        raise ValueError(
            f"{name}: expected finite numbers, found {bad} NaN or infinite of {sample.size}; "
            "count them as missing and pass the rest"
        )
    return sample


def as_pair(
    first: ArrayLike, second: ArrayLike, *, names: tuple[str, str]
) -> tuple[FloatArray, FloatArray]:
    """Return two samples of equal length whose values belong together by index.

    Raises:
        ValueError: if either is not a clean sample or the lengths differ.
    """
    left, right = as_sample(first, name=names[0]), as_sample(second, name=names[1])
    if left.size != right.size:
        raise ValueError(
            f"{names[0]} and {names[1]}: expected pairs, found {left.size} and {right.size} values"
        )
    return left, right


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Many samples in one array: group g is `values[starts[g]:starts[g] + counts[g]]`.

    Attributes:
        values: all values, ascending inside each group, so that every estimate is the
            same whatever order the values came in.
        starts: first index of each group, ascending, shape (groups,).
        counts: n of each group, at least 1, shape (groups,).
    """

    values: FloatArray
    starts: IntArray
    counts: IntArray

    @property
    def firsts(self) -> FloatArray:
        """Smallest value of each group."""
        return self.values[self.starts]

    @property
    def lasts(self) -> FloatArray:
        """Largest value of each group."""
        return np.asarray(self.values[self.starts + self.counts - 1], dtype=np.float64)

    def spread(self, per_group: NDArray[Scalar]) -> NDArray[Scalar]:
        """Repeat one number a group over the group's values."""
        return np.repeat(per_group, self.counts)

    def total(self, per_value: FloatArray) -> FloatArray:
        """Sum `per_value` (aligned with `values`) inside each group."""
        return np.asarray(np.add.reduceat(per_value, self.starts), dtype=np.float64)

    def part(self, span: slice) -> Groups:
        """Some groups that follow each other, at least one."""
        starts, counts = self.starts[span], self.counts[span]
        return Groups(self.values[starts[0] : starts[-1] + counts[-1]], starts - starts[0], counts)

    def spans(self, size: int) -> Iterator[slice]:
        """Cut the groups into spans that begin within so many values of each other."""
        edges = np.flatnonzero(np.diff(self.starts // size)) + 1
        yield from map(slice, [0, *edges.tolist()], [*edges.tolist(), self.starts.size])


def one_group(values: ArrayLike) -> Groups:
    """Return a single sample as groups of one."""
    sample = np.sort(as_sample(values))
    return Groups(sample, np.zeros(1, np.int64), np.array([sample.size], np.int64))


def group_by_starts(values: ArrayLike, starts: ArrayLike) -> Groups:
    """Return groups of an array in which each group already lies in one piece.

    Args:
        values: all groups laid end to end.
        starts: first index of each group, beginning with 0, strictly ascending.

    Raises:
        ValueError: if the values are not clean or a group would be empty.
    """
    sample = as_sample(values)
    first = np.asarray(starts, dtype=np.int64)
    counts = np.diff(np.append(first, sample.size))
    if first.ndim != 1 or first.size == 0 or first[0] != 0 or np.any(counts < 1):
        raise ValueError(
            "starts: expected 0 first and strictly ascending indices inside the values; "
            "leave empty groups out"
        )
    if np.all(counts == counts[0]):
        ordered = np.sort(sample.reshape(first.size, int(counts[0])), axis=1).ravel()
    else:
        ordered = sample[np.lexsort((sample, np.repeat(np.arange(first.size), counts)))]
    return Groups(ordered, first, counts)


def group_by_codes(values: ArrayLike, codes: ArrayLike) -> tuple[Groups, IntArray]:
    """Return groups of values that carry a whole-number code each, in any order.

    Args:
        values: clean sample.
        codes: the group of each value, same length.

    Returns:
        The groups in ascending order of code, and the code of each group.

    Raises:
        ValueError: if the values are not clean or the lengths differ.
    """
    sample = as_sample(values)
    keys = np.asarray(codes, dtype=np.int64)
    if keys.shape != sample.shape:
        raise ValueError(f"codes: expected one a value ({sample.size}), found shape {keys.shape}")
    order = np.lexsort((sample, keys))
    ordered_keys = keys[order]
    starts = np.flatnonzero(np.append(True, ordered_keys[1:] != ordered_keys[:-1]))
    counts = np.diff(np.append(starts, sample.size))
    return Groups(sample[order], starts, counts), ordered_keys[starts]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Count, mean, standard deviation (ddof=1) and skewness of each group.

    `std` is NaN for n < 2 and `skewness` for n < 3; both are exactly 0 where all values
    of a group are equal. `skewness` is k3 / k2^1.5, k-statistics (Fisher 1929).
    """

    count: IntArray
    mean: FloatArray
    std: FloatArray
    skewness: FloatArray

    def part(self, span: slice) -> Moments:
        """Those of some groups that follow each other."""
        return Moments(self.count[span], self.mean[span], self.std[span], self.skewness[span])


def moments(groups: Groups) -> Moments:
    """Return the moments of each group.

    The mean is corrected by the mean of its own residuals and the spread is taken
    about it (two passes), so a large common offset costs no digits. Residuals are taken
    in units of the largest, so that no power of them leaves the range of a float.
    """
    n = groups.counts.astype(np.float64)
    flat = groups.firsts == groups.lasts
    rough = groups.total(groups.values) / n
    rough += groups.total(groups.values - groups.spread(rough)) / n
    mean = np.clip(rough, groups.firsts, groups.lasts)
    largest = np.where(flat, 1.0, np.maximum(groups.lasts - mean, mean - groups.firsts))
    residual = (groups.values - groups.spread(mean)) / groups.spread(largest)
    with np.errstate(divide="ignore", invalid="ignore"):
        std = np.sqrt(groups.total(residual**2) / (n - 1))
        third = groups.total(residual**3) * n / ((n - 1) * (n - 2))
        skewness = third / std**3
    std = np.where(n < 2, np.nan, np.where(flat, 0.0, std * largest))
    skewness = np.where(n < 3, np.nan, np.where(flat, 0.0, skewness))
    return Moments(groups.counts, mean, std, skewness)

"""A series in time: did its level step once, or drift all along?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from baseline_collector.stats.distributions import two_sided_normal_p
from baseline_collector.stats.ranks import midranks
from baseline_collector.stats.samples import AT_ONCE, FloatArray, Groups, IntArray, as_sample
from baseline_collector.stats.summary import grouped_quantile

STEP_SMALLEST_N = 10
DRIFT_SMALLEST_N = 8
PERMUTATIONS = 1_999
SEED = 20_240_229
_DRIFT_POINTS = 1_500
_BLOCK_VALUES = 2_000_000
_AT_ONCE = 100


def trends(values: FloatArray, ordered: Groups) -> NDArray[np.bool_]:
    """Say of many series whether value and position go together at all, as a first sieve.

    Estimator: |Pearson's r| of the position and the value, clipped at the 5 and 95 %
    quantiles, above 2.5 / sqrt(n); exchangeable values pass about one time in eighty.
    Assumptions: none. Smallest n: 3.

    Args:
        values: series end to end, each in the order measured.
        ordered: the same, ascending inside each series.
    """
    starts, ends = ordered.starts, ordered.starts + ordered.counts
    return np.concatenate([
        _trends(values[starts[span][0] : ends[span][-1]], ordered.part(span))
        for span in ordered.spans(AT_ONCE)
    ])


def _trends(values: FloatArray, ordered: Groups) -> NDArray[np.bool_]:
    low, high = (ordered.spread(grouped_quantile(ordered, q)) for q in (0.05, 0.95))
    clipped = np.clip(values, low, high)
    centred = clipped - ordered.spread(ordered.total(clipped) / ordered.counts)
    at = np.arange(len(values)) - ordered.spread(ordered.starts + (ordered.counts - 1) / 2)
    scale = np.sqrt(ordered.total(at**2) * ordered.total(centred**2))
    together = np.abs(ordered.total(at * centred)) > 2.5 / np.sqrt(ordered.counts) * scale
    return (scale > 0) & together


@dataclass(frozen=True, slots=True)
class Step:
    """The likeliest single step: the level changes at `index`, the first value after it."""

    index: int
    median_before: float
    median_after: float
    p_value: float
    n: int


def step(
    series: ArrayLike,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = SEED,
    at_most: float = 1.0,
) -> Step | None:
    """Find the single point where the level of a series most likely changes.

    Estimator: whether there is one, by the largest standardised rank sum over all splits,
    |cumulative sum of the ranks about their mean| / sqrt(k (n - k)), its p-value by
    random permutations; where it is, by least squares on values clipped at three scaled
    MAD. Ranks keep one odd value from looking like a step but pull its place inwards.
    Assumptions: exchangeable values if there is no step; a drift looks like one too.
    Smallest n: 10. Source: Lausen & Schumacher 1992, after Pettitt 1979.

    Args:
        series: in the order measured.
        permutations: how many orders to compare with; p is at least 1 / (this + 1).
        seed: of the permutations; the same seed gives the same p-value.
        at_most: largest p-value asked for; permuting ends once it is surely passed.

    Returns:
        The step with its p-value, or None where n < 10, all values are equal or the p-value is
        above `at_most`.

    Raises:
        ValueError: if the series is not clean.
    """
    sample = as_sample(series)
    n = int(sample.size)
    if n < STEP_SMALLEST_N or bool(np.all(sample == sample[0])):
        return None
    before = np.arange(1.0, n)
    weight = np.sqrt(before * (n - before))
    ranks, _ = midranks(sample)
    centred = ranks - (n + 1) / 2
    peak = float(np.max(np.abs(np.cumsum(centred)[:-1]) / weight))
    beaten = 1
    for peaks in _permuted_peaks(centred, weight, permutations, seed):
        beaten += int(np.count_nonzero(peaks >= peak - 1e-9))
        if beaten > at_most * (permutations + 1):
            return None
    at = _least_squares_split(sample, weight)
    p = beaten / (permutations + 1)
    return Step(at, float(np.median(sample[:at])), float(np.median(sample[at:])), p, n)


def _least_squares_split(sample: FloatArray, weight: FloatArray) -> int:
    """Return the first index after the split that two means fit best."""
    centre = np.median(sample)
    reach = 3 * 1.4826 * np.median(np.abs(sample - centre))
    # With more than half of the values equal there is no scale to clip by.
    clipped = np.clip(sample, centre - reach, centre + reach) if reach > 0 else sample
    path = np.abs(np.cumsum(clipped - clipped.mean())[:-1]) / weight
    return int(np.argmax(path)) + 1


def _permuted_peaks(
    centred: FloatArray, weight: FloatArray, permutations: int, seed: int
) -> Iterator[FloatArray]:
    """Yield the peaks of random orders, some at a time."""
    for order in _orders(centred.size, permutations, seed):
        yield (np.abs(np.cumsum(centred[order], axis=1)[:, :-1]) / weight).max(axis=1)


def _orders(n: int, permutations: int, seed: int) -> Iterator[IntArray]:
    """Random orders, some at a time; those of short series are drawn once for all of a length."""
    if n * permutations > _BLOCK_VALUES:
        yield from _draw(n, permutations, seed)
        return
    known = _short_orders(n, permutations, seed)
    for begin in range(0, permutations, _AT_ONCE):
        yield known[begin : begin + _AT_ONCE]


@lru_cache(maxsize=4)
def _short_orders(n: int, permutations: int, seed: int) -> IntArray:
    return np.concatenate(list(_draw(n, permutations, seed)))


def _draw(n: int, permutations: int, seed: int) -> Iterator[IntArray]:
    rng = np.random.default_rng(seed)
    for done in range(0, permutations, _AT_ONCE):
        block = np.tile(np.arange(n), (min(_AT_ONCE, permutations - done), 1))
        yield rng.permuted(block, axis=1)


@lru_cache(maxsize=2)
def _pairs(points: int) -> tuple[IntArray, IntArray]:
    """Every pair of positions, the earlier first."""
    return np.triu_indices(points, k=1)


@dataclass(frozen=True, slots=True)
class Drift:
    """A steady trend: slope in units per position, its sign tested; `tau` in [-1, 1]."""

    slope: float
    relative_per_position: float | None
    tau: float
    p_value: float
    n: int


def drift(series: ArrayLike) -> Drift | None:
    """Estimate a monotone trend along a series.

    Estimator: Theil-Sen slope (median of all pairwise slopes) with the Mann-Kendall
    test, normal approximation with tie and continuity correction. Above 1,500 points
    both work on medians of equal blocks, which keeps the trend and bounds the cost.
    Assumptions: independent values about the trend, equal spacing. Smallest n: 8.
    Source: Sen 1968; Kendall 1975.

    Returns:
        The drift, or None where n < 8 or all values are equal.

    Raises:
        ValueError: if the series is not clean.
    """
    sample = as_sample(series)
    n = int(sample.size)
    if n < DRIFT_SMALLEST_N or bool(np.all(sample == sample[0])):
        return None
    width = math.ceil(n / _DRIFT_POINTS)
    points = n // width
    level = np.median(sample[: points * width].reshape(points, width), axis=1)
    i, j = _pairs(points)
    rise = level[j] - level[i]
    s = float(np.sum(np.sign(rise)))
    ties = np.unique(level, return_counts=True)[1].astype(np.float64)
    pairs = points * (points - 1)
    variance = (pairs * (2 * points + 5) - float(np.sum(ties * (ties - 1) * (2 * ties + 5)))) / 18
    z = max(abs(s) - 1, 0.0) / math.sqrt(variance) if variance > 0 else 0.0
    slope = float(np.median(rise / (j - i))) / width
    centre = float(np.median(sample))
    return Drift(
        slope=slope,
        relative_per_position=slope / centre if centre > 0 else None,
        tau=2 * s / pairs,
        p_value=two_sided_normal_p(z),
        n=n,
    )

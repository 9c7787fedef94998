"""Rank tests for two samples and for pairs, and Holm's adjustment of many p-values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from baseline_collector.stats.distributions import two_sided_normal_p
from baseline_collector.stats.samples import FloatArray, as_pair, as_sample

_EXACT_PRODUCT = 400
_EXACT_PAIRS = 50


@dataclass(frozen=True, slots=True)
class RankTest:
    """Two-sided rank test: statistic, p-value, how it was computed, n of each side.

    `effect` is the chance that a value of the second sample exceeds one of the first
    (ties half), for pairs the share of rank weight on the second side; 0.5 is none.
    """

    statistic: float
    p_value: float
    effect: float
    computed: Literal["exact", "normal approximation"]
    n: tuple[int, int]


def midranks(values: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the rank of each value, ties averaged, and the size of each tie group."""
    _, inverse, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse], counts.astype(np.float64)


@lru_cache(maxsize=256)
def _mann_whitney_tail(m: int, n: int) -> FloatArray:
    """Return P(U <= u) for u = 0..mn without ties, by the recurrence of Mann & Whitney."""
    row = [np.ones(1) for _ in range(n + 1)]
    for i in range(1, m + 1):
        new = [np.ones(1)]
        for j in range(1, n + 1):
            mass = np.zeros(i * j + 1)
            mass[j : j + row[j].size] += row[j] * (i / (i + j))
            mass[: new[j - 1].size] += new[j - 1] * (j / (i + j))
            new.append(mass)
        row = new
    return np.asarray(np.cumsum(row[n]), dtype=np.float64)


def mann_whitney(first: ArrayLike, second: ArrayLike) -> RankTest:
    """Test whether values of one sample tend to exceed those of the other.

    Estimator: U of the second sample; exact without ties and n1 n2 <= 400, else the
    normal approximation with tie and continuity correction.
    Assumptions: independent values; equal shapes if read as a shift.
    Smallest n: 1 to compute; 4 and 4 before p can pass under 0.05.
    Source: Mann & Whitney 1947; Lehmann 1975.

    Raises:
        ValueError: if a sample is not clean.
    """
    a, b = as_sample(first, name="first"), as_sample(second, name="second")
    m, n = int(a.size), int(b.size)
    ranks, ties = midranks(np.concatenate([a, b]))
    u = float(ranks[m:].sum()) - n * (n + 1) / 2
    if m * n <= _EXACT_PRODUCT and ties.size == m + n:
        tail = _mann_whitney_tail(m, n)
        p = min(1.0, 2 * float(tail[int(min(u, m * n - u))]))
        return RankTest(u, p, u / (m * n), "exact", (m, n))
    total = m + n
    # Equal when every value is tied: no spread, and no evidence.
    variance = m * n / 12 * (total + 1 - float(np.sum(ties**3 - ties)) / (total * (total - 1)))
    distance = abs(u - m * n / 2) - 0.5
    p = two_sided_normal_p(max(distance, 0.0) / math.sqrt(variance)) if variance > 0 else 1.0
    return RankTest(u, p, u / (m * n), "normal approximation", (m, n))


@lru_cache(maxsize=64)
def _signed_rank_tail(n: int) -> FloatArray:
    """Return P(W <= w) for w = 0..n(n+1)/2 without ties or zeros."""
    mass = np.ones(1)
    for rank in range(1, n + 1):
        grown = np.zeros(mass.size + rank)
        grown[: mass.size] += mass / 2
        grown[rank:] += mass / 2
        mass = grown
    return np.asarray(np.cumsum(mass), dtype=np.float64)


def wilcoxon_signed_rank(first: ArrayLike, second: ArrayLike) -> RankTest | None:
    """Test whether pairs differ, second minus first.

    Estimator: W, the rank sum of the positive differences, zeros left out; exact
    without ties or zeros and n <= 50, else normal with tie and continuity correction.
    Assumptions: independent pairs, differences symmetric about their centre.
    Smallest n: 6 pairs before p can pass under 0.05. Source: Wilcoxon 1945; Pratt &
    Gibbons 1981.

    Returns:
        The test, or None where every difference is 0.

    Raises:
        ValueError: if the pairs are not clean.
    """
    a, b = as_pair(first, second, names=("first", "second"))
    difference = (b - a)[b != a]
    n = int(difference.size)
    if n == 0:
        return None
    ranks, ties = midranks(np.abs(difference))
    w = float(ranks[difference > 0].sum())
    most = n * (n + 1) / 2
    if n <= _EXACT_PAIRS and ties.size == n == a.size:
        p = min(1.0, 2 * float(_signed_rank_tail(n)[int(min(w, most - w))]))
        return RankTest(w, p, w / most, "exact", (n, n))
    variance = n * (n + 1) * (2 * n + 1) / 24 - float(np.sum(ties**3 - ties)) / 48
    distance = max(abs(w - most / 2) - 0.5, 0.0)
    p = two_sided_normal_p(distance / math.sqrt(variance))
    return RankTest(w, p, w / most, "normal approximation", (n, n))


def holm(p_values: ArrayLike) -> FloatArray:
    """Return p-values adjusted for being several, in the order given.

    Estimator: step-down, the k-th smallest of m times (m - k + 1), made ascending.
    Assumptions: none on dependence. Smallest n: 1. Source: Holm 1979.

    Raises:
        ValueError: if a p-value is outside [0, 1] or none is given.
    """
    p = as_sample(p_values, name="p_values")
    if bool(np.any((p < 0) | (p > 1))):
        raise ValueError("p_values: expected probabilities inside [0, 1]")
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted

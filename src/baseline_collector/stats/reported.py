"""Comparing means of which only mean, standard deviation and n are reported."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from baseline_collector.stats.distributions import t_quantile


@dataclass(frozen=True, slots=True)
class Reported:
    """A reported sample: its mean, its standard deviation (ddof=1) and its n."""

    mean: float
    std: float
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Difference of two means and its interval, in their unit."""

    value: float
    low: float
    high: float
    level: float


def difference_of_means(
    first: Reported, second: Reported, level: float = 0.95
) -> Difference | None:
    """Return first - second with Welch's interval, or None where n or spread forbid one.

    Estimator: difference of the means, Welch-Satterthwaite degrees of freedom.
    Assumptions: independent samples, means near normal; it cannot be checked without the
    samples. Smallest n: 3 each; a standard deviation above 0 in at least one.
    Source: Welch 1947.

    Args:
        first: mean, std, n.
        second: the same of the other sample, same unit.
        level: confidence, inside (0, 1).
    """
    if min(first.n, second.n) < 3:
        return None
    a, b = first.std**2 / first.n, second.std**2 / second.n
    if a + b == 0:
        return None
    freedom = (a + b) ** 2 / (a**2 / (first.n - 1) + b**2 / (second.n - 1))
    half = _critical(level, freedom) * math.sqrt(a + b)
    value = first.mean - second.mean
    return Difference(value, value - half, value + half, level)


def interval_of_mean(reported: Reported, level: float = 0.95) -> tuple[float, float] | None:
    """Return the t interval of a reported mean, or None where n or spread forbid one.

    Assumptions: independent values near normal; it cannot be checked without the samples.
    Smallest n: 3, and a standard deviation above 0. Source: Student 1908.
    """
    if reported.n < 3 or reported.std <= 0:
        return None
    half = _critical(level, reported.n - 1) * reported.std / math.sqrt(reported.n)
    return reported.mean - half, reported.mean + half


@lru_cache(maxsize=4096)
def _critical(level: float, freedom: float) -> float:
    return float(t_quantile((1 + level) / 2, freedom).ravel()[0])

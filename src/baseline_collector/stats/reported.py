"""Comparing means of which only mean, standard deviation and n are reported."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from baseline_collector.stats.distributions import incomplete_beta, t_quantile
from baseline_collector.stats.intervals import Interval


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


def pooled(samples: Sequence[Reported]) -> Reported:
    """Return mean, standard deviation and n of several reported samples put together.

    Estimator: exact, as if all values were known: squares within plus squares between.
    Smallest n: 1 sample. Source: Chan, Golub & LeVeque 1979.

    Raises:
        ValueError: if there is no sample, or one of n under 1.
    """
    if not samples or min(one.n for one in samples) < 1:
        raise ValueError("samples: expected at least 1, each of n at least 1")
    n = sum(one.n for one in samples)
    mean = math.fsum(one.n * one.mean for one in samples) / n
    squares = math.fsum((one.n - 1) * one.std**2 + one.n * (one.mean - mean) ** 2
                        for one in samples)
    return Reported(mean, math.sqrt(squares / (n - 1)) if n > 1 else 0.0, n)


def ratio_of_reported(
    base: Reported, other: Reported, level: float = 0.95
) -> tuple[Interval, float] | None:
    """Return Welch's interval for mean(other) / mean(base) and its two-sided p-value.

    Estimator: logarithm of the ratio, delta-method standard error, Welch-Satterthwaite
    degrees of freedom. Assumptions: independent samples, means above 0 and near normal; it
    cannot be checked without the samples. Smallest n: 3 each.
    Source: Welch 1947.

    Returns:
        None where an n is under 3, a mean is not above 0 or neither side has any spread.
    """
    if min(base.n, other.n) < 3 or min(base.mean, other.mean) <= 0:
        return None
    a, b = (base.std / base.mean) ** 2 / base.n, (other.std / other.mean) ** 2 / other.n
    if a + b == 0:
        return None
    freedom = (a + b) ** 2 / (a**2 / (base.n - 1) + b**2 / (other.n - 1))
    centre, error = math.log(other.mean / base.mean), math.sqrt(a + b)
    half = _critical(level, freedom) * error
    t = centre / error
    p = float(incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)))
    low, high = math.exp(centre - half), math.exp(centre + half)
    return Interval(low, high, level, "Welch t, reported", min(base.n, other.n)), p


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

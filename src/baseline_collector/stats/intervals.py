"""Intervals for a mean, a rate and a quantile, or the reason why there is none.

The method is chosen here, by n and by what the sample shows, so that no caller
picks a narrower one. `coverage.py` measures what the choice is worth; the table in
docs/statistics.md is its output.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from baseline_collector.stats.distributions import binomial_cdf, t_quantile
from baseline_collector.stats.normality import keeps_normality
from baseline_collector.stats.samples import (
    AT_ONCE,
    SPREAD_SMALLEST_N,
    FloatArray,
    Groups,
    Moments,
    as_pair,
    group_by_codes,
    moments,
    one_group,
)
from baseline_collector.stats.summary import grouped_quantile, ratio_of_totals

Method: TypeAlias = Literal[
    "t",
    "t widened by Hall",
    "t widened by Cox",
    "order statistics",
    "BCa bootstrap",
    "Welch t widened by Hall",
    "Welch t, reported",
]

SHAPE_SMALLEST_N = 8
"""Below this n no shape test is worth anything; Anderson-Darling is not defined either."""
T_SMALLEST_N = 20
"""Below this n Anderson-Darling lets too many skewed samples pass as normal."""
WIDE_LOG_GAP = 1.0
"""ln(mean / geometric mean): 0.5 for a lognormal of sigma 1, 2 for sigma 2."""
WIDE_BELOW_N = 300
_COX_LOG_STD = 1.0
_ALPHA_NORMALITY = 0.05

_T, _HALL, _COX, _TOO_FEW, _CONSTANT, _WIDE = range(6)
_METHODS: dict[int, Method] = {_T: "t", _HALL: "t widened by Hall", _COX: "t widened by Cox"}
_REASONS = {
    _TOO_FEW: f"n is under {SPREAD_SMALLEST_N}: no interval",
    _CONSTANT: "all values are equal: the sample shows no spread to build an interval on",
    _WIDE: (
        f"values spread over orders of magnitude (mean over e = {math.exp(WIDE_LOG_GAP):.1f} "
        f"times the geometric mean) and n is under {WIDE_BELOW_N}: the mean hangs on values "
        "not seen yet; use the median"
    ),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval: bounds in the unit of the estimate, which they enclose."""

    low: float
    high: float
    level: float
    method: Method
    n: int


@dataclass(frozen=True, slots=True)
class NoInterval:
    """Why no interval can honestly be given."""

    reason: str
    n: int


IntervalOrReason: TypeAlias = Interval | NoInterval


@dataclass(frozen=True, slots=True, eq=False)
class GroupedIntervals:
    """Intervals for many means, one entry a group.

    `low` and `high` are NaN where `reason` is not empty; `method` is empty there.
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray
    method: NDArray[np.str_]
    reason: NDArray[np.str_]


def hall_bounds(skewness: FloatArray, critical: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how far below and above an estimate, in standard errors, Hall's interval goes.

    Estimator: the t statistic is made symmetric by a cubic in it whose coefficients come
    from the skewness of the estimate, and the cubic is inverted in closed form.
    Source: Hall 1992, "On the removal of skewness by transformation"; for two samples
    Zhou & Dinh 2005.

    Args:
        skewness: of the estimate, that is sample skewness / sqrt(n) for a mean.
        critical: quantile of t.
    """
    slope = skewness / 3
    return (
        _inverse_cubic(critical - skewness / 6, slope),
        -_inverse_cubic(-critical - skewness / 6, slope),
    )


def _inverse_cubic(y: FloatArray, slope: FloatArray) -> FloatArray:
    """Solve x + k x2 + k2 x3 / 3 = y for x; the limit for k -> 0 is y itself."""
    straight = np.abs(slope) < 1e-9
    k = np.where(straight, 1.0, slope)
    return np.asarray(np.where(straight, y, (np.cbrt(1 + 3 * k * y) - 1) / k), np.float64)


def _cox_bounds(
    log_mean: FloatArray, log_std: FloatArray, n: FloatArray, critical: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Cox's interval for a lognormal mean (Land 1972; t for z as in Olsson 2005)."""
    variance = log_std**2
    half = critical * np.sqrt(variance / n + variance**2 / (2 * (n - 1)))
    centre = log_mean + variance / 2
    return np.exp(centre - half), np.exp(centre + half)


def _log_moments(groups: Groups) -> tuple[FloatArray, FloatArray]:
    """Mean and std of the logarithms; NaN for groups with a value that has none."""
    positive = groups.firsts > 0
    logs = np.log(np.where(groups.spread(positive), groups.values, 1.0))
    m = moments(Groups(logs, groups.starts, groups.counts))
    return np.where(positive, m.mean, np.nan), np.where(positive, m.std, np.nan)


def _choose(
    groups: Groups, m: Moments, log_mean: FloatArray, log_std: FloatArray
) -> NDArray[np.int64]:
    """Return the code of the method, or of the reason for none, for each group."""
    normal = keeps_normality(groups, m, _ALPHA_NORMALITY)
    right_skewed = m.skewness >= 0
    usual = np.log(np.where(m.mean > 0, m.mean, 1.0))
    log_gap = (usual - log_mean) * m.count / np.maximum(m.count - 1, 1)
    # Comparisons with NaN are false, which sends samples without logarithms to Hall.
    lognormal = (right_skewed & np.isfinite(log_std)) | (log_std <= _COX_LOG_STD)
    return np.select(
        [
            m.count < SPREAD_SMALLEST_N,
            m.std == 0,
            (m.count < WIDE_BELOW_N) & right_skewed & (log_gap > WIDE_LOG_GAP),
            (m.count < SHAPE_SMALLEST_N) & lognormal,
            (m.count >= T_SMALLEST_N) & normal,
        ],
        [_TOO_FEW, _CONSTANT, _WIDE, _COX, _T],
        default=_HALL,
    )


def mean_intervals(
    groups: Groups, level: float = 0.95, known: Moments | None = None
) -> GroupedIntervals:
    """Return the interval for the mean of every group; the rule is in `mean_interval`.

    Args:
        groups: the samples.
        level: of the intervals.
        known: their moments, where the caller has them already.
    """
    _check_level(level)
    m = moments(groups) if known is None else known
    if groups.values.size <= AT_ONCE or groups.counts.size == 1:
        return _mean_intervals(groups, level, m)
    pieces = [_mean_intervals(groups.part(span), level, m.part(span))
              for span in groups.spans(AT_ONCE)]
    columns = [[getattr(piece, one.name) for piece in pieces] for one in fields(GroupedIntervals)]
    return GroupedIntervals(*map(np.concatenate, columns))


def _mean_intervals(groups: Groups, level: float, m: Moments) -> GroupedIntervals:
    log_mean, log_std = _log_moments(groups)
    code = _choose(groups, m, log_mean, log_std)
    given = code <= _COX
    n = np.where(given, m.count, SPREAD_SMALLEST_N).astype(np.float64)
    std = np.where(given, m.std, 1.0)
    error = std / np.sqrt(n)
    critical = t_quantile((1 + level) / 2, n - 1)
    skewness = np.where(given, m.skewness, 0.0) / np.sqrt(n)
    below, above = hall_bounds(skewness, critical)
    hall, cox = code == _HALL, code == _COX
    low = m.mean - np.where(hall, np.maximum(below, critical), critical) * error
    high = m.mean + np.where(hall, np.maximum(above, critical), critical) * error
    cox_low, cox_high = _cox_bounds(
        np.where(cox, log_mean, 0.0), np.where(cox, log_std, 0.0), n, critical
    )
    low = np.where(cox, np.minimum(low, cox_low), low)
    high = np.where(cox, np.maximum(high, cox_high), high)
    return GroupedIntervals(
        mean=m.mean,
        low=np.where(given, low, np.nan),
        high=np.where(given, high, np.nan),
        method=_texts(code, dict(_METHODS)),
        reason=_texts(code, _REASONS),
    )


def _texts(code: NDArray[np.int64], table: dict[int, str]) -> NDArray[np.str_]:
    return np.array([table.get(i, "") for i in range(_WIDE + 1)])[code]


def mean_interval(values: ArrayLike, level: float = 0.95) -> IntervalOrReason:
    """Return an interval for the mean of a sample, the method chosen by rule.

    Estimator, first that applies:
        none     n < 3, or all values equal, or (n < 300, skewed to the right and
                 n / (n-1) ln(mean / geometric mean) above 1);
        t + Cox  n < 8, positive values, skewed to the right or with a standard
                 deviation of the logarithms up to 1: the wider of t and Cox's lognormal
                 interval at each end;
        t        n >= 20 and Anderson-Darling does not refuse normality at 5 %;
        t + Hall otherwise: the wider of t and Hall's skewness-corrected interval at
                 each end.
    Assumptions: independent values of one distribution with a finite variance. No
    method can allow for a mode the sample has not met.
    Smallest n: 3.
    Source: Hall 1992; Olsson 2005; coverage by `python -m
    baseline_collector.stats.coverage`.

    Raises:
        ValueError: if the sample is not clean or the level is outside (0, 1).
    """
    groups = one_group(values)
    many = mean_intervals(groups, level)
    n = int(groups.counts[0])
    reason = str(many.reason[0])
    if reason:
        return NoInterval(reason, n)
    method = next(name for name in _METHODS.values() if name == many.method[0])
    return Interval(float(many.low[0]), float(many.high[0]), level, method, n)


def rate_interval(
    numerators: ArrayLike, denominators: ArrayLike, level: float = 0.95
) -> IntervalOrReason:
    """Return an interval for a rate taken as total over total.

    Estimator: R = sum(y)/sum(x); `mean_interval` of R + (y - R x)/mean(x), whose mean
    is R and whose spread is that of R to first order (delta method).
    Assumptions: independent pairs; a spread of the denominators under about half
    their mean at small n. Smallest n: 3. Source: Cochran 1977, section 6.

    Raises:
        ValueError: if the pairs are not clean or the denominators unusable.
    """
    return mean_interval(linearised_rate(numerators, denominators), level)


def linearised_rate(numerators: ArrayLike, denominators: ArrayLike) -> FloatArray:
    """Return one value a pair, R + (y - R x) / mean(x), for use in `rate_interval`."""
    y, x = as_pair(numerators, denominators, names=("numerators", "denominators"))
    rate = ratio_of_totals(y, x)
    return np.asarray(rate + (y - rate * x) / np.mean(x), dtype=np.float64)


def run_mean_interval(values: ArrayLike, runs: ArrayLike, level: float = 0.95) -> IntervalOrReason:
    """Return an interval for the mean where several values belong to each run.

    Estimator: `mean_interval` of the run means; n counts runs, because values of one
    run share its start, cache and clock and are not independent.
    Assumptions: independent runs of equal standing. Smallest n: 3 runs.
    Source: Kalibera & Jones 2013; Georges et al. 2007.

    Args:
        values: one measurement each.
        runs: whole-number code of the run of each value.
        level: confidence.

    Raises:
        ValueError: if the values are not clean or the lengths differ.
    """
    groups, _ = group_by_codes(values, runs)
    return mean_interval(moments(groups).mean, level)


def quantile_interval(values: ArrayLike, q: float, level: float = 0.95) -> IntervalOrReason:
    """Return an interval for a quantile between two values of the sample.

    Estimator: order statistics whose ranks bound the binomial count of values under the
    quantile; tails equal where ranks allow, else the shorter side takes what is left.
    Assumptions: independent values of one distribution, of any shape.
    Smallest n: at 95 %, p50 6, p90 29, p95 59, p99 299, p99.9 2995.
    Source: Conover 1999, section 3.2.

    Raises:
        ValueError: if the sample is not clean, or q or the level is outside (0, 1).
    """
    groups = one_group(values)
    many = quantile_intervals(groups, q, level)
    n = int(groups.counts[0])
    if math.isnan(many.low[0]):
        return NoInterval(
            f"n is {n}: even the smallest and largest value enclose the {q:g} quantile with "
            f"less than {level:.0%} confidence",
            n,
        )
    return Interval(float(many.low[0]), float(many.high[0]), level, "order statistics", n)


@dataclass(frozen=True, slots=True, eq=False)
class GroupedQuantiles:
    """One quantile of many groups with its interval; NaN bounds where n allows none."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


def quantile_intervals(groups: Groups, q: float, level: float = 0.95) -> GroupedQuantiles:
    """Return a quantile and its interval for every group; the rule is in `quantile_interval`.

    Raises:
        ValueError: if q or the level is outside (0, 1).
    """
    _check_level(level)
    if not 0 < q < 1:
        raise ValueError(f"q: expected a probability inside (0, 1), found {q}")
    value = grouped_quantile(groups, q)
    sizes, which = np.unique(groups.counts, return_inverse=True)
    ranks = [_quantile_ranks(int(n), q, 1 - level) for n in sizes]
    given = np.array([one is not None for one in ranks])[which]
    below, above = np.array([one or (0, 0) for one in ranks], np.int64)[which].T
    low = np.minimum(groups.values[groups.starts + below], value)
    high = np.maximum(groups.values[groups.starts + above], value)
    return GroupedQuantiles(value, np.where(given, low, np.nan), np.where(given, high, np.nan))


@lru_cache(maxsize=4096)
def _quantile_ranks(n: int, q: float, alpha: float) -> tuple[int, int] | None:
    """Return 0-based ranks whose values enclose the q-quantile, or None if none do."""
    cdf = binomial_cdf(n, q)
    lowest, highest = float(cdf[0]), q**n
    if lowest + highest > alpha:
        return None
    # What one end cannot use of its half, because its last value is passed, costs the other.
    lower_share = min(max(alpha / 2, lowest), alpha - highest)
    low = int(np.searchsorted(cdf, lower_share, side="right")) - 1
    upper_share = alpha - max(lower_share, lowest)
    high = int(np.searchsorted(cdf, 1 - upper_share, side="left"))
    return max(low, 0), min(high, n - 1)


def median_interval(values: ArrayLike, level: float = 0.95) -> IntervalOrReason:
    """Return the order-statistic interval for the median; smallest n at 95 %: 6."""
    return quantile_interval(values, 0.5, level)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level: expected a probability inside (0, 1), found {level}")

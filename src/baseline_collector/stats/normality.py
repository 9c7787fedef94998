"""May a sample be treated as normal? Anderson-Darling, one sample or many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from baseline_collector.stats.distributions import normal_cdf
from baseline_collector.stats.samples import FloatArray, Groups, Moments, moments, one_group

NORMALITY_SMALLEST_N = 8
"""Stephens's correction is stated for n >= 8."""

_P_VALUE_PIECES = (
    (0.2, (-13.436, 101.14, -223.73), True),
    (0.34, (-8.318, 42.796, -59.938), True),
    (0.6, (0.9177, -4.279, -1.38), False),
    (np.inf, (1.2937, -5.709, 0.0186), False),
)


@dataclass(frozen=True, slots=True)
class NormalityTest:
    """Anderson-Darling statistic, corrected for n, and its p-value."""

    statistic: float
    p_value: float
    n: int


def _p_value(corrected: FloatArray) -> FloatArray:
    """P-value of the corrected statistic (D'Agostino & Stephens 1986, table 4.9)."""
    # The last piece is a parabola that turns upwards at 153; p is below 1e-300 by then.
    a = np.minimum(corrected, 150.0)
    result = np.zeros_like(a)
    lower = -np.inf
    for upper, (c0, c1, c2), complement in _P_VALUE_PIECES:
        p = np.exp(np.minimum(c0 + c1 * a + c2 * a**2, 0.0))
        inside = (a > lower) & (a <= upper)
        result = np.where(inside, 1 - p if complement else p, result)
        lower = upper
    return result


def grouped_normality(groups: Groups) -> tuple[FloatArray, FloatArray]:
    """Return the corrected statistic and p-value of each group; NaN where it has none."""
    corrected = _corrected(groups, moments(groups), _log_normal)
    return corrected, np.where(
        np.isnan(corrected), np.nan, _p_value(np.nan_to_num(corrected))
    )


def keeps_normality(groups: Groups, m: Moments, alpha: float) -> NDArray[np.bool_]:
    """Say which groups have a p-value of at least `alpha`, as `grouped_normality` gives it.

    Estimator: the statistic from a table of the distribution, with a bound on its error;
    only groups whose verdict lies within that bound are computed to the last digit.

    Args:
        groups: the samples.
        m: their moments.
        alpha: level of the test, inside (0, 1).
    """
    rough = _corrected(groups, m, _tabulated)
    error = 2.5 * m.count * _TABLE_ERROR
    low, high = (_p_value(np.nan_to_num(np.maximum(rough + sign * error, 0.0))) >= alpha
                 for sign in (1, -1))
    kept = low & ~np.isnan(rough)
    close = np.flatnonzero((low != high) & ~np.isnan(rough))
    for at in close.tolist():
        inside = slice(int(groups.starts[at]), int(groups.starts[at] + groups.counts[at]))
        kept[at] = grouped_normality(one_group(groups.values[inside]))[1][0] >= alpha
    return kept


def _log_normal(z: FloatArray) -> FloatArray:
    return np.log(np.maximum(normal_cdf(z), 1e-300))


_STEP = 1 / 256
_TABLE_ERROR = _STEP**2 / 8
"""Of linear interpolation: the second derivative of the logarithm lies between -1 and 0."""


_REACH = 40.0


@lru_cache(maxsize=1)
def _table() -> tuple[FloatArray, FloatArray]:
    values = _log_normal(np.arange(-_REACH, _REACH + 2 * _STEP, _STEP))
    return values[:-1], np.diff(values)


def _tabulated(z: FloatArray) -> FloatArray:
    values, rises = _table()
    place = (np.clip(z, -_REACH, _REACH) + _REACH) / _STEP
    at = place.astype(np.int64)
    return values[at] + (place - at) * rises[at]


def _corrected(
    groups: Groups, m: Moments, log_normal: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """The statistic of each group, corrected for n; NaN where it has none."""
    n = m.count.astype(np.float64)
    testable = (m.count >= NORMALITY_SMALLEST_N) & (m.std > 0)
    scale = np.where(testable, m.std, 1.0)
    z = (groups.values - groups.spread(m.mean)) / groups.spread(scale)
    index = np.arange(z.size)
    weight = (2 * (index - groups.spread(groups.starts)) + 1).astype(np.float64)
    mirrored = groups.spread(2 * groups.starts + groups.counts - 1) - index
    # 1 - cdf of the mirrored value is taken as cdf(-z): the plain difference is 0 above 8.3.
    logs = log_normal(z) + log_normal(-z)[mirrored]
    raw = -n - groups.total(weight * logs) / n
    return np.where(testable, raw * (1 + 0.75 / n + 2.25 / n**2), np.nan)


def anderson_darling(values: ArrayLike) -> NormalityTest | None:
    """Test a sample for normality with mean and spread unknown (case 3).

    Estimator: A2 (1 + 0.75/n + 2.25/n2), p by the published pieces.
    Assumptions: independent values. Smallest n: 8.
    Source: D'Agostino & Stephens 1986, section 4.8.5 and table 4.9.

    Returns:
        The test, or None where n < 8 or all values are equal.

    Raises:
        ValueError: if the sample is not clean.
    """
    groups = one_group(values)
    statistic, p = grouped_normality(groups)
    if np.isnan(statistic[0]):
        return None
    return NormalityTest(float(statistic[0]), float(p[0]), int(groups.counts[0]))

"""The few distributions the intervals need, without SciPy."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from baseline_collector.stats.samples import FloatArray

_NORMAL = NormalDist()
_ERFC = np.frompyfunc(math.erfc, 1, 1)
_LGAMMA = np.frompyfunc(math.lgamma, 1, 1)
_ASYMPTOTIC_DF = 2.0e3
_TINY = 1e-300
_Number = TypeVar("_Number", float, FloatArray)


def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile (Wichura 1988, AS 241)."""
    return _NORMAL.inv_cdf(probability)


def normal_cdf(z: ArrayLike) -> FloatArray:
    """Return the standard normal distribution function, elementwise, by erfc."""
    return 0.5 * np.asarray(_ERFC(-np.asarray(z, np.float64) / math.sqrt(2.0)), np.float64)


def two_sided_normal_p(z: float) -> float:
    """Return the chance of a standard normal at least as far from 0 as `z`."""
    return math.erfc(abs(z) / math.sqrt(2.0))


def _log_gamma(x: ArrayLike) -> FloatArray:
    return np.asarray(_LGAMMA(x), dtype=np.float64)


def _beta_fraction(a: _Number, b: _Number, x: _Number) -> _Number:
    """Continued fraction of the incomplete beta function (DLMF 8.17.22), Lentz's method."""
    c = 1 + 0 * x
    d = 1.0 / _off_zero(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1.0 / _off_zero(1 + step * d)
            c = _off_zero(1 + step / c)
            result = result * c * d
        near = abs(c * d - 1) < 1e-15
        if near if isinstance(near, bool) else near.all():
            break
    return result


def _off_zero(value: _Number) -> _Number:
    if isinstance(value, float):
        return _TINY if abs(value) < _TINY else value
    return np.where(np.abs(value) < _TINY, _TINY, value)


def incomplete_beta(a: ArrayLike, b: ArrayLike, x: ArrayLike) -> FloatArray:
    """Return the regularised incomplete beta function I_x(a, b), elementwise.

    Args:
        a: first shape, positive.
        b: second shape, positive.
        x: in [0, 1].
    """
    a_, b_, x_ = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (a, b, x)))
    swap = x_ > (a_ + 1) / (a_ + b_ + 2)
    p, q, y = np.where(swap, b_, a_), np.where(swap, a_, b_), np.where(swap, 1 - x_, x_)
    with np.errstate(divide="ignore"):
        front = np.exp(
            p * np.log(y) + q * np.log1p(-y) + _log_gamma(p + q) - _log_gamma(p) - _log_gamma(q)
        )
    if y.size == 1:  # what a single interval asks for; numpy takes ten times as long for one
        fraction: FloatArray | float = _beta_fraction(p.item(), q.item(), y.item())
    else:
        fraction = _beta_fraction(p, q, y)
    lower = front * fraction / p
    return np.asarray(np.where(swap, 1 - lower, lower), dtype=np.float64)


def _t_by_expansion(z: float, df: FloatArray) -> FloatArray:
    """Cornish-Fisher expansion of the t quantile (Abramowitz & Stegun 26.7.5)."""
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    result = np.full_like(df, z)
    for power, term in enumerate(terms, start=1):
        result = result + term / df**power
    return result


def _t_by_newton(probability: float, df: FloatArray) -> FloatArray:
    # The distribution function is concave above 0, so from the left of the root, and
    # after one step from the right of it too, Newton's steps cannot overshoot.
    t = _t_by_expansion(normal_quantile(probability), df)
    log_scale = _log_gamma((df + 1) / 2) - _log_gamma(df / 2) - 0.5 * np.log(df * math.pi)
    for _ in range(100):
        upper = 0.5 * incomplete_beta(df / 2, 0.5, df / (df + t**2))
        density = np.exp(log_scale - (df + 1) / 2 * np.log1p(t**2 / df))
        step = (upper - (1 - probability)) / density
        t = t + step
        if bool(np.all(np.abs(step) <= 1e-13 * t)):
            break
    return t


def t_quantile(probability: float, df: ArrayLike) -> FloatArray:
    """Return the quantile of Student's t, elementwise over degrees of freedom.

    Args:
        probability: above 0.5 and below 1.
        df: at least 1, not necessarily whole (Welch).

    Raises:
        ValueError: if the probability or a degree of freedom is outside that range.
    """
    freedom = np.atleast_1d(np.asarray(df, dtype=np.float64))
    if not 0.5 < probability < 1 or bool(np.any(freedom < 1)):
        raise ValueError(f"t quantile: expected 0.5 < p < 1 and df >= 1, found p={probability}")
    result = _t_by_expansion(normal_quantile(probability), freedom)
    small = freedom < _ASYMPTOTIC_DF
    if bool(np.any(small)):
        distinct, where = np.unique(freedom[small], return_inverse=True)
        if len(distinct) == 1:
            result[small] = _t_once(probability, float(distinct[0]))
        else:
            result[small] = _t_by_newton(probability, distinct)[where]
    return result


@lru_cache(maxsize=4096)
def _t_once(probability: float, df: float) -> float:
    return float(_t_by_newton(probability, np.array([df]))[0])


def binomial_cdf(n: int, p: float) -> FloatArray:
    """Return P(B <= k) for k = 0..n, B binomial with `n` trials of chance `p`."""
    k = np.arange(n + 1, dtype=np.float64)
    log_mass = (
        math.lgamma(n + 1)
        - _log_gamma(k + 1)
        - _log_gamma(n - k + 1)
        + k * math.log(p)
        + (n - k) * math.log1p(-p)
    )
    return np.asarray(np.minimum(np.cumsum(np.exp(log_mass)), 1.0), dtype=np.float64)

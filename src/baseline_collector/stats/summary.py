"""Describing a sample: centre, spread, quantiles, totals; one group or many at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from baseline_collector.stats.samples import (
    SPREAD_SMALLEST_N,
    FloatArray,
    Groups,
    IntArray,
    as_pair,
    as_sample,
    group_by_starts,
    moments,
    one_group,
)

QUANTILES = (0.5, 0.9, 0.95, 0.99)


def smallest_n(q: float) -> int:
    """Return the smallest n at which the q-quantile may be printed.

    Estimator: ceil(ln 0.05 / ln q): with fewer values there is a chance above 5 % that
    none of them lies beyond the quantile, and the number printed is the maximum under
    another name. Quantiles below the median count from the other end.
    Assumptions: independent values of one distribution.
    Smallest n: p50 5, p90 29, p95 59, p99 299, p99.9 2995.
    Source: one-sided order-statistic bound (Wilks 1941).

    Raises:
        ValueError: if q is not inside (0, 1).
    """
    if not 0 < q < 1:
        raise ValueError(f"q: expected a probability inside (0, 1), found {q}")
    return math.ceil(math.log(0.05) / math.log(max(q, 1 - q)))


@dataclass(frozen=True, slots=True)
class Quantile:
    """One quantile: `value` is None where `n` is under `smallest_n`."""

    q: float
    value: float | None
    n: int
    smallest_n: int


@dataclass(frozen=True, slots=True)
class Summary:
    """One sample described.

    Attributes:
        count: n.
        total: sum, in the unit of the values.
        mean: arithmetic mean.
        median: Hyndman-Fan type 7.
        minimum: smallest value.
        maximum: largest value.
        std: standard deviation, ddof=1; None for n < 3.
        cv: std / mean; None for n < 3 and where the mean is not above 0.
        mad: median absolute deviation, unscaled; None for n < 3.
        quantiles: in the order asked for.
    """

    count: int
    total: float
    mean: float
    median: float
    minimum: float
    maximum: float
    std: float | None
    cv: float | None
    mad: float | None
    quantiles: tuple[Quantile, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GroupedSummary:
    """Many samples described; one entry a group, in the order of the groups.

    The columns mean what they mean in `Summary`; NaN stands where `Summary` has None.
    `quantiles` has shape (len(q), groups).
    """

    count: IntArray
    total: FloatArray
    mean: FloatArray
    median: FloatArray
    minimum: FloatArray
    maximum: FloatArray
    std: FloatArray
    cv: FloatArray
    mad: FloatArray
    q: tuple[float, ...]
    quantiles: FloatArray


def grouped_quantile(groups: Groups, q: float) -> FloatArray:
    """Return the q-quantile of each group, whatever its n (see `quantile`)."""
    if not 0 <= q <= 1:
        raise ValueError(f"q: expected a probability inside [0, 1], found {q}")
    position = (groups.counts - 1) * q
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, groups.counts - 1)
    low, high = groups.values[groups.starts + below], groups.values[groups.starts + above]
    # Clipped, because low + weight * (high - low) may pass high by one rounding.
    between = low + (position - below) * (high - low)
    return np.asarray(np.clip(between, low, high), dtype=np.float64)


def grouped_mad(groups: Groups) -> FloatArray:
    """Return the median absolute deviation from the median of each group, unscaled."""
    centre = groups.spread(grouped_quantile(groups, 0.5))
    return grouped_quantile(group_by_starts(np.abs(groups.values - centre), groups.starts), 0.5)


def summarise_groups(groups: Groups, q: Sequence[float] = QUANTILES) -> GroupedSummary:
    """Describe every group; estimators and smallest n as in `summarise`."""
    m = moments(groups)
    spread_known = m.count >= SPREAD_SMALLEST_N
    std = np.where(spread_known, m.std, np.nan)
    cv = np.full_like(std, np.nan)
    np.divide(std, m.mean, out=cv, where=m.mean > 0)
    rows = [
        np.where(m.count >= smallest_n(one), grouped_quantile(groups, one), np.nan) for one in q
    ]
    return GroupedSummary(
        count=m.count,
        total=m.mean * m.count,
        mean=m.mean,
        median=grouped_quantile(groups, 0.5),
        minimum=groups.firsts,
        maximum=groups.lasts,
        std=std,
        cv=cv,
        mad=np.where(spread_known, grouped_mad(groups), np.nan),
        q=tuple(q),
        quantiles=np.array(rows).reshape(len(rows), m.count.size),
    )


def grouped_summary(
    values: ArrayLike, starts: ArrayLike, q: Sequence[float] = QUANTILES
) -> GroupedSummary:
    """Describe groups laid end to end; see `group_by_starts` and `summarise`."""
    return summarise_groups(group_by_starts(values, starts), q)


def summarise(values: ArrayLike, q: Sequence[float] = QUANTILES) -> Summary:
    """Describe one sample.

    Estimators: mean, type 7 median and quantiles, std with ddof=1, unscaled MAD.
    Assumptions: none to describe; independence where a quantile is to be believed.
    Smallest n: 1; spread from 3; each quantile from `smallest_n(q)`.
    Source: Hoefler & Belli 2015 (rules 5 and 8); Hyndman & Fan 1996.

    Raises:
        ValueError: if the values are empty, not finite or not one-dimensional.
    """
    one = summarise_groups(one_group(values), q)
    n = int(one.count[0])
    return Summary(
        count=n,
        total=math.fsum(as_sample(values)),
        mean=float(one.mean[0]),
        median=float(one.median[0]),
        minimum=float(one.minimum[0]),
        maximum=float(one.maximum[0]),
        std=_or_none(one.std[0]),
        cv=_or_none(one.cv[0]),
        mad=_or_none(one.mad[0]),
        quantiles=tuple(
            Quantile(p, _or_none(row[0]), n, smallest_n(p))
            for p, row in zip(one.q, one.quantiles, strict=True)
        ),
    )


def _or_none(value: np.float64) -> float | None:
    return None if math.isnan(value) else float(value)


def quantile(values: ArrayLike, q: float) -> float:
    """Return the q-quantile of a sample, whatever its n.

    Estimator: Hyndman-Fan type 7, linear between order statistics at (n-1)q.
    Assumptions: none. Smallest n: 1 to compute, `smallest_n(q)` to print.
    Source: Hyndman & Fan 1996.

    Raises:
        ValueError: if the sample is not clean or q is outside [0, 1].
    """
    return float(grouped_quantile(one_group(values), q)[0])


def median_absolute_deviation(values: ArrayLike) -> float:
    """Return the median of |x - median|, not scaled to the normal (times 1.4826 is).

    Smallest n: 3 to print. Source: Hampel 1974.
    """
    return float(grouped_mad(one_group(values))[0])


def weighted_mean(values: ArrayLike, weights: ArrayLike) -> float:
    """Return sum(w x) / sum(w).

    Raises:
        ValueError: if the pairs are not clean, a weight is negative or all are 0.
    """
    x, w = as_pair(values, weights, names=("values", "weights"))
    if bool(np.any(w < 0)) or not bool(np.any(w > 0)):
        raise ValueError("weights: expected none below 0 and at least one above 0")
    return math.fsum(x * w) / math.fsum(w)


def ratio_of_totals(numerators: ArrayLike, denominators: ArrayLike) -> float:
    """Return a rate as total over total, for example all tokens over all seconds.

    Estimator: sum(y) / sum(x), which is the mean of the single rates weighted by x and
    their harmonic mean weighted by y; the plain mean of rates favours short runs.
    Assumptions: denominators not negative. Smallest n: 1.
    Source: Hoefler & Belli 2015, rule 3.

    Raises:
        ValueError: if the pairs are not clean, a denominator is negative or all are 0.
    """
    y, x = as_pair(numerators, denominators, names=("numerators", "denominators"))
    if bool(np.any(x < 0)) or not bool(np.any(x > 0)):
        raise ValueError("denominators: expected none below 0 and at least one above 0")
    return math.fsum(y) / math.fsum(x)

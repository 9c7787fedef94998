"""Is a series of repeated measurements fit to be summed up in one number?

Outliers, a cold first run, noise, warm-up not finished, values that never change.
These only say what they see; nothing is dropped here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from baseline_collector.stats.samples import (
    SPREAD_SMALLEST_N,
    FloatArray,
    Groups,
    IntArray,
    as_sample,
    group_by_starts,
    moments,
    one_group,
)
from baseline_collector.stats.summary import grouped_mad, grouped_quantile

OUTLIER_SCORE = 14.826
"""10 scaled deviations of 1.4826 MAD each, hyperfine's threshold, counted in plain MADs."""
FIRST_RUN_SMALLEST_N = 5
# A normal sample's mean absolute deviation is 0.7979 and its MAD 0.6745 of sigma.
_MAD_PER_MEAN_DEVIATION = 0.6744897501960817 / 0.7978845608028654

Instability: TypeAlias = Literal["spread", "extremes", "below floor"]


def grouped_outlier_scores(groups: Groups) -> FloatArray:
    """Return |x - median| / MAD for each value, in the order of `groups.values`."""
    centre = grouped_quantile(groups, 0.5)
    distance = np.abs(groups.values - groups.spread(centre))
    mean_deviation = groups.total(distance) / groups.counts
    mad = grouped_mad(groups)
    scale = np.where(mad > 0, mad, mean_deviation * _MAD_PER_MEAN_DEVIATION)
    return np.asarray(distance / groups.spread(np.where(scale > 0, scale, 1.0)), np.float64)


def outlier_scores(values: ArrayLike) -> FloatArray:
    """Return |x - median| / MAD of each value, in the order given.

    Estimator: where more than half of the values are equal and the MAD is 0, the mean
    absolute deviation takes its place, scaled to agree at the normal.
    Assumptions: one centre. Smallest n: 3. Source: Iglewicz & Hoaglin 1993; threshold
    14.826 as in hyperfine.

    Raises:
        ValueError: if the sample is not clean.
    """
    sample = as_sample(values)
    scores = np.empty_like(sample)
    scores[np.argsort(sample, kind="stable")] = grouped_outlier_scores(one_group(sample))
    return scores


def outliers(values: ArrayLike, threshold: float = OUTLIER_SCORE) -> NDArray[np.bool_]:
    """Return which values score above the threshold; none when n < 3."""
    scores = outlier_scores(values)
    return (scores > threshold) & (scores.size >= SPREAD_SMALLEST_N)


def may_hold_outliers(groups: Groups, threshold: float = OUTLIER_SCORE) -> NDArray[np.bool_]:
    """Say which groups may hold a value that scores above the threshold, as a first sieve.

    The farthest value scores above it only if the MAD is under its distance / threshold, and
    then half of the values are at least that near. Groups left out hold none.
    """
    centre = grouped_quantile(groups, 0.5)
    reach = np.maximum(groups.lasts - centre, centre - groups.firsts) / threshold * (1 + 1e-9)
    near = np.abs(groups.values - groups.spread(centre)) <= groups.spread(reach)
    return np.add.reduceat(near, groups.starts, dtype=np.int64) >= groups.counts // 2


def rest_medians(groups: Groups, first: FloatArray) -> FloatArray:
    """Return the median of each group without one of its values.

    Args:
        groups: samples of at least 2 values.
        first: the value of each that is left out.
    """
    below = np.add.reduceat(groups.values < groups.spread(first), groups.starts, dtype=np.int64)
    rest = groups.counts - 1
    low, high = (rest - 1) // 2, rest // 2
    ends = [groups.values[groups.starts + at + (at >= below)] for at in (low, high)]
    return np.asarray(np.clip(ends[0] + 0.5 * (low < high) * (ends[1] - ends[0]), *ends))


def first_run_scores(values: FloatArray, starts: IntArray) -> FloatArray:
    """Return |x1 - median of the rest| / MAD of the rest of each series, as in `first_run`.

    Args:
        values: series end to end, each in the order measured, at least 3 values each.
        starts: first index of each, beginning with 0.

    Returns:
        A score a series; NaN where the others are all equal.
    """
    others = np.ones(len(values), bool)
    others[starts] = False
    rest = group_by_starts(values[others], starts - np.arange(len(starts)))
    centre = grouped_quantile(rest, 0.5)
    mad = grouped_mad(rest)
    mean_deviation = rest.total(np.abs(rest.values - rest.spread(centre))) / rest.counts
    scale = np.where(mad > 0, mad, mean_deviation * _MAD_PER_MEAN_DEVIATION)
    return np.abs(values[starts] - centre) / np.where(scale > 0, scale, np.nan)


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The first value against the rest: `apart` is None where it cannot be judged."""

    score: float | None
    apart: bool | None
    first: float
    rest_median: float | None
    reason: str


def first_run(series: ArrayLike, threshold: float = OUTLIER_SCORE) -> FirstRun:
    """Say whether the first run stands apart from the others, as a cold start does.

    Estimator: |x1 - median of the rest| / MAD of the rest, MAD as in `outlier_scores`.
    Assumptions: the others are warm. Smallest n: 5. Source: hyperfine.

    Args:
        series: in the order measured.
        threshold: score above which the first run stands apart.

    Raises:
        ValueError: if the series is not clean.
    """
    sample = as_sample(series)
    first = float(sample[0])
    if sample.size < FIRST_RUN_SMALLEST_N:
        reason = f"n is under {FIRST_RUN_SMALLEST_N}: too few to know the usual spread"
        return FirstRun(None, None, first, None, reason)
    centre = float(rest_medians(one_group(sample), sample[:1])[0])
    score = float(first_run_scores(sample, np.zeros(1, np.int64))[0])
    if np.isnan(score):
        return FirstRun(None, None, first, centre, "the others are all equal: no spread")
    apart = score > threshold
    reason = f"{score:.1f} MAD from the median of the others, threshold {threshold:g}"
    return FirstRun(score, apart, first, centre, reason)


@dataclass(frozen=True, slots=True)
class Stability:
    """`stable` is None for n < 3; `why` lists every check that failed."""

    stable: bool | None
    why: tuple[Instability, ...]
    cv: float | None


def stability(
    values: ArrayLike, *, floor: float, cv_limit: float = 0.10, extreme_limit: float = 0.50
) -> Stability:
    """Say whether repeated values agree well enough for their mean to stand for them.

    Estimator: unstable if std / |mean| >= `cv_limit`, if the smallest or largest value
    is `extreme_limit` of the mean away from it, or if a value is under `floor`.
    Assumptions: none. Smallest n: 3. Source: pyperf check (10 %, 50 %, 1 ms).

    Args:
        values: one series.
        floor: value too small to be timed well, in the unit of the values (1 ms for a
            clock); minus infinity for none.
        cv_limit: see above.
        extreme_limit: see above.

    Raises:
        ValueError: if the sample is not clean.
    """
    sample = as_sample(values)
    if sample.size < SPREAD_SMALLEST_N:
        return Stability(None, (), None)
    m = moments(one_group(sample))
    mean, std = float(m.mean[0]), float(m.std[0])
    size = abs(mean)
    farthest = max(float(sample.max()) - mean, mean - float(sample.min()))
    why: list[Instability] = []
    if std > 0 and std >= cv_limit * size:
        why.append("spread")
    if std > 0 and farthest >= extreme_limit * size:
        why.append("extremes")
    if float(sample.min()) < floor:
        why.append("below floor")
    return Stability(not why, tuple(why), std / size if size > 0 else None)


@dataclass(frozen=True, slots=True)
class SteadyState:
    """`reached` is None where the series is too short; `first` is where it begins."""

    reached: bool | None
    cv: float | None
    window: int
    first: int | None


def steady_state(series: ArrayLike, *, window: int = 10, cv_limit: float = 0.02) -> SteadyState:
    """Say whether the last iterations run at a steady pace, and from where on they do.

    Estimator: std / mean of the last k = min(window, n) iterations under `cv_limit`;
    `first` is the first index from which every window of k stays under it.
    Assumptions: values above 0. Smallest n: 3. Source: Georges et al. 2007.

    Raises:
        ValueError: if the series is not clean or the window is under 3.
    """
    if window < SPREAD_SMALLEST_N:
        raise ValueError(f"window: expected at least {SPREAD_SMALLEST_N}, found {window}")
    sample = as_sample(series)
    k = min(window, int(sample.size))
    if k < SPREAD_SMALLEST_N:
        return SteadyState(None, None, k, None)
    windows = np.lib.stride_tricks.sliding_window_view(sample, k)
    centre = windows.mean(axis=1)
    cv = np.full(centre.size, np.inf)
    np.divide(windows.std(axis=1, ddof=1), centre, out=cv, where=centre > 0)
    if not np.isfinite(cv[-1]):
        return SteadyState(None, None, k, None)
    if cv[-1] >= cv_limit:
        return SteadyState(False, float(cv[-1]), k, None)
    noisy = np.flatnonzero(cv >= cv_limit)
    return SteadyState(True, float(cv[-1]), k, int(noisy[-1]) + 1 if noisy.size else 0)


def constant_series(values: ArrayLike) -> float | None:
    """Return the one value a series repeats, or None where it varies or n < 3.

    A sensor that never moves is a gap, not a measurement; zero is the usual one.
    """
    sample = as_sample(values)
    if sample.size < SPREAD_SMALLEST_N or bool(np.any(sample != sample[0])):
        return None
    return float(sample[0])

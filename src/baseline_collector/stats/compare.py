"""Two samples: by what factor do their means differ, and does the evidence decide it?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from baseline_collector.stats.distributions import normal_quantile, t_quantile
from baseline_collector.stats.intervals import (
    Interval,
    IntervalOrReason,
    NoInterval,
    hall_bounds,
    rate_interval,
)
from baseline_collector.stats.ranks import holm, mann_whitney, wilcoxon_signed_rank
from baseline_collector.stats.samples import (
    SPREAD_SMALLEST_N,
    FloatArray,
    Groups,
    moments,
    one_group,
)
from baseline_collector.stats.summary import ratio_of_totals

Verdict: TypeAlias = Literal["greater", "less", "equivalent", "undecided"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of `other` against `base`.

    Attributes:
        ratio: mean(other) / mean(base); None where mean(base) is not above 0.
        interval: of the ratio, or why there is none.
        p_rank: rank test, two-sided; None where it has nothing to rank.
        rank_effect: above 0.5 where `other` tends to rank higher; None as `p_rank`.
        comparisons: how many comparisons `p_rank` is adjusted for; 1 when it is not.
        verdict: what the evidence decides.
        reason: one sentence why.
        n: values of base and other.
    """

    ratio: float | None
    interval: IntervalOrReason
    p_rank: float | None
    rank_effect: float | None
    comparisons: int
    verdict: Verdict
    reason: str
    n: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class GroupedRatios:
    """Ratios of means of many pairs of samples; NaN bounds where there is no interval."""

    ratio: FloatArray
    low: FloatArray
    high: FloatArray


def ratios_of_means(base: Groups, other: Groups, level: float = 0.95) -> GroupedRatios:
    """Return mean(other) / mean(base) and its interval, group by group.

    Estimator: the logarithm of the ratio with its delta-method standard error; at each
    end the wider of Welch's t and Hall's correction for the skewness of both samples.
    Assumptions: independent values, means above 0. Smallest n: 3 each.
    Source: Welch 1947; Zhou & Dinh 2005.

    Raises:
        ValueError: if the numbers of groups differ.
    """
    a, b = moments(base), moments(other)
    if a.count.size != b.count.size:
        raise ValueError(f"other: expected {a.count.size} groups as in base, found {b.count.size}")
    enough = (a.count >= SPREAD_SMALLEST_N) & (b.count >= SPREAD_SMALLEST_N)
    given = enough & (a.mean > 0) & (b.mean > 0) & ((a.std > 0) | (b.std > 0))
    mean_a, mean_b = np.where(given, a.mean, 1.0), np.where(given, b.mean, 1.0)
    n_a, n_b = np.where(given, a.count, 3), np.where(given, b.count, 3)
    cv_a = np.where(given, a.std / mean_a, 1.0)
    cv_b = np.where(given, b.std / mean_b, 1.0)
    part_a, part_b = cv_a**2 / n_a, cv_b**2 / n_b
    variance = part_a + part_b
    df = variance**2 / (part_a**2 / (n_a - 1) + part_b**2 / (n_b - 1))
    critical = t_quantile((1 + level) / 2, df)
    third = b.skewness * cv_b**3 / n_b**2 - a.skewness * cv_a**3 / n_a**2
    third = np.where(given, third, 0.0)
    below, above = hall_bounds(third / variance**1.5, critical)
    error = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(a.mean > 0, b.mean / a.mean, np.nan)
    low = ratio * np.exp(-np.maximum(below, critical) * error)
    high = ratio * np.exp(np.maximum(above, critical) * error)
    return GroupedRatios(ratio, np.where(given, low, np.nan), np.where(given, high, np.nan))


def ratio_of_means(
    base: ArrayLike, other: ArrayLike, level: float = 0.95
) -> tuple[float | None, IntervalOrReason]:
    """Return mean(other) / mean(base) and its interval; see `ratios_of_means`."""
    a, b = one_group(base), one_group(other)
    n = int(min(a.counts[0], b.counts[0]))
    result = ratios_of_means(a, b, level)
    ratio = None if math.isnan(result.ratio[0]) else float(result.ratio[0])
    if not math.isnan(result.low[0]):
        low, high = float(result.low[0]), float(result.high[0])
        return ratio, Interval(low, high, level, "Welch t widened by Hall", n)
    if n < SPREAD_SMALLEST_N:
        return ratio, NoInterval(f"n is under {SPREAD_SMALLEST_N}: no interval", n)
    if ratio is None or ratio <= 0:
        return ratio, NoInterval("a mean is not above 0: a ratio of means has no meaning", n)
    return ratio, NoInterval("neither sample shows any spread to build an interval on", n)


def verdict(
    interval: IntervalOrReason,
    p_rank: float | None,
    rank_effect: float | None,
    *,
    margin: float,
    alpha: float = 0.05,
) -> tuple[Verdict, str]:
    """Decide a comparison from the interval of the ratio and the rank test.

    Equivalent: the interval lies inside [1 / (1 + margin), 1 + margin], even where it
    leaves 1 out. Greater or less: the interval leaves 1 out and the rank test, adjusted
    or not, is under alpha in the same direction, so that one odd value cannot decide.
    Undecided otherwise.
    Source: Kalibera & Jones 2013; two one-sided tests, Schuirmann 1987.

    Args:
        interval: of other / base.
        p_rank: two-sided p-value, adjusted if there are several comparisons.
        rank_effect: see `Comparison`.
        margin: a relative difference too small to matter, for example 0.01; 0 for none.
        alpha: highest rate of false decisions accepted.

    Raises:
        ValueError: if the margin is negative or alpha is outside (0, 1).
    """
    if margin < 0 or not 0 < alpha < 1:
        raise ValueError(f"expected margin >= 0 and 0 < alpha < 1, found {margin} and {alpha}")
    if isinstance(interval, NoInterval):
        return "undecided", interval.reason
    if interval.low >= 1 / (1 + margin) and interval.high <= 1 + margin and margin > 0:
        return "equivalent", f"the whole interval is within {margin:.3g} of 1"
    if interval.low <= 1 <= interval.high:
        return "undecided", "no difference shown: the interval covers 1"
    agrees = rank_effect is not None and (rank_effect > 0.5) == (interval.low > 1)
    if p_rank is None or p_rank >= alpha or not agrees:
        return "undecided", "the interval leaves 1 out but the rank test does not agree"
    if interval.low > 1:
        return "greater", "the interval lies above 1 and the rank test agrees"
    return "less", "the interval lies below 1 and the rank test agrees"


def compare_samples(
    base: ArrayLike,
    other: ArrayLike,
    *,
    margin: float = 0.01,
    level: float = 0.95,
) -> Comparison:
    """Compare two independent samples.

    Estimator: `ratio_of_means` with `mann_whitney`, decided by `verdict`.
    Assumptions: independent values, taken under the same conditions but one.
    Smallest n: 3 each for the interval, 4 each for a decision.
    Source: as the parts; false-positive rate and power by `python -m
    baseline_collector.stats.simulate`.

    Raises:
        ValueError: if a sample is not clean or the margin negative.
    """
    ratio, interval = ratio_of_means(base, other, level)
    test = mann_whitney(base, other)
    p, effect = test.p_value, test.effect
    word, reason = verdict(interval, p, effect, margin=margin, alpha=1 - level)
    return Comparison(ratio, interval, p, effect, 1, word, reason, test.n)


def compare_pairs(
    base: ArrayLike,
    other: ArrayLike,
    *,
    margin: float = 0.01,
    level: float = 0.95,
) -> Comparison:
    """Compare samples measured in pairs, such as the same prompts before and after.

    Estimator: sum(other) / sum(base) with `rate_interval`, and `wilcoxon_signed_rank`.
    Assumptions: independent pairs, base above 0. Smallest n: 3 pairs for the interval,
    6 for a decision. Source: as the parts.

    Raises:
        ValueError: if the pairs are not clean or a base value is negative.
    """
    ratio = ratio_of_totals(other, base)
    interval = rate_interval(other, base, level)
    test = wilcoxon_signed_rank(base, other)
    p, effect = (None, None) if test is None else (test.p_value, test.effect)
    word, reason = verdict(interval, p, effect, margin=margin, alpha=1 - level)
    n = int(np.size(base))
    return Comparison(ratio, interval, p, effect, 1, word, reason, (n, n))


def adjust_for_many(
    comparisons: Sequence[Comparison], *, margin: float = 0.01, alpha: float = 0.05
) -> tuple[Comparison, ...]:
    """Return the comparisons with Holm's p-values and the verdicts that follow.

    Comparisons without a p-value are returned as they are and do not count.
    """
    tested = [c for c in comparisons if c.p_rank is not None]
    if not tested:
        return tuple(comparisons)
    adjusted = iter(holm([c.p_rank for c in tested if c.p_rank is not None]))
    result = []
    for one in comparisons:
        if one.p_rank is None:
            result.append(one)
            continue
        p = float(next(adjusted))
        word, reason = verdict(one.interval, p, one.rank_effect, margin=margin, alpha=alpha)
        result.append(replace(one, p_rank=p, comparisons=len(tested), verdict=word, reason=reason))
    return tuple(result)


def smallest_n_to_decide(
    cv: float, effect: float, *, power: float = 0.9, alpha: float = 0.05
) -> int:
    """Return how many values each sample needs to decide an effect with `power`.

    Estimator: 2 (z_alpha + z_power)2 cv2 / ln(1 + effect)2, plus z_alpha2 / 4 for the
    unknown spread (Guenther 1981), times pi/3 for the rank test that has to agree
    (its efficiency at the normal, Noether 1987), plus 2 for what Hall's widening and the
    coarse exact p-values cost at small n (measured by `simulate`).
    Assumptions: near-normal values, equal n and cv. Smallest answer: 5.

    Args:
        cv: standard deviation / mean of one sample, above 0.
        effect: relative difference of the means, above -1 and not 0.
        power: chance of deciding.
        alpha: two-sided.

    Raises:
        ValueError: if an argument is outside its range.
    """
    if cv <= 0 or effect <= -1 or effect == 0 or not 0 < alpha < 1 or not 0 < power < 1:
        raise ValueError(
            f"expected cv > 0, effect > -1 and not 0, alpha and power in (0, 1); found cv={cv}, "
            f"effect={effect}, alpha={alpha}, power={power}"
        )
    z_alpha, z_power = normal_quantile(1 - alpha / 2), normal_quantile(power)
    n = 2 * ((z_alpha + z_power) * cv / math.log1p(effect)) ** 2 + z_alpha**2 / 4
    return max(5, math.ceil(n * math.pi / 3) + 2)


def smallest_n_to_equate(
    cv: float, margin: float, *, power: float = 0.9, alpha: float = 0.05
) -> int:
    """Return how many values each sample needs to show two equal means within a margin.

    Estimator: 2 (z_alpha + z_{(1 + power) / 2})2 cv2 / ln(1 + margin)2 plus z_alpha2 / 4, z_alpha
    two-sided, as the whole interval has to lie inside the margin; plus 2 for Hall's widening.
    Assumptions: near-normal values, equal n and cv, no difference. Smallest answer: 5.
    Source: Schuirmann 1987; checked by `simulate`.

    Args:
        cv: standard deviation / mean of one sample, above 0.
        margin: relative difference, above 0.
        power: chance of showing it.
        alpha: two-sided.

    Raises:
        ValueError: if an argument is outside its range.
    """
    if cv <= 0 or margin <= 0 or not 0 < alpha < 1 or not 0 < power < 1:
        raise ValueError(f"expected cv and margin above 0, alpha and power in (0, 1); found "
                         f"cv={cv}, margin={margin}, alpha={alpha}, power={power}")
    z_alpha, z_power = normal_quantile(1 - alpha / 2), normal_quantile((1 + power) / 2)
    n = 2 * ((z_alpha + z_power) * cv / math.log1p(margin)) ** 2 + z_alpha**2 / 4
    return max(5, math.ceil(n) + 2)

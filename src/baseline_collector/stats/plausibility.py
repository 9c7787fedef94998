"""Can a printed statistic have come from the data it claims? Arithmetic, no estimate."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from baseline_collector.stats.samples import FloatArray, as_pair
from baseline_collector.stats.summary import quantile

Grim: TypeAlias = Literal["possible", "impossible", "cannot tell"]
QuantileDefect: TypeAlias = Literal[
    "below every run",
    "above every run",
    "largest run mean",
    "quantile of run means",
    "mean of run quantiles",
    "quantile of run quantiles",
]

_DOUBLE = Fraction(1, 2**50)
"""Relative error of a mean that was summed in doubles, four units in the last place."""


def grim(printed: str | Decimal, n: int) -> Grim:
    """Say whether a printed mean can be the mean of `n` whole numbers.

    Estimator: is there a whole total k whose k / n rounds to the printed decimals, by
    any rule for halves? Exact arithmetic, with room for the last bits of a double where
    the decimals are a double's own.
    Assumptions: every value a whole number. Smallest n: 1; from n = 10 ** decimals on
    every printed mean is possible and the answer is "cannot tell".
    Source: Brown & Heathers 2017, GRIM.

    Args:
        printed: the mean as printed; its decimals count, "3.50" is not "3.5".
        n: how many whole numbers it is the mean of.

    Raises:
        ValueError: if n is under 1 or the text is not a finite number.
    """
    if n < 1:
        raise ValueError(f"n: expected at least 1, found {n}")
    try:
        value = Decimal(printed)
    except ArithmeticError:
        raise ValueError(f"printed: expected a decimal number, found {printed!r}") from None
    if not value.is_finite():
        raise ValueError(f"printed: expected a finite number, found {printed!r}")
    decimals = max(0, -int(value.as_tuple().exponent))
    if n >= 10**decimals:
        return "cannot tell"
    mean = Fraction(value)
    half = max(Fraction(1, 2 * 10**decimals), abs(mean) * _DOUBLE)
    lowest = -((-(mean - half) * n) // 1)
    return "possible" if lowest <= (mean + half) * n else "impossible"


def quantile_defects(
    printed: float,
    run_quantiles: ArrayLike,
    run_means: ArrayLike,
    *,
    q: float = 0.99,
    tolerance: float = 0.0,
) -> tuple[QuantileDefect, ...]:
    """Name what betrays a printed quantile as not taken over all requests.

    Estimator: the quantile of pooled values lies between the lowest and the highest of
    the runs' own; and it is no accident if it equals a statistic of run statistics.
    Assumptions: printed and run values in one unit. Smallest n: 2 runs; one run has
    nothing to disagree with. Equalities are only named where the runs differ by more
    than twice the tolerance, since equal runs make every answer alike.
    Source: Hoefler & Belli 2015, rule 8; Tene 2015.

    Args:
        printed: the quantile as printed.
        run_quantiles: the same quantile of each run.
        run_means: mean of each run, same order.
        q: which quantile.
        tolerance: half a unit of the last digit printed.

    Returns:
        Every defect that fits, in the order of `QuantileDefect`; empty if none does.

    Raises:
        ValueError: if the pairs are not clean.
    """
    quantiles, means = as_pair(run_quantiles, run_means, names=("run_quantiles", "run_means"))
    if quantiles.size < 2:
        return ()
    found: list[QuantileDefect] = []
    if printed < float(quantiles.min()) - tolerance:
        found.append("below every run")
    if printed > float(quantiles.max()) + tolerance:
        found.append("above every run")
    # Room for the rounding of a mean computed elsewhere in another order.
    slack = tolerance + 1e-12 * abs(printed)
    candidates: tuple[tuple[QuantileDefect, float, bool], ...] = (
        ("largest run mean", float(means.max()), _differ(means, slack)),
        ("quantile of run means", quantile(means, q), _differ(means, slack)),
        ("mean of run quantiles", float(np.mean(quantiles)), _differ(quantiles, slack)),
        ("quantile of run quantiles", quantile(quantiles, q), _differ(quantiles, slack)),
    )
    found += [
        name for name, value, usable in candidates if usable and abs(printed - value) <= slack
    ]
    return tuple(found)


def _differ(values: FloatArray, slack: float) -> bool:
    return float(np.ptp(values)) > 2 * slack

"""Comparisons: Welch's formula, verdicts, planning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from baseline_collector.stats.compare import (
    adjust_for_many,
    compare_pairs,
    compare_samples,
    ratio_of_means,
    ratios_of_means,
    smallest_n_to_decide,
    verdict,
)
from baseline_collector.stats.intervals import Interval, NoInterval
from baseline_collector.stats.samples import group_by_starts, one_group

SCORES = stats.norm.ppf((np.arange(1, 21) - 0.5) / 20)
positive = st.lists(st.floats(0.1, 1e3).map(lambda x: round(x, 3)), min_size=3, max_size=20)


def interval(low, high):
    return Interval(low, high, 0.95, "Welch t widened by Hall", 20)


def test_welch_by_hand():
    """Symmetric samples have no skewness, so Hall's correction adds nothing."""
    a, b = 100 + 2 * SCORES, 106 + 5 * SCORES
    ratio, found = ratio_of_means(a, b)
    part_a, part_b = a.var(ddof=1) / a.mean() ** 2 / 20, b.var(ddof=1) / b.mean() ** 2 / 20
    df = (part_a + part_b) ** 2 / ((part_a**2 + part_b**2) / 19)
    half = stats.t.ppf(0.975, df) * np.sqrt(part_a + part_b)
    assert ratio == pytest.approx(1.06, rel=1e-12)
    assert isinstance(found, Interval)
    assert np.log([found.low, found.high]) == pytest.approx(
        [np.log(1.06) - half, np.log(1.06) + half], rel=1e-9
    )


@given(positive, positive)
def test_swapping_the_samples_inverts_the_interval(a, b):
    ratio, forth = ratio_of_means(a, b)
    inverse, back = ratio_of_means(b, a)
    assert ratio is not None
    assert inverse == pytest.approx(1 / ratio, rel=1e-12)
    assert type(forth) is type(back)
    if isinstance(forth, Interval) and isinstance(back, Interval):
        assert forth.low <= ratio <= forth.high
        assert forth.low == pytest.approx(1 / back.high, rel=1e-9)
        assert forth.high == pytest.approx(1 / back.low, rel=1e-9)


def test_no_interval_of_the_ratio():
    for base, other, said in (
        ([1.0, 2.0], [1.0, 2.0, 3.0], "under 3"),
        ([-1.0, 0.0, 1.0], [1.0, 2.0, 3.0], "above 0"),
        ([1.0, 2.0, 3.0], [-1.0, 0.0, 0.5], "above 0"),
        ([2.0] * 4, [3.0] * 4, "spread"),
    ):
        _, found = ratio_of_means(base, other)
        assert isinstance(found, NoInterval)
        assert said in found.reason
    assert ratio_of_means([-1.0, 0.0, 1.0], [1.0, 2.0, 3.0])[0] is None


def test_one_constant_side_is_enough_spread():
    _, found = ratio_of_means([2.0] * 5, [3.0, 3.1, 2.9, 3.0, 3.05])
    assert isinstance(found, Interval)


@pytest.mark.parametrize(
    ("bounds", "p", "effect", "margin", "word"),
    [
        ((1.02, 1.08), 0.001, 0.9, 0.01, "greater"),
        ((0.92, 0.98), 0.001, 0.1, 0.01, "less"),
        ((0.995, 1.005), 0.6, 0.5, 0.01, "equivalent"),
        ((1.002, 1.006), 0.001, 0.9, 0.01, "equivalent"),
        ((1.002, 1.006), 0.001, 0.9, 0.0, "greater"),
        ((0.98, 1.05), 0.2, 0.6, 0.01, "undecided"),
        ((1.02, 1.08), 0.2, 0.6, 0.01, "undecided"),
        ((1.02, 1.08), 0.001, 0.1, 0.01, "undecided"),
        ((1.02, 1.08), None, None, 0.01, "undecided"),
    ],
)
def test_verdict(bounds, p, effect, margin, word):
    assert verdict(interval(*bounds), p, effect, margin=margin)[0] == word


def test_verdict_without_interval_repeats_the_reason():
    assert verdict(NoInterval("because", 1), 0.0, 1.0, margin=0.01) == ("undecided", "because")
    with pytest.raises(ValueError, match="margin"):
        verdict(interval(0.9, 1.1), 0.5, 0.5, margin=-1)


def test_compare_samples_and_pairs():
    base = 100 + 2 * SCORES
    assert compare_samples(base, base * 1.05).verdict == "greater"
    assert compare_samples(base, base * 0.95).verdict == "less"
    assert compare_samples(base, base * 1.001, margin=0.05).verdict == "equivalent"
    assert compare_samples(base[:3], base[:3] * 2).verdict == "undecided"
    noisy = base * (1.02 + 0.001 * SCORES[::-1])
    pairs = compare_pairs(base, noisy)
    assert (pairs.verdict, pairs.n) == ("greater", (20, 20))
    assert pairs.ratio == pytest.approx(noisy.sum() / base.sum())
    assert compare_pairs(base, base).verdict == "undecided"


def test_many_comparisons_raise_the_bar():
    rng = np.random.default_rng(13)
    close = compare_samples(rng.normal(1, 0.02, 12), rng.normal(1.02, 0.02, 12))
    assert close.verdict == "greater"
    nothing = compare_samples(100 + SCORES, 100 + SCORES)
    untested = compare_pairs(SCORES + 9, SCORES + 9)
    adjusted = adjust_for_many([close, *[nothing] * 30, untested])
    assert adjusted[0].verdict == "undecided"
    assert adjusted[0].comparisons == 31
    assert adjusted[0].p_rank == pytest.approx(close.p_rank * 31)
    assert adjusted[-1] == untested
    assert adjust_for_many([untested]) == (untested,)


def test_groups_agree_with_single_pairs():
    rng = np.random.default_rng(14)
    a, b = rng.lognormal(size=(9, 8)), rng.lognormal(size=(9, 11))
    many = ratios_of_means(
        group_by_starts(a.ravel(), np.arange(0, 72, 8)),
        group_by_starts(b.ravel(), np.arange(0, 99, 11)),
    )
    for i in range(9):
        ratio, one = ratio_of_means(a[i], b[i])
        assert isinstance(one, Interval)
        assert (many.ratio[i], many.low[i], many.high[i]) == pytest.approx(
            (ratio, one.low, one.high), rel=1e-12
        )
    with pytest.raises(ValueError, match="9 groups"):
        ratios_of_means(group_by_starts(a.ravel(), np.arange(0, 72, 8)), one_group([1.0]))


@pytest.mark.parametrize(("cv", "effect"), [(0.02, 0.05), (0.1, 0.1), (0.05, 0.02), (0.3, -0.2)])
def test_planned_n_reaches_its_power_by_noncentral_t(cv, effect):
    n = smallest_n_to_decide(cv, effect)
    shift = abs(np.log1p(effect)) / cv * np.sqrt(n / 2)
    df = 2 * n - 2
    power = stats.nct.sf(stats.t.ppf(0.975, df), df, shift)
    assert 0.9 <= power < 0.99


@pytest.mark.parametrize("wrong", [{"cv": 0}, {"effect": 0}, {"effect": -1}, {"power": 1}])
def test_planning_refuses_nonsense(wrong):
    arguments = {"cv": 0.1, "effect": 0.1, "power": 0.9} | wrong
    with pytest.raises(ValueError, match="found cv"):
        smallest_n_to_decide(**arguments)

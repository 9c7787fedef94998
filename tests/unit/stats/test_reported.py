"""Against SciPy: Welch's interval and the t interval, from mean, deviation and n alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from baseline_collector.stats.reported import (
    Reported,
    difference_of_means,
    interval_of_mean,
    pooled,
    ratio_of_reported,
)

SAMPLES = st.builds(Reported, st.floats(-1e3, 1e3), st.floats(0.01, 50), st.integers(3, 200))


@given(SAMPLES, SAMPLES, st.sampled_from([0.9, 0.95, 0.99, 1 - 0.05 / 66]))
def test_difference_is_welchs(first, second, level):
    found = difference_of_means(first, second, level)
    wanted = stats.ttest_ind_from_stats(
        first.mean, first.std, first.n, second.mean, second.std, second.n, equal_var=False
    )
    low, high = wanted.pvalue < 1 - level, wanted.pvalue > 1 - level
    a, b = first.std**2 / first.n, second.std**2 / second.n
    freedom = (a + b) ** 2 / (a**2 / (first.n - 1) + b**2 / (second.n - 1))
    half = stats.t.ppf((1 + level) / 2, freedom) * math.sqrt(a + b)
    assert found.value == first.mean - second.mean
    assert found.low == pytest.approx(found.value - half, rel=1e-6, abs=1e-9)
    assert found.high == pytest.approx(found.value + half, rel=1e-6, abs=1e-9)
    if abs(wanted.pvalue - (1 - level)) > 1e-6:  # the interval and the test say the same
        excludes = found.low > 0 or found.high < 0
        assert excludes == bool(low) and excludes != bool(high)


def test_difference_of_samples_is_that_of_ttest_ind():
    first, second = [12.1, 11.8, 12.6, 12.0], [10.9, 11.1, 11.4]
    found = difference_of_means(
        *(
            Reported(float(stats.tmean(one)), float(stats.tstd(one)), len(one))
            for one in (first, second)
        )
    )
    wanted = stats.ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))


@given(SAMPLES, st.sampled_from([0.9, 0.95, 0.99]))
def test_interval_is_students(sample, level):
    wanted = stats.t.interval(level, sample.n - 1, sample.mean, sample.std / math.sqrt(sample.n))
    assert interval_of_mean(sample, level) == pytest.approx(wanted, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_under_three_there_is_none(n):
    assert interval_of_mean(Reported(5.0, 1.0, n)) is None
    assert difference_of_means(Reported(5.0, 1.0, n), Reported(5.0, 1.0, 9)) is None
    assert difference_of_means(Reported(5.0, 1.0, 9), Reported(5.0, 1.0, n)) is None


def test_without_spread_there_is_none():
    assert interval_of_mean(Reported(5.0, 0.0, 9)) is None
    assert difference_of_means(Reported(5.0, 0.0, 9), Reported(6.0, 0.0, 9)) is None
    assert difference_of_means(Reported(5.0, 0.0, 9), Reported(6.0, 0.1, 9)) is not None


def test_pooled_is_what_all_values_would_give():
    rng = np.random.default_rng(4)
    parts = [rng.normal(5, 2, n) for n in (3, 8, 20)]
    found = pooled([Reported(part.mean(), part.std(ddof=1), part.size) for part in parts])
    every = np.concatenate(parts)
    assert (found.mean, found.std, found.n) == (
        pytest.approx(every.mean(), rel=1e-12), pytest.approx(every.std(ddof=1), rel=1e-12), 31)
    with pytest.raises(ValueError, match="at least 1"):
        pooled([])


def test_ratio_of_reported_is_welch_on_the_log_scale():
    base, other = Reported(100.0, 5.0, 12), Reported(106.0, 4.0, 9)
    a, b = 0.05**2 / 12, (4 / 106) ** 2 / 9
    freedom = (a + b) ** 2 / (a**2 / 11 + b**2 / 8)
    error = math.sqrt(a + b)
    interval, p = ratio_of_reported(base, other)
    assert p == pytest.approx(2 * stats.t.sf(math.log(1.06) / error, freedom), rel=1e-9)
    half = stats.t.ppf(0.975, freedom) * error
    assert interval.low == pytest.approx(1.06 * math.exp(-half), rel=1e-9)
    assert interval.high == pytest.approx(1.06 * math.exp(half), rel=1e-9)


@pytest.mark.parametrize("other", [Reported(1, 0.1, 2), Reported(0, 0.1, 9), Reported(1, 0, 9)])
def test_ratio_of_reported_needs_n_mean_and_spread(other):
    assert ratio_of_reported(Reported(1, 0.0, 9), other) is None

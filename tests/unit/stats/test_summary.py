"""Summaries against NumPy, SciPy, Decimal, and their own symmetries."""

from __future__ import annotations

import time
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from baseline_collector.stats.samples import group_by_codes
from baseline_collector.stats.summary import (
    grouped_summary,
    median_absolute_deviation,
    quantile,
    ratio_of_totals,
    smallest_n,
    summarise,
    summarise_groups,
    weighted_mean,
)

numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 6))
samples = st.lists(numbers, min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("q", "n"), [(0.5, 5), (0.9, 29), (0.95, 59), (0.99, 299), (0.999, 2995), (0.1, 29)]
)
def test_smallest_n(q, n):
    assert smallest_n(q) == n


@pytest.mark.parametrize("q", [0.0, 1.0, -0.1])
def test_smallest_n_outside_raises(q):
    with pytest.raises(ValueError, match="q: expected"):
        smallest_n(q)


def test_summary_of_a_known_sample():
    values = [4.0, 1.0, 9.0, 2.0, 2.0]
    s = summarise(values, q=(0.5, 0.9))
    assert (s.count, s.total, s.mean, s.median) == (5, 18.0, 3.6, 2.0)
    assert (s.minimum, s.maximum, s.mad) == (1.0, 9.0, 1.0)
    assert s.std == pytest.approx(np.std(values, ddof=1), rel=1e-14)
    assert s.cv == pytest.approx(stats.variation(values, ddof=1), rel=1e-14)
    assert [(one.q, one.value, one.smallest_n) for one in s.quantiles] == [
        (0.5, 2.0, 5),
        (0.9, None, 29),
    ]


@pytest.mark.parametrize("n", [1, 2])
def test_no_spread_below_three(n):
    s = summarise([5.0, 7.0][:n])
    assert (s.std, s.cv, s.mad) == (None, None, None)
    assert all(one.value is None for one in s.quantiles)
    assert s.mean == [5.0, 6.0][n - 1]


def test_no_cv_where_the_mean_is_not_positive():
    assert summarise([-1.0, 0.0, 1.0]).cv is None
    assert summarise([-3.0, -2.0, -1.0]).cv is None


def test_against_decimal():
    values = [0.1, 0.2, 0.30000000000000004, 1e-9, 123.456]
    exact = sum(map(Decimal, values)) / len(values)
    assert summarise(values).mean == pytest.approx(float(exact), rel=1e-15)


def test_mad_against_scipy():
    values = np.random.default_rng(3).lognormal(size=37)
    expected = stats.median_abs_deviation(values)
    assert median_absolute_deviation(values) == pytest.approx(expected, rel=1e-12)


@given(samples, st.floats(0, 1))
def test_quantile_is_type_seven(values, q):
    assert quantile(values, q) == pytest.approx(np.quantile(values, q), rel=1e-9, abs=1e-9)


@given(samples, st.floats(0, 1), st.floats(0, 1))
def test_quantile_is_monotone_and_inside(values, q, r):
    low, high = quantile(values, min(q, r)), quantile(values, max(q, r))
    assert min(values) <= low <= high <= max(values)


@given(samples, st.randoms(use_true_random=False))
def test_order_does_not_matter(values, random):
    shuffled = values.copy()
    random.shuffle(shuffled)
    assert summarise(values) == summarise(shuffled)


@given(samples, st.integers(-8, 8))
def test_scale_goes_through(values, power):
    factor = 2.0**power
    plain, scaled = summarise(values), summarise([v * factor for v in values])
    assert scaled.mean == plain.mean * factor
    assert scaled.median == plain.median * factor
    assert scaled.cv == plain.cv
    assert (scaled.std is None) == (plain.std is None)
    if plain.std is not None:
        assert scaled.std == pytest.approx(plain.std * factor, rel=1e-12)


def test_groups_agree_with_single_samples():
    rng = np.random.default_rng(4)
    values, codes = rng.lognormal(size=900), rng.integers(0, 60, 900)
    groups, labels = group_by_codes(values, codes)
    many = summarise_groups(groups, q=(0.25, 0.5))
    for i, label in enumerate(labels):
        one = summarise(values[codes == label], q=(0.25, 0.5))
        for name in ("count", "mean", "median", "minimum", "maximum", "std", "cv", "mad"):
            expected = getattr(one, name)
            found = getattr(many, name)[i]
            assert found == pytest.approx(np.nan if expected is None else expected, nan_ok=True)
        for row, q in zip(many.quantiles, one.quantiles, strict=True):
            assert row[i] == pytest.approx(np.nan if q.value is None else q.value, nan_ok=True)


def test_a_hundred_thousand_groups_in_seconds():
    values = np.random.default_rng(5).normal(size=3_000_000)
    began = time.perf_counter()
    many = grouped_summary(values, np.arange(0, values.size, 30))
    assert time.perf_counter() - began < 10
    assert many.mean.shape == (100_000,)
    np.testing.assert_allclose(many.mean, values.reshape(-1, 30).mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(many.std, values.reshape(-1, 30).std(axis=1, ddof=1), rtol=1e-9)


def test_rate_is_total_over_total():
    tokens, seconds = [100.0, 400.0], [1.0, 8.0]
    assert ratio_of_totals(tokens, seconds) == pytest.approx(500 / 9, rel=1e-15)
    rates = [100.0, 50.0]
    assert ratio_of_totals(tokens, seconds) == pytest.approx(weighted_mean(rates, seconds))
    assert ratio_of_totals(tokens, seconds) == pytest.approx(
        stats.hmean(rates, weights=tokens), rel=1e-12
    )


@pytest.mark.parametrize("bad", [[0.0, 0.0], [-1.0, 2.0]])
def test_unusable_weights_and_denominators_raise(bad):
    with pytest.raises(ValueError, match="denominators"):
        ratio_of_totals([1.0, 2.0], bad)
    with pytest.raises(ValueError, match="weights"):
        weighted_mean([1.0, 2.0], bad)


def test_quantile_outside_raises():
    with pytest.raises(ValueError, match="q: expected"):
        quantile([1.0], 1.5)

"""BCa against SciPy's bootstrap, and its determinism."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from baseline_collector.stats.bootstrap import (
    _medians_with_one_left_out,
    bootstrap_interval,
    bootstrap_rate_interval,
    bootstrap_ratio_of_means,
)
from baseline_collector.stats.intervals import Interval, NoInterval

RNG = np.random.default_rng(10)
VALUES = RNG.lognormal(0, 0.8, 45)
OTHER = RNG.lognormal(0.2, 0.8, 38)


def bounds(found):
    assert isinstance(found, Interval)
    assert found.method == "BCa bootstrap"
    return found.low, found.high


@pytest.mark.parametrize(("statistic", "function"), [("mean", np.mean), ("median", np.median)])
def test_one_sample_against_scipy(statistic, function):
    expected = stats.bootstrap(
        (VALUES,), function, n_resamples=9999, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    found = bounds(bootstrap_interval(VALUES, statistic, resamples=9999))
    assert found == pytest.approx((expected.low, expected.high), rel=0.05)
    assert found[0] <= function(VALUES) <= found[1]


def test_rate_against_scipy():
    seconds = RNG.lognormal(0, 0.5, 40)
    tokens = seconds * RNG.normal(40, 8, 40)
    expected = stats.bootstrap(
        (tokens, seconds),
        lambda y, x, axis: y.sum(axis) / x.sum(axis),
        paired=True,
        vectorized=True,
        n_resamples=9999,
        rng=np.random.default_rng(2),
    ).confidence_interval
    found = bounds(bootstrap_rate_interval(tokens, seconds, resamples=9999))
    assert found == pytest.approx((expected.low, expected.high), rel=0.01)


def test_ratio_of_means_against_scipy():
    expected = stats.bootstrap(
        (VALUES, OTHER),
        lambda a, b, axis: b.mean(axis) / a.mean(axis),
        vectorized=True,
        n_resamples=9999,
        rng=np.random.default_rng(3),
    ).confidence_interval
    found = bounds(bootstrap_ratio_of_means(VALUES, OTHER, resamples=9999))
    assert found == pytest.approx((expected.low, expected.high), rel=0.04)


def test_same_seed_any_order_same_interval():
    shuffled = np.random.default_rng(4).permutation(VALUES)
    assert bootstrap_interval(VALUES) == bootstrap_interval(shuffled)
    assert bootstrap_interval(VALUES, seed=1) != bootstrap_interval(VALUES, seed=2)


@pytest.mark.parametrize("n", [2, 3, 6, 7, 20, 21])
def test_medians_with_one_left_out(n):
    ordered = np.sort(np.random.default_rng(n).normal(size=n))
    expected = [np.median(np.delete(ordered, i)) for i in range(n)]
    np.testing.assert_allclose(_medians_with_one_left_out(ordered), expected)


def test_none_for_few_or_equal_values():
    assert isinstance(bootstrap_interval(VALUES[:19]), NoInterval)
    assert isinstance(bootstrap_interval(np.ones(30)), NoInterval)
    assert isinstance(bootstrap_rate_interval(np.arange(1, 31) * 2.0, np.arange(1, 31)), NoInterval)
    assert isinstance(bootstrap_ratio_of_means(np.ones(30), np.ones(30)), NoInterval)


def test_base_must_be_positive():
    with pytest.raises(ValueError, match="base"):
        bootstrap_ratio_of_means(np.zeros(30), VALUES)

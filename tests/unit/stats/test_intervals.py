"""Intervals: the rule of choice, the formulas, and their symmetries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from baseline_collector.stats.distributions import binomial_cdf
from baseline_collector.stats.intervals import (
    Interval,
    NoInterval,
    _inverse_cubic,
    _quantile_ranks,
    mean_interval,
    mean_intervals,
    median_interval,
    quantile_interval,
    quantile_intervals,
    rate_interval,
    run_mean_interval,
)
from baseline_collector.stats.samples import group_by_codes, group_by_starts
from baseline_collector.stats.summary import quantile, ratio_of_totals, smallest_n, summarise

NORMAL_SCORES = stats.norm.ppf((np.arange(1, 31) - 0.5) / 30)
samples = st.lists(st.floats(0.01, 1e4).map(lambda x: round(x, 4)), min_size=1, max_size=40)


def method_of(values):
    found = mean_interval(values)
    assert isinstance(found, Interval)
    return found.method


def reason_for_none(found):
    assert isinstance(found, NoInterval)
    return found.reason


def test_t_where_normality_stands():
    values = 100 + NORMAL_SCORES
    found = mean_interval(values)
    expected = stats.t.interval(0.95, 29, values.mean(), stats.sem(values))
    assert isinstance(found, Interval)
    assert (found.method, found.n, found.level) == ("t", 30, 0.95)
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-12)


def test_level_is_honoured():
    values = 100 + NORMAL_SCORES
    found = mean_interval(values, 0.99)
    expected = stats.t.interval(0.99, 29, values.mean(), stats.sem(values))
    assert isinstance(found, Interval)
    assert (found.low, found.high) == pytest.approx(expected, rel=1e-12)


def test_methods_by_rule():
    skewed = np.exp(NORMAL_SCORES)
    assert method_of(skewed) == "t widened by Hall"
    assert method_of(100 + NORMAL_SCORES[10:20]) == "t widened by Hall"
    assert method_of([10.0, 11.0, 13.0]) == "t widened by Cox"
    assert method_of([-1.0, 0.0, 3.0]) == "t widened by Hall"
    assert method_of([0.1, 10.0, 10.0]) == "t widened by Hall"


def test_reasons_for_none():
    assert "under 3" in reason_for_none(mean_interval([1.0, 2.0]))
    assert "equal" in reason_for_none(mean_interval([0.1] * 9))
    assert "median" in reason_for_none(mean_interval(np.exp(3 * NORMAL_SCORES)))
    assert "n is 5" in reason_for_none(median_interval([1.0, 2.0, 3.0, 4.0, 5.0]))


def test_cox_against_its_formula():
    values = np.array([10.0, 11.0, 13.0, 19.0])
    log = np.log(values)
    s2, n = log.var(ddof=1), 4
    half = stats.t.ppf(0.975, n - 1) * np.sqrt(s2 / n + s2**2 / (2 * (n - 1)))
    t = stats.t.interval(0.95, n - 1, values.mean(), stats.sem(values))
    found = mean_interval(values)
    assert isinstance(found, Interval)
    assert found.low == pytest.approx(min(t[0], np.exp(log.mean() + s2 / 2 - half)), rel=1e-12)
    assert found.high == pytest.approx(max(t[1], np.exp(log.mean() + s2 / 2 + half)), rel=1e-12)


def test_hall_against_its_transformation():
    """The far end, put through Hall's cubic, must give back the t quantile."""
    values = np.exp(NORMAL_SCORES)
    n, mean, error = values.size, values.mean(), stats.sem(values)
    skewness = np.sum((values - mean) ** 3) * n / ((n - 1) * (n - 2)) / values.std(ddof=1) ** 3
    found = mean_interval(values)
    assert isinstance(found, Interval)
    t = (mean - found.high) / error
    a = skewness / np.sqrt(n)
    assert t + a * t**2 / 3 + a**2 * t**3 / 27 + a / 6 == pytest.approx(
        -stats.t.ppf(0.975, n - 1), rel=1e-9
    )
    assert found.low == pytest.approx(mean - stats.t.ppf(0.975, n - 1) * error, rel=1e-9)


@given(st.floats(-5, 5), st.one_of(st.just(0.0), st.floats(1e-6, 2), st.floats(-2, -1e-6)))
def test_inverse_cubic_inverts(x, k):
    y = x + k * x**2 + k**2 * x**3 / 3
    found = _inverse_cubic(np.array([y]), np.array([k]))[0]
    again = found + k * found**2 + k**2 * found**3 / 3
    assert again == pytest.approx(y, rel=1e-8, abs=1e-8)


@given(samples, st.randoms(use_true_random=False))
def test_interval_holds_the_estimate_whatever_the_order(values, random):
    found = mean_interval(values)
    shuffled = values.copy()
    random.shuffle(shuffled)
    assert mean_interval(shuffled) == found
    if isinstance(found, Interval):
        assert found.low <= summarise(values).mean <= found.high
        assert found.low < found.high


@given(samples, st.integers(-6, 6))
def test_scale_goes_through(values, power):
    factor = 2.0**power
    plain, scaled = mean_interval(values), mean_interval([v * factor for v in values])
    assert type(plain) is type(scaled)
    if isinstance(plain, Interval) and isinstance(scaled, Interval):
        assert scaled.method == plain.method
        width = (plain.high - plain.low) * factor
        assert scaled.low == pytest.approx(plain.low * factor, abs=1e-9 * width)
        assert scaled.high == pytest.approx(plain.high * factor, abs=1e-9 * width)


@given(samples, st.floats(0.02, 0.98))
def test_quantile_interval_holds_the_quantile(values, q):
    found = quantile_interval(values, q)
    if isinstance(found, Interval):
        assert found.low <= quantile(values, q) <= found.high


def test_groups_agree_with_single_samples():
    rng = np.random.default_rng(8)
    values, codes = rng.lognormal(0, 1.2, 600), rng.integers(0, 60, 600)
    values[codes < 20] = rng.normal(50, 3, int(np.sum(codes < 20)))
    codes[codes == 7] = 6
    groups, labels = group_by_codes(values, codes)
    many = mean_intervals(groups)
    for i, label in enumerate(labels):
        one = mean_interval(values[codes == label])
        if isinstance(one, Interval):
            assert many.low[i] == pytest.approx(one.low, rel=1e-12)
            assert many.high[i] == pytest.approx(one.high, rel=1e-12)
            assert (many.method[i], many.reason[i]) == (one.method, "")
        else:
            assert (many.method[i], many.reason[i]) == ("", one.reason)
            assert np.isnan(many.low[i])


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("extra", [1, 2, 7, 60, 400])
def test_rank_interval_keeps_its_level(q, extra):
    n = smallest_n(q) + extra
    ranks = _quantile_ranks(n, q, 0.05)
    assert ranks is not None
    cdf = binomial_cdf(n, q)
    below = cdf[ranks[0]]
    above = 1 - cdf[ranks[1]] if ranks[1] < n - 1 else q**n
    assert below + above <= 0.05 + 1e-12


@pytest.mark.parametrize(("q", "n"), [(0.5, 6), (0.9, 29), (0.95, 59), (0.99, 299), (0.999, 2995)])
def test_smallest_n_of_the_quantile_interval(q, n):
    assert isinstance(quantile_interval(np.arange(n), q), Interval)
    assert isinstance(quantile_interval(np.arange(n - 1), q), NoInterval)


def test_median_ranks_published():
    """Sign-test tables (Conover 1999): n = 20 at 95 %, the 6th and the 15th value."""
    found = median_interval(np.arange(1.0, 21.0))
    assert isinstance(found, Interval)
    assert (found.low, found.high) == (6.0, 15.0)


def test_rate_interval_holds_the_rate():
    rng = np.random.default_rng(9)
    seconds = rng.lognormal(0, 0.5, 12)
    tokens = seconds * rng.normal(40, 3, 12)
    found = rate_interval(tokens, seconds)
    assert isinstance(found, Interval)
    assert found.low < ratio_of_totals(tokens, seconds) < found.high
    assert found.high - found.low < 12


def test_requests_inside_runs_count_as_runs():
    values = np.array([10.0, 10.1, 9.9, 12.0, 12.1, 11.9, 14.0, 14.1, 13.9])
    runs = np.repeat([3, 1, 2], 3)
    found, naive = run_mean_interval(values, runs), mean_interval(values)
    assert isinstance(found, Interval)
    assert isinstance(naive, Interval)
    assert found.n == 3
    assert found.high - found.low > 2 * (naive.high - naive.low)
    assert isinstance(run_mean_interval(values[:6], runs[:6]), NoInterval)


@pytest.mark.parametrize("call", [mean_interval, median_interval])
def test_level_outside_raises(call):
    with pytest.raises(ValueError, match="level"):
        call([1.0, 2.0, 3.0], 1.0)


def test_quantile_outside_raises():
    with pytest.raises(ValueError, match="q: expected"):
        quantile_interval([1.0, 2.0], 0.0)


def test_quantile_intervals_of_many_groups_are_those_of_each():
    rng = np.random.default_rng(8)
    sizes = [3, 6, 29, 59, 59, 100]
    samples = [rng.lognormal(0, 1, n) for n in sizes]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    for q in (0.1, 0.5, 0.95):
        many = quantile_intervals(group_by_starts(np.concatenate(samples), starts), q)
        for at, sample in enumerate(samples):
            one = quantile_interval(sample, q)
            assert many.value[at] == pytest.approx(np.quantile(sample, q), rel=1e-12)
            if isinstance(one, NoInterval):
                assert np.isnan([many.low[at], many.high[at]]).all()
            else:
                assert (many.low[at], many.high[at]) == (one.low, one.high)

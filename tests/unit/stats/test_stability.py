"""Outliers, first run, stability, steady state, constant series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.stats.samples import group_by_starts
from baseline_collector.stats.stability import (
    OUTLIER_SCORE,
    constant_series,
    first_run,
    first_run_scores,
    may_hold_outliers,
    outlier_scores,
    outliers,
    rest_medians,
    stability,
    steady_state,
)

WARM = [800.0, 1000.0, 850.0, 910.0, 870.0]


def test_scores_in_the_order_given():
    values = [10.0, 50.0, 9.0, 11.0, 12.0]
    assert outlier_scores(values).tolist() == [1.0, 39.0, 2.0, 0.0, 1.0]
    assert outliers(values).tolist() == [False, True, False, False, False]


def test_threshold_is_ten_scaled_deviations():
    assert pytest.approx(10 * 1.4826) == OUTLIER_SCORE


def test_half_equal_values_fall_back_to_the_mean_deviation():
    scores = outlier_scores([5.0] * 9 + [6.0])
    assert scores[:9].tolist() == [0.0] * 9
    assert scores[9] == pytest.approx(10 * 0.7978845608 / 0.6744897502)
    assert outlier_scores([5.0] * 4).tolist() == [0.0] * 4


def test_two_values_have_no_outlier():
    assert not outliers([1.0, 1e9]).any()


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=30), st.randoms(use_true_random=False))
def test_scores_follow_their_values(values, random):
    order = list(range(len(values)))
    random.shuffle(order)
    scores = outlier_scores(values)
    assert np.array_equal(outlier_scores([values[i] for i in order]), scores[order])


def test_cold_start():
    found = first_run([4561.0, *WARM])
    assert found.apart is True
    assert (found.first, found.rest_median) == (4561.0, 870.0)
    assert found.score == pytest.approx((4561 - 870) / 40)
    assert first_run([905.0, *WARM]).apart is False


@given(st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=9), min_size=1, max_size=6))
def test_many_first_runs_as_one_by_one(rows):
    values = np.array([value for row in rows for value in row], float)
    starts = np.cumsum([0, *map(len, rows[:-1])])
    scores = first_run_scores(values, starts)
    groups = group_by_starts(values, starts)
    medians = rest_medians(groups, values[starts])
    for row, score, median in zip(rows, scores, medians, strict=True):
        found = first_run(row)
        assert found.rest_median == median == np.median(row[1:])
        assert (found.score is None and np.isnan(score)) or found.score == score


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=12), min_size=1, max_size=6),
       st.sampled_from([1.5, 3.0, OUTLIER_SCORE]))
def test_the_sieve_of_outliers_leaves_none_out(rows, threshold):
    values = np.array([value for row in rows for value in row], float)
    groups = group_by_starts(values, np.cumsum([0, *map(len, rows[:-1])]))
    for row, kept in zip(rows, may_hold_outliers(groups, threshold), strict=True):
        assert kept or not (outlier_scores(row) > threshold).any()


def test_the_sieve_of_outliers_lets_noise_through_seldom():
    drawn = np.random.default_rng(4).normal(10, 1, (2000, 30))
    groups = group_by_starts(drawn.ravel(), np.arange(0, drawn.size, 30))
    assert may_hold_outliers(groups).mean() < 0.01


def test_first_run_that_cannot_be_judged():
    assert first_run([4561.0, 800.0, 900.0, 850.0]).apart is None
    constant = first_run([9.0, 5.0, 5.0, 5.0, 5.0])
    assert constant.apart is None
    assert "equal" in constant.reason


def test_stability_by_each_check():
    steady = stability([100.0, 101.0, 99.0], floor=1.0)
    assert (steady.stable, steady.why) == (True, ())
    assert steady.cv == pytest.approx(0.01)
    assert stability([100.0, 120.0, 90.0], floor=1.0).why == ("spread",)
    assert stability([100.0] * 40 + [153.0], floor=1.0).why == ("extremes",)
    assert stability([0.9, 0.9, 0.9], floor=1.0).why == ("below floor",)
    assert stability([0.1, 5.0, 1.0], floor=1.0).why == ("spread", "extremes", "below floor")
    assert stability([1.0, 2.0], floor=0.0).stable is None
    assert stability([0.0, 0.0, 0.0], floor=-np.inf).stable is True
    assert stability([-1.0, 0.0, 1.0], floor=-np.inf).stable is False


def test_steady_state_after_warm_up():
    series = [300.0, 200.0, 150.0, *[100.0, 100.5] * 6]
    found = steady_state(series)
    assert (found.reached, found.window, found.first) == (True, 10, 3)
    assert found.cv == pytest.approx(np.std(series[-10:], ddof=1) / np.mean(series[-10:]))


def test_steady_state_not_reached_or_unknown():
    assert steady_state([100.0, 110.0, 100.0, 110.0]).reached is False
    assert steady_state([100.0, 110.0]).reached is None
    assert steady_state([0.0, 0.0, 0.0]).reached is None
    assert steady_state([100.0] * 3).first == 0
    with pytest.raises(ValueError, match="window"):
        steady_state([1.0], window=2)


def test_constant_series():
    assert constant_series([0.0] * 6) == 0.0
    assert constant_series([2.5] * 3) == 2.5
    assert constant_series([0.0, 0.0, 1.0]) is None
    assert constant_series([0.0, 0.0]) is None

"""Step and drift against SciPy, and how often they see what is not there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from baseline_collector.stats.samples import group_by_starts
from baseline_collector.stats.series import drift, step, trends


def test_step_is_found_where_it_is():
    rng = np.random.default_rng(15)
    series = np.concatenate([rng.normal(100, 2, 18), rng.normal(120, 2, 12)])
    found = step(series)
    assert found is not None
    assert found.index == 18
    assert found.p_value < 0.001
    assert found.median_before == np.median(series[:18])
    assert found.median_after == np.median(series[18:])
    assert step(series) == found


def test_one_odd_value_is_no_step():
    series = np.random.default_rng(16).normal(100, 1, 20)
    series[-1] = 10_000
    found = step(series)
    assert found is not None
    assert found.p_value > 0.05


def test_step_of_noise_is_rare():
    rows = np.random.default_rng(17).normal(size=(400, 20))
    p = np.array([step(row, permutations=199).p_value for row in rows])
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=0.03)


def test_step_none():
    assert step(np.arange(9.0)) is None
    assert step([1.0] * 20) is None


@pytest.mark.parametrize("rounded", [False, True])
def test_drift_against_scipy(rounded):
    series = 50 + 0.3 * np.arange(40) + np.random.default_rng(18).normal(0, 3, 40)
    series = series.round() if rounded else series
    found = drift(series)
    assert found is not None
    slope = stats.theilslopes(series, np.arange(40)).slope
    assert found.slope == pytest.approx(slope, rel=1e-12)
    assert found.relative_per_position == pytest.approx(slope / np.median(series))
    concordant = stats.kendalltau(np.arange(40), series, variant="b").statistic
    pairs, ties = 780, np.unique(series, return_counts=True)[1]
    scale = np.sqrt(pairs * (pairs - np.sum(ties * (ties - 1) / 2)))
    s = round(concordant * scale)
    assert found.tau == pytest.approx(s / pairs, rel=1e-12)
    variance = (40 * 39 * 85 - np.sum(ties * (ties - 1) * (2 * ties + 5))) / 18
    assert found.p_value == pytest.approx(2 * stats.norm.sf((s - 1) / np.sqrt(variance)), rel=1e-9)


def test_drift_of_a_long_series_is_taken_on_blocks():
    n = 20_000
    series = 1000 + 0.01 * np.arange(n) + np.random.default_rng(19).normal(0, 5, n)
    found = drift(series)
    assert found is not None
    assert found.slope == pytest.approx(0.01, rel=0.02)
    assert (found.n, found.p_value < 1e-6) == (n, True)


def test_drift_of_noise_is_rare():
    rows = np.random.default_rng(20).normal(size=(1000, 12))
    p = np.array([drift(row).p_value for row in rows])
    assert np.mean(p < 0.05) < 0.07


def test_drift_none():
    assert drift(np.arange(7.0)) is None
    assert drift([1.0] * 20) is None


def test_drift_has_no_relative_slope_about_zero():
    found = drift(np.arange(-10.0, 10.0))
    assert found is not None
    assert found.relative_per_position is None


def test_the_sieve_of_trends_agrees_with_pearson_and_lets_noise_through_seldom():
    rng = np.random.default_rng(5)
    rows = rng.normal(10, 1, (400, 50))
    rows[:40] += np.linspace(0, 4, 50)
    found = trends(rows.ravel(), group_by_starts(rows.ravel(), np.arange(0, rows.size, 50)))
    for row, kept in zip(rows, found, strict=True):
        r = np.corrcoef(np.arange(50), np.clip(row, *np.quantile(row, (0.05, 0.95))))[0, 1]
        assert kept == (abs(r) > 2.5 / np.sqrt(50))
    assert found[:40].all() and found[40:].mean() < 0.03
    flat = np.ones(20)
    assert not trends(flat, group_by_starts(flat, np.array([0, 10]))).any()


@pytest.mark.parametrize(("n", "permutations"), [(10, 99), (40, 1999), (3000, 1500)])
def test_ranks_are_permuted_as_a_generator_permutes_rows_of_them(n, permutations):
    """The orders are drawn once a length; p must be what drawing for this series alone gives."""
    ranks = np.random.default_rng(3).permutation(n) + 1.0
    found = step(ranks, permutations=permutations, seed=11)
    centred = ranks - (n + 1) / 2
    before = np.arange(1.0, n)
    weight = np.sqrt(before * (n - before))
    rng, beaten, peak = np.random.default_rng(11), 0, (
        np.abs(np.cumsum(centred)[:-1]) / weight).max()
    for rows in ([permutations] if n < 3000 else [666, 666, 168]):
        shuffled = rng.permuted(np.tile(centred, (rows, 1)), axis=1)
        peaks = (np.abs(np.cumsum(shuffled, axis=1)[:, :-1]) / weight).max(axis=1)
        beaten += np.count_nonzero(peaks >= peak - 1e-9)
    assert found.p_value == (1 + beaten) / (permutations + 1)

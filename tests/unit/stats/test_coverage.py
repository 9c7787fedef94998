"""What the intervals promise, measured; the full table is a command."""

from __future__ import annotations

import math

import pytest

from baseline_collector.stats.coverage import (
    SHAPES,
    bca_coverage,
    mean_coverage,
    median_coverage,
    quantile_coverage,
    rate_coverage,
)

NORMAL, LOGNORMAL, HALVES, TENTH, EXPONENTIAL, WILD = SHAPES


@pytest.mark.parametrize("n", [10, 30])
def test_normal_is_within_two_points(n):
    assert mean_coverage(NORMAL, n).held == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("shape", [NORMAL, LOGNORMAL, HALVES, EXPONENTIAL])
@pytest.mark.parametrize("n", [5, 10, 30])
def test_never_under_ninety(shape, n):
    found = mean_coverage(shape, n, samples=8_000)
    assert found.held > 0.90
    assert found.refused < 0.2


def test_wild_samples_are_mostly_refused():
    assert mean_coverage(WILD, 30, samples=2_000).refused > 0.9
    assert mean_coverage(WILD, 100, samples=2_000).refused > 0.99


@pytest.mark.parametrize(("q", "n"), [(0.5, 6), (0.9, 29), (0.99, 299)])
def test_quantile_intervals_hold(q, n):
    share, refused = quantile_coverage(q, n, samples=1_000)
    assert share > 0.93
    assert refused == 0


def test_rates_hold():
    closed, resampled = rate_coverage(0.5, 10, samples=600)
    assert closed > 0.91
    assert math.isnan(resampled)


def test_bca_is_not_better_on_skewed_samples():
    assert bca_coverage(LOGNORMAL, 30) < mean_coverage(LOGNORMAL, 30).held
    assert median_coverage(LOGNORMAL, 30) > 0.93

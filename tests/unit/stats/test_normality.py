"""Anderson-Darling against SciPy and the published critical values."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats

from baseline_collector.stats.normality import (
    _p_value,
    anderson_darling,
    grouped_normality,
    keeps_normality,
)
from baseline_collector.stats.samples import group_by_codes, group_by_starts, moments


@pytest.mark.parametrize("n", [8, 20, 100, 1000])
def test_statistic_against_scipy(n):
    values = np.random.default_rng(n).lognormal(0, 0.5, n)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = float(stats.anderson(values, "norm").statistic)
    found = anderson_darling(values)
    assert found is not None
    assert found.statistic == pytest.approx(raw * (1 + 0.75 / n + 2.25 / n**2), rel=1e-9)


def test_published_critical_values():
    """D'Agostino & Stephens 1986, table 4.7, case 3."""
    critical = np.array([0.631, 0.752, 0.873, 1.035])
    np.testing.assert_allclose(_p_value(critical), [0.10, 0.05, 0.025, 0.01], rtol=0.03)


def test_p_value_falls_from_one_to_zero():
    p = _p_value(np.array([0.05, 0.15, 0.25, 0.5, 0.7, 2.0, 20.0, 400.0]))
    assert np.all(np.diff(p) <= 0)
    assert 0 <= p[-1] < 1e-100
    assert 0.99 < p[0] <= 1


def test_none_below_eight_and_without_spread():
    assert anderson_darling(np.arange(7.0)) is None
    assert anderson_darling([2.0] * 20) is None


def test_refuses_five_in_a_hundred_normal_samples():
    drawn = np.random.default_rng(6).normal(5, 2, (4000, 12))
    groups, _ = group_by_codes(drawn.ravel(), np.repeat(np.arange(4000), 12))
    _, p = grouped_normality(groups)
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.012)


@pytest.mark.parametrize("n", [7, 8, 20, 300])
@pytest.mark.parametrize("draw", ["normal", "skewed", "rounded", "two values", "far out"])
def test_the_table_gives_the_verdict_of_the_test(n, draw):
    rng = np.random.default_rng(n)
    size = 600 * n
    values = {
        "normal": lambda: rng.normal(3, 2, size), "skewed": lambda: rng.lognormal(0, 0.3, size),
        "rounded": lambda: np.round(rng.normal(0, 1, size), 1),
        "two values": lambda: rng.integers(0, 2, size).astype(float),
        "far out": lambda: rng.standard_cauchy(size),
    }[draw]()
    groups = group_by_starts(values, np.arange(0, size, n))
    p = grouped_normality(groups)[1]
    for alpha in (0.05, float(np.nanquantile(p, 0.3)) if n > 7 else 0.5):
        expected = np.where(np.isnan(p), False, p >= alpha)
        assert np.array_equal(keeps_normality(groups, moments(groups), alpha), expected)

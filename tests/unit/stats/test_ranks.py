"""Rank tests against SciPy and published examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from baseline_collector.stats.ranks import holm, mann_whitney, midranks, wilcoxon_signed_rank

RNG = np.random.default_rng(12)


@pytest.mark.parametrize(("m", "n"), [(1, 1), (3, 3), (4, 4), (5, 9), (20, 20), (2, 60)])
def test_mann_whitney_exact(m, n):
    a, b = RNG.normal(size=m), RNG.normal(0.5, 1, n)
    expected = stats.mannwhitneyu(b, a, method="exact")
    found = mann_whitney(a, b)
    assert found.computed == "exact"
    assert found.statistic == expected.statistic
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.effect == pytest.approx(np.mean(b[:, None] > a), rel=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_mann_whitney_approximate(ties):
    a, b = RNG.normal(10, 2, 30), RNG.normal(11, 2, 40)
    if ties:
        a, b = np.round(a), np.round(b)
    expected = stats.mannwhitneyu(b, a, method="asymptotic")
    found = mann_whitney(a, b)
    assert found.computed == "normal approximation"
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_mann_whitney_of_equal_values_shows_nothing():
    found = mann_whitney([3.0] * 5, [3.0] * 6)
    assert (found.p_value, found.effect) == (1.0, 0.5)


def test_mann_whitney_needs_four_each_to_decide():
    assert mann_whitney([1, 2, 3], [4, 5, 6]).p_value == pytest.approx(0.1)
    assert mann_whitney([1, 2, 3, 4], [5, 6, 7, 8]).p_value == pytest.approx(2 / 70)


def test_wilcoxon_published():
    """Darwin's maize, as in Hand et al. 1994; V = 96, p = 0.04126."""
    difference = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48])
    found = wilcoxon_signed_rank(np.zeros(15), difference)
    assert found is not None
    assert found.statistic == 96
    assert found.p_value == pytest.approx(0.04126, abs=5e-6)


@pytest.mark.parametrize(("n", "digits"), [(6, 9), (20, 9), (50, 9), (80, 9), (30, 0)])
def test_wilcoxon_against_scipy(n, digits):
    a = RNG.normal(10, 2, n).round(digits)
    b = a + RNG.normal(0.5, 2, n).round(digits)
    method = "exact" if digits and n <= 50 else "asymptotic"
    expected = stats.wilcoxon(b, a, method=method, correction=True, alternative="two-sided")
    found = wilcoxon_signed_rank(a, b)
    assert found is not None
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_wilcoxon_without_differences():
    assert wilcoxon_signed_rank([1.0, 2.0], [1.0, 2.0]) is None


def test_midranks():
    values = RNG.integers(0, 9, 50)
    ranks, ties = midranks(values)
    np.testing.assert_array_equal(ranks, stats.rankdata(values))
    assert ties.sum() == 50


def test_holm_published():
    """Holm 1979 by hand: 3 p-values, smallest times 3, next times 2."""
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_never_lowers_and_keeps_order(p):
    adjusted = holm(p)
    assert np.all(adjusted >= np.array(p))
    assert np.all(adjusted <= 1)
    assert np.all(np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0)


def test_holm_refuses_what_is_no_probability():
    with pytest.raises(ValueError, match="p_values"):
        holm([0.5, 1.5])

"""Distributions against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from baseline_collector.stats.distributions import (
    binomial_cdf,
    incomplete_beta,
    normal_cdf,
    normal_quantile,
    t_quantile,
    two_sided_normal_p,
)

DF = np.array([1, 1.3, 2, 2.7, 3, 4, 9, 29.5, 99, 999, 1999, 2001, 1e5, 1e8])


@pytest.mark.parametrize("p", [0.6, 0.9, 0.95, 0.975, 0.995, 0.9995])
def test_t_quantile(p):
    np.testing.assert_allclose(t_quantile(p, DF), stats.t.ppf(p, DF), rtol=1e-9)


def test_t_quantile_published():
    """Abramowitz & Stegun, table 26.10."""
    found = t_quantile(0.975, [1, 2, 5, 10, 30])
    np.testing.assert_allclose(found, [12.706, 4.303, 2.571, 2.228, 2.042], atol=5e-4)


@pytest.mark.parametrize(("p", "df"), [(0.5, 3), (1.0, 3), (0.9, 0.5)])
def test_t_quantile_outside_its_range_raises(p, df):
    with pytest.raises(ValueError, match="t quantile"):
        t_quantile(p, df)


def test_normal():
    z = np.array([-37.0, -8.3, -1.0, 0.0, 0.5, 6.0])
    np.testing.assert_allclose(normal_cdf(z), stats.norm.cdf(z), rtol=1e-12)
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054, rel=1e-14)
    assert two_sided_normal_p(-2.5) == pytest.approx(2 * stats.norm.sf(2.5), rel=1e-12)


def test_incomplete_beta():
    from scipy.special import betainc

    rng = np.random.default_rng(2)
    a, b, x = rng.uniform(0.2, 80, 300), rng.uniform(0.2, 80, 300), rng.uniform(0, 1, 300)
    np.testing.assert_allclose(incomplete_beta(a, b, x), betainc(a, b, x), rtol=1e-9, atol=1e-300)
    assert incomplete_beta(2, 3, [0.0, 1.0]).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (29, 0.9), (299, 0.99), (5000, 0.3)])
def test_binomial_cdf(n, p):
    expected = stats.binom.cdf(np.arange(n + 1), n, p)
    np.testing.assert_allclose(binomial_cdf(n, p), expected, rtol=1e-9, atol=1e-290)

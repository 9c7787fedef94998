"""Samples and groups: what is refused, and that moments lose no digits."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from baseline_collector.stats.samples import (
    as_pair,
    as_sample,
    group_by_codes,
    group_by_starts,
    moments,
    one_group,
)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "found none"),
        ([1.0, float("nan")], "found 1 NaN or infinite of 2"),
        ([float("inf"), float("-inf"), 0.0], "found 2 NaN"),
        ([[1.0, 2.0]], "one dimension"),
    ],
)
def test_unclean_sample_raises(values, said):
    with pytest.raises(ValueError, match=said):
        as_sample(values)


def test_pairs_of_unequal_length_raise():
    with pytest.raises(ValueError, match="tokens and seconds: expected pairs, found 2 and 1"):
        as_pair([1, 2], [1], names=("tokens", "seconds"))


@pytest.mark.parametrize("starts", [[1], [0, 2, 2], [0, 3], [], [0, 9]])
def test_empty_or_misplaced_groups_raise(starts):
    with pytest.raises(ValueError, match="starts"):
        group_by_starts([1.0, 2.0, 3.0], starts)


def test_codes_and_starts_make_the_same_groups():
    rng = np.random.default_rng(1)
    values, codes = rng.normal(size=200), rng.integers(0, 17, 200) * 3
    groups, labels = group_by_codes(values, codes)
    assert labels.tolist() == sorted(set(codes.tolist()))
    order = np.argsort(codes, kind="stable")
    again = group_by_starts(values[order], groups.starts)
    assert np.array_equal(groups.values, again.values)
    for label, start, count in zip(labels, groups.starts, groups.counts, strict=True):
        expected = np.sort(values[codes == label])
        assert np.array_equal(groups.values[start : start + count], expected)


def test_codes_of_another_length_raise():
    with pytest.raises(ValueError, match="codes"):
        group_by_codes([1.0, 2.0], [1])


@pytest.mark.parametrize(
    ("centre", "step", "pairs"),
    [(10000002.0, 1.0, 1), (1.2, 0.1, 500), (1000000.2, 0.1, 500), (10000000.2, 0.1, 500)],
)
def test_nist_numerical_accuracy_sets(centre, step, pairs):
    """NIST StRD univariate NumAcc1 to NumAcc4: certified mean and standard deviation."""
    values = [centre] + [round(centre - step, 1), round(centre + step, 1)] * pairs
    m = moments(one_group(values))
    assert m.mean[0] == pytest.approx(centre, rel=1e-14)
    assert m.std[0] == pytest.approx(step, rel=2e-8)


def test_moments_against_exact_fractions():
    values = [3.25, 1.5, 7.125, 2.0, 11.75, 2.0, 5.5]
    x = [Fraction(v) for v in values]
    n = len(x)
    mean = sum(x) / n
    m2, m3 = (sum((v - mean) ** k for v in x) for k in (2, 3))
    m = moments(one_group(values))
    assert m.mean[0] == pytest.approx(float(mean), rel=1e-15)
    assert m.std[0] ** 2 == pytest.approx(float(m2 / (n - 1)), rel=1e-13)
    k3 = float(m3 * n / ((n - 1) * (n - 2)))
    assert m.skewness[0] == pytest.approx(k3 / float(m2 / (n - 1)) ** 1.5, rel=1e-12)


def test_equal_values_have_exactly_no_spread():
    m = moments(one_group([0.1] * 7))
    assert (m.mean[0], m.std[0], m.skewness[0]) == (0.1, 0.0, 0.0)


@pytest.mark.parametrize("factor", [1e-300, 1e-150, 1e150, 1e300])
def test_moments_at_the_ends_of_the_float_range(factor):
    plain, far = (moments(one_group(np.array([1.0, 2.0, 6.0]) * f)) for f in (1.0, factor))
    assert far.std[0] == pytest.approx(plain.std[0] * factor, rel=1e-12)
    assert far.skewness[0] == pytest.approx(plain.skewness[0], rel=1e-9)


def test_moments_too_few_are_nan():
    one, two = moments(one_group([4.0])), moments(one_group([4.0, 6.0]))
    assert np.isnan(one.std[0])
    assert np.isnan(two.skewness[0])
    assert two.std[0] == pytest.approx(2**0.5)

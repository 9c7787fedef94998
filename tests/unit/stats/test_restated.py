"""Stated numbers against the values they sum up, checked with NumPy's own estimators."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from baseline_collector.stats.restated import agreement, level_of, precision, surprise

VALUES = np.array([1.25, 1.5, 2.0, 4.5, 8.75, 9.0])


@pytest.mark.parametrize(("written", "half", "digits"), [
    ("0.0120", 0.00005, 3), ("1,234", 0.5, 4), ("3e-5", 0.5e-5, 1), ("-12.50", 0.005, 4),
    ("64.0", 0.05, 3), ("about 5", 0.0, 0), ("", 0.0, 0),
])
def test_how_exactly_a_number_is_written(written: str, half: float, digits: int) -> None:
    assert precision(written) == (pytest.approx(half), digits)


def test_levels() -> None:
    assert level_of("p99") == 0.99
    assert level_of("p99.9") == pytest.approx(0.999)
    assert [level_of(name) for name in ("p0", "mean", "p", "p100")] == [None] * 4


@pytest.mark.parametrize(("statistic", "value"), [
    ("mean", VALUES.mean()), ("min", 1.25), ("max", 9.0), ("total", VALUES.sum()),
    ("std", VALUES.std()), ("std", VALUES.std(ddof=1)), ("p50", np.median(VALUES)),
    ("stderr", scipy_stats.sem(VALUES)), ("cv", 100 * scipy_stats.variation(VALUES, ddof=1)),
])
def test_each_statistic_agrees_with_its_own_value_alone(statistic: str, value: float) -> None:
    assert agreement(statistic, float(value), VALUES, 0.0, 0.0) == "exact"
    assert agreement(statistic, float(value) * 1.02, VALUES, 0.0, 0.0) in (
        "contradicted", "possible" if statistic == "p50" else "contradicted")
    assert agreement(statistic, float(value) * 9, VALUES, 0.0, 0.0) == "contradicted"


def test_rounding_is_allowed_as_written_and_no_more() -> None:
    assert agreement("mean", 4.5, VALUES, 0.05, 0.0) == "exact"
    assert agreement("mean", 4.5, VALUES, 0.0, 0.0) == "exact"
    assert agreement("mean", 4.6, VALUES, 0.05, 0.0) == "contradicted"
    assert agreement("mean", 4.504, VALUES, 0.0005, 0.0) == "possible"  # less than one in 1,000
    assert agreement("overall", 4.5, VALUES, 0.0, 0.0) == "cannot tell"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(0.1, 1e4), min_size=1, max_size=60), st.sampled_from(
    [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]), st.sampled_from([
        "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
        "interpolated_inverted_cdf", "hazen", "weibull", "linear", "median_unbiased",
        "normal_unbiased", "lower", "higher", "nearest", "midpoint"]))
def test_no_definition_of_a_quantile_is_contradicted(values: list[float], level: float,
                                                    method: str) -> None:
    ordered = np.sort(values)
    value = float(np.quantile(ordered, level, method=method))
    name = f"p{level * 100:g}"
    assert agreement(name, value, ordered, 0.0, 0.0) in ("exact", "possible")


def test_numbers_that_are_alike_surprise_once() -> None:
    assert surprise(np.array([64.0, 64.0, 64.0]), np.array([3.0, 3.0, 2.0])) == 3
    assert surprise(np.array([64.0, 12.5]), np.array([3.0, 4.0])) == 7
    assert surprise(np.zeros(0), np.zeros(0)) == 0

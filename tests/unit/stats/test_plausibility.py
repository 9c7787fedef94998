"""GRIM and percentile of percentiles."""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.stats.plausibility import grim, quantile_defects


def test_grim_published():
    """Brown & Heathers 2017: 5.19 of 28 whole numbers cannot be."""
    assert grim("5.19", 28) == "impossible"
    assert grim("5.18", 28) == "possible"
    assert grim("5.21", 28) == "possible"


@pytest.mark.parametrize(
    ("printed", "n", "answer"),
    [
        ("12.3", 10, "cannot tell"),
        ("12", 1, "cannot tell"),
        ("12.34", 100, "cannot tell"),
        ("2.5", 2, "possible"),
        ("2.50", 2, "possible"),
        ("2.49", 2, "impossible"),
        ("-3.50", 2, "possible"),
        ("0.13", 8, "possible"),
        ("0.12", 8, "possible"),
        (Decimal("0.33"), 3, "possible"),
        ("35.166666666666664", 6, "possible"),  # 211 / 6 as a double prints it
        ("35.1666666667", 6, "possible"),
        ("35.1666666", 6, "impossible"),
    ],
)
def test_grim(printed, n, answer):
    assert grim(printed, n) == answer


@given(st.lists(st.integers(-500, 5000), min_size=1, max_size=99))
def test_grim_never_refuses_a_true_mean_of_doubles(values):
    total, n = sum(values), len(values)
    for mean in (total / n, float(np.mean(values)), total * (1 / n)):
        assert grim(repr(mean), n) != "impossible"


@given(
    st.lists(st.integers(-500, 5000), min_size=1, max_size=99),
    st.sampled_from(["1", "0.1", "0.01", "0.001"]),
    st.sampled_from([ROUND_HALF_UP, ROUND_HALF_DOWN]),
)
def test_grim_never_refuses_a_true_mean(values, digit, rounding):
    mean = (Decimal(sum(values)) / len(values)).quantize(Decimal(digit), rounding=rounding)
    assert grim(str(mean), len(values)) != "impossible"


@pytest.mark.parametrize(("printed", "n"), [("x", 3), ("NaN", 3), ("Infinity", 3), ("1.5", 0)])
def test_grim_refuses_nonsense(printed, n):
    with pytest.raises(ValueError, match="expected"):
        grim(printed, n)


RUN_P99 = [15.751, 15.655, 15.902]
RUN_MEANS = [14.2, 15.584, 13.9]


def test_quantile_below_every_run():
    assert quantile_defects(15.584, RUN_P99, RUN_MEANS, tolerance=0.0005) == (
        "below every run",
        "largest run mean",
    )


@pytest.mark.parametrize(
    ("printed", "defect"),
    [
        (np.quantile(RUN_MEANS, 0.99), "quantile of run means"),
        (np.mean(RUN_P99), "mean of run quantiles"),
        (np.quantile(RUN_P99, 0.99), "quantile of run quantiles"),
        (15.95, "above every run"),
    ],
)
def test_each_defect_by_name(printed, defect):
    rounded = round(float(printed), 4)
    assert defect in quantile_defects(rounded, RUN_P99, RUN_MEANS, tolerance=0.00005)


def test_no_defect_where_none_can_be_told():
    assert quantile_defects(15.7, RUN_P99, RUN_MEANS) == ()
    assert quantile_defects(1.0, [15.0], [14.0]) == ()
    assert quantile_defects(15.0, [15.0, 15.0], [15.0, 15.0]) == ()


def test_pooled_quantile_is_never_called_outside():
    rng = np.random.default_rng(21)
    for _ in range(50):
        runs = rng.lognormal(0, 1, (4, 500))
        pooled = float(np.quantile(runs, 0.99))
        quantiles = np.quantile(runs, 0.99, axis=1)
        assert quantile_defects(pooled, quantiles, runs.mean(axis=1)) == ()

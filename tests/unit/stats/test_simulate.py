"""How often comparisons decide, measured; the full table is a command."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from baseline_collector.stats.compare import (
    compare_samples,
    smallest_n_to_decide,
    smallest_n_to_equate,
)
from baseline_collector.stats.simulate import (
    SEED,
    Decided,
    decisions,
    equated,
    familywise,
    lognormal,
    normal,
    paired_decisions,
    ratio_coverage,
)


@pytest.mark.parametrize("draw", [normal(1, 0.02), lognormal(1.0)])
def test_a_against_a_is_seldom_decided(draw):
    found = decisions(draw, draw, (20, 20))
    assert found.trials == 2_000
    assert found.upper <= 0.065


def test_five_percent_shift_is_decided():
    found = decisions(normal(1, 0.02), normal(1.05, 0.02), (20, 20), trials=500)
    assert found.rate >= 0.95
    assert paired_decisions(0.05, 0.02, 20, trials=300).rate >= 0.95


def test_pairs_without_difference_are_seldom_decided():
    assert paired_decisions(0.0, 0.02, 20, trials=600).upper <= 0.075


@pytest.mark.parametrize(("effect", "cv"), [(0.05, 0.02), (0.10, 0.10)])
def test_planned_n_decides(effect, cv):
    n = smallest_n_to_decide(cv, effect)
    found = decisions(normal(1, cv), normal(1 + effect, cv), (n, n), margin=0.0, trials=1_000)
    assert found.upper >= 0.90


def test_ratio_intervals_hold():
    assert ratio_coverage(normal(1, 0.02), normal(1.05, 0.02), 1.05, (10, 10)) > 0.94
    assert ratio_coverage(lognormal(1.0), lognormal(1.0), 1.0, (10, 40)) > 0.90


def test_upper_is_clopper_pearson():
    expected = stats.binomtest(60, 2_000).proportion_ci(method="exact").high
    assert Decided(60, 2_000).upper == pytest.approx(expected, rel=1e-9)


def test_simulated_and_single_comparisons_agree():
    draw, n = normal(1, 0.05), 12
    rng = np.random.default_rng([SEED, n, n])
    pairs = list(zip(draw(rng, (50, n)), 1.05 * draw(rng, (50, n)), strict=True))
    words = [compare_samples(a, b).verdict for a, b in pairs]
    shifted = decisions(draw, lambda rng, size: 1.05 * draw(rng, size), (n, n), trials=50)
    assert shifted.decided == sum(word in ("greater", "less") for word in words)


def test_reports_of_twenty_comparisons_decide_wrongly_in_less_than_five_percent():
    found = familywise(normal(1, 0.02), 10, trials=100)
    assert found.rate <= 0.05


@pytest.mark.parametrize("cv, margin", [(0.02, 0.05), (0.05, 0.05), (0.02, 0.02)])
def test_the_n_planned_to_equate_shows_it_in_nine_of_ten(cv, margin):
    found = equated(cv, margin, smallest_n_to_equate(cv, margin))
    assert 0.86 <= found.rate <= 0.985

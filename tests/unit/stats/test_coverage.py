"""What the intervals promise, measured; the full table is a command."""

from __future__ import annotations

import math
import re
from pathlib import Path

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


@pytest.mark.parametrize("n", [10, 30, 100])
def test_normal_is_within_two_points(n):
    assert mean_coverage(NORMAL, n).held == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("shape", [NORMAL, LOGNORMAL, HALVES, EXPONENTIAL])
@pytest.mark.parametrize("n", [5, 10, 30, 100])
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


PAGE = Path(__file__).parents[3] / "docs" / "statistics.md"


def test_the_documented_example_prints_what_it_says(capsys):
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.S)[1]
    exec(code, {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"  # (.+)", code)


def test_the_documented_table_is_what_the_command_prints():
    rows = re.findall(r"^\| (.+?) \| (\d+) \| ([\d.]+) % \| ([\d.]+) % \|", PAGE.read_text(), re.M)
    shapes = {shape.name: shape for shape in SHAPES}
    short = [row for row in rows if row[0] in shapes and int(row[1]) <= 10]
    assert len(short) == 3 * len(SHAPES)
    for name, n, held, refused in short:
        found = mean_coverage(shapes[name], int(n))
        assert 100 * found.held == pytest.approx(float(held), abs=0.06)
        assert 100 * found.refused == pytest.approx(float(refused), abs=0.06)

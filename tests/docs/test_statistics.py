"""What the page on statistics says is what its example and its command print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from baseline_collector.stats.coverage import SHAPES, mean_coverage

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"


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

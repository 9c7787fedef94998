"""A number stands for what rounds to it, as exactly as it is written."""

from __future__ import annotations

import pytest

from baseline_collector.audit.blocks import blocks
from baseline_collector.audit.extract import extract
from baseline_collector.audit.rounding import fits, written


def claim(text):
    return next(iter(extract(blocks(text))))


@pytest.mark.parametrize(
    ("text", "value", "good"),
    [
        ("14.59", 14.5908, True),
        ("14.59", 14.597, False),
        ("14.6", 14.5908, True),
        ("15", 14.5908, True),
        ("14", 14.5908, False),
        ("28%", 27.72, True),
        ("66%", 43.56, False),
        ("0.0", 0.0, True),
        ("about 15", 15.2, True),
        ("about 15", 17.0, False),
        ("about 200", 240.0, True),
        ("about 200", 260.0, False),
        ("more than 100", 101.0, True),
        ("more than 100", 99.0, False),
        ("under 5", 4.0, True),
        ("1,234", 1234.4, True),
        ("65.15", 65.145, True),
        ("0.168", 0.1674999994, True),  # 0.1675 to six digits, and that is 0.168
        ("0.168", 0.16748, False),
    ],
)
def test_fits(text, value, good):
    assert fits(claim(text), value) is good


def test_fits_in_another_unit():
    assert fits(claim("70.33 ms"), 0.070331, scale=1e-3)


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (8.0413, 0.01, "8.04"),
        (44.0, 1.0, "44"),
        (0.00123456, 0.01, "0.00123"),
        (43.564, 1.0, "43.6"),
    ],
)
def test_written(value, step, text):
    assert written(value, step) == text

"""Cells: what a text says, whatever it is made of."""

from __future__ import annotations

import time

import pytest

from baseline_collector.readers.cells import NUMBER, TEXT, cell


@pytest.mark.parametrize(("text", "kind", "value", "unit"), [
    ("12.5", NUMBER, 12.5, ""), ("5.", NUMBER, 5.0, ""), (".5", NUMBER, 0.5, ""),
    ("1e-3", NUMBER, 0.001, ""), ("1,234.5", NUMBER, 1234.5, ""), ("350 ms", NUMBER, 350.0, "ms"),
    ("5eV", NUMBER, 5.0, "eV"), ("7B", TEXT, None, ""), ("1.2.3", TEXT, None, ""),
    ("1.e", NUMBER, 1.0, "e"), ("5e", NUMBER, 5.0, "e"),
])
def test_what_a_cell_says(text, kind, value, unit):
    assert cell(text)[:3] == (kind, value, unit)


@pytest.mark.parametrize("text", [
    "9" * 100_000 + "x!", "9" * 100_000 + "\u2212", "9," * 50_000 + "x", "9." * 50_000 + "x",
    "1,234" + ",999" * 25_000 + "x", "1" + "9" * 100_000 + "e5q!"])
def test_no_cell_takes_long(text):
    begun = time.process_time()
    for comma in (False, True):
        cell(text, comma)
    assert time.process_time() - begun < 0.5

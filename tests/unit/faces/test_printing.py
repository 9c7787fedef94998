"""How data is printed: aligned, plain, and no tricks on the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from baseline_collector.faces.printing import print_json, print_table, safe


@pytest.mark.parametrize(
    "text",
    ["\x1b[31mred", "a\rb", "a\nb", "\u202ertl", "\u200b", "\x00", "\u2028", "\x9b31m", "\ud800"],
)
def test_nothing_reaches_the_terminal_raw(text):
    shown = safe(text)
    assert shown.isprintable() and "\\x" in shown


@pytest.mark.parametrize("text", ["plain", "Grüße", "日本語", "a b", "é", "👍"])
def test_letters_stay(text):
    assert safe(text) == text


def test_json_is_json(capsys):
    print_json(
        {
            "a": float("nan"),
            "b": [float("inf"), 1.5],
            "at": datetime(2026, 1, 2, tzinfo=UTC),
            "none": None,
            "text": "é",
            "n": 3,
            "yes": True,
        }
    )
    assert json.loads(capsys.readouterr().out) == {
        "a": None,
        "b": [None, 1.5],
        "at": "2026-01-02T00:00:00+00:00",
        "none": None,
        "text": "é",
        "n": 3,
        "yes": True,
    }


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (Decimal("440900"), 440900),
        (Decimal("1.5"), 1.5),
        (Decimal("-3"), -3),
        (Decimal(2**100), 2**100),
        (Decimal("NaN"), None),
    ],
)
def test_sums_of_whole_numbers_are_numbers(capsys, value, wanted):
    """DuckDB sums 64-bit integers to 128-bit ones, which arrive as decimals."""
    print_json([{"sum": value}])
    assert json.loads(capsys.readouterr().out) == [{"sum": wanted}]


def test_table(capsys):
    print_table(["name", "n"], [["a", 5], ["bcd", 123], [None, None]])
    shown = capsys.readouterr()
    assert shown.out.splitlines() == ["name    n", "----  ---", "a       5", "bcd   123", ""]
    assert shown.err == "(3 rows)\n"


def test_table_of_nothing(capsys):
    print_table(["name"], [])
    shown = capsys.readouterr()
    assert shown.out.splitlines() == ["name", "----"] and shown.err == "(0 rows)\n"


def test_long_cells_are_cut(capsys):
    print_table(["x"], [["y" * 500]])
    line = capsys.readouterr().out.splitlines()[-1]
    assert len(line) < 200 and line.endswith("…")

"""What is a claim, where it stands, and how exactly it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.audit.blocks import blocks
from baseline_collector.audit.extract import extract


def claims(text):
    return list(extract(blocks(text)))


def texts(text):
    return [claim.text for claim in claims(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It took 14.59 s.", ["14.59 s"]),
        ("A range of 13.27 - 184.24 tok/s", ["13.27", "184.24 tok/s"]),
        ("from 1,234 to 5,678 tokens", ["1,234", "5,678 tokens"]),
        ("about 2.3x faster", ["2.3x"]),
        ("**28%** of 101 files", ["28%", "101"]),
        ("half of the files are CSV files", ["half"]),
        ("six files and 12 models", ["six", "12"]),
        ("The average time (in seconds) of it", ["in seconds"]),
        (
            "on November 15, 2023 and 2025-11-14 18:53:30 UTC",
            ["November 15, 2023", "2025-11-14 18:53:30 UTC"],
        ),
        ("| a | b |\n|---|---|\n| x | 5 ms |", ["5 ms"]),
        ("`tokens_s: 14.5`", ["14.5"]),
        ("`14.5` is written as code", ["14.5"]),
        ("1e-3 s", ["1e-3 s"]),
    ],
)
def test_claims(text, expected):
    assert texts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "## 3.2 Results",
        "1. First",
        "v1.2.3 and Python 3.13.1",
        "gemma3:270m, llama3.1:8b-instruct-q4_0",
        "Llama 3.1 8B on an RTX 4080",
        "reports/run_20251004.json",
        "https://example.org/12?x=5",
        "the p99 and the 95th percentile",
        "`num_gpu=999`",
        '"keep it under 50 words"',
        "[12] and [^3]",
        "sizes of 1b, 270m and 7B",
        "at 18:53:30",
        "**Model:** gemma3:latest",
        "## Persona prompt\n```\nunder 250 words\n```",
    ],
)
def test_not_claims(text):
    assert texts(text) == []


def test_places_are_exact():
    text = "# T\n\n*   **JSON Files (66% - 66 files):** x\n| k | v |\n|--|--|\n| a | **7.5** ms |\n"
    lines = text.split("\n")
    for claim in claims(text):
        assert lines[claim.line - 1][claim.column - 1 :].startswith(claim.text)


def test_ends_of_a_range_and_how_it_is_said():
    low, high = claims("between 3 and 5 ms")
    assert (low.end_of, high.end_of) == ("low", "high")
    about, over = claims("about 15 s, more than 100 files")
    assert about.about
    assert over.bound == "over"


def test_html_is_read_without_its_tags():
    assert texts("<!doctype html><html><body><p>It took <b>14.5</b> s</p></body></html>")[
        0
    ].startswith("14.5")


@given(st.text(max_size=400))
def test_any_text_is_read_and_every_claim_is_in_its_line(text):
    lines = text.split("\n")
    for claim in claims(text):
        assert claim.text in lines[claim.line - 1].replace("\r", " ")


@pytest.mark.parametrize("name", ["-1", "failed: -1", "４２ tok/s", "error: 5 ms"])
def test_a_number_in_code_that_is_a_name_claims_nothing(name):
    text = f"2 calls failed with `{name}`."
    assert len(claims(text)) == 2
    assert [one.text for one in extract(blocks(text), name.__eq__)] == ["2"]


def test_code_that_holds_backticks_ends_where_it_is_closed():
    assert texts("Calls with `` a `1 ms` b ``: 2 ms") == ["2 ms"]
    assert texts(r"A \` is no code, 3 ms and 4 ms, \` too") == ["3 ms", "4 ms"]


def test_text_of_a_pdf_loses_page_numbers_and_hyphens():
    text = ("It took\n\n 3 of 9\n\fThe mean through-\n  put was 14.5 tok-\nens/s in 3 ms,\n"
            "well-\nKnown 5 s.\n\n4\n\f")
    found = claims(text)
    assert [one.text for one in found] == ["14.5", "3 ms", "5 s"]
    assert found[0].unit.symbol == "tok/s"
    assert "throughput was" in found[0].block.text
    lines = text.split("\n")
    assert all(lines[one.line - 1][one.column - 1 :].startswith(one.text) for one in found)


def test_marks_of_a_text_are_blanked_and_those_inside_code_are_part_of_a_name():
    (block,) = blocks("''Two'' files were not read: `e.json` (`found ''; a*b`).")
    assert block.text == "  Two   files were not read: `e.json` (`found ''; a*b`)."

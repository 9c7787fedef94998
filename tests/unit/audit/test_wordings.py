"""Wordings of claims, each with a true and a false number."""

from __future__ import annotations

import pytest

from baseline_collector.audit import audit


def verdict(text, mark, index):
    """The verdict on the claim that begins with a text."""
    found = [one.verdict for one in audit(text, index).claims if one.claim.text.startswith(mark)]
    return found[-1] if found else "missed"


@pytest.mark.parametrize(
    ("text", "true", "false"),
    [
        # counts, shares and words for them
        ("The heap holds {} files.", "three", "six"),
        ("{} JSON file was read.", "One", "Two"),
        ("{} of the files is a CSV file.", "33%", "66%"),
        ("JSON makes up 33% of the files; CSV {}.", "33%", "50%"),
        ("We read 3 files; CSV accounts for {}.", "1", "2"),
        ("{} of the files are YAML files.", "None", "All"),
        ("{} of the files are JSON.", "A third", "Half"),
        ("2 files lie in `reports/` and {} file in `notes/`.", "1", "2"),
        ("`reports/beta.csv` has {} rows.", "3", "4"),
        # statistics and ranges
        ("- alpha:8b: average throughput {} tok/s", "105.25", "104.25"),
        ("- alpha:8b: median throughput {} tok/s", "104.25", "105.25"),
        ("- alpha:8b: best throughput {} tok/s", "110.0", "101.5"),
        ("- alpha:8b: worst throughput {} tok/s", "101.5", "110.0"),
        ("The throughput of alpha:8b ranges from {} to 110.0 tok/s.", "101.5", "99.5"),
        ("The throughput of alpha:8b lies between 101.5 and {} tok/s.", "110.0", "111.0"),
        ("The throughput of alpha:8b never fell below {} tok/s.", "101.5", "102.5"),
        ("Half of the calls of alpha:8b had a throughput within {} tok/s.", "104.25", "110.0"),
        # where numbers come from, said away from them
        ("# R\n\nData: `reports/alpha.json`\n\n## S\n\nThe throughput averaged {} tok/s.", "105.25",
         "98.25"),
        ("# R\n\n| Throughput | mean |\n|---|---|\n| tok/s | {} |\n\n"
         "Source of the table: `reports/alpha.json`.", "105.25", "98.25"),
        ("Throughput of alpha:8b and beta:1b.\n\nThe latter averages {} tok/s.", "55.38", "105.25"),
        # files of folders, one after the other
        ("The heap holds {} files under `reports/` and `notes/`.", "3", "4"),
        ("`reports/` has 2 files, `notes/` {}.", "1", "4"),
        # failed calls, of a file, of a model, of all
        ("In `reports/alpha.json` {} of 7 calls failed.", "2", "3"),
        ("In `reports/alpha.json` 2 of {} calls failed.", "7", "9"),
        ("{} of 12 calls failed.", "6", "4"),
        ("For beta:1b {} of 5 requests failed.", "4", "2"),
        # units and conversions
        ("The maximum load duration of alpha:8b is {} ms.", "2250", "2.25"),
        ("The load duration of alpha:8b averages {} s.", "0.8125", "0.9125"),
        # direction, rank, ratio, difference
        ("alpha:8b is {} beta:1b.", "faster than", "slower than"),
        ("{} is the fastest model.", "alpha:8b", "beta:1b"),
        (
            "The mean throughput of alpha:8b is 105.25 tok/s and that of beta:1b is 55.38 tok/s, "
            "so it is {} as fast.",
            "1.9x",
            "2.9x",
        ),
        (
            "The mean throughput of alpha:8b is 105.25 tok/s, {} more than 55.38 tok/s.",
            "90%",
            "47%",
        ),
        (
            "The mean throughput of beta:1b is 55.38 tok/s, {} less than 105.25 tok/s.",
            "47%",
            "90%",
        ),
        ("It took {} s (read 1.0 s | write 5.0 s).", "6.0", "7.0"),
        # parallel lists
        (
            "alpha:8b and beta:1b have a mean throughput of {} and 55.38 tok/s, respectively.",
            "105.25",
            "50.25",
        ),
        (
            "Moving from beta:1b to alpha:8b lifts the mean throughput from 55.38 to {} tok/s.",
            "105.25",
            "115.25",
        ),
        # dates
        ("The newest file was modified on {}.", "2025-11-05", "2025-11-06"),
        ("Latest modified: {} UTC", "2025-11-05 12:00:00", "2025-11-05 13:00:00"),
        # what is measured is not said
        ("- `reports/beta.csv`: at most {} tok/s", "60.25", "61.25"),
        # lines of a log
        ("runs (reports/beta.csv)\n  throughput max={} tok/s\n", "60.25", "61.25"),
        # a table with the names in its rows
        (
            "| Model | mean tokens_s |\n|---|---|\n| alpha:8b | {} |\n| beta:1b | 37.25 |\n",
            "105.25",
            "104.25",
        ),
        # wiki pages
        ("== alpha:8b ==\n; Throughput\n: mean {} tok/s\n", "105.25", "115.25"),
    ],
)
def test_true_and_false(text, true, false, index):
    mark = "fastest" if "fastest" in text else None
    for filling, good in ((true, True), (false, False)):
        start = mark or filling.removeprefix("A ").split(" tok")[0]
        found = verdict(text.format(filling), start, index)
        assert (found == "supported") == good, (text.format(filling), found)
        if not good and filling not in ("All",):
            assert found in ("contradicted", "unsupported")


def test_decimal_commas_are_read_where_a_report_writes_nothing_else(index):
    text = (
        "- alpha:8b: mean throughput {} tok/s\n- alpha:8b: maximum throughput 110,00 tok/s\n"
        "- alpha:8b: mean load duration 0,8125 s\n"
    )
    assert verdict(text.format("105,25"), "105,25", index) == "supported"
    assert verdict(text.format("115,25"), "115,25", index) == "contradicted"
    wrong = next(
        one
        for one in audit(text.format("115,25"), index).claims
        if one.claim.text.startswith("115,25")
    )
    assert wrong.outcome.correction == "105,25 tok/s"


def test_thousands_keep_their_commas(index):
    assert verdict("The maximum load duration of alpha:8b is 2,250 ms.", "2,250", index) == (
        "supported"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Consider keeping the throughput above 500 tok/s.",
        "Half of the time is lost.",
        "The throughput of alpha:8b was 105.25 +- 99 tok/s.",
        "In `reports/beta.csv` it took 12 s.",
        "gamma:7b reaches 77 tok/s.",
    ],
)
def test_what_cannot_be_told_is_not_called_wrong(text, index):
    assert "contradicted" not in [one.verdict for one in audit(text, index).claims]

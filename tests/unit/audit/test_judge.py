"""Verdicts on single statements about a tiny heap."""

from __future__ import annotations

import time
from datetime import date

import pytest

from baseline_collector.audit import audit, open_index


def verdicts(text, index, **more):
    return [(one.claim.text, one.verdict) for one in audit(text, index, **more).claims]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # files
        ("The heap holds 3 files.", [("3", "supported")]),
        ("The heap holds 4 files.", [("4", "contradicted")]),
        ("There are 2 JSON files.", [("2", "contradicted")]),
        ("JSON Files (1)", [("1", "supported")]),
        ("33% of the files are CSV files.", [("33%", "supported")]),
        ("A majority of files are in JSON format.", [("majority", "contradicted")]),
        ("None of the files are YAML files.", [("None", "supported")]),
        ("All files are JSON.", [("All", "contradicted")]),
        ("There are three files.", [("three", "supported")]),
        (
            "Of the files one CSV and two JSON were read.",
            [("one", "supported"), ("two", "contradicted")],
        ),
        ("We read 3 files; Markdown accounts for 1.", [("3", "supported"), ("1", "supported")]),
        ("We read 3 files; Markdown accounts for 2.", [("3", "supported"), ("2", "contradicted")]),
        (
            "JSON makes up 33% of the files; CSV 50%.",
            [("33%", "supported"), ("50%", "contradicted")],
        ),
        ("- `reports/`: 2 files", [("2", "supported")]),
        ("In 2 files no call worked.", [("2", "unsupported")]),
        # keys
        (
            "- `tokens_s`: (Avg: 71.25, Range: 1.0 - 110.0)",
            [("71.25", "supported"), ("1.0", "supported"), ("110.0", "supported")],
        ),
        (
            "- **CSV Files (1):**\n    - `tokens_s`: (Avg: 37.25)",
            [("1", "supported"), ("37.25", "supported")],
        ),
        (
            "- **JSON Files (1):**\n    - `tokens_s`: (Max: 60.25)",
            [("1", "supported"), ("60.25", "contradicted")],
        ),
        (
            "- `csv_tokens_s`: (Values 50.5, 104.25, etc.)",
            [("50.5", "supported"), ("104.25", "contradicted")],
        ),
        ("- `results[1].tokens_s`: (Value 104.25)", [("104.25", "supported")]),
        ("- `results[1].tokens_s`: (Value 101.5)", [("101.5", "contradicted")]),
        ("- `rouge_score`: (Avg: 0.5)", [("0.5", "unsupported")]),
        ("- `tokens_s`: the time in seconds", [("in seconds", "contradicted")]),
        (
            "- `latency_ms.p99`: (Value 15.5) in milliseconds",
            [("15.5", "source_defect"), ("in milliseconds", "supported")],
        ),
        # metrics, statistics, units, scope
        ("The mean throughput of alpha:8b is 105.25 tok/s.", [("105.25 tok/s", "supported")]),
        ("The mean throughput of alpha:8b is 110.0 tok/s.", [("110.0 tok/s", "contradicted")]),
        ("The mean throughput of beta:1b is 105.25 tok/s.", [("105.25 tok/s", "contradicted")]),
        ("The maximum load duration of alpha:8b is 2250 ms.", [("2250 ms", "supported")]),
        ("The maximum load duration of alpha:8b is 2.25 ms.", [("2.25 ms", "contradicted")]),
        ("## alpha:8b\n\n- Minimum load duration: 62.5 ms", [("62.5 ms", "supported")]),
        ("Throughput: 43.04 tok/s", [("43.04 tok/s", "unsupported")]),
        ("Runs should reach 500 tok/s.", [("500 tok/s", "unsupported")]),
        ("- `results.load_s` was 2250 ms at first", [("2250 ms", "supported")]),
        (
            "In `reports/beta.csv` one call worked; the maximum throughput is 61.0 tok/s.",
            [("one", "unsupported"), ("61.0 tok/s", "contradicted")],
        ),
        (
            "alpha:8b and beta:1b have a mean throughput of 105.25 and 55.38 tok/s, respectively.",
            [("105.25", "supported"), ("55.38 tok/s", "supported")],
        ),
        (
            "alpha:8b and beta:1b have a mean throughput of 55.38 and 105.25 tok/s, respectively.",
            [("55.38", "contradicted"), ("105.25 tok/s", "contradicted")],
        ),
        (
            "alpha:8b is faster than beta:1b (105.25 tok/s vs 55.38 tok/s).",
            [
                ("faster than", "supported"),
                ("105.25 tok/s", "supported"),
                ("55.38 tok/s", "supported"),
            ],
        ),
        (
            "alpha:8b is faster than beta:1b (55.38 tok/s vs 105.25 tok/s).",
            [
                ("faster than", "supported"),
                ("55.38 tok/s", "contradicted"),
                ("105.25 tok/s", "contradicted"),
            ],
        ),
        # own arithmetic
        (
            "The mean throughput of alpha:8b is 105.25 tok/s. beta:1b has a mean throughput of "
            "55.38 tok/s. That is 1.9x.",
            [("105.25 tok/s", "supported"), ("55.38 tok/s", "supported"), ("1.9x", "supported")],
        ),
        (
            "The mean throughput of alpha:8b is 105.25 tok/s. beta:1b has a mean throughput of "
            "55.38 tok/s. That is 2.9x.",
            [("105.25 tok/s", "supported"), ("55.38 tok/s", "supported"), ("2.9x", "contradicted")],
        ),
        (
            "The mean throughput of alpha:8b is 105.25 tok/s, 90% more than the 55.38 tok/s of "
            "beta:1b.",
            [("105.25 tok/s", "supported"), ("90%", "supported"), ("55.38 tok/s", "supported")],
        ),
        (
            "The mean throughput of alpha:8b is 105.25 tok/s, 47% more than the 55.38 tok/s of "
            "beta:1b.",
            [("105.25 tok/s", "supported"), ("47%", "contradicted"), ("55.38 tok/s", "supported")],
        ),
        (
            "Time: 6.0 s (read 1.0 s | write 5.0 s)",
            [("6.0 s", "supported"), ("1.0 s", "unsupported"), ("5.0 s", "unsupported")],
        ),
        (
            "Time: 7.0 s (read 1.0 s | write 5.0 s)",
            [("7.0 s", "contradicted"), ("1.0 s", "unsupported"), ("5.0 s", "unsupported")],
        ),
        (
            "5 of 11 calls (45%) failed.",
            [("5", "unsupported"), ("11", "unsupported"), ("45%", "supported")],
        ),
        (
            "5 of 11 calls (54%) failed.",
            [("5", "unsupported"), ("11", "unsupported"), ("54%", "contradicted")],
        ),
        # dates
        ("Latest modified: 2025-11-05 12:00:00 UTC", [("2025-11-05 12:00:00 UTC", "supported")]),
        ("The newest JSON file was modified on 2025-11-05.", [("2025-11-05", "contradicted")]),
        ("**Date:** 2025-11-05", [("2025-11-05", "supported")]),
        # not claims
        (
            "Section 3 of version 2.8.0 on an RTX 4080: see reports/run_12.csv and [4].",
            [],
        ),
    ],
)
def test_verdict(text, expected, index):
    assert verdicts(text, index) == expected


def test_a_correction_leaves_failed_calls_out(index):
    (claim,) = [one for one in audit("The mean throughput of beta:1b is 70.0 tok/s.", index).claims
                if one.claim.text.startswith("70")]
    assert claim.verdict == "contradicted"
    assert claim.outcome.correction == "55.4 tok/s"  # (50.5 + 60.25) / 2; 37.25 with the failed one


def test_failed_calls_are_named_with_both_figures(index):
    one = audit("- `csv_tokens_s`: (Avg: 37.25)", index).claims[0]
    assert one.verdict == "supported"
    assert "55.38" in one.outcome.why
    clean = audit("- `csv_tokens_s`: (Avg: 55.38)", index).claims[0]
    assert clean.verdict == "supported"
    assert "37.25" in clean.outcome.why


def test_report_from_tomorrow(index):
    assert verdicts("**Date:** 2026-01-02", index, today=date(2026, 1, 1)) == [
        ("2026-01-02", "contradicted")
    ]


def test_a_dataset_that_disagrees_with_the_file_vouches_for_nothing(index):
    from heap_of_three import TEXTS, Tables

    wrong = TEXTS | {"reports/beta.csv": TEXTS["reports/beta.csv"].replace("60.25", "61.75")}
    one = audit("- `csv_tokens_s`: (Max: 60.25)", open_index(Tables(), wrong.get)).claims[0]
    assert one.verdict == "unsupported"
    assert "61.75" in one.outcome.why


def test_files_that_are_gone_leave_the_dataset_as_evidence():
    from heap_of_three import Tables

    gone = open_index(Tables(), lambda name: None)
    one = audit("- `csv_tokens_s`: (Max: 60.25)", gone).claims[0]
    assert (one.verdict, one.outcome.evidence[0].value) == ("supported", "60.25")


def test_listed_records_must_stand_together(index):
    text = '```json\n{\n  "tokens_s": 50.5,\n  "load_s": 2.25\n}\n```\n'
    assert verdicts(text, index) == [("50.5", "unsupported"), ("2.25", "unsupported")]
    text = text.replace("50.5", "101.5")
    assert verdicts(text, index) == [("101.5", "supported"), ("2.25", "supported")]


def test_lists_that_go_on(index):
    text = "CSV Files (1)\n- reports/beta.csv\n... and {} more\n"
    assert verdicts(text.format(0), index)[-1] == ("0", "supported")
    assert verdicts(text.format(3), index)[-1] == ("3", "contradicted")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpha:8b is the fastest model.", [("fastest", "supported")]),
        ("beta:1b is the fastest model.", [("fastest", "contradicted")]),
        ("beta:1b is the slowest of them.", [("slowest", "supported")]),
        ("alpha:8b is faster than beta:1b.", [("faster than", "supported")]),
        (
            "alpha:8b has a lower throughput than beta:1b.",
            [("lower throughput than", "contradicted")],
        ),
        ("It should be faster than beta:1b.", [("faster than", "unsupported")]),
    ],
)
def test_ranks_and_directions(text, expected, index):
    assert verdicts(text, index) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1.5 - 2.5 " * 400,
        "_" * 20_000 + " 5 ms",
        "a_b." * 5_000 + "c 5",
        "(" * 5_000 + "5 ms" + ")" * 5_000,
        "*" * 20_000 + " 5 files",
        "5 " + "json csv data " * 3_000,
        '"' * 10_000 + "5 s",
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(text, index):
    start = time.process_time()
    audit(text, index)
    assert time.process_time() - start < 10

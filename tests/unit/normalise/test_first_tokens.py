"""Times to first token that are load plus prompt evaluation, and those that are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.readers.heap import rows

SUM = "load-and-prompt"


def definitions(found: list[dict[str, Any]]) -> list[str | None]:
    return [row["definition"] for row in found if row["metric"] == "time_to_first_token"]


@pytest.mark.parametrize(
    ("record", "definition"),
    [
        ({"ttft_s": 0.12, "load_s": 0.1, "prompt_eval_s": 0.02}, SUM),
        ({"ttft_ms": 120, "load_ns": 100_000_000, "prompt_eval_s": 0.02}, SUM),
        ({"ttft_s": 3.2817, "load_s": 3.1468, "prompt_eval_s": 0.1350}, SUM),
        ({"mean_ttft_s": 3.2, "mean_load_s": 3.0, "mean_prompt_eval_s": 0.2}, SUM),
        ([{"metrics": {"ttft_s": 0.12}, "timing": {"load_s": 0.1, "prompt_eval_s": 0.02}}], SUM),
        ({"ttft_s": 0.125, "load_s": 0.1, "prompt_eval_s": 0.02}, None),
        ({"ttft_s": 0.12001, "load_s": 0.10000, "prompt_eval_s": 0.02123}, None),
        ({"ttft_s": 0.13, "load_s": 0.1, "prompt_eval_s": 0.02}, None),
        ({"ttft_s": 0.02, "prompt_eval_s": 0.02}, None),
        ({"ttft_s": 0.12, "mean_load_s": 0.1, "mean_prompt_eval_s": 0.02}, None),
        ({"p99_ttft_s": 0.12, "p99_load_s": 0.1, "p99_prompt_eval_s": 0.02}, None),
        ({"a": {"ttft_s": 0.12}, "b": {"load_s": 0.1, "prompt_eval_s": 0.02}}, None),
    ],
)
def test_one_record(tmp_path: Path, record: object, definition: str | None) -> None:
    assert definitions(rows(tmp_path, a_json=json.dumps(record))) == [definition]


def test_each_record_by_itself(tmp_path: Path) -> None:
    table = "load_s,prompt_eval_s,ttft_s\n0.1,0.02,0.12\n0.1,0.02,0.15\n0.2,0.02,0.22\n"
    assert definitions(rows(tmp_path, a_csv=table)) == [SUM, None, SUM]


def test_zeros_at_the_end_of_a_number_may_be_left_out(tmp_path: Path) -> None:
    """The fourth digit of 0.01 was a zero: other rows of its column show that it has four."""
    table = "load_s,prompt_eval_s,ttft_s\n0.0889,0.01,0.0988\n0.0611,0.0173,0.0785\n"
    assert definitions(rows(tmp_path, a_csv=table)) == [SUM, SUM]
    assert definitions(rows(tmp_path, b_csv="".join(table.splitlines(True)[:2]))) == [None]

"""Rates against amounts and times of their records: what contradicts is put aside, no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.readers.heap import rows

OTHER = "C11 a rate that its record contradicts: amount over time is another"
CALL = {"eval_count": 100, "eval_s": 2.001, "tokens_per_second": 50.0}
PROMPT = {"prompt_eval_count": 300, "prompt_eval_s": 0.5, "prompt_tokens_per_second": 600.0}
RUN = {"duration": 4.0, "completed": 10, "total_input_tokens": 300, "total_output_tokens": 100,
       "request_throughput": 2.5, "output_throughput": 25.0, "total_token_throughput": 100.0,
       "mean_ttft_ms": 1.0, "ttfts": [], "itls": []}


def off_by(factor: str) -> str:
    return f"C11 the rate is {factor} its amount over its time: a unit is wrong"


def aside(folder: Path, document: object) -> dict[str, str]:
    """The key of each value put aside, and why."""
    found = rows(folder, a_json=json.dumps(document))
    return {row["key"]: row["reason"] for row in found if row["status"] == "quarantined"}


@pytest.mark.parametrize(
    "record",
    [
        CALL,
        CALL | {"tokens_per_second": 50.4},
        CALL | {"tokens_per_second": 49.6},
        CALL | {"tokens_per_second": 49.5},
        CALL | {"eval_s": 2.0, "tokens_per_second": 51.5},
        {"eval_count": 3, "eval_s": 0.05, "tokens_per_second": 57.0},
        {"eval_count": 100, "eval_ms": 2000, "tokens_per_second": 50},
        {"eval_count": 100, "eval_ns": 1998000000, "tokens_per_second": 50.05005005005005},
        CALL | PROMPT,
        CALL | PROMPT | {"tokens_per_second": 40.0},
        CALL | PROMPT | {"load_s": 2.5, "tokens_per_second": 20.0},
        CALL | {"latency_s": 4.0, "tokens_per_second": 25.0},
        CALL | {"latency_s": 4.0, "ttft_s": 1.0, "tokens_per_second": 33.33},
        CALL | {"total_tokens": 400, "latency_s": 4.0, "tokens_per_second": 100.0},
        {"tokens": 100, "latency_s": 2.0, "tokens_per_second": 70.0},
        {"tokens": 100, "latency_s": 2.0, "tokens_per_second": 70.0, "concurrency": 8},
        {"tokens": 100, "latency_s": 2.0, "tokens_per_second": 30.0, "concurrency": 8},
        {"runs": 5, "eval_count": 100, "eval_s": 2.0, "tokens_per_second": 52.0},
        {"total_tokens": 400, "latency_s": 2.0, "tokens_per_second": 50.0},
        {"prompt_eval_count": 300, "ttft_s": 2.0, "prompt_tokens_per_second": 600.0},
        {"tokens": 5, "latency_s": 2.0, "tokens_per_second": 2500.0},
        {"mean_eval_count": 100, "mean_eval_s": 2.0, "mean_tokens_per_second": 57.0},
        {"warm": {"tokens_per_second": 57.0}, "cold": {"eval_count": 100, "eval_s": 2.0}},
        {"eval_count": 100, "eval_s": -2.0, "tokens_per_second": 50.0} | PROMPT,
        RUN | {"output_throughput": 26.0},
    ],
)
def test_what_agrees_stays(tmp_path: Path, record: dict[str, Any]) -> None:
    assert {key for key, why in aside(tmp_path, record).items() if why[:3] == "C11"} == set()


@pytest.mark.parametrize(
    ("record", "held"),
    [
        (CALL | {"tokens_per_second": 50.7}, {"tokens_per_second": OTHER}),
        (CALL | {"tokens_per_second": 48.5}, {"tokens_per_second": OTHER}),
        (CALL | PROMPT | {"tokens_per_second": 45.0}, {"tokens_per_second": OTHER}),
        (CALL | PROMPT | {"prompt_tokens_per_second": 700.0}, {"prompt_tokens_per_second": OTHER}),
        (CALL | PROMPT | {"total_tokens": 400, "total_tokens_per_second": 300.0},
         {"total_tokens_per_second": OTHER}),
        ({"tokens": 100, "latency_s": 2.0, "tokens_per_second": 30.0},
         {"tokens_per_second": OTHER}),
        (CALL | {"eval_s": 2001.0},
         {"eval_s": off_by("1,000 times"), "tokens_per_second": off_by("1,000 times")}),
        (CALL | {"eval_s": 2001.0, "latency_s": 2.5}, {"eval_s": off_by("1,000 times")}),
        (CALL | {"tokens_per_second": 0.05, "latency_s": 2.5},
         {"tokens_per_second": off_by("1/1,000 of")}),
        (CALL | {"tokens_per_second": 3000.0},
         {"eval_s": off_by("60 times"), "tokens_per_second": off_by("60 times")}),
        ({"tokens": 100, "latency_ms": 2.0, "tokens_per_second": 50.0},
         {"latency_ms": off_by("1/1,000 of"), "tokens_per_second": off_by("1/1,000 of")}),
    ],
)  # fmt: skip
def test_what_contradicts_is_put_aside(
    tmp_path: Path, record: dict[str, Any], held: dict[str, str]
) -> None:
    assert aside(tmp_path, record) == held


def test_each_record_is_judged_by_its_own_parts(tmp_path: Path) -> None:
    document = {"results": [CALL | {"tokens_per_second": 50.0 + at % 3} for at in range(6)]}
    found = rows(tmp_path, a_json=json.dumps(document))
    rates = [row for row in found if row["metric"] == "output_throughput"]
    assert [row["record"] for row in rates if row["status"] == "quarantined"] == [1, 2, 4, 5]
    assert [row["raw"] for row in rates] == ["50.0", "51.0", "52.0"] * 2


def test_parts_of_other_objects_of_a_record_count_where_they_are_single(tmp_path: Path) -> None:
    apart = [
        {
            "stats": {"eval_count": 100},
            "timing": {"eval_s": 2.0},
            "metrics": {"tokens_per_second": 57.0},
        }
    ]
    assert aside(tmp_path, apart) == {"[].metrics.tokens_per_second": OTHER}
    apart[0]["client"] = {"eval_s": 1.75}
    assert aside(tmp_path, apart) == {}


def test_a_column_of_a_table(tmp_path: Path) -> None:
    table = "eval_count,eval_s,tokens_s\n100,2.0,50\n100,2.0,\n100,2.0,57\n"
    found = rows(tmp_path, a_csv=table)
    assert [row["pointer"] for row in found if row["status"] == "quarantined"] == [
        "row 3, column tokens_s"
    ]

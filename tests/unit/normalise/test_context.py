"""Context: the nearest objects speak, and failures are seen through."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.readers.heap import pick, rows

from baseline_collector.normalise.context import enclosing
from baseline_collector.normalise.merge import from_path
from baseline_collector.paths import container

NESTED = {
    "model": {"name": "outer:1b", "batch_size": 4},
    "environment": {"gpu_name": "RTX", "torch": "2.8"},
    "started_at": "2025-09-29T18:52:52",
    "settings": {"runs": 6, "seed": 42},
    "ttft_ms": 1,
    "results": [
        {"prompt": "p-one", "quantization": "q4_0", "options": {"top_p": 0.5}, "ttft_ms": 2},
        {
            "prompt": "p-two",
            "model": "inner:2b",
            "engine": "vllm",
            "device": "cpu",
            "run_id": "r7",
            "n_runs": 3,
            "ttft_ms": 3,
        },
    ],
}


def test_each_column_comes_from_the_nearest_object_that_says_it(tmp_path: Path) -> None:
    found = [row for row in rows(tmp_path, a_json=json.dumps(NESTED)) if row["metric"]]
    columns = (
        "value",
        "model",
        "quantization",
        "engine",
        "device",
        "prompt",
        "run",
        "started_at",
        "n",
    )
    assert pick(found, *columns) == [
        (0.001, "outer:1b", None, None, "RTX", None, None, "2025-09-29T18:52:52", 6),
        (0.002, "outer:1b", "q4_0", None, "RTX", "p-one", None, "2025-09-29T18:52:52", 6),
        (0.003, "inner:2b", None, "vllm", "cpu", "p-two", "r7", "2025-09-29T18:52:52", 3),
    ]
    assert [json.loads(str(row["parameters"])) for row in found] == [
        {"batch_size": "4", "seed": "42"},
        {"batch_size": "4", "seed": "42", "top_p": "0.5"},
        {"batch_size": "4", "seed": "42"},
    ]
    assert {str(row["setup"]) for row in found} == {'{"torch":"2.8"}'}


def test_how_many_stand_behind_an_aggregate(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        a_csv="model,n,ttft_s_mean,load_s_mean\nm1,3,0.5,0.25\nm2,4,0.75,\n",
        b_csv="m,n,k,time_ms\n2,4096,8,1.5\n",
        c_json='{"eval_s": {"mean": 1, "n": 5}, "ttft_s": {"mean": 2, "n": 6}}',
    )
    assert [(row["value"], row["n"]) for row in found if row["metric"]] == [
        (0.5, 3),
        (0.25, 3),
        (0.75, 4),
        (0.0015, None),
        (1.0, 5),
        (2.0, 6),
    ]


@pytest.mark.parametrize(
    "record",
    [
        {"success": False, "ttft_ms": 5},
        {"status": "FAILED", "ttft_ms": 5},
        {"error": "HTTP 500", "ttft_ms": 5},
        {"response": "Error: model not found", "ttft_ms": 5},
        {"success": True, "text": "All connection attempts failed", "ttft_ms": 5},
        {"output": "Traceback (most recent call last): x", "ttft_ms": 5},
    ],
)
def test_a_failed_record_leaves_the_others_alone(tmp_path: Path, record: dict[str, object]) -> None:
    good = {"success": True, "response": "The error of the measurement was small.", "ttft_ms": 6}
    found = rows(tmp_path, a_json=json.dumps({"results": [record, good]}))
    assert pick(found, "value", "status", "counted") == [
        (0.005, "failed", False),
        (0.006, "ok", True),
    ]
    assert str(found[0]["reason"]).startswith("C05 ")


@pytest.mark.parametrize(
    "record",
    [
        {"error": None},
        {"error": ""},
        {"error": "none"},
        {"status": "ok"},
        {"success": "true"},
        {"response": "An error occurs when a program " + "divides by zero. " * 40},
    ],
)
def test_what_is_no_failure(tmp_path: Path, record: dict[str, object]) -> None:
    (row,) = rows(tmp_path, a_json=json.dumps([{**record, "ttft_ms": 5}]))
    assert row["status"] == "ok"


def test_a_list_of_thousands_in_the_setup_is_cut(tmp_path: Path) -> None:
    document = {
        "environment": {"providers": [f"provider-{at}" for at in range(40_000)]},
        "ttft_ms": 1,
    }
    (row,) = rows(tmp_path, a_json=json.dumps(document))
    assert len(str(row["setup"])) < 1_200


keys = st.lists(
    st.sampled_from(["a", "b.c", "", "[]", "[7]", '"]', "x\x1f"]), min_size=1, max_size=8
)


@given(keys)
def test_enclosing_goes_from_the_top_to_the_container(names: list[str]) -> None:
    from baseline_collector.paths import join

    template = ""
    for name in names:
        template = template + name if name in ("[]", "[7]") else join(template, name)
    around = enclosing(template)
    assert around[0] == ""
    assert around[-1] == container(template)
    assert all(len(one) < len(other) for one, other in pairwise(around))


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("reports/gemma3/gemma3_1b-it-qat_baseline.csv", "gemma3:1b-it-qat"),
        ("reports/llama3/bench.csv", "llama3"),
        ("reports/gemma3/summary.csv", "gemma3"),
        ("reports/other/summary.csv", None),
        ("r/deepseek/qwen2.5_7b.csv", "qwen2.5:7b"),
    ],
)
def test_what_a_path_says(path: str, model: str | None) -> None:
    assert from_path(path).get("model") == model


def test_usage_holds_tokens_and_is_no_variant(pile):
    pile.json("a.json", {"model": "m", "results": [
        {"latency_s": 1.5, "usage": {"prompt_tokens": 11, "completion_tokens": 22}}]})
    rows = [row for row in pile.table().to_pylist() if row["metric"] is not None]
    assert {row["metric"] for row in rows} == {
        "request_latency", "prompt_tokens", "output_tokens"}
    assert {row["parameters"] for row in rows} == {None}

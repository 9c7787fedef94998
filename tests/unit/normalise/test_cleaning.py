"""Status of values: each rule fires where it should, and only there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.readers.heap import pick, reading, rows

from baseline_collector import units, vocabulary
from baseline_collector.normalise import bounds, normalise
from baseline_collector.normalise.cleaning import RULES


def records(*texts: str, tokens: list[int], success: bool = True) -> str:
    return json.dumps(
        {
            "total_tokens": sum(tokens),
            "results": [
                {
                    "response": text,
                    "tokens": count,
                    "tokens_per_second": count / 2,
                    "ttft_ms": count,
                    "success": success,
                }
                for text, count in zip(texts, tokens, strict=True)
            ],
        }
    )


@pytest.mark.parametrize(
    ("text", "status", "rule"),
    [
        ('{"ttft_ms": 1e999}', "quarantined", "C01"),
        ('{"ttft_ms": NaN}', "quarantined", "C01"),
        ('[{"power_ms": 5, "gpu": {"fan_speed_ms": 5}}]', "quarantined", "C02"),
        ('{"ttft_ms": -1}', "quarantined", "C03"),
        ('{"tokens_s": -1}', "quarantined", "C03"),
        ('{"ttft_ms": 0}', "quarantined", "C04"),
        ('{"load_s": 0}', "ok", ""),
        ('{"compile_time_s": 0}', "ok", ""),
        ('{"min_ttft_ms": 0}', "ok", ""),
        ('{"std_ttft_ms": 0}', "ok", ""),
        ('{"eval_count": 0}', "ok", ""),
        ('{"overhead": -1}', "ok", ""),
        ('[{"ttft_ms": 5, "success": false}]', "failed", "C05"),
        ('{"ttft_ms": 5}', "ok", ""),
        ('{"eval_count": -1}', "quarantined", "C03"),
        ('{"memory_used_mb": -1}', "quarantined", "C03"),
        ('{"loss": -1}', "ok", ""),
        ('{"latency_s": 1759186372}', "quarantined", "C09"),
        ('{"latency_s": 31556952}', "ok", ""),
        ('{"tokens_per_second": 100000001}', "quarantined", "C09"),
        ('{"tokens_per_second": 27803.9}', "ok", ""),
        ('{"ttft_ns": 99}', "quarantined", "C09"),
        ('{"ttft_ns": 101}', "ok", ""),
        ('{"std_latency_s": 1759186372}', "ok", ""),
        ('{"accuracy": 95.2}', "quarantined", "C09"),
        ('{"accuracy": 1}', "ok", ""),
    ],
)
def test_rules(tmp_path: Path, text: str, status: str, rule: str) -> None:
    row = rows(tmp_path, a_json=text)[0]
    assert row["status"] == status
    assert str(row["reason"] or "")[:3] == rule


def test_a_unit_that_contradicts_its_metric(tmp_path: Path) -> None:
    found = rows(tmp_path, a_csv="ttft_s,power\n5 W,6 W\n")
    assert pick(found, "raw", "unit", "status") == [
        ("5 W", None, "quarantined"),
        ("6 W", "W", "ok"),
    ]
    assert found[0]["reason"] == f"C02 {RULES['C02']}"


def test_tokens_that_are_words(tmp_path: Path) -> None:
    found = rows(tmp_path, a_json=records("one two three four five", "six seven", tokens=[5, 2]))
    named = [row for row in found if row["metric"] != "time_to_first_token"]
    assert {row["definition"] for row in named} == {"words"}
    assert {row["unit"] for row in named} == {"word", "word/s"}
    assert {row["unit"] for row in found} == {"word", "word/s", "s"}


@pytest.mark.parametrize(
    ("texts", "tokens"),
    [
        (("one two three four five", "six seven"), [5, 3]),
        (("Yes",), [1]),
        (("one two three", "six seven"), [4, 2]),
    ],
)
def test_tokens_that_are_tokens(tmp_path: Path, texts: tuple[str, ...], tokens: list[int]) -> None:
    found = rows(tmp_path, a_json=records(*texts, tokens=tokens))
    assert {row["definition"] for row in found} == {None}


def test_aggregates_of_failed_calls_alone_fail_with_them(tmp_path: Path) -> None:
    bad = records("Error: x", "Error: y", tokens=[9, 8])
    mixed = records("Error: x", "fine", tokens=[9, 8])
    found = rows(tmp_path, a_json=bad, b_json=mixed)
    totals = [row for row in found if row["key"] == "total_tokens"]
    assert pick(totals, "artifact", "status") == [("r/a.json", "failed"), ("r/b.json", "ok")]
    assert str(totals[0]["reason"]).startswith("C06")


def test_the_counts_of_rules_and_values_add_up(tmp_path: Path) -> None:
    contents = {f"f{at}_json": records("a b c d e", "Error: z", tokens=[5, at]) for at in range(9)}
    done = reading(tmp_path, **contents, x_json='{"ttft_ms": [0, -1, NaN, 5]}')
    assert done.batch is not None
    whole = normalise(done.batch, done.artifacts, done.places, done.quoted)
    table = whole.measurements.to_pylist()
    assert sum(whole.numbers) == len(table) == 9 * 7 + 4
    assert sum(whole.leaves) == done.batch.num_rows
    assert sum(whole.rejected) == sum(row["status"] == "quarantined" for row in table)
    by_reason = {
        rule: sum((row["reason"] or "").startswith(rule) for row in table) for rule in RULES
    }
    by_reason["C07"] = whole.cleaning["C07"]
    assert by_reason == whole.cleaning
    assert (by_reason["C01"], by_reason["C03"], by_reason["C05"]) == (1, 1, 9 * 3)
    assert {
        at: (one.attempts, len(one.failures), one.disguised) for at, one in whole.outcomes.items()
    } == dict.fromkeys(range(9), (2, 1, 1))


def a_column(name: str, *values: object) -> str:
    return f"{name}\n" + "".join(f"{value}\n" for value in values)


@pytest.mark.parametrize(
    ("values", "struck"),
    [
        ((999, 5, 6, 7, 999), [999, 999]),
        ((999, 5, 6, 7), []),
        ((999, 5, 6, 999), []),
        ((999, 5, 6, 400, 999), []),
        ((999, 1020, 980, 1010, 999), []),
        ((2147483647, 5, 6, 7, 2147483647), [2147483647, 2147483647]),
        ((999, 999, 999, 999, 999), []),
        ((50, 5, 6, 7, 50), []),
    ],
)
def test_numbers_that_stand_in_for_none(
    tmp_path: Path, values: tuple[int, ...], struck: list[int]
) -> None:
    found = rows(tmp_path, a_csv=a_column("ttft_ms", *values))
    hit = [int(row["raw"]) for row in found if row["status"] == "quarantined"]
    assert hit == struck
    assert {row["reason"] for row in found} - {None} <= {f"C08 {RULES['C08']}"}


def test_minus_one_of_what_may_be_negative(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        a_csv=a_column("gpu_temperature", -1, 40, 41, 42, -1),
        b_csv=a_column("gpu_temperature", -1, -2, 41, 42, -1),
        c_csv=a_column("loss", -1, -1.5, -2, 0.5, -1),
    )
    hit = [(row["artifact"], row["raw"]) for row in found if row["status"] == "quarantined"]
    assert hit == [("r/a.csv", "-1"), ("r/a.csv", "-1")]


def test_every_bound_names_its_source_and_every_dimension_of_it_exists() -> None:
    dimensions = {units.unit(metric.unit).dimension for metric in vocabulary.METRICS}
    assert set(bounds.BY_DIMENSION) <= dimensions
    assert set(bounds.NOT_NEGATIVE) <= dimensions
    assert set(bounds.BY_METRIC) | set(bounds.COUNTS) <= set(vocabulary.BY_NAME)
    for bound in (*bounds.BY_DIMENSION.values(), *bounds.BY_METRIC.values()):
        assert bound.source
        assert bound.low < bound.high


def test_what_a_tool_writes_in_place_of_a_measurement(tmp_path: Path) -> None:
    run = {"duration": 1.5, "completed": 0, "total_input_tokens": 0, "request_throughput": 0.0,
           "output_throughput": 0.0, "total_token_throughput": 0.0, "mean_ttft_ms": 0.0}
    found = rows(tmp_path, a_json=json.dumps(run))
    held = {row["key"]: row["reason"] for row in found if row["status"] == "quarantined"}
    assert held == dict.fromkeys(
        ("request_throughput", "output_throughput", "total_token_throughput", "mean_ttft_ms"),
        "C10 no request was completed")

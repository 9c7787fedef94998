"""JSON and JSON Lines: every leaf, by its pointer, with its text."""

from __future__ import annotations

import json
import math
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baseline_collector.readers.base import Limits
from baseline_collector.readers.cells import EXACT_INT, number

from .heap import leaves, outcome, pick, reading, rows

GOLDEN = """{
  "model": "gemma3:1b", "runs": 7, "temperature": 0.25,
  "results": [
    {"ttft_ms": 11.5, "tokens_s": 12.5, "eval_count": 13, "load_s": 1.75, "note": "first"},
    {"ttft_ms": 21.5, "tokens_s": 22.5, "eval_count": 23, "load_s": 2.75, "note": null}
  ],
  "gpu": [{"fan_speed": 31, "power_draw": 32.5, "temperature": 33}],
  "ok": true
}"""


def test_every_field_has_its_own_value(tmp_path: Path) -> None:
    found = rows(tmp_path, a_json=GOLDEN)
    assert pick(found, "pointer", "path", "key", "raw", "value", "unit", "metric", "record") == [
        ("/runs", "runs", "runs", "7", 7.0, None, None, None),
        ("/temperature", "temperature", "temperature", "0.25", 0.25, None, None, None),
        (
            "/results/0/ttft_ms",
            "results[0].ttft_ms",
            "results[].ttft_ms",
            "11.5",
            0.0115,
            "s",
            "time_to_first_token",
            0,
        ),
        (
            "/results/0/tokens_s",
            "results[0].tokens_s",
            "results[].tokens_s",
            "12.5",
            12.5,
            "tok/s",
            "output_throughput",
            0,
        ),
        (
            "/results/0/eval_count",
            "results[0].eval_count",
            "results[].eval_count",
            "13",
            13.0,
            "tok",
            "output_tokens",
            0,
        ),
        (
            "/results/0/load_s",
            "results[0].load_s",
            "results[].load_s",
            "1.75",
            1.75,
            "s",
            "load_duration",
            0,
        ),
        (
            "/results/1/ttft_ms",
            "results[1].ttft_ms",
            "results[].ttft_ms",
            "21.5",
            0.0215,
            "s",
            "time_to_first_token",
            1,
        ),
        (
            "/results/1/tokens_s",
            "results[1].tokens_s",
            "results[].tokens_s",
            "22.5",
            22.5,
            "tok/s",
            "output_throughput",
            1,
        ),
        (
            "/results/1/eval_count",
            "results[1].eval_count",
            "results[].eval_count",
            "23",
            23.0,
            "tok",
            "output_tokens",
            1,
        ),
        (
            "/results/1/load_s",
            "results[1].load_s",
            "results[].load_s",
            "2.75",
            2.75,
            "s",
            "load_duration",
            1,
        ),
        (
            "/gpu/0/fan_speed",
            "gpu[0].fan_speed",
            "gpu[].fan_speed",
            "31",
            31.0,
            "%",
            "fan_speed",
            0,
        ),
        (
            "/gpu/0/power_draw",
            "gpu[0].power_draw",
            "gpu[].power_draw",
            "32.5",
            32.5,
            "W",
            "power",
            0,
        ),
        (
            "/gpu/0/temperature",
            "gpu[0].temperature",
            "gpu[].temperature",
            "33",
            33.0,
            "°C",
            "temperature",
            0,
        ),
    ]
    assert {(row["model"], row["n"], row["parameters"]) for row in found} == {
        ("gemma3:1b", 7, '{"temperature":"0.25"}')
    }


def test_leaves_that_are_no_numbers(tmp_path: Path) -> None:
    found = leaves(tmp_path, a_json=GOLDEN)
    assert [(row["key"], row["raw"]) for row in found if row["kind"] != 0] == [
        ("model", "gemma3:1b"),
        ("results[].note", "first"),
        ("results[].note", "null"),
        ("ok", "true"),
    ]


def resolve(document: Any, pointer: str) -> Any:
    """RFC 6901, written from the standard."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.sampled_from(
    ["", "a.b", "c/d", "e~0f", 'g"h', "i[0]", "x\x1fy", "latency_ms", "runs", "n", "0", "\\"]
)
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
documents = st.recursive(
    numbers | st.text(max_size=4) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
).filter(lambda value: isinstance(value, dict | list))


def plain_walk(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in plain_walk(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in plain_walk(inner)]
    return [json.dumps(value)] if type(value) in (int, float) else []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents)
def test_every_pointer_leads_to_its_number(tmp_path: Path, document: Any) -> None:
    found = rows(tmp_path, a_json=json.dumps(document))
    assert [row["raw"] for row in found] == plain_walk(document)
    for row in found:
        assert json.dumps(resolve(document, str(row["pointer"]))) == row["raw"]


@pytest.mark.parametrize(
    "key", ["", "a.b", "c/d", 'e"f', "g[0]", "h~i", "]", '"]', "\\", "k\x1fl", "x\ny", "K" * 3_000,
     "[]", "[][][][]"]
)
def test_keys_that_need_care(tmp_path: Path, key: str) -> None:
    document = {key: {key: [1.5]}}
    (row,) = rows(tmp_path, a_json=json.dumps(document))
    assert resolve(document, str(row["pointer"])) == 1.5


def test_arrays_nested_five_deep(tmp_path: Path) -> None:
    document = {"latency_ms": [[[[[1.5, 2.5], [3.5]]]], [[[[4.5]]]]]}
    found = rows(tmp_path, a_json=json.dumps(document))
    assert pick(found, "pointer", "path", "value", "metric") == [
        ("/latency_ms/0/0/0/0/0", "latency_ms[0][0][0][0][0]", 0.0015, "request_latency"),
        ("/latency_ms/0/0/0/0/1", "latency_ms[0][0][0][0][1]", 0.0025, "request_latency"),
        ("/latency_ms/0/0/0/1/0", "latency_ms[0][0][0][1][0]", 0.0035, "request_latency"),
        ("/latency_ms/1/0/0/0/0", "latency_ms[1][0][0][0][0]", 0.0045, "request_latency"),
    ]


decimals = (
    st.decimals(allow_nan=False, allow_infinity=False).map(str)
    | st.integers().map(str)
    | st.from_regex(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
)


@given(decimals)
def test_numbers_are_the_nearest_floats_or_have_a_reason(raw: str) -> None:
    value, reason = number(raw)
    exact = Decimal(raw)
    if value is None:
        whole = exact == exact.to_integral_value() and raw.lstrip("+-").isdigit()
        assert reason
        assert (
            (abs(exact) >= EXACT_INT and whole)
            or abs(exact) > Decimal("1e308")
            or (0 < abs(exact) < Decimal("5e-324"))
        )
    else:
        assert reason == ""
        assert value == float(exact)
        assert (value == 0) == (exact == 0)
        assert not raw.lstrip("+-").isdigit() or Decimal(value) == exact


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("1e400", "beyond a float"),
        ("-1E+999", "beyond a float"),
        ("NaN", "not a finite number"),
        ("Infinity", "not a finite number"),
        ("-Infinity", "not a finite number"),
        ("9007199254740993", "integer beyond the exact range of a float"),
        ("1e-400", "too small"),
        ("9" * 5_000, "longer than 4300"),
        ("9" * 4_000, "beyond a float"),
    ],
)
def test_numbers_no_float_holds_are_kept_as_text(tmp_path: Path, raw: str, why: str) -> None:
    found = rows(tmp_path, a_json=f'{{"ttft_ms": {raw}, "load_s": 2.5}}')
    assert pick(found, "raw", "value", "status") == [(raw, None, "quarantined"), ("2.5", 2.5, "ok")]
    assert str(found[0]["reason"]).startswith(f"C01 {why}")
    assert not found[0]["counted"]


def test_a_key_that_repeats(tmp_path: Path) -> None:
    found = rows(
        tmp_path, a_json='{"a": {"x": 1, "y": [2, 3], "model": "lost"}, "b": 4, "a": 5, "b": 6}'
    )
    assert pick(found, "pointer", "raw", "value", "status")[:2] == [
        ("/a", "5", 5.0, "ok"),
        ("/b", "6", 6.0, "ok"),
    ]
    assert sorted((str(row["raw"]), row["value"], row["status"]) for row in found[2:]) == [
        ("1", None, "quarantined"),
        ("2", None, "quarantined"),
        ("3", None, "quarantined"),
        ("4", None, "quarantined"),
    ]
    assert {row["model"] for row in found} == {None}


def test_jsonl_is_an_array_of_its_lines(tmp_path: Path) -> None:
    text = '{"ttft_ms": 1}\n\n{broken\n{"ttft_ms": 2}\r\n[3]\n'
    found = rows(tmp_path, a_jsonl="\ufeff" + text)
    assert pick(found, "pointer", "path", "value", "record") == [
        ("/0/ttft_ms", "[0].ttft_ms", 0.001, 0),
        ("/3/ttft_ms", "[3].ttft_ms", 0.002, 3),
        ("/4/0", "[4][0]", 3.0, 4),
    ]
    assert outcome(tmp_path, b_jsonl=text + " ")[1].startswith("1 of 4 lines are no JSON; line 3:")


def test_a_json_file_that_is_jsonl_and_the_other_way_round(tmp_path: Path) -> None:
    found = rows(tmp_path, a_json='{"x": 1}\n{"x": 2}\n', b_jsonl='{\n "x": 3\n}\n')
    assert pick(found, "pointer", "value") == [("/0/x", 1.0), ("/1/x", 2.0), ("/x", 3.0)]


def test_one_deep_line_does_not_cost_the_others(tmp_path: Path) -> None:
    deep = "[" * 70 + "1" + "]" * 70
    done = reading(tmp_path, a_jsonl=f'{{"x": 1}}\n{deep}\n{{"x": 2}}\n', b_json='{"x": 3}')
    assert done.artifacts[0].status == "partly_read"
    assert "line 2: nested deeper than 64" in done.artifacts[0].reason
    assert done.batch is not None
    assert done.batch.column("value").to_pylist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a_json", "[" * 100_000, "nested deeper than 64"),
        ("a_json", '{"a":' * 100_000, "nested deeper than 64"),
        ("a_json", "[" * 65 + "1" + "]" * 65, "nested deeper than 64"),
        ("a_json", '{"a": {"b": ' + "[" * 800 + "]" * 800 + '}, "a": 1}', "nested deeper than 64"),
        ("a_jsonl", "[" * 100_000, "nested deeper than 64"),
        ("a_json", '{"a": 1', "not JSON"),
        ("a_json", '{"a": 1} trailing', "not JSON"),
        ("a_json", "", "not JSON"),
        ("a_json", b"\x89PNG\0\0\0\0\0", "binary"),
        (
            "a_json",
            json.dumps({"K" * 100_000: {f"a{at}": 1 for at in range(200)}}),
            "keys too long",
        ),
        ("a_json", json.dumps({f"k{at}": at for at in range(20_001)}), "too many different keys"),
    ],
)
def test_hostile_documents_are_refused_at_once(
    tmp_path: Path, name: str, content: str | bytes, reason: str
) -> None:
    started = time.perf_counter()
    status, why = outcome(tmp_path, **{name: content})
    assert status == "unread"
    assert reason in why
    assert time.perf_counter() - started < 2


def test_what_was_refused_leaves_no_leaf_behind(tmp_path: Path) -> None:
    many = json.dumps([[1.0] * 70_000, {f"k{at}": at for at in range(20_001)}])
    done = reading(tmp_path, a_json='{"x": 1}', b_json=many, c_json='{"x": 2}', limits=Limits())
    assert [one.status for one in done.artifacts] == ["read", "unread", "read"]
    assert done.batch is not None
    assert done.batch.column("value").to_pylist() == [1.0, 2.0]
    assert done.batch.column("artifact").to_pylist() == [0, 2]


def test_many_leaves_are_packed_in_order(tmp_path: Path) -> None:
    done = reading(tmp_path, a_json=json.dumps(list(range(200_000))), b_json='{"x": -1}')
    assert done.batch is not None
    assert done.batch.column("value").to_pylist() == [*map(float, range(200_000)), -1.0]
    assert done.batch.column("i0").to_pylist() == [*range(200_000), None]


def test_halves_of_surrogate_pairs(tmp_path: Path) -> None:
    found = rows(tmp_path, a_json='{"k\\ud800": "x\\udfff", "model": "m\\udc00", "ttft_ms": 3}')
    assert pick(found, "value", "model") == [(0.003, "m\\udc00")]


def test_settings_that_no_integer_column_holds(tmp_path: Path) -> None:
    found = rows(tmp_path, a_json='{"runs": 1e300, "a": {"repetitions": 2.5, "mean_ttft_ms": 4}}')
    assert pick(found, "key", "n") == [
        ("runs", None),
        ("a.repetitions", None),
        ("a.mean_ttft_ms", None),
    ]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_python_floats_come_back(value: float) -> None:
    found, _ = number(repr(value))
    assert found is not None
    assert math.isclose(found, value, rel_tol=0) or (value == 0 == found)

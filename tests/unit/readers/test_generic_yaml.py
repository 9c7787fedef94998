"""YAML of no particular tool, and what must not happen with it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.errors import ReadError
from baseline_collector.readers.json_text import Written
from baseline_collector.readers.yaml_text import parse_yaml

from .heap import leaves, outcome, pick, rows


def test_values_have_metric_unit_and_pointer(tmp_path):
    text = "model: m:1b\nresults:\n  - {ttft_ms: 12.5, eval_count: 7}\n  - ttft_ms: 13.5\n"
    found = rows(tmp_path, a_yaml=text)
    assert pick(found, "pointer", "metric", "value", "unit", "model") == [
        ("/results/0/ttft_ms", "time_to_first_token", 0.0125, "s", "m:1b"),
        ("/results/0/eval_count", "output_tokens", 7.0, "tok", "m:1b"),
        ("/results/1/ttft_ms", "time_to_first_token", pytest.approx(0.0135), "s", "m:1b"),
    ]


def test_a_repeated_key_is_counted(tmp_path):
    found = rows(tmp_path, a_yaml="x_ms: 1\nx_ms: 2\n")
    assert [(row["raw"], row["value"], row["status"]) for row in found] == [
        ("2", 0.002, "ok"), ("1", None, "quarantined")]


def test_documents_of_one_file_are_an_array(tmp_path):
    found = leaves(tmp_path, a_yaml="a: 1\n---\na: 2\n")
    assert pick(found, "key", "i0", "raw") == [("[].a", 0, "1"), ("[].a", 1, "2")]


def test_an_alias_of_a_value_is_the_value_and_one_of_a_mapping_is_text():
    text = "a: &x 1.50\nb: *x\nc: &y {d: 1}\ne: *y\n<<: *y\n"
    found = parse_yaml(text, 9)
    assert found == {"a": "1.50", "b": "1.50", "c": {"d": "1"}, "e": "*y", "<<": "*y"}
    assert type(found["b"]) is Written


def test_a_billion_laughs_stay_one(tmp_path):
    text = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n"
        for n in range(20))
    started = time.perf_counter()
    assert len(leaves(tmp_path, a_yaml=text)) == 2 + 20 * 9
    assert time.perf_counter() - started < 2


def test_infinity_is_a_counted_rejection(tmp_path):
    found = rows(tmp_path, a_yaml="ttft_ms: .inf\nx_ms: -.inf\ny_ms: .nan\n")
    assert [(row["value"], row["status"]) for row in found] == [(None, "quarantined")] * 3


@pytest.mark.parametrize("text", ["", " \n", "a: [1\nb", "\ta: 1", "[" * 100, "a: !!python/x 1: 2"])
def test_what_is_no_yaml_has_a_reason(tmp_path, text):
    status, reason = outcome(tmp_path, a_yaml=text)
    assert status == "unread" and reason


@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused(text):
    try:
        parse_yaml(text, 16)
    except ReadError:
        pass

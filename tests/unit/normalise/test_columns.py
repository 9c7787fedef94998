"""Numbers that JSON and YAML write as texts, taken where their key names a metric."""

from __future__ import annotations

import json

import pytest


def rows(pile) -> list[tuple[object, ...]]:
    return [(one["pointer"], one["raw"], one["value"], one["unit"], one["status"])
            for one in pile.table().to_pylist()]


def test_texts_below_a_metric_are_read_as_cells_are(pile) -> None:
    pile.json("a.json", {"model": "m", "tokens_per_second": "45.5", "ttft": "350 ms", "runs": [
        {"ttft": "1,250.5 ms"}, {"ttft": "n/a"}, {"ttft": "nan"}, {"ttft_s": "0.5"}]})
    assert rows(pile) == [
        ("/tokens_per_second", "45.5", 45.5, "tok/s", "ok"),
        ("/ttft", "350 ms", 0.35, "s", "ok"),
        ("/runs/0/ttft", "1,250.5 ms", 1.2505, "s", "ok"),
        ("/runs/2/ttft", "nan", None, "s", "quarantined"),
        ("/runs/3/ttft_s", "0.5", 0.5, "s", "ok")]


@pytest.mark.parametrize(("name", "text"), [
    ("a.jsonl", '{"ttft": "12 ms"}\n{"ttft": "13 ms"}\n{"ttft": "14 ms"}\n{"ttft": "15 ms"}\n'),
    ("a.yaml", 'runs:\n- ttft: "12 ms"\n- ttft: "13 ms"\n- ttft: 14 ms\n- ttft: 15 ms\n')])
def test_lines_and_yaml_too(pile, name, text) -> None:
    pile.text(name, text)
    assert [one["value"] for one in pile.table().to_pylist()] == [0.012, 0.013, 0.014, 0.015]


def test_other_texts_stay_texts(pile) -> None:
    pile.json("a.json", {"timeout": "30 s", "note": "7.5", "prompt": "12", "seed": "42",
                         "ttft": "12 ms after the start of the second of three runs, all in all"})
    assert rows(pile) == []


def test_a_unit_of_another_dimension_is_quarantined(pile) -> None:
    pile.text("a.json", json.dumps({"ttft": "12 GB"}))
    (found,) = pile.table().to_pylist()
    assert found["status"] == "quarantined" and found["reason"].startswith("C02")

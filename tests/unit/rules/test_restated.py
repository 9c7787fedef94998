"""The whole way of a statistic that its samples do not give: found, told, proved, published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench import planted


@pytest.mark.parametrize("seed", range(planted.CASES + 1))
def test_a_planted_number_passes_the_gate(pile, seed: int) -> None:
    for name, content in planted.planted("summary-and-samples", seed).items():
        pile.text(name, planted._text(content))
    pile.collect(out="out")
    report = json.loads(Path("out/report.json").read_text())
    (finding,) = [one for one in report["findings"] if one["rule"] == "summary-and-samples"]
    facts = {one["id"]: one for one in report["facts"]}
    count, total, stated, given = (facts[name] for name in finding["facts"])
    assert (count["value"], total["value"]) == (1, 6)
    assert stated["statistic"] == "value" and given["statistic"] in ("mean", "p90", "std", "max")
    assert given["n"] == 20 + 5 * seed
    assert abs(stated["value"] - given["value"]) > 0.005 * given["value"]


@pytest.mark.parametrize("seed", range(planted.CASES + 1))
def test_a_number_that_two_files_state_differently_passes_the_gate(pile, seed: int) -> None:
    heap = planted.planted("stated-differently", seed)
    for name, content in heap.items():
        pile.text(name, planted._text(content))
    pile.collect(out="out")
    report = json.loads(Path("out/report.json").read_text())
    (finding,) = [one for one in report["findings"] if one["rule"] == "stated-differently"]
    facts = {one["id"]: one for one in report["facts"]}
    count, total, stated, other = (facts[name] for name in finding["facts"])
    assert (count["value"], total["value"]) == (1, len(heap["a.json"]) - 1)
    assert stated["value"] == pytest.approx(other["value"] * (1.05 + seed / 100), rel=1e-3)
    assert stated["sources"][0]["artifact"].endswith("a.csv")
    assert other["sources"][0]["artifact"].endswith("a.json")

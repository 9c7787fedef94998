"""The data package says of every cleaning rule how many values it touched, also where none."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from baseline_collector.normalise.cleaning import RULES

from .conftest import Run

TOUCHED = {
    "c01.json": '{"tpot_ms": NaN, "ttft_ms": 4, "itl_ms": Infinity, "load_s": 1e400, '
                '"ttft_ms": 5, "eval_count": ' + "9" * 5000 + "}",
    "c02.csv": "ttft_s\n5 W\n",
    "c03.json": '{"latency_ms": -1, "eval_count": -1}',
    "c04.json": '{"latency_ms": 0}',
    "c05.json": '{"results": [{"ttft_ms": 5, "success": false}, {"ttft_ms": 5, "success": true}]}',
    "c06.json": '{"mean_ttft_ms": 7, "results": [{"success": false, "error": "boom"}]}',
    "c07.json": '{"results": [{"response": "one two three four five", "tokens": 5}]}',
    "c08.csv": "ttft_ms\n999\n5\n6\n7\n999\n",
    "c09.json": '{"latency_s": 1759186372}',
    "c11.json": '{"eval_count": 100, "eval_duration_s": 2.0, "tokens_per_second": 57.0}',
}
COUNTS = {"C01": 5, "C02": 1, "C03": 2, "C04": 1, "C05": 1, "C06": 1, "C07": 1, "C08": 2, "C09": 1,
          "C10": 0, "C11": 1}


def _cleaning(out: Path) -> dict[str, int]:
    package = json.loads((out / "dataset" / "datapackage.json").read_text("utf-8"))
    assert [one["rule"] for one in package["cleaning"]] == list(RULES)
    assert [one["description"] for one in package["cleaning"]] == list(RULES.values())
    return {one["rule"]: one["values"] for one in package["cleaning"]}


def _by_reason(out: Path) -> dict[str, int]:
    """The same counts from the rows; of words no reason is stored, their definition tells them."""
    rows = pq.read_table(out / "dataset" / "measurements.parquet",
                         columns=["reason", "definition"]).to_pylist()
    found = Counter(row["reason"][:3] for row in rows if row["reason"])
    found["C07"] = sum(row["definition"] == "words" for row in rows)
    return {rule: found[rule] for rule in RULES}


def test_every_rule_is_counted(baseline: Run, tmp_path: Path) -> None:
    for name, text in TOUCHED.items():
        (tmp_path / "heap" / name[:3]).mkdir(parents=True)
        (tmp_path / "heap" / name[:3] / name).write_text(text)
    done = baseline("collect", "heap", "--no-llm", "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert _cleaning(tmp_path / "out") == COUNTS == _by_reason(tmp_path / "out")


def test_of_the_101_files(collected: Path) -> None:
    assert _cleaning(collected) == _by_reason(collected)


@pytest.mark.parametrize("rule", RULES)
def test_the_page_of_rules_lists_it(rule: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"
    assert f"| {rule} | {RULES[rule]} |" in page.read_text("utf-8")

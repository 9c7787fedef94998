"""What must hold on the 101 files, read from the published output as a stranger would."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .conftest import REPO

EXAMPLE_REPORT = REPO.parent / "shared" / "audit" / "seed_report.md"


@pytest.fixture(scope="module")
def report(collected: Path) -> dict:
    return json.loads((collected / "report.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def rows(collected: Path) -> list[dict]:
    return pq.read_table(collected / "dataset" / "measurements.parquet").to_pylist()


def test_every_file_is_counted(report: dict) -> None:
    inventory = report["inventory"]
    assert inventory["files"] == 101
    assert {kind: group["count"] for kind, group in inventory["by_type"].items()} == {
        "csv": 28, "json": 44, "markdown": 29}
    assert sum(len(group) - 1 for group in inventory["duplicates"]) == 4


def test_the_data_summary_is_line_for_line_that_of_the_example(collected: Path) -> None:
    wanted = EXAMPLE_REPORT.read_text("utf-8").splitlines()[104:132]
    found = (collected / "report.md").read_text("utf-8").splitlines()
    start = found.index(wanted[0])
    assert found[start : start + len(wanted)] == wanted


def test_tokens_per_second_as_written_and_as_counted(rows: list[dict]) -> None:
    mine = [row for row in rows if re.search(r"(^|\.)tokens_per_second$", row["key"])]
    values = sorted(row["value"] for row in mine)
    assert len(values) == 11
    assert (round(values[0], 3), round(values[-1], 3)) == (1.008, 14.297)
    failed = [row for row in mine if row["status"] == "failed"]
    assert {row["artifact"] for row in failed} == {"csv_data/baseline_test_results_1759186372.json"}
    assert len(failed) == 5
    kept = [row["value"] for row in mine if row["status"] == "ok"]
    assert len(kept) == 6
    assert round(min(kept), 3) == 13.275
    assert round(math.fsum(kept) / 6, 3) == 13.896
    assert {row["definition"] for row in mine} == {"words"}


def test_fan_speed_is_a_constant_zero(rows: list[dict], report: dict) -> None:
    mine = [row for row in rows if row["path"].endswith("gpu[0].fan_speed")]
    assert [row["value"] for row in mine] == [0.0] * 6
    assert any(finding["rule"] == "constant-telemetry" for finding in report["findings"])


def test_no_mean_tokens_s_is_in_seconds(rows: list[dict]) -> None:
    units = {row["unit"] for row in rows if "mean_tokens_s" in row["key"]}
    assert units == {"tok/s"}


def test_the_key_fact_gives_range_failures_and_mean(report: dict) -> None:
    told = next(fact["statement"] for fact in report["facts"]
                if fact["scope"].get("key") == "results[].tokens_per_second"
                and "numbers" in fact["statement"])
    for number in ("11", "1.008", "14.30", "5 of them", "13.90"):
        assert number in told, told


@pytest.mark.parametrize(("rule", "texts"), [
    ("cold-start", ["gemma3:1b-it-qat", "2.319 s", "70.33 ms", "138.0 ms"]),
    ("cold-start", ["gemma3:270m", "7.837 s", "6.888 s"]),
    ("disguised-failure", ["5 calls", "baseline_test_results_1759186372.json",
                           "All connection attempts failed"]),
    ("compile-payback", ["conv_bench", "12.94 s", "4.103 ms", "3.812 ms", "5.502"]),
    ("failure-cause", ["3 calls", "triton"]),
    ("failure-cause", ["30 calls", "Failed to connect to Ollama"]),
    ("constant-telemetry", ["fan_speed", "0 %", "6 samples"]),
    ("duplicate", ["4 files"]),
    ("twin", ["gemma3_baseline.csv", "gemma3_baseline.json"]),
    ("sweep", ["indistinguishable", "gemma3:1b-it-qat", "187.2 tok/s"]),
    ("words-for-tokens", ["11 values"]),
])
def test_findings_with_their_numbers(report: dict, rule: str, texts: list[str]) -> None:
    titles = [finding["title"] for finding in report["findings"] if finding["rule"] == rule]
    assert any(all(text in title for text in texts) for title in titles), titles


def test_every_finding_rests_on_facts_that_are_there(report: dict) -> None:
    known = {fact["id"] for fact in report["facts"]}
    for finding in report["findings"]:
        assert finding["facts"] and set(finding["facts"]) <= known


def test_every_fact_with_sql_can_be_derived_again(collected: Path, report: dict) -> None:
    from baseline_collector.dataset import Dataset

    connection = Dataset(collected).connect()
    checked = 0
    for fact in report["facts"]:
        if not fact["sql"]:
            continue
        again = connection.sql(fact["sql"]).to_arrow_table().column(0)[0].as_py()
        value = fact["value"]
        if isinstance(value, str):
            assert again == value, fact
        else:
            assert math.isclose(float(again), value, rel_tol=1e-9, abs_tol=1e-12), fact
        checked += 1
    assert checked > 900


def test_every_source_is_an_artifact_with_that_pointer(rows: list[dict], report: dict) -> None:
    places = {(row["artifact"], row["pointer"]) for row in rows}
    files = {row["artifact"] for row in rows}
    for fact in report["facts"]:
        for source in fact["sources"]:
            if source["pointer"]:
                assert (source["artifact"], source["pointer"]) in places, fact["id"]
            else:
                assert source["artifact"] in files or fact["kind"] == "inventory"


def test_the_data_package_counts_rows(collected: Path) -> None:
    package = json.loads((collected / "dataset" / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        table = pq.read_table(collected / "dataset" / resource["path"])
        assert table.num_rows == resource["rows"]
        assert [field["name"] for field in resource["schema"]["fields"]] == table.column_names
        for name in table.column_names:
            assert table.schema.field(name).metadata[b"description"]
        assert table.schema.metadata[b"schema_version"] == package["schema_version"].encode()


def test_inventory_is_short_and_says_the_gaps(collected: Path) -> None:
    text = (collected / "inventory.md").read_text("utf-8")
    assert len(text.split()) < 250
    assert "csv" in text and "28" in text

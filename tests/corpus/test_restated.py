"""What tools state of samples that lie beside is no second observation: real files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pytest

from baseline_collector import pipeline
from baseline_collector.config import Settings
from baseline_collector.dataset import MEASUREMENTS, connected
from baseline_collector.ingest import ingest
from baseline_collector.journal import Journal
from baseline_collector.model import Analysis

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "formats"
EXAMPLES = Path(__file__).parents[2] / "examples" / "artifacts"
HEAPS = ("formats", "seed", "examples")


@pytest.fixture(scope="module", params=HEAPS)
def looked_at(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
              ) -> tuple[str, pa.Table, Analysis]:
    """A heap of real files by name, its measurements, and what was found."""
    if request.param == "seed":
        root = request.getfixturevalue("seed")
    else:
        root = CORPUS if request.param == "formats" else EXAMPLES
        if not root.is_dir():
            pytest.skip("the samples of other tools lie beside the repository, not in it")
    settings = Settings(roots=(str(root),), out="out", llm="none", redact=False)
    found = pipeline.find(settings)
    collected = ingest(found, settings, tmp_path_factory.mktemp("aside"), Journal(str))
    table = pa.concat_tables([MEASUREMENTS.empty_table(), *collected.tables()]).unify_dictionaries()
    return str(request.param), table, pipeline.examine(collected, table, found)


SUMMED_UP = {
    # Tool's file -> statistics in it of samples at hand, counted by hand in the files.
    "formats": {
        "pytest_benchmark_5.3.1.json": 2 * 8, "hyperfine_1.15.json": 2 * 5,
        "hyperfine_1.15.csv": 2 * 7, "hyperfine_1.15.md": 2 * 4,
        "profile_export_aiperf.json": 12 * 13 + 9 + 2, "summary_anyscale_7b.json": 56 + 4,
        "llama32-1b.lhl-tune.jsonl": 5 * 4, "results_2026-11-23T12-19-27.862837.json": 4,
        "Offline_mlperf_log_summary.txt": 3 + 6 + 2,  # mean and ends, quantiles, rates
    },
    "seed": {
        "gemma3_1b-it-qat_param_tuning_summary.csv": 3 * 36,
        "gemma3_270m_param_tuning_summary.csv": 3 * 34, "gemma3_param_tuning_summary.csv": 3 * 36,
        "prompt_suite_summary.json": 6,
    },
    "examples": {},
}


def test_statistics_of_samples_at_hand_are_not_counted(looked_at) -> None:
    name, table, _ = looked_at
    found: dict[str, int] = {}
    for artifact, text, counted in zip(*(table.column(column).to_pylist() for column in (
            "artifact", "restates", "counted")), strict=True):
        if text is not None:
            assert not counted
            found[Path(artifact).name] = found.get(Path(artifact).name, 0) + 1
    assert {file: found.get(file) for file in SUMMED_UP[name]} == SUMMED_UP[name]


def test_what_another_file_of_the_run_states_too_is_not_counted(looked_at) -> None:
    name, table, _ = looked_at
    copies = {"benchmarks_c8_v0.8.1.csv", "profile_export_aiperf.csv", "hyperfine_1.15.csv",
              "hyperfine_1.15.md", "profile_export_console.txt", "Offline_mlperf_log_summary.txt"}
    linked = {Path(row["artifact"]).name for row in table.select(
        ["artifact", "restates"]).to_pylist() if '"pointer"' in (row["restates"] or "")}
    assert linked == ({"formats": copies - {"hyperfine_1.15.md"}}.get(name, set()))
    stated = [(Path(row["artifact"]).name, row["key"]) for row in table.select(
        ["artifact", "key", "statistic", "counted"]).to_pylist()
        if row["counted"] and row["statistic"] != "sample"]
    assert not [one for one in stated if one[0] in copies]


def test_all_agree_but_those_that_are_wrong(looked_at) -> None:
    name, table, analysis = looked_at
    wrong = [(Path(row["artifact"]).name, row["statistic"]) for row in table.filter(
        table.column("restates").is_valid()).select(
            ["artifact", "statistic", "restates"]).to_pylist()
        if not json.loads(row["restates"])["agrees"]]
    assert wrong == {"seed": [("baseline_test_results_1759099000.json", "mean")]}.get(name, [])
    assert sum(one.rule == "summary-and-samples" for one in analysis.findings) == len(wrong)


def test_no_fact_is_over_unlike_values(looked_at) -> None:
    _, table, analysis = looked_at
    alike = ("statistic", "metric", "unit", "definition", "model", "quantization", "engine",
             "device")
    known: dict[str, tuple[int, ...]] = {}  # many facts are over the same values
    looked = 0
    with connected({"measurements": table}) as connection:
        for fact in analysis.facts:
            query = re.match(r"SELECT (?:(?!SELECT).)*? FROM (measurements WHERE .*)$", fact.sql,
                             re.DOTALL)
            if fact.metric is None or query is None or " FROM " in query[1]:
                continue
            if query[1] not in known:
                columns = ", ".join(f"count(DISTINCT coalesce(CAST({one} AS VARCHAR), ''))"
                                    for one in alike)
                (known[query[1]],) = connection.sql(f"SELECT {columns} FROM {query[1]}").fetchall()
            kinds = known[query[1]]
            assert set(kinds) == {1}, (fact.statement, dict(zip(alike, kinds, strict=True)))
            assert fact.scope, fact.statement
            looked += 1
    assert looked > 300

"""Real artifacts compared: what is undecided, what is refused, and why."""

import json
from pathlib import Path

import pytest

from baseline_collector.faces.cli import main

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "formats"
pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the shared corpus does not lie beside the checkout")


def _compared(capsys, *words):
    code = main(["compare", *map(str, words), "--format", "json"])
    shown = capsys.readouterr()
    (candidate,) = json.loads(shown.out)["candidates"]
    return code, candidate, shown.err


def test_no_repetitions_are_undecided_with_the_n_that_would_decide(tmp_path, capsys):
    path = CORPUS / "google-benchmark" / "test1_run1.json"
    document = json.loads(path.read_text())
    for run in document["benchmarks"]:
        if run["name"] == "BM_2xFaster":
            run["real_time"] *= 1.06
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(document))
    code, found, _ = _compared(capsys, path, changed)
    assert code == 0 and found["headline"] == "undecided"
    assert {one["verdict"] for one in found["comparisons"]} == {"undecided"}
    (one,) = [one for one in found["comparisons"]
              if one["test"] == "BM_2xFaster" and one["metric"] == "iteration_time"]
    assert one["ratio"] == pytest.approx(1.06) and 10 < one["needed_n"] < 60
    assert "CV of 5%" in one["reason"]


def test_two_llama_bench_files_of_different_models_are_refused(capsys):
    folder = CORPUS / "llama-bench"
    code, found, said = _compared(capsys, folder / "llama32-1b.lhl-tune.jsonl",
                                  folder / "results.jsonl")
    assert code == 2 and not found["comparisons"] and found["headline"] == "refused"
    assert all("model differs (llama 1B Q4_K - Medium / " in one["reason"]
               for one in found["refused"])
    assert "model differs" in said and "--across" in said


@pytest.mark.parametrize("name", [
    "hyperfine/hyperfine_1.15.json", "pyperf/pyperf.json", "google-benchmark/test1_run1.json",
    "pytest-benchmark/pytest_benchmark_5.3.1.json", "guidellm/benchmarks_c8_v0.8.1.csv",
    "llama-bench/llama32-1b.lhl-tune.jsonl", "aiperf/profile_export.jsonl",
    "llmperf/individual_anyscale_7b.json", "lm-eval/results_2026-11-23T12-19-27.862837.json",
    "inference-perf/batch_size_stage_0_lifecycle_metrics.json", "ollama/bench.csv",
])
def test_a_file_of_each_reader_compared_with_itself_differs_in_nothing(name, capsys):
    code, found, _ = _compared(capsys, CORPUS / name, CORPUS / name)
    assert code == 0 and found["comparisons"] and not found["refused"]
    assert {one["verdict"] for one in found["comparisons"]} <= {"same", "undecided"}
    assert all(one["ratio"] in (1.0, None) for one in found["comparisons"])

"""What the report says about the 101 files, with the right numbers, each by a general rule."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from baseline_collector import pipeline
from baseline_collector.config import Settings
from baseline_collector.dataset import MEASUREMENTS
from baseline_collector.ingest import ingest
from baseline_collector.journal import Journal
from baseline_collector.model import Analysis
from baseline_collector.render.slots import Slots


@dataclass(frozen=True)
class Told:
    """The findings as people read them."""

    analysis: Analysis
    texts: list[tuple[str, str]]

    def one(self, rule: str, *holding: str) -> str:
        found = [
            text
            for name, text in self.texts
            if name == rule and all(part in text for part in holding)
        ]
        assert len(found) == 1, (rule, holding, found)
        return found[0]


@pytest.fixture(scope="module")
def told(seed: Path) -> Told:
    here = Path.cwd()
    os.chdir(seed)
    try:
        settings = Settings(roots=("reports", "csv_data"), out="out", llm="none", redact=False)
        found = pipeline.find(settings)
        collected = ingest(found, settings, seed, Journal(str))
        table = pa.concat_tables([MEASUREMENTS.empty_table(), *collected.tables()])
        analysis = pipeline.examine(collected, table.unify_dictionaries(), found)
    finally:
        os.chdir(here)
    slots = Slots(analysis)
    return Told(analysis, [(one.rule, slots.plain(one.title)) for one in analysis.findings])


def test_a_percentile_that_is_the_largest_run_mean(told: Told) -> None:
    text = told.one("quantile-of-runs", "comprehensive_baseline_1759186313.json")
    assert (
        "p99 at 15.58 ms is the largest of 3 run means, where the runs' own are 15.75 ms, "
        "15.66 ms and 15.90 ms" in text
    )


@pytest.mark.parametrize(
    ("file", "parts"),
    [
        ("gemma3_1b-it-qat_baseline.json", ("2.319 s", "took 70.33 ms to 138.0 ms")),
        ("gemma3_270m_baseline.json", ("7.837 s", "prompt eval duration 6.888 s")),
    ],
)
def test_first_calls(told: Told, file: str, parts: tuple[str, ...]) -> None:
    text = told.one("cold-start", file)
    assert all(part in text for part in parts), text


def test_a_mean_that_is_the_smallest_of_its_samples(told: Told) -> None:
    text = told.one("summary-and-samples")
    assert "1 of 5 statistics in csv_data/baseline_test_results_1759099000.json" in text
    assert "states a mean of request latency of 2.527 s" in text
    assert text.endswith("gives 3.204 s.")  # (3.0890 + 3.2345 + 2.7977 + 2.5272 + 4.3693) / 5


def test_load_time_and_temperature_are_confounded(told: Told) -> None:
    text = told.one("confounded", "gemma3_1b-it-qat_param_tuning.csv")
    assert "12 settings of gemma3:1b-it-qat" in text
    assert "carry 6.243 s to 6.305 s of load time and all have temperature=0.2" in text
    assert "of 12 with it" in text


def test_first_tokens_are_not_those_of_a_client(told: Told) -> None:
    assert "load plus prompt evaluation" in told.one("first-token-definition")


def test_compiling_that_never_pays_back(told: Told) -> None:
    text = told.one("compile-payback", "conv_bench_20251002-170837.json")
    assert "eager at 3.812 ms" in text
    assert "torch_compile compiled for 12.94 s and runs at 4.103 ms, which shows no" in text
    assert "onnx compiled for 131.3 ms and runs at 692.9 us, 5.502 times the speed" in text


def test_five_successes_that_are_errors_and_words_for_tokens(told: Told) -> None:
    text = told.one("disguised-failure", "baseline_test_results_1759186372.json")
    assert text.startswith("5 calls") and "All connection attempts failed" in text
    assert told.one("words-for-tokens").startswith("11 values named tokens")


def test_triton_is_missing_and_models_completed_nothing(told: Told) -> None:
    assert told.one("failure-cause", "working triton installation").startswith("3 calls failed")
    text = told.one("nothing-completed")
    assert text.startswith("In 15 summaries") and "gemma3:latest" in text


def test_telemetry_duplicates_and_means_of_one(told: Told) -> None:
    assert "fan_speed stands at 0 % in all 6 samples" in told.one("constant-telemetry")
    assert told.one("duplicate").startswith("4 files are byte-identical copies")
    text = told.one("mean-of-one")
    assert "gemma3_1b-it-qat_param_tuning_summary.csv" in text


def test_times_of_day_lie_four_hours_off(told: Told) -> None:
    assert "-4 h from epoch times" in told.one("clock", "epoch times")


def test_quantization_costs_accuracy(told: Told) -> None:
    text = told.one("quantization-trade", "quantization_report.json")
    assert "the accuracy of qat is lower than that of baseline by 0.3750" in text

"""The 101 files, against a plain walk that shares no code with the package."""

from __future__ import annotations

import csv
import fnmatch
import hashlib
import json
import math
import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from baseline_collector.discover import Found, discover
from baseline_collector.normalise import Normalised, normalise
from baseline_collector.read import Reading, read
from baseline_collector.readers.base import Limits

FAILED_FILE = "csv_data/baseline_test_results_1759186372.json"


@dataclass(frozen=True)
class Heap:
    """The corpus taken in."""

    folder: Path
    found: Found
    reading: Reading
    normalised: Normalised
    rows: list[dict[str, Any]]

    def of(self, *keys: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["key"] in keys]


@pytest.fixture(scope="session")
def heap(seed: Path) -> Heap:
    here = Path.cwd()
    os.chdir(seed)
    try:
        found = discover(["reports", "csv_data"])
        reading = read(found.artifacts, Limits())
    finally:
        os.chdir(here)
    assert reading.batch is not None
    done = normalise(reading.batch, reading.artifacts, reading.places, reading.quoted)
    return Heap(seed, found, reading, done, done.measurements.to_pylist())


def number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def plain_walk(path: Path) -> list[float]:
    """Numeric leaves of a JSON or CSV file, in no particular order."""
    text = path.read_bytes()
    if path.suffix == ".json":
        found: list[float] = []
        stack = [json.loads(text)]
        while stack:
            value = stack.pop()
            if isinstance(value, dict | list):
                stack.extend(value.values() if isinstance(value, dict) else value)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                found.append(float(value))
        return found
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.DictReader(file) for cell in row.values()]
    return [value for cell in cells if (value := number(cell)) is not None]


def test_every_file_is_counted_once(heap: Heap) -> None:
    artifacts = heap.reading.artifacts
    assert len(artifacts) == 101
    assert Counter(one.kind for one in artifacts) == {"csv": 28, "json": 44, "markdown": 29}
    assert heap.found.skipped == []
    assert [one.artifact for one in artifacts if one.status == "unread"] == [
        "reports/profiling/ncu_summary.csv"
    ], "an error message in place of a table"
    on_disk = {
        path.relative_to(heap.folder).as_posix()
        for path in heap.folder.rglob("*")
        if path.is_file()
    }
    assert {one.artifact for one in artifacts} == on_disk


def test_duplicates_are_those_with_the_same_hash(heap: Heap) -> None:
    first: dict[str, str] = {}
    wanted = {}
    for one in heap.reading.artifacts:
        digest = hashlib.sha256((heap.folder / one.artifact).read_bytes()).hexdigest()
        assert one.sha256 == digest
        if digest in first:
            wanted[one.artifact] = first[digest]
        first.setdefault(digest, one.artifact)
    found = {one.artifact: one.duplicate_of for one in heap.reading.artifacts if one.duplicate_of}
    assert found == wanted
    assert Counter(Path(name).suffix for name in found) == {".csv": 3, ".md": 1}


def test_every_number_is_in_the_dataset_or_rejected(heap: Heap) -> None:
    in_files = in_duplicates = in_dataset = 0
    for at, one in enumerate(heap.reading.artifacts):
        if one.kind not in ("csv", "json"):
            continue
        walked = plain_walk(heap.folder / one.artifact)
        in_files += len(walked)
        if one.status == "duplicate":
            in_duplicates += len(walked)
            assert heap.normalised.numbers[at] == 0
            continue
        mine = [row for row in heap.rows if row["artifact"] == one.artifact]
        in_dataset += len(mine)
        assert len(mine) == heap.normalised.numbers[at]
        rejected = [row for row in mine if row["status"] == "quarantined"]
        assert len(rejected) == heap.normalised.rejected[at]
        assert all(row["reason"] for row in rejected)
        raws = Counter(number(row["raw"].rstrip("%")) for row in mine)
        missing = Counter(walked) - raws
        assert not missing, (one.artifact, missing)
    assert (in_files, in_duplicates) == (5_670, 870)
    assert in_dataset >= in_files - in_duplicates


def test_rates_are_their_tokens_over_their_time(heap: Heap) -> None:
    """Recomputed here from the rows of each record; see ``normalise/arithmetic.py``."""
    beside: dict[tuple[str, str], dict[str, float]] = {}
    for row in heap.rows:
        if row["metric"] in ("output_throughput", "output_tokens", "eval_duration") and (
            row["statistic"] == "sample" and row["status"] == "ok"
        ):
            record = row["pointer"].rpartition("/")[0] or row["pointer"].partition(",")[0]
            beside.setdefault((row["artifact"], record), {})[row["metric"]] = row["value"]
    whole = [one for one in beside.values() if len(one) == 3]
    assert len(whole) == 212
    for one in whole:
        rate = one["output_tokens"] / one["eval_duration"]
        assert math.isclose(one["output_throughput"], rate, rel_tol=0.01)
    assert heap.normalised.cleaning["C11"] == 0


def test_pointers_lead_to_the_raw_number(heap: Heap) -> None:
    documents: dict[str, Any] = {}
    checked = 0
    for row in heap.rows:
        name, pointer = row["artifact"], row["pointer"]
        if not name.endswith(".json"):
            continue
        if name not in documents:
            documents[name] = json.loads(
                (heap.folder / name).read_bytes(), parse_float=str, parse_int=str
            )
        value = documents[name]
        for token in pointer.split("/")[1:]:
            key = token.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value[key]
        assert value == row["raw"]
        checked += 1
    assert checked > 900


def test_a_pointer_names_one_value(heap: Heap) -> None:
    places = Counter((row["artifact"], row["pointer"]) for row in heap.rows)
    assert max(places.values()) == 1, [place for place, count in places.items() if count > 1][:5]


def test_tokens_per_second_of_failed_and_of_real_calls(heap: Heap) -> None:
    mine = heap.of("results[].tokens_per_second")
    values = sorted(row["value"] for row in mine)
    assert len(values) == 11
    assert (round(values[0], 3), round(values[-1], 3)) == (1.008, 14.297)
    failed = [row for row in mine if row["status"] == "failed"]
    assert [row["artifact"] for row in failed] == [FAILED_FILE] * 5
    kept = [row["value"] for row in mine if row["status"] == "ok"]
    assert len(kept) == 6
    assert (round(min(kept), 3), round(max(kept), 3)) == (13.275, 14.297)
    assert round(math.fsum(kept) / 6, 3) == 13.896
    assert {(row["definition"], row["unit"]) for row in mine} == {("words", "word/s")}
    assert not any(
        row["counted"]
        for row in heap.rows
        if row["artifact"] == FAILED_FILE and row["unit"] in ("s", "word", "word/s")
    )


def test_fan_speed_is_zero_everywhere(heap: Heap) -> None:
    mine = [row for row in heap.rows if row["path"].endswith("gpu[0].fan_speed")]
    assert [(row["value"], row["raw"], row["unit"]) for row in mine] == [(0.0, "0.0", "%")] * 6


def test_rates_are_no_durations(heap: Heap) -> None:
    for row in heap.rows:
        if (
            "tokens_s" in row["key"]
            or "tok/s" in row["key"].lower()
            or "tokens/s" in row["key"].lower()
        ):
            assert row["unit"] != "s", row["key"]
    assert {row["unit"] for row in heap.of("mean_tokens_s", "models[].mean_tokens_s")} == {"tok/s"}


def test_quantiles_below_timing_are_milliseconds(heap: Heap) -> None:
    mine = [
        row
        for row in heap.of("timing_stats.latency_percentiles.p99")
        if row["raw"].startswith("15.584")
    ]
    assert [(row["unit"], row["metric"], row["statistic"]) for row in mine] == [
        ("s", "iteration_time", "p99")
    ]
    assert math.isclose(mine[0]["value"], float(mine[0]["raw"]) / 1000, rel_tol=1e-15)


KEYS = """
*.csv  ttft_s                  time_to_first_token   sample  s      1
*.csv  load_s                  load_duration         sample  s      1
*.csv  prompt_eval_s           prompt_eval_duration  sample  s      1
*.csv  prompt_eval             prompt_eval_duration  mean    s      1
*.csv  eval_s                  eval_duration         sample  s      1
*.csv  eval_s_mean             eval_duration         mean    s      1
*.csv  tokens_s                output_throughput     sample  tok/s  1
*.csv  eval_count              output_tokens         sample  tok    1
*.csv  prompt_eval_count       prompt_tokens         sample  tok    1
*.csv  response_chars          output_characters     sample  char   1
*.csv  total_tokens            total_tokens          sample  tok    1
*.csv  mean_tokens_s           output_throughput     mean    tok/s  1
*.csv  mean_ttft_s             time_to_first_token   mean    s      1
*.csv  mean_load_s             load_duration         mean    s      1
*.csv  Generation Time (ms)    request_latency       sample  s      0.001
*.csv  Tokens per Second       output_throughput     sample  tok/s  1
*.csv  Tokens                  output_tokens         sample  tok    1
*.csv  gpu__time_duration.sum  kernel_duration       *       s      1e-6
*.json results[].ttft_s        time_to_first_token   sample  s      1
*.json results[].load_s        load_duration         sample  s      1
*.json results[].prompt_eval_s prompt_eval_duration  sample  s      1
*.json results[].eval_s        eval_duration         sample  s      1
*.json results[].tokens_s      output_throughput     sample  tok/s  1
*.json results[].eval_count    output_tokens         sample  tok    1
*.json results[].response_chars output_characters    sample  char   1
*.json results[].generation_time_ms request_latency  sample  s      0.001
*.json results[].tokens        output_tokens         sample  word   1
*.json total_tokens            total_tokens          sample  word   1
*.json overall_tokens_per_second output_throughput   overall word/s 1
*.json total_generation_time_ms request_latency      total   s      0.001
*.json summary.avg_generation_time_ms request_latency mean   s      0.001
*.json summary.min_generation_time_ms request_latency min    s      0.001
*.json summary.max_generation_time_ms request_latency max    s      0.001
*.json summary.avg_tokens_per_second output_throughput mean  word/s 1
*.json total_tests             request_count         sample  1      1
*.json successful_tests        success_count         sample  1      1
*.json models[].mean_tokens_s  output_throughput     mean    tok/s  1
*.json models[].mean_ttft_s    time_to_first_token   mean    s      1
*.json models[].prompt_count   request_count         sample  1      1
*.json models[].completed      success_count         sample  1      1
*.json timing_stats.latency_percentiles.p50 iteration_time p50 s    0.001
*.json timing_stats.latency_percentiles.p95 iteration_time p95 s    0.001
*.json timing_stats.latency_percentiles.p99 iteration_time p99 s    0.001
*.json timing_stats.overall_mean_ms iteration_time   mean    s      0.001
*.json timing_stats.overall_stdev_ms iteration_time  std     s      0.001
*.json timing_stats.run_results[].mean_ms iteration_time mean s     0.001
*.json timing_stats.run_results[].p95_ms iteration_time p95  s      0.001
*.json timing_stats.run_results[].stdev_ms iteration_time std s     0.001
*.json timing_stats.cv_percent iteration_time        cv      %      1
*.json timing_stats.outliers_detected outlier_count  sample  1      1
*.json timing.mean_ms          iteration_time        mean    s      0.001
*.json timing.p99_ms           iteration_time        p99     s      0.001
*.json backends.eager.benchmark.mean_time_ms iteration_time mean s  0.001
*.json backends.jit.benchmark.std_time_ms iteration_time std s      0.001
*.json backends.onnx.benchmark.max_time_ms iteration_time max s     0.001
*.json backends.tensorrt.benchmark.min_time_ms iteration_time min s 0.001
*.json backends.jit.compilation.compile_time_s compile_time sample s 1
*.json backends.torch_compile.compilation.compile_time_s compile_time sample s 1
*.json attention.torch.mean_time_ms iteration_time   mean    s      0.001
*.json fusion.fused_linear_gelu.max_time_ms iteration_time max s    0.001
*.json metrics[].gpu[].fan_speed fan_speed           sample  %      1
*.json metrics[].gpu[].power_draw power              sample  W      1
*.json metrics[].gpu[].power_limit power_limit       sample  W      1
*.json metrics[].gpu[].temperature temperature       sample  °C     1
*.json metrics[].gpu[].utilization_gpu gpu_utilization sample %     1
*.json metrics[].gpu[].utilization_memory gpu_memory_utilization sample % 1
*.json metrics[].gpu[].memory_used_mb memory_used    sample  byte   1048576
*.json metrics[].gpu[].memory_total_mb memory_total  sample  byte   1048576
*.json metrics[].gpu[].memory_free_mb memory_free    sample  byte   1048576
*.json metrics[].gpu[].clock_graphics clock_graphics sample  Hz     1000000
*.json metrics[].gpu[].clock_memory clock_memory     sample  Hz     1000000
*.json metrics[].system.cpu_percent cpu_utilization  sample  %      1
*.json metrics[].system.memory_percent memory_utilization sample %  1
*.json metrics[].system.memory_used_gb memory_used   sample  byte   1073741824
*.json metrics[].system.disk_usage_percent disk_utilization sample % 1
*.json metrics[].system.network_sent_mb network_sent sample  byte   1048576
*.json metrics[].system.network_recv_mb network_received sample byte 1048576
*.json metrics[].ollama.ollama_processes[].memory_mb memory_used sample byte 1048576
*.json metrics[].ollama.process_count process_count  sample  1      1
*.json actions_taken[].metrics_before.latency_ms request_latency sample s 0.001
*.json actions_taken[].metrics_after.latency_ms request_latency sample s 0.001
*.json baseline.accuracy       accuracy              sample  1      1
*.json baseline.loss           loss                  sample  1      1
*.json int8.model_size_bytes   model_size            sample  byte   1
"""


@pytest.mark.parametrize("line", KEYS.strip().splitlines(), ids=lambda line: line.split("  ")[0])
def test_keys_mean_what_a_reader_takes_them_for(heap: Heap, line: str) -> None:
    suffix, *name, metric, statistic, unit, factor = line.split()
    key = " ".join(name)
    mine = [row for row in heap.of(key) if row["artifact"].endswith(suffix[1:])]
    assert mine, "the key is in the corpus"
    for row in mine:
        assert (row["metric"], row["unit"]) == (metric, unit)
        assert statistic in ("*", row["statistic"])
        raw = number(row["raw"])
        assert raw is not None
        assert math.isclose(row["value"], raw * float(factor), rel_tol=1e-12)


@pytest.mark.parametrize(
    "key",
    [
        "temperature",
        "num_ctx",
        "num_gpu",
        "models[].options.top_p",
        "settings.warmup_runs",
        "model.batch_size",
        "prompt_index",
        "metrics[].timestamp",
        "test_timestamp",
    ],
)
def test_settings_and_names_are_no_measurements(heap: Heap, key: str) -> None:
    mine = heap.of(key)
    assert mine
    assert {row["metric"] for row in mine} == {None}
    assert not any(row["counted"] for row in mine)


def test_models_in_names_of_files(heap: Heap) -> None:
    models = {row["artifact"]: row["model"] for row in heap.rows}
    for artifact, model in models.items():
        if "gemma3_1b-it-qat_" in artifact and model is not None and artifact.endswith(".csv"):
            assert model == "gemma3:1b-it-qat", artifact


def test_notes_quote_and_are_not_counted(heap: Heap) -> None:
    assert not any(row["counted"] for row in heap.rows if row["artifact"].endswith(".md"))


FACTORS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "MiB": 2.0**20, "GiB": 2.0**30, "MHz": 1e6}
"""Factor of a unit of the table to the one the dataset keeps; 1 for all others."""


@dataclass(frozen=True)
class Line:
    """One line of the table written by hand."""

    files: tuple[str, ...]
    key: re.Pattern[str]
    unit: str
    metric: str | None
    statistic: str

    def fits(self, artifact: str, key: str) -> bool:
        return bool(self.key.fullmatch(key)) and any(
            fnmatch.fnmatchcase(artifact, pattern) for pattern in self.files)


def table_by_hand() -> list[Line]:
    lines = []
    for text in Path(__file__).with_name("seed101_units.tsv").read_text("utf-8").splitlines():
        if text.startswith("#"):
            continue
        files, key, unit, meant = text.split("\t")
        metric, _, statistic = meant.partition(" ")
        pattern = ".*" if key == "*" else re.escape(key).replace(r"\*", r"[^.]+")
        lines.append(Line(tuple(files.split(",")), re.compile(pattern), unit,
                          None if metric in "-?" else metric, statistic or "sample"))
    return lines


def test_every_numeric_key_is_what_the_table_by_hand_says(heap: Heap) -> None:
    lines, wrong, seen = table_by_hand(), set(), set()
    for row in heap.rows:
        name, key = row["artifact"], row["key"]
        if name.endswith(".md"):
            continue
        line = next((line for line in lines if line.fits(name, key)), None)
        if line is None:
            wrong.add((name, key, "not in the table"))
            continue
        seen.add(line)
        if row["metric"] != line.metric:
            wrong.add((name, key, row["metric"]))
        elif line.metric and row["status"] != "quarantined":
            value = float(row["raw"].replace(",", "")) * FACTORS.get(line.unit, 1.0)
            if row["value"] != pytest.approx(value, rel=1e-12):
                wrong.add((name, key, row["value"], value))
            if row["statistic"] != line.statistic:
                wrong.add((name, key, row["statistic"]))
            if line.unit.startswith("words") != str(row["unit"]).startswith("word"):
                wrong.add((name, key, row["unit"]))
    assert wrong == set()
    assert [line for line in lines if line not in seen] == [], "lines no file has"

"""One measurement under two keys of a record counts once."""

from __future__ import annotations

import json
from pathlib import Path

from baseline_collector.discover import discover
from baseline_collector.normalise import normalise
from baseline_collector.read import read
from baseline_collector.readers.base import Limits


def counted(folder: Path, document: object, name: str = "a.json") -> list[tuple[str, bool]]:
    (folder / name).write_text(json.dumps(document) + "\n")
    reading = read(discover([str(folder)]).artifacts, Limits())
    table = normalise(reading.batch, reading.artifacts, reading.places, reading.quoted).measurements
    return [(row["path"], row["counted"]) for row in table.to_pylist() if row["metric"]]


def test_the_same_value_again_in_the_record_counts_once(tmp_path: Path) -> None:
    document = {"compile_time_s": 12.94, "metadata": {"compile_time_s": 12.94}}
    assert counted(tmp_path, document) == [
        ("compile_time_s", True), ("metadata.compile_time_s", False)]


def test_another_value_counts(tmp_path: Path) -> None:
    document = {"compile_time_s": 12.94, "metadata": {"compile_time_s": 12.95}}
    assert all(used for _, used in counted(tmp_path, document))


def test_equal_values_of_different_records_count(tmp_path: Path) -> None:
    document = {"results": [{"ttft_s": 0.5}, {"ttft_s": 0.5}]}
    assert all(used for _, used in counted(tmp_path, document))


def test_equal_quantiles_count(tmp_path: Path) -> None:
    document = {"p95_latency_ms": 15.75, "p99_latency_ms": 15.75}
    assert all(used for _, used in counted(tmp_path, document))


def test_another_model_is_another_value(tmp_path: Path) -> None:
    document = {"a": {"model": "x", "ttft_s": 0.5}, "b": {"model": "y", "ttft_s": 0.5}}
    assert all(used for _, used in counted(tmp_path, document))


def test_two_definitions_of_a_metric_are_two_values(tmp_path: Path) -> None:
    """lm-eval samples: acc and acc_norm agree in most questions and are means of all."""
    document = {"doc_id": 0, "doc": {}, "target": "1", "resps": [], "filtered_resps": [],
                "metrics": ["acc", "acc_norm"], "acc": 0.0, "acc_norm": 0.0}
    assert counted(tmp_path, document, "a.jsonl") == [("[0].acc", True), ("[0].acc_norm", True)]

"""What pytest-benchmark, hyperfine and pyperf write now is read as they print it."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from baseline_collector.discover import discover
from baseline_collector.normalise import normalise
from baseline_collector.read import read
from baseline_collector.readers.base import Limits

pytestmark = pytest.mark.slow


def _rows(folder: Path) -> list[dict[str, Any]]:
    reading = read(discover([str(folder)]).artifacts, Limits())
    assert reading.batch is not None
    return normalise(reading.batch, reading.artifacts, reading.places).measurements.to_pylist()


def _said(rows: list[dict[str, Any]], pointer: str) -> tuple[object, ...]:
    (row,) = [row for row in rows if row["pointer"] == pointer]
    return tuple(row[name] for name in ("format", "metric", "definition", "statistic", "unit",
                                        "value", "status"))


@pytest.mark.skipif(importlib.util.find_spec("pytest_benchmark") is None,
                    reason="pytest-benchmark is not installed")
def test_pytest_benchmark(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_sum(benchmark):\n    benchmark.pedantic(lambda: sum(range(999)), rounds=7)\n")
    (tmp_path / "out").mkdir()
    alone = {key: text for key, text in os.environ.items() if not key.startswith("PYTEST_")}
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                    "--benchmark-json", "out/bench.json", "test_it.py"],
                   cwd=tmp_path, check=True, capture_output=True, env=alone)
    stats = json.loads((tmp_path / "out" / "bench.json").read_text())["benchmarks"][0]["stats"]
    assert stats["rounds"] == len(stats["data"]) == 7
    rows = _rows(tmp_path / "out")
    for name, statistic in (("min", "min"), ("max", "max"), ("mean", "mean"), ("median", "p50"),
                            ("stddev", "std"), ("total", "total")):
        assert _said(rows, f"/benchmarks/0/stats/{name}") == (
            "pytest-benchmark", "iteration_time", "wall", statistic, "s", stats[name], "ok")
    for at, value in enumerate(stats["data"]):
        assert _said(rows, f"/benchmarks/0/stats/data/{at}")[3:6] == ("sample", "s", value)
    assert _said(rows, "/benchmarks/0/stats/ops")[1:6] == (
        "operation_rate", None, "mean", "op/s", stats["ops"])


@pytest.mark.skipif(shutil.which("hyperfine") is None, reason="hyperfine is not installed")
def test_hyperfine_writes_one_run_three_times(tmp_path: Path) -> None:
    subprocess.run(["hyperfine", "-N", "--runs", "5", "--export-json", "a.json", "--export-csv",
                    "b.csv", "--export-markdown", "c.md", "sleep 0.01"],
                   cwd=tmp_path, check=True, capture_output=True)
    (result,) = json.loads((tmp_path / "a.json").read_text())["results"]
    (line,) = csv.DictReader((tmp_path / "b.csv").open())
    rows = _rows(tmp_path)
    for name, statistic in (("mean", "mean"), ("stddev", "std"), ("median", "p50"), ("min", "min"),
                            ("max", "max")):
        said = ("hyperfine", "iteration_time", "wall", statistic, "s")
        assert _said(rows, f"/results/0/{name}") == (*said, result[name], "ok")
        assert _said(rows, f"row 1, column {name}") == (*said, float(line[name]), "ok")
    assert _said(rows, "line 3, Mean")[:5] == ("hyperfine", "iteration_time", "wall", "mean", "s")
    assert _said(rows, "line 3, Mean")[5] == pytest.approx(result["mean"], abs=0.000051)
    samples = [row["value"] for row in rows if row["key"] == "results[].times[]"]
    assert samples == result["times"]


@pytest.mark.skipif(importlib.util.find_spec("pyperf") is None, reason="pyperf is not installed")
def test_pyperf(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    subprocess.run([sys.executable, "-m", "pyperf", "timeit", "-p", "2", "-n", "3", "-w", "1",
                    "-l", "64", "-o", "out/perf.json", "sum(range(99))"],
                   cwd=tmp_path, check=True, capture_output=True)
    printed = subprocess.run([sys.executable, "-m", "pyperf", "dump", "out/perf.json"],
                             cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    document = json.loads((tmp_path / "out" / "perf.json").read_text())
    values = [value for run in document["benchmarks"][0]["runs"] for value in run.get("values", ())]
    assert len(values) == 6
    rows = [row for row in _rows(tmp_path / "out") if row["metric"] == "iteration_time"
            and row["counted"]]
    assert [(row["unit"], row["statistic"], row["definition"]) for row in rows] == [
        ("s", "sample", "wall")] * 6
    assert [row["value"] for row in rows] == values
    shown = re.findall(r"- value \d: ([\d.]+) (ns|us|ms)", printed)
    factor = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3}
    assert [float(text) * factor[unit] for text, unit in shown] == pytest.approx(values, rel=0.005)

"""A run killed at any moment leaves the old output or the new one, and the next run is right."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from baseline_collector.dataset import Dataset

from .conftest import command


@pytest.mark.slow
def test_killed_at_random_moments(heap: Path, baseline, tmp_path: Path) -> None:
    work = tmp_path / "heap"
    shutil.copytree(heap, work)
    out = tmp_path / "out"
    begun = time.perf_counter()
    done = baseline("collect", "--no-llm", "--out", str(out), cwd=work)
    whole = time.perf_counter() - begun
    assert done.returncode == 0, done.stderr
    old = Dataset(out).table("artifacts").num_rows
    extra = work / "reports" / "extra.json"
    extra.write_text('{"ttft_s": 0.25}', "utf-8")
    dice = random.Random(20)
    for _ in range(20):
        process = subprocess.Popen(command("collect", "--no-llm", "--out", str(out)), cwd=work,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.0, whole * 1.1))
        process.kill()
        process.wait()
        assert Dataset(out).table("artifacts").num_rows in (old, old + 1)
        assert pq.read_table(Dataset(out).folder / "measurements.parquet").num_rows > 0
    done = baseline("collect", "--no-llm", "--out", str(out), cwd=work)
    assert done.returncode == 0, done.stderr
    fresh = tmp_path / "fresh"
    assert baseline("collect", "--no-llm", "--out", str(fresh), cwd=work).returncode == 0
    for name in ("artifacts", "measurements", "facts", "findings"):
        assert Dataset(out).table(name).equals(Dataset(fresh).table(name)), name
    assert sorted(path.name for path in out.iterdir()) == sorted(
        path.name for path in fresh.iterdir())

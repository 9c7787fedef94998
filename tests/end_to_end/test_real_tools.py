"""Files that the tools themselves wrote a moment ago: a slowdown of twelve percent is decided.

The load of the machine adds to what a sleep takes; a longer sleep and a larger step than in
the unit tests keep the answer the same on a busy one.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SLEEPS = {"base": "0.1", "again": "0.1", "other": "0.112"}


def _hyperfine(out: Path, seconds: str) -> list[str]:
    return ["hyperfine", "-N", "--runs", "30", "--warmup", "1", "--style", "none",
            "--command-name", "work", "--export-json", str(out), f"sleep {seconds}"]


def _pyperf(out: Path, seconds: str) -> list[str]:
    return [sys.executable, "-m", "pyperf", "command", "-q", "-p", "20", "-n", "1", "-w", "0",
            "-l", "1", "--name", "work", "-o", str(out), "sleep", seconds]


@pytest.mark.parametrize("tool", [
    pytest.param(_hyperfine, marks=pytest.mark.skipif(
        shutil.which("hyperfine") is None, reason="hyperfine is not installed")),
    pytest.param(_pyperf, marks=pytest.mark.skipif(
        importlib.util.find_spec("pyperf") is None, reason="pyperf is not installed")),
])
def test_a_slowdown_is_decided_and_the_same_again_is_no_regression(tool, baseline, tmp_path):
    for name, seconds in SLEEPS.items():
        subprocess.run(tool(tmp_path / f"{name}.json", seconds), check=True, capture_output=True)

    def compared(name: str) -> tuple[int, dict]:
        done = baseline("compare", str(tmp_path / "base.json"), str(tmp_path / f"{name}.json"),
                        "--format", "json", "--fail-on", "regression", cwd=tmp_path)
        (candidate,) = json.loads(done.stdout)["candidates"]
        (one,) = [one for one in candidate["comparisons"] if one["metric"] == "iteration_time"]
        return done.returncode, one

    code, slower = compared("other")
    assert code == 1 and slower["verdict"] == "slower", slower
    assert slower["interval"]["low"] - 0.05 <= 1.12 <= slower["interval"]["high"] + 0.05
    _, same = compared("again")
    assert abs(same["ratio"] - 1) < abs(slower["ratio"] - 1)

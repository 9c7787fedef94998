"""Ctrl-C while the embedded model starts or runs: the command ends, and so does its child."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from baseline_collector.llm import weights
from baseline_collector.llm.embedded import installed

REPO = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not installed(), reason="xllamacpp is not installed (extra 'embedded')"),
    pytest.mark.skipif(os.name == "nt", reason="POSIX signals"),
]


@pytest.mark.parametrize("after_s", [0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0])
def test_interrupt(tmp_path: Path, after_s: float) -> None:
    weights.fetch(weights.DEFAULT)
    code = ("import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
            "from baseline_collector.faces.cli import script; script()")
    process = subprocess.Popen(
        [sys.executable, "-c", code, "collect", "--llm", "embedded", "--out", str(tmp_path / "o")],
        cwd=REPO / "examples" / "artifacts", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True)
    time.sleep(after_s)
    children = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=15)
    assert process.returncode in (130, -signal.SIGINT, 1), said
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive
    assert not (tmp_path / "o" / "report.md").exists()
    assert not list(tmp_path.glob("o/.baseline-*"))

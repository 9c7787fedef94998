"""Files that hyperfine and pyperf write are compared as they are written."""

import json
import shutil
import statistics
import subprocess
import sys

import pytest

from baseline_collector.faces.cli import main

pytestmark = pytest.mark.slow
SLEEP = "import time; time.sleep({})"


def _compared(capsys, *words):
    code = main(["compare", *words, "--format", "json"])
    (candidate,) = json.loads(capsys.readouterr().out)["candidates"]
    return code, [one for one in candidate["comparisons"] if one["metric"] == "iteration_time"]


@pytest.mark.skipif(shutil.which("hyperfine") is None, reason="hyperfine is not installed")
def test_hyperfine(tmp_path, monkeypatch, capsys):
    """Thirty runs of a real command; its times, six percent up, are the slower candidate.

    How much a busy machine spreads the times is not the test's to say, so the slower file is
    made from the times that hyperfine measured, trimmed of what the machine threw in.
    """
    monkeypatch.chdir(tmp_path)
    for name in ("base", "again"):
        subprocess.run(["hyperfine", "-N", "--runs", "30", "--warmup", "3", "--export-json",
                        f"{name}.json", "sleep 0.02"], check=True, capture_output=True)
    _, rows = _compared(capsys, "base.json", "again.json")
    assert len(rows) == 1 and rows[0]["n"] == [30, 30]
    assert rows[0]["conditions"]["definition"] == "wall"
    document = json.loads((tmp_path / "base.json").read_text())
    (result,) = document["results"]
    middle = statistics.median(result["times"])
    result["times"] = [min(max(time, 0.99 * middle), 1.01 * middle)
                       for time in result["times"]]
    (tmp_path / "base.json").write_text(json.dumps(document))
    result["times"] = [1.06 * time for time in result["times"]]
    (tmp_path / "slower.json").write_text(json.dumps(document))
    code, rows = _compared(capsys, "base.json", "slower.json")
    assert (code, rows[0]["verdict"]) == (1, "slower")


def test_pyperf(tmp_path, monkeypatch, capsys):
    """Ten processes of three values: the processes are what was repeated."""
    pytest.importorskip("pyperf")
    monkeypatch.chdir(tmp_path)
    for name, seconds in (("base", 0.01), ("slower", 0.1)):
        subprocess.run([sys.executable, "-m", "pyperf", "command", "--processes", "10", "--values",
                        "3", "--warmups", "1", "--name", "work", "-o", f"{name}.json", "--",
                        sys.executable, "-c", SLEEP.format(5 * seconds)],
                       check=True, capture_output=True)
    _, rows = _compared(capsys, "base.json", "slower.json")
    assert len(rows) == 1 and rows[0]["n"] == [10, 10] and rows[0]["level"] == "run"
    assert rows[0]["verdict"] == "slower"

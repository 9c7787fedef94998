"""Worker processes: the same result as without, and a clear end whatever happens to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from baseline_collector import schema, workers
from baseline_collector.errors import OutputError, WorkerError

pytestmark = pytest.mark.slow


def heap(pile, files: int = 40) -> None:
    for at in range(files):
        pile.json(f"{at % 7}/f{at}.json", {"model": f"m{at % 3}", "ttft_s": [0.1 * at, 0.2, 0.3]})
    pile.csv("a.csv", [{"model": "m", "ttft_s": at / 8} for at in range(9)])
    pile.json("z.json", [{"model": "m", "ttft_s": at / 8} for at in range(9)])
    pile.text("9/copy.json", (pile.root / "0" / "f0.json").read_text()).text("broken.json", "{")
    (pile.root / "empty.json").write_text("")


def children(of: int = 0) -> list[int]:
    """Workers of a process, this one by default."""
    done = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True,
                          text=True, check=False)
    lines = [line.split(None, 2) for line in done.stdout.splitlines()]
    return [int(pid) for pid, parent, words in lines
            if int(parent) == (of or os.getpid()) and "workers" in words]


def test_the_result_is_that_of_one_process(pile) -> None:
    heap(pile)
    pile.collect(out="one", workers=1, cache=False)
    for count in (2, 3):
        pile.collect(out="many", workers=count, cache=False)
        for table in schema.TABLES:
            one, many = (Path(out, "dataset", f"{table.name}.parquet") for out in ("one", "many"))
            if table is schema.MANIFEST:
                assert pq.read_table(one).drop(["key"]).equals(pq.read_table(many).drop(["key"]))
            else:
                assert one.read_bytes() == many.read_bytes(), table.name
    assert not children()


def test_a_copy_of_a_file_of_another_share(pile) -> None:
    for at in range(20):
        pile.json(f"f{at:02}.json", {"ttft_s": at % 2})
    out = pile.collect(workers=2)
    rows = pq.read_table(out / "dataset" / "artifacts.parquet").to_pylist()
    assert [row["duplicate_of"] for row in rows] == [
        None, None, *(f"reports/f0{at % 2}.json" for at in range(18))]
    assert sum(row["numbers"] for row in rows) == 2


def test_a_worker_that_is_killed_ends_the_run_and_leaves_the_old_output(pile) -> None:
    heap(pile, 400)
    out = pile.collect()
    old = (out / "report.md").read_bytes()

    def kill() -> None:
        while not (found := children()):
            time.sleep(0.01)
        os.kill(found[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(WorkerError, match="ended before its share was read"):
        pile.collect(workers=2, cache=False)
    killer.join()
    assert (out / "report.md").read_bytes() == old
    assert not children() and not [path for path in out.iterdir() if path.name.startswith(".")]
    pile.collect(workers=2)


def test_an_error_of_the_disk_is_the_callers(pile, monkeypatch) -> None:
    heap(pile)
    monkeypatch.setattr(workers, "_cut", lambda artifacts, most: [artifacts])
    true_do = workers._Worker.do
    monkeypatch.setattr(workers._Worker, "do", lambda self, task: true_do(
        self, (task[0], "/nowhere/rows.arrow")))
    with pytest.raises(OutputError, match="No such file"):
        pile.collect(workers=2)


def test_a_failure_inside_is_told(pile, monkeypatch) -> None:
    heap(pile)
    true_do = workers._Worker.do
    monkeypatch.setattr(workers._Worker, "do", lambda self, task: true_do(self, (7, task[1])))
    with pytest.raises(WorkerError, match="a worker process failed: TypeError"):
        pile.collect(workers=2)


def test_ctrl_c_ends_all(pile) -> None:
    heap(pile, 3000)
    words = ["collect", "reports", "--no-llm", "--workers", "2", "--out", "out"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from baseline_collector.faces.cli import script; script()", *words],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    while len(left := children(process.pid)) < 2:
        assert process.poll() is None, "it ended before its workers were seen"
        time.sleep(0.01)
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode not in (0, None) and b"Traceback" not in said, said
    assert not Path("out").exists() or not any(Path("out").iterdir())
    for pid in left:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_nothing_in_the_folder_is_run(pile) -> None:
    heap(pile)
    for name in ("pickle", "json", "baseline_collector", "sitecustomize"):
        Path(f"{name}.py").write_text(f"open('{name}.was.run', 'w')\nraise SystemExit(3)\n")
    pile.collect(workers=2)
    assert not list(Path().glob("*.was.run"))

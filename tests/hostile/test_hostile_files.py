"""Hostile files: each a row with a reason, in two seconds and 300 MiB, in a process of its own."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SECONDS, MIB = 2.0, 300

CHILD = textwrap.dedent("""
    import json, re, resource, sys, time
    from pathlib import Path

    def peak_mib():
        status = Path("/proc/self/status")
        if status.exists():  # ru_maxrss would be that of the parent, where it is larger
            return int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) / 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    from baseline_collector.discover import discover
    from baseline_collector.read import read
    from baseline_collector.readers.base import Limits
    import pyarrow.compute, baseline_collector.readers.json_columns
    started = time.process_time()
    found = discover([sys.argv[1]])
    done = read(found.artifacts, Limits())
    print(json.dumps({
        "cpu_s": time.process_time() - started,
        "mib": peak_mib(),
        "leaves": done.batch.num_rows,
        "artifacts": {one.artifact.split("/", 1)[1] if "/" in one.artifact else one.artifact:
                      [one.status, one.reason, one.format] for one in done.artifacts},
        "skipped": [[one.path, one.reason] for one in found.skipped],
        "reasons": [text for text in done.batch.column("reason").to_pylist() if text][:9],
    }))
""")


def read_in_a_process(folder: Path) -> dict[str, Any]:
    """Read a folder in a fresh process; fails on a crash, a hang or too much memory."""
    done = subprocess.run([sys.executable, "-c", CHILD, folder.name], cwd=folder.parent,
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["cpu_s"] <= SECONDS
    assert found["mib"] <= MIB
    return found


def _zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", b"[" + b"0," * 100_000_000 + b"0]")
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "content", "status", "reason"), [
    ("a.json", lambda: b"[" * 100_000, "unread", "nested deeper"),
    ("a.json", lambda: b'{"a":' * 100_000, "unread", "nested deeper"),
    ("a.jsonl", lambda: b"[" * 100_000 + b"\n", "unread", "nested deeper"),
    ("a.json", lambda: b'{"ttft_ms": 1e400}', "read", ""),
    ("a.json", lambda: b'{"ttft_ms": ' + b"9" * 5_000 + b"}", "read", ""),
    ("a.jsonl", lambda: b'{"ttft_ms": 1e400}\n' * 5, "read", ""),
    ("a.jsonl", lambda: (b'{"ttft_ms": ' + b"9" * 5_000 + b"}\n") * 50, "read", ""),
    ("a.json", lambda: b'{"note": "' + b"x" * 200_000 + b'"}', "read", ""),
    ("a.csv", lambda: b"a,b\n1," + b"x" * 200_000 + b"\n", "unread", "too long"),
    ("a.csv", lambda: b'a,b\n1,"' + b"x\n" * 200_000, "unread", "too long"),
    ("a.csv", lambda: b"," * 2_000_000 + b"\n1\n", "unread", ""),
    ("a.csv", lambda: b"\n" * 1_000_000, "unread", "empty"),
    ("a.json", lambda: json.dumps({f"k{at}": at for at in range(300_000)}).encode(), "unread",
     "too many different keys"),
    ("a.jsonl", lambda: b"\n".join(b'{"k%d": 1}' % at for at in range(60_000)), "unread",
     "too many different keys"),
    ("a.jsonl", lambda: b'"\n' * 100_000, "unread", "not JSON"),
    ("a.jsonl", lambda: b"\\" * 2_000_000, "unread", "line 1"),
    ("a.jsonl", lambda: b'{"a": 1, "a": 2}\n' * 10_000, "read", ""),
    ("a.json", lambda: b"\xff\xfe" + os.urandom(100_000), "unread", ""),
    ("a.md", lambda: b"|" * 200_000, "", ""),
    ("a.eval", _zip_bomb, "unread", ""),
], ids=lambda value: "" if callable(value) else str(value)[:30])
def test_one_file(tmp_path: Path, name: str, content: Callable[[], bytes], status: str,
                  reason: str) -> None:
    folder = tmp_path / "heap"
    folder.mkdir()
    (folder / name).write_bytes(content())
    found = read_in_a_process(folder)
    (got,) = found["artifacts"].values()
    assert status in ("", got[0])
    assert reason in got[1]
    if b"1e400" in content()[:100] or b"9999" in content()[:100]:
        assert found["reasons"]


def test_a_sparse_file_is_no_data(tmp_path: Path) -> None:
    folder = tmp_path / "heap"
    folder.mkdir()
    with (folder / "a.json").open("wb") as file:
        file.truncate(1 << 30)
    if (folder / "a.json").stat().st_blocks * 512 > 1 << 20:
        pytest.skip("this file system keeps no holes")
    (got,) = read_in_a_process(folder)["artifacts"].values()
    assert got[0] == "unread"
    assert "sparse" in got[1]


def test_links_pipes_and_devices_are_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "heap"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "loop").symlink_to(folder)
    (folder / "passwd.json").symlink_to("/etc/passwd")
    (folder / "null.json").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.json")
    (folder / "ok.json").write_text('{"ttft_ms": 1}')
    found = read_in_a_process(folder)
    assert list(found["artifacts"]) == ["ok.json"]
    assert {name.split("/", 1)[1] for name, _ in found["skipped"]} == {
        "inner/loop", "passwd.json", "null.json", "pipe.json"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0,
                    reason="root may read every file")
def test_permission_denied(tmp_path: Path) -> None:
    folder = tmp_path / "heap"
    folder.mkdir()
    (folder / "a.json").write_text("{}")
    (folder / "a.json").chmod(0)
    (got,) = read_in_a_process(folder)["artifacts"].values()
    assert got[:1] == ["unread"]
    assert "Permission denied" in got[1]


def test_names_with_newlines_and_escape_sequences(tmp_path: Path) -> None:
    folder = tmp_path / "heap"
    folder.mkdir()
    names = ["a\nb.json", "c\x1b]52;c;x\x07.json", "-rf.json", " .json", "é\u202e.json"]
    for name in names:
        (folder / name).write_text(json.dumps({"ttft_ms": len(name), "at": name}))
    found = read_in_a_process(folder)
    assert {status for status, _, _ in found["artifacts"].values()} == {"read"}
    assert len(found["artifacts"]) == len(names)


class Planted:
    """What unpickling would run."""

    def __init__(self, where: str) -> None:
        self.where = where

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.where,)


def test_archives_and_pickles_are_never_opened(tmp_path: Path) -> None:
    folder = tmp_path / "heap"
    folder.mkdir()
    planted = tmp_path / "planted"
    for name in ("a.pkl", "a.pt", "a.npz", "a.json", "a.eval"):
        (folder / name).write_bytes(pickle.dumps(Planted(str(planted))) + name.encode())
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr("x.json", '{"ttft_ms": 1}')
    found = read_in_a_process(folder)
    assert {status for status, _, _ in found["artifacts"].values()} == {"unread"}
    assert found["leaves"] == 0
    assert not planted.exists()


@pytest.mark.parametrize("change", ["shrink", "grow", "vanish"])
def test_files_that_change_between_listing_and_reading(tmp_path: Path, change: str) -> None:
    from baseline_collector.discover import discover
    from baseline_collector.read import read
    from baseline_collector.readers.base import Limits

    path = tmp_path / "a.jsonl"
    path.write_text('{"ttft_ms": 1}\n' * 1000)
    found = discover([str(tmp_path)])
    if change == "shrink":
        os.truncate(path, 30)
    elif change == "grow":
        path.write_text('{"ttft_ms": 1}\n' * 2000)
    else:
        path.unlink()
    (one,) = read(found.artifacts, Limits()).artifacts
    assert one.status == "unread"
    assert one.reason

"""Opening: bounded, without following links, and with a reason for every refusal."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from baseline_collector.discover import discover
from baseline_collector.errors import ReadError
from baseline_collector.read import read
from baseline_collector.readers import opened
from baseline_collector.readers.base import Limits
from baseline_collector.readers.opened import Opened

from .heap import artifact, outcome, reading, rows

SMALL = Limits(document_bytes=1_000)


def test_a_file_that_vanished(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("{}")
    listed = artifact(path)
    path.unlink()
    (one,) = read([listed], Limits()).artifacts
    assert (one.status, one.reason) == ("unread", "cannot be opened: No such file or directory")


@pytest.mark.skipif(os.name == "nt", reason="POSIX links and pipes")
@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.symlink_to("/etc/passwd"),
        os.mkfifo,
        lambda path: path.mkdir(),
        lambda path: path.symlink_to("/dev/zero"),
    ],
)
def test_a_file_that_was_replaced(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    listed = artifact(path)
    path.unlink()
    make(path)
    (one,) = read([listed], Limits()).artifacts
    assert one.status == "unread"
    assert one.sha256 == ""
    assert one.reason


def test_a_file_nobody_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    listed = artifact(path)

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    (one,) = read([listed], Limits()).artifacts
    assert (one.status, one.reason) == ("unread", "cannot be opened: Permission denied")


def test_a_large_table_streams_in_its_encoding(tmp_path: Path) -> None:
    body = "°C;n\n" + "".join(f"{at},5;{at}\n" for at in range(400))
    for name, data in (
        ("a", body.encode()),
        ("b", body.encode("utf-8-sig")),
        ("c", body.encode("cp1252")),
        ("d", body.encode("utf-16")),
    ):
        found = rows(tmp_path, SMALL, **{f"{name}_csv": data})
        assert len(found) == 800
        assert (found[0]["key"], found[-2]["value"], found[-2]["raw"]) == ("°C", 399.5, "399,5")


def test_a_large_file_that_shrinks_or_changes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a":1}\n' * 500)
    opened = Opened(artifact(path), SMALL)
    path.write_text('{"a":1}\n' * 3)
    with pytest.raises(ReadError, match="changed while"):
        list(opened.lines())
    path.unlink()
    with pytest.raises(ReadError, match="cannot be read again"):
        list(opened.lines())


def test_too_large_for_each_limit(tmp_path: Path) -> None:
    big = '{"a":"' + "x" * 2_000 + '"}'
    assert "too large to be parsed whole" in outcome(tmp_path, SMALL, a_json=big)[1]
    assert (
        "larger than the limit"
        in outcome(tmp_path, Limits(document_bytes=10, stream_bytes=100), b_csv=big)[1]
    )
    assert "a line is too long" in outcome(tmp_path, SMALL, c_jsonl=big)[1]


@pytest.mark.skipif(os.name == "nt", reason="sparse files need a flag there")
@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.jsonl"])
def test_a_sparse_file_is_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(b"[1]\n")
        file.truncate(1_900_000_000)
    if path.stat().st_blocks * 512 > 100_000_000:
        pytest.skip("this file system has no holes")
    started = time.perf_counter()
    (one,) = read([artifact(path)], Limits()).artifacts
    assert one.status == "unread"
    assert "hole" in one.reason
    assert time.perf_counter() - started < 2


def test_lines_end_as_files_end_them(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes("1\n2\r\n3\r4\n\n5\u2028x".encode())
    assert list(Opened(artifact(path), Limits()).lines()) == [
        "1\n",
        "2\r\n",
        "3\r",
        "4\n",
        "\n",
        "5\u2028x",
    ]


def test_a_content_is_read_once(tmp_path: Path) -> None:
    done = reading(tmp_path, a_csv="a\n1\n2\n", b_csv="a\n1\n2\n", c_csv="a\n1\n3\n")
    assert [(one.status, one.duplicate_of) for one in done.artifacts] == [
        ("read", ""),
        ("duplicate", "r/a.csv"),
        ("read", ""),
    ]
    assert done.batch is not None
    assert done.batch.num_rows == 4


def test_a_copy_of_what_could_not_be_read_is_tried_by_itself(tmp_path: Path) -> None:
    done = reading(tmp_path, a_weird="a,b\n1,2\n", b_csv="a,b\n1,2\n")
    assert [one.status for one in done.artifacts] == ["unread", "read"]


@pytest.mark.parametrize("name", ["a_json", "a_csv", "a_md", "a_jsonl", "a_txt", "a_tsv"])
def test_empty_files_are_unread(tmp_path: Path, name: str) -> None:
    for content in ("", " \n\n"):
        status, reason = outcome(tmp_path, **{name: content})
        assert status == "unread"
        assert reason


@pytest.mark.parametrize(("name", "content"), [
    ("x.jsonl", b'{"ttft_ms": 1.5, "m": "\xc3\xa9"}\n' * 90 + b'{"ttft_ms": \n{"a": [1, 2]}'),
    ("x.jsonl", b'{\n"ttft_ms": 1.5,\n"model": "a"\n}\n'),
    ("x.jsonl", b'\xef\xbb\xbf{"ttft_ms": 1.5}\r\n{"ttft_ms": 2.5}\r\n'),
    ("x.csv", b"model,ttft_ms\r\n" + b"a,1.5\r\n" * 90 + b'"b\r\nc",2.5\r\nd,3\r\n\r\ne,4'),
    ("x.csv", b"model,ttft_ms\ra,1.5\rb,2.5\r"),
    ("x.csv", b"model,ttft_ms\n" + b"a,1.5\n" * 90 + b"\xe9,2\n"),
    ("x.csv", b"model,ttft_ms\n" + b"a,1.5\n" * 90 + b"\xc3"),
    ("x.tsv", "model\tttft_ms\na\t1.5\n".encode("utf-16")),
])
def test_what_flows_is_read_as_what_is_held(
    tmp_path: Path, name: str, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    artifacts = discover([str(path)]).artifacts
    held = read(artifacts, Limits())
    monkeypatch.setattr(opened, "_HELD", 0)
    monkeypatch.setattr(opened, "_CHUNK", 64)
    flowing = read(artifacts, Limits())
    assert held.batch is not None
    assert flowing.batch is not None
    assert flowing.batch.to_pylist() == held.batch.to_pylist()
    assert flowing.artifacts == held.artifacts


def test_a_line_of_what_flows_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.jsonl").write_bytes(b'{"a": 1}\n{"a": "' + b"x" * 999)
    monkeypatch.setattr(opened, "_HELD", 0)
    monkeypatch.setattr(opened, "_CHUNK", 64)
    done = read(discover([str(tmp_path)]).artifacts, Limits(document_bytes=500))
    assert done.artifacts[0].status == "unread"
    assert "too long" in done.artifacts[0].reason

"""The audit at the command line: what it reads, and where a corrected copy may be written."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from baseline_collector.faces.cli import main

WRONG = "The mean `tokens_s` in `reports/a.json` is 44.5.\n"
FIXED = "The mean `tokens_s` in `reports/a.json` is 41.5 ~~44.5~~.\n"


@pytest.fixture
def heap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "reports").mkdir()
    runs = [{"model": "m", "tokens_s": 40 + at} for at in range(4)]
    (tmp_path / "reports" / "a.json").write_text(json.dumps(runs), "utf-8")
    (tmp_path / "report.md").write_text(WRONG, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fix(to: str, *more: str) -> int:
    return main(["audit", "report.md", "--fix", to, *more])


def test_a_corrected_copy_is_written_where_nothing_is(heap: Path) -> None:
    assert fix("fixed.md", "--against", "reports") == 1
    assert Path("fixed.md").read_text("utf-8") == FIXED


def test_what_is_there_is_replaced_only_when_asked(heap: Path, capsys) -> None:
    Path("notes.md").write_text("mine")
    Path("link.md").symlink_to("notes.md")
    for name, said in (("notes.md", "it is there already"), ("link.md", "a symbolic link")):
        assert fix(name) == 2
        assert said in (told := capsys.readouterr().err) and "--force" in told
        assert Path("notes.md").read_text() == "mine"
    assert fix("notes.md", "--force") == 1
    assert Path("notes.md").read_text("utf-8") == FIXED


@pytest.mark.parametrize("against", [("--against", "reports"), ("--against", "out"), ()])
def test_the_report_and_the_heap_are_never_written_to(heap: Path, against, capsys) -> None:
    assert main(["collect", "--no-llm", "--out", "out"]) == 0
    before = {path: path.read_bytes() for path in heap.rglob("*") if path.is_file()}
    (heap / "link.md").symlink_to("reports/a.json")
    for name in ("./report.md", "reports/a.json", "link.md"):
        assert fix(name, "--force", *against) == 2
    for name in {"reports": ["reports/new.md"], "out": ["out/new.md"]}.get(
            "".join(against[1:]), []):
        assert fix(name, "--force", *against) == 2
    assert "belongs to what the report is held against" in capsys.readouterr().err
    (heap / "link.md").unlink()
    assert {path: path.read_bytes() for path in heap.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("words", [
    ["pipe", "--against", "reports"], ["/dev/zero", "--against", "reports"],
    ["report.md", "--against", "pipe"], ["report.md", "--against", "/dev/zero"],
    ["report.md", "--against", "reports", "pipe"], ["reports", "--against", "reports"]])
def test_only_files_and_folders_are_read(heap: Path, words, capsys) -> None:
    os.mkfifo("pipe")
    assert main(["audit", *words]) == 2
    told = capsys.readouterr().err
    assert "it is a " in told or "Is a directory" in told


@pytest.mark.parametrize("folder", ["out", "out/dataset"])
@pytest.mark.parametrize("package", ["", "{", None])
def test_a_broken_dataset_is_no_heap(heap: Path, folder, package, capsys) -> None:
    assert main(["collect", "--no-llm", "--out", "out"]) == 0
    path = Path("out/dataset/datapackage.json")
    path.unlink() if package is None else path.write_text(package)
    assert main(["audit", "report.md", "--against", folder]) == 2
    assert "error [dataset]" in capsys.readouterr().err

"""Discover: every file once, whatever lies in the heap, and nothing outside the roots touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.discover import (
    MAX_DEPTH,
    Found,
    Selection,
    default_roots,
    discover,
    shown,
)
from baseline_collector.errors import UsageError

needs_posix = pytest.mark.skipif(os.name == "nt", reason="POSIX names, pipes and links")


@pytest.fixture
def heap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder ``r`` in the current folder."""
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "r"
    root.mkdir()
    return root


def put(root: Path, *names: str, text: str = "x\n1\n") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(found: Found) -> list[str]:
    return [artifact.artifact for artifact in found.artifacts]


def skipped(found: Found) -> dict[str, str]:
    return {one.path: one.reason for one in found.skipped}


def test_every_field_of_an_artifact(heap: Path) -> None:
    put(heap, "sub/data.JSON", text="{}\n\n")
    os.utime(heap / "sub/data.JSON", ns=(7, 1_700_000_000_123_456_789))
    (one,) = discover(["r/"]).artifacts
    assert (one.artifact, one.root, one.kind, one.size) == ("r/sub/data.JSON", "r", "json", 4)
    assert one.modified_ns == 1_700_000_000_123_456_789
    assert Path(one.location).samefile(heap / "sub/data.JSON")
    assert (one.status, one.sha256, one.format, one.reason) == ("unread", "", "", "")


def test_in_the_order_of_roots_and_whole_paths(heap: Path) -> None:
    put(heap, "b.csv", "a/z.csv", "a.csv", "a/b/c.csv")
    put(heap.parent / "q", "y.csv")
    assert names(discover(["r", "q"])) == [
        "r/a.csv",
        "r/a/b/c.csv",
        "r/a/z.csv",
        "r/b.csv",
        "q/y.csv",
    ]


@pytest.mark.parametrize(
    "roots",
    [
        ["r", "r"],
        ["r", "r/a"],
        ["r/a", "r"],
        ["r", "./r"],
        ["r", "r/a/x.csv"],
        ["r/a/x.csv", "r"],
        ["r", "link"],
    ],
)
def test_overlapping_roots_count_a_file_once(heap: Path, roots: list[str]) -> None:
    put(heap, "a/x.csv", "y.csv")
    os.link(heap / "a/x.csv", heap / "a/hard.csv")
    (heap.parent / "link").symlink_to(heap)
    found = discover(roots)
    assert sorted(Path(one.location).resolve().name for one in found.artifacts) == [
        "hard.csv",
        "x.csv",
        "y.csv",
    ]
    assert len(set(names(found))) == 3


def test_a_root_that_is_a_file_or_a_link_to_one(heap: Path) -> None:
    put(heap, "one.csv")
    Path("ln.csv").symlink_to("r/one.csv")
    (one,) = discover(["r/one.csv"]).artifacts
    assert (one.artifact, one.root, one.kind) == ("r/one.csv", "r/one.csv", "csv")
    (linked,) = discover(["ln.csv"]).artifacts
    assert linked.artifact == "ln.csv"
    assert not Path(linked.location).is_symlink()


def test_a_root_that_does_not_exist(heap: Path) -> None:
    for missing in ("nope", "r/nope", "nul\0byte"):
        with pytest.raises(UsageError, match="no such file"):
            discover([missing])


def test_default_roots_are_those_that_exist(heap: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        default_roots()
    Path("csv_data").mkdir()
    Path("reports").mkdir()
    assert default_roots() == ["reports", "csv_data"]


def test_hidden_and_ignored_are_left_alone_and_listed(heap: Path) -> None:
    put(
        heap,
        ".hidden.csv",
        ".dir/x.csv",
        "a.csv",
        "b.log",
        "keep.log",
        "sub/c.log",
        "sub/d.csv",
        "build/e.csv",
    )
    (heap / ".gitignore").write_text("*.log\n!keep.log\nbuild/\n")
    (heap / "sub/.gitignore").write_text("!c.log\nd.csv\n")
    found = discover(["r"])
    assert names(found) == ["r/a.csv", "r/keep.log", "r/sub/c.log"]
    assert skipped(found) == {
        "r/.hidden.csv": "hidden",
        "r/.dir": "hidden",
        "r/.gitignore": "hidden",
        "r/sub/.gitignore": "hidden",
        "r/b.log": "ignored by an ignore file",
        "r/sub/d.csv": "ignored by an ignore file",
        "r/build": "ignored by an ignore file",
    }
    every = discover(["r"], Selection(hidden=True, ignored=True))
    assert len(every.artifacts) == 10


@needs_posix
@pytest.mark.parametrize(
    "make",
    [
        os.mkfifo,
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: path.mkdir(),
        lambda path: path.write_bytes(b"*a" * 500 + b"\n*.csv\n"),
    ],
)
def test_an_ignore_file_that_is_a_trap(heap: Path, make: object) -> None:
    make(heap / ".gitignore")
    put(heap, "a" * 200 + ".txt")
    assert names(discover(["r"])) == ["r/" + "a" * 200 + ".txt"]


@pytest.mark.parametrize(
    ("include", "exclude", "left"),
    [
        (["*.csv"], [], ["a.csv", "d/b.csv", "d/e/c.csv"]),
        (["**/*.csv"], [], ["a.csv", "d/b.csv", "d/e/c.csv"]),
        (["d/*.csv"], [], ["d/b.csv", "d/e/c.csv"]),
        ([], ["d"], ["a.csv", "x.json"]),
        ([], ["e/"], ["a.csv", "d/b.csv", "x.json"]),
        (["*.json"], ["x*"], []),
        ([], ["d/e/c.csv"], ["a.csv", "d/b.csv", "x.json"]),
        (["d"], ["c.*"], ["d/b.csv"]),
    ],
)
def test_globs(heap: Path, include: list[str], exclude: list[str], left: list[str]) -> None:
    put(heap, "a.csv", "d/b.csv", "d/e/c.csv", "x.json")
    found = discover(["r"], Selection(include, exclude))
    assert names(found) == [f"r/{name}" for name in left]


@needs_posix
def test_links_loops_and_special_files_are_skipped(heap: Path) -> None:
    put(heap, "a.csv")
    (heap / "loop").symlink_to(heap)
    (heap / "passwd.csv").symlink_to("/etc/passwd")
    (heap / "broken").symlink_to("nowhere")
    os.mkfifo(heap / "pipe.csv")
    found = discover(["r"])
    assert names(found) == ["r/a.csv"]
    assert skipped(found) == {
        "r/loop": "symbolic link, not followed",
        "r/passwd.csv": "symbolic link, not followed",
        "r/broken": "symbolic link, not followed",
        "r/pipe.csv": "special file (pipe)",
    }


@needs_posix
def test_roots_that_are_special_files(heap: Path) -> None:
    os.mkfifo("pipe")
    for root, said in (("pipe", "pipe: it is a pipe"), ("/dev/null", "it is a character device")):
        with pytest.raises(UsageError, match=said):
            discover([root])


@needs_posix
def test_a_tree_deeper_than_any_path(heap: Path) -> None:
    here, name = Path.cwd(), "d" * 40
    try:
        os.chdir(heap)
        for _ in range(110):
            Path(name).mkdir()
            os.chdir(name)
        os.chdir(here)
        found = discover(["r"])
    finally:  # removed from within: no path reaches the bottom
        os.chdir(heap)
        while Path(name).is_dir():
            os.chdir(name)
        while not Path().samefile(heap):
            os.chdir("..")
            Path(name).rmdir()
        os.chdir(here)
    assert names(found) == []
    assert [one.reason for one in found.skipped] == [f"deeper than {MAX_DEPTH} folders"]


@needs_posix
def test_names_that_no_terminal_should_see(heap: Path) -> None:
    raw = [
        b"new\nline.csv",
        b"esc\x1b]52;c.csv",
        b"back\\slash.csv",
        b"bad\xff.csv",
        b"bad\\xff.csv",
    ]
    for name in raw:
        try:
            Path(os.fsdecode(os.fsencode(heap) + b"/" + name)).write_text("x")
        except OSError:
            pytest.skip("this file system takes no such names")
    found = discover(["r"])
    assert sorted(names(found)) == sorted(
        [
            "r/new\nline.csv",
            "r/esc\x1b]52;c.csv",
            "r/back\\slash.csv",
            "r/bad\\xff.csv",
            "r/bad\\\\xff.csv",
        ]
    )
    for name in names(found):
        name.encode("utf-8")


@given(st.lists(st.binary(min_size=1, max_size=6).filter(lambda raw: b"\0" not in raw), max_size=9))
def test_different_names_are_shown_differently(raw: list[bytes]) -> None:
    given_names = {os.fsdecode(one) for one in raw} | {shown(os.fsdecode(one)) for one in raw}
    assert len({shown(name) for name in given_names}) == len(given_names)


def test_a_folder_that_cannot_be_listed(heap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(heap, "a.csv", "closed/b.csv")
    listing = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = discover(["r"])
    assert names(found) == ["r/a.csv"]
    assert skipped(found) == {"r/closed": "folder cannot be listed: Permission denied"}
    with pytest.raises(UsageError, match=r"r/closed: folder cannot be listed: Permission denied"):
        discover(["r/closed"])
    assert names(discover(["r/closed", "r/a.csv"])) == ["r/a.csv"]


def test_what_is_skipped_below_a_folder_named_as_its_root(heap: Path) -> None:
    put(heap, "r/.x.csv")
    assert skipped(discover(["r"])) == {"r/r/.x.csv": "hidden"}


def test_times_that_no_calendar_holds(heap: Path) -> None:
    put(heap, "old.csv", "new.csv")
    os.utime(heap / "old.csv", (-5, -5))
    try:
        os.utime(heap / "new.csv", (2**43, 2**43))
    except (OSError, OverflowError):
        pytest.skip("this file system takes no such times")
    from baseline_collector.model import modified_iso

    texts = {one.artifact: modified_iso(one.modified_ns) for one in discover(["r"]).artifacts}
    assert texts["r/old.csv"] == "1970-01-01T00:00:00Z"
    assert "2038" <= texts["r/new.csv"][:4] <= "9999"


def test_the_output_folder_is_never_entered(heap: Path) -> None:
    put(heap, "a.csv", "out/report.json")
    assert names(discover(["r"], Selection(never=(heap / "out",)))) == ["r/a.csv"]


def test_windows_spellings_of_a_root(heap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from baseline_collector.discover import _root_name

    monkeypatch.setattr(os, "sep", "\\")
    assert _root_name("reports\\gemma3\\") == "reports/gemma3"
    assert _root_name("C:\\heap") == "C:/heap"


def test_output_of_this_program_below_a_root_is_no_artifact(tmp_path):
    out = tmp_path / "old" / "baseline-report"
    (out / "dataset").mkdir(parents=True)
    (out / "dataset" / "datapackage.json").write_text('{"name": "baseline-collector-dataset"}')
    for name in ("report.json", "inventory.json", "report.md"):
        (out / name).write_text("{}")
    (tmp_path / "a.json").write_text("{}")
    found = discover([str(tmp_path)])
    assert [one.artifact.rsplit("/", 1)[-1] for one in found.artifacts] == ["a.json"]
    assert [one.reason for one in found.skipped] == ["output of this program"]
    (out / "dataset" / "datapackage.json").write_text('{"name": "mine"}')
    assert len(discover([str(tmp_path)]).artifacts) == 5

"""A second run reads what changed and nothing else, and its result is that of a first one."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from baseline_collector import discover, ingest, pipeline, schema
from baseline_collector.listing import stamp_of

SERIES = [0.5, 0.25, 0.75, 0.625, 0.375]
AS_JSON = json.dumps([{"model": "m", "ttft_s": value} for value in SERIES])
AS_CSV = "ttft_s\n" + "".join(f"{value}\n" for value in SERIES)
TIMES = re.compile(r"\d+\.\d+ ?s\b|\"(?:ingest|analysis|report|total)_s\": ?[\d.e-]+|_s\":[\d.e-]+")


@pytest.fixture(autouse=True)
def _at_one_time(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1760000000")


def settle() -> None:
    """Let files grow older than a tick of the kernel."""
    time.sleep(0.05)


def heap(pile) -> None:
    pile.text("a.json", AS_JSON).text("b.csv", AS_CSV).text("copy/a.json", AS_JSON)
    pile.json("c.json", {"model": "x", "runs": [{"ttft_s": 0.1, "error": "boom"}, {"ttft_s": 2}]})
    pile.json("d.json", {"model": "y", "tokens_per_second": [5, 6, -7]}).text("e.json", "{")
    pile.text("note.md", "- throughput: 5 tok/s\n").text("f.xyz", "?")
    settle()


def run(pile, out: str = "out", **more) -> dict[str, int]:
    """Collect; returns how many files were read and how many taken from before."""
    pile.collect(out=out, **more)
    events = [json.loads(line) for line in Path(out, "run.jsonl").read_text().splitlines()]
    (found,) = [one for one in events if one["event"] == "read"]
    return {name: found[name] for name in ("files", "read", "unchanged")}


def same_as_from_scratch(pile, **more) -> None:
    shutil.rmtree("fresh", ignore_errors=True)
    run(pile, "fresh", **more)
    for table in schema.TABLES:
        if table is schema.MANIFEST:  # a fresh run sees later changes as too new, or not
            continue
        old, new = (Path(out, "dataset", f"{table.name}.parquet") for out in ("out", "fresh"))
        assert pq.read_table(old).equals(pq.read_table(new)), table.name
        assert old.read_bytes() == new.read_bytes(), table.name
    for name in ("report.md", "report.json", "report.html", "inventory.json"):
        texts = [TIMES.sub("~", Path(out, name).read_text()) for out in ("out", "fresh")]
        assert texts[0] == texts[1], name


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """Names of the files that are opened for reading."""
    names: list[str] = []
    true_open = os.open

    def watched(path, flags, *rest, **more):
        if "reports" in str(path):
            names.append(str(path))
        return true_open(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", watched)
    return names


def test_nothing_is_read_twice(pile, opened) -> None:
    heap(pile)
    assert run(pile) == {"files": 8, "read": 8, "unchanged": 0}
    assert len(opened) >= 8
    opened.clear()
    assert run(pile) == {"files": 8, "read": 0, "unchanged": 8}
    assert run(pile) == {"files": 8, "read": 0, "unchanged": 8}
    assert opened == []
    same_as_from_scratch(pile)


def changed(pile) -> int:
    pile.json("d.json", {"model": "y", "tokens_per_second": [5, 6, 8]})
    return 1


def added(pile) -> int:
    pile.json("a0.json", {"ttft_s": 5})
    pile.json("z/z.json", {"ttft_s": 6})
    return 2


def removed(pile) -> int:
    (pile.root / "c.json").unlink()
    return 0


def renamed(pile) -> int:
    (pile.root / "c.json").rename(pile.root / "g.json")
    return 1


def original_of_a_copy_removed(pile) -> int:
    (pile.root / "a.json").unlink()
    return 2  # the copy, and the twin, for which a.json was counted


def original_of_a_copy_changed(pile) -> int:
    pile.text("a.json", AS_JSON.replace("0.75", "0.875"))
    return 3


def copy_sorted_before(pile) -> int:
    pile.text("0.json", AS_JSON)
    return 1


def richer_twin(pile) -> int:
    pile.json("r.json", [{"model": "m", "engine": "e", "device": "d", "prompt": "p", "ttft_s": v}
                         for v in SERIES])
    return 1


def touched(pile) -> int:
    os.utime(pile.root / "d.json", ns=(1, 10**18))
    return 1


def replaced_with_the_same_times(pile) -> int:
    info = (pile.root / "d.json").stat()
    (pile.root / "new").write_text((pile.root / "d.json").read_text().replace("5", "9"))
    os.utime(pile.root / "new", ns=(info.st_atime_ns, info.st_mtime_ns))
    (pile.root / "new").replace(pile.root / "d.json")
    return 1


@pytest.mark.parametrize("change", [
    changed, added, removed, renamed, original_of_a_copy_removed, original_of_a_copy_changed,
    copy_sorted_before, richer_twin, touched, replaced_with_the_same_times])
def test_what_changed_is_read_and_the_result_is_that_of_a_first_run(pile, change) -> None:
    heap(pile)
    run(pile)
    read = change(pile)
    settle()
    assert run(pile)["read"] == read
    same_as_from_scratch(pile)
    assert run(pile)["read"] == 0
    same_as_from_scratch(pile)


def test_what_restates_samples_is_found_anew(pile) -> None:
    samples = [0.512, 0.27125, 0.75375, 0.6125, 0.375125]
    pile.json("s/samples.json", {"runs": [{"ttft_s": value} for value in samples]})
    pile.json("s/summary.json", {"mean_ttft_s": sum(samples) / 5, "max_ttft_s": 0.75375})
    settle()
    run(pile)
    table = pq.read_table("out/dataset/measurements.parquet", columns=["counted", "restates"])
    assert table.column("counted").to_pylist() == [True] * 5 + [False] * 2
    assert table.column("restates").null_count == 5
    pile.json("s/summary.json", {"mean_ttft_s": sum(samples) / 5, "max_ttft_s": 0.8})
    settle()
    assert run(pile)["read"] == 1
    same_as_from_scratch(pile)
    (pile.root / "s" / "samples.json").unlink()
    assert run(pile)["read"] == 0
    same_as_from_scratch(pile)
    counted = pq.read_table("out/dataset/measurements.parquet", columns=["counted"])
    assert counted.column("counted").to_pylist() == [True] * 2


def test_roots_in_another_order(pile, tmp_path) -> None:
    heap(pile)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "m.json").write_text(AS_JSON)
    settle()
    run(pile, roots=("reports", "more"))
    run(pile, roots=("more", "reports"))
    same_as_from_scratch(pile, roots=("more", "reports"))
    run(pile, roots=("more",))
    same_as_from_scratch(pile, roots=("more",))


def test_many_row_groups(pile, monkeypatch) -> None:
    monkeypatch.setattr(pipeline.store, "ROW_GROUP", 7)
    heap(pile)
    run(pile)
    changed(pile)
    settle()
    assert run(pile)["read"] == 1
    same_as_from_scratch(pile)


def test_what_else_counts(pile, monkeypatch) -> None:
    heap(pile)
    run(pile)
    assert run(pile, max_depth=9)["read"] == 8
    assert run(pile, max_depth=9, llm_timeout_s=7.0)["read"] == 0
    assert run(pile, max_depth=9, cache=False)["read"] == 8
    assert run(pile, max_depth=9)["read"] == 0
    assert run(pile, max_depth=9, redact=False)["read"] == 8
    monkeypatch.setattr(ingest, "tools", lambda settings: pipeline.tools(settings)[1:])
    assert run(pile, max_depth=9, redact=False)["read"] == 8


def test_contents_are_compared_on_request(pile, opened, monkeypatch) -> None:
    monkeypatch.setattr(discover, "stamp_of", lambda info: (*stamp_of(info)[:2], 0, 0))
    heap(pile)
    run(pile)
    path = pile.root / "d.json"
    info = path.stat()
    path.write_bytes(path.read_bytes().replace(b"5", b"4"))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert run(pile)["read"] == 0  # as if nothing of the file showed it
    opened.clear()
    assert run(pile, rehash=True)["read"] == 1
    assert len(opened) >= 8
    same_as_from_scratch(pile)


def test_a_file_changed_while_the_last_run_began_is_read_again(pile, monkeypatch) -> None:
    heap(pile)
    now = time.time_ns()
    monkeypatch.setattr(pipeline.time, "time_ns", lambda: now - 10**9)
    run(pile)
    assert run(pile)["read"] == 8


def test_a_file_of_a_time_that_no_column_holds_is_collected(pile) -> None:
    heap(pile)
    try:
        os.utime(pile.root / "a.json", (2**43, 2**43))
    except (OSError, OverflowError):
        pytest.skip("this file system takes no such times")
    assert run(pile)["read"] == 8
    assert run(pile)["read"] == 3  # it, its copy and its twin: its time says nothing


def test_a_file_that_could_not_be_opened_is_tried_again(pile, monkeypatch) -> None:
    heap(pile)
    true_open = os.open

    def denied(path, *rest, **more):
        if str(path).endswith("d.json"):
            raise PermissionError(13, "Permission denied")
        return true_open(path, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", denied)
        run(pile)
    assert run(pile)["read"] == 1
    same_as_from_scratch(pile)


@pytest.mark.parametrize("broken", ["manifest.parquet", "measurements.parquet",
                                    "artifacts.parquet", "datapackage.json"])
@pytest.mark.parametrize("how", ["missing", "garbage"])
def test_a_broken_cache_is_no_cache(pile, broken, how) -> None:
    heap(pile)
    run(pile)
    path = Path("out", "dataset", broken)
    if how == "missing":
        path.unlink()
    elif broken != "datapackage.json":
        path.write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    if broken == "datapackage.json":  # then it is not known as ours, and is left alone
        return
    assert run(pile)["read"] == 8
    same_as_from_scratch(pile)

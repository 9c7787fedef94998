"""Writing a dataset: whole or not at all, whatever happens when."""

from __future__ import annotations

import errno
import itertools
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from baseline_collector import schema, store
from baseline_collector.dataset import JOURNAL, MEASUREMENTS, Dataset, arrow_schema
from baseline_collector.errors import OutputError
from baseline_collector.faces.cli import main

NAMES = ["dataset", "report.json", "report.md"]


def write(out: Path, generation: str) -> None:
    with store.staged(out) as stage:
        tables = {table.name: arrow_schema(table).empty_table() for table in schema.TABLES}
        tables["findings"] = pa.table(
            {
                name: pa.array([generation], pa.string())
                for name in ("id", "rule", "severity", "topic", "title", "facts", "recommendation")
            }
        )
        store.write_tables(stage / "dataset", tables, {}, {})
        (stage / "report.md").write_text(generation)
        (stage / "report.json").write_text(generation)


def generation(out: Path) -> str:
    return Dataset(out).table("findings").to_pylist()[0]["id"]


def entries(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir())


class Killed(BaseException):
    """Stands for SIGKILL: nothing that runs afterwards may be relied on."""


def kill_at(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], step: int, error: BaseException
) -> list[int]:
    """Let the step-th call of some methods of Path raise, before or after it took effect."""
    count = [0]

    def wrapped(method):
        def call(self, *rest, **more):
            count[0] += 1
            if count[0] == step:
                raise error
            return method(self, *rest, **more)

        return call

    for name in names:
        monkeypatch.setattr(Path, name, wrapped(getattr(Path, name)))
    return count


STEPS = ("replace", "unlink", "write_text", "mkdir")


@pytest.mark.parametrize("hard", [True, False], ids=["killed", "raised"])
@pytest.mark.parametrize("step", range(1, 18))
def test_killed_at_any_step(tmp_path, monkeypatch, step, hard):
    """Hard: not even the clean-up runs. Soft: an exception passes through it."""
    out = tmp_path / "out"
    write(out, "old")
    (out / "mine.txt").write_text("foreign")
    with monkeypatch.context() as patch:
        if hard:
            patch.setattr(store.shutil, "rmtree", lambda *_, **__: None)
        kill_at(patch, STEPS, step, Killed())
        try:
            write(out, "new")
        except Killed:
            pass
    assert generation(out) in ("old", "new")
    assert generation(out / "dataset") == generation(out) if (out / "dataset").exists() else True
    before = generation(out)
    store.recover(out)
    assert generation(out) == before  # recovery decides nothing anew
    assert {(out / name).read_text() for name in NAMES[1:]} == {before}
    assert entries(out) == sorted([*NAMES, "mine.txt"])
    write(out, "next")
    assert generation(out) == "next" and entries(out) == sorted([*NAMES, "mine.txt"])


@pytest.mark.parametrize("step", range(1, 12))
def test_a_full_disk_leaves_the_old_output(tmp_path, monkeypatch, step):
    out = tmp_path / "out"
    write(out, "old")
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patch:
        kill_at(patch, ("replace", "write_text", "mkdir"), step, full)
        try:
            write(out, "new")
        except OutputError as error:
            assert "No space left" in str(error) and "free space" in str(error)
    assert generation(out) in ("old", "new")
    write(out, "next")
    assert generation(out) == "next" and entries(out) == sorted(NAMES)


def test_the_command_exits_2_on_a_full_disk(pile, monkeypatch, capsys):
    pile.csv("a.csv", [{"model": "m", "tokens_s": 5}])
    words = ["collect", "reports", "--no-llm", "--out", "out"]
    assert main(words) == 0
    old = (Path("out") / "report.md").read_bytes()

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    assert main(words) == 2
    assert "error [output]" in capsys.readouterr().err
    assert (Path("out") / "report.md").read_bytes() == old
    assert not [name for name in entries(Path("out")) if name.startswith(".")]


def test_an_error_of_the_body_leaves_nothing(tmp_path):
    out = tmp_path / "out"
    with pytest.raises(ZeroDivisionError), store.staged(out) as stage:
        (stage / "report.md").write_text("x")
        raise ZeroDivisionError
    assert not out.exists()


def test_a_file_in_its_place(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"), store.staged(tmp_path / "out"):
        pass


@pytest.mark.parametrize("name", ["mine.txt", ".baseline-notes", ".baseline.toml", "old/report.md"])
def test_foreign_entries_stay(tmp_path, name):
    out = tmp_path / "out"
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    (out / name).mkdir() if name == ".baseline-notes" else (out / name).write_text("mine")
    write(out, "a")
    write(out, "b")
    assert (out / name).exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"stage": 3}',
        '{"stage": "../victim"}',
        '{"stage": "/etc"}',
        '{"stage": "dataset"}',
        '{"stage": ".baseline-new-gone"}',
        '{"stage": ".."}',
    ],
)
def test_a_journal_that_is_not_ours_moves_nothing(tmp_path, text):
    out, victim = tmp_path / "out", tmp_path / "victim"
    write(out, "old")
    victim.mkdir()
    (victim / "report.md").write_text("victim")
    (out / JOURNAL).write_text(text)
    assert generation(out) == "old"
    store.recover(out)
    assert (out / "report.md").read_text() == "old" and (victim / "report.md").exists()
    assert entries(out) == NAMES


def test_units_and_version_stand_in_the_files(tmp_path):
    write(tmp_path / "out", "a")
    for table in schema.TABLES:
        stored = pq.read_schema(tmp_path / "out" / "dataset" / f"{table.name}.parquet")
        assert stored.metadata[b"schema_version"] == schema.VERSION.encode()
        for column in table.columns:
            metadata = stored.field(column.name).metadata
            assert metadata[b"description"] == column.description.encode()
            assert metadata.get(b"unit", b"") == column.unit.encode()


def test_the_data_package_tells_every_column(tmp_path):
    write(tmp_path / "out", "a")
    package = json.loads((tmp_path / "out" / "dataset" / "datapackage.json").read_text())
    assert package["schema_version"] == schema.VERSION
    for resource, table in zip(package["resources"], schema.TABLES, strict=True):
        assert resource["path"] == f"{table.name}.parquet"
        assert [field["name"] for field in resource["schema"]["fields"]] == [
            column.name for column in table.columns
        ]
        assert all(field["description"] for field in resource["schema"]["fields"])
    assert package["resources"][3]["rows"] == 1


def test_two_runs_do_not_write_into_one_folder(tmp_path):
    write(tmp_path / "out", "first")
    with store.staged(tmp_path / "out"), pytest.raises(OutputError, match="another run"):
        write(tmp_path / "out", "second")
    assert generation(tmp_path / "out") == "first" and entries(tmp_path / "out") == NAMES
    write(tmp_path / "out", "third")
    assert generation(tmp_path / "out") == "third"


@pytest.mark.parametrize("name", ["dataset/train.jsonl", "report.md", "dataset/datapackage.json"])
def test_files_of_our_names_that_are_not_ours_stay(tmp_path, name):
    mine = tmp_path / "out" / name
    mine.parent.mkdir(parents=True)
    mine.write_text('{"name": "my-own"}')
    with pytest.raises(OutputError, match="did not write"):
        write(tmp_path / "out", "new")
    assert mine.read_text() == '{"name": "my-own"}'
    assert not (tmp_path / "out" / "inventory.md").exists()


def rows(size: int, cuts: list[int]) -> list[pa.Table]:
    """Measurements with a dictionary a piece, cut at some rows."""
    whole = [{"artifact": f"a{at // 7}", "sha256": "0", "format": "f", "pointer": f"/{at}",
              "path": str(at), "key": f"k{at % 5}", "raw": str(at), "value": float(at),
              "statistic": "sample", "role": "measurement", "status": "ok", "counted": at % 2 == 0,
              "model": None if at % 3 else f"m{at % 4}"} for at in range(size)]
    ends = [0, *cuts, size]
    return [pa.Table.from_pylist(whole[start:end], schema=MEASUREMENTS)
            for start, end in itertools.pairwise(ends)]


def test_a_file_is_the_same_however_its_rows_come(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "ROW_GROUP", 16)
    files, tables = [], []
    for name, cuts in (("a", []), ("b", [1, 2, 30]), ("c", [16, 32])):
        found = store.keep(tmp_path / name, rows(40, cuts))
        tables.append(found.select(["artifact", "model", "value"]).to_pylist())
        files.append((tmp_path / name / "measurements.parquet").read_bytes())
    assert files[0] == files[1] == files[2] and tables[0] == tables[1] == tables[2]
    stored = pq.ParquetFile(tmp_path / "a" / "measurements.parquet")
    assert stored.num_row_groups == 3
    assert stored.read_row_group(2).column("artifact").chunk(0).dictionary.to_pylist() == [
        "a4", "a5"]


def test_few_rows_are_analysed_from_memory(tmp_path):
    found = store.keep(tmp_path / "a", rows(40, [3]))
    assert found.schema == MEASUREMENTS
    assert found.equals(pq.read_table(tmp_path / "a" / "measurements.parquet"))
    assert store.keep(tmp_path / "b", []).num_rows == 0

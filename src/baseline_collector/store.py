"""Store: write a dataset, whole or not at all.

Every file of an output folder is written into a hidden folder inside it, synced, and put
in place by renames; a journal says while they go on that the new output is the valid one. A
kill at any moment leaves the old output or the new one, and the next run clears what is
left over.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from baseline_collector import schema
from baseline_collector.dataset import JOURNAL, NAME, STAGE_PREFIX, Dataset, arrow_schema, staged_in
from baseline_collector.errors import OutputError
from baseline_collector.spool import in_groups

_NEW, _OLD = STAGE_PREFIX, ".baseline-old-"
_JOURNAL_NEW = ".baseline-journal-new"
_LOCK = ".baseline-lock"


@contextlib.contextmanager
def staged(out: Path) -> Iterator[Path]:
    """Yield a folder to write into; on success its entries replace those of ``out``.

    Args:
        out: Output folder; made where it does not exist. Entries that this package does not
            write are left alone.

    Raises:
        OutputError: It cannot be written: a file in its place, no permission, no space.
    """
    new = not out.exists()
    with contextlib.ExitStack() as stack:
        try:
            out.mkdir(parents=True, exist_ok=True)
            stack.callback(_remove_if_empty, out, new)
            stack.enter_context(_alone(out))
            _refuse_foreign(out)
            recover(out)
            stage = Path(tempfile.mkdtemp(prefix=_NEW, dir=out))
        except OSError as error:
            raise _cannot(out, error) from error
        try:
            yield stage
            _sync(stage)
            _put_in_place(stage, out)
        except OSError as error:
            raise _cannot(out, error) from error
        finally:
            if not (out / JOURNAL).exists():  # with it, the next run finishes the moves
                shutil.rmtree(stage, ignore_errors=True)


_REPLACED = ("dataset", "report.md", "report.html", "report.json", "inventory.md",
             "inventory.json", "run.jsonl", "protocols")


def _refuse_foreign(out: Path) -> None:
    """Leave a folder alone that holds files of our names which are not ours.

    Raises:
        OutputError: It does.
    """
    if Dataset.lies_in(out):
        return
    foreign = [name for name in _REPLACED if (out / name).exists()]
    if foreign:
        raise OutputError("holds files that this program did not write", where=str(out),
                          found=", ".join(foreign), remedy="choose another --out, or move them")


def _remove_if_empty(out: Path, new: bool) -> None:
    if new and out.is_dir() and not any(out.iterdir()):
        out.rmdir()


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Hold the output folder; the system lets go of it when the process ends, however it ends.

    Raises:
        OutputError: Another run is writing there.
    """
    # Windows cannot lock a folder, so there a file in it is locked.
    windows = sys.platform == "win32"
    held = out / _LOCK if windows else out
    descriptor = os.open(held, os.O_RDWR | os.O_CREAT if windows else os.O_RDONLY)
    try:
        try:
            _seize(descriptor)
        except BlockingIOError as error:
            raise OutputError("another run is writing here", where=str(out),
                              remedy="wait for it, or choose another --out") from error
        yield
    finally:
        os.close(descriptor)
        if windows:
            with contextlib.suppress(OSError):
                held.unlink()


def _seize(descriptor: int) -> None:
    """Lock a folder or file for this process; BlockingIOError where another holds it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _cannot(out: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot be written: {error.strerror or error}", where=str(out),
                       remedy="check permissions and free space, or choose another --out")


def recover(out: Path) -> None:
    """Finish or undo what a killed run left: its journal says which.

    A journal exists only between the moment the new output is complete on disk and the
    moment it is in place; with it the moves are finished, without it the rest is removed.
    """
    journal = out / JOURNAL
    if journal.is_file():
        stage = staged_in(out)
        if stage is not None and stage.is_dir():
            _move_all(stage, out)
        journal.unlink(missing_ok=True)
    for old in out.glob(_OLD + "*"):
        target = out / old.name.removeprefix(_OLD)
        if not target.exists():
            old.replace(target)
    (out / _JOURNAL_NEW).unlink(missing_ok=True)
    for pattern in (_NEW, _OLD):
        for left in out.glob(pattern + "*"):
            shutil.rmtree(left, ignore_errors=True)


def _put_in_place(stage: Path, out: Path) -> None:
    journal = out / JOURNAL
    partial = out / _JOURNAL_NEW
    partial.write_text(json.dumps({"stage": stage.name}), "utf-8")
    _sync_file(partial)
    partial.replace(journal)
    _move_all(stage, out)
    journal.unlink()


def _move_all(stage: Path, out: Path) -> None:
    """Replace entries one by one; each step may be repeated after a kill."""
    for name in sorted(entry.name for entry in stage.iterdir()):
        target = out / name
        old = out / f"{_OLD}{name}"
        if target.is_dir():
            shutil.rmtree(old, ignore_errors=True)
            target.replace(old)
        (stage / name).replace(target)
        shutil.rmtree(old, ignore_errors=True)


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            _sync_file(path)


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


ROW_GROUP = 1 << 17
"""Rows of a row group; what memory holds of a table while it is written."""


def write_table(folder: Path, table: schema.Table, pieces: Iterable[pa.Table]) -> pa.Table | None:
    """Write one table of a dataset as it comes, a row group at a time.

    Args:
        folder: The ``dataset`` folder inside a staged one; made where it is not there.
        table: Which.
        pieces: Its rows in order; how they are cut makes no difference to the file.

    Returns:
        The table where it is a single row group; of a larger one None, to be read back.
    """
    folder.mkdir(exist_ok=True)
    wanted = arrow_schema(table)
    whole: pa.Table | None = wanted.empty_table()
    with pq.ParquetWriter(folder / f"{table.name}.parquet", wanted, compression="zstd",
                          version="2.6", store_schema=True) as writer:
        for at, group in enumerate(in_groups(iter(pieces), ROW_GROUP)):
            tidy = _first_come(group.cast(wanted))
            writer.write_table(tidy, row_group_size=ROW_GROUP)
            whole = tidy if at == 0 else None
    return whole


def keep(folder: Path, pieces: Iterable[pa.Table], unchanged: Path | None = None) -> pa.Table:
    """Write the measurements; return them for analysis, from memory where they are few.

    Args:
        folder: The ``dataset`` folder inside a staged one.
        pieces: Their rows in order.
        unchanged: A file that holds the same rows already, which is then taken.
    """
    if unchanged is None:
        whole = write_table(folder, schema.MEASUREMENTS, pieces)
        if whole is not None:
            return whole
    else:
        folder.mkdir(exist_ok=True)
        _link(unchanged, folder / unchanged.name)
    columns = [column.name for column in schema.MEASUREMENTS.columns
               if column.name not in _NOT_ANALYSED]
    path = folder / f"{schema.MEASUREMENTS.name}.parquet"
    return pq.read_table(path, columns=columns).unify_dictionaries()


def _link(there: Path, here: Path) -> None:
    """Let a file of ours, which nobody writes again, stand in a second place."""
    try:
        os.link(there, here)
    except OSError:  # the file system has no links
        shutil.copyfile(there, here)


_NOT_ANALYSED = ("raw", "sha256", "format")
"""Columns of the measurements that analysis does not look at."""


def _first_come(table: pa.Table) -> pa.Table:
    """A table whose dictionaries hold the names of its rows alone, in the order of their coming."""
    columns = []
    for column in table.combine_chunks().columns:
        if pa.types.is_dictionary(column.type) and column.num_chunks:
            (coded,) = column.chunks
            seen = pc.drop_null(pc.unique(coded.indices))
            places = np.zeros(len(coded.dictionary), np.int32)
            places[seen.to_numpy()] = np.arange(len(seen), dtype=np.int32)
            known = pa.DictionaryArray.from_arrays(
                pa.array(places).take(coded.indices) if len(seen) else coded.indices,
                coded.dictionary.take(seen))
            columns.append(pa.chunked_array([known], column.type))
        else:
            columns.append(column)
    return pa.Table.from_arrays(columns, schema=table.schema)


def write_tables(folder: Path, tables: Mapping[str, pa.Table], cleaning: Mapping[str, int],
                 rules: Mapping[str, str]) -> None:
    """Write tables, and the data package that documents those that lie in the folder.

    Args:
        folder: The ``dataset`` folder inside a staged one.
        tables: Tables of ``schema.TABLES`` by name; one that is left out was written before.
        cleaning: How many values each cleaning rule touched.
        rules: What each cleaning rule says.
    """
    for table in schema.TABLES:
        if table.name in tables:
            write_table(folder, table, [tables[table.name]])
    rows = {table.name: pq.read_metadata(folder / f"{table.name}.parquet").num_rows
            for table in schema.TABLES}
    package = data_package(rows, cleaning, rules)
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    (folder / "datapackage.json").write_text(text, "utf-8")


_FRICTIONLESS: Mapping[schema.Type, str] = {
    "string": "string", "code": "string", "int32": "integer", "int64": "integer",
    "float64": "number", "bool": "boolean", "timestamp": "datetime",
}


def data_package(rows: Mapping[str, int], cleaning: Mapping[str, int],
                 rules: Mapping[str, str]) -> dict[str, object]:
    """Describe every table and column, and what cleaning did (Frictionless Data Package v2)."""
    resources = []
    for table in schema.TABLES:
        fields = []
        for column in table.columns:
            entry: dict[str, object] = {
                "name": column.name, "type": _FRICTIONLESS[column.type],
                "description": column.description,
            }
            if column.unit:
                entry["unit"] = column.unit
            if column.required:
                entry["constraints"] = {"required": True}
            fields.append(entry)
        resources.append({
            "name": table.name, "path": f"{table.name}.parquet", "format": "parquet",
            "mediatype": "application/vnd.apache.parquet", "description": table.description,
            "rows": rows[table.name],
            "schema": {"fields": fields, "primaryKey": list(table.key)},
        })
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME, "schema_version": schema.VERSION,
        "title": "Benchmark measurements, as collected",
        "resources": resources,
        "cleaning": [{"rule": rule, "description": text, "values": cleaning.get(rule, 0)}
                     for rule, text in rules.items()],
    }

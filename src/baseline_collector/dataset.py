"""The read-only port to a dataset: Arrow schemas, opening, rows, SQL.

Stages that only read import this; writing is ``store.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from baseline_collector import schema
from baseline_collector.errors import DatasetError, UsageError
from baseline_collector.model import Measurement
from baseline_collector.plain_file import content

if TYPE_CHECKING:
    import duckdb

_TYPES: Mapping[schema.Type, pa.DataType] = {
    "string": pa.string(), "code": pa.dictionary(pa.int32(), pa.string()), "int32": pa.int32(),
    "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}


def arrow_schema(table: schema.Table) -> pa.Schema:
    """Arrow schema of a table, with unit and description in each field's metadata."""
    fields = []
    for column in table.columns:
        metadata = {"description": column.description, "schema_version": schema.VERSION}
        if column.unit:
            metadata["unit"] = column.unit
        fields.append(pa.field(column.name, _TYPES[column.type], not column.required, metadata))
    about = {"schema_version": schema.VERSION, "table": table.name,
             "description": table.description}
    return pa.schema(fields, metadata=about)


MEASUREMENTS = arrow_schema(schema.MEASUREMENTS)
ARTIFACTS = arrow_schema(schema.ARTIFACTS)
FACTS = arrow_schema(schema.FACTS)
FINDINGS = arrow_schema(schema.FINDINGS)
GAPS = arrow_schema(schema.GAPS)
MANIFEST = arrow_schema(schema.MANIFEST)


class Dataset:
    """A dataset folder, opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Check that a folder holds a dataset of this schema version.

        Args:
            folder: The ``dataset`` folder, or the output folder that holds it.

        Raises:
            DatasetError: There is none, or a newer one.
        """
        self.folder = _current(folder)
        package = self.folder / "datapackage.json"
        try:
            about = json.loads(content(package))
        except FileNotFoundError as error:
            raise DatasetError("no dataset here", where=str(folder), expected="datapackage.json",
                               remedy="make one: baseline collect --out DIR") from error
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise DatasetError(f"cannot be read: {why}", where=str(package),
                               remedy="collect again") from error
        found = str(about.get("schema_version", "")) if isinstance(about, dict) else ""
        if found != schema.VERSION:
            raise DatasetError("a schema version this program does not know", where=str(package),
                               expected=schema.VERSION, found=found or "none",
                               remedy="collect again, or use the version that wrote it")

    @staticmethod
    def lies_in(folder: Path) -> bool:
        """Whether a folder is a dataset of this program, or an output folder that holds one."""
        return is_ours(_current(folder))

    @staticmethod
    def is_meant_by(folder: Path) -> bool:
        """Whether a folder is a dataset or holds one, also one that is broken."""
        return Dataset.lies_in(folder) or any(
            all((place / f"{name}.parquet").exists() for name in ("artifacts", "measurements"))
            for place in (folder, folder / "dataset"))

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Read one table.

        Args:
            name: ``artifacts``, ``measurements``, ``facts``, ``findings`` or ``manifest``.
            columns: Which columns; all by default.

        Raises:
            DatasetError: The table is missing or broken.
        """
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise DatasetError("a table is missing", where=str(path), remedy="collect again")
        try:
            # pq.read_table loads pyarrow's data sets and compute functions: a tenth of a second.
            return pq.ParquetFile(path).read(columns=columns)
        except (OSError, pa.ArrowException) as error:
            raise DatasetError(f"cannot be read: {error}", where=str(path),
                               remedy="collect again") from error

    def connect(self) -> duckdb.DuckDBPyConnection:
        """An in-memory DuckDB in which every table is a view; nothing outside the folder is read.

        Raises:
            DatasetError: A table is missing or broken.
        """
        return connected({table.name: self.table(table.name) for table in schema.TABLES})

    def query(self, sql: str) -> pa.Table:
        """Run SQL over the tables.

        Raises:
            DatasetError: A table is missing or broken.
            UsageError: The query is wrong; the message is DuckDB's.
        """
        import duckdb

        with self.connect() as connection:
            try:
                found = connection.sql(sql)
                if found is None:
                    raise UsageError("the statement returns no rows", expected="a SELECT")
                return found.to_arrow_table()
            except duckdb.Error as error:
                raise UsageError(f"DuckDB: {error}", remedy="tables: " + ", ".join(
                    table.name for table in schema.TABLES)) from error


def connected(tables: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB in which some tables are views; nothing else can be read.

    Args:
        tables: Tables by the names that queries use, names of our own.
    """
    import duckdb  # 80 ms that only queries pay

    connection = duckdb.connect(":memory:")
    for name, table in tables.items():
        connection.register(f"_{name}", table)
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM _{name}")  # noqa: S608  # our own names
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


NAME = "baseline-collector-dataset"
"""Name of the data package; by it our own output is known again."""

JOURNAL = ".baseline-journal"
"""Stands in an output folder while a finished output is moved into place; see ``store``."""


STAGE_PREFIX = ".baseline-new-"
"""How the names of the folders begin in which an output is made."""


def staged_in(out: Path) -> Path | None:
    """The folder that the journal of an output folder names; None where it names none of ours."""
    try:
        about = json.loads(content(out / JOURNAL))
    except (OSError, ValueError):
        return None
    name = about.get("stage") if isinstance(about, dict) else None
    if not isinstance(name, str) or not name.startswith(STAGE_PREFIX) or Path(name).name != name:
        return None
    return out / name


def is_ours(folder: Path) -> bool:
    """Whether a folder holds a data package that this program wrote."""
    try:
        about = json.loads(content(folder / "datapackage.json"))
    except (OSError, ValueError):
        return False
    return isinstance(about, dict) and about.get("name") == NAME


def _current(folder: Path) -> Path:
    """The dataset folder that is whole: of a run killed while publishing, the new one."""
    out = folder.parent if folder.name == "dataset" and (folder.parent / JOURNAL).is_file() \
        else folder
    stage = staged_in(out)
    for candidate in ((stage or out) / "dataset", out / "dataset"):
        if (candidate / "datapackage.json").is_file():
            return candidate
    return folder


def rows(table: pa.Table) -> Iterator[Measurement]:
    """Yield measurements as records, for people and tests."""
    context = ("model", "quantization", "engine", "device", "parameters", "setup", "prompt", "run",
               "started_at", "phase")
    for row in table.to_pylist():
        yield Measurement(
            artifact=row["artifact"], pointer=row["pointer"], path=row["path"], key=row["key"],
            raw=row["raw"], value=row["value"], unit=row["unit"], metric=row["metric"],
            definition=row["definition"], statistic=row["statistic"], n=row["n"],
            status=row["status"], reason=row["reason"] or "",
            context={name: row[name] for name in context if row[name] is not None},
        )

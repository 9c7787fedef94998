"""What others do to get what our readers get: a row a leaf, with key, record and number.

Each reads one file (``small`` a folder of them) and returns a table with at least ``value``: null
where the leaf is no number. Ours keeps more: every index, the text as written, why a number has
no value.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa

NESTED = "requests"
"""Key of the records in the one large document."""


def ours(path: Path) -> pa.Table:
    """Our readers, hash and choice of reader with them; batches as they flow to the next stage."""
    from baseline_collector.discover import discover
    from baseline_collector.read import PIECE
    from baseline_collector.readers.base import Limits
    from baseline_collector.readers.catalogue import TOOLS, choose
    from baseline_collector.readers.leaves import Leaves
    from baseline_collector.readers.opened import Opened

    batches: list[pa.RecordBatch] = []
    leaves = Leaves(Limits(), batches.append, PIECE)
    root = path if path.is_dir() else path.parent
    for at, artifact in enumerate(discover([str(root)]).artifacts):
        opened = Opened(artifact, leaves.limits)
        leaves.begin(at)
        choose(opened, TOOLS).read(opened, leaves)
    return pa.Table.from_batches([*batches, leaves.take()])


def stored(path: Path) -> pa.Table:
    """Our whole way from a file, or a folder of them, to the dataset."""
    import tempfile

    from baseline_collector import schema, store
    from baseline_collector.config import Settings
    from baseline_collector.ingest import ingest
    from baseline_collector.journal import Journal
    from baseline_collector.pipeline import find

    root = path if path.is_dir() else path.parent
    settings = Settings(roots=(str(root),), out="/nowhere", workers=1)
    with tempfile.TemporaryDirectory() as folder:
        found = ingest(find(settings), settings, Path(folder), Journal(str))
        store.write_table(Path(folder) / "dataset", schema.MEASUREMENTS, found.tables())
    return pa.table({"value": pa.array([float(len(found.artifacts))])})


class Flat:
    """Leaves collected by Python: (a)."""

    def __init__(self) -> None:
        self.key: list[str] = []
        self.record: list[int] = []
        self.value: list[float | None] = []
        self.text: list[str | None] = []

    def add(self, key: str, record: int, value: float | None, text: str | None) -> None:
        self.key.append(key)
        self.record.append(record)
        self.value.append(value)
        self.text.append(text)

    def walk(self, document: Any, key: str, record: int) -> None:
        if isinstance(document, dict):
            for name, inner in document.items():
                self.walk(inner, f"{key}.{name}", record)
        elif isinstance(document, list):
            for at, inner in enumerate(document):
                self.walk(inner, f"{key}[{at}]", record)
        elif isinstance(document, bool) or document is None:
            self.add(key, record, None, str(document))
        elif isinstance(document, str):
            self.add(key, record, None, document)
        else:
            self.add(key, record, float(document), None)

    def table(self) -> pa.Table:
        return pa.table({"key": self.key, "record": pa.array(self.record, pa.int32()),
                         "value": pa.array(self.value, pa.float64()),
                         "text": pa.array(self.text, pa.string())})


def _cells(flat: Flat, path: Path) -> None:
    with path.open(newline="") as file:
        rows = csv.reader(file)
        names = next(rows)
        for at, row in enumerate(rows):
            for name, text in zip(names, row, strict=True):
                try:
                    flat.add(name, at, float(text), text)
                except ValueError:
                    flat.add(name, at, None, text)


def python_csv(path: Path) -> pa.Table:
    """Python's csv, float and Arrow."""
    flat = Flat()
    _cells(flat, path)
    return flat.table()


def orjson_lines(path: Path) -> pa.Table:
    """(a) for JSON Lines."""
    import orjson

    flat = Flat()
    with path.open("rb") as file:
        for at, line in enumerate(file):
            flat.walk(orjson.loads(line), "", at)
    return flat.table()


def orjson_document(path: Path) -> pa.Table:
    """(a) for one document."""
    import orjson

    flat = Flat()
    flat.walk(orjson.loads(path.read_bytes()), "", 0)
    return flat.table()


def orjson_small(path: Path) -> pa.Table:
    """(a) for many files: orjson, Python's csv, notes as pairs at a colon."""
    import orjson

    flat = Flat()
    for file in sorted(path.rglob("*")):
        if file.suffix == ".json":
            flat.walk(orjson.loads(file.read_bytes()), str(file), 0)
        elif file.suffix == ".csv":
            _cells(flat, file)
        elif file.suffix == ".md":
            for at, line in enumerate(file.read_text("utf-8").splitlines()):
                name, colon, text = line.partition(": ")
                if line.startswith("#"):
                    flat.add("heading", at, None, line)
                elif colon:
                    flat.add(name, at, float(text.split()[0]), text)
    return flat.table()


def _long(frame: Any) -> pa.Table:
    """A pandas frame as a row a leaf; a column of lists is spread."""
    import pandas as pd

    frame = frame.assign(record=range(len(frame)))
    pieces = []
    for name in frame.columns:
        if name == "record":
            continue
        one = frame[["record", name]].rename(columns={name: "leaf"})
        if len(one) and isinstance(one["leaf"].iloc[0], list):
            one = one.explode("leaf").astype({"leaf": float})
        number = pd.api.types.is_numeric_dtype(one["leaf"]) and one["leaf"].dtype != bool
        pieces.append(pd.DataFrame({
            "key": name, "record": one["record"],
            "value": one["leaf"].astype(float) if number else float("nan"),
            "text": None if number else one["leaf"].astype(str)}))
    return pa.Table.from_pandas(pd.concat(pieces, ignore_index=True), preserve_index=False)


def pandas_lines(path: Path) -> pa.Table:
    """(b) for JSON Lines."""
    import json

    import pandas as pd

    with path.open("rb") as file:
        return _long(pd.json_normalize([json.loads(line) for line in file]))


def pandas_document(path: Path) -> pa.Table:
    """(b) for the records of one document; what stands beside them is left out."""
    import json

    import pandas as pd

    return _long(pd.json_normalize(json.loads(path.read_bytes()), NESTED))


def pandas_csv(path: Path) -> pa.Table:
    """(b) for CSV."""
    import pandas as pd

    return _long(pd.read_csv(path))


def _unpivoted(relation: str, record: str) -> pa.Table:
    import duckdb

    return duckdb.sql(f"""
        WITH r AS (SELECT {record} AS r FROM {relation}),
             flat AS (SELECT r.model AS model, r.success::VARCHAR AS success, r.ttft_s AS ttft_s,
                      r.output_tokens::DOUBLE AS output_tokens,
                      r.options.num_ctx::DOUBLE AS num_ctx, r.itl_ms AS itl_ms FROM r)
        SELECT key, value, NULL::VARCHAR AS text FROM
            (UNPIVOT (SELECT ttft_s, output_tokens, num_ctx FROM flat)
             ON ttft_s, output_tokens, num_ctx INTO NAME key VALUE value)
        UNION ALL SELECT 'itl_ms', unnest(itl_ms), NULL FROM flat
        UNION ALL SELECT key, NULL, text FROM
            (UNPIVOT (SELECT model, success FROM flat) ON model, success INTO NAME key VALUE text)
        """).to_arrow_table()


def duckdb_lines(path: Path) -> pa.Table:
    """(c) for JSON Lines; told which columns there are."""
    return _unpivoted(f"read_json('{path}', format='newline_delimited') AS x", "x")


def duckdb_document(path: Path) -> pa.Table:
    """(c) for the records of one document."""
    return _unpivoted(f"(SELECT unnest({NESTED}) AS x FROM read_json('{path}', "
                      "maximum_object_size=1000000000))", "x")


def duckdb_csv(path: Path) -> pa.Table:
    """(c) for CSV."""
    import duckdb

    return duckdb.sql(f"""
        WITH t AS (SELECT * FROM read_csv('{path}'))
        SELECT key, value, NULL::VARCHAR AS text FROM
            (UNPIVOT (SELECT COLUMNS(* EXCLUDE (model, note))::DOUBLE FROM t) ON COLUMNS(*)
             INTO NAME key VALUE value)
        UNION ALL SELECT key, NULL, text FROM
            (UNPIVOT (SELECT model, note FROM t) ON model, note INTO NAME key VALUE text)
        """).to_arrow_table()


def _polars_long(frame: Any) -> pa.Table:
    import polars as pl

    frame = frame.with_row_index("record")
    lists = [name for name, kind in frame.schema.items() if kind == pl.List]
    numbers = [name for name, kind in frame.schema.items()
               if kind.is_numeric() and name != "record"]
    texts = [name for name in frame.columns if name not in {*lists, *numbers, "record"}]
    pieces = [frame.select("record", pl.col(numbers).cast(pl.Float64)).unpivot(
        index="record", variable_name="key", value_name="value")]
    pieces += [frame.select("record", pl.lit(name).alias("key"), pl.col(name).alias("value"))
               .explode("value") for name in lists]
    if texts:
        pieces.append(frame.select("record", pl.col(texts).cast(pl.String)).unpivot(
            index="record", variable_name="key", value_name="text"))
    return pl.concat(pieces, how="diagonal").to_arrow()


def polars_lines(path: Path) -> pa.Table:
    """(d) for JSON Lines."""
    import polars as pl

    return _polars_long(pl.read_ndjson(path).unnest("options"))


def polars_document(path: Path) -> pa.Table:
    """(d) for the records of one document."""
    import polars as pl

    frame = pl.read_json(path).select(NESTED).explode(NESTED).unnest(NESTED).unnest("options")
    return _polars_long(frame)


def polars_csv(path: Path) -> pa.Table:
    """(d) for CSV."""
    import polars as pl

    return _polars_long(pl.read_csv(path))


def _arrow_long(table: pa.Table) -> pa.Table:
    import pyarrow.compute as pc

    pieces = []
    for name in table.column_names:
        column = table.column(name)
        number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
        if pa.types.is_list(column.type):
            column, number = pc.list_flatten(column), True
        nothing = pa.nulls(len(column), pa.string() if number else pa.float64())
        pieces.append(pa.table({
            "key": pa.repeat(name, len(column)),
            "value": pc.cast(column, pa.float64()) if number else nothing,
            "text": nothing if number else pc.cast(column, pa.string())}))
    return pa.concat_tables(pieces)


def pyarrow_lines(path: Path) -> pa.Table:
    """(e) for JSON Lines."""
    import pyarrow.json

    return _arrow_long(pyarrow.json.read_json(path).flatten())


def pyarrow_csv(path: Path) -> pa.Table:
    """(e) for CSV."""
    import pyarrow.csv

    return _arrow_long(pyarrow.csv.read_csv(path))


def bytes_alone(path: Path) -> None:
    """The limit: every byte read."""
    for one in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if one.is_file():
            one.read_bytes()


def parquet_alone(path: Path) -> tuple[pa.Table, Path]:
    """The other limit: what our leaves cost to write as Parquet; see ``reading.one``."""
    return ours(path), path.parent.parent / "limit.parquet"

"""Queries of any shape: run by DuckDB over the same tables, with no way to a file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from baseline_collector.audit.sheet import Scalar, Unknown

if TYPE_CHECKING:
    import duckdb


class Database:
    """Tables that DuckDB reads where they lie; opened at the first query.

    Args:
        tables: By name.
    """

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = tables
        self._connection: duckdb.DuckDBPyConnection | None = None

    def run(self, sql: str) -> tuple[Scalar, int | None]:
        """Evaluate a query.

        Returns:
            The first value of its first row, None for null; and the second one where it is a
            count of the values behind it.

        Raises:
            Unknown: DuckDB does not take it, or it gives no row or another kind of value.
        """
        import duckdb  # noqa: PLC0415  # 80 ms that only such queries pay

        try:
            row = self._open().execute(sql).fetchone()
        except duckdb.Error as error:
            raise Unknown(str(error)) from error
        if not row:
            raise Unknown("no row")
        n = row[1] if len(row) > 1 and isinstance(row[1], int) else None
        return _scalar(row[0]), n

    def _open(self) -> duckdb.DuckDBPyConnection:
        import duckdb  # noqa: PLC0415

        if self._connection is None:
            self._connection = duckdb.connect(":memory:")
            for name, table in self._tables.items():
                self._connection.register(name, table)
            self._connection.execute("SET enable_external_access = false")
            self._connection.execute("SET lock_configuration = true")
        return self._connection


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | int | float | Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise Unknown(type(value).__name__)

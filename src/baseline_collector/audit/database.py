"""Queries of any shape: run by DuckDB over the same tables, with no way to a file.

A statement that is no single SELECT, fails, or runs longer than ten seconds gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from threading import Timer
from typing import TYPE_CHECKING

import pyarrow as pa

from baseline_collector.audit.sheet import Scalar, Unknown
from baseline_collector.dataset import connected

if TYPE_CHECKING:
    import duckdb

_ASKS = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
_LITERAL = re.compile(r"'(?:[^']|'')*'")
LONGEST_S = 10.0


class Database:
    """Tables that DuckDB reads where they lie; opened at the first query.

    Args:
        tables: By name.
        longest_s: Seconds after which a query is given up.
    """

    def __init__(self, tables: Mapping[str, pa.Table], longest_s: float = LONGEST_S) -> None:
        self._tables = tables
        self._longest_s = longest_s

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return connected(self._tables)

    def run(self, sql: str) -> tuple[Scalar, int | None]:
        """Evaluate a query.

        Returns:
            The first value of its first row, None for null; and the second one where it is a
            count of the values behind it.

        Raises:
            Unknown: It is no query, DuckDB does not take it or not in time, or it gives no row
                or another kind of value.
        """
        import duckdb  # 80 ms that only such queries pay

        if not _ASKS.match(sql) or ";" in _LITERAL.sub("", sql):
            raise Unknown("no single SELECT")
        connection = self._connection
        guard = Timer(self._longest_s, connection.interrupt)
        guard.start()
        try:
            row = connection.execute(sql).fetchone()
        except duckdb.Error as error:
            raise Unknown(str(error)) from error
        finally:
            guard.cancel()
        if not row:
            raise Unknown("no row")
        n = row[1] if len(row) > 1 and isinstance(row[1], int) else None
        return _scalar(row[0]), n


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | int | float | Decimal):
        return float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise Unknown(type(value).__name__)

"""Queries of any shape: run over the tables, within bounds."""

from __future__ import annotations

import pyarrow as pa
import pytest

from baseline_collector.audit.database import Database
from baseline_collector.audit.sheet import Unknown

TABLES = {"measurements": pa.table({"value": [1.0, 2.0, 4.0], "artifact": ["a", "a", "b"]})}


def test_gives_the_value_and_the_count_beside_it():
    found = Database(TABLES).run("SELECT avg(value), count(*) AS n FROM measurements")
    assert found == (pytest.approx(7 / 3), 3)
    assert Database(TABLES).run("SELECT max(artifact) FROM measurements") == ("b", None)
    assert Database(TABLES).run("SELECT ';' FROM measurements") == (";", None)


@pytest.mark.parametrize("sql", [
    "SELECT 1; SELECT 2",
    "DROP VIEW measurements",
    "COPY measurements TO '/tmp/out.csv'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT value FROM measurements WHERE value > 9",
    "SELECT [1, 2]",
    "SELECT value FROM findings",
    "",
])
def test_refuses_what_is_no_number_of_the_tables(sql):
    with pytest.raises(Unknown):
        Database(TABLES).run(sql)


def test_gives_up_a_query_that_does_not_end():
    endless = ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
               "SELECT count(*) FROM n")
    with pytest.raises(Unknown):
        Database(TABLES, longest_s=0.1).run(endless)

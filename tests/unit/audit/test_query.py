"""Queries run again: the evaluator against DuckDB, on the shapes that facts use."""

from __future__ import annotations

import math
import statistics

import duckdb
import heap_of_three
import pyarrow as pa
import pytest

from baseline_collector.audit.codes import coded
from baseline_collector.audit.database import Database
from baseline_collector.audit.index import Index
from baseline_collector.audit.query import Evaluator
from baseline_collector.audit.sheet import Sheet, Unknown
from baseline_collector.dataset import MEASUREMENTS

AT = "FROM measurements WHERE counted AND metric = 'output_throughput'"
QUERIES = (
    "SELECT count(*) FROM artifacts WHERE true",
    "SELECT coalesce(sum(size), 0) FROM artifacts",
    "SELECT 100.0 * count(*) FILTER (kind = 'json') / count(*) FROM artifacts",
    "SELECT strftime(max(modified) AT TIME ZONE 'UTC', '%Y-%m-%d') FROM artifacts",
    f"SELECT avg(value) {AT} AND artifact = 'reports/alpha.json'",
    f"SELECT min(value) {AT} AND model = 'beta:1b'",
    f"SELECT max(value) {AT} AND (model = 'beta:1b' OR model IS NULL)",
    f"SELECT quantile_cont(value, 0.5) {AT}",
    f"SELECT count(DISTINCT artifact) {AT}",
    f"SELECT count(DISTINCT artifact) {AT} AND artifact NOT IN "
    "(SELECT artifact FROM measurements WHERE model IS NOT NULL)",
    f"SELECT (SELECT max(value) {AT}) / (SELECT min(value) {AT}) - 1.0",
    f"SELECT ceil((SELECT avg(value) {AT}) / 7)",
    f"SELECT count(*) {AT} AND artifact IN (SELECT artifact FROM artifacts WHERE kind = 'csv')",
    f"SELECT avg(value) {AT} AND regexp_extract_all(path, '\\[([0-9]+)\\]', 1)[1] = '1'",
    f"SELECT count(*) {AT} AND md5(key) = md5('none')".replace("md5('none')", "'0'"),
    "SELECT CAST(ceil(ln(0.05) / ln(0.95)) AS INTEGER)",
    f"SELECT median(value) {AT}",
    "SELECT median(value) FROM (SELECT * FROM measurements WHERE counted LIMIT 3 OFFSET 1)",
    "SELECT max(value) FROM (SELECT * FROM measurements WHERE counted LIMIT 2)",
    f"SELECT count(*) {AT} AND status <> 'failed' AND NOT counted",
)


@pytest.fixture(scope="module")
def tables():
    heap = heap_of_three.Tables()
    return heap.table("artifacts"), heap.table("measurements")


@pytest.fixture(scope="module")
def evaluator(tables):
    artifacts, measurements = tables
    index = Index(artifacts, measurements, lambda name: None)
    return Evaluator({"measurements": Sheet(measurements, index.column),
                      "artifacts": Sheet(artifacts, index.of_artifacts)})


@pytest.mark.parametrize("sql", QUERIES)
def test_gives_what_duckdb_gives(sql, tables, evaluator):
    artifacts, measurements = tables
    with duckdb.connect() as connection:
        connection.register("artifacts", artifacts)
        connection.register("measurements", measurements)
        wanted = connection.execute(sql).fetchone()[0]
    found, _ = evaluator.run(sql)
    if isinstance(wanted, str) or wanted is None:
        assert found == wanted
    else:
        assert math.isclose(found, float(wanted), rel_tol=1e-12)


def test_n_beside_the_value_is_how_many_rows_it_took(tables, evaluator):
    sql = "SELECT avg(value), count(*) FROM measurements WHERE value IS NOT NULL"
    with duckdb.connect() as connection:
        connection.register("measurements", tables[1])
        value, n = connection.execute(sql).fetchone()
    found, run = evaluator.run(sql)
    assert math.isclose(found, value, rel_tol=1e-12)
    assert [len(rows) for rows in run.taken] == [n] != [0]


@pytest.mark.parametrize("sql", [
    "SELECT avg(value) FROM facts",
    "SELECT stddev(value) FROM measurements",
    "SELECT avg(value) FROM measurements ORDER BY value",
    "DROP TABLE measurements",
    "",
])
def test_refuses_what_it_does_not_know(sql, evaluator):
    with pytest.raises(Unknown):
        evaluator.run(sql)


BARE_TIMES, ZONED_TIMES = (
    f"(SELECT DISTINCT epoch(TRY_CAST(started_at AS {kind})) AS at FROM measurements WHERE "
    "artifact = 'a.json' AND" for kind in ("TIMESTAMP", "TIMESTAMPTZ"))
ZONED = "regexp_matches(started_at, '(Z|UTC|[+-][0-9]{2}:?[0-9]{2})$')"
OFFSET = ("SELECT min_by(round(gap / 900) / 4, abs(gap - 900 * round(gap / 900))) FROM (SELECT "
          f"bare.at - zoned.at AS gap FROM {BARE_TIMES} NOT {ZONED}) AS bare, "
          f"{ZONED_TIMES} {ZONED}) AS zoned)")
SETTINGS = (
    "SELECT count(DISTINCT json_extract_string(parameters, '$.threads')) FROM measurements",
    "SELECT count(DISTINCT json_extract_string(parameters, '$.\"seed\"')) FROM measurements",
    "SELECT (SELECT count(DISTINCT json_extract_string(parameters, '$.threads')) FROM measurements)"
    " + (SELECT count(DISTINCT json_extract_string(parameters, '$.none')) FROM measurements)",
    "SELECT count(DISTINCT regexp_replace(parameters, ',?\"seed\":\"[^\"]*\"', '')) "
    "FROM measurements WHERE artifact IN ('a.json')",
    "SELECT count(DISTINCT sql) FROM facts WHERE statistic IN ('mean') AND "
    "regexp_matches(sql, '^SELECT .')",
)


def opened(times=(), parameters=()):
    """Tables of a file with some times and settings, a row each, and their evaluator."""
    empty = dict.fromkeys(MEASUREMENTS.names)
    rows = [empty | {"artifact": "a.json", "started_at": time} for time in times]
    rows += [empty | {"artifact": "a.json", "parameters": text} for text in parameters]
    measurements = pa.Table.from_pylist(rows, schema=MEASUREMENTS)
    facts = pa.table({"statistic": ["mean", "mean", "mean", "max"],
                      "sql": ["SELECT 1", "SELECT 2", "SELECT 1", "SELECT 3"]})
    tables = {"measurements": measurements, "facts": facts}
    return tables, Evaluator({name: Sheet(table, lambda column, table=table: coded(
        table.column(column))) for name, table in tables.items()})


@pytest.mark.parametrize("sql", SETTINGS)
def test_counts_settings_as_duckdb_does(sql):
    tables, evaluator = opened(parameters=(
        '{"seed":"1","threads":"4"}', '{"seed":"2","threads":"4"}', '{"threads":"8"}', None))
    found, run = evaluator.run(sql)
    assert found == Database(tables).run(sql)[0] > 0
    assert not run.placed


@pytest.mark.parametrize("text", ['{"threads":4}', '{"threads":', "[1]"])
def test_leaves_settings_that_are_no_texts_to_duckdb(text):
    _, evaluator = opened(parameters=(text,))
    with pytest.raises(Unknown):
        evaluator.run(SETTINGS[0])


@pytest.mark.parametrize(("times", "hours"), [
    (("2025-01-02T03:00:00", "2025-01-02T05:00:00Z"), -2.0),
    (("2025-01-02 05:45:00", "2025-01-02T03:00:00+00:00", "2025-01-02T03:00:01"), 2.75),
    (("2025-01-02 01:29:58.5", "2025-01-02 03:00:00 UTC", "2025-01-02 08:07:00Z"), -1.5),
])
def test_tells_how_far_clocks_are_off_as_duckdb_does(times, hours):
    tables, evaluator = opened(times)
    assert evaluator.run(OFFSET)[0] == Database(tables).run(OFFSET)[0] == hours


def test_a_written_offset_counts_for_duckdb_too():
    tables, _ = opened(("2025-01-02T03:00:13", "2025-01-02T05:00:13+04:00"))
    assert Database(tables).run(OFFSET)[0] == 2.0


def test_no_offset_without_both_kinds_of_times():
    assert opened(("2025-01-02T03:00:00",))[1].run(OFFSET)[0] is None


@pytest.mark.parametrize("times", [
    ("20250102T030000", "2025-01-02T05:00:00Z"),
    ("2025-01-02T03:00:00", "2025-01-02T05:00:00+02:00"),
    ("2025-01-02T03:00:00", "2025-01-02T05:00:00Z", "2025-01-02T06:00:00Z"),
])
def test_leaves_other_times_and_equal_pairs_to_duckdb(times):
    with pytest.raises(Unknown):
        opened(times)[1].run(OFFSET)


def test_tells_the_rows_behind_a_value(evaluator):
    _, run = evaluator.run(f"SELECT avg(value) {AT} AND artifact = 'reports/alpha.json'")
    assert [len(rows) for rows in run.taken] == [3]


def test_the_database_runs_any_shape_and_reads_no_file(tables, tmp_path):
    artifacts, measurements = tables
    database = Database({"artifacts": artifacts, "measurements": measurements})
    value, n = database.run("SELECT stddev(value), count(value) FROM measurements WHERE counted")
    values = [row["value"] for row in measurements.to_pylist() if row["counted"]]
    assert value == pytest.approx(statistics.stdev(values), rel=1e-12)
    assert n == len(values)
    (tmp_path / "a.csv").write_text("a\n1\n")
    for sql in (f"SELECT * FROM '{tmp_path}/a.csv'", "SELECT", "SELECT 1 WHERE false",
                "SET enable_external_access = true"):
        with pytest.raises(Unknown):
            database.run(sql)

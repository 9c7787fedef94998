"""Reading a dataset: what is refused, what a query may do."""

from __future__ import annotations

import json
import shutil

import pytest

from baseline_collector import schema
from baseline_collector.api import collect
from baseline_collector.dataset import Dataset, rows
from baseline_collector.errors import DatasetError, UsageError


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("heap")
    (folder / "a.csv").write_text("model,ttft_s,error\nm,0.5,\nm,1.5,\nm,2.5,\n")
    collect([folder], out=folder / "out", llm="none")
    return folder / "out"


@pytest.fixture
def out(collected, tmp_path):
    return shutil.copytree(collected, tmp_path / "out")


def test_opened_by_either_folder(out):
    assert Dataset(out).table("artifacts") == Dataset(out / "dataset").table("artifacts")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"schema_version": "1"}', f"expected {schema.VERSION}; found 1"),
        ("{}", "found none"),
        ("[]", "found none"),
        ('{"schema_version": 99}', "found 99"),
        ("{", "cannot be read"),
    ],
)
def test_other_versions_are_refused(out, text, said):
    (out / "dataset" / "datapackage.json").write_text(text)
    with pytest.raises(DatasetError) as caught:
        Dataset(out)
    assert said in str(caught.value) and "collect again" in str(caught.value)
    assert "datapackage.json" in str(caught.value)


def test_no_dataset(tmp_path):
    with pytest.raises(DatasetError, match="no dataset here"):
        Dataset(tmp_path / "nothing")


def test_a_table_is_missing_or_broken(out):
    path = out / "dataset" / "facts.parquet"
    path.write_bytes(b"PAR1 broken")
    with pytest.raises(DatasetError, match="cannot be read"):
        Dataset(out).table("facts")
    with pytest.raises(DatasetError, match=r"facts\.parquet: cannot be read"):
        Dataset(out).query("SELECT 1")
    path.unlink()
    with pytest.raises(DatasetError, match="a table is missing"):
        Dataset(out).query("SELECT 1")


def test_every_table_has_the_columns_of_the_schema(out):
    for table in schema.TABLES:
        found = Dataset(out).table(table.name)
        assert found.column_names == [column.name for column in table.columns]
        for column in table.columns:
            if column.required:
                assert found.column(column.name).null_count == 0, column.name


def test_query(out):
    found = Dataset(out).query("SELECT count(*) AS n FROM measurements WHERE metric IS NOT NULL")
    assert found.to_pylist() == [{"n": 3}]


@pytest.mark.parametrize(
    "sql",
    [
        "SELEC 1",
        "SELECT * FROM nothing",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "COPY artifacts TO 'stolen.csv'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "",
        ";",
    ],
)
def test_a_query_stays_inside(out, sql, tmp_path):
    with pytest.raises(UsageError):
        Dataset(out).query(sql)
    assert not (tmp_path / "stolen.csv").exists()


def test_rows_are_records(out):
    found = list(rows(Dataset(out).table("measurements")))
    assert [(one.pointer, one.raw, one.value, one.unit) for one in found] == [
        (f"row {at + 1}, column ttft_s", str(0.5 + at), 0.5 + at, "s") for at in range(3)
    ]
    assert found[0].context == {"model": "m"}


def test_counts_of_artifacts_add_up(out):
    data = json.loads((out / "report.json").read_text())
    (artifact,) = Dataset(out).table("artifacts").to_pylist()
    assert artifact["leaves"] == artifact["numbers"] + artifact["texts"]
    assert data["inventory"]["files"] == 1

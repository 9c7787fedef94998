"""CSV and TSV: dialects, preambles, units, and cells that are written in many ways."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baseline_collector.readers.cells import BOOL, NULL, NUMBER, TEXT, cell

from .heap import leaves, outcome, pick, reading, rows

GOLDEN = """# host: bench-1
# warm_up,3
model,prompt_index,ttft_s,load_s,prompt_eval_s,eval_s,eval_count,prompt_eval_count,tokens_s
gemma3:1b,1,2.125,1.25,0.375,2.5,501,25,181.5
gemma3:1b,2,0.25,0.0625,0.1875,2.75,502,26,182.5
"""


def test_every_column_has_its_own_value(tmp_path: Path) -> None:
    found = rows(tmp_path, a_csv=GOLDEN)
    assert pick(found, "pointer", "key", "raw", "value", "unit", "metric", "record")[:10] == [
        ("preamble, warm_up", "warm_up", "3", 3.0, None, None, None),
        ("row 1, column prompt_index", "prompt_index", "1", 1.0, None, None, 0),
        ("row 1, column ttft_s", "ttft_s", "2.125", 2.125, "s", "time_to_first_token", 0),
        ("row 1, column load_s", "load_s", "1.25", 1.25, "s", "load_duration", 0),
        (
            "row 1, column prompt_eval_s",
            "prompt_eval_s",
            "0.375",
            0.375,
            "s",
            "prompt_eval_duration",
            0,
        ),
        ("row 1, column eval_s", "eval_s", "2.5", 2.5, "s", "eval_duration", 0),
        ("row 1, column eval_count", "eval_count", "501", 501.0, "tok", "output_tokens", 0),
        (
            "row 1, column prompt_eval_count",
            "prompt_eval_count",
            "25",
            25.0,
            "tok",
            "prompt_tokens",
            0,
        ),
        ("row 1, column tokens_s", "tokens_s", "181.5", 181.5, "tok/s", "output_throughput", 0),
        ("row 2, column prompt_index", "prompt_index", "2", 2.0, None, None, 1),
    ]
    assert [row["value"] for row in found[10:]] == [0.25, 0.0625, 0.1875, 2.75, 502, 26, 182.5]
    assert {row["model"] for row in found[1:]} == {"gemma3:1b"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a_csv", "k;ms;b\nx;1,5;7\ny;12,25;8\n"),
        ("a_tsv", "k\tms\tb\nx\t1.5\t7\ny\t12.25\t8\n"),
        ("a_csv", "k|ms|b\nx|1.5|7\ny|12.25|8\n"),
        ("a_csv", 'k,ms,b\r\n"x",1.5,"7"\r\n"y",12.25,8\r\n'),
        ("a_csv", "k\tms\tb\nx\t1,5\t7\ny\t12,25\t8\n"),
        ("a_tsv", "k,ms,b\nx,1.5,7\ny,12.25,8\n"),
        ("a_csv", "Report of today\n\nk,ms,b\nx,1.5,7\ny,12.25,8\n"),
        ("a_csv", "k,ms,b\rx,1.5,7\ry,12.25,8\r"),
        ("a_csv", "\n\nk;ms;b\nx;1,5 ;7\n\ny; 12,25;8\n"),
        ("a_csv", "sep=;\nk;ms;b\nx;1,5;7\ny;12,25;8"),
    ],
)
def test_dialects(tmp_path: Path, name: str, text: str) -> None:
    found = rows(tmp_path, **{name: text})
    assert pick(found, "pointer", "value") == [
        ("row 1, column ms", 1.5),
        ("row 1, column b", 7.0),
        ("row 2, column ms", 12.25),
        ("row 2, column b", 8.0),
    ]


def test_a_units_row_names_the_units_and_is_no_data(tmp_path: Path) -> None:
    found = rows(tmp_path, a_csv="name,load_time,memory_used,power\n,ms,[MiB],(W)\na,1500,3,41.5\n")
    assert pick(found, "pointer", "value", "unit") == [
        ("row 1, column load_time", 1.5, "s"),
        ("row 1, column memory_used", 3 * 1024.0**2, "byte"),
        ("row 1, column power", 41.5, "W"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "name,label\na,b\nc,d\n",
        "name,phase,v\nalpha,min,x\nbeta,max,2\n",
        "grade,n\nc,s\nb,h\n",
    ],
)
def test_words_that_could_be_units_stay_data(tmp_path: Path, text: str) -> None:
    found = leaves(tmp_path, a_csv=text)
    assert [row["raw"] for row in found] == [
        cell for line in text.split()[1:] for cell in line.split(",")
    ]


def test_repeated_and_empty_headers(tmp_path: Path) -> None:
    found = rows(tmp_path, a_csv="a,a,a#2,,a,\n1,2,3,4,5,6\n")
    assert len({row["key"] for row in found}) == 6
    assert found[0]["key"] == "a"
    assert (found[2]["key"], found[2]["value"]) == ("a#2", 3.0)
    assert (found[3]["key"], found[5]["key"]) == ("column 4", "column 6")
    assert [row["value"] for row in found] == [1, 2, 3, 4, 5, 6]


def test_ragged_rows_keep_their_cells_and_are_counted(tmp_path: Path) -> None:
    text = "a,b,c\n1,2\n3,4,5,6\n7,8,9\n"
    assert pick(rows(tmp_path, a_csv=text), "pointer", "value") == [
        ("row 1, column a", 1.0),
        ("row 1, column b", 2.0),
        ("row 2, column a", 3.0),
        ("row 2, column b", 4.0),
        ("row 2, column c", 5.0),
        ("row 2, column column 4", 6.0),
        ("row 3, column a", 7.0),
        ("row 3, column b", 8.0),
        ("row 3, column c", 9.0),
    ]
    assert outcome(tmp_path, b_csv=text) == (
        "partly_read",
        "2 rows do not have 3 cells; the first is row 1",
    )


def test_a_header_alone_and_no_header(tmp_path: Path) -> None:
    assert outcome(tmp_path, a_csv="ttft_s,load_s\n") == ("partly_read", "a header and no rows")
    assert pick(rows(tmp_path, b_csv="1.5,2.5\n3.5,4.5\n"), "pointer", "value") == [
        ("row 1, column column 1", 1.5),
        ("row 1, column column 2", 2.5),
        ("row 2, column column 1", 3.5),
        ("row 2, column column 2", 4.5),
    ]


def test_no_table(tmp_path: Path) -> None:
    status, reason = outcome(tmp_path, a_csv="This is a letter.\nIt holds no numbers.\n")
    assert (status, reason[:11]) == ("unread", "not a table")


@pytest.mark.parametrize(
    ("text", "comma", "kind", "value", "unit"),
    [
        ("1.5", False, NUMBER, 1.5, ""),
        ("+1e-3", False, NUMBER, 0.001, ""),
        (".5", False, NUMBER, 0.5, ""),
        ("1,234", False, NUMBER, 1234, ""),
        ("1,234,567.5", False, NUMBER, 1234567.5, ""),
        ("22,80,000", False, NUMBER, 2280000, ""),
        ("2,14,74,83,647", False, NUMBER, 2147483647, ""),
        ("1,5", False, TEXT, None, ""),
        ("12,34", False, TEXT, None, ""),
        ("1,5", True, NUMBER, 1.5, ""),
        ("1.234,5", True, NUMBER, 1234.5, ""),
        ("1.234.567", True, NUMBER, 1234567, ""),
        ("1.234", True, NUMBER, None, ""),
        ("1.25", True, NUMBER, 1.25, ""),
        ("0,5 ms", True, NUMBER, 0.5, "ms"),
        ("1\u202f234,5", True, NUMBER, 1234.5, ""),
        ("1'234.5", False, NUMBER, 1234.5, ""),
        ("−3.5", False, NUMBER, -3.5, ""),
        ("45 %", False, NUMBER, 45, "%"),
        ("45%", False, NUMBER, 45, "%"),
        ("1,234 ms", False, NUMBER, 1234, "ms"),
        ("12.3s", False, NUMBER, 12.3, "s"),
        ("5 tok/s", False, NUMBER, 5, "tok/s"),
        ("512 B", False, NUMBER, 512, "B"),
        ("7B", False, TEXT, None, ""),
        ("4.3k", False, TEXT, None, ""),
        ("2nd", False, TEXT, None, ""),
        ("1.2.3", False, TEXT, None, ""),
        ("512x512", False, TEXT, None, ""),
        ("2025-01-02", False, TEXT, None, ""),
        ("1 ± 2", False, TEXT, None, ""),
        ("--", False, TEXT, None, ""),
        ("1_000", False, TEXT, None, ""),
        ("0x1F", False, TEXT, None, ""),
        ("", False, NULL, None, ""),
        ("  ", False, NULL, None, ""),
        ("nan", False, NUMBER, None, ""),
        ("-inf", False, NUMBER, None, ""),
        ("N/A", False, TEXT, None, ""),
        ("True", False, BOOL, None, ""),
        ("9007199254740993", False, NUMBER, None, ""),
        ("9,007,199,254,740,993", False, NUMBER, None, ""),
    ],
)
def test_cells(text: str, comma: bool, kind: int, value: float | None, unit: str) -> None:
    found = cell(text, comma)
    assert found[:3] == (kind, value, unit)
    assert (found[3] != "") == (kind == NUMBER and value is None)


def test_commas_that_only_group_thousands(tmp_path: Path) -> None:
    found = rows(tmp_path, a_tsv="a\tb\n1,234\t2\n5,678\t3\n")
    assert [row["value"] for row in found] == [1234, 2, 5678, 3]


def test_a_unit_nobody_knows_is_not_replaced_by_the_usual_one(tmp_path: Path) -> None:
    found = rows(tmp_path, a_csv="power,ttft_s\n5 kW,3 ms\n6 W,4 parsec\n")
    assert pick(found, "raw", "value", "unit", "status") == [
        ("5 kW", 5.0, None, "quarantined"),
        ("3 ms", 0.003, "s", "ok"),
        ("6 W", 6.0, "W", "ok"),
        ("4 parsec", 4.0, None, "quarantined"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1," + "x" * 200_000 + "\n2,3\n",
        "a,b\n" + '1,"' + "x" * 200_000,
        "x" * 200_000 + "\n1\n",
    ],
)
def test_a_field_beyond_the_limit_is_refused_with_a_reason(tmp_path: Path, text: str) -> None:
    started = time.perf_counter()
    status, reason = outcome(tmp_path, a_csv=text)
    assert status == "unread"
    assert "131072" in reason
    assert time.perf_counter() - started < 2


def test_a_row_wider_than_a_field_may_be_is_sound(tmp_path: Path) -> None:
    width = 15_000
    header = ",".join(f"column_{at:06}" for at in range(width))
    done = reading(tmp_path, a_csv=header + "\n" + ",".join(map(str, range(width))) + "\n")
    assert done.artifacts[0].status == "read"
    assert done.batch is not None
    assert done.batch.num_rows == width


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=False, allow_infinity=False),
            st.integers(-(10**15), 10**15),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(",;\t"),
)
def test_what_the_csv_module_writes_is_read(
    tmp_path: Path, table: list[tuple[float, int, str]], delimiter: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([("x_ratio", "y_number", "z_text"), *table])
    found = [
        row for row in leaves(tmp_path, a_csv=out.getvalue()) if "z_text" not in str(row["key"])
    ]
    assert [(row["raw"], row["value"]) for row in found] == [
        pair for x, y, _ in table for pair in ((repr(x), x), (str(y), float(y)))
    ]


@pytest.mark.parametrize(
    ("header", "statistics"),
    [
        ("mean_tokens_s,mean_ttft_s,prompt_eval_s", ["mean", "mean", "mean"]),
        ("mean_tokens_s,mean_ttft_s,mean_load_s,load_s,prompt_eval_s", ["mean"] * 5),
        ("mean_tokens_s,prompt_eval_s", ["mean", "sample"]),
        ("mean_tokens_s,mean_ttft_s,p99_ttft_s,prompt_eval_s", ["mean", "mean", "p99", "sample"]),
        ("mean_tokens_s,mean_ttft_s,load_s,prompt_eval_s", ["mean", "mean", "sample", "sample"]),
        ("mean_tokens_s,mean_ttft_s,compile_time_s,eval_count,power", ["mean", "mean", "sample",
                                                                       "sample", "sample"]),
        ("mean_ttft_s,mean_load_s,num_ctx,temperature", ["mean", "mean", "sample", "sample"]),
    ],
)  # fmt: skip
def test_a_column_among_means_is_a_mean(
    tmp_path: Path, header: str, statistics: list[str]
) -> None:
    line = ",".join(str(at + 1) for at in range(header.count(",") + 1))
    found = rows(tmp_path, a_csv=f"{header}\n{line}\n")
    assert [row["statistic"] for row in found] == statistics
    assert [row["key"] for row in found] == header.split(",")
    assert [row["pointer"] for row in found] == [
        f"row 1, column {name}" for name in header.split(",")
    ]
    assert {row["role"] for row in found if row["key"] in ("num_ctx", "temperature")} <= {
        "parameter"
    }

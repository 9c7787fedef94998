"""Rows read as columns give the leaves that the csv module and ``cell`` give, row by row."""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baseline_collector.errors import ReadError
from baseline_collector.readers import csv_columns
from baseline_collector.readers.base import Limits
from baseline_collector.readers.csv_columns import Layout, Rows, pieces
from baseline_collector.readers.generic_csv import _row
from baseline_collector.readers.leaves import Leaves

LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


def layout(width: int, delimiter: str = ",", comma: bool = False) -> Layout:
    units = tuple("ms" if at == 1 else "" for at in range(width))
    return Layout(delimiter, tuple(f"[].c{at}" for at in range(width)), units, comma)


def walked(text: str, table: Layout) -> list[dict[str, Any]]:
    leaves, index = Leaves(Limits()), 0
    for row in csv.reader(LINES.findall(text), delimiter=table.delimiter):
        if row:
            _row(row, index, table, leaves)
            index += 1
    return leaves.take().to_pylist()


def by_columns(blocks: list[str], table: Layout) -> list[dict[str, Any]]:
    leaves, index = Leaves(Limits()), 0
    for piece in pieces(iter(blocks), table, Limits(), 0):
        if isinstance(piece, Rows):
            leaves.extend(piece.columns(index, table, leaves))
            index += len(piece)
        elif piece:
            _row(piece, index, table, leaves)
            index += 1
    return leaves.take().to_pylist()


@pytest.fixture(autouse=True)
def from_the_first_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_columns, "_FEWEST", 1)
    monkeypatch.setattr(csv_columns, "_SMALL", 0)


CELLS = [
    "1", "-0", "0.0", "1.5e3", "1E+5", "1e400", "1e-400", "0e5", "nan", "-inf", "Infinity",
    "nan(x)", "9007199254740993", "9007199254740992", "9" * 30, "9" * 4_301, "+1", "+1.5", ".5",
    "5.", "-.5", ".", "-", "--1", "1.2.3", "0x10", "1_000", "1,5", "1,234", "12,34,567", "1.234",
    "5 ms", "45%", "7B", "1st", "tru", "true", "FALSE", "", " ", "\t", " 1 ", "\u00a01", "x", " x ",
    "é😀", "٣", "\u22121", "'1", "1'000", "null", "x" * 4_100, "1" + "0" * 400, "#", "\x00",
    "\x1c7",
]


@pytest.mark.parametrize("comma", [False, True])
@pytest.mark.parametrize("text", CELLS)
def test_each_cell_among_others(text: str, comma: bool) -> None:
    table = layout(2, ";", comma)
    rows = "".join(f"{text};{other}\n{other};{text}\n" for other in ("1.5", "", "x", text))
    assert by_columns([rows], table) == walked(rows, table)
    assert by_columns([rows.replace(";", "\t")], layout(2, "\t")) == walked(rows.replace(";", "\t"),
                                                                           layout(2, "\t"))


@pytest.mark.parametrize("text", [
    '"a",1\n', '"a,b",1\n', '"a""b",1\n', 'a"b,1\n', '"a"b,1\n', '"",""\n', '"a\nb",1\n',
    '"a\r\nb",1\r\n', '"a', '"a\n', '"1.5","2"\n', ' "a",1\n', '"a" ,1\n', '"\n",1\n\n2,3\n',
    '1,2,3\n', '1\n', '\n\n', '1,2', '1,2\r3,4\r', '1,2\n\r3,4\n\n', '"1\n2,3\n4,"\n5,6\n',
    '"""",1\n',
    'a,"b\n', '",",","\n', '"x",\n',
])
@pytest.mark.parametrize("cut", [1, 2, 3])
def test_quotes_and_line_ends(text: str, cut: int) -> None:
    whole = f"1,2\n{text}3,4\n{text}"
    lines = LINES.findall(whole)
    blocks = ["".join(lines[at : at + cut]) for at in range(0, len(lines), cut)]
    assert by_columns(blocks, layout(2)) == walked(whole, layout(2))


token = st.sampled_from(['"', ",", "\n", "\r\n", "\r", "1", "2.5", "a", " ", "", "e", "-", ".", "é",
                         "1,2\n", '"x,y",3\n', "\u2028", "\x0b"])


@settings(max_examples=40, deadline=None)
@given(st.lists(token, max_size=40), st.integers(1, 4), st.integers(1, 3))
def test_any_text_cut_anywhere(tokens: list[str], cut: int, width: int) -> None:
    text = "".join(tokens)
    lines = LINES.findall(text)
    blocks = ["".join(lines[at : at + cut]) for at in range(0, len(lines), cut)]
    assert by_columns(blocks, layout(width)) == walked(text, layout(width))


def test_a_field_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ReadError, match="too long"):
        list(pieces(iter(['1,"' + "x\n" * 9]), layout(2), Limits(field_chars=9), 0))


def test_few_rows_and_small_blocks_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_columns, "_FEWEST", 3)
    text = "1,2\n3,4\n5\n" + "6,7\n" * 3
    assert [len(piece) if isinstance(piece, Rows) else piece
            for piece in pieces(iter([text]), layout(2), Limits(), 0)] == [
                ["1", "2"], ["3", "4"], ["5"], 3]
    assert by_columns([text], layout(2)) == walked(text, layout(2))
    monkeypatch.setattr(csv_columns, "_SMALL", 99)
    assert by_columns([text], layout(2)) == walked(text, layout(2))

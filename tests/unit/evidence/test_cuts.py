"""Rows cut by codes, against the plain way of doing it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.evidence.cuts import (
    any_within,
    counts,
    cut,
    differ_within,
    together,
)

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9_000)), min_size=1, max_size=30)


def columns(rows: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    first, second = zip(*rows, strict=True)
    return np.array(first, np.int64), np.array(second, np.int64)


@given(pairs)
def test_codes_are_equal_where_both_are(rows: list[tuple[int, int]]) -> None:
    found = together(*columns(rows)).tolist()
    for code, row in zip(found, rows, strict=True):
        assert [other == code for other in found] == [other == row for other in rows]


@given(pairs)
def test_groups_stand_in_the_order_of_their_first_row(rows: list[tuple[int, int]]) -> None:
    codes, values = columns(rows)
    at = np.arange(len(rows)) * 10
    plain: dict[int, list[int]] = {}
    for row, code in zip(at.tolist(), codes.tolist(), strict=True):
        plain.setdefault(code, []).append(row)
    found = cut(at, codes)
    assert [found.rows_of(group).tolist() for group in range(len(found.starts))] == list(
        plain.values())
    table = np.zeros(int(at.max()) + 1, np.int64)
    table[at] = values
    assert found.distinct(table) == [list(dict.fromkeys(table[mine].tolist()))
                                     for mine in plain.values()]
    last = found.select(np.array([len(plain) - 1]))
    assert last.rows.tolist() == list(plain.values())[-1] and last.starts.tolist() == [0]


@given(pairs)
def test_what_stands_with_a_code(rows: list[tuple[int, int]]) -> None:
    codes, values = columns(rows)
    assert counts(codes).tolist() == [codes.tolist().count(code) for code in codes]
    assert differ_within(codes, values).tolist() == [
        len(set(values[codes == code].tolist())) > 1 for code in codes]
    low = values % 3
    assert differ_within(codes, low).tolist() == [
        len(set(low[codes == code].tolist())) > 1 for code in codes]
    assert any_within(codes, values > 4_000).tolist() == [
        bool((values[codes == code] > 4_000).any()) for code in codes]


@given(pairs, st.data())
def test_what_groups_say_of_their_rows(rows: list[tuple[int, int]], data: st.DataObject) -> None:
    codes, values = columns(rows)
    groups, value = cut(np.arange(len(rows)), codes), values % 3
    mine = [value[codes == code].tolist() for code in dict.fromkeys(codes.tolist())]
    assert groups.mixed(value).tolist() == [len(set(one)) > 1 for one in mine]
    flags = value[groups.rows] > 0
    assert groups.all_of(flags).tolist() == [min(one) > 0 for one in mine]
    assert groups.any_of(flags).tolist() == [max(one) > 0 for one in mine]
    chosen = data.draw(st.lists(st.integers(0, len(mine) - 1), min_size=1, unique=True))
    some = groups.select(np.array(chosen))
    assert [some.rows_of(at).tolist() for at in range(len(chosen))] == [
        groups.rows_of(at).tolist() for at in chosen]
    assert groups.rows[groups.inside(np.array(chosen))].tolist() == some.rows.tolist()


def test_no_rows_are_no_groups() -> None:
    nothing = np.zeros(0, np.int64)
    assert cut(nothing, nothing).rows.tolist() == []

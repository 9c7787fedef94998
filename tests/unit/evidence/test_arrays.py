"""Text columns as codes, against looking at every row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.evidence.arrays import Coded, is_constant, taken

texts = st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=12)


def coded(rows):
    column = pa.array(rows, pa.string()).dictionary_encode()
    return Coded(pa.chunked_array([column]))


@given(texts, st.lists(st.sampled_from(["a", "b", "z", None]), max_size=3), st.data())
def test_a_column_says_what_its_rows_say(rows, wanted, data):
    column = coded(rows)
    assert [column.at(at) for at in range(len(rows))] == rows
    assert column.where(*wanted).tolist() == [one in wanted for one in rows]
    chosen = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    flags, some = np.array(chosen), np.flatnonzero(chosen)
    held = {one for one, flag in zip(rows, chosen, strict=True) if flag}
    for given_as in (flags, some):
        assert {column.names[code] for code in column.present(given_as).tolist()} == held
        assert column.held(given_as).sum() == len(held)


@pytest.mark.parametrize("rows", [["a"] * 3, [None] * 3])
def test_rows_that_agree_take_the_room_of_one(rows):
    column = coded(rows)
    assert column.constant and column.codes.tolist() == [0 if rows[0] is None else 1] * 3
    assert column.where("a").tolist() == [rows[0] == "a"] * 3
    assert not coded(["a", None]).constant
    assert not coded([]).constant


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.data())
def test_taken_is_what_the_rows_hold(values, data):
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, len(values) - 1)))), np.int64)
    for column in (np.array(values), np.broadcast_to(np.int64(values[0]), len(values))):
        assert taken(column, rows).tolist() == column[rows].tolist()
    assert is_constant(taken(column, np.arange(len(values))))

"""Tables put aside come back as they were, from memory or from a file, however they are cut."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.spool import Spool, in_groups, joined


def table(start: int, size: int, names: str) -> pa.Table:
    """Rows with a number each and a dictionary of their own."""
    coded = pa.array([names[at % len(names)] for at in range(size)], pa.string())
    coded = coded.dictionary_encode()
    return pa.table({"at": pa.array(range(start, start + size), pa.int64()), "name": coded})


@pytest.mark.parametrize("room", [0, 200, 1 << 20])
def test_what_is_put_aside_comes_back(tmp_path: Path, room: int) -> None:
    spool = Spool(tmp_path / "rows", room)
    pieces = [table(0, 5, "ab"), table(5, 0, "a"), table(5, 3, "ba"), table(8, 40, "xyz")]
    for piece in pieces:
        spool.add(piece)
    assert spool.rows == 48
    for _ in range(2):
        whole = joined(list(spool.tables()))
        assert whole.to_pylist() == joined(pieces).to_pylist()
    assert spool.spilled == (room < 1 << 20) == (tmp_path / "rows").exists()
    spool.remove()
    assert not (tmp_path / "rows").exists()


def test_another_process_reads_the_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "rows")
    spool.add(table(0, 5, "ab"))
    spool.close(to_file=True)
    again = Spool.written(tmp_path / "rows", spool.rows)
    assert joined(list(again.tables())).to_pylist() == table(0, 5, "ab").to_pylist()
    empty = Spool(tmp_path / "none")
    empty.close(to_file=True)
    assert not list(Spool.written(tmp_path / "none", 0).tables())


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 7))
def test_groups_are_cut_by_number_alone(sizes: list[int], rows: int) -> None:
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    pieces = [table(start, size, "abc"[at % 3 :]) for at, (start, size) in
              enumerate(zip(starts, sizes, strict=True))]
    groups = list(in_groups(iter(pieces), rows))
    assert all(group.num_rows == rows for group in groups[:-1])
    assert [row for group in groups for row in group.to_pylist()] == [
        row for piece in pieces for row in piece.to_pylist()]

"""Where cells stand: all rows alike, and line by line, say the same."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.readers import csv_scan
from baseline_collector.readers.csv_scan import scan, texts

CELLS = st.text(st.sampled_from('ab1.-é "'), max_size=5)
TABLES = st.tuples(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(),
)


@given(TABLES)
def test_a_table_of_even_rows_is_cut_as_line_by_line(
    table: tuple[list[list[str]], str, bool]
) -> None:
    rows, end, last = table
    text = end.join(",".join(row) for row in rows) + end * last
    if not text:
        return
    width = len(rows[0])
    quick = scan(text, ord(","), width)
    with_quotes = csv_scan._even
    try:
        csv_scan._even = lambda *_: None
        slow = scan(text, ord(","), width)
    finally:
        csv_scan._even = with_quotes
    for name in ("begins", "nexts", "blank", "regular", "starts", "ends"):
        assert np.array_equal(getattr(quick, name), getattr(slow, name)), name


def test_cells_are_taken_out_of_what_stands_between_them() -> None:
    for text in ('1,2\n3,4\n', '1,2\r\n3,4\r\n', '"1","2"\n"3","4"\n', '"1","2"\n\n\n\n\n3,4',
                 '1,2\nx\n3,4'):
        found = scan(text, ord(","), 2)
        assert texts(found.buffer, found.starts, found.ends).to_pylist() == ["1", "2", "3", "4"]

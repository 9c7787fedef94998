"""What a report writes of a name, read back: the same as the name spelled."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baseline_collector.audit.spelled import plain, spelled
from baseline_collector.render.markdown_text import code, prose


@pytest.mark.parametrize("name", ["a\nb", "\u202e9999 s/kot\u202c", "`` ` `` **b**", "x" * 900,
                                  "a | b", "R&D &amp; <b>", "\x1b[2J42", "m.", " 4 "])
def test_code_is_read_back(name):
    assert plain(code(name)) == spelled(name)


@settings(max_examples=30)
@given(st.text(st.characters(blacklist_characters="&"), max_size=30))
def test_code_of_any_name_is_read_back(name):
    assert plain(code(name)).strip('"').strip() == spelled(name).strip('"').strip()


def test_prose_is_read_back():
    assert plain(prose("1 < 2 & *3* [x](y)")) == "1 < 2 & 3 [x](y)"

"""Pointers lead to what stands there, or say that nothing does."""

from __future__ import annotations

import pytest

from baseline_collector.audit.evidence import resolve
from baseline_collector.errors import ReadError

JSON = '{"a/b": [{"x~y": 1.50}, {"x~y": 2e3}], "t": "text"}'
LINES = '{"v": 1}\n{"v": 2}\n'
CSV = 'name,value\n"a, b",3.10\nc,4\n'
LOGGED = "==PROF== started\n" + CSV
NOTE = '# T\n\n| a | b |\n|---|---|\n| 5 | 6 |\n\n```json\n{"k": [7]}\n```\n'


@pytest.mark.parametrize(
    ("text", "pointer", "found"),
    [
        (JSON, "/a~1b/0/x~0y", "1.50"),
        (JSON, "/a~1b/1/x~0y", "2e3"),
        (JSON, "/t", "text"),
        (LINES, "/1/v", "2"),
        (CSV, "row 1, column value", "3.10"),
        (CSV, "row 2, column name", "c"),
        (LOGGED, "row 2, column value", "4"),
        (NOTE, "line 5, a", "| 5 | 6 |"),
        (NOTE, "line 7, /k/0", "7"),
    ],
)
def test_resolve(text, pointer, found):
    assert resolve(text, pointer) == found


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (JSON, "/a~1b/9/x~0y"),
        (JSON, "/none"),
        (CSV, "row 9, column value"),
        (CSV, "row 1, column z"),
        (NOTE, "line 99, a"),
        ("no json", "/a"),
        (JSON, "/t/deeper"),
    ],
)
def test_nothing_there(text, pointer):
    with pytest.raises(ReadError):
        resolve(text, pointer)

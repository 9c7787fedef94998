"""Pointers lead to what stands there, or say that nothing does."""

from __future__ import annotations

import pytest

from baseline_collector.audit.evidence import resolve
from baseline_collector.errors import ReadError

JSON = '{"a/b": [{"x~y": 1.50}, {"x~y": 2e3}], "t": "text"}'
LINES = '{"v": 1}\n{"v": 2}\n'
CSV = 'name,value\n"a, b",3.10\nc,4\n'
LOGGED = "==PROF== started\n" + CSV
GROUPED = """Run,Time,Time,State
,Mean,Mean,Left
,s,ms,
a,1.5,1500,"{""n"": {""left"": 12}, ""p"": [3, 4.5]}"
"""
COMMENTED = "name,rate\n# Model: m | Size: 77\nm,3.5\nm,4.5\n"
TWO_TABLES = "Metric,avg\nlatency,5.5\n\nMetric,Value\ncount,32\nrate,7.25\n"
PIPED = 'name,value\n"a |||| b",3.10\n"|||||| c",4\n'
YAML = "a:\n  b:\n  - p95: 2294.0\n"
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
        (PIPED, "row 2, column value", "4"),
        (LOGGED, "row 2, column value", "4"),
        (GROUPED, "row 1, column Time.Mean.ms", "1500"),
        (GROUPED, "row 1, column State.Left.n.left", "12"),
        (GROUPED, "row 1, column State.Left.p.p50", '{"n": {"left": 12}, "p": [3, 4.5]}'),
        (COMMENTED, "row 2, column rate", "4.5"),
        (COMMENTED, "preamble, Size", "# Model: m | Size: 77"),
        (TWO_TABLES, "row 4, column Value", "7.25"),
        (YAML, "/a/b/0/p95", "2294.0"),
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

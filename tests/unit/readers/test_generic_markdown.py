"""Markdown: values with a name, each on the line its pointer says."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .heap import leaves, outcome, pick, rows

GOLDEN = """---
model: gemma3:1b
ttft_ms: 11.5
---
# Results of 2025

- **Throughput**: 12.5 tok/s
- Load Time = 13.5 s
* `GPU Power`: 14.5 W

| Metric name | *gpu__time* | Tokens/s | Tokens/s | a \\| b |
|:--|--:|:-:|---|---|
| one | 1,234 ms | **16.5** | *17.5* | `x|y` |
| two | −18.5 | 19 | 20.5% | |

```json
{"eval_s": 21.5, "items": [22.5, 23.5]}
```
~~~yaml
load_s: 24.5
# note
~~~
Prose with 25.5 in it.
"""


def test_every_value_has_its_own_line(tmp_path: Path) -> None:
    found = rows(tmp_path, a_md=GOLDEN)
    assert pick(found, "pointer", "raw", "value", "unit") == [
        ("line 3, ttft_ms", "11.5", 0.0115, "s"),
        ("line 7, Throughput", "12.5 tok/s", 12.5, "tok/s"),
        ("line 8, Load Time", "13.5 s", 13.5, "s"),
        ("line 9, GPU Power", "14.5 W", 14.5, "W"),
        ("line 13, gpu__time", "1,234 ms", 1.234, "s"),
        ("line 13, Tokens/s", "16.5", 16.5, "tok/s"),
        ("line 13, Tokens/s#2", "17.5", 17.5, None),
        ("line 14, gpu__time", "−18.5", -18.5, None),
        ("line 14, Tokens/s", "19", 19.0, "tok/s"),
        ("line 14, Tokens/s#2", "20.5%", 20.5, "%"),
        ("line 16, /eval_s", "21.5", 21.5, "s"),
        ("line 16, /items/0", "22.5", 22.5, None),
        ("line 16, /items/1", "23.5", 23.5, None),
        ("line 20, load_s", "24.5", 24.5, "s"),
    ]
    assert not any(row["counted"] for row in found), "notes quote, they do not measure"
    lines = GOLDEN.splitlines()
    for row in found:
        at = int(str(row["pointer"]).split(",")[0].split()[1])
        assert str(row["raw"]) in "".join(lines[at - 1 : at + 1])


def test_prose_is_counted_as_text(tmp_path: Path) -> None:
    found = leaves(tmp_path, a_md=GOLDEN)
    assert [row["raw"] for row in found if row["key"] in ("prose", "heading", "code")] == [
        "Results of 2025",
        "# note",
        "Prose with 25.5 in it.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n" + "-" * 200_000 + "x\n",
        "*" * 200_000 + "\n",
        "a" + " " * 200_000 + "\n",
        "- " * 100_000 + "\n",
        "|" * 100_000 + "\n" + "|-" * 50_000 + "\n",
        "```\n" * 20_000,
        "| a |\n|---|\n" + "| 1 |\n" * 20_000,
        "__" * 100_000,
        "`" * 100_000 + "json\n",
        "#" * 100_000,
        "a:" * 60_000,
        "---\n" + "x: 1\n" * 50_000,
        "1" * 100_000 + ". x\n",
        "a" * 59 + " " * 100_000 + ": 1",
        "*" + "a" * 100_000 + "\n| x |\n|-|\n| *" + "b c " * 50_000 + " |\n",
    ],
)
def test_no_line_takes_long(tmp_path: Path, text: str) -> None:
    started = time.process_time()
    assert outcome(tmp_path, a_md=text)[0] == "read"
    assert time.process_time() - started < 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from('|-:#*`~ \n1.5,a_%{}[]"=ms'), max_size=120))
def test_any_text_is_read_and_pointers_are_unique(tmp_path: Path, text: str) -> None:
    for row in rows(tmp_path, a_md=text + "x"):
        at = int(str(row["pointer"]).split(",")[0].split()[1])
        assert 1 <= at <= len((text + "x").splitlines())


def test_broken_fences(tmp_path: Path) -> None:
    found = leaves(tmp_path, a_md='```json\n{"a": \n```\n```json\n{"b": 1}')
    assert [(row["key"], row["raw"]) for row in found] == [("code", '{"a": '), ("fence[][].b", "1")]

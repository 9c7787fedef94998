"""llama-benchy: results of a server measured like llama-bench, as JSON, CSV and Markdown.

Specified in llama-benchy, results.py (0.4). ``t/s`` is of the whole batch and ``t/s (req)`` of
one request; whether it is prompt or output tokens stands in the test's name. Its deviation
divides by n, and one value has none: a 0 is withheld.
"""

from __future__ import annotations

import re
from typing import Any

from baseline_collector.paths import join
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import first_row, head_lines, put, records
from baseline_collector.readers.told import Told, ToolJson, first, has

_ONE = "one value has no standard deviation"
_CSV = ["model", "test_name", "t_s_mean", "t_s_std"]
_MARKDOWN = ("ttfr (ms)", "est_ppt (ms)", "e2e_ttft (ms)")
_SPREAD = re.compile(r"([\d.]+)\s*±\s*([\d.]+)")
_ZERO = re.compile(r"0+(?:\.0*)?")
_TEST = re.compile(r"(?:ctx_)?(pp|tg)")


def _sense(test: str) -> str:
    match = _TEST.match(test)
    return match[1] if match else ""


class LlamaBenchyJson(ToolJson):
    """``--format json``."""

    name = "llama-benchy"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it has the suite's facts and a run's sizes."""
        return has(record, "latency_mode", "prefix_caching_enabled", "benchmarks") and has(
            first(record["benchmarks"]), "prompt_size", "response_size", "is_context_prefill_phase")

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """A distribution over one value has no deviation."""
        del key
        values = value.get("values")
        if isinstance(values, list) and len(values) < 2:
            return Told(withheld={"std": _ONE})
        return above

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the tool."""
        return str(record.get("version", ""))


class LlamaBenchyCsv:
    """``--format csv``: a row a test."""

    name = "llama-benchy"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the header is the tool's."""
        header = first_row(opened)
        return header[: len(_CSV)] == _CSV and "e2e_ttft_mean" in header

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell, its row's test as sense.

        Raises:
            ReadError: A field is longer than the limit.
        """
        for index, record in enumerate(records(opened)):
            for name, text in record.items():
                alone = name.endswith("_std") and _ZERO.fullmatch(text)
                put(leaves, join("[]", name), (index, None, None), text, "",
                    _sense(record.get("test_name", "")), _ONE if alone else "")
        return Outcome()


class LlamaBenchyMarkdown:
    """``--format md``: one table and nothing else."""

    name = "llama-benchy"
    version = "1"
    places: Places = "lines"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the first line is the tool's header, and every line a row."""
        lines = head_lines(opened, 400)
        return bool(lines) and set(_MARKDOWN) <= set(_cells(lines[0])) and all(
            line.startswith("|") for line in lines)

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell, ``mean ± deviation`` as two.

        Raises:
            ReadError: The content is no text.
        """
        names: list[str] = []
        for at, line in enumerate(opened.text.splitlines()):
            if not names:
                names = _cells(line)
            elif not set(line) <= set("|-: "):
                _row(dict(zip(names, _cells(line), strict=False)), at, leaves)
        return Outcome()


def _cells(line: str) -> list[str]:
    return [text.strip() for text in line.strip().strip("|").split("|")] if "|" in line else []


def _row(record: dict[str, str], at: int, leaves: Leaves) -> None:
    sense = _sense(record.get("test", ""))
    for name, text in record.items():
        spread = _SPREAD.fullmatch(text)
        put(leaves, join("[][]", name), (at, 0, None), spread[1] if spread else text, sense=sense)
        if spread:
            put(leaves, join("[][]", f"{name} ±"), (at, 0, None), spread[2], sense=sense,
                withheld=_ONE if _ZERO.fullmatch(spread[2]) else "")

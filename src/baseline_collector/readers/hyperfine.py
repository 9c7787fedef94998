"""hyperfine: exports as JSON, CSV and Markdown, versions 1.0 to 1.19.

Specified in hyperfine's README and src/export. JSON and CSV are seconds; the Markdown header
names its unit and a mean cell holds the deviation too.
"""

from __future__ import annotations

import re
from typing import Any

from baseline_collector.paths import join
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import TEXT
from baseline_collector.readers.leaves import Depth, Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import first_row, head_lines, put, rows
from baseline_collector.readers.told import ToolJson, first, has

_HEADER = ["command", "mean", "stddev", "median", "user", "system", "min", "max"]
_TITLE = re.compile(r"(Command|Mean|Min|Max|Relative)(?:\s*\[(\w+)\])?")
_SPREAD = re.compile(r"([\d.]+)\s*±\s*([\d.]+)")


class HyperfineJson(ToolJson):
    """``--export-json``."""

    name = "hyperfine"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether its first result is a command with its times."""
        return has(first(record.get("results")), "command", "mean", "user", "system")


class HyperfineCsv:
    """``--export-csv``; columns of parameters follow those of times."""

    name = "hyperfine"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the header is the tool's."""
        return first_row(opened)[: len(_HEADER)] == _HEADER

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell.

        Raises:
            ReadError: A field is longer than the limit.
        """
        found = rows(opened)
        header = next(found)
        for index, row in enumerate(found):
            for name, text in zip(header, row, strict=False):
                put(leaves, join("[]", name), (index, None, None), text)
        return Outcome()


class HyperfineMarkdown:
    """``--export-markdown``: one table and nothing else."""

    name = "hyperfine"
    version = "1"
    places: Places = "lines"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the first line is the tool's header, and every line a row."""
        lines = head_lines(opened, 400)
        return bool(lines) and _titles(lines[0])[:2] != [] and all(
            line.startswith("|") for line in lines)

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell, ``mean ± deviation`` as two.

        Raises:
            ReadError: The content is no text.
        """
        lines = opened.text.splitlines()
        start = next(at for at, line in enumerate(lines) if line.strip())
        titles = _titles(lines[start])
        for at, line in enumerate(lines[start + 2 :], start + 2):
            cells = [text.strip() for text in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
            for (name, unit), text in zip(titles, cells, strict=False):
                _cell(join("[][]", name), (at, 0, None), text, unit, leaves)
        return Outcome()


def _titles(line: str) -> list[tuple[str, str]]:
    """Names and units of the header, or nothing where it is another's."""
    matches = [_TITLE.fullmatch(text.strip()) for text in line.strip().strip("|").split("|")]
    titles = [(match[1], match[2] or "") for match in matches if match]
    names = [name for name, _ in titles]
    return titles if len(titles) == len(matches) and names[:2] == ["Command", "Mean"] else []


def _cell(key: str, at: Depth, text: str, unit: str, leaves: Leaves) -> None:
    spread = _SPREAD.fullmatch(text)
    if key.endswith("Command"):
        leaves.add(key, at, TEXT, text.strip("`").replace("\\|", "|"))
    elif spread is None:
        put(leaves, key, at, text, unit)
    else:
        put(leaves, key, at, spread[1], unit)
        put(leaves, join("[][]", key.rpartition(".")[2] + " ±"), at, spread[2], unit)

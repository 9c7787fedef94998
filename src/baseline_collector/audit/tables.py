"""Tables of a report: each cell with the labels of its row and column."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from baseline_collector import vocabulary
from baseline_collector.naming import plain

_NUMERIC = re.compile(r"[~≈<>≤≥+\-−]?\s*\d[\d.,\s]*(?:[eE][-+]?\d+)?\s*[%x×]?\s*[\w/%°µ ]{0,12}")
_SETTING_VALUE = re.compile(r"[-−]?\d+(?:\.\d+)?|[\w.:-]*\w")

_PROVENANCE = re.compile(r"\b(?:sources?|evidence|provenance|references?|links?|sql|query)\b", re.I)
"""Columns that say where a number comes from and not what it is about."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes:
        labels: What it is about: the words of its row, then the header of its column.
        text: Its content.
        line: Line, from 1.
        column: Column of the content, from 1.
        name: Header of its column.
        row: Header and content of every cell of its row.
    """

    labels: str
    text: str
    line: int
    column: int
    name: str = ""
    row: tuple[tuple[str, str], ...] = ()


def cells(lines: list[str], at: int, end: int, body: int) -> Iterator[Cell]:
    """Yield the cells that may hold claims.

    A column of settings (``num_ctx``) says what its row is about and claims nothing, as
    long as another column holds something else; so do cells without a number.

    Args:
        lines: All lines of the report.
        at: Index of the header line.
        end: Index after the last row.
        body: Index of the first row.
    """
    header = [text.strip().strip("*\x1f").strip() for _, text in _split(lines[at])]
    settings = [plain(name) in vocabulary.PARAMETERS for name in header]
    if all(settings):
        settings = [False] * len(settings)
    for number in range(body, end):
        row = list(_split(lines[number]))
        label = _label(row, header, settings)
        whole = tuple(zip(header, (text for _, text in row), strict=False))
        for n, (column, text) in enumerate(row):
            if not text.strip() or (n < len(settings) and settings[n]):
                continue
            if n < len(header) and _PROVENANCE.search(header[n]):
                continue
            if n == 0 and not _NUMERIC.fullmatch(text.strip().strip("*")):
                continue
            name = header[n] if n < len(header) else ""
            labels = f"{label} | {name}: " if name or label else ""
            yield Cell(labels.lstrip(" |"), text, number + 1, column + 1, name, whole)


def _label(row: list[tuple[int, str]], header: list[str], settings: list[bool]) -> str:
    found = []
    for n, (_, text) in enumerate(row):
        bare = text.strip().strip("*").strip()
        if n < len(header) and _PROVENANCE.search(header[n]):
            continue
        if n < len(settings) and settings[n]:
            if _SETTING_VALUE.fullmatch(bare):
                found.append(f"`{header[n]}={bare}`")
        elif bare and not _NUMERIC.fullmatch(bare):
            found.append(bare)
    return " ".join(found)


def _split(line: str) -> Iterator[tuple[int, str]]:
    """Cells of a line with the offset of their content."""
    start = line.index("|") + 1 if line.lstrip().startswith("|") else 0
    for match in re.finditer(r"((?:\\\||[^|])*)(\||$)", line[start:]):
        text = match[1]
        if not match[2] and not text.strip():
            return
        lead = len(text) - len(text.lstrip())
        yield start + match.start() + lead, text.strip()
        if not match[2]:
            return

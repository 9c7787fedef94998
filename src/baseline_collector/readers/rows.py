"""Delimited rows of known tools: the first row, the rows, a cell as a leaf."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from baseline_collector.errors import ReadError
from baseline_collector.paths import with_sense
from baseline_collector.readers.cells import NULL, NUMBER, cell
from baseline_collector.readers.encoding import line_encoding
from baseline_collector.readers.leaves import Depth, Leaves
from baseline_collector.readers.opened import Opened

_HEAD = 65_536


def head_lines(opened: Opened, count: int = 5) -> list[str]:
    """The first lines that are not blank; empty where the content is no text."""
    return _head(opened)[:count]


def _head(opened: Opened) -> list[str]:
    """Lines of the first 64 KiB that are not blank, decoded once for all who ask."""
    known: list[str] | None = opened.__dict__.get("_head_lines")
    if known is None:
        head = opened.data[:_HEAD]
        encoding, skip = line_encoding(head)
        text = head[skip:].decode(encoding, "replace")
        known = [] if "\x00" in text else [line for line in text.splitlines() if line.strip()]
        opened.__dict__["_head_lines"] = known
    return known


def first_row(opened: Opened) -> list[str]:
    """Cells of the first line, split at commas; empty where there are none."""
    known: list[str] | None = opened.__dict__.get("_first_row")
    if known is None:
        lines = head_lines(opened, 1)
        try:
            known = next(csv.reader(lines), []) if lines else []
        except csv.Error:
            known = []
        opened.__dict__["_first_row"] = known
    return known


def rows(opened: Opened) -> Iterator[list[str]]:
    """Yield the rows of a comma-separated file, blank ones left out.

    Raises:
        ReadError: A field is longer than the limit.
    """
    previous = csv.field_size_limit(opened.limits.field_chars)
    try:
        for row in csv.reader(opened.lines()):
            if row:
                yield row
    except csv.Error as error:
        raise ReadError(f"a field is too long or broken: {error}",
                        expected=f"at most {opened.limits.field_chars} characters") from error
    finally:
        csv.field_size_limit(previous)


def records(opened: Opened) -> Iterator[dict[str, str]]:
    """Yield the rows below the header by its names.

    Raises:
        ReadError: A field is longer than the limit.
    """
    found = rows(opened)
    header = next(found)
    return (dict(zip(header, row, strict=False)) for row in found)


def put(leaves: Leaves, key: str, at: Depth, text: str, unit: str = "", sense: str = "",
        withheld: str = "") -> None:
    """Write one cell.

    Args:
        leaves: Where it goes.
        key: Its template.
        at: Its place.
        text: The cell.
        unit: Unit of its column or row, where the cell states none.
        sense: What the row says the value is.
        withheld: Why its number stands for no measurement; empty where it does.
    """
    kind, value, own, reason = cell(text)
    if kind == NULL:
        text = ""
    if kind == NUMBER and withheld:
        value, reason = None, withheld
    leaves.add(with_sense(key, sense), at, kind, text.strip()[: leaves.limits.field_chars], value,
               own or unit, reason)

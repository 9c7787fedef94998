"""JSON and JSONL of no particular tool: every leaf by its path.

Format: RFC 8259, and JSON Lines (one document a line). A JSONL file is an array of
its lines: the index in pointers is the line number less one.
"""

from __future__ import annotations

from typing import Any

from baseline_collector.errors import ReadError
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import BOOL, NULL, NUMBER, REPEATED, TEXT
from baseline_collector.readers.json_columns import Write, write_lines
from baseline_collector.readers.json_large import Large, shallow
from baseline_collector.readers.json_text import Repeated, Written, parse
from baseline_collector.readers.leaves import TOP, Depth, Leaves
from baseline_collector.readers.opened import Opened


def walk(value: Any, leaves: Leaves, key: str = "", at: Depth = TOP, depth: int = 0,
         lost: bool = False) -> None:
    """Write every leaf below a parsed value.

    Args:
        value: As ``json_text.parse`` returns it.
        leaves: Where they go.
        key: Path template of the value.
        at: Indices of the template, outermost first.
        depth: How deep the value lies.
        lost: Whether a later value of the same key stands instead; its leaves are counted as
            rejected and say nothing.

    Raises:
        ReadError: Nested deeper than the limits allow.
    """
    if isinstance(value, dict):
        _bounded(depth, leaves)
        for name, inner in value.items():
            walk(inner, leaves, leaves.join(key, name), at, depth + 1, lost)
        for name, inner in value.earlier() if isinstance(value, Repeated) else ():
            walk(inner, leaves, leaves.join(key, name), at, depth + 1, lost=True)
    elif isinstance(value, list):
        _bounded(depth, leaves)
        _items(value, leaves, key, at, depth, lost)
    elif lost:
        _reject(value, leaves, key, at)
    elif type(value) is Written:
        leaves.add_number(key, at, value)
    elif isinstance(value, str):
        leaves.add(key, at, TEXT, value[: leaves.limits.field_chars])
    elif value is None:
        leaves.add(key, at, NULL, "null")
    else:
        leaves.add(key, at, BOOL, "true" if value else "false")


def _items(items: list[Any], leaves: Leaves, key: str, at: Depth, depth: int, lost: bool) -> None:
    template = key + "[]"
    for index, inner in enumerate(items):
        if at[0] is None:
            walk(inner, leaves, template, (index, None, None), depth + 1, lost)
        elif at[1] is None:
            walk(inner, leaves, template, (at[0], index, None), depth + 1, lost)
        elif at[2] is None:
            walk(inner, leaves, template, (at[0], at[1], index), depth + 1, lost)
        else:
            walk(inner, leaves, f"{key}[{index}]", at, depth + 1, lost)


def _bounded(depth: int, leaves: Leaves) -> None:
    if depth >= leaves.limits.depth:
        raise ReadError(f"nested deeper than {leaves.limits.depth}")


def _reject(value: Any, leaves: Leaves, key: str, at: Depth) -> None:
    """Write a leaf whose key stands again later: a number without a value, a text as null."""
    kind = NUMBER if type(value) is Written else NULL
    leaves.add(key, at, kind, str(value)[: leaves.limits.field_chars], None, "", REPEATED)


class _Plain:
    """A walk in which no object tells anything of the values inside it."""

    alike = True

    def write(self, value: Any, leaves: Leaves, key: str, at: Depth, told: Any, depth: int) -> None:
        del told
        walk(value, leaves, key, at, depth)

    def inside(self, key: str, value: Any, told: Any) -> Any:
        del key, value
        return told


class GenericJson:
    """A JSON document."""

    name = "generic-json"
    version = "1"
    places: Places = "json"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the content starts like a document; the parse decides."""
        return opened.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") or (
            opened.artifact.kind == "json"
        )

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf; a file of several documents, one a line, is read as JSONL.

        Raises:
            ReadError: No JSON.
        """
        if opened.outline is not None:
            Large(opened.take, leaves, _Plain()).go(opened.outline, None)
            return Outcome()
        try:
            document = opened.document
        except ReadError:
            if _second_line_is_json(opened):
                return GenericJsonl().read(opened, leaves)
            raise
        walk(document, leaves)
        return Outcome()


class GenericJsonl:
    """JSON Lines."""

    name = "generic-jsonl"
    version = "1"
    places: Places = "json"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the name says so; content alone cannot tell one line of JSONL from JSON."""
        return opened.artifact.kind == "jsonl"

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf of every line; a broken line is counted, the others are read.

        Raises:
            ReadError: No line is JSON.
        """
        good, broken, first_broken = read_lines(opened, leaves, _write)
        if not good and broken > 1 and opened.fits:
            walk(opened.document, leaves)  # one document, over several lines
            return Outcome()
        if not good:
            raise ReadError(first_broken or "empty", expected="one JSON document a line")
        if broken:
            return Outcome(partly=f"{broken} of {good + broken} lines are no JSON; {first_broken}")
        return Outcome()


def read_lines(opened: Opened, leaves: Leaves, write: Write) -> tuple[int, int, str]:
    """Write every leaf of JSON Lines; return good and broken lines, and the first broken one."""
    index, good, broken, first = 0, 0, 0, ""
    for block in opened.blocks():
        read, wrong = write_lines(block, index, leaves, write)
        if wrong and not first:
            first = f"line {wrong[0][0] + 1}: {wrong[0][1]}"
        good += read
        broken += len(wrong)
        index += block.count(b"\n")
    return good, broken, first


def _write(document: Any, leaves: Leaves, index: int) -> None:
    shallow(document, leaves.limits.depth - 1, leaves.limits.depth)
    walk(document, leaves, "[]", (index, None, None), 1)


def _second_line_is_json(opened: Opened) -> bool:
    found = 0
    try:
        for line in opened.lines():
            if line.strip():
                parse(line.strip(), opened.limits.depth)
                found += 1
            if found == 2:
                return True
    except ReadError:
        pass
    return False

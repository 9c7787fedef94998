"""The leaves of one large JSON document, its long arrays a piece at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from baseline_collector.errors import ReadError
from baseline_collector.readers.json_columns import Refused, write_lines
from baseline_collector.readers.json_outline import (
    Outline,
    Records,
    Take,
    Unsuited,
    as_lines,
    items_of,
    shown_of,
)
from baseline_collector.readers.leaves import TOP, Depth, Leaves


class Steps(Protocol):
    """How a reader walks through values.

    Attributes:
        alike: Whether leaves of items of one structure have the same keys and units.
    """

    alike: bool

    def write(self, value: Any, leaves: Leaves, key: str, at: Depth, told: Any, depth: int) -> None:
        """Write every leaf below a value; ``told`` is what the objects around it told."""

    def inside(self, key: str, value: Any, told: Any) -> Any:
        """What an object tells of the values inside it."""


@dataclass(frozen=True, slots=True)
class Large:
    """One walk through a large document."""

    take: Take
    leaves: Leaves
    steps: Steps

    def go(self, value: Any, told: Any, key: str = "", at: Depth = TOP, depth: int = 0) -> None:
        """Write every leaf of a value.

        Args:
            value: Outlined, or parsed.
            told: What the objects around it told.
            key: Its template.
            at: Its indices.
            depth: How deep it lies.

        Raises:
            ReadError: No JSON, or a limit is passed.
        """
        if isinstance(value, Records):
            self._records(value, told, key, at, depth)
        elif isinstance(value, Outline):
            if value.members[0][0] is not None:
                told = self.steps.inside(key, shown_of(value), told)
            for index, (name, inner) in enumerate(value.members):
                if name is None:
                    below, inside = _item(key, at, index)
                else:
                    below, inside = self.leaves.join(key, name), at
                self.go(inner, told, below, inside, depth + 1)
        else:
            self.steps.write(value, self.leaves, key, at, told, depth)

    def _records(self, found: Records, told: Any, key: str, at: Depth, depth: int) -> None:
        index = 0
        for begin, end in found.cuts:
            data = self.take(begin, end)
            done = self._alike(data, index, told, key, at, depth)
            if not done:
                for item in items_of(data.decode("utf-8", "replace")):
                    below, inside = _item(key, at, index + done)
                    self.steps.write(item, self.leaves, below, inside, told, depth + 1)
                    done += 1
            index += done

    def _alike(self, data: bytes, first: int, told: Any, key: str, at: Depth, depth: int) -> int:
        """Write the items of a piece as lines; return how many, none where they cannot be."""
        slot = next((n for n, index in enumerate(at) if index is None), None)
        if slot is None or not self.steps.alike:
            return 0

        def write(item: Any, leaves: Leaves, index: int) -> None:
            shallow(item, leaves.limits.depth - depth - 1, leaves.limits.depth)
            below, inside = _item(key, at, index)
            self.steps.write(item, leaves, below, inside, told, depth + 1)

        try:
            lines, size = as_lines(data)
        except Unsuited:
            return 0
        good, broken = write_lines(lines, first, self.leaves, write, slot)
        if broken:
            raise ReadError(broken[0][1], where=f"item {broken[0][0] + 1} of {key or 'the array'}")
        if good != size:
            raise ReadError("not JSON: an item is missing between commas",
                            where=key or "the array")
        return good


def _item(key: str, at: Depth, index: int) -> tuple[str, Depth]:
    """Template and indices of an item of an array."""
    first, second, third = at
    if first is None:
        return key + "[]", (index, None, None)
    if second is None:
        return key + "[]", (first, index, None)
    if third is None:
        return key + "[]", (first, second, index)
    return f"{key}[{index}]", at


def shallow(document: Any, levels: int, depth: int) -> None:
    """Refuse a value with more levels of objects and arrays before any leaf is written.

    Raises:
        Refused: It has more.
    """
    level = [document]
    for _ in range(levels):
        level = [inner for value in level if isinstance(value, dict | list)
                 for inner in (value.values() if isinstance(value, dict) else value)]
        if not level:
            return
    if any(isinstance(value, dict | list) for value in level):
        raise Refused(f"nested deeper than {depth}")

"""JSON of known tools: walked like any JSON, with what each object tells of its numbers.

Many tools keep a number and what it is apart: the unit in a neighbouring key, the kind of
test in a setting beside it. A reader says what an object tells; the walk hands it to the
leaves inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from baseline_collector.errors import ReadError
from baseline_collector.paths import with_sense
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import NUMBER, number
from baseline_collector.readers.generic_json import read_lines, walk
from baseline_collector.readers.json_large import Large
from baseline_collector.readers.json_text import Repeated, Written, parse
from baseline_collector.readers.leaves import TOP, Depth, Leaves
from baseline_collector.readers.opened import Opened


@dataclass(frozen=True, slots=True)
class Told:
    """What an object tells of the leaves inside it.

    Attributes:
        unit: Unit of its numbers as it spells it.
        only: Keys the unit speaks for; empty where it speaks for all of them.
        sense: What its values are, where the same key means several things.
        withheld: Keys whose number stands for no measurement, and why.
    """

    unit: str = ""
    sense: str = ""
    only: frozenset[str] = frozenset()
    withheld: Mapping[str, str] = field(default_factory=dict)


NOTHING = Told()

Tell = Callable[[str, dict[str, Any], Told], Told]
"""(template, object, what the object around it told) -> what this one tells."""


def inherit(_key: str, _value: dict[str, Any], above: Told) -> Told:
    """An object that tells nothing of its own."""
    return above


@dataclass(slots=True)
class Walk:
    """One walk through a parsed document."""

    leaves: Leaves
    tell: Tell

    def go(self, value: Any, key: str = "", at: Depth = TOP, told: Told = NOTHING,
           depth: int = 0) -> None:
        """Write every leaf below a value.

        Raises:
            ReadError: Nested deeper than the limits allow.
        """
        if type(value) is Written:
            self._number(value, key, at, told)
        elif isinstance(value, dict):
            self._bounded(depth)
            self._object(value, key, at, self.tell(key, value, told), depth)
        elif isinstance(value, list):
            self._bounded(depth)
            self._items(value, key, at, told, depth)
        else:
            walk(value, self.leaves, with_sense(key, told.sense), at, depth)

    def _number(self, raw: Written, key: str, at: Depth, told: Told) -> None:
        value, reason = number(raw)
        self.leaves.add(with_sense(key, told.sense), at, NUMBER, raw, value, told.unit, reason)

    def _object(self, value: dict[str, Any], key: str, at: Depth, told: Told, depth: int) -> None:
        bare = replace(told, unit="") if told.only and told.unit else told
        for name, inner in value.items():
            below = self.leaves.join(key, name)
            reason = told.withheld.get(name)
            if reason and type(inner) is Written:
                self.leaves.add(with_sense(below, told.sense), at, NUMBER, inner, None, told.unit,
                                reason)
            else:
                spoken = told if not told.only or name in told.only else bare
                self.go(inner, below, at, spoken, depth + 1)
        for name, inner in value.earlier() if isinstance(value, Repeated) else ():
            walk(inner, self.leaves, self.leaves.join(key, name), at, depth + 1, lost=True)

    def _items(self, items: list[Any], key: str, at: Depth, told: Told, depth: int) -> None:
        free = next((n for n, index in enumerate(at) if index is None), None)
        for index, inner in enumerate(items):
            if free is None:
                self.go(inner, f"{key}[{index}]", at, told, depth + 1)
            else:
                inside = (*at[:free], index, *at[free + 1 :])
                self.go(inner, key + "[]", inside, told, depth + 1)  # type: ignore[arg-type]  # as long as at

    def _bounded(self, depth: int) -> None:
        if depth >= self.leaves.limits.depth:
            raise ReadError(f"nested deeper than {self.leaves.limits.depth}")


class Tool:
    """A format of a tool; readers say what they own and tell."""

    name = ""
    version = "1"
    places: Places = "json"
    quotes = False

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether the document, or the first record of an array or of JSON Lines, is the tool's."""
        raise NotImplementedError

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """What an object tells of its numbers."""
        del key, value
        return above

    def version_of(self, record: dict[str, Any]) -> str:
        """Version of the format, where the record says so."""
        del record
        return ""


class ToolJson(Tool):
    """A tool's JSON document, or JSON Lines of its records."""

    def claims(self, opened: Opened) -> bool:
        """Whether the content is the tool's."""
        record = opened.first_record
        return isinstance(record, dict) and self.owns(record)

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf.

        Raises:
            ReadError: Nested too deep, or no line is JSON.
        """
        version = self.version_of(opened.first_record)
        steps = Walk(leaves, self.tell)
        silent = type(self).tell is ToolJson.tell
        if opened.outline is not None and silent:
            Large(opened.take, leaves, _Untold()).go(opened.outline, NOTHING)
            return Outcome(version=version)
        if opened.artifact.kind != "jsonl" and (opened.outline or opened.parsed) is not None:
            steps.go(opened.document)
            return Outcome(version=version)
        return Outcome(_alike(opened, leaves) if silent else _lines(opened, steps), version)


class _Untold:
    """A walk in which no object tells anything of the values inside it."""

    alike = True

    def write(self, value: Any, leaves: Leaves, key: str, at: Depth, told: Any, depth: int) -> None:
        Walk(leaves, inherit).go(value, key, at, told, depth)

    def inside(self, key: str, value: Any, told: Any) -> Any:
        del key, value
        return told


def _alike(opened: Opened, leaves: Leaves) -> str:
    """Read JSON Lines of a tool whose records tell nothing; return what was broken about them."""
    def write(document: Any, into: Leaves, index: int) -> None:
        Walk(into, inherit).go(document, "[]", (index, None, None), NOTHING, 1)

    good, broken, first = read_lines(opened, leaves, write)
    return _said(good, broken, first)


def _lines(opened: Opened, steps: Walk) -> str:
    """Walk JSON Lines; return what was broken about them."""
    good, broken, first = 0, 0, ""
    for index, line in enumerate(opened.lines()):
        if not line.strip():
            continue
        try:
            document = parse(line.strip(), opened.limits.depth)
        except ReadError as error:
            broken += 1
            first = first or f"line {index + 1}: {error.what}"
            continue
        steps.go(document, "[]", (index, None, None), NOTHING, 1)
        good += 1
    return _said(good, broken, first)


def _said(good: int, broken: int, first: str) -> str:
    if not good:
        raise ReadError(first or "empty", expected="one JSON document a line")
    return f"{broken} of {good + broken} lines are no JSON; {first}" if broken else ""


def has(record: Any, *names: str) -> bool:
    """Whether a value is an object with all these keys."""
    return isinstance(record, dict) and all(name in record for name in names)


def first(value: Any) -> Any:
    """First item of a non-empty list, else None."""
    return value[0] if isinstance(value, list) and value else None

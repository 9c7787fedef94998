"""The slot engine: texts with ``{F12}`` and ``{N3}`` in them, written by a pen.

Markdown, HTML and plain text differ in three strokes only: literal prose, the value of a
fact, a name from an artifact. A pen makes those strokes; the engine does the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from baseline_collector import slots
from baseline_collector.model import Analysis, Fact, Name
from baseline_collector.units import digits, show
from baseline_collector.visible import one_line, visible


class Pen(Protocol):
    """How one output writes the three parts of a text."""

    def prose(self, text: str) -> str:
        """Write literal text."""

    def value(self, fact: Fact, shown: str) -> str:
        """Write the value, n or an interval end of a fact; ``shown`` has its unit."""

    def name(self, name: Name) -> str:
        """Write a name that came from an artifact."""


class PlainPen:
    """Writes plain text on one line: titles of pictures, statements in report.json."""

    def prose(self, text: str) -> str:
        """Write literal text, hidden characters made visible."""
        edge = " " if text[:1].isspace() else ""
        end = " " if text[-1:].isspace() and text.strip() else ""
        return f"{edge}{one_line(text)}{end}"

    def value(self, fact: Fact, shown: str) -> str:
        """Write the value as it is shown."""
        return visible(shown)

    def name(self, name: Name) -> str:
        """Write the name, hidden characters made visible."""
        return visible(name.text)


class Slots:
    """The facts and names of one report, and the texts that speak of them.

    Args:
        analysis: Where facts and names are defined.
    """

    def __init__(self, analysis: Analysis) -> None:
        self._facts = {fact.id: fact for fact in analysis.facts}
        self._names = {name.id: name for name in analysis.names}
        self._plain: dict[str, str] = {}

    def fact(self, fact_id: str) -> Fact:
        """Return the fact with this id.

        Raises:
            KeyError: A text names a fact that is not there; a programmer's error.
        """
        return self._facts[fact_id]

    def write(self, text: str, pen: Pen) -> str:
        """Write a text with a pen, slots filled.

        Raises:
            KeyError: A slot names a fact, a name or an interval that is not there.
        """
        return "".join(self._strokes(text, pen))

    def plain(self, text: str) -> str:
        """Write a text as plain prose on one line; asked again, it is not written again."""
        known = self._plain.get(text)
        if known is None:
            known = self._plain[text] = self.write(text, PlainPen())
        return known

    def facts_of(self, texts: Iterable[str]) -> set[str]:
        """Return the ids of all facts named in some texts."""
        return {slot for text in texts for slot in slots.ids(text) if slot in self._facts}

    def _strokes(self, text: str, pen: Pen) -> Iterator[str]:
        for part in slots.parts(text):
            if isinstance(part, str):
                yield pen.prose(part)
            elif part.id in self._names:
                yield pen.name(_piece(self._names[part.id], part.piece))
            else:
                fact = self.fact(part.id)
                yield pen.value(fact, shown(fact, part.field))


def _piece(name: Name, place: int) -> Name:
    return replace(name, text=slots.pieces(name.text)[place - 1]) if place else name


def shown(fact: Fact, field: str = "value") -> str:
    """Write one field of a fact for people, with its unit.

    Args:
        fact: The fact.
        field: ``value``, ``n``, ``low`` or ``high``.

    Raises:
        KeyError: The fact has no such field.
    """
    if field == "value":
        return fact.value if isinstance(fact.value, str) else show(fact.value, fact.unit)
    if field == "n" and fact.n is not None:
        return digits(fact.n)
    if field in ("low", "high") and fact.interval is not None:
        end = fact.interval.low if field == "low" else fact.interval.high
        return show(end, fact.unit)
    raise KeyError(f"{fact.id}.{field}")

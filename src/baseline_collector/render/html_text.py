"""HTML strokes: the pen for texts with slots, numbers that open their evidence, blocks."""

from __future__ import annotations

from baseline_collector.model import Fact, Name
from baseline_collector.render.elements import (
    Html,
    code,
    el,
    escaped,
    joined,
    listing,
    preformatted,
    table,
)
from baseline_collector.render.slots import PlainPen, Slots
from baseline_collector.report import Block
from baseline_collector.visible import has_digit


class HtmlPen:
    """Writes texts with slots as HTML; each number is a link to its evidence."""

    def prose(self, text: str) -> str:
        """Write literal text, escaped."""
        return escaped(text)

    def value(self, fact: Fact, shown: str) -> str:
        """Write the value as a link to the evidence of its fact."""
        return number(shown, fact.id)

    def name(self, name: Name) -> str:
        """Write the name as code."""
        return code(name.text)


def number(shown: str, anchor: str) -> Html:
    """Write a number that opens the evidence with this anchor."""
    return el("a", shown, href=f"#{anchor}", class_="n")


def technical(description: str) -> Html:
    """Write a technical description: as code where it holds digits of its own."""
    return code(description) if has_digit(description) else escaped(description)


def written(content: str, slots: Slots) -> Html:
    """Write a text with slots."""
    return Html(slots.write(content, HtmlPen()))


def block(item: Block, slots: Slots) -> Html:
    """Write one block of a section."""
    if item.kind == "code":
        return preformatted(slots.write(line, _CodePen()) for line in item.items)
    if item.kind == "table":
        rows = [[written(cell, slots) for cell in row] for row in item.rows]
        return table(rows[0], rows[1:]) if rows else Html("")
    texts = [written(content, slots) for content in item.items]
    if item.kind == "more":
        left_out = number(str(item.left_out), "count-left-out")
        return joined(el("p", content, ": ", left_out, ".") for content in texts)
    if item.kind == "paragraph":
        return joined(el("p", content) for content in texts)
    return listing(texts, "ul" if item.kind == "bullets" else "ol")


class _CodePen(PlainPen):
    """Writes texts inside a box of code: indentation is kept."""

    def prose(self, text: str) -> str:
        return text

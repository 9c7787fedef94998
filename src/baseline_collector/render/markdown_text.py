"""Markdown strokes: prose that stays prose, names as code, fences that hold.

Everything is escaped for GitHub Flavored Markdown, the widest dialect: raw HTML, links,
images, bare addresses and tables included. Nothing a text says can become markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from baseline_collector.model import Fact, Name
from baseline_collector.render.slots import PlainPen, Slots
from baseline_collector.report import Block
from baseline_collector.visible import has_digit, one_line, visible

_ACTIVE = re.compile(r"[\\`*\[\]{}~|]|(?<!\w)_|_(?!\w)")
_LINE_START = re.compile(r"^(\s*)([-+=#]|\d+[.)])")
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{0,20}://|\bwww\.|\b(?:data|file|javascript|mailto|vbscript):)\S+"
    r"|[^\s@]{1,64}@[^\s@]{1,255}",
    re.IGNORECASE,
)
_BACKTICKS = re.compile(r"`+")
_LANGUAGE = re.compile(r"[^A-Za-z0-9_+-]")


def prose(text: str) -> str:
    """Escape literal prose; addresses become code, so that no renderer links them."""
    return _edges(text, "".join(_prose_parts(one_line(text))))


def code(text: str) -> str:
    """Write a name as a code span with enough backticks; an empty name as an empty quote."""
    shown = visible(text)
    if not shown.strip():
        return f'"{shown}"'
    ticks = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def technical(text: str) -> str:
    """Write a technical description: prose, or code where it holds digits of its own."""
    return code(text) if has_digit(text) else prose(text)


def fence(lines: Sequence[str], language: str = "") -> list[str]:
    """Put lines into a fence that none of them can close."""
    ticks = "`" * max(3, 1 + max((_longest_run(line) for line in lines), default=0))
    return [f"{ticks}{_LANGUAGE.sub('', language)}", *lines, ticks]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Write a table of finished cells; pipes in them are escaped here."""
    return [_row(header), _row(["---"] * len(header)), *(_row(row) for row in rows)]


class MarkdownPen:
    """Writes texts with slots as Markdown."""

    def prose(self, text: str) -> str:
        """Write literal text, escaped."""
        return prose(text)

    def value(self, fact: Fact, shown: str) -> str:
        """Write the value as plain readable text."""
        return prose(shown)

    def name(self, name: Name) -> str:
        """Write the name as code."""
        return code(name.text)


def block(item: Block, slots: Slots) -> list[str]:
    """Write one block of a section as Markdown lines."""
    if item.kind == "code":
        return fence([slots.write(line, _CodePen()) for line in item.items], item.language)
    pen = MarkdownPen()
    if item.kind == "table":
        rows = [[slots.write(cell, pen) for cell in row] for row in item.rows]
        return table(rows[0], rows[1:]) if rows else []
    texts = [guarded(slots.write(text, pen)) for text in item.items]
    if item.kind == "bullets":
        return [f"- {text}" for text in texts]
    if item.kind == "numbered":
        return numbered(texts)
    if item.kind == "more":
        return [f"{text}: {item.left_out}." for text in texts]
    return "\n\n".join(texts).split("\n")


def folded(words: str, lines: Iterable[str]) -> Iterator[str]:
    """Put lines behind words that a reader opens; what a pen wrote stays Markdown inside."""
    yield f"<details><summary>{words}</summary>"
    yield ""
    yield from lines
    yield "</details>"


def numbered(texts: Sequence[str]) -> list[str]:
    """Write a numbered list."""
    return [f"{place}. {text}" for place, text in enumerate(texts, 1)]


def guarded(line: str) -> str:
    """Keep the beginning of a finished line from opening a list, a heading or a rule."""
    return _LINE_START.sub(lambda match: match[1] + _guard(match[2]), line)


class _CodePen(PlainPen):
    """Writes texts inside a fence: indentation is kept."""

    def prose(self, text: str) -> str:
        return visible(text, longest=max(len(text), 1))


def _prose_parts(text: str) -> Iterable[str]:
    at = 0
    for match in _ADDRESS.finditer(text):
        yield _escaped(text[at : match.start()])
        yield code(match[0])
        at = match.end()
    yield _escaped(text[at:])


def _escaped(text: str) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _ACTIVE.sub(r"\\\g<0>", text)


def _edges(text: str, written: str) -> str:
    start = " " if text[:1].isspace() else ""
    end = " " if text[-1:].isspace() and text.strip() else ""
    return f"{start}{written}{end}"


def _guard(opening: str) -> str:
    return f"{opening[:-1]}\\{opening[-1]}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def _row(cells: Sequence[str]) -> str:
    # Prose has its pipes escaped already; code spans have not, and need it inside a table.
    return "| " + " | ".join(re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in cells) + " |"

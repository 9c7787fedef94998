"""Lines of a report: of a page, those that a browser would show, whatever its line breaks.

Tags become blanks and marks of Markdown, so that a page is read on as text is. A block element
begins and ends a line, a row of a table and a term with its description are one line, and what
is struck out is blanked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Places = tuple[tuple[int, int, int], ...]
"""(offset, line from 1, column from 1), ascending: where pieces of a text stand."""

HEADER = "|\x1f"
"""How the cell of a page's header row begins: its table has no line of dashes."""

_PAGE = re.compile(r"\s*<(?:!doctype html|html)\b", re.I)
_TAG = re.compile(r"<!--|</?[a-z!?][^<>]*>", re.I)
_MARK_OF = {"li": "-", "td": "|", "th": HEADER, "/tr": "|", "code": "`", "/code": "`"}
_UNSHOWN = ("script", "style", "del", "s", "strike")
_TOOLTIPS = ("title", "desc")
"""What a drawing holds that a browser shows at most under the pointer."""
_CLOSING = {name: re.compile(rf"</{name}\s*>", re.I) for name in (*_UNSHOWN, *_TOOLTIPS)} | {
    "!--": re.compile("-->"), "pre": re.compile(r"</pre\s*>", re.I)}
_QUERY = re.compile(r"\s*(?:SELECT|WITH)\b")
"""How a listing begins that claims nothing, as one fenced as ``sql`` does."""

_HEADINGS = tuple(f"h{level}" for level in range(1, 7))
_BLOCKS = frozenset(
    name for one in (*_HEADINGS, "p", "div", "table", "ul", "ol", "dl", "blockquote", "pre",
                     "section", "article", "main", "aside", "header", "footer", "nav", "figure",
                     "figcaption", "caption", "details", "summary", "title", "head", "body")
    for name in (one, f"/{one}")) | {"dt", "/dd", "hr"}
_LINES = frozenset({"br", "li", "/li", "tr", "/tr"})
_BEGUN = ("", "-", "|", HEADER)
"""What a line may hold of which nothing is shown yet."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is read.

    Attributes:
        text: Without its end.
        places: Where its pieces stand in the report.
    """

    text: str
    places: Places

    def places_from(self, offset: int) -> Places:
        """The places of what follows an offset, counted from there."""
        if len(self.places) == 1:
            _, line, column = self.places[0]
            return ((0, line, column + offset),)
        found = [(max(at - offset, 0), line, column + max(offset - at, 0))
                 for at, line, column in self.places]
        first = max(n for n, (at, _, _) in enumerate(found) if at == 0)
        return tuple(found[first:])


def lines_of(text: str) -> list[Line]:
    """Cut a report into lines.

    Args:
        text: Markdown, plain text or HTML.
    """
    if not _PAGE.match(text):
        return [Line(line, ((0, number, 1),)) for number, line in enumerate(text.split("\n"), 1)]
    page = _Page()
    for start, end, name in _tags(text):
        page.write(text[page.read : start])
        page.tag(text[start:end], name)
    page.write(text[page.read :])
    page.end_line()
    return page.lines


def _tags(text: str) -> Iterator[tuple[int, int, str]]:
    """Tags with their names; an element that is not shown is one tag, with what it holds."""
    at, open_to_the_end, drawn = 0, set(), False
    while found := _TAG.search(text, at):
        words = found[0].strip("<>").lower().split(None, 1)
        name = words[0].rstrip("/") if words else ""
        at = found.end()
        drawn = name == "svg" or (drawn and name != "/svg")
        hidden = _QUERY.match(text, at) if name == "pre" else name in _CLOSING and (
            drawn or name not in _TOOLTIPS)
        if hidden and name not in open_to_the_end:
            closing = _CLOSING[name].search(text, at)
            if closing:
                at = closing.end()
            else:
                open_to_the_end.add(name)
        yield found.start(), at, name


class _Page:
    """Lines of a page as they come, and where the reading stands."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.read = 0
        self._line, self._column = 1, 1
        self._table = self._row = self._cell = False
        self._begin()

    def _begin(self) -> None:
        self._text = ""
        self._places = [(0, self._line, self._column)]

    def end_line(self) -> None:
        """End the line, where it is shown: between the rows of a table is nothing."""
        if self._text.strip() or not self._table:
            self.lines.append(Line(self._text, tuple(self._places)))
        self._begin()

    def write(self, text: str) -> None:
        """Read on; the end of a line within a row is a blank."""
        self.read += len(text)
        for n, part in enumerate(text.split("\n")):
            if n:
                self._line, self._column = self._line + 1, 1
                if self._row:
                    self._text += " "
                    self._places.append((len(self._text), self._line, 1))
                else:
                    self.end_line()
            self._text += part
            self._column += len(part)

    def tag(self, tag: str, name: str) -> None:
        """Read a tag: what it ends and begins, and its mark."""
        closing = name.startswith("/")
        if name in ("tr", "/tr", "table", "/table", "td", "/td", "th", "/th"):
            self._cell = name in ("td", "th")
        if name == "table":
            self._break(name)
        if name in ("tr", "/tr", "table", "/table", "dt", "/dd", "/dl"):
            self._row, self._table = False, self._table and name != "/table"
        if not closing and name != "table":
            self._break(name)
        level = _HEADINGS.index(name) + 1 if name in _HEADINGS else 0
        mark = "#" * min(level, len(tag) - 1) or _MARK_OF.get(name, "")
        blank = re.sub(r"[^\n]", " ", tag)
        self.write(mark + blank[len(mark):] if "\n" not in blank[: len(mark)] else blank)
        if closing:
            self._break(name)
        self._row = self._row or name in ("tr", "dt")
        self._table = self._table or name == "table"

    def _break(self, name: str) -> None:
        """Begin a new line for a block element, unless nothing stands on this one yet."""
        block = name in _BLOCKS
        if self._cell or not (block or name in _LINES):
            return
        shown = self._text.strip()
        if shown not in _BEGUN:
            self.end_line()
            shown = ""
        elif name in _HEADINGS and not shown:
            self._begin()
        if block and not shown and self.lines and self.lines[-1].text.strip() and not self._table:
            self.lines.append(Line("", tuple(self._places[:1])))

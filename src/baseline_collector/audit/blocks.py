"""A report as blocks: what is said where, and what it stands under.

Markdown, plain text and HTML are read line by line, so that every offset leads back to a
line and a column. Emphasis is blanked, not removed. A cell of a table is a block whose
text begins with the labels of its row and column.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from baseline_collector.audit.lines import HEADER, Line, lines_of
from baseline_collector.audit.tables import Cell, cells

BlockKind = Literal["heading", "bullet", "paragraph", "cell", "code", "json"]

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*)")
_BOLD_LINE = re.compile(r"\s{0,3}\*\*([^*]+)\*\*:?\s*$")
_WIKI_HEADING = re.compile(r"(={1,6})\s+(\S.*?)\s+\1\s*$")
_UNDERLINE = re.compile(r"(={3,}|-{3,})\s*$")
_BULLET = re.compile(r"(\s*)(?:[-*+•;:]|\d{1,3}[.)])\s+")
_NUMBERED_HEADING = re.compile(r"\s*(?:#+\s*)?\**(?:\d+\.)*\d*[.)]?\s*")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*(\w*)")
_LABEL = re.compile(r"\s*(?:\*\*[^*]{1,60}:\*\*|\*\*[^*]{1,60}\*\*:|[A-Z][\w /-]{1,40}:\s)")
_MARKS = re.compile(r"\*{1,3}|'{2,5}")
_RULE = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”)]?\s+(?=[A-Z0-9\"“`(])|(?<=[a-z0-9`)][.!?])\s+"
                           r"(?=[a-z])|;\s+")
_ABBREVIATED = re.compile(r"(?:\b(?:e\.g|i\.e|vs|approx|etc|avg|max|min|no|fig|ca|incl|resp|std|"
                          r"dev|temp)|"
                          r"(?-i:\b[A-Z]))\.$", re.I)
CODE = re.compile(r"(?<![`\\])(`+)(?!`)([^\n]+?)(?<!`)\1(?!`)")
"""Inline code; what it holds may hold backticks too, in runs of another length."""

_STRUCK = re.compile(r"~~(?=[^\s~])[^~\n]{0,400}(?<=[^\s~])~~|"
                     r"<(del|s|strike)>[^<>\n]{0,400}</\1\s*>", re.I)
"""What is struck out and claims nothing any more, as ``show.fix`` marks it too."""

_LEADS = re.compile(r"(?::|\(\d+(?:\s+\w+)?\))[\s*]*$")
_TITLES = re.compile(r"[^.!?\n]{0,40}\([^()\n]{3,160}\)\s*|[^.!?\n]{0,40}`[^`\n]{3,160}`[,:]?\s*")
"""A line of its own that ends in what it is about: ``Load test (`runs/a.csv`)``."""

_HYPHENATED = re.compile(r"[^\W\d_]-\s*\n$")
"""How a line ends within a word, in print."""

_PAGE_NUMBER = re.compile(r"^[ \t]*(?:page )?\d{1,4}(?: ?(?:of|/) ?\d{1,4})?[ \t]*$(?=\n{1,9}\f)",
                          re.I | re.M)

_CONTINUES = re.compile(r"\s*(?:\.\.\.|…|\+\s?\d|and\s+\d+\s+(?:more|other))")
_BOLD_LEVEL = 7
_LONGEST = 4000


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A piece of text that is read together.

    Attributes:
        kind: Its shape; ``json`` is a line of a JSON listing.
        text: Marks blanked; for a cell, the labels of row and column come first.
        places: (offset, line from 1, column from 1), ascending; where pieces of text stand.
        own: Offset of the first character that is the block's own and no label.
        parents: Bullets or lines it stands below, nearest first, the line that leads in last.
        headings: Headings it stands under, nearest first.
        before: The block before it below the same heading, or None.
        group: Number of the code listing or table it belongs to; 0 for none.
        cell: For a cell of a table, the row and column it stands in.
    """

    kind: BlockKind
    text: str
    places: tuple[tuple[int, int, int], ...]
    own: int
    parents: tuple[Block, ...]
    headings: tuple[Block, ...]
    before: Block | None
    group: int
    cell: Cell | None = None

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character of the text."""
        start, line, column = self.places[bisect_right(self.places, (offset, 1 << 60, 0)) - 1]
        return line, column + offset - start

    def sentence(self, offset: int, *, clauses: bool = True) -> tuple[int, int]:
        """Start and end of the sentence that holds a character.

        Args:
            offset: Of the character.
            clauses: Whether a semicolon ends a sentence as a full stop does.
        """
        start = 0
        for match in _SENTENCE_END.finditer(self.text):
            if match[0][0] == ";" and not clauses:
                continue
            if _ABBREVIATED.search(self.text, max(0, match.start() - 8), match.start()):
                continue
            if match.end() > offset:
                return start, match.start()
            start = match.end()
        return start, len(self.text)


def blocks(text: str) -> tuple[Block, ...]:
    """Cut a report into blocks, in its order.

    Args:
        text: Markdown, plain text or HTML; one with form feeds came out of a PDF.
    """
    bare = _PAGE_NUMBER.sub(lambda found: " " * len(found[0]), text)
    lines = lines_of(bare.replace("\f", " "))
    return tuple(piece for block in _Reading(lines, printed="\f" in text).blocks()
                 for piece in _pieces(block))


def _pieces(block: Block) -> Iterator[Block]:
    """Cut what no person wrote as one paragraph, so that time grows with length only."""
    start = 0
    while len(block.text) - start > _LONGEST and block.kind != "cell":
        space = max(block.text.rfind(mark, start, start + _LONGEST) for mark in (". ", "\n", " "))
        end = space + 1 if space > start else start + _LONGEST
        yield _piece(block, start, end)
        start = end
    yield _piece(block, start, len(block.text)) if start else block


def _piece(block: Block, start: int, end: int) -> Block:
    line, column = block.at(start)
    places = ((0, line, column), *((offset - start, line, column) for offset, line, column
                                   in block.places if start < offset < end))
    return replace(block, text=block.text[start:end], places=places)


def _blanked(line: str) -> str:
    line = line.replace("\r", " ")
    code = [found.span() for found in CODE.finditer(line)]

    def blank(found: re.Match[str]) -> str:
        inside = any(start < found.start() < end for start, end in code)
        return found[0] if inside else " " * len(found[0])

    return _MARKS.sub(blank, _STRUCK.sub(blank, line))


class _Reading:
    """The lines of one report and where the reading stands.

    Lines set in below a line that is no bullet (``inset``) are read one by one, as in a log.
    """

    def __init__(self, read: list[Line], *, printed: bool = False) -> None:
        self.read = read
        self.lines = [line.text for line in read]
        self.printed = printed
        self.headings: list[tuple[int, Block]] = []
        self.stack: list[tuple[int, Block]] = []
        self.lead: Block | None = None
        self.last: Block | None = None
        self.inset: Block | None = None
        self.groups = 0

    def blocks(self) -> Iterator[Block]:
        at = 0
        while at < len(self.lines):
            line = self.lines[at]
            fence = _FENCE.match(line)
            if fence:
                end = self._fence_end(at, fence[1])
                yield from self._code(at + 1, end, fence[2].lower())
                at = end + 1
            elif HEADER in line or (
                    "|" in line and at + 1 < len(self.lines) and _is_rule(self.lines[at + 1])):
                end = self._table_end(at)
                yield from self._table(at, end)
                at = end
            elif not line.strip() or _RULE.match(line):
                self.inset = None
                at += 1
            else:
                end = self._text_end(at)
                yield self._text(at, end)
                at = end

    def _make(self, kind: BlockKind, first: int, end: int, parents: tuple[Block, ...],
              cut: int = 0) -> Block:
        text, places = "", []  # type: tuple[str, list[tuple[int, int, int]]]
        for number in range(first, end):
            line, skip = _blanked(self.lines[number]), cut if number == first else 0
            if self.printed and number > first and _HYPHENATED.search(text) and line.lstrip(
                    )[:1].islower():
                text, skip = text.rstrip()[:-1], len(line) - len(line.lstrip())
            places += [(len(text) + at, row, column)
                       for at, row, column in self.read[number].places_from(skip)]
            text += line[skip:] + ("\n" if number + 1 < end else "")
        block = Block(kind, text, tuple(places), 0, parents, self._above(), self.last, self.groups
                      if kind in ("code", "json") else 0)
        self.last = block
        return block

    def _above(self) -> tuple[Block, ...]:
        return tuple(block for _, block in reversed(self.headings))

    def _text_end(self, at: int) -> int:
        """The line after the paragraph or bullet that starts on a line."""
        if self._level(at):
            return at + 1
        end = at + 1
        if _BULLET.match(self.lines[at]):
            self.inset = None
        indent = _indent(self.lines[at])
        while end < len(self.lines) and not self._starts_anew(end):
            deeper = _indent(self.lines[end]) > indent + 1 and not _BULLET.match(self.lines[at])
            if deeper or (self.inset is not None and indent > 1):
                return end
            end += 1
        return end

    def _starts_anew(self, at: int) -> bool:
        line = self.lines[at]
        return (not line.strip() or bool(_BULLET.match(line) or _HEADING.match(line)
                or _FENCE.match(line) or _RULE.match(line) or _LABEL.match(line)
                or _BOLD_LINE.match(line) or _CONTINUES.match(line)) or "|" in line)

    def _text(self, at: int, end: int) -> Block:
        line = self.lines[at]
        if self._level(at):
            return self._heading(at, self._level(at))
        bullet = _BULLET.match(line)
        if bullet:
            indent = len(bullet[1].expandtabs(4)) + line.lstrip().startswith(":")
            self.stack = [entry for entry in self.stack if entry[0] < indent]
            block = self._make("bullet", at, end, self._parents(), bullet.end())
            self.stack.append((indent, block))
            return block
        if self.stack and _CONTINUES.match(line):
            self.stack.pop()
            return self._make("bullet", at, end, self._parents())
        if self.inset is not None and _indent(line) > 1:
            above = (self.inset,) if self.lead in (None, self.inset) else (self.inset, self.lead)
            return self._make("bullet", at, end, tuple(filter(None, above)))
        inside = bool(self.stack) and line[:1].isspace()
        if not inside:
            self.stack = []
        block = self._make("paragraph", at, end, self._parents() if inside else ())
        if not inside:
            self.lead = block if _LEADS.search(block.text) or _TITLES.fullmatch(
                block.text) else None
            deeper = end < len(self.lines) and _indent(self.lines[end]) > _indent(line) + 1
            self.inset = block if deeper else None
        return block

    def _level(self, at: int) -> int:
        """Level of the heading that a line is: Markdown, wiki, underlined or bold; 0 for none."""
        line = self.lines[at]
        heading = _HEADING.match(line) or _WIKI_HEADING.match(line)
        if heading:
            return len(heading[1])
        below = _UNDERLINE.match(self.lines[at + 1]) if at + 1 < len(self.lines) else None
        alone = at == 0 or not self.lines[at - 1].strip()
        if below and alone and line.strip() and "|" not in line:
            return 1 if below[1][0] == "=" else 2
        return _BOLD_LEVEL if _BOLD_LINE.match(line) else 0

    def _parents(self) -> tuple[Block, ...]:
        above = tuple(block for _, block in reversed(self.stack))
        return (*above, self.lead) if self.lead else above

    def _heading(self, at: int, level: int) -> Block:
        self.headings = [entry for entry in self.headings if entry[0] < level]
        self.stack, self.lead, self.last = [], None, None
        numbering = _NUMBERED_HEADING.match(self.lines[at])
        block = self._make("heading", at, at + 1, (), numbering.end() if numbering else 0)
        self.headings.append((level, block))
        self.last = None
        return block

    def _fence_end(self, at: int, mark: str) -> int:
        return next((n for n in range(at + 1, len(self.lines))
                     if self.lines[n].strip().startswith(mark)), len(self.lines))

    def _code(self, first: int, end: int, language: str) -> Iterator[Block]:
        """Lines of a listing; an indented line stands below the last one indented less."""
        self.groups += 1
        if language not in ("", "text", "txt", "json", "jsonl", "csv", "yaml", "yml", "markdown"):
            return
        data = language.startswith(("json", "y")) or '":' in "".join(self.lines[first:end])
        stack: list[tuple[int, Block]] = []
        for number in range(first, end):
            line = self.lines[number]
            if not line.strip():
                continue
            indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
            stack = [entry for entry in stack if entry[0] < indent]
            above = tuple(block for _, block in reversed(stack))
            block = self._make("json" if data else "code", number, number + 1, above)
            stack.append((indent, block))
            yield block

    def _table_end(self, at: int) -> int:
        end = at + (1 if HEADER in self.lines[at] else 2)
        while end < len(self.lines) and "|" in self.lines[end] and self.lines[end].strip():
            end += 1
        return end

    def _table(self, at: int, end: int) -> Iterator[Block]:
        self.groups += 1
        lead = (self.lead,) if self.lead is not None else ()
        body = at + (1 if HEADER in self.lines[at] else 2)
        for cell in cells(self.lines, at, end, body):
            yield self._cell(cell, lead)

    def _cell(self, cell: Cell, lead: tuple[Block, ...]) -> Block:
        text = cell.labels + _blanked(cell.text)
        own = len(cell.labels)
        (_, line, column), *more = self.read[cell.line - 1].places_from(cell.column - 1)
        places = ((0, line, column - own), *((own + at, row, left) for at, row, left in more))
        return Block("cell", text, places, own, lead, self._above(), None, self.groups, cell)


def _indent(line: str) -> int:
    """Columns of white space before a line's text; 0 for an empty one."""
    bare = line.expandtabs(4)
    return len(bare) - len(bare.lstrip()) if bare.strip() else 0


def _is_rule(line: str) -> bool:
    return "|" in line and bool(_TABLE_RULE.match(line))

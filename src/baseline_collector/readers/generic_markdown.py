"""Markdown notes: front matter, tables, ``key: value`` bullets, fenced JSON, headings.

Format: CommonMark with GitHub tables, read line by line, so that every value is found
again on the line its pointer names. Prose is counted as text and not interpreted.

Leaves carry the section as first index and the line (less one) as second: a ``key: value``
speaks for its section, a cell for its row. Where the header of a column does not say what was
measured (``Mean (ms)``, or ``Value`` beside a column ``Metric``), the sense of its cells is the
name in the row, else the heading above the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from baseline_collector import vocabulary
from baseline_collector.errors import ReadError
from baseline_collector.naming import plain, take_apart
from baseline_collector.paths import join, segment, with_sense
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import NULL, TEXT, cell, unique
from baseline_collector.readers.generic_json import walk
from baseline_collector.readers.json_text import parse
from baseline_collector.readers.leaves import Depth, Leaves
from baseline_collector.readers.opened import Opened

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*)")
_BULLET = re.compile(r"\s*(?:[-*+]\s+|\d+[.)]\s+)?(.+)")
_PAIR = re.compile(r"\**`?([A-Za-z][^:`*=]{0,59}?)`?\**\s*(?::\**|=)\s*(\S.*)")
_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*(\w*)")
_MARKS = re.compile(r"\*\*|(?<!\w)__|__(?!\w)|`")
_LINES = 1_000_000
"""Most lines of one file; a real note has fewer, and each is held."""
_SENSE = 80
"""Longest name that a sense is taken from."""
_WIDE = 500
"""Most columns of a table whose headings say what they measure."""
_EMPHASIS = re.compile(r"\*([^*\s](?:[^*]*[^*\s])?)\*")


class GenericMarkdown:
    """A Markdown file."""

    name = "generic-markdown"
    version = "1"
    places: Places = "blocks"
    quotes = True

    def claims(self, opened: Opened) -> bool:
        """Whether the name says so."""
        return opened.artifact.kind == "markdown"

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every value that has a name, and count the lines of prose.

        Raises:
            ReadError: Too large, binary, or empty.
        """
        if opened.data.count(b"\n") > _LINES:
            raise ReadError("too many lines", expected=f"at most {_LINES}")
        lines = opened.text.splitlines()
        if not any(line.strip() for line in lines):
            raise ReadError("empty")
        _Page(lines, leaves).read()
        return Outcome(partly=opened.decoded.note)


class _Page:
    """The lines of one file and where the reading stands."""

    def __init__(self, lines: list[str], leaves: Leaves) -> None:
        self.lines = lines
        self.leaves = leaves
        self.section = 0
        self.heading = ""
        self.seen: set[str] = set()

    def read(self) -> None:
        """Go through the lines once."""
        at = self._front_matter()
        while at < len(self.lines):
            at = self._step(at)

    def _step(self, at: int) -> int:
        """Read what starts on a line; return the line after it."""
        line = self.lines[at]
        fence = _FENCE.match(line)
        if fence:
            return self._fence(at, fence[1], fence[2].lower())
        if "|" in line and at + 1 < len(self.lines) and _is_rule(self.lines[at + 1]):
            return self._table(at)
        heading = _HEADING.match(line)
        if heading:
            self._begin()
            self.heading = _bare(heading[2])
            self.leaves.add("heading", self._place(at), TEXT, self.heading)
        elif line.strip():
            self._pair(at, line)
        return at + 1

    def _front_matter(self) -> int:
        """Read ``---`` delimited ``key: value`` lines at the top; return the line after them."""
        if self.lines[0].strip() != "---":
            return 0
        end = next((at for at in range(1, min(len(self.lines), 200))
                    if self.lines[at].strip() in ("---", "...")), 0)
        for at in range(1, end):
            pair = _PAIR.fullmatch(self.lines[at].strip())
            if pair:
                self._leaf(segment(pair[1].strip()), (None, at, None), pair[2])
            else:
                self._prose(at)
        return end + 1 if end else 0

    def _pair(self, at: int, line: str) -> None:
        """A bullet or line ``key: value`` is a named leaf, any other line is prose."""
        body = _BULLET.match(line)
        pair = _PAIR.fullmatch(body[1].strip()) if body else None
        if pair and len(pair[1].split()) <= 8:
            self._named(pair[1].strip(), at, pair[2])
        else:
            self._prose(at)

    def _prose(self, at: int) -> None:
        text = self.lines[at][: self.leaves.limits.field_chars]
        self.leaves.add("prose", self._place(at), TEXT, text)

    def _named(self, name: str, at: int, text: str) -> None:
        """A pair speaks for its section; where its name comes again, a new one starts."""
        if name in self.seen:
            self._begin()
        self.seen.add(name)
        self._leaf(join("[]", name), self._place(at), text)

    def _begin(self) -> None:
        self.section += 1
        self.seen.clear()

    def _table(self, at: int) -> int:
        header_line, extra = self.lines[at], ""
        cut = header_line.find("|")
        before = header_line[:cut].strip()
        if before and not before.startswith("|"):
            extra = before  # a sentence ran into the header's line
            header_line = header_line[cut:]
        names = unique([_bare(text) for text in _cells(header_line)])
        if extra:
            self._pair(at, extra)
        named = bool(names) and plain(names[0]) in vocabulary.NAME_COLUMNS
        senses = None if named else [
            self.heading[:_SENSE] if _is_statistic(name) else "" for name in names[:_WIDE]]
        at += 2
        while at < len(self.lines) and "|" in self.lines[at] and self.lines[at].strip():
            self._row(at, names, senses)
            at += 1
        return at

    def _row(self, at: int, names: Sequence[str], senses: Sequence[str] | None) -> None:
        """Write the cells of a line; without ``senses``, the first one names the others."""
        cells = list(_cells(self.lines[at]))
        name_of_row = _bare(cells[0])[:_SENSE]
        for number, text in enumerate(cells):
            name = names[number] if number < len(names) else f"column {number + 1}"
            sense = senses[number] if senses and number < len(senses) else ""
            if senses is None and number:
                sense = name_of_row
            self._leaf(with_sense(join("[][]", name), sense), self._place(at), text)

    def _fence(self, at: int, mark: str, language: str) -> int:
        end = next((n for n in range(at + 1, len(self.lines))
                    if self.lines[n].strip().startswith(mark)), len(self.lines))
        body = self.lines[at + 1 : end]
        if language in ("json", "jsonl", ""):
            document = _document("\n".join(body), self.leaves.limits.depth)
            if isinstance(document, dict | list):
                walk(document, self.leaves, "fence[][]", (self.section, at, None), 2)
                return end + 1
        paired = language in ("yaml", "yml", "toml")
        for number, line in enumerate(body):
            if line.strip():
                pair = _PAIR.fullmatch(line.strip()) if paired else None
                if pair:
                    self._named(pair[1].strip(), at + 1 + number, pair[2])
                else:
                    self.leaves.add("code", self._place(at + 1 + number), TEXT, line)
        return end + 1

    def _leaf(self, key: str, at: Depth, text: str) -> None:
        bare = _bare(text)
        kind, value, unit, reason = cell(bare)
        if kind == NULL:
            bare = ""
        self.leaves.add(key, at, kind, bare, value, unit, reason)

    def _place(self, at: int) -> Depth:
        return (self.section, at, None)


def _document(text: str, depth: int) -> object:
    try:
        return parse(text, depth)
    except ReadError:
        return None


def _is_statistic(header: str) -> bool:
    """Whether a header says a statistic and nothing else but its unit: ``Mean (ms)``."""
    says = take_apart(header)
    return bool(says.statistic) and says.metric is None and not says.leftover


def _is_rule(line: str) -> bool:
    return "-" in line and not line.strip(" \t:|-")


def _cells(line: str) -> Iterator[str]:
    body = line.strip().removeprefix("|").removesuffix("|")
    for text in re.split(r"(?<!\\)\|", body):
        yield text.strip().replace("\\|", "|")


def _bare(text: str) -> str:
    """Text without emphasis and code marks."""
    bare = _MARKS.sub("", text).strip()
    emphasised = _EMPHASIS.fullmatch(bare)
    return emphasised[1] if emphasised else bare

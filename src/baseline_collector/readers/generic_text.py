"""Plain text logs: ``key: value``, ``key = value`` and logfmt, one or several a line.

Format: what programs print. A time, a level and a source in front of a line are no part of it.
A pair on a line of its own speaks for its block, one on a line of a log for that line. A block
starts at a heading and where a key comes again; pairs above all blocks speak for the file.
llama.cpp's timings (``eval time = 9.5 ms / 3 runs (3.2 ms per token, 316 tokens per second)``)
are four values. Everything else is counted as prose.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass

from baseline_collector.errors import ReadError
from baseline_collector.paths import join, segment
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import NUMBER, TEXT, cell
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened

KINDS = frozenset({"text", "out", "err", "stdout", "stderr", "logfmt"})

_RUN = re.compile(r" {3,}")
_LONGEST = 4_000
"""Characters of a line that is searched for pairs; a longer one is prose."""
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?")
_BEFORE = re.compile(
    r"\[?(?P<stamp>" + _STAMP.pattern + r")\]?(?:\s+[-|:]\s+|[\s:|]\s*)"
    r"|\[?(?:\d\d[-/]\d\d )?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]?(?:\s+[-|:]\s+|[\s:|]\s*)"
    r"|[\[(]?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)[\])]?"
    r"(?:\s*[:|]\s*|\s+-\s+|\s+)"
    r"|\[[^\[\]=]{1,60}\]:?\s+(?=\S)|\(\w+ pid=\d+\)\s+", re.IGNORECASE)
_HEADING = re.compile(r"\s*(?:[=\-*#~]{2,}\s*(?P<ruled>\w[^=]{0,100}?)\s*[=\-*#~]{2,}"
                      r"|#{1,6}\s+(?P<hashed>\w.{0,100})|\[(?P<ini>[\w .:-]{1,60})\])\s*")
_RULE = re.compile(r"\s*[=\-*_#~+]{3,}[=\-*_#~+|\s]*")
_PAIR = re.compile(r"[-*•]?\s*([A-Za-z][^:=\"]{0,79}?)\s*"
                   r"(?::\s+|=\s*|:(?=[+-]?[.\d]+[^:]*$))(\S.*)")
_INNER = re.compile(r"([A-Za-z][^:=\"]{0,79}?)\s*(?::\s+|\s=\s+)(\S.*)")
_SPLIT = re.compile(r"[,;]\s+(?=[A-Za-z])| +[|·] +|\t+| {2,}(?=[A-Za-z][^:=]{0,60}[:=])")
_UNIT = "ns|us|µs|ms|sec|s|min|tok/s|tokens/s|t/s|req/s|tokens|%|[KMG]i?B|W|MHz|°C"
_LOGFMT = re.compile(r"(?<![\w.\-/=:?&])([A-Za-z_][\w.\-/]{0,59})="
                     r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[+-]?[\d.]+ (?:" + _UNIT + r")(?![\w=/])"
                     r"|[^\s,;|\"']+)")
_TIMING = re.compile(r"([a-z][a-z ]{0,40}) time =\s*([\d.]+) ms /\s*(\d+) (?:tokens|runs)\s*"
                     r"\(\s*([\d.]+) ms per token,\s*([\d.]+) tokens per second\)")
_LEADING = re.compile(r"([+-]?[\d.,]*\d(?:[eE][+-]?\d+)?\s?(?:%|[A-Za-zµμ°/]{1,12})?)\s*[(/\[].*")
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(\d+(?:\.\d+)?)s")
_WORDS = 8
_NESTED = 4
_SCANNED = 10_000
"""Lines in which the first block is looked for."""


@dataclass(frozen=True, slots=True)
class _Line:
    """What one line says.

    Attributes:
        pairs: Names and values.
        alone: Whether it is one pair and nothing stands before it.
        stamp: When it was written.
        prose: What is left over.
        heading: Whether it is a heading, its text ``prose``.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    alone: bool = False
    stamp: str = ""
    prose: str = ""
    heading: bool = False


class GenericText:
    """A plain text log."""

    name = "generic-text"
    version = "1"
    places: Places = "blocks"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the name says so and the content is no JSON."""
        return opened.artifact.kind in KINDS and opened.first_record is None and (
            opened.parsed is None)

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every pair, and other lines as prose.

        Raises:
            ReadError: Too large, binary, or empty.
        """
        if not opened.text.strip():
            raise ReadError("empty")
        head = _head(opened)
        page = _Page(leaves)
        for at, text in enumerate(opened.lines()):
            page.take(at, _line(text), at < head)
        page.end()
        return Outcome(partly=opened.decoded.note)


def _head(opened: Opened) -> int:
    """Index of the line at which the first block starts; what stands above speaks for the file."""
    first: dict[str, int] = {}
    edge = _SCANNED
    for at, text in enumerate(itertools.islice(opened.lines(), _SCANNED)):
        line = _line(text)
        if line.heading:
            edge = min(edge, at)
        for name, _ in line.pairs if line.alone else ():
            edge = min(edge, first.get(name, edge))
            first.setdefault(name, at)
    return edge


class _Page:
    """Where the reading of one file stands."""

    def __init__(self, leaves: Leaves) -> None:
        self._leaves = leaves
        self._block = 0
        self._seen: set[str] = set()
        self._prose: list[str] = []
        self._since = 0

    def take(self, at: int, line: _Line, head: bool) -> None:
        """Write the leaves of one line; lines of prose that follow each other are one leaf."""
        if line.heading:
            self.end()
            self._block += 1
            self._seen.clear()
            self._leaves.add("heading", (self._block, at, None), TEXT, line.prose)
            return
        if line.prose:
            self._since = self._since if self._prose else at
            self._prose.append(line.prose)
        if not line.pairs:
            return
        self.end()
        if line.alone:
            self._alone(at, *line.pairs[0], head)
        else:
            self._log(at, line)

    def _alone(self, at: int, name: str, text: str, head: bool) -> None:
        if head:
            self._leaf(segment(name), (None, at, None), text)
            return
        if name in self._seen:
            self._block += 1
            self._seen.clear()
        self._seen.add(name)
        self._leaf(join("[]", name), (self._block, at, None), text)

    def _log(self, at: int, line: _Line) -> None:
        place = (self._block, at, None)
        names = Counter[str]()
        if line.stamp:
            self._leaves.add("[][].timestamp", place, TEXT, line.stamp)
            names["timestamp"] += 1
        for name, text in line.pairs:
            names[name] += 1
            again = f"{name}#{names[name]}" if names[name] > 1 else name
            self._leaf(join("[][]", again), place, text)

    def _leaf(self, key: str, at: tuple[int | None, int | None, int | None], text: str) -> None:
        kind, value, unit, reason = _value(text)
        self._leaves.add(key, at, kind, text[: self._leaves.limits.field_chars], value, unit,
                         reason)

    def end(self) -> None:
        """Write the prose that was met."""
        if self._prose:
            text = "\n".join(self._prose)[: self._leaves.limits.field_chars]
            self._leaves.add("prose", (None, self._since, None), TEXT, text)
            self._prose = []


def _value(text: str) -> tuple[int, float | None, str, str]:
    """Read a value as ``base.cell`` does, and what programs print besides."""
    found = cell(text)
    if found[0] != TEXT:
        return found
    plural = text.replace("(s)", "s")
    leading = _LEADING.fullmatch(plural)
    found = cell(leading[1] if leading else plural)
    if found[0] == NUMBER:
        return found
    duration = _DURATION.fullmatch(text)  # 1m2.5s, as Go prints it
    if duration:
        hours, minutes = float(duration[1] or 0), float(duration[2] or 0)
        return NUMBER, 3600 * hours + 60 * minutes + float(duration[3]), "s", ""
    return TEXT, None, "", ""


def _line(text: str) -> _Line:
    """Take one line apart."""
    bare = _ESCAPES.sub("", text).strip() if "\x1b" in text else text.strip()
    if not bare or _RULE.fullmatch(bare):
        return _Line()
    if len(bare) > _LONGEST:
        return _Line(prose=bare)
    heading = _HEADING.fullmatch(bare)
    if heading:
        return _Line(prose=heading["ruled"] or heading["hashed"] or heading["ini"], heading=True)
    stamp, start = "", 0
    while (before := _BEFORE.match(bare, start)) and start < 200:
        stamp, start = stamp or before["stamp"] or "", before.end()
    body = _RUN.sub("  ", bare[start:].strip())
    pairs, prose = _pairs(body)
    return _Line(pairs, alone=len(pairs) == 1 and not start and not prose, stamp=stamp,
                 prose=prose if pairs else bare)


def _pairs(body: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """The pairs of a line, and the text that belongs to none."""
    timing = _TIMING.search(body)
    if timing:
        stem = timing[1].strip()
        return ((f"{stem} time", f"{timing[2]} ms"), (f"{stem} count", timing[3]),
                (f"{stem} ms per token", timing[4]),
                (f"{stem} tokens per second", timing[5])), body[: timing.start()].strip()
    fields = tuple((match[1], match[2].strip("\"'")) for match in _LOGFMT.finditer(body))
    whole = _PAIR.fullmatch(body)
    if fields and (len(fields) > 1 or whole is None or " = " not in body):
        return fields, " ".join(_LOGFMT.sub(" ", body).strip(" ,;|").split())
    pieces = [piece for piece in _SPLIT.split(body) if piece.strip()]
    found = [_pair(piece) for piece in pieces]
    if len(found) > 1 and all(found):
        named = [pair for pair in found if pair]
        return tuple(pair[:2] for pair in named), " ".join(pair[2] for pair in named if pair[2])
    one = _pair(body)
    return ((one[:2],), one[2]) if one else ((), body)


def _pair(piece: str) -> tuple[str, str, str] | None:
    """Name, value, and the names in front of the name; None where a piece is no pair."""
    match = _PAIR.fullmatch(piece.strip())
    if match is None or len(match[1].split()) > _WORDS:
        return None
    name, value = match[1], match[2]
    before: list[str] = []
    while len(before) < _NESTED and (inner := _INNER.fullmatch(value)):
        before.append(name)
        name, value = inner[1], inner[2]
    return name.strip(), value.strip().rstrip(",;"), " ".join(before)

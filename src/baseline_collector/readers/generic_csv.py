"""CSV and TSV of no particular tool: dialect, preamble, header, units row, decimal comma.

Format: RFC 4180 and what is met in practice. The header's names are the keys; row 1 is
the first row of data. ``key: value`` or ``key,value`` lines above the header are leaves too.
A column that names no statistic among columns of means is a mean: the sense of its cells says so.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from baseline_collector import units, vocabulary
from baseline_collector.errors import ReadError
from baseline_collector.naming import take_apart
from baseline_collector.paths import join, segment, with_sense
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import NULL, NUMBER, TEXT, cell, unique
from baseline_collector.readers.csv_columns import Layout, Rows, pieces
from baseline_collector.readers.leaves import TOP, Leaves
from baseline_collector.readers.opened import Opened

_SAMPLE_ROWS = 60
_DELIMITERS = ",;\t|"
_COMMA_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:\s?\D{1,12})?")
_POINT_NUMBER = re.compile(r"[+-]?\d+\.\d+")
_LINE_END = re.compile(r"\r\n|\n|\r")
_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is laid out.

    Attributes:
        delimiter: Between cells.
        preamble: Lines above the header.
        header: Column names, unique, as written where they are.
        first: Index of the first row of data, counting rows from the header's file line.
        units: Unit a column as the units row spells it, empty where there is none.
        decimal_comma: Whether 1,5 is one and a half.
    """

    delimiter: str
    preamble: int
    header: tuple[str, ...]
    first: int
    units: tuple[str, ...]
    decimal_comma: bool


class GenericCsv:
    """A delimited table."""

    name = "generic-csv"
    version = "2"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the name says so; the layout decides on reading."""
        return opened.artifact.kind in ("csv", "tsv")

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell; rows of the wrong width are counted.

        Raises:
            ReadError: No table is found.
        """
        head = list(itertools.islice(opened.lines(), _SAMPLE_ROWS))
        if not any(line.strip() for line in head):
            raise ReadError("empty")
        dialect = _layout(head, opened)
        _preamble(head[: dialect.preamble], leaves)
        note = _body(opened, dialect, leaves)
        encoding = opened.decoded.note if opened.whole else ""
        return Outcome(partly="; ".join(part for part in (note, encoding) if part))


def _layout(head: list[str], opened: Opened) -> Dialect:
    """Find delimiter, header and units in the first lines."""
    delimiter, width, samples = _delimiter(head, opened)
    if width > opened.limits.keys:
        raise ReadError("too many columns", found=str(width),
                        expected=f"at most {opened.limits.keys}")
    start = next(at for at, row in enumerate(samples) if len(row[1]) == width)
    first_line, names = samples[start]
    following = [row for _, row in samples[start + 1 :] if row]
    numeric_names = sum(cell(name)[0] == NUMBER for name in names)
    if numeric_names > len(names) / 2:  # no header: the first row is data
        header = tuple(f"column {at + 1}" for at in range(width))
        return Dialect(delimiter, first_line, header, 0, ("",) * width,
                       _decimal_comma(delimiter, [names, *following]))
    if width == 1 and not any(cell(row[0])[0] == NUMBER for row in following):
        raise ReadError("not a table", expected="columns, or rows of numbers",
                        found=repr(names[0].strip()[:120]))
    row_units = _units_row(following[0], following[1:]) if following else None
    return Dialect(delimiter, first_line, unique(names), 2 if row_units else 1,
                   row_units or ("",) * width, _decimal_comma(delimiter, following))


def _delimiter(head: list[str], opened: Opened) -> tuple[str, int, list[tuple[int, list[str]]]]:
    """Return the delimiter that splits most lines alike, the width, and (line, row) samples."""
    best: tuple[float, str, int, list[tuple[int, list[str]]]] | None = None
    broken: csv.Error | None = None
    prefer = "\t" if opened.artifact.kind == "tsv" else ","
    for delimiter in sorted(_DELIMITERS, key=lambda char: char != prefer):
        try:
            samples = list(_numbered(head, delimiter))
        except csv.Error as error:  # without its delimiter, a wide row is one long field
            broken = broken or error
            continue
        widths = Counter(len(row) for _, row in samples if row)
        if not widths:
            continue
        # Of widths that occur equally often the first counts: it is the header's.
        width, count = max(widths.items(), key=lambda item: item[1] * (item[0] > 1))
        score = count / sum(widths.values()) * (1.0 if width > 1 else 0.01) + min(width, 50) / 1e4
        if best is None or score > best[0] + 1e-9:
            best = (score, delimiter, width, samples)
    if best is None and broken is not None:
        raise ReadError(f"a field is too long or broken: {broken}",
                        expected=f"at most {opened.limits.field_chars} characters") from broken
    if best is None:
        raise ReadError("empty")
    return best[1:]


def _numbered(head: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows of the sample with the index of the line each starts on."""
    reader = csv.reader(head, delimiter=delimiter)
    at = 0
    for row in reader:
        yield at, row
        at = reader.line_num


def _units_row(row: list[str], rows: list[list[str]]) -> tuple[str, ...] | None:
    """Return units where a row holds nothing but units and empty cells, else None.

    A word may be a unit and a name: numbers must stand below some unit, and below every
    one that is known there is nothing else.
    """
    cells = tuple(text.strip().strip("[]()") for text in row)
    filled = [text for text in cells if text]
    if not filled or any(cell(text)[0] == NUMBER for text in filled):
        return None
    known = [at for at, text in enumerate(cells) if text and units.recognise(text) is not None]
    if not known or not all(_unit_like(text) for text in filled):
        return None
    below = [cell(line[at])[0] for line in rows for at in known if at < len(line)]
    if NUMBER not in below or TEXT in below:
        return None
    return cells


def _unit_like(text: str) -> bool:
    return units.recognise(text) is not None or (len(text) <= 24 and " " not in text)


def _decimal_comma(delimiter: str, rows: list[list[str]]) -> bool:
    """Whether 1,5 is one and a half; where all commas may group thousands, ``;`` speaks for it."""
    if delimiter == ",":
        return False
    cells = [text.strip() for row in rows for text in row]
    comma = [text for text in cells if _COMMA_NUMBER.fullmatch(text)]
    point = sum(bool(_POINT_NUMBER.fullmatch(text)) for text in cells)
    if all(_GROUPS.fullmatch(text) for text in comma) and delimiter != ";":
        return False
    return len(comma) > point


def _preamble(lines: list[str], leaves: Leaves) -> None:
    """Lines above the header: ``key: value``, ``key=value`` or ``key,value`` become leaves."""
    seen: Counter[str] = Counter()
    for line in lines:
        text = line.strip().strip("#").strip(",;\t ")
        if not text:
            continue
        match = re.match(r"([^:=,;\t]{1,60})[:=,;\t]\s*(.+)", text)
        key, value = (match[1].strip(), match[2].strip()) if match else ("preamble", text)
        kind, parsed, unit, reason = cell(value)
        seen[key] += 1
        if seen[key] > 1:
            key = f"{key}#{seen[key]}"
        leaves.add(segment(key), TOP, kind, value, parsed, unit, reason)


_FEWEST_MEANS = 2


def _senses(header: tuple[str, ...]) -> tuple[str, ...]:
    """``mean`` for columns that name no statistic where all others about calls are means.

    Like ``prompt_eval`` beside ``mean_ttft_s`` and ``mean_load_s``; columns are about calls where
    every call has a value of their metric.
    """
    said = [take_apart(name) for name in header]
    calls = [one.metric in vocabulary.OF_A_CALL and not one.leftover for one in said]
    found = Counter(one.statistic for one, call in zip(said, calls, strict=True) if call)
    means, bare = found["mean"], found[None]
    if means + bare < found.total() or means < max(_FEWEST_MEANS, bare + 1):
        return ("",) * len(header)
    return tuple("mean" if call and one.statistic is None else ""
                 for one, call in zip(said, calls, strict=True))


def _below(blocks: Iterator[str], preamble: int) -> Iterator[str]:
    """Blocks of lines without the first few lines."""
    for block in blocks:
        start = 0
        while preamble and start < len(block):
            match = _LINE_END.search(block, start)
            start = match.end() if match else len(block)
            preamble -= 1
        if start < len(block):
            yield block[start:]


def _body(opened: Opened, dialect: Dialect, leaves: Leaves) -> str:
    """Write the rows of data; return what was odd about them."""
    keys = tuple(with_sense(join("[]", name), sense) for name, sense in
                 zip(dialect.header, _senses(dialect.header), strict=True))
    layout = Layout(dialect.delimiter, keys, dialect.units, dialect.decimal_comma)
    width, odd, first_odd, index, above = len(keys), 0, 0, 0, dialect.first
    blocks = _below(opened.line_blocks(), dialect.preamble)
    for piece in pieces(blocks, layout, opened.limits, dialect.first):
        if isinstance(piece, Rows):
            leaves.extend(piece.columns(index, layout, leaves))
            index += len(piece)
        elif above:
            above -= 1
        elif piece:
            if len(piece) != width:
                odd += 1
                first_odd = first_odd or index + 1
            _row(piece, index, layout, leaves)
            index += 1
    if not index:
        return "a header and no rows"
    if odd:
        return f"{odd} rows do not have {width} cells; the first is row {first_odd}"
    return ""


def _row(row: list[str], index: int, layout: Layout, leaves: Leaves) -> None:
    width = len(layout.keys)
    for at, text in enumerate(row):
        key = layout.keys[at] if at < width else join("[]", f"column {at + 1}")
        unit = layout.units[at] if at < width else ""
        _cell(key, index, text, unit, layout.decimal_comma, leaves)


def _cell(key: str, index: int, text: str, unit: str, comma: bool, leaves: Leaves) -> None:
    kind, value, own, reason = cell(text, comma)
    if kind == TEXT:
        text = text[: leaves.limits.field_chars]
    elif kind == NULL:
        text = ""
    leaves.add(key, (index, None, None), kind, text, value, own or unit, reason)

"""Regular rows of a delimited table as columns: no Python object a cell.

A line without quotes, or with quotes around whole fields, is a row as it stands, and its cells
come out of the text as arrays. Any other row (a quote inside a field, a row over several lines,
another width) is read by the csv module, by itself.
"""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from baseline_collector.errors import ReadError
from baseline_collector.readers.base import Limits
from baseline_collector.readers.cells import NULL, NUMBER, cell
from baseline_collector.readers.columns import Columns, nearest
from baseline_collector.readers.leaves import Leaves

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_NEWLINE, _RETURN, _QUOTE = b'\n\r"'
_LONGEST = 4_000
"""Bytes of a cell beyond which its row is left to the csv module."""
_LEAD = np.zeros(256, np.bool_)
_LEAD[list(b"-.0123456789")] = True
_FEWEST = 64
"""Lines that are rows as they stand from which arrays pay."""
_SMALL = 4_000
"""Characters of a block below which looking for them does not."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_PLAIN = r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a table are to be taken.

    Attributes:
        delimiter: Between cells, one ASCII character.
        keys: Path template of each column.
        units: Unit of each column, empty where none is stated.
        decimal_comma: Whether 1,5 is one and a half.
    """

    delimiter: str
    keys: tuple[str, ...]
    units: tuple[str, ...]
    decimal_comma: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the table's width, by where their cells stand.

    Attributes:
        buffer: The text they stand in.
        starts: First byte of each cell, a row of the array for a row of the table.
        ends: Byte behind it.
    """

    buffer: Bytes
    starts: Ints
    ends: Ints

    def __len__(self) -> int:
        return len(self.starts)

    def columns(self, first: int, layout: Layout, leaves: Leaves) -> Columns:
        """The cells as leaves, row by row.

        Args:
            first: Index of the first row.
            layout: Of the table.
            leaves: Where they will go; gives codes.

        Raises:
            ReadError: The table has more columns than the limits allow.
        """
        size, width = self.starts.shape
        raw = _texts(self.buffer, self.starts, self.ends)
        turned = raw.take(pa.array(np.arange(size * width).reshape(size, width).T.ravel()))
        kind, value = np.empty((width, size), np.int8), np.empty((width, size))
        unit, reasons = np.empty((width, size), np.int32), dict[int, str]()
        like: Bools = np.all(_LEAD[self.buffer[self.starts]] & (self.ends > self.starts), axis=0)
        for at in range(width):
            one = _Column(kind[at], value[at], {}, {})
            one.fill(turned.slice(at * size, size), layout.decimal_comma, bool(like[at]))
            unit[at] = leaves.unit_code(layout.units[at])
            for row, own in one.units.items():
                unit[at, row] = leaves.unit_code(own)
            reasons |= {row * width + at: why for row, why in one.reasons.items()}
        blank = (kind.T == NULL) & (self.ends > self.starts)
        if blank.any():
            raw = _texts(self.buffer, self.starts, np.where(blank, self.starts, self.ends))
        place = np.full((size * width, 3), -1, np.int32)
        place[:, 0] = np.repeat(np.arange(first, first + size), width)
        keys = np.tile(np.array([leaves.code(key) for key in layout.keys], np.int32), size)
        return Columns(keys, place, kind.T.ravel(), raw, value.T.ravel(), reasons,
                       unit.T.ravel() if (unit >= 0).any() else None)


def _texts(buffer: Bytes, starts: Ints, ends: Ints) -> pa.Array:
    offsets = np.zeros(2 * starts.size + 1, np.int64)
    offsets[1::2], offsets[2::2] = starts.ravel(), ends.ravel()
    whole = pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(buffer))
    return whole.take(pa.array(np.arange(1, len(offsets) - 1, 2)))


@dataclass(slots=True)
class _Column:
    """One column of some rows, as ``base.cell`` reads its cells."""

    kind: npt.NDArray[np.int8]
    value: npt.NDArray[np.float64]
    units: dict[int, str]
    reasons: dict[int, str]

    def fill(self, raw: pa.Array, decimal_comma: bool, like: bool) -> None:
        """Take in the cells; a column of plain numbers needs one conversion.

        Args:
            raw: The cells.
            decimal_comma: Whether 1,5 is one and a half.
            like: Whether all begin as plain numbers do; a conversion that fails is slow.
        """
        if decimal_comma:
            self._others(raw, np.arange(len(raw)), True)
            return
        if like:
            with contextlib.suppress(pa.ArrowInvalid):
                self._plain(raw, np.arange(len(raw)))
                return
        bare = pc.ascii_trim_whitespace(raw)
        plain = pc.match_substring_regex(bare, _PLAIN).to_numpy(zero_copy_only=False)
        rows = np.flatnonzero(plain)
        self._plain(bare.take(pa.array(rows)), rows)
        self._others(raw, np.flatnonzero(~plain), False)

    def _plain(self, bare: pa.Array, rows: Ints) -> None:
        value, odd = nearest(bare)
        self.kind[rows], self.value[rows] = NUMBER, value
        self._others(bare.take(pa.array(odd)), rows[odd], False, taken=True)

    def _others(self, raw: pa.Array, rows: Ints, decimal_comma: bool, taken: bool = False) -> None:
        """Read each different text once."""
        if not len(rows):
            return
        coded = (raw if taken else raw.take(pa.array(rows))).dictionary_encode()
        codes = coded.indices.to_numpy()
        cells = [cell(text, decimal_comma) for text in coded.dictionary.to_pylist()]
        self.kind[rows] = np.array([kind for kind, *_ in cells], np.int8)[codes]
        self.value[rows] = np.array([np.nan if value is None else value
                                     for _, value, *_ in cells])[codes]
        told = np.array([bool(unit or reason) for *_, unit, reason in cells])[codes]
        for row, code in zip(rows[told].tolist(), codes[told].tolist(), strict=True):
            *_, unit, reason = cells[code]
            if unit:
                self.units[row] = unit
            if reason:
                self.reasons[row] = reason


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of a block: where each begins, ends and ends with its line end; which are rows."""

    text: bytes
    begins: Ints
    nexts: Ints
    blank: Bools
    regular: Bools
    rows: Rows

    def line(self, at: int) -> str:
        return self.text[self.begins[at] : self.nexts[at]].decode()

    def some(self, start: int, end: int) -> Rows:
        """The rows of some lines, all of them regular or blank."""
        first = int(np.count_nonzero(self.regular[:start]))
        last = first + int(np.count_nonzero(self.regular[start:end]))
        return Rows(self.rows.buffer, self.rows.starts[first:last], self.rows.ends[first:last])


def pieces(blocks: Iterator[str], layout: Layout, limits: Limits, above: int
           ) -> Iterator[Rows | list[str]]:
    """Yield the rows of a table in order: many at once, or one by its cells.

    Args:
        blocks: Whole lines, with their line ends.
        layout: Of the table.
        limits: Bounds on a field.
        above: How many rows to begin with are yielded by their cells, also blank ones.

    Raises:
        ReadError: A field is longer than the limit.
    """
    previous = csv.field_size_limit(limits.field_chars)
    try:
        yield from _pieces(blocks, layout, above)
    except csv.Error as error:
        raise ReadError(f"a field is too long or broken: {error}",
                        expected=f"at most {limits.field_chars} characters") from error
    finally:
        csv.field_size_limit(previous)


def _pieces(blocks: Iterator[str], layout: Layout, above: int) -> Iterator[Rows | list[str]]:
    left = ""
    for text in blocks:
        if not left and len(text) < _SMALL:
            block = _unscanned(text)
        else:
            block = _scanned(left + text, ord(layout.delimiter), len(layout.keys))
        left, at, size = "", 0, len(block.begins)
        stops = iter([*np.flatnonzero(~(block.regular | block.blank)).tolist(), size])
        stop = next(stops)
        while at < size:
            while stop < at:
                stop = next(stops)
            if not above and stop - at >= _FEWEST:
                yield block.some(at, stop)
                at = stop
                continue
            row, used, whole = _one(block, at, layout.delimiter)
            if not whole:
                left = block.text[block.begins[at] :].decode()
                break
            above = max(above - 1, 0)
            at += used
            yield row
    if left:
        yield from csv.reader(_LINE.findall(left), delimiter=layout.delimiter)


def _one(block: _Block, at: int, delimiter: str) -> tuple[list[str], int, bool]:
    """The row that begins at a line, how many lines it takes, whether it ends in the block."""
    asked = False

    def lines() -> Iterator[str]:
        nonlocal asked
        for number in range(at, len(block.begins)):
            yield block.line(number)
        asked = True

    reader = csv.reader(lines(), delimiter=delimiter)
    row = next(reader, [])
    return row, reader.line_num, not asked


def _unscanned(text: str) -> _Block:
    """The lines of a small block, none of them looked at."""
    lines = [line.encode() for line in _LINE.findall(text)]
    bounds = np.cumsum([0, *map(len, lines)])
    none = np.zeros(len(lines), np.bool_)
    nothing = np.zeros((0, 1), np.int64)
    return _Block(b"".join(lines), bounds[:-1], bounds[1:], none, none,
                  Rows(np.zeros(0, np.uint8), nothing, nothing))


def _scanned(text: str, delimiter: int, width: int) -> _Block:
    """Find the lines of a block and the cells of those that are rows as they stand."""
    given = text.encode()
    data = given if given.endswith((b"\n", b"\r")) else given + b"\n"
    buffer = np.frombuffer(data, np.uint8)
    bounds = _line_ends(buffer, b"\r" in data)
    begins = np.r_[0, bounds[:-1] + 1]
    stops = bounds - ((bounds > 0) & (buffer[bounds] == _NEWLINE)
                      & (buffer[np.maximum(bounds - 1, 0)] == _RETURN))
    regular = stops > begins
    blank = ~regular
    delimiters = np.flatnonzero(buffer == delimiter)
    if b'"' in data:
        regular, outside = _quoted(buffer, delimiters, bounds, begins, stops, delimiter, regular)
        delimiters = delimiters[outside]
    counts = np.diff(np.searchsorted(delimiters, np.r_[begins, len(buffer)]))
    regular &= counts == width - 1
    own = delimiters[np.repeat(regular, counts)].reshape(int(regular.sum()), width - 1)
    starts = np.column_stack((begins[regular], own + 1))
    ends = np.column_stack((own, stops[regular]))
    inset = (buffer[starts] == _QUOTE) & (ends > starts)
    starts, ends = starts + inset, ends - inset
    short = (ends - starts).max(axis=1, initial=0) <= _LONGEST
    if not short.all():
        regular[np.flatnonzero(regular)[~short]] = False
        starts, ends = starts[short], ends[short]
    return _Block(given, begins, bounds + 1, blank, regular, Rows(buffer, starts, ends))


def _line_ends(buffer: Bytes, returns: bool) -> Ints:
    """Last byte of every line end: newline, return and newline, or return."""
    ends = buffer == _NEWLINE
    if returns:
        alone = buffer == _RETURN
        alone[:-1] &= buffer[1:] != _NEWLINE
        ends |= alone
    return np.flatnonzero(ends)


def _quoted(buffer: Bytes, delimiters: Ints, bounds: Ints, begins: Ints, stops: Ints,
            delimiter: int, regular: Bools) -> tuple[Bools, Bools]:
    """Lines in which quotes stand around whole fields alone, and delimiters outside of those."""
    quotes = np.flatnonzero(buffer == _QUOTE)
    line = np.searchsorted(bounds, quotes)
    regular = regular & (np.bincount(line, minlength=len(bounds)) % 2 == 0)
    even = regular[line]
    quotes, line = quotes[even], line[even]
    opens, closes = quotes[::2], quotes[1::2]
    whole = (opens == begins[line[::2]]) | (buffer[np.maximum(opens - 1, 0)] == delimiter)
    whole &= (closes + 1 == stops[line[::2]]) | (buffer[closes + 1] == delimiter)
    regular[line[::2][~whole]] = False
    inside = np.searchsorted(quotes[regular[line]], delimiters) % 2
    return regular, inside == 0

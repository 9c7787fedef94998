"""Regular rows of a delimited table as columns: no Python object a cell.

A line without quotes, or with quotes around whole fields, is a row as it stands, and its cells
come out of the text as arrays. Any other row (a quote inside a field, a row over several lines,
another width) is read by the csv module, by itself.
"""

from __future__ import annotations

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
from baseline_collector.readers.csv_scan import (
    LINE,
    Bools,
    Bytes,
    Ints,
    Scan,
    scan,
    texts,
    unscanned,
)
from baseline_collector.readers.leaves import Leaves

_LEAD = np.zeros(256, np.bool_)
_LEAD[list(b"-.0123456789")] = True
_FEWEST = 64
"""Lines that are rows as they stand from which arrays pay."""
_SMALL = 4_000
"""Characters of a block below which looking for them does not."""
_PLAIN = re.compile(r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$")


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
        if not size:
            return Columns.none()
        raw = texts(self.buffer, self.starts, self.ends)
        cells = _Cells(raw, width, np.empty(size * width, np.int8), np.empty(size * width), {}, {})
        like = self._numeral(raw) & (not layout.decimal_comma)
        if not cells.plain(np.flatnonzero(like)):
            like = np.array([bool(one) and cells.plain(np.array([at]))
                             for at, one in enumerate(like)])
        for at in np.flatnonzero(~like).tolist():
            cells.mixed(at, layout.decimal_comma)
        blank = (cells.kind == NULL).reshape(size, width) & (self.ends > self.starts)
        if blank.any():
            raw = texts(self.buffer, self.starts, np.where(blank, self.starts, self.ends))
        place = np.repeat(np.arange(first, first + size, dtype=np.int32), width)
        keys = np.tile(np.array([leaves.code(key) for key in layout.keys], np.int32), size)
        return Columns(keys, (place, None, None), cells.kind, raw, cells.value, cells.reasons,
                       cells.unit_codes(layout, leaves))

    def _numeral(self, raw: pa.Array) -> Bools:
        """Columns whose cells all begin as plain numbers do, and whose first is one.

        A conversion that fails is slow.
        """
        like: Bools = np.all(_LEAD[self.buffer[self.starts]] & (self.ends > self.starts), axis=0)
        first = raw.slice(0, len(like)).to_pylist()
        return like & [_PLAIN.fullmatch(text) is not None for text in first]


@dataclass(slots=True)
class _Cells:
    """Cells of some rows, row by row, as ``cells.cell`` reads them."""

    raw: pa.Array
    width: int
    kind: npt.NDArray[np.int8]
    value: npt.NDArray[np.float64]
    units: dict[int, str]
    reasons: dict[int, str]

    def plain(self, columns: Ints) -> bool:
        """Take in columns of plain numbers with one conversion; return whether they are."""
        if not len(columns):
            return True
        rows = (np.arange(0, len(self.raw), self.width)[:, None] + columns).ravel()
        bare = self.raw if len(columns) == self.width else self.raw.take(pa.array(rows))
        try:
            self._numbers(bare, rows)
        except pa.ArrowInvalid:
            return False
        return True

    def mixed(self, column: int, decimal_comma: bool) -> None:
        """Take in a column of anything; each different text is read once.

        Args:
            column: Which.
            decimal_comma: Whether 1,5 is one and a half.
        """
        rows = np.arange(column, len(self.raw), self.width)
        coded = self.raw.take(pa.array(rows)).dictionary_encode()
        texts, codes = coded.dictionary, coded.indices.to_numpy()
        one = _Cells(texts, 1, np.empty(len(texts), np.int8), np.empty(len(texts)), {}, {})
        one.read(decimal_comma)
        self.kind[rows], self.value[rows] = one.kind[codes], one.value[codes]
        for told, mine in ((one.units, self.units), (one.reasons, self.reasons)):
            if told:
                has = np.zeros(len(texts), np.bool_)
                has[list(told)] = True
                at = np.flatnonzero(has[codes])
                mine.update(zip(rows[at].tolist(), map(told.__getitem__, codes[at].tolist()),
                                strict=True))

    def read(self, decimal_comma: bool) -> None:
        """Take in all cells, the plain numbers of many with one conversion."""
        others = np.arange(len(self.raw))
        if not decimal_comma and len(self.raw) > _FEWEST:
            bare = pc.ascii_trim_whitespace(self.raw)
            plain = pc.match_substring_regex(bare, _PLAIN.pattern).to_numpy(zero_copy_only=False)
            self._numbers(bare.take(pa.array(np.flatnonzero(plain))), np.flatnonzero(plain))
            others = np.flatnonzero(~plain)
        self._each(self.raw.take(pa.array(others)), others, decimal_comma)

    def _numbers(self, bare: pa.Array, rows: Ints) -> None:
        value, odd = nearest(bare)
        self.kind[rows], self.value[rows] = NUMBER, value
        self._each(bare.take(pa.array(odd)), rows[odd], False)

    def _each(self, texts: pa.Array, rows: Ints, decimal_comma: bool) -> None:
        for row, text in zip(rows.tolist(), texts.to_pylist(), strict=True):
            kind, value, unit, reason = cell(text, decimal_comma)
            self.kind[row], self.value[row] = kind, np.nan if value is None else value
            if unit:
                self.units[row] = unit
            if reason:
                self.reasons[row] = reason

    def unit_codes(self, layout: Layout, leaves: Leaves) -> npt.NDArray[np.int32] | None:
        """Unit of each cell, its own before that of its column; None where there is none."""
        if not self.units and not any(layout.units):
            return None
        stated = [leaves.unit_code(unit) for unit in layout.units]
        codes = np.tile(np.array(stated, np.int32), len(self.raw) // self.width)
        for row, own in self.units.items():
            codes[row] = leaves.unit_code(own)
        return codes


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
            block = unscanned(text)
        else:
            block = scan(left + text, ord(layout.delimiter), len(layout.keys))
        left, at, size = "", 0, len(block.begins)
        stops = iter([*np.flatnonzero(~(block.regular | block.blank)).tolist(), size])
        stop = next(stops)
        while at < size:
            while stop < at:
                stop = next(stops)
            if not above and stop - at >= _FEWEST:
                yield Rows(block.buffer, *block.cells(at, stop))
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
        yield from csv.reader(LINE.findall(left), delimiter=layout.delimiter)


def _one(block: Scan, at: int, delimiter: str) -> tuple[list[str], int, bool]:
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

"""Where the cells of a delimited table stand: found for a whole block of lines at once, by arrays.

No byte is looked at by Python. A line without quotes, or with quotes around whole fields, is a
row as it stands; of all others only where they begin and end is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_NEWLINE, _RETURN, _QUOTE = b'\n\r"'
_LONGEST = 4_000
"""Bytes of a cell beyond which its row is left to the csv module."""
_GAP = 4
"""Bytes between cells, at most, that are taken out by a mask: quotes, delimiter, line end."""
LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Scan:
    """Lines of a block.

    Attributes:
        text: The block, UTF-8.
        begins: First byte of each line.
        nexts: Byte behind its line end.
        blank: Whether nothing stands in it.
        regular: Whether it is a row of the table as it stands.
        buffer: The block, a line end at its end.
        starts: First byte of each cell of the regular lines, a row of the array for a line.
        ends: Byte behind it.
    """

    text: bytes
    begins: Ints
    nexts: Ints
    blank: Bools
    regular: Bools
    buffer: Bytes
    starts: Ints
    ends: Ints

    def line(self, at: int) -> str:
        """A line, its line end with it."""
        return self.text[self.begins[at] : self.nexts[at]].decode()

    def cells(self, start: int, end: int) -> tuple[Ints, Ints]:
        """Starts and ends of the cells of some lines, all of them regular or blank."""
        first = int(np.count_nonzero(self.regular[:start]))
        last = first + int(np.count_nonzero(self.regular[start:end]))
        return self.starts[first:last], self.ends[first:last]


def unscanned(text: str) -> Scan:
    """The lines of a small block, none of them looked at."""
    lines = [line.encode() for line in LINE.findall(text)]
    bounds = np.cumsum([0, *map(len, lines)])
    none = np.zeros(len(lines), np.bool_)
    nothing = np.zeros((0, 1), np.int64)
    return Scan(b"".join(lines), bounds[:-1], bounds[1:], none, none, np.zeros(0, np.uint8),
                nothing, nothing)


def scan(text: str, delimiter: int, width: int) -> Scan:
    """Find the lines of a block and the cells of those that are rows as they stand.

    Args:
        text: Whole lines.
        delimiter: Between cells, one ASCII character.
        width: Cells of a row.
    """
    given = text.encode()
    data = given if given.endswith((b"\n", b"\r")) else given + b"\n"
    buffer = np.frombuffer(data, np.uint8)
    even = _even(data, buffer, delimiter, width)
    if even is not None:
        starts, ends, bounds = even
        begins, blank = starts[:, 0], np.zeros(len(starts), np.bool_)
        regular = ~blank
    else:
        bounds = _line_ends(buffer, b"\r" in data)
        begins = np.r_[0, bounds[:-1] + 1]
        starts, ends, blank, regular = _apart(data, buffer, bounds, begins, delimiter, width)
    short = (ends - starts).max(axis=1, initial=0) <= _LONGEST
    if not short.all():
        regular[np.flatnonzero(regular)[~short]] = False
        starts, ends = starts[short], ends[short]
    return Scan(given, begins, bounds + 1, blank, regular, buffer, starts, ends)


def _even(data: bytes, buffer: Bytes, delimiter: int, width: int
          ) -> tuple[Ints, Ints, Ints] | None:
    """Starts and ends of the cells and the line ends, where all lines are rows without quotes."""
    returns = data.count(b"\r")
    if width < 2 or b'"' in data or (returns and returns != data.count(b"\r\n")):
        return None
    marks = np.flatnonzero((buffer == delimiter) | (buffer == _NEWLINE))
    if len(marks) % width:
        return None
    ends = marks.reshape(-1, width)
    bounds = ends[:, -1].copy()
    if data.count(b"\n") != len(bounds) or not (buffer[bounds] == _NEWLINE).all():
        return None
    starts = np.empty_like(ends)
    starts.flat[0], starts.flat[1:] = 0, marks[:-1] + 1
    if returns:
        ends[:, -1] -= buffer[bounds - 1] == _RETURN
    return starts, ends, bounds


def _apart(data: bytes, buffer: Bytes, bounds: Ints, begins: Ints, delimiter: int, width: int
           ) -> tuple[Ints, Ints, Bools, Bools]:
    """Starts and ends of the cells of rows as they stand; which lines are blank, which those."""
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
    return starts + inset, ends - inset, blank, regular


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


def texts(buffer: Bytes, starts: Ints, ends: Ints) -> pa.Array:
    """The cells, one behind the other, as an Arrow array."""
    begins, stops = starts.ravel(), ends.ravel()
    offsets = np.empty(begins.size + 1, np.int64)
    np.cumsum(stops - begins, out=offsets[1:])
    offsets[0] = 0
    gaps = begins[1:] - stops[:-1]
    if int(gaps.max(initial=0)) <= _GAP:
        kept = np.ones(len(buffer), np.bool_)
        kept[: begins[0]] = kept[stops[-1] :] = False
        for at in range(int(gaps.max(initial=0))):
            kept[stops[:-1][gaps > at] + at] = False
        return pa.LargeStringArray.from_buffers(len(begins), pa.py_buffer(offsets),
                                                pa.py_buffer(buffer[kept]))
    offsets = np.zeros(2 * starts.size + 1, np.int64)
    offsets[1::2], offsets[2::2] = begins, stops
    whole = pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(buffer))
    return whole.take(pa.array(np.arange(1, len(offsets) - 1, 2)))

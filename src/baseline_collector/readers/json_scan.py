"""Where the scalars of JSON Lines stand: found for a whole block at once, by arrays.

No byte is looked at by Python. What this finds is a claim about well-formed lines only;
``json_columns`` holds it against the parser, and lines that look odd are left out here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_QUOTE, _BACKSLASH, _COLON, _SPACE, _NEWLINE, _POINT = b'"\\: \n.'
_KEY, _SCALAR = 1, 2
_OTHER = bytes(0 if byte in b'{}[],:" \t\r\n' else _SCALAR for byte in range(256))
_SPACES_BEFORE_COLON = 8


@dataclass(frozen=True, slots=True)
class Scan:
    """The scalars of a block of lines, in the order of the text.

    Attributes:
        buffer: The block, a newline before it and at its end.
        bounds: Positions of the newlines; line n lies between the n-th and the next.
        odd: Lines whose scalars were not looked for.
        starts: First byte of each scalar, a quote where it is a string.
        ends: Byte behind it.
        line: Line of each scalar.
        text: Whether it is a string.
        escaped: Scalars in which a backslash stands.
        points: Decimal points outside strings.
    """

    buffer: Bytes
    bounds: Ints
    odd: Bools
    starts: Ints
    ends: Ints
    line: Ints
    text: Bools
    escaped: Ints
    points: Ints


def scan(block: bytes) -> Scan | None:
    """Find the scalars of a block.

    Args:
        block: UTF-8, lines ended by a newline each.

    Returns:
        The scan, or None where strings and what is between them cannot be told apart.
    """
    data = b"\n" + block if block.endswith(b"\n") else b"\n" + block + b"\n"
    buffer = np.frombuffer(data, np.uint8)
    bounds = np.flatnonzero(buffer == _NEWLINE)
    backslashes = np.flatnonzero(buffer == _BACKSLASH) if b"\\" in data else bounds[:0]
    quotes = _quotes(buffer, backslashes)
    odd = (np.diff(np.searchsorted(quotes, bounds)) & 1).astype(np.bool_)
    if odd.any():
        buffer = buffer.copy()
        for at in np.flatnonzero(odd).tolist():
            buffer[bounds[at] + 1 : bounds[at + 1]] = _SPACE
        data = buffer.tobytes()
        backslashes = backslashes[buffer[backslashes] == _BACKSLASH]
        quotes = _quotes(buffer, backslashes)
    strings, values = _strings(buffer, quotes)
    inside = strings | np.frombuffer(data.translate(_OTHER), np.uint8)
    scalar = inside == _SCALAR
    edges = np.flatnonzero(scalar[1:] != scalar[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    text = buffer[starts] == _QUOTE
    if int(text.sum()) != values:
        return None
    counts = np.diff(np.searchsorted(starts, bounds))
    line = np.repeat(np.arange(len(counts)), counts)
    holder = np.searchsorted(starts, backslashes, "right") - 1
    held = (holder >= 0) & (backslashes < ends[holder]) if len(starts) else holder > 0
    points = np.flatnonzero((buffer == _POINT) & (strings == 0))
    return Scan(buffer, bounds, odd, starts, ends, line, text, np.unique(holder[held]), points)


def _quotes(buffer: Bytes, backslashes: Ints) -> Ints:
    """Positions of quotes that no backslash escapes."""
    quotes = np.flatnonzero(buffer == _QUOTE)
    if not len(backslashes):
        return quotes
    first = np.flatnonzero(np.diff(backslashes, prepend=-2) != 1)
    last = np.append(first[1:], len(backslashes)) - 1
    odd = (last - first) % 2 == 0
    return quotes[~np.isin(quotes, backslashes[last[odd]] + 1, assume_unique=True)]


def _strings(buffer: Bytes, quotes: Ints) -> tuple[Bytes, int]:
    """Mark the bytes of each string, its quotes with it, as key or value; count the values."""
    opens, closes = quotes[::2], quotes[1::2]
    behind = closes + 1
    for _ in range(_SPACES_BEFORE_COLON):
        blank = buffer[behind] == _SPACE
        if not blank.any():
            break
        behind = behind + blank
    key = buffer[behind] == _COLON
    lengths = np.diff(np.column_stack((opens, closes + 1)).ravel(), prepend=0,
                      append=len(buffer))
    marks = np.zeros(len(lengths), np.uint8)
    marks[1::2] = np.where(key, _KEY, _SCALAR)
    return np.repeat(marks, lengths), int(len(key) - key.sum())

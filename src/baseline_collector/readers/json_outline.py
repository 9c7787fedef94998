"""The outline of one large JSON document: what it holds, long arrays by where they stand.

A document of a megabyte and more is mostly one or a few long arrays of records. The outline
keeps all else parsed, and of each long array its first item and the places where it can be
cut between items; so the records can be read a megabyte at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from baseline_collector.errors import ReadError
from baseline_collector.readers.json_text import DECODER, Repeated

WINDOW = 1 << 20
"""Bytes of a value beyond which it is not parsed at once."""

_SHORT = 1 << 16
"""Characters in which most values end."""
_SPACES = " \t\r\n"
_STEPS = bytes(1 if byte in b"[{" else 255 if byte in b"]}" else 0 for byte in range(256))
"""One level down, or one up (-1 as a byte)."""
_QUOTE, _BACKSLASH, _NEWLINE, _SPACE, _COMMA = b'"\\\n ,'

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Take = Callable[[int, int], bytes]
"""(first byte, byte behind the last) -> those bytes of the document, UTF-8."""


@dataclass(slots=True)
class Records:
    """A long array.

    Attributes:
        first: Its first item, parsed.
        cuts: First byte, and byte behind the last, of each piece: whole items with commas
            between them.
    """

    first: Any
    cuts: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """A value that is longer than the window: an object or array of values and outlines."""

    members: list[tuple[str | None, Any]] = field(default_factory=list)

    def plain(self) -> Any:
        """The document with the first item alone of every long array."""
        shown = [(name, shown_of(value)) for name, value in self.members]
        if self.members and self.members[0][0] is None:
            return [value for _, value in shown]
        return dict(shown)


def shown_of(value: Any) -> Any:
    """A parsed value, or what stands for an outline."""
    if isinstance(value, Outline):
        return value.plain()
    return [value.first] if isinstance(value, Records) else value


class Unsuited(Exception):  # noqa: N818  # no error of the file: it is to be read otherwise
    """The document has no outline: it is broken, or no part of it is a long array."""


def outlined(take: Take, size: int, keys: int) -> Outline | Records:
    """Find the outline of a document.

    Args:
        take: Gives parts of it.
        size: Its bytes.
        keys: Most members of an object, or items of an array, that are kept.

    Raises:
        Unsuited: It has none.
    """
    cursor = _Cursor(take, size)
    found = cursor.value(keys, 0)
    if not isinstance(found, Outline | Records) or cursor.peek():
        raise Unsuited
    return found


class _Cursor:
    """A place in a document, and a window of text behind it."""

    def __init__(self, take: Take, size: int) -> None:
        self._take = take
        self._size = size
        self._base = 0
        self._text = ""
        self._at = 0
        self._end = 0
        self._held = 0

    def _more(self) -> bool:
        """Move the window to the place; return whether it holds more than before."""
        if self._end >= self._size:
            return False
        self._base += len(self._text[: self._at].encode())
        data = self._take(self._base, min(self._base + WINDOW, self._size))
        if self._base + len(data) < self._size:
            data = data[: _whole_characters(data)]
        moved = self._base + len(data) > self._end
        self._end = self._base + len(data)
        try:
            self._text = data.decode()
        except UnicodeDecodeError as error:
            raise Unsuited from error
        self._at = 0
        return moved

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACES:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _past(self, char: str) -> bool:
        if self.peek() == char:
            self._at += 1
            return True
        return False

    def _parsed(self) -> tuple[Any] | None:
        """The next value where it ends in the window; the place is then behind it."""
        self.peek()
        for _ in range(2):
            found = self._decoded(self._text[self._at : self._at + _SHORT], 0, self._at)
            if found is None and self._closes():
                found = self._decoded(self._text, self._at, 0)
            if found is not None or not self._more():
                return found
        return None

    def _decoded(self, text: str, start: int, before: int) -> tuple[Any] | None:
        try:
            value, end = DECODER.raw_decode(text, start)
        except (json.JSONDecodeError, RecursionError):
            return None
        if end == len(text):  # a number may go on
            return None
        self._held += end - start
        self._at = before + end
        return (value,)

    def _closes(self) -> bool:
        """Whether an object or array ends in the window; to look is quicker than to parse."""
        rest = self._text[self._at :].encode()
        return rest[:1] not in (b"{", b"[") or top_level(rest[1:])[1] is not None

    def value(self, keys: int, depth: int) -> Any:
        """The next value: parsed, or its outline."""
        if depth and (known := self._parsed()) is not None:
            if self._held > 16 * WINDOW:
                raise Unsuited
            return known[0]
        if depth > 8:
            raise Unsuited
        if self._past("{"):
            return self._object(keys, depth)
        if self._past("["):
            return self._array(keys, depth)
        raise Unsuited

    def _object(self, keys: int, depth: int) -> Outline:
        found = Outline()
        names = set()
        while True:
            name = self._parsed()
            if name is None or not isinstance(name[0], str) or not self._past(":"):
                raise Unsuited
            names.add(name[0])
            found.members.append((name[0], self.value(keys, depth + 1)))
            if len(names) != len(found.members) or len(names) > keys:
                raise Unsuited  # a name twice: which value stands is known at the end alone
            if self._past("}"):
                return found
            if not self._past(","):
                raise Unsuited

    def _array(self, keys: int, depth: int) -> Outline | Records:
        self.peek()
        start = self._base + len(self._text[: self._at].encode())
        first = self._parsed()
        if first is not None and not isinstance(first[0], Repeated):
            found = Records(first[0])
            end = self._cut(start, found)
            self._base, self._text, self._at, self._end = end, "", 0, end
            return found
        items = Outline()
        while True:
            items.members.append((None, self.value(keys, depth + 1)))
            if len(items.members) > keys:
                raise Unsuited
            if self._past("]"):
                return items
            if not self._past(","):
                raise Unsuited

    def _cut(self, start: int, found: Records) -> int:
        """Find where an array can be cut and where it ends; return the byte behind its end."""
        begin, step = start, WINDOW
        while begin < self._size:
            data = self._take(begin, min(begin + step, self._size))
            commas, end = top_level(data)
            if end is not None:
                found.cuts.append((begin, begin + end))
                return begin + end + 1
            if not len(commas):
                step *= 2
                if step > 64 * WINDOW or begin + len(data) >= self._size:
                    raise Unsuited
                continue
            found.cuts.append((begin, begin + int(commas[-1])))
            begin += int(commas[-1]) + 1
            step = WINDOW
        raise Unsuited


def _whole_characters(data: bytes) -> int:
    """Bytes up to the last character that is whole."""
    end = len(data)
    while end > 0 and len(data) - end < 4 and data[end - 1] & 0xC0 == 0x80:
        end -= 1
    return end - 1 if end and data[end - 1] >= 0xC0 else len(data)


def _inside(buffer: Bytes) -> Bytes:
    """1 for bytes inside strings, else 0; the buffer begins outside of one."""
    quotes = np.flatnonzero(buffer == _QUOTE)
    backslashes = np.flatnonzero(buffer == _BACKSLASH)
    if len(backslashes):
        first = np.flatnonzero(np.diff(backslashes, prepend=-2) != 1)
        last = np.append(first[1:], len(backslashes)) - 1
        odd = (last - first) % 2 == 0
        quotes = quotes[~np.isin(quotes, backslashes[last[odd]] + 1, assume_unique=True)]
    lengths = np.diff(quotes, prepend=0, append=len(buffer))
    marks = np.zeros(len(lengths), np.uint8)
    marks[1::2] = 1
    return np.repeat(marks, lengths)


def top_level(data: bytes, inside: Bytes | None = None) -> tuple[Ints, int | None]:
    """Commas between the items of an array whose inside the data is, and where it ends.

    Args:
        data: Begins where an item does; may end anywhere.
        inside: Which bytes stand in strings, where that is known.
    """
    buffer = np.frombuffer(data, np.uint8)
    if inside is None:
        inside = _inside(buffer)
    steps = np.frombuffer(data.translate(_STEPS), np.int8)
    marks = np.flatnonzero((steps != 0) & (inside == 0))
    depth = np.cumsum(steps[marks], dtype=np.int64)
    ends = np.flatnonzero(depth < 0)
    end = int(marks[ends[0]]) if len(ends) else None
    last = int(ends[0]) if len(ends) else len(marks)
    level = np.flatnonzero(depth[:last] == 0)
    begins = np.r_[0, marks[level] + 1]
    stops = np.append(marks, len(data))[np.r_[0, level + 1]]
    turns = np.diff(np.column_stack((begins, stops)).ravel(), prepend=0, append=len(data))
    top = np.zeros(len(turns), np.bool_)
    top[1::2] = True
    return np.flatnonzero(np.repeat(top, turns) & (buffer == _COMMA) & (inside == 0)), end


def as_lines(data: bytes) -> tuple[bytes, int]:
    """A piece of an array as JSON Lines, an item a line; and how many items it has.

    Raises:
        Unsuited: A line break stands inside a string.
    """
    inside = _inside(np.frombuffer(data, np.uint8))
    commas, _ = top_level(data, inside)
    buffer = np.frombuffer(bytearray(data + b"\n"), np.uint8)
    breaks = np.flatnonzero(buffer[:-1] == _NEWLINE)
    if inside[breaks].any():
        raise Unsuited
    buffer[breaks] = _SPACE
    buffer[commas] = _NEWLINE
    return buffer.tobytes(), len(commas) + 1


def items_of(text: str) -> Iterator[Any]:
    """Parse a piece of an array item by item.

    Raises:
        ReadError: It is no JSON.
    """
    try:
        yield from DECODER.decode(f"[{text}]")
    except json.JSONDecodeError as error:
        raise ReadError(f"not JSON: {error.msg}") from error
    except RecursionError as error:
        raise ReadError("nested too deep") from error

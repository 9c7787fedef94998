"""What every reader is, what it is given and what it gives.

A reader knows one format and nothing else. It gets an opened artifact and writes
leaves: every value of the file with its place, its text as written, and its number
where it is one. What a leaf means is not its business.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

import pyarrow as pa

from baseline_collector.errors import ReadError
from baseline_collector.paths import join

if TYPE_CHECKING:
    from baseline_collector.readers.opened import Opened

NUMBER: Final = 0
TEXT: Final = 1
BOOL: Final = 2
NULL: Final = 3

LEAVES = pa.schema([
    pa.field("artifact", pa.int32(), False),
    pa.field("key", pa.dictionary(pa.int32(), pa.string()), False),
    pa.field("i0", pa.int32()),
    pa.field("i1", pa.int32()),
    pa.field("i2", pa.int32()),
    pa.field("kind", pa.int8(), False),
    pa.field("raw", pa.string(), False),
    pa.field("value", pa.float64()),
    pa.field("unit", pa.dictionary(pa.int32(), pa.string())),
    pa.field("reason", pa.dictionary(pa.int32(), pa.string())),
])
"""One row a leaf. ``key`` is the path template; ``i0`` to ``i2`` are its indices, outermost
first (deeper ones stay in the template); ``value`` is null where ``kind`` is not NUMBER or no
float holds the number, with the ``reason``; ``unit`` is what a units row or the cell itself says."""

Places = Literal["json", "rows", "lines"]
"""How pointers are spelled: RFC 6901, ``row R, column C``, or ``line L, column C``."""

Depth = tuple[int | None, int | None, int | None]
TOP: Final[Depth] = (None, None, None)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is read; safe for hostile input, generous for real files.

    Attributes:
        document_bytes: Largest file that is parsed whole (JSON, Markdown).
        stream_bytes: Largest file that is read line by line (JSONL, CSV).
        depth: Deepest nesting.
        keys: Most different paths in one file.
        field_chars: Longest field of a table or text that is kept.
    """

    document_bytes: int = 64 * 1024 * 1024
    stream_bytes: int = 2 * 1024 * 1024 * 1024
    depth: int = 64
    keys: int = 20_000
    field_chars: int = 131_072


@dataclass(frozen=True, slots=True)
class Outcome:
    """How reading one artifact ended.

    Attributes:
        partly: Why some of it is missing; empty where all of it was read.
        version: Version of the format where the file says so.
    """

    partly: str = ""
    version: str = ""


class Reader(Protocol):
    """One format.

    Attributes:
        name: By the tool's name (``llama-bench``), or ``generic-*``.
        version: Version of this reader; part of what a cached reading depends on.
        places: How its pointers are spelled.
        quotes: Whether its numbers are quoted from elsewhere, as in notes; they are stored,
            and no statistic uses them.
    """

    name: str
    version: str
    places: Places
    quotes: bool

    def claims(self, opened: Opened) -> bool:
        """Whether the content, not the name, is of this format."""

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf of the artifact.

        Raises:
            ReadError: It cannot be read at all; leaves written so far are dropped.
        """


_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:[eE][+-]?\d+)?")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_WITH_UNIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s?(%|[A-Za-zµμ°/]{1,12})")

EXACT_INT: Final = 2**53


def number(raw: str) -> tuple[float | None, str]:
    """Read a JSON-like number.

    Args:
        raw: The number as written.

    Returns:
        The nearest float and an empty reason, or None and why no float holds it.
    """
    try:
        value = float(raw)
    except ValueError:
        return None, "not a number"
    if not math.isfinite(value):
        named = _NOT_FINITE.fullmatch(raw.strip())
        return None, "not a finite number" if named else "beyond a float"
    if abs(value) >= EXACT_INT and raw.lstrip("+-").isdigit() and len(raw) < 400:
        if int(raw) != int(value):
            return None, "integer beyond the exact range of a float"
    return value, ""


def cell(text: str, decimal_comma: bool = False) -> tuple[int, float | None, str, str]:
    """Read one table cell or value in prose position.

    Args:
        text: As written.
        decimal_comma: Whether the file writes 1,5 for one and a half.

    Returns:
        Kind, value, unit spelled in the cell, reason why a number has no value.
    """
    bare = text.strip()
    if not bare:
        return NULL, None, "", ""
    if decimal_comma and _COMMA.fullmatch(bare):
        value, reason = number(bare.replace(".", "").replace(",", "."))
        return NUMBER, value, "", reason
    if _PLAIN.fullmatch(bare):
        value, reason = number(bare)
        return NUMBER, value, "", reason
    first = bare[0]
    if first.isdigit() or first in "+-.":
        if _GROUPED.fullmatch(bare):
            return NUMBER, float(bare.replace(",", "")), "", ""
        match = _WITH_UNIT.fullmatch(bare)
        if match:
            value, reason = number(match[1])
            return NUMBER, value, match[2], reason
    if _NOT_FINITE.fullmatch(bare):
        return NUMBER, None, "", "not a finite number"
    if bare.lower() in ("true", "false"):
        return BOOL, None, "", ""
    return TEXT, None, "", ""


@dataclass(slots=True)
class Leaves:
    """Collects leaves of one or more artifacts and turns them into Arrow record batches."""

    limits: Limits = field(default_factory=Limits)
    _keys: dict[str, int] = field(default_factory=dict)
    _joined: dict[tuple[str, str], str] = field(default_factory=dict)
    _units: dict[str, int] = field(default_factory=dict)
    _reasons: dict[str, int] = field(default_factory=dict)
    _artifact: int = 0
    _marks: tuple[int, int] = (0, 0)
    _columns: tuple[list[object], ...] = field(
        default_factory=lambda: tuple([] for _ in range(10))
    )

    def begin(self, artifact: int) -> None:
        """Start an artifact; what follows belongs to it until the next ``begin``."""
        self._artifact = artifact
        self._marks = (len(self._columns[0]), len(self._keys))

    def drop(self) -> None:
        """Forget the leaves of the artifact begun last."""
        for column in self._columns:
            del column[self._marks[0]:]

    def __len__(self) -> int:
        return len(self._columns[0])

    def join(self, parent: str, key: str) -> str:
        """Return the template of an object key below a template, cached."""
        pair = (parent, key)
        known = self._joined.get(pair)
        if known is None:
            known = self._joined[pair] = join(parent, key)
        return known

    def add(self, key: str, at: Depth, kind: int, raw: str,
            value: float | None = None, unit: str = "", reason: str = "") -> None:
        """Write one leaf.

        Args:
            key: Path template.
            at: Its indices, outermost first.
            kind: NUMBER, TEXT, BOOL or NULL.
            raw: As written.
            value: The number, in whatever unit the artifact means.
            unit: Unit stated beside the value.
            reason: Why a number has no value.

        Raises:
            ReadError: The artifact has more different paths than the limits allow.
        """
        code = self._keys.get(key)
        if code is None:
            code = self._keys[key] = len(self._keys)
            if code - self._marks[1] > self.limits.keys:
                raise ReadError("too many different keys", expected=f"at most {self.limits.keys}",
                                remedy="raise the limit on keys if the file is sound")
        columns = self._columns
        columns[0].append(self._artifact)
        columns[1].append(code)
        columns[2].append(at[0])
        columns[3].append(at[1])
        columns[4].append(at[2])
        columns[5].append(kind)
        columns[6].append(raw)
        columns[7].append(value)
        columns[8].append(self._units.setdefault(unit, len(self._units)) if unit else None)
        columns[9].append(self._reasons.setdefault(reason, len(self._reasons)) if reason else None)

    def add_number(self, key: str, at: Depth, raw: str) -> None:
        """Write a JSON number by its text."""
        value, reason = number(raw)
        self.add(key, at, NUMBER, raw, value, "", reason)

    def take(self) -> pa.RecordBatch:
        """Return everything collected since the last ``take`` as one batch, and start anew."""
        plain = self._columns
        arrays = [
            pa.array(plain[0], pa.int32()),
            _dictionary(plain[1], self._keys),
            pa.array(plain[2], pa.int32()),
            pa.array(plain[3], pa.int32()),
            pa.array(plain[4], pa.int32()),
            pa.array(plain[5], pa.int8()),
            pa.array(plain[6], pa.string()),
            pa.array(plain[7], pa.float64()),
            _dictionary(plain[8], self._units),
            _dictionary(plain[9], self._reasons),
        ]
        self._columns = tuple([] for _ in range(10))
        self._keys, self._units, self._reasons = {}, {}, {}
        self._marks = (0, 0)
        return pa.RecordBatch.from_arrays(arrays, schema=LEAVES)


def _dictionary(codes: list[object], names: dict[str, int]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, pa.int32()), pa.array(list(names), pa.string())
    )

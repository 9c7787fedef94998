"""Leaves: every value of an artifact with its place, as columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from baseline_collector.errors import ReadError
from baseline_collector.paths import join
from baseline_collector.readers.base import Limits
from baseline_collector.readers.cells import NUMBER, number

if TYPE_CHECKING:
    from baseline_collector.readers.columns import Columns

LEAVES = pa.schema([
    pa.field("artifact", pa.int32(), False),
    pa.field("key", pa.dictionary(pa.int32(), pa.string()), False),
    pa.field("i0", pa.int32()),
    pa.field("i1", pa.int32()),
    pa.field("i2", pa.int32()),
    pa.field("kind", pa.int8(), False),
    pa.field("raw", pa.large_string(), False),
    pa.field("value", pa.float64()),
    pa.field("unit", pa.dictionary(pa.int32(), pa.string())),
    pa.field("reason", pa.dictionary(pa.int32(), pa.string())),
])
"""One row a leaf. ``key`` is the path template; ``i0`` to ``i2`` are its indices, outermost
first (deeper ones stay in the template); ``value`` is null where ``kind`` is not NUMBER or no
float holds the number, with the ``reason``; ``unit`` is what a units row or the cell says."""

Depth = tuple[int | None, int | None, int | None]
TOP: Final[Depth] = (None, None, None)

_CHUNK = 1 << 16
"""Leaves held as Python objects before they become Arrow arrays."""

_NONE = pa.array([], pa.int32())
_TYPES = tuple(pa.int32() if pa.types.is_dictionary(field.type) else field.type for field in LEAVES)


Sink = Callable[[pa.RecordBatch], None]
"""Takes a batch of leaves, columns as ``LEAVES``, and keeps or writes it."""


@dataclass(slots=True)
class Leaves:
    """Collects leaves of one or more artifacts and turns them into Arrow record batches.

    Without a sink everything waits for ``take``. With one, memory is bounded: a batch of at
    least ``batch`` leaves goes to the sink when the next artifact begins, or in the middle of
    an artifact that is larger than a batch. The last leaves still wait for ``take``. Batches
    hold the leaves of artifacts in the order in which those were begun.

    Attributes:
        limits: Bounds on what is read.
        sink: Where full batches go.
        batch: Leaves that make a batch full.
    """

    limits: Limits = field(default_factory=Limits)
    sink: Sink | None = None
    batch: int = 1 << 18
    _keys: dict[str, int] = field(default_factory=dict)
    _joined: dict[tuple[str, str], str] = field(default_factory=dict)
    _units: dict[str, int] = field(default_factory=dict)
    _reasons: dict[str, int] = field(default_factory=dict)
    _artifact: int = 0
    _same: pa.Array = field(default_factory=lambda: _NONE)
    _mark: int = 0
    _first_key: int = 0
    _handed: bool = False
    _taking: bool = False
    _spelled: int = 0
    _rows: list[tuple[object, ...]] = field(default_factory=list)
    _chunks: list[list[pa.Array]] = field(default_factory=list)
    _kept: int = 0

    def begin(self, artifact: int) -> None:
        """Start an artifact; what follows belongs to it until the next ``begin``."""
        if self.sink is not None and len(self) >= self.batch:
            self.sink(self.take())
        self._artifact = artifact
        self._same = _NONE
        self._handed = False
        self._mark = len(self)
        self._first_key = len(self._keys)
        self._spelled = 0
        if len(self._joined) > _CHUNK:
            self._joined.clear()

    def drop(self) -> bool:
        """Forget the leaves of the artifact begun last.

        Returns:
            Whether all are forgotten; the sink may have some already, and the artifact is then
            read in part.
        """
        while self._kept > self._mark:
            last = self._chunks.pop()
            self._kept -= len(last[0])
            rest = self._mark - self._kept
            if rest > 0:
                self._chunks.append([array.slice(0, rest) for array in last])
                self._kept += rest
        del self._rows[self._mark - self._kept:]
        return not self._handed

    def __len__(self) -> int:
        return self._kept + len(self._rows)

    def join(self, parent: str, key: str) -> str:
        """Return the template of an object key below a template, cached.

        Raises:
            ReadError: The paths of the artifact are longer in all than the limits allow.
        """
        pair = (parent, key)
        known = self._joined.get(pair)
        if known is None:
            known = self._joined[pair] = join(parent, key)
            self._spelled += len(known)
            if self._spelled > self.limits.key_chars:
                self._joined.clear()
                raise ReadError("keys too long",
                                expected=f"at most {self.limits.key_chars} characters in all paths")
        return known

    def code(self, key: str) -> int:
        """Return the code of a path template.

        Raises:
            ReadError: The artifact has more different paths than the limits allow.
        """
        code = self._keys.get(key)
        if code is None:
            code = self._keys[key] = len(self._keys)
            if code - self._first_key >= self.limits.keys:
                raise ReadError("too many different keys", expected=f"at most {self.limits.keys}",
                                remedy="raise the limit on keys if the file is sound")
        return code

    def unit_code(self, unit: str) -> int:
        """Return the code of a unit; -1 where none is stated."""
        return self._units.setdefault(unit, len(self._units)) if unit else -1

    def aside(self) -> Leaves:
        """Leaves for a part of the artifact that is looked at first; they share its paths."""
        return Leaves(self.limits, _joined=self._joined, _spelled=self._spelled)

    def extend(self, columns: Columns) -> None:
        """Write leaves that are columns already."""
        if not len(columns.key):
            return
        self._pack()
        rows = len(columns.key)
        if len(self._same) < rows:
            self._same = pa.array(np.full(rows, self._artifact, np.int32))
        self._keep(columns.arrays(self._same.slice(0, rows), self._reasons))

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
            code = self.code(key)
        self._rows.append((
            self._artifact, code, *at, kind, raw, value,
            self._units.setdefault(unit, len(self._units)) if unit else None,
            self._reasons.setdefault(reason, len(self._reasons)) if reason else None))
        if len(self._rows) >= _CHUNK:
            self._pack()

    def add_number(self, key: str, at: Depth, raw: str) -> None:
        """Write a JSON number by its text."""
        value, reason = number(raw)
        self.add(key, at, NUMBER, raw[: self.limits.field_chars], value, "", reason)

    def take(self) -> pa.RecordBatch:
        """Return everything collected since the last batch as one batch, and start anew."""
        batch = self._assembled()
        self._keys, self._units, self._reasons, self._first_key = {}, {}, {}, 0
        return batch

    def _assembled(self) -> pa.RecordBatch:
        """What is held as one batch; the codes of keys stay, for the rest of the artifact."""
        self._taking = True
        self._pack()
        self._taking = False
        arrays = []
        for at, kind in enumerate(_TYPES):
            pieces = [chunk[at] for chunk in self._chunks]
            arrays.append(pieces[0] if len(pieces) == 1 else
                          pa.concat_arrays(pieces) if pieces else pa.array([], kind))
        for at, names in ((1, self._keys), (8, self._units), (9, self._reasons)):
            arrays[at] = pa.DictionaryArray.from_arrays(arrays[at], _texts(list(names)))
        self._chunks, self._kept, self._mark = [], 0, 0
        return pa.RecordBatch.from_arrays(arrays, schema=LEAVES)

    def _pack(self) -> None:
        """Turn the leaves held as Python objects into Arrow arrays."""
        if not self._rows:
            return
        packed = [
            _texts(column, kind) if pa.types.is_large_string(kind) else pa.array(column, kind)
            for column, kind in zip(zip(*self._rows, strict=True), _TYPES, strict=True)
        ]
        self._rows = []
        self._keep(packed)

    def _keep(self, arrays: list[pa.Array]) -> None:
        """Keep a chunk of leaves; hand over a full batch."""
        self._kept += len(arrays[0])
        self._chunks.append(arrays)
        if self.sink is not None and self._kept >= self.batch and not self._taking:
            self._handed = self._kept > self._mark
            self.sink(self._assembled())


def _texts(column: Sequence[object], kind: pa.DataType | None = None) -> pa.Array:
    """Texts as an Arrow array; halves of surrogate pairs, which no UTF-8 holds, are escaped."""
    try:
        return pa.array(column, kind or pa.string())
    except UnicodeEncodeError:
        return pa.array([str(text).encode("utf-8", "backslashreplace").decode() for text in column],
                        kind or pa.string())

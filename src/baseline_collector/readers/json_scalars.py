"""The scalars of a block of JSON as columns: kind, text, number, and where they are sound."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from baseline_collector.readers.cells import BOOL, NULL, NUMBER, TEXT, number
from baseline_collector.readers.columns import nearest
from baseline_collector.readers.json_scan import Bools, Ints, Scan

_BAD = 9
_KINDS = np.full(256, _BAD, np.int8)
_KINDS[list(b"-0123456789")] = NUMBER
_KINDS[ord('"')] = TEXT
_KINDS[list(b"tf")] = BOOL
_KINDS[ord("n")] = NULL
_DIGIT = np.zeros(256, np.bool_)
_DIGIT[list(b"0123456789")] = True
_WORDS = ((ord("t"), b"true"), (ord("f"), b"false"), (ord("n"), b"null"))
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LONGEST = 4_000
"""Bytes of a scalar beyond which its line is walked."""


@dataclass(slots=True)
class Scalars:
    """The scalars of a block as columns; ``regular`` says of which lines they can be used."""

    found: Scan
    regular: Bools
    kind: npt.NDArray[np.int8]
    raw: pa.Array
    value: npt.NDArray[np.float64]
    reasons: dict[int, str]


def scalars_of(found: Scan) -> Scalars | None:
    """Kind, text and number of each scalar, and the lines in which all of them are sound."""
    buffer, starts, ends = found.buffer, found.starts, found.ends
    kind = _KINDS[buffer[starts]]
    bad = (kind == _BAD) | (ends - starts > _LONGEST)
    bad |= found.text & ((buffer[ends - 1] != ord('"')) | (ends - starts < 2))
    for start, word in _WORDS:
        rows = np.flatnonzero(buffer[starts] == start)
        wrong = ends[rows] - starts[rows] != len(word)
        for at in range(1, len(word)):
            wrong |= buffer[np.minimum(starts[rows] + at, len(buffer) - 1)] != word[at]
        bad[rows[wrong]] = True
    numeric = kind == NUMBER
    bad |= numeric & ~_sound(found)
    raw = _between(found, found.text.astype(np.int64))
    # What is bad already may end inside a character.
    raw, undecoded = _unescaped(raw, found.escaped[(found.text & ~bad)[found.escaped]])
    bad[undecoded] = True
    bad[found.escaped[~found.text[found.escaped]]] = True
    rows = np.flatnonzero(numeric & ~bad)
    value = np.full(len(starts), np.nan)
    value[rows], reasons, refused = _numbers(raw.take(pa.array(rows)))
    bad[rows[refused]] = True
    regular = ~found.odd
    regular[found.line[bad]] = False
    regular &= np.bincount(found.line, minlength=len(regular)) > 0
    return Scalars(found, regular, kind, raw, value,
                   {int(rows[at]): reason for at, reason in reasons.items()})


def _sound(found: Scan) -> Bools:
    """Whether numbers start and end as JSON's do, and digits stand around their points.

    What else a number must be, the conversion checks.
    """
    buffer = found.buffer
    lead = found.starts + (buffer[found.starts] == ord("-"))
    follows = _DIGIT[buffer[np.minimum(lead + 1, len(buffer) - 1)]] & (lead + 1 < found.ends)
    sound: Bools = _DIGIT[buffer[lead]] & _DIGIT[buffer[found.ends - 1]]
    sound &= (buffer[lead] != ord("0")) | ~follows
    loose = found.points[~(_DIGIT[buffer[found.points - 1]] & _DIGIT[buffer[found.points + 1]])]
    sound[np.maximum(np.searchsorted(found.starts, loose, "right") - 1, 0)] = False
    return sound


def _between(found: Scan, inset: Ints) -> pa.Array:
    """The scalars as an Arrow array, strings without their quotes."""
    offsets = np.empty(2 * len(found.starts) + 1, np.int64)
    offsets[0], offsets[1::2], offsets[2::2] = 0, found.starts + inset, found.ends - inset
    whole = pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(found.buffer))
    return whole.take(pa.array(np.arange(1, len(offsets) - 1, 2)))


def _unescaped(raw: pa.Array, rows: Ints) -> tuple[pa.Array, list[int]]:
    """Decode the strings with escapes; also return those that are no strings."""
    if not len(rows):
        return raw, []
    decoded, wrong = [], []
    for row, text in zip(rows.tolist(), raw.take(pa.array(rows)).to_pylist(), strict=True):
        try:
            plain = json.loads(f'"{text}"', strict=False)
        except json.JSONDecodeError:
            plain = ""
            wrong.append(row)
        decoded.append(plain.encode("utf-8", "backslashreplace").decode())
    places = np.arange(len(raw))
    places[rows] = len(raw) + np.arange(len(rows))
    joined = pa.concat_arrays([raw, pa.array(decoded, pa.large_string())])
    return joined.take(pa.array(places)), wrong


def _numbers(raw: pa.Array) -> tuple[npt.NDArray[np.float64], dict[int, str], list[int]]:
    """Nearest float of each text, why some have none, and those that are no numbers."""
    try:
        value, rows = nearest(raw)
    except pa.ArrowInvalid:
        return _one_by_one(raw)
    reasons = {}
    for row, text in zip(rows.tolist(), raw.take(pa.array(rows)).to_pylist(), strict=True):
        exact, reason = number(text)
        value[row] = np.nan if exact is None else exact
        if reason:
            reasons[row] = reason
    return value, reasons, []


def _one_by_one(raw: pa.Array) -> tuple[npt.NDArray[np.float64], dict[int, str], list[int]]:
    value, reasons, wrong = np.full(len(raw), np.nan), {}, []
    for row, text in enumerate(raw.to_pylist()):
        if not _NUMBER.fullmatch(text):
            wrong.append(row)
            continue
        exact, reason = number(text)
        value[row] = np.nan if exact is None else exact
        if reason:
            reasons[row] = reason
    return value, reasons, wrong

"""Regular JSON Lines as columns: no Python object a value.

Lines with the same text between their scalars have the same structure. One of them is
parsed and walked; the others take its paths, and their scalars come out of the text as
arrays. A line that is like no other, or that the parser might see differently, is walked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from baseline_collector.errors import ReadError
from baseline_collector.readers.columns import Columns, Index, Place
from baseline_collector.readers.json_scalars import Scalars, scalars_of
from baseline_collector.readers.json_scan import Bools, Ints, Scan, scan
from baseline_collector.readers.json_text import Repeated, parse
from baseline_collector.readers.leaves import Leaves

Write = Callable[[Any, Leaves, int], None]
"""(parsed line, leaves, its index) -> writes its leaves; raises ReadError where it must not."""

_FEWEST = 3
"""Lines of one structure from which arrays pay."""


def write_lines(block: bytes, first: int, leaves: Leaves, write: Write, slot: int = 0
                ) -> tuple[int, list[tuple[int, str]]]:
    """Write every leaf of a block of lines, in their order.

    Args:
        block: UTF-8, one document a line, ended by a newline each.
        first: Index of its first line.
        leaves: Where they go.
        write: The walk of one line.
        slot: Which of a leaf's indices is that of its line.

    Returns:
        How many lines were read, and (index, why) of each that is no JSON; blank ones are neither.

    Raises:
        ReadError: The limits on keys are passed.
    """
    texts = block.split(b"\n")
    found = scan(block)
    scalars = scalars_of(found) if found is not None and len(found.starts) else None
    broken: list[tuple[int, str]] = []
    if scalars is None:
        good = sum([_walk_line(text, first + at, leaves, write, broken)
                    for at, text in enumerate(texts)])
        return good, broken
    columns, rows = _columns(scalars, texts, first, leaves, write, slot)
    bounds = np.searchsorted(scalars.found.line[rows], np.arange(len(scalars.regular) + 1))
    done, good = 0, int(scalars.regular.sum())
    for at in np.flatnonzero(~scalars.regular).tolist():
        leaves.extend(columns.slice(int(bounds[done]), int(bounds[at])))
        good += _walk_line(texts[at], first + at, leaves, write, broken)
        done = at + 1
    leaves.extend(columns.slice(int(bounds[done]), int(bounds[-1])))
    return good, broken


def _walk_line(text: bytes, index: int, leaves: Leaves, write: Write,
               broken: list[tuple[int, str]]) -> bool:
    """Read one line by the parser; return whether it was read."""
    line = text.decode().strip()
    if not line:
        return False
    try:
        document = parse(line, leaves.limits.depth)
    except ReadError as error:
        broken.append((index, error.what))
        return False
    try:
        write(document, leaves, index)
    except Refused as error:
        broken.append((index, str(error)))
        return False
    return True


class Refused(Exception):  # noqa: N818  # says no to one line, is no error of the file
    """A line is refused before any of its leaves is written."""


def _columns(scalars: Scalars, texts: list[bytes], first: int, leaves: Leaves, write: Write,
             slot: int) -> tuple[Columns, Ints]:
    """Columns of the leaves of all regular lines, and the scalar that each of them is.

    Lines whose structure cannot be taken from another are marked as not regular.
    """
    found = scalars.found
    opening = np.diff(found.line, prepend=-1) != 0
    named = np.flatnonzero(opening | ~_after_comma(found))
    codes, comma = _gaps(found, named)
    opened = opening[named] | ~comma
    opens, codes = named[opened], codes[opened]
    codes[opening[opens]] = _spans(found, opening, head=True) + len(named)
    line = found.line[opens]
    begin = np.flatnonzero(np.diff(line, prepend=-1) != 0)
    lengths = np.diff(np.append(begin, len(opens)))
    within = np.arange(len(opens)) - np.repeat(begin, lengths)
    weights = np.random.default_rng(1).integers(1, 1 << 62, int(lengths.max()) + 1) | 1
    tails = _spans(found, opening, head=False)
    mixed = (codes + 1) * weights[within]
    sums = np.add.reduceat(mixed, begin) + (tails + 1) * weights[-1] * 3 + lengths
    _, chosen, member = np.unique(sums, return_index=True, return_inverse=True)
    return _shaped(scalars, texts, first, leaves, write, _Lines(
        codes, opens, begin, lengths, tails, line[begin], within, chosen, member, slot))


def _after_comma(found: Scan) -> Bools:
    """Scalars between which and the one before stands a comma, perhaps a space, and no more."""
    behind = np.r_[0, found.ends[:-1]]
    gap = found.starts - behind
    after: Bools = (gap == 2) & (found.buffer[behind + 1] == ord(" ")) | (gap == 1)
    after &= found.buffer[behind] == ord(",")
    return after


def _gaps(found: Scan, rows: Ints) -> tuple[Ints, Bools]:
    """Codes of the texts between some scalars and those before; whether it is a comma alone."""
    offsets = np.column_stack((np.r_[0, found.ends[:-1]][rows], found.starts[rows])).ravel()
    whole = pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(found.buffer))
    coded = whole.take(pa.array(np.arange(0, len(offsets), 2))).dictionary_encode()
    codes = coded.indices.to_numpy().astype(np.int64)
    comma = np.array([text.strip() == "," for text in coded.dictionary.to_pylist()])
    return codes, comma[codes]


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines with scalars, and their openers: scalars that do not follow another in an array.

    ``slot`` is which index of a leaf is that of its line.
    """

    codes: Ints
    opens: Ints
    begin: Ints
    lengths: Ints
    tails: Ints
    line: Ints
    within: Ints
    chosen: Ints
    member: Ints
    slot: int


def _spans(found: Scan, opening: Bools, head: bool) -> Ints:
    """Codes of the texts before the first scalar of each line, or behind the last."""
    rows = np.flatnonzero(opening)
    line = found.line[rows]
    if head:
        starts, ends = found.bounds[line] + 1, found.starts[rows]
    else:
        last = np.append(rows[1:], len(found.line)) - 1
        starts, ends = found.ends[last], found.bounds[line + 1]
    offsets = np.column_stack((starts, ends)).ravel()
    whole = pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(found.buffer))
    spans = whole.take(pa.array(np.arange(0, len(offsets), 2)))
    codes: Ints = spans.dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes


def _shaped(scalars: Scalars, texts: list[bytes], first: int, leaves: Leaves, write: Write,
            lines: _Lines) -> tuple[Columns, Ints]:
    found, regular = scalars.found, scalars.regular
    base, sizes = np.zeros(len(lines.chosen), np.int64), np.bincount(lines.member)
    keys: list[npt.NDArray[np.int32]] = []
    places: list[npt.NDArray[np.int32]] = []
    items: list[Bools] = []
    total = 0
    usable = np.zeros(len(lines.chosen), np.bool_)
    for shape, row in enumerate(lines.chosen.tolist()):
        base[shape] = total
        at = int(lines.line[row])
        if sizes[shape] < _FEWEST or not regular[at]:
            continue
        begin, length = int(lines.begin[row]), int(lines.lengths[row])
        one = _walked(scalars, lines, begin, length, texts[at], first + at, leaves, write)
        if one is not None:
            usable[shape] = True
            keys.append(one[0])
            places.append(one[1])
            items.append(one[2])
            total += length
    if not total:
        regular[:] = False
        return Columns.none(), np.zeros(0, np.int64)
    item = np.concatenate(items)
    where = np.minimum(np.repeat(base[lines.member], lines.lengths) + lines.within, total - 1)
    model = np.repeat(lines.begin[lines.chosen][lines.member], lines.lengths) + lines.within
    same = lines.codes[np.minimum(model, len(lines.codes) - 1)] == lines.codes
    fit = usable[lines.member] & (lines.tails == lines.tails[lines.chosen][lines.member])
    fit &= lines.lengths == lines.lengths[lines.chosen][lines.member]
    fit &= np.logical_and.reduceat(same, lines.begin)
    runs = np.diff(np.append(lines.opens, len(found.starts)))
    alone = (runs == 1) | item[where]
    fit &= np.logical_and.reduceat(alone, lines.begin)
    kept = np.zeros(len(regular), np.bool_)
    kept[lines.line[fit]] = True
    regular &= kept
    take = np.flatnonzero(regular[found.line])
    some = slice(None) if len(take) == len(found.starts) else take
    spread = np.repeat(where, runs)[some]
    run = (np.arange(len(found.starts), dtype=np.int32)
           - np.repeat(lines.opens.astype(np.int32), runs))[some]
    reasons = {int(np.searchsorted(take, row)): reason for row, reason in scalars.reasons.items()
               if regular[found.line[row]]}
    return Columns(np.concatenate(keys)[spread],
                   _placed(np.concatenate(places), item, spread, run,
                           (found.line[some] + first).astype(np.int32), lines.slot),
                   scalars.kind[some],
                   scalars.raw.take(pa.array(take)) if some is take else scalars.raw,
                   scalars.value[some], reasons), take


def _placed(models: npt.NDArray[np.int32], item: Bools, spread: Ints,
            run: npt.NDArray[np.int32], line: npt.NDArray[np.int32], slot: int) -> Place:
    """Indices of leaves: those of the line's model, its own number, its place in an array.

    Args:
        models: Indices of the openers of all models, a row each.
        item: Which of them begin an array of scalars.
        spread: The opener that each leaf follows.
        run: How many scalars lie between the two.
        line: Index of its line.
        slot: Which index that is.
    """
    inner = (models >= 0).sum(axis=1) - 1
    columns: list[Index] = []
    for at in range(3):
        steps = item & (inner == at)
        if at == slot:
            columns.append(line)
        elif not (models[:, at] >= 0).any():
            columns.append(None)
        elif steps.any():
            columns.append(models[:, at][spread] + run * steps[spread])
        else:
            columns.append(models[:, at][spread])
    first, second, third = columns
    return first, second, third


def _walked(scalars: Scalars, lines: _Lines, begin: int, length: int, text: bytes, index: int,
            leaves: Leaves, write: Write
            ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Bools] | None:
    """Paths of the slots of one line, by walking it; None where it is no model for others."""
    aside = leaves.aside()
    try:
        document = parse(text.decode().strip(), leaves.limits.depth)
        if _repeats(document):
            return None
        write(document, aside, index)
    except (ReadError, Refused):
        return None
    batch = aside.take()
    first = int(lines.opens[begin])
    last = int(lines.opens[begin + length]) if begin + length < len(lines.opens) else len(
        scalars.raw)
    if batch.num_rows != last - first or not batch.column("raw").equals(
            scalars.raw.slice(first, last - first)):
        return None
    rows = lines.opens[begin : begin + length] - first
    spelled = batch.column("key").dictionary.to_pylist()
    codes = batch.column("key").indices.to_numpy()[rows].tolist()
    place = np.column_stack([
        batch.column(name).fill_null(-1).to_numpy(zero_copy_only=False)
        for name in ("i0", "i1", "i2")]).astype(np.int32)[rows]
    item = np.array([spelled[code].endswith("[]") for code in codes])
    item &= (place[:, lines.slot + 1] >= 0) if lines.slot < 2 else False
    keys = np.array([leaves.code(spelled[code]) for code in codes], np.int32)
    return keys, place, item


def _repeats(document: Any) -> bool:
    """Whether an object in it has a key twice."""
    if isinstance(document, dict):
        return isinstance(document, Repeated) or any(map(_repeats, document.values()))
    return isinstance(document, list) and any(map(_repeats, document))

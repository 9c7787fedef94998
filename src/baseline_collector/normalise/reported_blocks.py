"""Blocks of reported statistics: those of one metric and context that stand in one container."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baseline_collector.evidence.arrays import Bools, Floats, Ints
from baseline_collector.evidence.cuts import cut, together
from baseline_collector.normalise.sample_sets import CONTEXT, Gathered
from baseline_collector.stats.restated import precision

_FULL = 12
"""Digits from which on a number is written as exactly as it was held."""

_MOST_DIGITS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Reported statistics of one metric that stand together.

    Attributes:
        rows: Of the gathered rows.
        container: Pointer of what they stand in.
        room: Half a unit of the last digit of each, in canonical unit.
        digits: Significant digits of each, as written.
    """

    rows: Ints
    container: str
    room: Floats
    digits: Floats


def blocks_of(of: Gathered, wanted: Bools) -> Iterator[Block]:
    """Blocks of the reported statistics among some rows, in the order of their first row."""
    rows = np.flatnonzero(~of.sample & wanted)
    if not len(rows):
        return
    pointers = of.pointers(rows)
    containers = pc.if_else(pc.starts_with(pointers, "/"),
                            pc.replace_substring_regex(pointers, r"/[^/]*$", ""),
                            pc.replace_substring_regex(pointers, r", .*$", ""))
    coded = containers.dictionary_encode()
    code = together(of.column("artifact").codes[rows], of.column("metric").codes[rows])
    for name in CONTEXT:
        code = together(code, of.column(name).codes[rows])
    places = coded.indices.to_numpy().astype(np.int64)
    raws = of.table.column("raw").take(rows).to_pylist()
    names = coded.dictionary.to_pylist()
    pieces = cut(np.arange(len(rows)), together(code, places))
    for at in range(len(pieces.starts)):
        mine = pieces.rows_of(at)
        texts = [raws[one] for one in mine.tolist()]
        exact = [precision(text) for text in texts]
        yield Block(rows[mine], names[places[mine[0]]], rooms(of.value[rows[mine]], exact, texts),
                    np.array([min(digits, _MOST_DIGITS) for _, digits in exact], float))


def rooms(values: Floats, exact: Sequence[tuple[float, int]], raws: Sequence[str]) -> Floats:
    """Half a unit of the last digit of each value, in canonical unit.

    Floats that a program wrote in full are as exact as the longest of them, however short.
    """
    if max(digits for _, digits in exact) >= _FULL:
        return np.zeros(len(values))
    scales = [abs(value / number) for value, raw in zip(values.tolist(), raws, strict=True)
              if (number := _number(raw))]
    scale = float(np.median(scales)) if scales else 0.0
    return np.array([half for half, _ in exact]) * scale


def written_as(values: Floats, raws: pa.ChunkedArray, group: Ints) -> tuple[Floats, Floats]:
    """How exactly many numbers are written; see ``rooms``.

    Args:
        values: In canonical unit, shape (n,).
        raws: As written.
        group: A code each, the same for those that one program wrote alike.

    Returns:
        Half a unit of the last digit of each, in canonical unit, and its digits.
    """
    coded = raws.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    texts = coded.dictionary.to_pylist()
    at = coded.indices.to_numpy()
    half, digits = np.array([precision(text) for text in texts], float).reshape(-1, 2)[at].T
    number = np.abs(np.array([_number(text) for text in texts], float))[at]
    most = np.zeros(int(group.max(initial=0)) + 1)
    np.maximum.at(most, group, digits)
    scale = np.abs(values) / np.where(number == 0, 1.0, number)
    room = np.where(most[group] >= _FULL, 0.0, half * np.where(number == 0, 1.0, scale))
    return room, np.minimum(digits, _MOST_DIGITS)


def _number(raw: str) -> float:
    try:
        return float(raw.replace(",", "").replace("_", ""))
    except ValueError:
        return 0.0

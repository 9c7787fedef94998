"""Which artifacts of a folder state statistics of one run, told by their numbers.

Separate runs of one thing agree in two digits anyway, so these prove nothing, and neither do
counts and numbers that many artifacts state. What agrees beyond that is added up: where contexts
are alike over two artifacts as a whole, where they are not for each pair of contexts alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import log10
from typing import Literal, TypeAlias

import numpy as np

from baseline_collector.evidence.arrays import Bools, Floats, Ints
from baseline_collector.evidence.cuts import together
from baseline_collector.normalise.reported_blocks import written_as
from baseline_collector.normalise.sample_sets import CONTEXT, Gathered, differ
from baseline_collector.stats.restated import surprise

_SURE_SAME, _SURE, _SURE_APART = 3, 5, 15
"""Digits that must agree where contexts are known and equal, where nothing in them differs, and
where something does, beyond those that one of so many artifacts has by chance."""

_BY_NATURE = 2
"""Digits in which separate runs of one thing agree anyway."""

_MOST_FORMS = 8
"""A number that more statistics share is a usual one, and no sign of one run."""

_COUNTED = ("1", "tok", "word", "char")
"""Units of what is counted."""

_AROUND = tuple(name for name in CONTEXT if name != "definition")

Pair: TypeAlias = tuple[int, int]
Likeness: TypeAlias = Literal["same", "alike", "apart"]


@dataclass(frozen=True)
class Stated:
    """Reported statistics of a heap.

    Attributes:
        of: What they are taken from.
        rows: Their rows there; everything else here counts in positions among these.
    """

    of: Gathered
    rows: Ints

    @cached_property
    def value(self) -> Floats:
        """Of each, in canonical unit."""
        return self.of.value[self.rows]

    @cached_property
    def artifact(self) -> Ints:
        """A code for the artifact of each."""
        return self.of.column("artifact").codes[self.rows]

    @cached_property
    def subject(self) -> Ints:
        """A code for folder, metric, definition, statistic and unit of each."""
        return self._coded(self.of.place[self.rows], ("definition", "statistic", "unit"))

    @cached_property
    def side(self) -> Ints:
        """A code for artifact and context of each."""
        return self._coded(self.artifact, _AROUND)

    def _coded(self, code: Ints, names: tuple[str, ...]) -> Ints:
        for name in names:
            code = together(code, self.of.column(name).codes[self.rows])
        return code

    @cached_property
    def written(self) -> tuple[Floats, Floats]:
        """Half a unit of the last digit of each, in canonical unit, and its digits."""
        return written_as(self.value, self.of.table.column("raw").take(self.rows),
                          self._coded(self.artifact, ("metric",)))

    def near(self, one: Ints, other: Ints) -> Floats:
        """How far apart two numbers that are the same may be written."""
        room = self.written[0]
        return room[one] + room[other] + 1e-9 * np.abs(self.value[one])

    def likeness(self, one: int, other: int) -> Likeness:
        """How the contexts of two compare."""
        same, known = True, False
        for name in _AROUND:
            column = self.of.column(name)
            mine, theirs = (int(column.codes[self.rows[at]]) for at in (one, other))
            known |= mine == theirs > 0
            if mine == theirs:
                continue
            same = False
            if mine and theirs and (name != "parameters" or differ(
                    column.names[mine] or "{}", column.names[theirs] or "{}")):
                return "apart"
        return "same" if same and known else "alike"


def one_run(stated: Stated) -> dict[Pair, set[Pair]]:
    """Pairs of artifacts that state one run.

    Returns:
        Two artifacts, the lower code first -> pairs of their sides that are of one run though
        their contexts differ; of alike contexts all are where there is none of these.
    """
    met: dict[Pair, dict[Pair, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    for pair in _meetings(stated):
        one, other = sorted(pair, key=lambda at: int(stated.artifact[at]))
        sides = int(stated.side[one]), int(stated.side[other])
        met[int(stated.artifact[one]), int(stated.artifact[other])][sides].append((one, other))
    folder = stated.of.folder[stated.rows]
    files = np.bincount(folder[np.unique(stated.artifact, return_index=True)[1]])
    found = {}
    for pair, between in met.items():
        first = next(iter(between.values()))[0][0]
        sides_of_one_run = _sides(stated, between, log10(float(files[folder[first]])))
        if sides_of_one_run is not None:
            found[pair] = sides_of_one_run
    return found


def _sides(stated: Stated, between: Mapping[Pair, list[Pair]], rivals: float) -> set[Pair] | None:
    """Sides of one run in spite of their contexts; None where chance may make them agree."""
    sums = dict.fromkeys(("same", "alike"), 0.0)
    apart = set()
    for sides, pairs in between.items():
        digits, likeness = _digits(stated, pairs), stated.likeness(*pairs[0])
        if likeness != "apart":
            sums[likeness] += digits
        elif digits >= _SURE_APART + rivals + log10(len(between)):
            apart.add(sides)
    sure = sums["same"] >= _SURE_SAME + rivals or sum(sums.values()) >= _SURE + rivals
    return apart if apart or sure else None


def _digits(stated: Stated, pairs: list[Pair]) -> float:
    one, other = np.array(pairs).T
    digits = stated.written[1]
    return surprise(stated.value[one], np.minimum(digits[one], digits[other]) - _BY_NATURE)


def _meetings(stated: Stated) -> Iterator[Pair]:
    """Pairs of telling statistics of two artifacts that are the same as written."""
    unit = stated.of.column("unit")
    telling = ((stated.written[1] > _BY_NATURE) & (stated.value != 0)
               & ~unit.where(*_COUNTED)[stated.rows])
    order = np.lexsort((stated.value, stated.subject))
    order = order[telling[order]]
    order = order[~_usual(stated, order)]
    for offset in range(1, min(_MOST_FORMS, len(order))):
        one, other = order[:-offset], order[offset:]
        good = _same(stated, order, offset) & (stated.artifact[one] != stated.artifact[other])
        yield from zip(one[good].tolist(), other[good].tolist(), strict=True)


def _usual(stated: Stated, order: Ints) -> Bools:
    """Whether each of some sorted statistics is one of too many that are the same."""
    edges = np.zeros(len(order) + 1, np.int64)
    if len(order) > _MOST_FORMS:
        first = np.flatnonzero(_same(stated, order, _MOST_FORMS))
        edges[first] += 1
        edges[first + _MOST_FORMS + 1] -= 1
    return np.asarray(np.cumsum(edges[:-1]) > 0)


def _same(stated: Stated, order: Ints, offset: int) -> Bools:
    """Whether each is the same as the one so many behind it, shape (len(order) - offset,)."""
    one, other = order[:-offset], order[offset:]
    return np.asarray((stated.subject[one] == stated.subject[other]) & (
        np.abs(stated.value[one] - stated.value[other]) <= stated.near(one, other)))

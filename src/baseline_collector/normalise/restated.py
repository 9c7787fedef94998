"""Reported statistics that restate samples at hand, and so are no observations of their own.

A block of statistics (mean, quantiles, ... of one metric in one container) restates a set of
samples of its artifact, or of another in the same folder, where its numbers are those of the
samples within the written rounding, with so many digits that chance does not do it; with more
of them where what both say of their context differs. Statistics beside an array of bare
numbers, or most of which are those of the samples, speak of these samples: where one of them
is another number, it is marked as disagreeing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log10

import numpy as np

from baseline_collector.evidence.arrays import Floats
from baseline_collector.normalise.reported_blocks import Block, blocks_of, rooms
from baseline_collector.normalise.sample_sets import (
    ANCHORS,
    CONTEXT,
    MIXED,
    Gathered,
    Sets,
    differ,
    sets_of,
)
from baseline_collector.stats.restated import Agreement, agreement, precision, surprise

_SURE_HERE, _SURE_ELSEWHERE, _SURE_APART = 3, 5, 20
"""Digits that must agree in one artifact, in two of a folder, and where contexts differ, beyond
those that one of so many sets has by chance."""

_WINDOW = 2e-3
"""Share of a value within which sets are looked up: samples may be written less exactly."""

_MOST = 32
"""Sets that one statistic is held against."""

_PROBED = 64

_COUNTED = ("1", "tok", "word")
"""Units of what is counted."""


@dataclass(frozen=True, slots=True)
class Held:
    """A block held against a set.

    Attributes:
        block: The block.
        at: Number of the set.
        told: Of each row of the block.
        sure: Digits that agree.
        alike: Whether nothing that both say of their context differs.
    """

    block: Block
    at: int
    told: list[Agreement]
    sure: float
    alike: bool

    def count(self, which: Agreement) -> int:
        """How many of its rows agree so."""
        return self.told.count(which)


def restated(of: Gathered) -> dict[int, str]:
    """Say of reported statistics which samples they restate.

    Returns:
        Row of the gathered table -> what it restates, as stored.
    """
    matcher = _Matcher(of, sets_of(of))
    found: dict[int, str] = {}
    sure: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    doubtful = []
    for block in blocks_of(of, matcher.sampled):
        best = matcher.best(block)
        if best is None or not matcher.sure(best):
            doubtful.append((block, best))
            continue
        sure[matcher.subject(block)].append(best.at)
        pairs.add(matcher.pair(block, best.at))
        found |= matcher.told(best)
    for block, best in doubtful:
        found |= matcher.among(block, best, sure[matcher.subject(block)], pairs)
    return found


class _Matcher:
    """Finds the set that a block sums up."""

    def __init__(self, of: Gathered, sets: Sets) -> None:
        self.of = of
        self.sets = sets
        firsts = sets.cut.firsts
        self.artifact = of.column("artifact").codes[firsts]
        place = of.place[firsts]
        self.sampled = np.isin(of.place, place)
        self.orders = {name: np.lexsort((values, place))
                       for name, values in sets.looked_up.items()}
        self.bounds = np.searchsorted(place[self.orders["mean"]],
                                      np.arange(int(of.place.max(initial=0)) + 2))
        self.arrays = self._arrays()

    def _arrays(self) -> Mapping[tuple[int, int, str], list[int]]:
        """Arrays of bare numbers by artifact, metric and the pointer of what holds them."""
        found: dict[tuple[int, int, str], list[int]] = defaultdict(list)
        for at, pointer in self.sets.arrays():
            metric = self.of.column("metric").codes[self.sets.first(at)]
            found[int(self.artifact[at]), int(metric), pointer.rpartition("/")[0]].append(at)
        return found

    def subject(self, block: Block) -> tuple[int, int, int]:
        """Artifact, metric and definition of a block."""
        artifact, metric, definition = (
            int(self.of.column(name).codes[block.rows[0]])
            for name in ("artifact", "metric", "definition"))
        return artifact, metric, definition

    def pair(self, block: Block, at: int) -> tuple[int, int]:
        """Artifacts of a block and a set."""
        return self.subject(block)[0], int(self.artifact[at])

    def best(self, block: Block) -> Held | None:
        """The set that a block agrees with most; None where there is none."""
        beside = self._beside(block)
        if beside is not None:
            return self._held(block, beside)
        return self._most(block, self._candidates(block))

    def _most(self, block: Block, candidates: Iterable[int]) -> Held | None:
        held = [one for at in candidates
                if (one := self._held(block, at)).count("exact") > one.count("contradicted")]
        mine = self.subject(block)[0]
        return max(held, key=lambda one: (
            one.count("exact") - one.count("contradicted"), one.alike,
            self.artifact[one.at] == mine, self.sets.size(one.at)), default=None)

    def _beside(self, block: Block) -> int | None:
        """The only array of numbers that stands beside a block, where it may be of it."""
        row = int(block.rows[0])
        found = [at for at in self.arrays.get((*self.subject(block)[:2], block.container), [])
                 if self._alike(row, at)]
        if len(found) != 1 or self.of.n[row] not in (0, self.sets.size(found[0])):
            return None
        return found[0]

    def _candidates(self, block: Block) -> list[int]:
        """Sets of which a mean, median or end is near what the block states."""
        statistic, mine = self.of.column("statistic"), self.subject(block)[0]
        found = dict[int, None]()
        for row, room in zip(block.rows.tolist(), block.room.tolist(), strict=True):
            name = str(statistic.at(row))
            if name not in ANCHORS:
                continue
            place, value = int(self.of.place[row]), float(self.of.value[row])
            order = self.orders[name][self.bounds[place]:self.bounds[place + 1]]
            values = self.sets.looked_up[name][order]
            far = room + _WINDOW * abs(value)
            start, stop = np.searchsorted(values, (value - far, np.nextafter(value + far, np.inf)))
            nearest = np.lexsort((np.abs(values[start:stop] - value),
                                  self.artifact[order[start:stop]] != mine))[:_MOST]
            found |= dict.fromkeys(order[start:stop][nearest].tolist())
        return list(found)

    def _alike(self, row: int, at: int) -> bool:
        """Whether what a row and a set say of their context does not differ."""
        for name, theirs in zip(CONTEXT, self.sets.context[at].tolist(), strict=True):
            column = self.of.column(name)
            mine = int(column.codes[row])
            if theirs in (0, mine) or mine == 0:
                continue
            if name != "parameters":
                return False
            if theirs == MIXED and self.artifact[at] == self.of.column("artifact").codes[row]:
                continue
            if theirs == MIXED or differ(column.names[mine] or "{}", column.names[theirs] or "{}"):
                return False
        return True

    def _held(self, block: Block, at: int) -> Held:
        of, ordered, slack = self.of, self.sets.ordered(at), self._slack(at)
        values = of.value[block.rows]
        told = [agreement(str(of.column("statistic").at(row)), value, ordered, room, slack)
                for row, value, room in zip(block.rows.tolist(), values.tolist(),
                                            block.room.tolist(), strict=True)]
        exact = np.array([one == "exact" for one in told], bool)
        return Held(block, at, told, surprise(values[exact], _digits(
            values[exact], block.digits[exact], slack)), self._alike(int(block.rows[0]), at))

    def _slack(self, at: int) -> float:
        """Half a unit of the last digit of samples, as exactly as any of some is written.

        What is counted is not rounded.
        """
        rows = self.sets.cut.rows_of(at)[-_PROBED:]
        whole = (np.mod(self.of.value[rows], 1) == 0).all()
        if whole and self.of.column("unit").at(int(rows[0])) in _COUNTED:
            return 0.0
        raws = self.of.table.column("raw").take(rows).to_pylist()
        exact = [precision(raw) for raw in raws]
        return float(min(rooms(self.of.value[rows], exact, raws)))

    def sure(self, held: Held) -> bool:
        """Whether no chance makes a block agree with a set so."""
        block, at = held.block, held.at
        if self._beside(block) == at:
            return self.sets.size(at) > 1 or not held.count("contradicted")
        row = int(block.rows[0])
        if self.sets.size(at) == 1:
            return held.alike and self._same_settings(row, at) and held.sure >= _SURE_HERE
        place = int(self.of.place[row])
        rivals = log10(max(int(self.bounds[place + 1] - self.bounds[place]), 1))
        if not held.alike:
            return held.sure >= _SURE_APART + rivals and not held.count("contradicted")
        mine, theirs = self.pair(block, at)
        return held.sure >= (_SURE_HERE if mine == theirs else _SURE_ELSEWHERE) + rivals

    def _same_settings(self, row: int, at: int) -> bool:
        """Whether model and settings are known of both and the same."""
        return all(self.of.column(name).codes[row] == self.sets.context[at][CONTEXT.index(name)] > 0
                   for name in ("model", "parameters"))

    def among(self, block: Block, best: Held | None, sure: list[int],
              pairs: set[tuple[int, int]]) -> dict[int, str]:
        """What a block restates whose numbers alone could be chance.

        It is among the sets that another block of its metric restates, or of an artifact whose
        samples others of its artifact restate.
        """
        other = self._most(block, sure)
        if other is not None and not other.count("contradicted"):
            return self.told(other)
        if (best is not None and best.alike and self.pair(block, best.at) in pairs
                and not best.count("contradicted") and self.sets.size(best.at) > 1):
            return self.told(best)
        return {}

    def told(self, held: Held) -> dict[int, str]:
        """What the rows of a block restate, as stored.

        A total that is not that of the samples may count more than they do.
        """
        named, found = self.sets.named(held.at), {}
        of_these = self.of.n[held.block.rows[0]] in (0, self.sets.size(held.at))
        for row, one in zip(held.block.rows.tolist(), held.told, strict=True):
            total = self.of.column("statistic").at(row) == "total"
            if one == "cannot tell" or (one == "contradicted" and (total or not of_these)):
                continue
            found[row] = json.dumps(named | {"agrees": one != "contradicted"},
                                    ensure_ascii=False, separators=(",", ":"))
        return found


def _digits(values: Floats, written: Floats, slack: float) -> Floats:
    """To how many significant digits numbers agree: as written, and as the samples are."""
    if not slack:
        return written
    size = np.maximum(np.abs(values), 1e-300)
    return np.clip(np.minimum(written, np.log10(size / (2 * slack))), 0, None)

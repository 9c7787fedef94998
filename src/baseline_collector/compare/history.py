"""One configuration over time: the level of every group from run to run, and where it changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from baseline_collector.compare.conditions import crossed, known_to_differ
from baseline_collector.compare.decide import Limits, Word, in_words
from baseline_collector.compare.sides import Cell, Side
from baseline_collector.evidence.arrays import Floats
from baseline_collector.stats.ranks import holm
from baseline_collector.stats.series import PERMUTATIONS, STEP_SMALLEST_N, step

_MOST_ORDERS = 50_000


@dataclass(frozen=True, slots=True)
class Change:
    """A point at which the level of a group changed.

    Attributes:
        at: Index of the first run after it.
        run: Its name.
        before: Median of the runs of the level before.
        after: Median of the runs of the level after.
        p: Of the change, Holm's over all groups.
        verdict: In the field's words.
    """

    at: int
    run: str
    before: float
    after: float
    p: float
    verdict: Word


@dataclass(frozen=True, slots=True)
class Line:
    """One group over time.

    Attributes:
        cell: The group in the first run that has it.
        runs: Names of the runs that have it, in order.
        values: Mean of each, in the unit of the group.
        changes: In order.
        reason: Why none can be told; empty where they can.
    """

    cell: Cell
    runs: tuple[str, ...]
    values: tuple[float, ...]
    changes: tuple[Change, ...]
    reason: str


def history(sides: Sequence[Side], limits: Limits | None = None, across: Sequence[str] = ()
            ) -> list[Line]:
    """Follow every group through runs given in the order of time.

    Change points by ``stats.series.step`` on the means of the runs, and again on the parts
    before and after each, as long as they are long enough; changes smaller than the margin are
    left out. A drift looks like steps.

    Args:
        sides: One a run, oldest first.
        limits: What counts as a difference.
        across: Conditions that may differ from run to run.
    """
    limits = limits or Limits()
    lets = known_to_differ(across, [name for side in sides for name in side.conditions])
    found: dict[object, list[tuple[str, Cell]]] = {}
    for side in sides:
        for cell in side.cells:
            found.setdefault(_label(cell, lets), []).append((side.name, cell))
    # Enough random orders that Holm's adjustment can still let a clear change stand.
    orders = min(max(PERMUTATIONS, 40 * len(found)), _MOST_ORDERS)
    lines = [_line(points, limits, orders) for points in found.values()]
    firsts = [line.changes[0].p for line in lines if line.changes]
    return _adjusted(lines, firsts, limits) if firsts else lines


def _label(cell: Cell, across: frozenset[str]) -> object:
    kept = {name: text for name, text in cell.conditions.items() if not crossed(name, across)}
    return cell.metric, cell.unit, cell.key, cell.test, cell.statistic, tuple(sorted(kept.items()))


def _line(points: Sequence[tuple[str, Cell]], limits: Limits, orders: int) -> Line:
    names = tuple(name for name, _ in points)
    means = np.array([cell.values.mean() for _, cell in points])
    cell = points[0][1]
    if len(means) < STEP_SMALLEST_N:
        reason = f"{len(means)} of the {STEP_SMALLEST_N} runs that a change point takes"
        return Line(cell, names, tuple(means.tolist()), (), reason)
    cuts = sorted(_cuts(means, 0, limits, orders))
    edges = [0, *(at for at, _ in cuts), len(means)]
    changes = []
    for number, (at, p) in enumerate(cuts):
        before = float(np.median(means[edges[number]:at]))
        after = float(np.median(means[at:edges[number + 2]]))
        word = in_words(cell.metric, more=after > before)
        changes.append(Change(at, names[at], before, after, p, word))
    changes.sort(key=lambda change: change.p)
    return Line(cell, names, tuple(means.tolist()), tuple(changes), "")


def _cuts(means: Floats, offset: int, limits: Limits, orders: int) -> list[tuple[int, float]]:
    """Change points of a piece of a series and of the pieces they cut it into."""
    found = step(means, permutations=orders)
    if found is None or found.p_value >= limits.alpha:
        return []
    before, after = found.median_before, found.median_after
    if min(before, after) <= 0 or max(before, after) / min(before, after) - 1 <= limits.margin:
        return []
    return [*_cuts(means[:found.index], offset, limits, orders),
            (offset + found.index, found.p_value),
            *_cuts(means[found.index:], offset + found.index, limits, orders)]


def _adjusted(lines: Sequence[Line], firsts: Sequence[float], limits: Limits) -> list[Line]:
    """Keep the changes that stand after Holm's adjustment over the groups."""
    adjusted = iter(holm(firsts))
    kept = []
    for line in lines:
        if not line.changes:
            kept.append(line)
            continue
        factor = float(next(adjusted)) / line.changes[0].p
        changes = [Change(one.at, one.run, one.before, one.after, min(one.p * factor, 1.0),
                          one.verdict) for one in line.changes]
        standing = sorted((one for one in changes if one.p < limits.alpha),
                          key=lambda one: one.at)
        kept.append(Line(line.cell, line.runs, line.values, tuple(standing), line.reason))
    return kept

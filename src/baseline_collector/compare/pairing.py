"""Which group of one side belongs to which of the other, and which may not be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from baseline_collector.compare.conditions import crossed, differing, unlike
from baseline_collector.compare.sides import Cell, Side

REPEATED = 3
"""Values of one prompt from which on the prompt is a group of its own."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups that may be compared.

    Attributes:
        base: Of the base.
        other: Of the candidate.
        notes: What differs without forbidding it, or is known on one side only.
        by_prompt: Whether values belong together by their prompt.
    """

    base: Cell
    other: Cell
    notes: tuple[str, ...]
    by_prompt: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Two groups of one metric that may not be compared, and why."""

    metric: str
    test: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """What became of every group of both sides."""

    pairs: tuple[Pair, ...]
    refused: tuple[Refused, ...]
    only_base: tuple[Cell, ...]
    only_other: tuple[Cell, ...]


_Subject = tuple[str, str | None]


def pair(base: Side, other: Side, across: frozenset[str]) -> Pairing:
    """Pair the groups of two sides.

    First those whose conditions are the same, then those that nothing stated on both sides
    contradicts, where that leaves one choice. What is left is refused, with what contradicts,
    where the other side has the metric and test too.

    Args:
        base: The base.
        other: The candidate.
        across: Conditions, or kinds of them, that may differ.
    """
    pairs: list[Pair] = []
    refused: list[Refused] = []
    only_base: list[Cell] = []
    ours, theirs = _by_subject(base.cells), _by_subject(other.cells)
    for subject, left in ours.items():
        right = theirs.pop(subject, [])
        found = _same(left, right, across)
        found += _compatible(_without(left, found, 0), _without(right, found, 1), across)
        for one, two in found:
            _enter(one, two, across, pairs, refused)
        spare, counterparts = _without(left, found, 0), right
        only_base += [] if counterparts else spare
        refused += [_refusal(one, counterparts, across) for one in spare if counterparts]
    only_other = [cell for cells in theirs.values() for cell in cells]
    return Pairing(tuple(pairs), tuple(refused), tuple(only_base), tuple(only_other))


def _by_subject(cells: Sequence[Cell]) -> dict[_Subject, list[Cell]]:
    found: dict[_Subject, list[Cell]] = {}
    for cell in cells:
        found.setdefault((cell.metric, cell.test), []).append(cell)
    return found


def _without(cells: Sequence[Cell], found: Sequence[tuple[Cell, Cell]], at: int) -> list[Cell]:
    taken = {id(one[at]) for one in found}
    return [cell for cell in cells if id(cell) not in taken]


def _same(left: Sequence[Cell], right: Sequence[Cell], across: frozenset[str]
          ) -> list[tuple[Cell, Cell]]:
    """Pairs that agree in everything, each the only one of its kind on its side."""
    ours, theirs = ({}, {})  # type: tuple[dict[object, list[Cell]], dict[object, list[Cell]]]
    for cells, known in ((left, ours), (right, theirs)):
        for cell in cells:
            known.setdefault(_label(cell, across), []).append(cell)
    return [(cells[0], theirs[label][0]) for label, cells in ours.items()
            if len(cells) == 1 and len(theirs.get(label, ())) == 1]


def _label(cell: Cell, across: frozenset[str]) -> object:
    kept = {name: text for name, text in cell.conditions.items() if not crossed(name, across)}
    prompts = cell.prompts if cell.statistic == "mean" and not crossed("prompt", across) else ()
    return cell.key, cell.unit, cell.statistic, prompts, tuple(sorted(kept.items()))


def _compatible(left: Sequence[Cell], right: Sequence[Cell], across: frozenset[str]
                ) -> list[tuple[Cell, Cell]]:
    """Pairs that nothing contradicts, where neither has a second such partner as good."""
    scores = np.array([[_score(one, two, across) for two in right] for one in left], np.int64)
    if not scores.size:
        return []
    found = []
    for at, row in enumerate(scores):
        best = int(row.argmax())
        column = scores[:, best]
        if row[best] >= 0 and (row == row[best]).sum() == 1 and column.max() == row[best] \
                and (column == row[best]).sum() == 1:
            found.append((left[at], right[best]))
    return found


def _score(one: Cell, two: Cell, across: frozenset[str]) -> int:
    """How much two groups agree; -1 where something forbids to compare them."""
    if one.unit != two.unit or unlike(one.conditions, two.conditions, across):
        return -1
    shared = sum(two.conditions.get(name) == text for name, text in one.conditions.items())
    return (4 * (shared + (one.prompts == two.prompts)) + 2 * (one.key == two.key)
            + (one.statistic == two.statistic))


def _refusal(cell: Cell, counterparts: Sequence[Cell], across: frozenset[str]) -> Refused:
    """Why a group has no partner: what contradicts the nearest one."""
    against = [(unlike(cell.conditions, one.conditions, across), one) for one in counterparts]
    contradictions, nearest = min(against, key=lambda one: len(one[0]))
    parts = [f"{name} differs ({ours} / {theirs})"
             for name, (ours, theirs) in contradictions.items()]
    if cell.unit != nearest.unit:
        parts.insert(0, f"unit differs ({cell.unit or 'not stated'} / "
                        f"{nearest.unit or 'not stated'})")
    if not parts:
        parts = ["no group is left that fits: those that do are compared with others, or several "
                 "fit equally well"]
    return Refused(cell.metric, cell.test, "; ".join(parts))


def _enter(one: Cell, two: Cell, across: frozenset[str], pairs: list[Pair],
           refused: list[Refused]) -> None:
    """Enter a pair: prompt by prompt where prompts are repeated, by prompt where they are not."""
    notes = differing(one.conditions, two.conditions) + _drift(one, two)
    if one.unit != two.unit:
        refused.append(_refusal(one, [two], across))
        return
    if not (one.prompted and two.prompted) or crossed("prompt", across):
        pairs.append(Pair(one, two, notes))
        return
    common = [text for text in one.prompts if text in two.prompts]
    if not common:
        refused.append(Refused(one.metric, one.test, "prompts differ: none is on both sides"))
        return
    parts = [(_of_prompt(one, text), _of_prompt(two, text)) for text in common]
    if len(parts) == 1 or min(len(cell.values) for part in parts for cell in part) >= REPEATED:
        pairs += [Pair(ours, theirs, notes) for ours, theirs in parts]
        return
    lost = len(one.prompts) + len(two.prompts) - 2 * len(common)
    if lost:
        notes = (*notes, f"{lost} prompts are on one side only and left out")
    pairs.append(Pair(_of_prompts(one, common), _of_prompts(two, common), notes, by_prompt=True))


def _of_prompt(cell: Cell, text: str | None) -> Cell:
    if len(cell.prompts) == 1:
        return cell
    return cell.only(np.flatnonzero(cell.prompt == cell.prompts.index(text)), (text,))


def _of_prompts(cell: Cell, common: Sequence[str | None]) -> Cell:
    """A cell with one value a prompt, their mean where there are several, in a given order."""
    parts = [_of_prompt(cell, text) for text in common]
    first = np.array([np.flatnonzero(cell.prompt == cell.prompts.index(text))[0]
                      for text in common])
    kept = cell.only(first, tuple(common))
    return Cell(kept.metric, kept.unit, kept.key, kept.test, kept.statistic, kept.conditions,
                kept.software, kept.artifacts, np.array([part.values.mean() for part in parts]),
                kept.artifact, kept.outer, kept.prompts, np.arange(len(common)))


def _drift(one: Cell, two: Cell) -> tuple[str, ...]:
    """What of the software is stated on both sides and differs."""
    return tuple(
        f"{name}: {', '.join(values)} / {', '.join(two.software[name])}"
        for name, values in one.software.items()
        if name in two.software and set(values) != set(two.software[name]))

"""Metric, statistic, unit and canonical value of every numeric leaf."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from baseline_collector import units, vocabulary
from baseline_collector.normalise.columns import Floats, Ints, Leaves, grouped
from baseline_collector.normalise.context import enclosing
from baseline_collector.normalise.meaning import Meaning
from baseline_collector.paths import container


def _names() -> tuple[str, ...]:
    return ("", *vocabulary.BY_NAME)


def dimensions() -> tuple[str, ...]:
    """Dimension of each metric code; empty for code 0, which is no metric."""
    return ("", *(units.unit(one.unit).dimension for one in vocabulary.BY_NAME.values()))


@dataclass(slots=True)
class Quantities:
    """One entry a numeric leaf.

    Attributes:
        value: In the canonical unit; NaN where there is none.
        metric: Code into ``metric_names``; 0 for none.
        unit: Canonical unit symbol a distinct code; see ``unit_names``.
        dimensions: Dimension of each metric code.
        conflict: Whether the stated unit is unknown, or of another dimension than the metric's.
    """

    value: Floats
    metric: Ints
    unit: Ints
    conflict: np.ndarray
    metric_names: tuple[str, ...] = field(default_factory=_names)
    dimensions: tuple[str, ...] = field(default_factory=dimensions)
    unit_names: tuple[str, ...] = ("", *(unit.symbol for unit in units.UNITS))

    def code(self, metric: str) -> int:
        """The code of a metric."""
        return self.metric_names.index(metric)


_UNIT_CODE = {symbol: at for at, symbol in enumerate(Quantities.__dataclass_fields__[
    "unit_names"].default)}  # type: ignore[arg-type]  # a default of any type


def quantify(leaves: Leaves, stated: dict[int, Stated] | None = None) -> Quantities:
    """Convert every numeric leaf into the canonical unit of what it measures.

    The unit is the one beside the value (cell, units row), else the one in the key, else
    the one that the durations around it agree on, else the metric's own where tools agree.

    Args:
        leaves: A batch.
        stated: Units that the keys of each artifact state, where the batch does not hold all
            of its keys.
    """
    rows = leaves.numeric
    value = leaves.value[rows].copy()
    found = Quantities(value, np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64),
                       np.zeros(len(rows), bool))
    pairs = leaves.key[rows] * (len(leaves.units) + 1) + leaves.unit[rows] + 1
    lacking: list[tuple[int, Ints]] = []
    for code, at in grouped(pairs):
        key, said = divmod(code, len(leaves.units) + 1)
        meaning = leaves.meanings[key]
        beside = leaves.units[said - 1] if said else ""
        unit = units.recognise(beside) if beside else None
        if beside and unit is None and meaning.metric:
            found.metric[at] = found.code(meaning.metric)
            found.conflict[at] = True  # it states a unit, and nobody here knows it
            continue
        if meaning.metric and meaning.unit is None and unit is None:
            lacking.append((key, at))
        _apply(found, at, meaning, unit)
    _from_neighbours(found, leaves, lacking, stated)
    return found


def _apply(found: Quantities, at: Ints, meaning: Meaning, beside: units.Unit | None) -> None:
    """Convert one group of leaves that share key and stated unit."""
    unit = beside or (units.unit(meaning.unit) if meaning.unit else None)
    if meaning.role not in ("measurement", "unnamed"):
        return
    if meaning.metric is None:
        if unit is not None:
            _convert(found, at, unit)
        return
    found.metric[at] = found.code(meaning.metric)
    if unit is None:
        return
    if meaning.binary and unit.symbol in vocabulary.BINARY_UNITS:
        unit = units.unit(vocabulary.BINARY_UNITS[unit.symbol])
    wanted = "share" if meaning.statistic == "cv" else found.dimensions[found.code(meaning.metric)]
    if meaning.metric == "throughput" and unit.dimension in vocabulary.THROUGHPUT_BY_UNIT:
        found.metric[at] = found.code(vocabulary.THROUGHPUT_BY_UNIT[unit.dimension])
        _convert(found, at, unit)
    elif unit.dimension == wanted or (wanted == "number" and unit.dimension == "share"):
        _convert(found, at, unit)
    else:
        found.conflict[at] = True


def _convert(found: Quantities, at: Ints, unit: units.Unit) -> None:
    target = units.canonical(unit)
    if unit.factor != target.factor:
        found.value[at] = [units.convert(value, unit, target) for value in found.value[at].tolist()]
    found.unit[at] = _UNIT_CODE[target.symbol]


def _from_neighbours(found: Quantities, leaves: Leaves, lacking: list[tuple[int, Ints]],
                     stated: dict[int, Stated] | None) -> None:
    """Give durations without a unit the one on which the named durations around them agree."""
    timed = [(key, at) for key, at in lacking
             if found.dimensions[found.code(leaves.meanings[key].metric or "")] == "time"]
    if not timed:
        return
    stated = stated_units(leaves) if stated is None else stated
    for key, at in timed:
        scope = container(leaves.keys[key])
        for artifact, mine in grouped(leaves.artifact[leaves.numeric[at]]):
            unit = _agreed_unit(stated.get(artifact, {}), scope)
            if unit is not None:
                _convert(found, at[mine], unit)


Stated = dict[str, set[str]]
"""Time units that keys state, by the objects they stand in and below."""


def stated_units(leaves: Leaves) -> dict[int, Stated]:
    """The time units that the keys of each artifact state, gathered at every object around them."""
    named = {
        code: meaning.unit for code, meaning in enumerate(leaves.meanings)
        if meaning.metric and meaning.unit and units.unit(meaning.unit).dimension == "time"
    }
    found: dict[int, Stated] = {}
    pairs = np.unique(leaves.artifact * max(len(leaves.keys), 1) + leaves.key)
    for artifact, key in (divmod(pair, len(leaves.keys)) for pair in pairs.tolist()):
        unit = named.get(key)
        if unit is not None:
            around = found.setdefault(artifact, {})
            for scope in enclosing(leaves.keys[key]):
                around.setdefault(scope, set()).add(unit)
    return found


def _agreed_unit(stated: Stated, scope: str) -> units.Unit | None:
    """The one time unit that keys in an object state, else those in the object above."""
    for around in (scope, container(scope)):
        found = stated.get(around, ())
        if found:
            return units.unit(next(iter(found))) if len(found) == 1 else None
    return None

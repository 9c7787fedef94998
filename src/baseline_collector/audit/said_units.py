"""Judge a claim about a unit alone: ``time in seconds`` of a key that holds a rate."""

from __future__ import annotations

import numpy as np

from baseline_collector import units, vocabulary
from baseline_collector.audit.claims import Claim, Outcome
from baseline_collector.audit.evidence import gather
from baseline_collector.audit.index import Index
from baseline_collector.audit.rows import selections
from baseline_collector.audit.subject import Subject

_SPOKEN = {"tok/s": "tokens per second", "s": "seconds", "ms": "milliseconds", "%": "percent",
           "tok": "tokens", "byte": "bytes", "us": "microseconds", "word/s": "words per second",
           "req/s": "requests per second", "1": "plain numbers", "W": "watts"}
_ALIKE = ({"token rate", "word rate"}, {"tokens", "words"}, {"share", "number"})


def judge_unit(claim: Claim, subject: Subject, index: Index) -> Outcome:
    """Judge a unit that a report gives to what it speaks of.

    Args:
        claim: A claim whose value is None.
        subject: What it was bound to.
        index: The dataset.
    """
    said = claim.unit
    if said is None or not (subject.key or subject.metrics):
        return Outcome("unsupported", "Nothing beside it says what has this unit.")
    rows = next((np.flatnonzero(one.mask) for one in selections(subject, index)
                 if one.mask.any()), np.zeros(0, np.int64))
    scope, name = subject.scope(), subject.spoken
    if not rows.size:
        return Outcome("unsupported", f"No artifact holds {name} there.", metric=name, scope=scope)
    found = {(right.symbol, factor) for row in rows.tolist()
             if (right := index.unit(row)) is not None for factor in (_factor(index, row),)}
    if not found:
        return Outcome("unsupported", f"The artifacts state no unit of {name}.", metric=name)
    evidence, _ = gather(index, tuple(rows[:2].tolist()))
    if any(_means(said, symbol, factor, subject) for symbol, factor in found):
        return Outcome("supported", f"{name} is in {said.symbol}.", evidence, "", name, scope)
    if subject.key is None and not subject.metric_beside:
        return Outcome("unsupported", "What has this unit stands too far away.", metric=name)
    symbol, factor = sorted(found, key=str)[0]
    right_unit = _of_factor(units.unit(symbol), factor)
    words = _SPOKEN.get(right_unit.symbol, right_unit.symbol)
    metric = index.text("metric", int(rows[0]))
    definition = vocabulary.BY_NAME[metric].definition if metric in vocabulary.BY_NAME else ""
    return Outcome("contradicted", f"{name} is in {words}. {definition}".strip(), evidence,
                   f"in {words}", name, scope)


def _factor(index: Index, row: int) -> float:
    """What a number as written is multiplied by to get the stored value."""
    value, raw = float(index.value[row]), float(index.written[row])
    return float(f"{value / raw:.9g}") if raw and np.isfinite(value / raw) else 0.0


def _means(said: units.Unit, symbol: str, factor: float, subject: Subject) -> bool:
    right = units.unit(symbol)
    alike = next((group for group in _ALIKE if right.dimension in group), {right.dimension})
    if said.dimension not in alike:
        return False
    if subject.key is None or factor == 0.0 or said.dimension != right.dimension:
        return True  # prose may speak of it in any unit of its dimension
    return bool(np.isclose(said.factor, factor))


def _of_factor(right: units.Unit, factor: float) -> units.Unit:
    return next((unit for unit in units.UNITS if unit.dimension == right.dimension
                 and factor and np.isclose(unit.factor, factor)), right)

"""In which unit and over which values a claim is compared with the dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from baseline_collector import units, vocabulary
from baseline_collector.audit.bind import unit_of_label
from baseline_collector.audit.claims import Claim
from baseline_collector.audit.codes import Floats, Mask
from baseline_collector.audit.index import Index, Key
from baseline_collector.audit.numerals import unit_named
from baseline_collector.audit.rows import Selection
from baseline_collector.audit.subject import Subject
from baseline_collector.naming import take_apart
from baseline_collector.paths import tokens

_ALIKE = ({"token rate", "word rate"}, {"tokens", "words"}, {"share", "number"})


@dataclass(frozen=True, slots=True)
class Basis:
    """How a claim is compared.

    Attributes:
        values: Of all rows of the dataset; NaN where a row cannot be meant.
        scale: What one unit of the claim is in the unit of the values.
        column: SQL for one of them.
    """

    values: Floats
    scale: float
    column: str


def bases(claim: Claim, subject: Subject, selection: Selection, index: Index) -> Iterator[Basis]:
    """Ways to compare, the closest to the writing first; none where no value has such a unit.

    Args:
        claim: A claim with a value.
        subject: What it was bound to.
        selection: The rows it may mean.
        index: The dataset.
    """
    unit = claim.unit or unit_named(unit_of_label(claim) or "-")
    if unit is None:
        if subject.key is None:
            yield Basis(index.value, 1.0, "value")
        yield Basis(index.written, 1.0, "TRY_CAST(raw AS DOUBLE)")
        return
    canonical = units.canonical(unit)
    values = np.where(_of_dimension(canonical, index), index.value, np.nan)
    if subject.key is not None and not np.isfinite(values[selection.mask]).any():
        yield from _by_name(unit, subject.key, index)
    if not np.isfinite(values[selection.mask]).any():
        return
    yield Basis(values, units.convert(1.0, unit, canonical), "value")
    if unit.symbol in vocabulary.BINARY_UNITS:
        larger = units.unit(vocabulary.BINARY_UNITS[unit.symbol])
        yield Basis(values, units.convert(1.0, larger, canonical), "value")
    if unit.symbol == "%":
        yield Basis(values, 0.01, "value")


def _by_name(unit: units.Unit, key: Key, index: Index) -> Iterator[Basis]:
    """Values whose unit only their key says: ``first_ttft_s.mean`` is in seconds."""
    keys = index.column("key")
    values, factor = np.full(index.count, np.nan), 0.0
    for code in key.codes:
        said = unit_of_key(keys.names[code])
        if said is not None and said.dimension == unit.dimension:
            factor = units.convert(1.0, said, unit)
            rows = keys.codes == code
            values[rows] = index.written[rows] * factor
    if factor:
        yield Basis(values, 1.0, f"TRY_CAST(raw AS DOUBLE) * {factor!r}")
        if unit.symbol in vocabulary.BINARY_UNITS:
            larger = units.unit(vocabulary.BINARY_UNITS[unit.symbol])
            yield Basis(values, units.convert(1.0, larger, unit),
                         f"TRY_CAST(raw AS DOUBLE) * {factor!r}")


def unit_of_key(key: str) -> units.Unit | None:
    """The unit that the name of a key says: seconds for ``first_ttft_s.mean``."""
    symbol = next((found for part in reversed(tokens(key))
                   if part and (found := take_apart(part).unit)), None)
    return units.unit(symbol) if symbol else None


def _of_dimension(unit: units.Unit, index: Index) -> Mask:
    alike = next((group for group in _ALIKE if unit.dimension in group), {unit.dimension})
    column = index.column("unit")
    return column.where(name for name in column.names
                        if (found := units.recognise(name)) and found.dimension in alike)

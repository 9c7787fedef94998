"""Judge a number with a unit of which the text does not say what it measures.

Where a file is named, its measurements of that unit are few: the number is held against each of
them. It is wrong only if a statistic is said and no measurement there has that statistic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from baseline_collector import units
from baseline_collector.audit.bases import bases, unit_of_key
from baseline_collector.audit.candidates import candidates
from baseline_collector.audit.claims import Claim
from baseline_collector.audit.codes import Mask, codes_in
from baseline_collector.audit.index import Index, Key
from baseline_collector.audit.parts import narrowed
from baseline_collector.audit.readings import Reading
from baseline_collector.audit.rounding import fits
from baseline_collector.audit.rows import Selection, selections
from baseline_collector.audit.subject import Subject

_MOST = 12
"""Different measurements of one unit among which a number may be looked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the measurements of a file give for a number.

    Attributes:
        metric: The measurement that the readings are of, or the first of several.
        hits: Readings that the number stands for.
        missed: Readings of all measurements there, where none hits.
        scale: What one unit of the claim is in that of the readings.
        whole: Whether they are of one measurement only.
        metrics: All measurements that were looked at and have a name.
    """

    metric: str
    hits: tuple[Reading, ...]
    missed: tuple[Reading, ...]
    scale: float
    whole: bool
    metrics: frozenset[str] = frozenset()


def look(claim: Claim, subject: Subject, index: Index) -> Found | None:
    """Hold a number against each measurement of its unit in the files it is about.

    Args:
        claim: A claim with a value and a unit.
        subject: What it was bound to; files are needed.
        index: The dataset.

    Returns:
        None where nothing has that unit, or too much to tell.
    """
    missed: list[Reading] = []
    seen: set[str] = set()
    scale = 1.0
    for name, of, own in _measurements(claim, subject, index):
        for basis in bases(claim, of, own, index):
            seen.add(name)
            if len(seen) > _MOST:
                return None
            found = list(candidates(claim, of, own, basis, index))
            hits = tuple(one for one in found if fits(claim, one.value, scale=basis.scale))
            if hits:
                return Found(name, hits, (), basis.scale, False)
            missed += [replace(one, value=one.value / basis.scale) for one in found]
            scale = basis.scale
    if not missed:
        return None
    named = seen & set(index.column("metric").names)
    return Found(min(seen), (), tuple(missed), scale, len(seen) == 1 and bool(named),
                 frozenset(named))


def _measurements(claim: Claim, subject: Subject, index: Index
                  ) -> Iterator[tuple[str, Subject, Selection]]:
    """What the files hold by metric, then what no metric names by key, each with its rows."""
    metrics, keys = index.column("metric"), index.column("key")
    every = replace(subject, key=None, metrics=frozenset(metrics.names), hinted=False)
    for selection in selections(every, index):
        present = codes_in(metrics.codes[selection.mask])
        for name in sorted(metrics.names[code] for code in present if code >= 0):
            yield name, replace(every, metrics=frozenset({name})), narrowed(replace(
                selection, mask=selection.mask & metrics.where({name}), narrow=True,
                where=(*selection.where, f"metric = '{name}'")), claim, index)
    for code in codes_in(keys.codes[_nameless(claim, subject, index)]):
        key = Key(keys.names[code], frozenset({code}), frozenset(), "")
        of = replace(every, key=key, metrics=frozenset())
        for selection in selections(of, index):
            yield key.label, of, narrowed(replace(selection, narrow=True), claim, index)


def _nameless(claim: Claim, subject: Subject, index: Index) -> Mask:
    """Values of the files that no metric names and whose unit or key says the claim's unit."""
    column = index.column("unit")
    alike = column.where(name for name in column.names if claim.unit is not None and (
        found := units.recognise(name)) and found.dimension == claim.unit.dimension)
    bare = index.column("unit").codes < 0
    keys = index.column("key")
    told = keys.where(name for name in keys.names if claim.unit is not None and (
        said := unit_of_key(name)) and said.dimension == claim.unit.dimension)
    return index.in_files(subject.files) & (index.column("metric").codes < 0) & (
        alike | (bare & told))

"""What else a number may be of: before it is called wrong, every other candidate is tried.

A claim that its binding does not bear out is contradicted only if nothing does that its words
leave open: a part of the rows meant (a file, a model, a setting, a run), the rows without a limit
that stands too far away, another name of the same sentence, another statistic or measurement
where none is said beside it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from baseline_collector.audit.bases import Basis, bases
from baseline_collector.audit.candidates import statistic_meant
from baseline_collector.audit.claims import Claim
from baseline_collector.audit.codes import Floats, Mask, codes_in
from baseline_collector.audit.index import Index
from baseline_collector.audit.parts import narrowed
from baseline_collector.audit.readings import statistic_over
from baseline_collector.audit.rounding import fits
from baseline_collector.audit.rows import Selection, selections
from baseline_collector.audit.subject import Subject
from baseline_collector.naming import plain, take_apart
from baseline_collector.paths import tokens

_PARTS = ((), ("artifact",), ("model",), ("artifact", "model"), ("parameters",),
          ("artifact", "parameters"), ("run",), ("artifact", "run"), ("artifact", "key"),
          ("prompt",), ("artifact", "prompt"), ("engine",), ("device",), ("quantization",))
"""What a report may sum values up by without saying so."""
_ALL = ("mean", "p50", "min", "max")
_BEYOND = frozenset({"total", "std", "count"})
"""Statistics that may lie outside the values they are of."""
_MANY = 24
"""Single values of which one is a rival only where no statistic is said."""
_LEAST = 2
"""Fewest values that a statistic is told of."""
_Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Reach:
    """Rows among which a rival is looked for.

    Attributes:
        mask: The rows.
        basis: How the claim is compared with them.
        by: Column that keeps measurements apart: metrics, or keys.
    """

    mask: Mask
    basis: Basis
    by: str


def rival(claim: Claim, subject: Subject, index: Index) -> str:
    """Find something else that bears a claim out.

    Args:
        claim: A claim that its binding does not bear out.
        subject: What it was bound to.
        index: The dataset.

    Returns:
        What it is, in words; empty where there is none.
    """
    said = _statistics(subject, index)
    whole = _all_of_a_kind(subject)
    for reach in _once(_reaches(claim, subject, index)):
        found = _summed_up(claim, reach, said, (), index) if whole else (
            _reported(claim, subject, reach, said, index)
            or _summed_up(claim, reach, said, _PARTS, index)
            or _by_setting(claim, reach, said, index))
        if found:
            return found
    return ""


def _once(reaches: Iterator[_Reach]) -> Iterator[_Reach]:
    """The same rows, compared the same way, only once."""
    seen: set[tuple[bytes, str, str, float]] = set()
    for reach in reaches:
        same = (reach.mask.tobytes(), reach.by, reach.basis.column, reach.basis.scale)
        if same not in seen:
            seen.add(same)
            yield reach


def _all_of_a_kind(subject: Subject) -> bool:
    """Whether a key and a type of file are said: then all files of it are meant, not one."""
    kind = subject.kind or (subject.key is not None and subject.key.kinds)
    return bool(kind and subject.key is not None and not subject.files and not subject.models)


def _statistics(subject: Subject, index: Index) -> frozenset[str]:
    """The statistics that may be meant; empty for any."""
    said = statistic_meant(subject, index)
    if said in ("", "value", "range") or not subject.statistic_beside:
        return frozenset()
    others = (statistic_meant(replace(subject, statistic=name), index)
              for name in subject.others.statistics)
    return frozenset({said, *others})


def _reaches(claim: Claim, subject: Subject, index: Index) -> Iterator[_Reach]:
    for one in _readings(subject, index):
        by = "key" if one.key else "metric"
        for whole in selections(one, index):
            part = narrowed(whole, claim, index)
            for selection in (part,) if _own(part, subject) else (part, whole):
                if selection.mask.any():
                    yield from (_Reach(selection.mask, basis, by)
                                for basis in bases(claim, one, selection, index))
    if subject.files and not subject.metric_beside:
        yield from _nameless(claim, subject, index)


def _own(part: Selection, subject: Subject) -> bool:
    """Whether what limits a selection further is the claim's own and not its measure's name."""
    spoken = plain(subject.spoken)
    return bool(subject.files or subject.models) and all(
        beside and plain(value) not in spoken for value, beside in part.parts)


def _nameless(claim: Claim, subject: Subject, index: Index) -> Iterator[_Reach]:
    """Values of the files that no metric names, by the unit of the claim or without a unit."""
    mask = index.in_files(subject.files) & (index.column("metric").codes < 0)
    every = replace(subject, key=None, metrics=frozenset())
    selection = Selection(mask, (), "", True, True)
    for basis in bases(claim, every, selection, index):
        yield _Reach(mask, basis, "key")
    bare = mask & (index.column("unit").codes < 0)
    yield _Reach(bare, Basis(index.written, 1.0, "TRY_CAST(raw AS DOUBLE)"), "key")


def _readings(subject: Subject, index: Index) -> Iterator[Subject]:
    """The subject, and what it is with other names of the sentence or without a far limit."""
    others = subject.others
    files = [subject.files, *others.files]
    models = [subject.models, *others.models]
    settings = [subject.settings]
    if subject.files and not subject.file_tied:
        files.append(frozenset())
    if subject.models and not subject.model_tied:
        models.append(())
    if subject.settings and not subject.settings_tied:
        settings.append(())
    metrics = [subject.metrics]
    if subject.key is None:
        metrics += others.metrics
    anything = frozenset(index.column("metric").names)
    if not subject.metric_beside and (subject.files or subject.models):
        metrics.append(anything)
    for held, named, measured, set_to in itertools.product(files, models, metrics, settings):
        if measured is anything and not (held if subject.files else named):
            continue  # another measurement, but of what is spoken of
        key = subject.key if measured is subject.metrics else None
        if key is not None or measured:
            yield replace(subject, files=held, models=named, metrics=measured, key=key,
                          settings=set_to)


def _reported(claim: Claim, subject: Subject, reach: _Reach, said: frozenset[str], index: Index
              ) -> str:
    """A value of a file that is the claim: any where no statistic is said, else one of these.

    Among many single values one is soon found that says nothing.
    """
    statistics = index.column("statistic")
    mask = reach.mask
    if said and reach.by == "metric":
        mask = mask & statistics.where(said)
    elif said:
        mask = mask & (~statistics.where({"sample"}) | _of_statistics(index))
    if not said and subject.statistic and mask.sum() > _MANY:
        mask = mask & ~statistics.where({"sample"})
    for row in np.flatnonzero(mask & _near(claim, reach.basis)).tolist():
        if fits(claim, float(reach.basis.values[row]), scale=reach.basis.scale):
            return f"a value of {index.text('artifact', row)}"
    return ""


def _of_statistics(index: Index) -> Mask:
    """Rows whose key says that they are a statistic: ``first_ttft_s.mean``."""
    column = index.column("key")
    return column.where(name for name in column.names
                        if take_apart((tokens(name) or [""])[-1] or "").statistic)


def _near(claim: Claim, basis: Basis) -> Mask:
    """Rows that may be the claim; what does not come near it needs no exact look."""
    said = (claim.value or 0.0) * basis.scale
    room = 2 * claim.step * abs(basis.scale) + 0.05 * abs(said)
    found: Mask = np.abs(basis.values - said) <= room
    return found


def _summed_up(claim: Claim, reach: _Reach, said: frozenset[str],
               parts: Sequence[tuple[str, ...]], index: Index) -> str:
    """A statistic of a part of the rows that is the claim."""
    span, values = _span(claim, reach.basis, said), reach.basis.values
    for mask in _held(reach, index):
        for columns in _telling(parts, mask, index) if parts else ((),):
            codes = [index.column(name).codes for name in (reach.by, *columns)]
            for rows in _groups(mask, codes, values, span, said):
                name = _statistic_that_fits(claim, reach, rows, said)
                if name:
                    words = [index.text(column, int(rows[0])) for column in columns]
                    where = ", ".join(filter(None, words)) or index.text("artifact", int(rows[0]))
                    return f"the {name} of {where}"
    return ""


def _telling(parts: Sequence[tuple[str, ...]], mask: Mask, index: Index
             ) -> Iterator[tuple[str, ...]]:
    """Those columns to sum rows up by that cut them differently from the ones before."""
    many = {name: len(codes_in(index.column(name).codes[mask]))
            for name in {name for columns in parts for name in columns}}
    alike = {name for name, count in many.items() if count < _LEAST}
    seen: set[frozenset[str]] = set()
    for columns in parts:
        if "parameters" in columns and many["parameters"] > _MANY:
            continue  # of so many settings one fits by chance
        cut = frozenset(columns) - alike
        if cut not in seen:
            seen.add(cut)
            yield columns


def _by_setting(claim: Claim, reach: _Reach, said: frozenset[str], index: Index) -> str:
    """A statistic of the rows that share one setting, whatever their others are."""
    column = index.column("parameters")
    present = {code: index.settings[code] for code in codes_in(column.codes[reach.mask])
               if code >= 0}
    by, span = index.column(reach.by).codes, _span(claim, reach.basis, said)
    for name in sorted({name for held in present.values() for name in held}):
        values = sorted({held[name] for held in present.values() if name in held})
        if len(values) < _LEAST and all(name in held for held in present.values()):
            continue  # it cuts nothing apart
        lookup = np.full(len(column.names) + 1, -1, np.int64)
        for code, held in present.items():
            lookup[code] = values.index(held[name]) if name in held else -1
        setting = lookup[column.codes]
        for mask in _held(reach, index):
            for rows in _groups(mask & (setting >= 0), [by, setting], reach.basis.values, span,
                                said):
                fitting = _statistic_that_fits(claim, reach, rows, said)
                if fitting:
                    return f"the {fitting} of {name}={values[setting[rows[0]]]}"
    return ""


def _held(reach: _Reach, index: Index) -> Iterator[Mask]:
    """Rows that statistics are made of: as written, and those that are counted."""
    rows = reach.mask & np.isfinite(reach.basis.values)
    if reach.by == "metric":
        rows = rows & index.column("statistic").where({"sample"})
    yield rows
    counted = rows & index.column("status").where({"ok"}) & index.counted
    if (counted != rows).any():
        yield counted


def _groups(mask: Mask, codes: Sequence[_Rows], values: Floats, span: tuple[float, float],
            said: frozenset[str]) -> Iterator[_Rows]:
    """Rows of each part, of two or more, of which a statistic may be the claim.

    Sorted by value within a part, so that its ends and its middle can be read off; only a part
    that comes near is looked at exactly.
    """
    rows = np.flatnonzero(mask)
    if rows.size < _LEAST:
        return
    rows = rows[np.lexsort([values[rows], *(one[rows] for one in codes)])]
    changes = np.any([np.diff(one[rows]) != 0 for one in codes], axis=0)
    edges = np.concatenate(([0], np.flatnonzero(changes) + 1, [rows.size]))
    starts, ends, held = edges[:-1], edges[1:], values[rows]
    sizes = ends - starts
    low, high = held[starts], held[ends - 1]
    wanted = (sizes >= _LEAST) & (low <= span[1]) & (high >= span[0])
    if said <= frozenset(_ALL):
        near = {"min": low, "max": high, "mean": np.add.reduceat(held, starts) / sizes,
                "p50": (held[starts + (sizes - 1) // 2] + held[starts + sizes // 2]) / 2}
        wanted &= np.any([(near[name] >= span[0]) & (near[name] <= span[1])
                          for name in said or _ALL], axis=0)
    for start, end in zip(starts[wanted].tolist(), ends[wanted].tolist(), strict=True):
        yield rows[start:end]


def _span(claim: Claim, basis: Basis, said: frozenset[str]) -> tuple[float, float]:
    """Between which bounds the values of a part must reach for a statistic to be the claim.

    They are wider than what ``fits`` allows; sums and the like may lie anywhere.
    """
    if said & _BEYOND:
        return -math.inf, math.inf
    value = (claim.value or 0.0) * basis.scale
    room = 2 * claim.step * abs(basis.scale) + (1.0 if claim.about else 0.05) * abs(value)
    return (-math.inf if claim.bound == "under" else value - room,
            math.inf if claim.bound == "over" else value + room)


def _statistic_that_fits(claim: Claim, reach: _Reach, rows: _Rows, said: frozenset[str]) -> str:
    values = reach.basis.values[rows]
    for name in sorted(said or _ALL):
        value = statistic_over(name, values)
        if value is not None and fits(claim, value, scale=reach.basis.scale):
            return name
    return ""

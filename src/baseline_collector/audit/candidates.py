"""What the dataset gives for a claim: every reading of what it says of one selection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from baseline_collector import vocabulary
from baseline_collector.audit.bases import Basis
from baseline_collector.audit.claims import Claim
from baseline_collector.audit.codes import codes_in
from baseline_collector.audit.index import Index
from baseline_collector.audit.readings import Reading, aggregates, direct, pooled_rate
from baseline_collector.audit.rows import Selection
from baseline_collector.audit.subject import Subject

_BY_SERIES = re.compile(r"\b(?:averag\w*|means?|medians?|configurations?|configs?|settings?|"
                        r"runs?|variants?|across)\b", re.I)
"""Words after which an extreme may be one of means and not of single values."""
_PLAIN = ("mean", "p50", "min", "max")
_CENTRES = ("mean", "p50")
"""What a key's values may be summed up as where no statistic is named."""


def candidates(claim: Claim, subject: Subject, selection: Selection, basis: Basis, index: Index
               ) -> Iterator[Reading]:
    """Yield everything the dataset gives for what a claim says.

    Args:
        claim: The claim.
        subject: What it was bound to.
        selection: The rows that are meant.
        basis: How it is compared.
        index: The dataset.
    """
    said = statistic_meant(subject, index)
    if subject.key is not None:
        yield from _of_key(said, selection, basis, index)
        return
    if said in ("", "value"):
        if selection.narrow:
            for statistic in _PLAIN:
                yield from aggregates(statistic, selection, basis.values, basis.column, index, True)
            yield from pooled_rate(selection, basis.values, index)
            yield from direct(selection, basis.values, basis.column, index, set())
            yield from _by_file(_PLAIN, selection, basis, index)
        elif len(set(basis.values[selection.mask].tolist())) == 1:
            yield from direct(selection, basis.values, basis.column, index, set())
        return
    yield from aggregates(said, selection, basis.values, basis.column, index, True)
    if said == "mean":
        yield from pooled_rate(selection, basis.values, index)
    sampled = bool((selection.mask & np.isfinite(basis.values)
                    & index.column("statistic").where({"sample"})).any())
    extremes = ("mean", "p50", said) if not sampled or _BY_SERIES.search(
        claim.block.text, *claim.block.sentence(claim.start)) else (said,)
    for reported in extremes if said in ("min", "max") else ("mean",):
        rows = index.column("statistic").where({reported})
        part = replace(selection, mask=selection.mask & rows,
                       where=(*selection.where, f"statistic = '{reported}'"))
        yield from aggregates(said, part, basis.values, basis.column, index, False)
    if selection.narrow:
        found = list(direct(selection, basis.values, basis.column, index, {said}))
        series = len({one.value for one in found}) if sampled else 1
        yield from (replace(one, one_of=series if series > 1 else 0) for one in found)
        yield from _by_file((said,), selection, basis, index)


def _of_key(said: str, selection: Selection, basis: Basis, index: Index) -> Iterator[Reading]:
    if said in ("", "value"):
        yield from direct(selection, basis.values, basis.column, index, set())
    if said != "value":
        for statistic in (said,) if said else _CENTRES:
            yield from aggregates(statistic, selection, basis.values, basis.column, index, False)


def _by_file(statistics: tuple[str, ...], selection: Selection, basis: Basis, index: Index
             ) -> Iterator[Reading]:
    """The same within each file, where several hold what is meant and none is named."""
    artifact = index.column("artifact")
    present = codes_in(artifact.codes[selection.mask])
    if len(present) < 2:
        return
    for code in present:
        name = artifact.names[code]
        one = replace(selection, mask=selection.mask & (artifact.codes == code),
                      where=(*selection.where, f"artifact = '{name}'"))
        for statistic in statistics:
            for reading in aggregates(statistic, one, basis.values, basis.column, index, True):
                yield replace(reading, words=f"{reading.words} in {name}")


def statistic_meant(subject: Subject, index: Index) -> str:
    """The statistic a word means; ``best`` depends on which direction is better."""
    said = {"range": "", "overall": "mean"}.get(subject.statistic, subject.statistic)
    if said == "total" and any(name.endswith("throughput") for name in subject.metrics):
        return ""  # rates have no sum
    if said not in ("best", "worst"):
        return said
    names = subject.metrics
    if subject.key:
        codes = index.column("key")
        rows = codes.where(codes.names[code] for code in subject.key.codes)
        metric = index.column("metric")
        names = frozenset(metric.names[code] for code in set(metric.codes[rows].tolist())
                          if code >= 0)
    higher = any(vocabulary.better(name) == "higher" for name in names)
    return "max" if higher == (said == "best") else "min"

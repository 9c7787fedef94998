"""Twins: artifacts that hold the same measurements in another form, such as CSV and JSON.

B is a twin of A when every metric that B samples at least three times stands in A with
the same values to four significant digits, at least five values in all, two of them
different, and times or rates among them: small counts are alike by chance. The one that
says more about its context is counted, the other is linked to it.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from baseline_collector.normalise.columns import Bools, Floats, Ints, Leaves, grouped
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.quantities import DIMENSION, Quantities

_SMALLEST_SERIES = 3
_SMALLEST_TOTAL = 5

_TELLING = frozenset(code for code, dimension in enumerate(DIMENSION)
                     if dimension in ("time", "token rate", "request rate"))
"""Metrics whose values are not alike by chance."""

Signature = tuple[int, bytes]


def twins(leaves: Leaves, quantities: Quantities, ok: Bools, contexts: Contexts) -> dict[int, int]:
    """Find twins.

    Returns:
        Number of the twin -> number of the artifact that is counted instead.
    """
    signatures, sizes = _signatures(leaves, quantities, ok)
    holders: dict[Signature, set[int]] = defaultdict(set)
    for artifact, found in signatures.items():
        for signature in found:
            holders[signature].add(artifact)
    richness = _richness(leaves, contexts, sizes)
    poorest_first = sorted(signatures, key=lambda number: (richness[number], -number))
    rank = {artifact: at for at, artifact in enumerate(poorest_first)}
    kept: dict[int, int] = {}
    richest: dict[frozenset[Signature], int] = {}
    for artifact in poorest_first:
        if sizes[artifact] < _SMALLEST_TOTAL or not any(
                metric in _TELLING for metric, _ in signatures[artifact]):
            continue
        mine = frozenset(signatures[artifact])
        if mine not in richest:
            richest[mine] = max(_all_holding(mine, holders), key=rank.__getitem__)
        best = richest[mine]
        if best == artifact:  # one that holds all of it may still be counted
            others = _all_holding(mine, holders) - {artifact} - kept.keys()
            if not others:
                continue
            best = max(others, key=rank.__getitem__)
        kept[artifact] = best
    return kept


def _all_holding(wanted: frozenset[Signature], holders: dict[Signature, set[int]]) -> set[int]:
    """Artifacts that hold every one of some series."""
    return set.intersection(*sorted((holders[one] for one in wanted), key=len))


def _signatures(leaves: Leaves, quantities: Quantities, ok: Bools
                ) -> tuple[dict[int, set[Signature]], dict[int, int]]:
    sample = np.array([meaning.statistic == "sample" for meaning in leaves.meanings] or [False],
                      bool)
    rows = np.flatnonzero(ok & (quantities.metric > 0) & sample[leaves.key[leaves.numeric]]) \
        if len(leaves.numeric) else np.zeros(0, np.int64)
    owner = leaves.artifact[leaves.numeric]
    width = len(quantities.metric_names)
    signatures: dict[int, set[Signature]] = defaultdict(set)
    sizes: dict[int, int] = defaultdict(int)
    for code, at in grouped(owner[rows] * width + quantities.metric[rows]):
        values = np.sort(quantities.value[rows[at]])
        if len(values) >= _SMALLEST_SERIES and values[0] != values[-1]:
            artifact, metric = divmod(code, width)
            signatures[artifact].add((metric, _rounded(values).tobytes()))
            sizes[artifact] += len(values)
    return signatures, sizes


def _rounded(values: Floats) -> Floats:
    """Values to four significant digits: a table often repeats a record rounded."""
    size = np.floor(np.log10(np.where(values == 0, 1.0, np.abs(values))))
    scale = 10.0 ** (3.0 - size)
    return np.asarray(np.round(values * scale) / scale)


def _richness(leaves: Leaves, contexts: Contexts, sizes: dict[int, int]) -> dict[int, int]:
    """How much an artifact says about its context: counted columns, stated over inferred."""
    owner: Ints = leaves.artifact[leaves.numeric]
    found: dict[int, int] = {}
    for artifact, at in grouped(owner):
        if artifact not in sizes:
            continue
        said = [contexts.table[code] for code in np.unique(contexts.codes[at]).tolist()]
        found[artifact] = max(
            2 * sum(name is not None for name in context.plain)
            + (context.parameters is not None) + (context.setup is not None)
            - 2 * (context.inferred is not None)
            for context in said
        )
    return found

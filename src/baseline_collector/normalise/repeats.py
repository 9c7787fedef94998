"""Repeats: one measurement written under two keys of the same record.

Some tools write a value twice, once where it was taken and once in a summary beside it. Of
numbers of one artifact that share record, context, metric, definition and statistic and are
written alike under different keys, the first counts.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from baseline_collector.normalise.columns import Bools, Ints, Leaves
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.meaning import Meaning
from baseline_collector.normalise.merge import Context
from baseline_collector.normalise.quantities import Quantities

Tops = dict[tuple[Context, int, tuple[str, str], str], str]
"""Measurements at the top of an artifact and the key each stood under last."""


def repeats(leaves: Leaves, quantities: Quantities, ok: Bools, contexts: Contexts,
            tops: Tops | None = None) -> Bools:
    """Say for every numeric leaf whether it repeats an earlier one of its record.

    Args:
        leaves: A batch.
        quantities: Of the numeric leaves.
        ok: Whether each may be counted.
        contexts: Of the numeric leaves.
        tops: Remembers from batch to batch what stands at the top of a single artifact, the
            one record that several batches share.
    """
    rows = leaves.numeric
    found = np.zeros(len(rows), bool)
    candidates = np.flatnonzero(ok & (quantities.metric > 0))
    if not len(candidates):
        return found
    said: dict[tuple[str, str], int] = {}
    by_key = np.array([said.setdefault(_said(meaning), len(said)) for meaning in leaves.meanings],
                      np.int64)
    chosen = rows[candidates]
    raws = leaves.raw.take(pa.array(chosen)).dictionary_encode()
    columns: tuple[Ints, ...] = (
        leaves.artifact[chosen], contexts.codes[candidates], quantities.metric[candidates],
        by_key[leaves.key[chosen]], *(column[chosen].astype(np.int64) for column in leaves.at),
        raws.indices.to_numpy().astype(np.int64),
    )
    order = np.lexsort((chosen, *columns[::-1]))
    same = np.ones(len(order) - 1, bool)
    for column in columns:
        same &= np.diff(column[order]) == 0
    other_key = np.diff(leaves.key[chosen][order]) != 0
    found[candidates[order[1:][same & other_key]]] = True
    if tops is not None:
        _remember(tops, found, candidates, leaves, quantities, contexts)
    return found


def _said(meaning: Meaning) -> tuple[str, str]:
    """Two definitions of a metric are often equal and never one measurement: acc, acc_norm."""
    return meaning.statistic, meaning.definition


def _remember(tops: Tops, found: Bools, candidates: Ints, leaves: Leaves, quantities: Quantities,
              contexts: Contexts) -> None:
    """Mark what repeats a measurement of an earlier batch; remember those of this one."""
    top = candidates[leaves.at[0][leaves.numeric[candidates]] < 0]
    raws = leaves.raw.take(pa.array(leaves.numeric[top])).to_pylist()
    before = dict(tops)
    for at, raw in zip(top.tolist(), raws, strict=True):
        code = leaves.key[leaves.numeric[at]]
        label = (contexts.table[contexts.codes[at]], int(quantities.metric[at]),
                 _said(leaves.meanings[code]), raw)
        earlier = before.pop(label, None)
        found[at] |= earlier is not None and earlier != leaves.keys[code]
        tops[label] = leaves.keys[code]


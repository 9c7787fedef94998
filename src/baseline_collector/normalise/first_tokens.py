"""Times to first token that no client saw: load plus prompt evaluation of the same record.

Clients of Ollama often add up what the server tells and call the sum time to first token. The
sum leaves out queue, network and the first decoding step, so that it is another quantity than
what a client clocks; it gets a definition of its own, record by record.
"""

from __future__ import annotations

import numpy as np

from baseline_collector.normalise.columns import Bools, Floats, Ints, Leaves
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.quantities import Quantities
from baseline_collector.normalise.together import Together, half_widths, of_metrics

EXACT = 1e-6
"""Gap between a time and its sum that floats explain, as a share of the time."""
_COARSE = 0.01
"""Digits as coarse as this, as a share of the time, prove nothing."""

_FIRST, _PARTS = "time_to_first_token", ("load_duration", "prompt_eval_duration")
_STATISTICS = ("sample", "mean")
"""Sums hold for means as for single values."""


def load_and_prompt(leaves: Leaves, quantities: Quantities, contexts: Contexts, usable: Bools
                    ) -> Bools:
    """Say of every numeric leaf whether it is a time to first token that is such a sum.

    Args:
        leaves: A batch, whole records.
        quantities: Of its numeric leaves.
        contexts: Of its numeric leaves.
        usable: Which of those have no defect.
    """
    found = np.zeros(len(leaves.numeric), bool)
    open_ = np.array([meaning.statistic in _STATISTICS and not meaning.definition
                      for meaning in leaves.meanings] or [False], bool)
    usable = usable & open_[leaves.key[leaves.numeric]]
    first, parts = (of_metrics(leaves, quantities, usable, names) for names in ((_FIRST,), _PARTS))
    if not len(first) or not len(parts):
        return found
    rows = np.concatenate([first, parts])
    for whole_record in (False, True):
        together = Together(leaves, quantities, contexts, rows, whole_record=whole_record)
        columns = [together.part(name) for name in (_FIRST, *_PARTS)]
        there = np.flatnonzero(np.logical_and.reduce([column >= 0 for column in columns]))
        equal = _equal(leaves, quantities, [column[there] for column in columns])
        sums = np.zeros(together.size, bool)
        sums[there[equal]] = True
        found[first[sums[together.group[:len(first)]]]] = True
    return found


def _equal(leaves: Leaves, quantities: Quantities, columns: list[Ints]) -> Bools:
    """Whether the first of three columns of rows is the sum of the others."""
    first, load, prompt = (quantities.value[rows] for rows in columns)
    gap: Floats = np.abs(load + prompt - first)
    equal = np.asarray(gap <= EXACT * first)
    near = np.flatnonzero(gap <= _COARSE * first)
    if equal[near].all():
        return equal
    width = np.add.reduce([_widths(leaves, quantities, rows[near]) for rows in columns])
    equal[near] |= (gap[near] <= width) & (width <= _COARSE * first[near])
    return equal


def _widths(leaves: Leaves, quantities: Quantities, rows: Ints) -> Floats:
    """Half a unit of the last digit, by the finest digits of each column: 0.01 may be 0.0100."""
    width = half_widths(leaves, quantities, rows)
    chosen = leaves.numeric[rows]
    label = leaves.artifact[chosen] * len(leaves.keys) + leaves.key[chosen]
    _, column = np.unique(label, return_inverse=True)
    finest = np.full(int(column.max(initial=0)) + 1, np.inf)
    np.minimum.at(finest, column, width)
    return np.asarray(finest[column])

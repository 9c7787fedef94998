"""Cold starts: which records loaded the model, seen in their load time.

A record is cold where the artifact says so, or where its load duration lies more than
14.826 median absolute deviations above the median of its artifact and model, and at
least three times as high; the others of that artifact and model are warm. Where no load
is recorded, only the first record can be cold, judged by its time to first token.

Source of the threshold: hyperfine's outlier rule (modified z-score over 14.826 MAD).
"""

from __future__ import annotations

import numpy as np

from baseline_collector.normalise.columns import Bools, Floats, Ints, Leaves, grouped
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.quantities import Quantities
from baseline_collector.stats.stability import OUTLIER_SCORE

_FACTOR = 3.0
_SMALLEST = 3

NONE, COLD, WARM = 0, 1, 2


def phases(leaves: Leaves, quantities: Quantities, ok: Bools, contexts: Contexts) -> Ints:
    """Say for every numeric leaf whether its record was cold or warm.

    Returns:
        NONE, COLD or WARM, one a numeric leaf; NONE where the artifact states a phase itself.
    """
    rows = leaves.numeric
    phase = np.zeros(len(rows), np.int64)
    sample = np.array([meaning.statistic == "sample" for meaning in leaves.meanings], bool)
    if not len(rows):
        return phase
    usable = ok & sample[leaves.key[rows]] & (leaves.at[0][rows] >= 0)
    series = _series(leaves, contexts)
    members = dict(grouped(series))
    for name, first_only in (("load_duration", False), ("time_to_first_token", True)):
        metric = quantities.metric_names.index(name)
        chosen = np.flatnonzero(usable & (quantities.metric == metric) & (phase == NONE))
        for code, at in grouped(series[chosen]):
            _mark(phase, leaves, quantities.value, members[code], chosen[at], first_only)
    return phase


def _series(leaves: Leaves, contexts: Contexts) -> Ints:
    """A code for artifact and model; records are compared within one."""
    models: dict[str | None, int] = {}
    by_context = np.array([models.setdefault(context.plain[0], len(models))
                           for context in contexts.table] or [0], np.int64)
    return leaves.artifact[leaves.numeric] * (len(models) + 1) + by_context[contexts.codes]


def _mark(phase: Ints, leaves: Leaves, values: Floats, mine: Ints, at: Ints, first_only: bool
          ) -> None:
    """Mark all leaves of the records of one series: ``mine``, with the values judged ``at``."""
    at = at[np.argsort(leaves.at[0][leaves.numeric[at]], kind="stable")]
    cold = is_cold(values[at])
    if first_only:
        cold[1:] = False
    if not cold.any() or cold.all():
        return
    records, judged = leaves.at[0][leaves.numeric[mine]], leaves.at[0][leaves.numeric[at]]
    known = np.isin(records, judged)
    phase[mine[known]] = np.where(np.isin(records[known], judged[cold]), COLD, WARM)


def is_cold(values: Floats) -> Bools:
    """Which values of a series stand out as cold starts.

    Args:
        values: Load durations or times to first token in the order of the records, seconds.
    """
    if len(values) < _SMALLEST:
        return np.zeros(len(values), bool)
    median = float(np.median(values))
    spread = max(float(np.median(np.abs(values - median))), 1e-3 * median)
    return np.asarray((values - median > OUTLIER_SCORE * spread) & (values > _FACTOR * median))

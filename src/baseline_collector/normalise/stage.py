"""The stage itself: one batch of leaves in, one table of measurements out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from baseline_collector.model import Artifact, Outcomes
from baseline_collector.normalise.cleaning import QUARANTINED, RULES, Judged, judge
from baseline_collector.normalise.columns import Ints, Leaves
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.phases import phases
from baseline_collector.normalise.quantities import quantify
from baseline_collector.normalise.repeats import repeats
from baseline_collector.normalise.table import assemble
from baseline_collector.normalise.twins import twins
from baseline_collector.readers.base import Places

VERSION = "1"
"""Version of these rules; part of what a cached normalisation depends on."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """What a batch of leaves became.

    Attributes:
        measurements: Table with the columns of ``schema.MEASUREMENTS``.
        leaves: Values of any type, one count an artifact, in their order.
        numbers: Numeric ones among them.
        rejected: Quarantined ones among those.
        twin_of: Artifact number -> number of the one that is counted instead.
        outcomes: Artifact number -> how its calls ended, where it records calls.
        cleaning: Values touched by each cleaning rule.
    """

    measurements: pa.Table
    leaves: list[int]
    numbers: list[int]
    rejected: list[int]
    twin_of: dict[int, int]
    outcomes: dict[int, Outcomes]
    cleaning: dict[str, int]


def _as_it_is(key: str, text: str) -> str:
    return text


def normalise(batch: pa.RecordBatch, artifacts: Sequence[Artifact],
              places: Sequence[Places], quoted: Sequence[int] = (),
              redact: Callable[[str], str] = str,
              redact_value: Callable[[str, str], str] = _as_it_is) -> Normalised:
    """Give every numeric leaf its meaning.

    Args:
        batch: Leaves, columns as ``readers.base.LEAVES``; those of one artifact stand together.
        artifacts: What the ``artifact`` column counts in, with format and hash.
        places: Pointer style of each artifact.
        quoted: Numbers of artifacts whose values are quoted from elsewhere, as in notes.
        redact: Masks secrets and personal paths in every text that is stored.
        redact_value: The same for a setting, given its name and its text.

    Returns:
        Measurements in the order of the leaves, and the counts that must add up.
    """
    leaves = Leaves(batch, [artifact.format for artifact in artifacts])
    contexts = Contexts(leaves, artifacts)
    quantities = quantify(leaves)
    judged = judge(leaves, quantities, contexts)
    phase = phases(leaves, quantities, judged.ok, contexts)
    notes = np.array(quoted, np.int64)
    first_hand = judged.ok & ~np.isin(leaves.artifact[leaves.numeric], notes)
    same = twins(leaves, quantities, first_hand, contexts)
    aside = ~first_hand | np.isin(leaves.artifact[leaves.numeric], list(same))
    aside |= repeats(leaves, quantities, first_hand, contexts)
    table = assemble(leaves, artifacts, places, quantities, judged, contexts, phase, aside, redact,
                     redact_value)
    numeric = leaves.artifact[leaves.numeric]

    def counts(rows: Ints) -> list[int]:
        return [int(count) for count in np.bincount(rows, minlength=len(artifacts))]

    return Normalised(table, counts(leaves.artifact), counts(numeric),
                      counts(numeric[judged.status == QUARANTINED]), same,
                      _outcomes(contexts, set(quoted), redact), _touched(judged))


def _outcomes(contexts: Contexts, quoted: set[int], redact: Callable[[str], str]
              ) -> dict[int, Outcomes]:
    """How calls ended, by artifact; a note that quotes failures has none of its own."""
    found = {}
    for artifact, around in contexts.surroundings.items():
        if around.attempts and artifact not in quoted:
            reasons = [redact(around.failures[place]) for place in sorted(around.failures)]
            disguised = sum(reason.startswith("not marked") for reason in reasons)
            found[artifact] = Outcomes(len(around.attempts), tuple(reasons), disguised)
    return found


def _touched(judged: Judged) -> dict[str, int]:
    """Count values by the rule that each reason starts with."""
    per_reason = np.bincount(judged.reason, minlength=len(judged.reasons)).tolist()
    touched = dict.fromkeys(RULES, 0)
    for reason, count in zip(judged.reasons, per_reason, strict=True):
        if reason:
            touched[reason[:3]] += count
    touched["C07"] = int(judged.words.sum())
    return touched

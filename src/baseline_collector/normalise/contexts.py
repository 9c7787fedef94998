"""Which context each numeric leaf has, as a code into a table of distinct contexts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from baseline_collector.model import Artifact
from baseline_collector.normalise.columns import Ints, Leaves
from baseline_collector.normalise.context import (
    Context,
    Surroundings,
    enclosing,
    from_path,
    merged,
)

_SILENT = ("measurement", "unnamed", "identity")


class Contexts:
    """Contexts of the numeric leaves of a batch.

    Attributes:
        table: Distinct contexts.
        codes: Index into it, one a numeric leaf.
        surroundings: What each artifact said, by its number.
    """

    def __init__(self, leaves: Leaves, artifacts: Sequence[Artifact]) -> None:
        self._known: dict[Context, int] = {}
        self.surroundings: dict[int, Surroundings] = {}
        self._hear(leaves)
        self.codes: Ints = self._assign(leaves, artifacts)
        self.table: list[Context] = list(self._known)

    def around(self, artifact: int) -> Surroundings:
        """What an artifact said; empty where it said nothing."""
        return self.surroundings.get(artifact) or Surroundings()

    def _hear(self, leaves: Leaves) -> None:
        if not leaves.keys:
            return
        speaks = np.array([meaning.role not in _SILENT for meaning in leaves.meanings], bool)
        rows = np.flatnonzero(speaks[leaves.key])
        raws = leaves.raw.take(pa.array(rows)).to_pylist()
        columns = (leaves.artifact, leaves.key, *leaves.at, leaves.kind, leaves.value)
        listed = (column[rows].tolist() for column in columns)
        for artifact, key, i0, i1, i2, kind, value, raw in zip(*listed, raws, strict=True):
            around = self.surroundings.get(artifact)
            if around is None:
                around = self.surroundings[artifact] = Surroundings()
            around.hear(leaves.meanings[key], (i0, i1, i2), kind, raw,
                        None if value != value else value)

    def _assign(self, leaves: Leaves, artifacts: Sequence[Artifact]) -> Ints:
        rows = leaves.numeric
        codes = np.zeros(len(rows), np.int64)
        chains = [enclosing(key) for key in leaves.keys]
        depths = [min(chain[-1].count("[]"), 3) for chain in chains]
        fallbacks = [from_path(artifact.artifact) for artifact in artifacts]
        cache: dict[tuple[object, ...], int] = {}
        columns = (leaves.artifact, leaves.key, *leaves.at)
        listed = (column[rows].tolist() for column in columns)
        for row, (artifact, key, i0, i1, i2) in enumerate(zip(*listed, strict=True)):
            at = (i0, i1, i2)[: depths[key]]
            label = (artifact, chains[key], at, leaves.meanings[key].variant)
            code = cache.get(label)
            if code is None:
                context = merged(self.around(artifact), chains[key], at,
                                 leaves.meanings[key].variant, fallbacks[artifact])
                code = cache[label] = self._known.setdefault(context, len(self._known))
            codes[row] = code
        return codes

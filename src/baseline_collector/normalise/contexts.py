"""Which context each numeric leaf has, as a code into a table of distinct contexts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from baseline_collector.model import Artifact
from baseline_collector.normalise.columns import Bools, Ints, Leaves
from baseline_collector.normalise.context import Surroundings, enclosing
from baseline_collector.normalise.merge import Context, from_path, merged
from baseline_collector.paths import container, last_names

_SILENT = ("measurement", "unnamed", "identity")
_PIECE = 1 << 16
_AGGREGATES = ("mean", "std", "p50", "cv")


class Contexts:
    """Contexts of the numeric leaves of a batch.

    Attributes:
        table: Distinct contexts.
        codes: Index into it, one a numeric leaf.
        surroundings: What each artifact said, by its number.
    """

    def __init__(self, leaves: Leaves, artifacts: Sequence[Artifact],
                 surroundings: dict[int, Surroundings] | None = None, assign: bool = True
                 ) -> None:
        """Listen to the leaves and put contexts together.

        Args:
            leaves: The batch.
            artifacts: What its ``artifact`` column counts in.
            surroundings: What was heard before, where the batch is not all there is to hear.
            assign: Whether contexts are wanted, not the surroundings alone.
        """
        self._known: dict[Context, int] = {}
        self.surroundings: dict[int, Surroundings] = (
            hear(leaves, {}, summed(leaves)) if surroundings is None else surroundings)
        self.codes: Ints = (self._assign(leaves, artifacts) if assign
                            else np.zeros(len(leaves.numeric), np.int64))
        self.table: list[Context] = list(self._known)

    def around(self, artifact: int) -> Surroundings:
        """What an artifact said; empty where it said nothing."""
        return self.surroundings.get(artifact) or Surroundings()

    def _assign(self, leaves: Leaves, artifacts: Sequence[Artifact]) -> Ints:
        """The context of every numeric leaf, put together once for each run of like ones."""
        if not len(leaves.numeric):
            return np.zeros(0, np.int64)
        fallbacks = [from_path(artifact.artifact) for artifact in artifacts]
        places: dict[tuple[tuple[str, ...], tuple[tuple[str, str], ...]], int] = {}
        by_key = np.array([places.setdefault((enclosing(key), meaning.variant), len(places))
                           for key, meaning in zip(leaves.keys, leaves.meanings, strict=True)],
                          np.int64)
        known = list(places)
        owner, place, *at = _within(leaves, by_key, [chain[-1].count("[]") for chain, _ in known])
        starts = np.flatnonzero(np.r_[True, np.logical_or.reduce(
            [column[1:] != column[:-1] for column in (owner, place, *at)])])
        cache: dict[tuple[int, ...], int] = {}
        found = []
        for run, label in enumerate(zip(*(column[starts].tolist() for column in
                                          (owner, place, *at)), strict=True)):
            if not run % _PIECE:
                cache.clear()  # records lie together
            code = cache.get(label)
            if code is None:
                artifact, (around, variant) = label[0], known[label[1]]
                context = merged(self.around(artifact), around, label[2:], variant,
                                 artifacts[artifact].beside,
                                 fallbacks[artifact])
                code = cache[label] = self._known.setdefault(context, len(self._known))
            found.append(code)
        return np.repeat(np.array(found, np.int64), np.diff(np.r_[starts, len(owner)]))


def _within(leaves: Leaves, by_key: Ints, depths: Sequence[int]) -> list[Ints]:
    """Columns of the numeric leaves: artifact, place, and the indices the place has, others -1."""
    rows = leaves.numeric
    place = by_key[leaves.key[rows]]
    depth = np.array(depths, np.int64)[place]
    return [leaves.artifact[rows], place,
            *(np.where(depth > at, column[rows], -1) for at, column in enumerate(leaves.at))]


Summed = set[tuple[int, str]]
"""Objects that hold means and the like: number of the artifact and template."""


def hear(leaves: Leaves, surroundings: dict[int, Surroundings], beside: Summed
         ) -> dict[int, Surroundings]:
    """Take in what the leaves say of context; returns the surroundings, by artifact.

    Args:
        leaves: A batch.
        surroundings: What was heard before; is added to.
        beside: Where a leaf ``n`` says how many repetitions are behind means beside it.
    """
    if not leaves.keys:
        return surroundings
    speaks = np.array([meaning.role not in _SILENT for meaning in leaves.meanings], bool)
    rows = np.flatnonzero(speaks[leaves.key] | _counts(leaves, beside))
    columns = (leaves.artifact, leaves.key, *leaves.at, leaves.kind, leaves.value)
    for artifact, key, i0, i1, i2, kind, value, raw in _listed(
            *columns, rows=rows, texts=leaves.raw):
        around = surroundings.get(artifact)
        if around is None:
            around = surroundings[artifact] = Surroundings()
        meaning = leaves.meanings[key]
        if meaning.role == "unnamed":
            meaning = replace(meaning, role="repetitions", target="n")
        around.hear(meaning, (i0, i1, i2), kind, raw, None if math.isnan(value) else value)
    return surroundings


def _listed(*columns: np.ndarray, rows: Ints, texts: pa.Array | None = None
            ) -> Iterator[tuple[Any, ...]]:
    """Some rows of columns as Python values, a piece at a time: all at once they fill memory."""
    for start in range(0, len(rows), _PIECE):
        piece = rows[start : start + _PIECE]
        listed = [column[piece].tolist() for column in columns]
        if texts is not None:
            listed.append(texts.take(pa.array(piece)).to_pylist())
        yield from zip(*listed, strict=True)


def summed(leaves: Leaves) -> Summed:
    """Where means and the like stand."""
    codes = [at for at, meaning in enumerate(leaves.meanings) if meaning.statistic in _AGGREGATES]
    if not codes:
        return set()
    return {(artifact, container(leaves.keys[key])) for artifact, key in set(zip(
        *(column[np.isin(leaves.key, codes)].tolist() for column in (leaves.artifact, leaves.key)),
        strict=True))}


def _counts(leaves: Leaves, beside: Summed) -> Bools:
    """Where a leaf ``n`` stands beside means and the like: how many repetitions are behind them."""
    named = [at for at, key in enumerate(leaves.keys)
             if leaves.meanings[at].role == "unnamed" and last_names(key, 1) == ["n"]]
    found = np.zeros(len(leaves.key), bool)
    if not named:
        return found
    for at in np.flatnonzero(np.isin(leaves.key, named)).tolist():
        found[at] = (leaves.artifact[at], container(leaves.keys[leaves.key[at]])) in beside
    return found

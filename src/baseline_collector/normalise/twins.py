"""Twins: artifacts that hold the same measurements in another form, such as CSV and JSON.

B is a twin of A when every metric that B samples at least three times stands in A with
the same values to four significant digits, at least five values in all, two of them
different, and times or rates among them: small counts are alike by chance. The one that
says more about its context is counted, the other is linked to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from baseline_collector import units, vocabulary
from baseline_collector.normalise.columns import Bools, Floats, Ints, Leaves, grouped
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.merge import Context
from baseline_collector.normalise.quantities import Quantities

_SMALLEST_SERIES = 3
_SMALLEST_TOTAL = 5

_TELLING = frozenset(
    code for code, metric in enumerate(vocabulary.METRICS, start=1)
    if units.unit(metric.unit).dimension in ("time", "token rate", "request rate"))
"""Codes of metrics whose values are not alike by chance; not of the user's own."""

Signature = tuple[int, int, int]
"""A metric's code, how many samples an artifact has of it, and their digest in any order."""

_DIGEST = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Tally:
    """The samples of one metric of one artifact, told apart without keeping them.

    Attributes:
        n: How many.
        low: The smallest, in canonical unit.
        high: The largest.
        digest: The same for the same values to four significant digits, in whatever order.
    """

    n: int
    low: float
    high: float
    digest: int

    def __add__(self, other: Tally) -> Tally:
        """The samples of both."""
        return Tally(self.n + other.n, min(self.low, other.low), max(self.high, other.high),
                     (self.digest + other.digest) & _DIGEST)


@dataclass(frozen=True, slots=True)
class Series:
    """What of one artifact is compared with others; small, whatever the artifact's size.

    Attributes:
        tallies: Samples by the code of their metric.
        richness: How much it says about their context.
    """

    tallies: Mapping[int, Tally]
    richness: int

    def __add__(self, other: Series) -> Series:
        """Series of both parts of one artifact."""
        tallies = dict(self.tallies)
        for metric, tally in other.tallies.items():
            tallies[metric] = tallies[metric] + tally if metric in tallies else tally
        return Series(tallies, max(self.richness, other.richness))

    def signatures(self) -> frozenset[Signature]:
        """Of each metric with enough samples that are not all one; empty where they are few."""
        found = {metric: tally for metric, tally in self.tallies.items()
                 if tally.n >= _SMALLEST_SERIES and tally.low != tally.high}
        return frozenset((metric, tally.n, tally.digest) for metric, tally in found.items())


def twins(series: Mapping[int, Series]) -> dict[int, int]:
    """Find twins.

    Args:
        series: What is compared, by number of the artifact.

    Returns:
        Number of the twin -> number of the artifact that is counted instead.
    """
    signatures = {artifact: found for artifact, one in series.items()
                  if (found := one.signatures())}
    holders: dict[Signature, set[int]] = defaultdict(set)
    for artifact, found in signatures.items():
        for signature in found:
            holders[signature].add(artifact)
    poorest_first = sorted(signatures, key=lambda number: (series[number].richness, -number))
    rank = {artifact: at for at, artifact in enumerate(poorest_first)}
    kept: dict[int, int] = {}
    richest: dict[frozenset[Signature], int] = {}
    for artifact in poorest_first:
        mine = signatures[artifact]
        if sum(n for _, n, _ in mine) < _SMALLEST_TOTAL or not any(
                metric in _TELLING for metric, _, _ in mine):
            continue
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


def series_of(leaves: Leaves, quantities: Quantities, ok: Bools, contexts: Contexts
              ) -> dict[int, Series]:
    """What each artifact of a batch has to be compared by; those without are left out."""
    sample = np.array([meaning.statistic == "sample" for meaning in leaves.meanings] or [False],
                      bool)
    rows = np.flatnonzero(ok & (quantities.metric > 0) & sample[leaves.key[leaves.numeric]]) \
        if len(leaves.numeric) else np.zeros(0, np.int64)
    owner = leaves.artifact[leaves.numeric]
    width = len(quantities.metric_names)
    codes = owner[rows] * width + quantities.metric[rows]
    tallies: dict[int, dict[int, Tally]] = defaultdict(dict)
    for code, tally in _tallied(codes, quantities.value[rows]):
        artifact, metric = divmod(code, width)
        tallies[artifact][metric] = tally
    richness = _richness(leaves, contexts, tallies.keys())
    return {artifact: Series(found, richness[artifact]) for artifact, found in tallies.items()}


def _tallied(codes: Ints, values: Floats) -> Iterator[tuple[int, Tally]]:
    """Tally the values of each code.

    The digest is the sum of the rounded values' bits, each mixed by the finaliser of
    SplitMix64 (Steele, Lea and Flood, 2014), modulo 2**64.
    """
    if not len(codes):
        return
    order = np.argsort(codes, kind="stable")
    codes, values = codes[order], values[order]
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    bits = (_rounded(values) + 0.0).view(np.uint64)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    columns = (codes[starts], np.diff(np.r_[starts, len(codes)]),
               np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts),
               np.add.reduceat(bits, starts))
    for code, n, low, high, digest in zip(*(one.tolist() for one in columns), strict=True):
        yield code, Tally(n, low, high, digest)


def _rounded(values: Floats) -> Floats:
    """Values to four significant digits: a table often repeats a record rounded."""
    with np.errstate(all="ignore"):  # of the smallest floats no power of ten makes four digits
        size = np.floor(np.log10(np.where(values == 0, 1.0, np.abs(values))))
        scale = 10.0 ** (3.0 - size)
        rounded = np.round(values * scale) / scale
    return np.where(np.isfinite(rounded), rounded, values)


def _richness(leaves: Leaves, contexts: Contexts, wanted: Collection[int]
              ) -> dict[int, int]:
    """How much an artifact says about its context, at most of its values."""
    owner: Ints = leaves.artifact[leaves.numeric]
    return {artifact: max(richness_of(contexts.table[code])
                          for code in np.unique(contexts.codes[at]).tolist())
            for artifact, at in grouped(owner) if artifact in wanted}


def richness_of(context: Context) -> int:
    """How much a context says: counted columns, stated over inferred."""
    return (2 * sum(name is not None for name in context.plain)
            + (context.parameters is not None) + (context.setup is not None)
            - 2 * (context.origin or "").count(':"inferred"'))

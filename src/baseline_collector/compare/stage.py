"""The stage itself: sides in, a comparison out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from baseline_collector.compare.conditions import known_to_differ
from baseline_collector.compare.decide import Limits, Outcome, Word, decide, in_words
from baseline_collector.compare.pairing import Pair, Pairing, Refused, pair
from baseline_collector.compare.sides import Cell, Side
from baseline_collector.stats.intervals import Interval, NoInterval, mean_interval
from baseline_collector.stats.samples import SPREAD_SMALLEST_N

Headline = Literal["regression", "improvement", "mixed", "same", "undecided", "refused", "empty"]

SAME_VALUES = "both sides hold the same values: it is the same data, and no repetition of it"

_MOST_NOISE = 0.5
"""A difference of halves above this is no measure of sameness over groups."""


@dataclass(frozen=True, slots=True)
class Overview:
    """One metric over all its groups: the geometric mean of their ratios.

    Attributes:
        metric: Canonical name.
        ratio: Geometric mean of candidate / base over the groups.
        low: Lower end of its interval over the groups; None under three groups.
        high: Upper end.
        groups: How many groups.
        floor: Noise floor: what the same procedure says of halves of one side; None for none.
        verdict: ``same`` with ``within``, a direction, or ``undecided``; descriptive, as groups
            of one run are not independent: exit codes rest on the single groups.
        within: For ``same``: by how much at most, relative.
    """

    metric: str
    ratio: float
    low: float | None
    high: float | None
    groups: int
    floor: float | None
    verdict: Word
    within: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate against the base.

    Attributes:
        name: As the caller gave it.
        outcomes: Every pair, in the order of the base.
        refused: Groups that have a counterpart they may not be compared with.
        only_base: Groups whose metric or test the candidate lacks.
        only_other: Groups whose metric or test the base lacks.
        overview: Metrics over all their groups.
        same_values: Whether all that was compared is equal, value by value.
    """

    name: str
    outcomes: tuple[Outcome, ...]
    refused: tuple[Refused, ...]
    only_base: tuple[Cell, ...]
    only_other: tuple[Cell, ...]
    overview: tuple[Overview, ...]
    same_values: bool = False

    @property
    def within(self) -> float | None:
        """By how much at most what is the same may differ; None where nothing is."""
        bounds = [one.within for one in self.outcomes] + [one.within for one in self.overview]
        return max((bound for bound in bounds if bound is not None), default=None)

    @property
    def headline(self) -> Headline:
        """All outcomes in one word.

        ``same``: nothing is decided to differ, at least half of the groups were repeated, and
        at least half are the same, by themselves or as their metric is over all its groups; or
        all values are equal.
        """
        if self.same_values:
            return "same"
        if not self.outcomes:
            return "refused" if self.refused else "empty"
        worse = any(one.regression for one in self.outcomes)
        better = any(one.verdict in ("faster", "better") for one in self.outcomes)
        if worse or better:
            return "mixed" if worse and better else "regression" if worse else "improvement"
        settled = {one.metric for one in self.overview if one.verdict == "same"}
        same = [one.verdict == "same" or one.pair.base.metric in settled for one in self.outcomes]
        repeated = [min(one.n) > 1 for one in self.outcomes]
        return "same" if 2 * min(sum(same), sum(repeated)) >= len(same) else "undecided"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A base and its candidates.

    Attributes:
        base: Name of the base.
        candidates: In the order given.
        limits: What counted as a difference.
        tests: Over how many tests Holm's adjustment went.
        left_out: Metric -> values that were there but not compared.
    """

    base: str
    candidates: tuple[Candidate, ...]
    limits: Limits
    tests: int
    left_out: tuple[tuple[str, int], ...]

    @property
    def outcomes(self) -> list[Outcome]:
        """Outcomes of all candidates."""
        return [one for candidate in self.candidates for one in candidate.outcomes]


def compare(base: Side, candidates: Sequence[Side], limits: Limits | None = None,
            across: Sequence[str] = ()) -> Comparison:
    """Compare candidates with a base, all tests of all candidates adjusted together.

    Args:
        base: What is compared with.
        candidates: At least one.
        limits: What counts as a difference.
        across: Conditions that may differ: ``device``, ``hardware``, ``setting``, the name of
            one setting, ``prompt``, ...

    Raises:
        UsageError: A condition that may differ is none.
    """
    limits = limits or Limits()
    lets = known_to_differ(across, [name for one in (base, *candidates) for name in one.conditions])
    pairings = [pair(base, one, lets) for one in candidates]
    outcomes = iter(decide([one for pairing in pairings for one in pairing.pairs], limits))
    found = [_candidate(side.name, pairing, [next(outcomes) for _ in pairing.pairs], limits)
             for side, pairing in zip(candidates, pairings, strict=True)]
    tests = sum(one.p is not None for candidate in found for one in candidate.outcomes)
    left_out = dict(base.left_out)
    for side in candidates:
        for metric, count in side.left_out.items():
            left_out[metric] = left_out.get(metric, 0) + count
    return Comparison(base.name, tuple(found), limits, tests, tuple(sorted(left_out.items())))


def _candidate(name: str, pairing: Pairing, outcomes: Sequence[Outcome], limits: Limits
               ) -> Candidate:
    same_values = bool(pairing.pairs) and all(map(_are_equal, pairing.pairs))
    if same_values:
        outcomes = [replace(one, verdict="same", within=0.0, needed=None, reason=SAME_VALUES)
                    for one in outcomes]
    metrics = dict.fromkeys(one.pair.base.metric for one in outcomes)
    overview = (_overview(metric, [one for one in outcomes if one.pair.base.metric == metric],
                          limits, len(metrics)) for metric in ({} if same_values else metrics))
    return Candidate(name, tuple(outcomes), pairing.refused, pairing.only_base,
                     pairing.only_other, tuple(one for one in overview if one is not None),
                     same_values)


def _are_equal(pair: Pair) -> bool:
    one, other = pair.base, pair.other
    return bool(np.array_equal(one.values, other.values)) and one.reported == other.reported


def _overview(metric: str, outcomes: Sequence[Outcome], limits: Limits, metrics: int
              ) -> Overview | None:
    """The geometric mean of the ratios of several groups, each group one value.

    A direction is said where the interval leaves 1 out also with alpha shared by the metrics.
    """
    logs = [math.log(one.ratio) for one in outcomes if one.ratio is not None and one.ratio > 0]
    if len(logs) < SPREAD_SMALLEST_N:
        return None
    ratio, interval = math.exp(sum(logs) / len(logs)), mean_interval(logs)
    floor = _noise([one.pair for one in outcomes])
    if isinstance(interval, NoInterval):
        return Overview(metric, ratio, None, None, len(logs), floor, "undecided")
    low, high = math.exp(interval.low), math.exp(interval.high)
    bound = max(high - 1, 1 / low - 1)
    widest = max(limits.tolerance, min(floor or 0.0, _MOST_NOISE))
    if bound <= limits.margin or (low <= 1 <= high and bound <= widest):
        return Overview(metric, ratio, low, high, len(logs), floor, "same", bound)
    strict = mean_interval(logs, 1 - limits.alpha / metrics)
    decided = isinstance(strict, Interval) and (strict.low > 0 or strict.high < 0)
    word: Word = in_words(metric, more=low > 1) if decided else "undecided"
    return Overview(metric, ratio, low, high, len(logs), floor, word)


def _noise(pairs: Sequence[Pair]) -> float | None:
    """How far apart the same procedure puts halves of one side: the larger A/A of the two.

    Every group that has two values or more is dealt into two halves, one value to each in
    turn, and the ratios of their means are summed up as those of base and candidate are.
    """
    found = []
    for cells in ([one.base for one in pairs], [one.other for one in pairs]):
        halves = [(cell.values[::2].mean(), cell.values[1::2].mean())
                  for cell in cells if len(cell.values) > 1 and len(cell.prompts) == 1]
        logs = [math.log(one / two) for one, two in halves if min(one, two) > 0]
        interval = mean_interval(logs) if logs else None
        if isinstance(interval, Interval):
            found.append(math.exp(max(abs(interval.low), abs(interval.high))) - 1)
    return max(found) if found else None

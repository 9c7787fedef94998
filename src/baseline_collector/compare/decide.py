"""One pair of groups -> effect, interval, test, noise floor, verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from baseline_collector.compare.pairing import Pair
from baseline_collector.compare.sides import Cell
from baseline_collector.evidence.arrays import Floats, Ints
from baseline_collector.stats import compare as stats
from baseline_collector.stats.intervals import IntervalOrReason, NoInterval
from baseline_collector.stats.ranks import holm
from baseline_collector.stats.reported import Reported, ratio_of_reported
from baseline_collector.stats.samples import SPREAD_SMALLEST_N, moments, one_group
from baseline_collector.vocabulary import BY_NAME

Word = Literal["faster", "slower", "better", "worse", "higher", "lower", "same", "undecided"]
Level = Literal["run", "value", "prompt", "reported"]

ASSUMED_CV = 0.05
"""CV by which a needed n is reckoned where nothing was repeated; said wherever it is used."""
ENOUGH_RUNS = 5
"""Whole runs a side from which on the spread between runs can be told from a difference."""
MOST_FLOOR = 0.25
"""A noise floor above this is no measure of sameness."""
_MOST_N = 100_000
_SPEEDS = ("s", "tok/s", "req/s", "op/s")


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as a difference.

    Attributes:
        margin: Relative difference too small to matter, however certain.
        tolerance: Widest "same within" that is still called the same.
        alpha: Rate of false decisions accepted, over all comparisons together.
    """

    margin: float = 0.01
    tolerance: float = 0.05
    alpha: float = 0.05


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the comparison of one pair says.

    Attributes:
        pair: The two groups.
        base: Mean of the base, in the unit of the groups.
        other: Mean of the candidate.
        ratio: other / base; None where the base is not above 0.
        interval: Of the ratio, or why there is none.
        p: Two-sided, adjusted by Holm over all comparisons; None where nothing was tested.
        effect: Rank effect, above 0.5 where the candidate is larger; None without rank test.
        n: Repetitions of base and candidate at ``level``.
        level: What was repeated: runs, values, prompts in pairs, or values behind a report.
        floor: Largest relative difference between equal runs (or halves of a run); None for none.
        verdict: In the field's words.
        within: For ``same``: by how much at most they differ, relative.
        needed: For ``undecided``: repetitions a side that would decide.
        reason: One sentence why.
    """

    pair: Pair
    base: float
    other: float
    ratio: float | None
    interval: IntervalOrReason
    p: float | None
    effect: float | None
    n: tuple[int, int]
    level: Level
    floor: float | None
    verdict: Word = "undecided"
    within: float | None = None
    needed: int | None = None
    reason: str = ""

    @property
    def repeated(self) -> bool:
        """Whether there were repetitions enough for an interval."""
        return not isinstance(self.interval, NoInterval)

    @property
    def regression(self) -> bool:
        """Whether it is decided that the candidate is worse."""
        return self.verdict in ("slower", "worse")


def decide(pairs: Sequence[Pair], limits: Limits) -> list[Outcome]:
    """Measure every pair, then judge them together, Holm's adjustment over all tests."""
    measured = [measure(pair, 1 - limits.alpha) for pair in pairs]
    tested = [one.p for one in measured if one.p is not None]
    adjusted = iter(holm(tested)) if tested else iter(())
    return [judge(one if one.p is None else replace(one, p=float(next(adjusted))), limits,
                  max(len(tested), 1)) for one in measured]


def measure(pair: Pair, level: float = 0.95) -> Outcome:
    """Effect, interval, test and noise floor of one pair, without a verdict."""
    a, b = pair.base, pair.other
    if _is_summary(a) or _is_summary(b):
        return _of_reports(pair, level)
    if pair.by_prompt:
        found = stats.compare_pairs(a.values, b.values, level=level)
        return _outcome(pair, a.values, b.values, found, "prompt", None)
    first, second, kind = _units(a, b)
    if min(len(first), len(second)) and min(first.mean(), second.mean()) > 0:
        found = stats.compare_samples(first, second, level=level)
        return _outcome(pair, first, second, found, kind, _floor(a, b))
    nothing = NoInterval("a mean is not above 0: a ratio has no meaning",
                         min(len(first), len(second)))
    return Outcome(pair, float(first.mean()), float(second.mean()), None, nothing, None, None,
                   (len(first), len(second)), kind, None)


def _is_summary(cell: Cell) -> bool:
    """Whether only a mean with its spread is known, not repetitions of it."""
    return cell.statistic == "mean" and len(cell.artifacts) < SPREAD_SMALLEST_N


def _outcome(pair: Pair, first: Floats, second: Floats, found: stats.Comparison, level: Level,
             floor: float | None) -> Outcome:
    testable = not isinstance(found.interval, NoInterval)
    return Outcome(pair, float(first.mean()), float(second.mean()), found.ratio, found.interval,
                   found.p_rank if testable else None, found.rank_effect, found.n, level, floor)


def _of_reports(pair: Pair, level: float) -> Outcome:
    """Compare by mean, spread and n, where at least one side has nothing else."""
    ours, theirs = _report(pair.base), _report(pair.other)
    base, other = float(pair.base.values.mean()), float(pair.other.values.mean())
    n = (ours.n if ours else 0, theirs.n if theirs else 0)
    ratio = other / base if base > 0 else None
    found = ratio_of_reported(ours, theirs, level) if ours and theirs else None
    if found is not None and ours and theirs:
        return Outcome(pair, ours.mean, theirs.mean, theirs.mean / ours.mean, found[0], found[1],
                       None, n, "reported", None)
    lacking = " and ".join(name for name, one in (("base", ours), ("candidate", theirs))
                           if one is None)
    reason = f"{lacking}: a mean without its spread or its n" if lacking else \
        "n is under 3, a mean is not above 0, or there is no spread"
    return Outcome(pair, base, other, ratio, NoInterval(reason, min(n)), None, None, n,
                   "reported", None)


def _report(cell: Cell) -> Reported | None:
    if cell.statistic == "mean":
        return cell.reported
    if len(cell.values) < SPREAD_SMALLEST_N:
        return None
    found = moments(one_group(cell.values))
    return Reported(float(found.mean[0]), float(found.std[0]), len(cell.values))


def _units(a: Cell, b: Cell) -> tuple[Floats, Floats, Level]:
    """Repetitions at the highest level of which both sides have at least three.

    Values of one run share its start, its caches and its clock; where runs are repeated the
    run means are compared, else the values themselves.
    """
    for codes in ((a.artifact, b.artifact), (a.outer, b.outer)):
        counts = [len(set(one.tolist())) for one in codes]
        nested = counts[0] < len(a.values) or counts[1] < len(b.values)
        if min(counts) >= SPREAD_SMALLEST_N and nested:
            return _means(a.values, codes[0]), _means(b.values, codes[1]), "run"
    several = max(len(a.artifacts), len(b.artifacts)) > 1 and \
        len(a.artifacts) == len(a.values) and len(b.artifacts) == len(b.values)
    return a.values, b.values, "run" if several else "value"


def _means(values: Floats, codes: Ints) -> Floats:
    _, dense = np.unique(codes, return_inverse=True)
    return np.asarray(np.bincount(dense, values) / np.bincount(dense), np.float64)


def _floor(a: Cell, b: Cell) -> float | None:
    """Largest relative difference between equal things: A/A, on each side by itself.

    Between the runs of a side where it has two or more with several values each, else between
    the first and the second half of its values.
    """
    found = [one for cell in (a, b) if (one := _largest_gap(cell)) is not None]
    return max(found) if found else None


def _largest_gap(cell: Cell) -> float | None:
    codes = cell.artifact if len(cell.artifacts) > 1 else cell.outer
    runs = len(set(codes.tolist()))
    if runs == 1 and len(cell.values) >= 2 * SPREAD_SMALLEST_N:
        codes = (np.arange(len(cell.values)) >= len(cell.values) // 2).astype(np.int64)
    elif runs != 2 or len(cell.values) < 2 * SPREAD_SMALLEST_N:
        return None  # three runs or more are compared as runs: their spread is in the interval
    means = _means(cell.values, codes)
    return float(means.max() / means.min() - 1) if means.min() > 0 else None


def judge(one: Outcome, limits: Limits, tests: int = 1) -> Outcome:
    """Give the verdict.

    A difference is decided where ``stats.verdict`` decides it and it is larger than the noise
    floor; "same" is said where the interval lies within the margin, or holds 1 and lies within
    the tolerance or the noise floor.
    """
    interval = one.interval
    if isinstance(interval, NoInterval):
        return replace(one, needed=_needed(one, limits, tests), reason=interval.reason)
    # A reported mean has no ranks: its t test stands for both conditions.
    effect = one.effect if one.level != "reported" else float((one.ratio or 0) > 1)
    word, reason = stats.verdict(interval, one.p, effect, margin=limits.margin,
                                 alpha=limits.alpha)
    if one.level == "reported":
        reason = reason.replace("rank test", "adjusted test")
    bound = max(interval.high - 1, 1 / interval.low - 1)
    if word in ("greater", "less"):
        if one.floor is not None and max(one.ratio or 0, 1 / (one.ratio or 1)) - 1 <= one.floor:
            return replace(one, needed=ENOUGH_RUNS, reason=(
                f"within the noise floor, as equal things differ by {one.floor:.1%}; repeat "
                "whole runs"))
        return replace(one, verdict=in_words(one.pair.base.metric, more=word == "greater"),
                       reason=reason)
    widest = max(limits.tolerance, min(one.floor or 0.0, MOST_FLOOR))
    if word == "equivalent" or (interval.low <= 1 <= interval.high and bound <= widest):
        return replace(one, verdict="same", within=bound,
                       reason=f"the whole interval is within {bound:.1%} of no change")
    return replace(one, reason=reason, needed=_needed(one, limits, tests))


def in_words(metric: str, *, more: bool) -> Word:
    """A larger or smaller mean in the field's words."""
    known = BY_NAME[metric]
    if known.better == "neither":
        return "higher" if more else "lower"
    good = more == (known.better == "higher")
    if known.unit in _SPEEDS:
        return "faster" if good else "slower"
    return "better" if good else "worse"


def cv_of(one: Outcome) -> float | None:
    """CV of one repetition, pooled over both sides; of the ratios where prompts are paired."""
    a, b = one.pair.base, one.pair.other
    if one.level == "prompt":
        logs = np.log(b.values / a.values) if min(a.values.min(), b.values.min()) > 0 else a.values
        return float(np.std(logs, ddof=1) / math.sqrt(2)) if len(logs) > 2 else None
    if one.level == "reported":
        found = [one.std / one.mean for one in (_report(a), _report(b)) if one and one.mean > 0]
    else:
        first, second, _ = _units(a, b)
        found = [float(np.std(part, ddof=1) / part.mean()) for part in (first, second)
                 if len(part) >= SPREAD_SMALLEST_N and part.mean() > 0]
    return math.sqrt(sum(part**2 for part in found) / len(found)) if found else None


def _needed(one: Outcome, limits: Limits, tests: int) -> int | None:
    """Repetitions a side that would decide the difference seen, or show that there is none."""
    if one.ratio is None or one.ratio <= 0:
        return None
    cv = cv_of(one)
    cv = ASSUMED_CV if cv is None else max(cv, 1e-4)
    alpha = limits.alpha / tests
    if max(one.ratio, 1 / one.ratio) - 1 <= limits.margin:
        n = stats.smallest_n_to_equate(cv, limits.tolerance, alpha=limits.alpha)
    else:
        n = stats.smallest_n_to_decide(cv, one.ratio - 1, alpha=alpha)
    # More of the same is asked for where the formula finds enough: the tests did not agree.
    return max(n, math.ceil(1.5 * max(one.n))) if n <= _MOST_N else None

"""Measure how often comparisons decide, rightly and wrongly: docs/statistics.md has it.

    python -m baseline_collector.stats.simulate

Deterministic; prints Markdown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from baseline_collector.stats.compare import (
    compare_pairs,
    ratios_of_means,
    smallest_n_to_decide,
    smallest_n_to_equate,
    verdict,
)
from baseline_collector.stats.distributions import incomplete_beta
from baseline_collector.stats.intervals import Interval
from baseline_collector.stats.ranks import holm, mann_whitney
from baseline_collector.stats.samples import FloatArray, Groups, group_by_starts

SEED = 11
TRIALS = 2_000
RATIO_TRIALS = 20_000

Draw = Callable[[np.random.Generator, tuple[int, int]], FloatArray]


@dataclass(frozen=True, slots=True)
class Decided:
    """How many of `trials` comparisons ended in "greater" or "less"."""

    decided: int
    trials: int

    @property
    def rate(self) -> float:
        """Share decided."""
        return self.decided / self.trials

    @property
    def upper(self) -> float:
        """Upper end of the two-sided 95 % Clopper-Pearson interval of the rate."""
        low, high = self.rate, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            # P(X <= k | p) is the incomplete beta function of 1 - p.
            tail = incomplete_beta(self.trials - self.decided, self.decided + 1, 1 - middle)
            low, high = (middle, high) if float(tail) > 0.025 else (low, middle)
        return high


def normal(mean: float, cv: float) -> Draw:
    """Return a source of normal samples."""
    return lambda rng, size: rng.normal(mean, cv * mean, size)


def lognormal(sigma: float) -> Draw:
    """Return a source of lognormal samples."""
    return lambda rng, size: rng.lognormal(0, sigma, size)


def decisions(
    base: Draw,
    other: Draw,
    n: tuple[int, int],
    *,
    margin: float = 0.01,
    trials: int = TRIALS,
    seed: int = SEED,
) -> Decided:
    """Count how many simulated comparisons of independent samples are decided."""
    rng = np.random.default_rng([seed, *n])
    first, second = base(rng, (trials, n[0])), other(rng, (trials, n[1]))
    ratios = ratios_of_means(_rows(first), _rows(second))
    decided = 0
    for low, high, a, b in zip(ratios.low, ratios.high, first, second, strict=True):
        interval = Interval(float(low), float(high), 0.95, "Welch t widened by Hall", min(n))
        test = mann_whitney(a, b)
        word, _ = verdict(interval, test.p_value, test.effect, margin=margin)
        decided += word in ("greater", "less")
    return Decided(decided, trials)


def _rows(samples: FloatArray) -> Groups:
    return group_by_starts(samples.ravel(), np.arange(0, samples.size, samples.shape[1]))


def familywise(draw: Draw, n: int, family: int = 20, *, trials: int = TRIALS, seed: int = SEED
               ) -> Decided:
    """Count how many simulated reports of several comparisons decide any of them, wrongly.

    Nothing differs; p-values are adjusted by Holm within each report of `family` comparisons.
    """
    rng = np.random.default_rng([seed, n, family])
    wrong = 0
    for _ in range(trials):
        first, second = draw(rng, (family, n)), draw(rng, (family, n))
        ratios = ratios_of_means(_rows(first), _rows(second))
        tests = [mann_whitney(a, b) for a, b in zip(first, second, strict=True)]
        adjusted = holm([test.p_value for test in tests])
        words = [
            verdict(Interval(float(low), float(high), 0.95, "Welch t widened by Hall", n),
                    float(p), test.effect, margin=0.01)[0]
            for low, high, p, test in zip(ratios.low, ratios.high, adjusted, tests, strict=True)]
        wrong += any(word in ("greater", "less") for word in words)
    return Decided(wrong, trials)


def equated(cv: float, margin: float, n: int, *, trials: int = TRIALS, seed: int = SEED
            ) -> Decided:
    """Count how many simulated comparisons of equals end inside the margin."""
    rng = np.random.default_rng([seed, n, 3])
    draw = normal(1, cv)
    ratios = ratios_of_means(_rows(draw(rng, (trials, n))), _rows(draw(rng, (trials, n))))
    inside = (ratios.low >= 1 / (1 + margin)) & (ratios.high <= 1 + margin)
    return Decided(int(np.count_nonzero(inside)), trials)


def paired_decisions(
    shift: float, noise: float, n: int, *, trials: int = TRIALS, seed: int = SEED
) -> Decided:
    """Count how many simulated paired comparisons are decided; pairs differ widely."""
    rng = np.random.default_rng([seed, n, 1])
    base = rng.lognormal(0, 0.5, (trials, n))
    other = base * (1 + shift) * rng.normal(1, noise, (trials, n))
    words = [compare_pairs(a, b).verdict for a, b in zip(base, other, strict=True)]
    return Decided(sum(word in ("greater", "less") for word in words), trials)


def ratio_coverage(
    base: Draw, other: Draw, truth: float, n: tuple[int, int], trials: int = RATIO_TRIALS
) -> float:
    """Return how often the interval of the ratio of means holds the truth."""
    rng = np.random.default_rng([SEED, *n, 2])
    a, b = base(rng, (trials, n[0])), other(rng, (trials, n[1]))
    result = ratios_of_means(_rows(a), _rows(b))
    return float(np.mean((result.low <= truth) & (truth <= result.high)))


def lines() -> Iterator[str]:
    """Yield the tables as lines of Markdown."""
    yield "| no difference (A/A), margin 1 % | n | decided, wrongly | upper 95 % |"
    yield "|---|---:|---:|---:|"
    for name, draw in (
        ("normal, CV 2 %", normal(1, 0.02)),
        ("normal, CV 10 %", normal(1, 0.1)),
        ("lognormal, sigma 1", lognormal(1.0)),
    ):
        for n in ((5, 5), (10, 10), (20, 20), (10, 40)):
            d = decisions(draw, draw, n)
            yield f"| {name} | {n[0]} and {n[1]} | {_percent(d.rate)} | {_percent(d.upper)} |"
    d = paired_decisions(0.0, 0.02, 20)
    yield f"| pairs, noise 2 % | 20 | {_percent(d.rate)} | {_percent(d.upper)} |"
    yield ""
    yield "| no difference, reports of 20 comparisons | n | any decided, wrongly | upper 95 % |"
    yield "|---|---:|---:|---:|"
    for name, draw in (("normal, CV 2 %", normal(1, 0.02)), ("lognormal, sigma 1", lognormal(1))):
        for each in (10, 30):
            d = familywise(draw, each)
            yield f"| {name} | {each} and {each} | {_percent(d.rate)} | {_percent(d.upper)} |"
    yield ""
    yield "| difference | CV | n each | decided |"
    yield "|---|---:|---:|---:|"
    d = decisions(normal(1, 0.02), normal(1.05, 0.02), (20, 20))
    yield f"| 5 % | 2 % | 20 | {_percent(d.rate)} |"
    d = paired_decisions(0.05, 0.02, 20)
    yield f"| 5 %, pairs | 2 % | 20 | {_percent(d.rate)} |"
    for effect, cv in ((0.05, 0.02), (0.05, 0.05), (0.02, 0.02), (0.10, 0.10), (-0.10, 0.10)):
        size = smallest_n_to_decide(cv, effect)
        d = decisions(normal(1, cv), normal(1 + effect, cv), (size, size), margin=0.0)
        planned = f"{size} (as planned for 90 %)"
        yield f"| {100 * effect:.0f} % | {100 * cv:.0f} % | {planned} | {_percent(d.rate)} |"
    yield ""
    yield "| no difference, to be shown within | CV | n each | shown |"
    yield "|---|---:|---:|---:|"
    for margin, cv in ((0.05, 0.02), (0.05, 0.05), (0.02, 0.02), (0.05, 0.10)):
        size = smallest_n_to_equate(cv, margin)
        d = equated(cv, margin, size)
        planned = f"{size} (as planned for 90 %)"
        yield f"| {100 * margin:.0f} % | {100 * cv:.0f} % | {planned} | {_percent(d.rate)} |"
    yield ""
    yield "| ratio of means | n | interval held |"
    yield "|---|---:|---:|"
    for name, base, other, truth in (
        ("normal, CV 2 %, by 1.05", normal(1, 0.02), normal(1.05, 0.02), 1.05),
        ("lognormal, sigma 1, both", lognormal(1.0), lognormal(1.0), 1.0),
        ("normal and lognormal, sigma 1", normal(1, 0.1), lognormal(1.0), float(np.exp(0.5))),
    ):
        for n in ((5, 5), (10, 10), (20, 20), (10, 40)):
            held = ratio_coverage(base, other, truth, n)
            yield f"| {name} | {n[0]} and {n[1]} | {_percent(held)} |"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


if __name__ == "__main__":
    for line in lines():
        print(line)

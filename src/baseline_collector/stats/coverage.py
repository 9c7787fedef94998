"""Measure how often the 95 % intervals hold the truth: the table in docs/statistics.md.

    python -m baseline_collector.stats.coverage

Deterministic; prints Markdown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from baseline_collector.stats.bootstrap import (
    BCA_SMALLEST_N,
    bootstrap_interval,
    bootstrap_rate_interval,
)
from baseline_collector.stats.distributions import normal_quantile
from baseline_collector.stats.intervals import (
    Interval,
    linearised_rate,
    mean_intervals,
    median_interval,
    quantile_interval,
)
from baseline_collector.stats.samples import FloatArray, group_by_starts

SEED = 7
SAMPLES = 20_000
BOOTSTRAP_SAMPLES = 600
BOOTSTRAP_RESAMPLES = 1_000
SIZES = (3, 5, 10, 30, 100)

Draw = Callable[[np.random.Generator, tuple[int, int]], FloatArray]


@dataclass(frozen=True, slots=True)
class Shape:
    """A distribution to draw from, with its true mean and median."""

    name: str
    draw: Draw
    mean: float
    median: float


def _two_modes(slow_share: float) -> Draw:
    def draw(rng: np.random.Generator, size: tuple[int, int]) -> FloatArray:
        slow = rng.random(size) < slow_share
        return np.asarray(np.where(slow, 20.0, 10.0) + rng.normal(0, 1, size), np.float64)

    return draw


SHAPES = (
    Shape("normal, CV 10 %", lambda rng, size: rng.normal(10, 1, size), 10.0, 10.0),
    Shape("lognormal, sigma 1", lambda rng, size: rng.lognormal(0, 1, size), math.exp(0.5), 1.0),
    Shape("bimodal, half and half", _two_modes(0.5), 15.0, 15.0),
    Shape("bimodal, one in ten slow", _two_modes(0.1), 11.0, 10.139710298882),
    Shape("exponential", lambda rng, size: rng.exponential(1, size), 1.0, math.log(2)),
    Shape("lognormal, sigma 2", lambda rng, size: rng.lognormal(0, 2, size), math.exp(2), 1.0),
)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one shape and n give, as shares of the samples.

    Attributes:
        shape: name of the distribution.
        n: values a sample.
        held: intervals that hold the truth, of those given.
        refused: samples given no interval.
        relative_width: median width over the true mean.
    """

    shape: str
    n: int
    held: float
    refused: float
    relative_width: float


def mean_coverage(shape: Shape, n: int, samples: int = SAMPLES, seed: int = SEED) -> Coverage:
    """Return the coverage of `mean_interval` for one shape and n, over `samples` draws."""
    rng = np.random.default_rng([seed, n, len(shape.name)])
    drawn = shape.draw(rng, (samples, n))
    result = mean_intervals(group_by_starts(drawn.ravel(), np.arange(0, samples * n, n)))
    given = result.reason == ""
    if not bool(np.any(given)):
        return Coverage(shape.name, n, math.nan, 1.0, math.nan)
    held = (result.low[given] <= shape.mean) & (shape.mean <= result.high[given])
    width = (result.high[given] - result.low[given]) / shape.mean
    return Coverage(
        shape.name, n, float(np.mean(held)), 1 - float(np.mean(given)), float(np.median(width))
    )


def _single_coverage(
    shape: Shape, n: int, truth: float, method: Callable[[FloatArray], object], samples: int
) -> float:
    rng = np.random.default_rng([SEED, n, len(shape.name), 1])
    return _share_holding(map(method, shape.draw(rng, (samples, n))), truth)


def bca_coverage(shape: Shape, n: int) -> float:
    """Return the coverage of the BCa interval for the mean, for comparison."""
    return _single_coverage(
        shape,
        n,
        shape.mean,
        lambda row: bootstrap_interval(row, resamples=BOOTSTRAP_RESAMPLES),
        BOOTSTRAP_SAMPLES,
    )


def median_coverage(shape: Shape, n: int) -> float:
    """Return the coverage of the order-statistic interval for the median."""
    return _single_coverage(shape, n, shape.median, median_interval, 2_000)


def rate_coverage(noise: float, n: int, samples: int = 8_000) -> tuple[float, float]:
    """Return the coverage of the closed form and of BCa for total over total.

    The durations are lognormal with sigma 0.5; each rate is 10 times a lognormal factor
    of mean 1 and CV `noise`, independent of the duration.
    """
    rng = np.random.default_rng([SEED, n, int(100 * noise), 2])
    sigma = math.sqrt(math.log1p(noise**2))
    seconds = rng.lognormal(0, 0.5, (samples, n))
    tokens = seconds * 10 * rng.lognormal(-(sigma**2) / 2, sigma, (samples, n))
    pairs = list(zip(tokens, seconds, strict=True))
    linear = np.concatenate([linearised_rate(y, x) for y, x in pairs])
    many = mean_intervals(group_by_starts(linear, np.arange(0, linear.size, n)))
    given = many.reason == ""
    held = (many.low[given] <= 10.0) & (many.high[given] >= 10.0)
    resampled = [
        bootstrap_rate_interval(y, x, resamples=BOOTSTRAP_RESAMPLES)
        for y, x in pairs[:BOOTSTRAP_SAMPLES]
    ]
    return float(np.mean(held)), _share_holding(resampled, 10.0)


def quantile_coverage(q: float, n: int, samples: int = 2_000) -> tuple[float, float]:
    """Return the coverage of the order-statistic interval, and the share given none."""
    rng = np.random.default_rng([SEED, n, int(100 * q), 3])
    found = [quantile_interval(row, q) for row in rng.lognormal(0, 1, (samples, n))]
    given = sum(isinstance(one, Interval) for one in found)
    return _share_holding(found, math.exp(normal_quantile(q))), 1 - given / samples


def _share_holding(found: Iterable[object], truth: float) -> float:
    held = [one.low <= truth <= one.high for one in found if isinstance(one, Interval)]
    return sum(held) / len(held) if held else math.nan


def lines() -> Iterator[str]:
    """Yield the table as lines of Markdown."""
    yield "| shape | n | held | no interval | wrong, of all | width / mean | BCa: held | median |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for shape in SHAPES:
        for n in SIZES:
            c = mean_coverage(shape, n)
            bca = bca_coverage(shape, n) if n >= BCA_SMALLEST_N else math.nan
            yield (
                f"| {c.shape} | {n} | {_percent(c.held)} | {_percent(c.refused)} "
                f"| {_percent((1 - c.held) * (1 - c.refused))} "
                f"| {c.relative_width:.2f} | {_percent(bca)} "
                f"| {_percent(median_coverage(shape, n))} |"
            )
    yield ""
    yield "| total over total, requests of very different length | n | held | BCa: held |"
    yield "|---|---:|---:|---:|"
    for noise in (0.1, 0.5):
        for n in SIZES:
            held, bca = rate_coverage(noise, n)
            yield f"| rate CV {100 * noise:.0f} % | {n} | {_percent(held)} | {_percent(bca)} |"
    yield ""
    yield "| quantile of a lognormal | n | held | no interval |"
    yield "|---|---:|---:|---:|"
    for q, n in ((0.5, 6), (0.9, 29), (0.95, 59), (0.99, 299), (0.99, 1_000)):
        share, refused = quantile_coverage(q, n)
        yield f"| p{100 * q:g} | {n} | {_percent(share)} | {_percent(refused)} |"


def _percent(share: float) -> str:
    return "none" if math.isnan(share) else f"{100 * share:.1f} %"


if __name__ == "__main__":
    for line in lines():
        print(line)

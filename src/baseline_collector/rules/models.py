"""Rule about models: which of those that one file measured alike is faster, and by how much."""

from __future__ import annotations

from collections import defaultdict

from baseline_collector.evidence.book import Book
from baseline_collector.evidence.rule import Evidence, Rule
from baseline_collector.evidence.summaries import Summary
from baseline_collector.model import Interval
from baseline_collector.stats.compare import ratio_of_means
from baseline_collector.stats.intervals import Interval as StatsInterval

_SMALLEST = 3
_ALIKE = ("engine", "device", "definition", "unit", "setup")


def models_compared(evidence: Evidence) -> None:
    """Models or quantizations that one file measured under the same settings."""
    found: dict[tuple[object, ...], dict[str, Summary]] = defaultdict(dict)
    for one in evidence.of_metric("output_throughput"):
        group = one.group
        model = group.name("model")
        if (
            group.cold
            or model is None
            or group.n < _SMALLEST
            or len(group.artifacts) != 1
            or group.name("statistic") != "sample"
        ):
            continue
        label = (
            group.artifacts[0],
            str(group.settings),
            *(group.name(name) for name in _ALIKE),
            *sorted(map(str, group.prompts)),
        )
        found[label].setdefault(model, one)
    for members in found.values():
        if len(members) > 1:
            _compared(evidence.book, list(members.values()))


def _compared(book: Book, members: list[Summary]) -> None:
    """Enter the finding of one file: every model, fastest first, the ends compared."""
    ordered = sorted(members, key=lambda one: (-one.estimate, str(one.group.name("model"))))
    best, worst = ordered[0], ordered[-1]
    file = book.name("artifact", best.group.artifacts[0])
    ratio, interval = ratio_of_means(worst.group.values, best.group.values)
    if ratio is None or worst.estimate <= 0:
        return
    span = (
        Interval(interval.low, interval.high, interval.level, str(interval.method))
        if isinstance(interval, StatsInterval)
        else None
    )
    high, low = (book.facts[one.location] for one in (best, worst))
    names = [book.name("model", str(one.group.name("model"))) for one in ordered]
    factor = book.fact(
        f"Throughput of {names[0]} against {names[-1]} in {file}, as a ratio: {{}}",
        best.estimate / worst.estimate,
        statistic="ratio",
        metric=None,
        n=min(best.group.n, worst.group.n),
        interval=span if _holds(span, best, worst) else None,
        estimator="estimate of the fastest / estimate of the slowest",
        topic="performance",
        weight=400.0,
        scope={"artifact": best.group.artifacts[0]},
        sources=best.group.sources() + worst.group.sources(),
        sql=f"SELECT ({high.sql}) / ({low.sql})",
    )
    listed = ", ".join(
        f"{name} {{{one.location}}}" for name, one in zip(names, ordered, strict=True)
    )
    apart = span is not None and span.low > 1
    told = (
        ""
        if apart
        else "; the interval of the ratio does not exclude one, so they are not told apart"
    )
    book.finding(
        "models",
        "notice",
        f"Output throughput by model in {file}, fastest first: {listed}; "
        f"{names[0]} runs at {{{factor}}} times the rate of {names[-1]}{told}.",
        [*(one.location for one in ordered), factor],
        "Weigh the speed of a smaller or more quantized model against its quality, which "
        "this file does not measure."
        if apart
        else "",
        "performance",
    )


def _holds(span: Interval | None, best: Summary, worst: Summary) -> bool:
    return span is not None and span.low <= best.estimate / worst.estimate <= span.high


RULES = (
    Rule(
        "models",
        "Models and quantizations side by side",
        "notice",
        "Kalibera & Jones 2013",
        "three warm calls of each of two models in one file",
        models_compared,
    ),
)

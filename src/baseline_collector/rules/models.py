"""Rule about models: which of those that one file measured alike is faster, and by how much."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from baseline_collector.evidence.arrays import Floats
from baseline_collector.evidence.book import Book, quoted
from baseline_collector.evidence.groups import Group
from baseline_collector.evidence.rule import Evidence, Rule
from baseline_collector.evidence.summaries import Summary
from baseline_collector.model import Interval
from baseline_collector.stats.compare import ratio_of_means
from baseline_collector.stats.intervals import Interval as StatsInterval

_SMALLEST = 3
_ALIKE = ("engine", "device", "definition", "unit", "setup")


@dataclass(frozen=True, slots=True)
class Side:
    """One model of a comparison: its values, the fact that estimates them, and over what."""

    model: str
    group: Group
    values: Floats
    fact: str
    estimate: float
    over: str = ""


_OVER = ", means of rates over the prompts that every model answered warm"


def models_compared(evidence: Evidence) -> None:
    """Models or quantizations that one file measured under the same settings."""
    found: dict[tuple[object, ...], dict[str, Summary]] = defaultdict(dict)
    for one in evidence.of_metric("output_throughput"):
        group = one.group
        model = group.name("model")
        if (group.cold or model is None or group.n < _SMALLEST or len(group.artifacts) != 1
                or group.name("statistic") != "sample"):
            continue
        subject = () if group.suite else tuple(sorted(map(str, group.prompts)))
        label = (group.artifacts[0], str(group.settings), group.suite,
                 *(group.name(name) for name in _ALIKE), *subject)
        found[label].setdefault(model, one)
    for members in found.values():
        sides = _sides(evidence.book, members)
        if len(sides) > 1:
            _compared(evidence.book, sides)


def _sides(book: Book, members: dict[str, Summary]) -> list[Side]:
    """The models of one file, over the prompts that all of them answered."""
    asked = [set(one.group.prompts) for one in members.values()]
    common = set.intersection(*asked)
    if len(members) < 2 or all(prompts == common for prompts in asked):
        return [Side(model, one.group, one.group.values, one.location, one.estimate)
                for model, one in members.items()]
    sides = [_over(book, model, one.group, common) for model, one in members.items()]
    return sides if all(len(side.values) >= _SMALLEST for side in sides) else []


def _over(book: Book, model: str, group: Group, common: set[str | None]) -> Side:
    """One model over some of its prompts."""
    column = group.frame.column("prompt")
    kept = np.array([column.at(int(row)) in common for row in group.rows], bool)
    values = group.values[kept]
    if len(values) < _SMALLEST:
        return Side(model, group, values, "", 0.0)
    listed = ", ".join(quoted(name) for name in sorted(filter(None, common)))
    fact = book.fact(
        f"Mean output throughput of {book.name('model', model)} in "
        f"{book.name('artifact', group.artifacts[0])} over the prompts that every model answered "
        "warm: {}", float(values.mean()), statistic="mean", unit=group.name("unit"),
        metric="output_throughput", n=len(values), scope=group.scope(), weight=-1.0,
        estimator="arithmetic mean over the common prompts",
        sources=group.frame.sources(group.rows[kept]),
        sql=f"SELECT avg(value) FROM measurements WHERE {group.where()} AND prompt IN ({listed})")
    return Side(model, group, values, fact, float(values.mean()), _OVER)


def _compared(book: Book, sides: list[Side]) -> None:
    """Enter the finding of one file: every model, fastest first, the ends compared."""
    ordered = sorted(sides, key=lambda one: (-one.estimate, one.model))
    best, worst = ordered[0], ordered[-1]
    file = book.name("artifact", best.group.artifacts[0])
    ratio, interval = ratio_of_means(worst.values, best.values)
    if ratio is None or worst.estimate <= 0:
        return
    span = (Interval(interval.low, interval.high, interval.level, str(interval.method))
            if isinstance(interval, StatsInterval) else None)
    high, low = (book.facts.of(one.fact) for one in (best, worst))
    names = [book.name("model", one.model) for one in ordered]
    factor = book.fact(
        f"Throughput of {names[0]} against {names[-1]} in {file}, as a ratio: {{}}",
        best.estimate / worst.estimate, statistic="ratio", topic="performance", weight=400.0,
        n=min(len(best.values), len(worst.values)),
        interval=span if _holds(span, best, worst) else None,
        estimator="estimate of the fastest / estimate of the slowest",
        scope={"artifact": best.group.artifacts[0]},
        sources=best.group.sources() + worst.group.sources(),
        sql=f"SELECT ({high.sql}) / ({low.sql})")
    listed = ", ".join(f"{name} {{{one.fact}}}" for name, one in zip(names, ordered, strict=True))
    apart = span is not None and span.low > 1
    told = "" if apart else (
        "; the interval of the ratio does not exclude one, so they are not told apart")
    book.finding(
        "models", "notice",
        f"Output throughput by model in {file}{best.over}, in falling order: {listed}; "
        f"{names[0]} runs at {{{factor}}} times the rate of {names[-1]}{told}.",
        [*(one.fact for one in ordered), factor],
        f"Weigh the {{{factor}}} times higher rate of {names[0]} against its quality, which {file} "
        "does not measure." if apart else "", "performance",
        best.estimate / worst.estimate - 1.0 if apart else None)


def _holds(span: Interval | None, best: Side, worst: Side) -> bool:
    return span is not None and span.low <= best.estimate / worst.estimate <= span.high


RULES = (
    Rule("models", "Models and quantizations side by side", "notice", "Kalibera & Jones 2013",
         "three warm calls of each of two models in one file",
         "the models of one file by throughput over common prompts, and whether the ends differ",
         "weigh speed against quality", models_compared),
)

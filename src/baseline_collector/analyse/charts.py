"""What the pictures show: throughput, first tokens cold and warm, compile against run time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from baseline_collector.evidence.frame import Group, configuration
from baseline_collector.evidence.summaries import Summary
from baseline_collector.model import Bar, Chart, Point

_SWEEP = 6
_PAIRS = 12


def charts(summaries: Sequence[Summary]) -> tuple[Chart, ...]:
    """Build the charts for which there is data."""
    found = (_throughput(summaries), _first_token(summaries), _compile(summaries))
    return tuple(chart for chart in found if chart.bars)


def _of(summaries: Sequence[Summary], metric: str) -> list[Summary]:
    return [one for one in summaries if one.group.name("metric") == metric]


def _points(group: Group, series: str = "") -> tuple[Point, ...]:
    return tuple(Point(float(value), source, series)
                 for value, source in zip(group.values, group.sources(), strict=False))


def _bar(one: Summary, label: str, series: str) -> Bar:
    interval = one.interval
    return Bar(label, series, _points(one.group), one.estimate if one.group.n > 1 else None,
               interval.low if interval else None, interval.high if interval else None,
               one.location)


def _label(group: Group, with_settings: bool = True) -> str:
    artifact = group.artifacts[0].rsplit("/", 1)[-1] if len(group.artifacts) == 1 else ""
    settings = configuration(group.settings) if with_settings and group.settings else ""
    parts = (group.name("model"), settings or artifact)
    return " · ".join(part for part in parts if part) or artifact


def _throughput(summaries: Sequence[Summary]) -> Chart:
    """One bar a group; a sweep of single values is one bar with its points."""
    sweeps: dict[tuple[str | None, str], list[Summary]] = defaultdict(list)
    bars = []
    for one in _of(summaries, "output_throughput"):
        group = one.group
        if group.cold or group.name("unit") != "tok/s":
            continue
        if group.n == 1 and len(group.artifacts) == 1 and group.settings:
            sweeps[group.name("model"), group.artifacts[0]].append(one)
        else:
            bars.append(_bar(one, _label(group), "warm" if group.name("phase") else ""))
    for (model, artifact), members in sweeps.items():
        if len(members) < _SWEEP:
            bars += [_bar(one, _label(one.group), "") for one in members]
            continue
        points = tuple(point for one in members for point in _points(one.group))
        file = artifact.rsplit("/", 1)[-1]
        bars.append(Bar(f"{model or file} · sweep in {file}", "sweep", points, None, None, None, ""))
    bars.sort(key=lambda bar: -float(np.median([point.value for point in bar.points])))
    return Chart("throughput", "Output throughput by model and configuration",
                 "output throughput", "tok/s", False, tuple(bars))


def _first_token(summaries: Sequence[Summary]) -> Chart:
    """Cold and warm calls of each model and file, two series."""
    pooled: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for one in _of(summaries, "time_to_first_token"):
        if one.group.name("phase") is not None:
            series = "cold" if one.group.cold else "warm"
            pooled[_label(one.group, with_settings=False), series].append(one.group)
    labels = dict.fromkeys(label for label, _ in pooled)
    bars = []
    for label in labels:
        for series in ("cold", "warm"):
            groups = pooled.get((label, series), [])
            points = tuple(point for group in groups for point in _points(group, series))
            if points:
                bars.append(Bar(label, series, points, None, None, None, ""))
    return Chart("first-token", "Time to first token, cold and warm", "time to first token", "s",
                 True, tuple(bars))


def _compile(summaries: Sequence[Summary]) -> Chart:
    """Compile time and mean iteration time of each backend, side by side, dearest first."""
    compiled, running = _by_backend(summaries, "compile_time"), _by_backend(
        summaries, "iteration_time")
    both = sorted(compiled.keys() & running.keys(),
                  key=lambda label: (-compiled[label].estimate, label))
    bars = []
    for label in both[:_PAIRS]:
        bars.append(_bar(compiled[label], label, "compile once"))
        bars.append(_bar(running[label], label, "one iteration"))
    return Chart("compile", "Compile time against run time", "duration", "s", True, tuple(bars))


def _by_backend(summaries: Sequence[Summary], metric: str) -> dict[str, Summary]:
    """Summaries of one metric by model, device, backend and file; zeros left out."""
    found: dict[str, Summary] = {}
    for one in _of(summaries, metric):
        backend = one.group.settings.get("backend")
        if backend and one.estimate > 0 and len(one.group.artifacts) == 1:
            file = one.group.artifacts[0].rsplit("/", 1)[-1]
            parts = (one.group.name("model"), one.group.name("device"), backend, file)
            found.setdefault(" · ".join(part for part in parts if part), one)
    return found

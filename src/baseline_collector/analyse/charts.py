"""What the pictures show: throughput, first tokens cold and warm, compile against run time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from baseline_collector.evidence.groups import Group
from baseline_collector.evidence.places import MOST_SOURCES
from baseline_collector.evidence.settings import configuration
from baseline_collector.evidence.summaries import Summaries, Summary
from baseline_collector.model import Bar, Chart, Point

_SWEEP = 6
_PAIRS = 12
_WIDEST = 1.5
_MOST = 40


def charts(summaries: Summaries) -> tuple[Chart, ...]:
    """Build the charts for which there is data."""
    found = (_throughput(summaries), _first_token(summaries), _compile(summaries))
    return tuple(chart for chart in found if chart.bars)


def _of(summaries: Summaries, metric: str) -> list[Summary]:
    return summaries.where(summaries.groups.where("metric", metric))


def _points(group: Group, series: str = "") -> tuple[Point, ...]:
    """Single values with their places; of many, as many as can be told apart, evenly spread."""
    at = np.unique(np.linspace(0, group.n - 1, min(group.n, MOST_SOURCES)).astype(np.int64))
    return tuple(Point(float(group.frame.value[row]), group.frame.source(row), series)
                 for row in group.rows[at].tolist())


def _bar(one: Summary, label: str, series: str) -> Bar:
    interval = one.interval
    return Bar(label, series, _points(one.group), one.estimate if one.group.n > 1 else None,
               interval.low if interval else None, interval.high if interval else None,
               one.location)


def _short(artifacts: Iterable[str]) -> dict[str, str]:
    """File names without their folders, as far as they differ without them."""
    names = sorted(set(artifacts))
    last = Counter(name.rsplit("/", 1)[-1] for name in names)
    return {name: name if last[name.rsplit("/", 1)[-1]] > 1 else name.rsplit("/", 1)[-1]
            for name in names}


def _files(summaries: Sequence[Summary]) -> dict[str, str]:
    return _short(name for one in summaries for name in one.group.artifacts)


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _subject(group: Group) -> str:
    """The one prompt or test of a group, else nothing."""
    names = [name for kind in (group.prompts, group.tests) if len(kind) == 1
             for name in kind if name]
    return _joined(*names)


def _throughput(summaries: Summaries) -> Chart:
    """One bar a group; a sweep of single values is one bar with its points."""
    members = [one for one in _of(summaries, "output_throughput")
               if not one.group.cold and one.group.name("unit") == "tok/s"]
    files = _files(members)
    sweeps: dict[tuple[str | None, str], list[Summary]] = defaultdict(list)
    bars = []
    for one in _fitting(members):
        group = one.group
        if group.n == 1 and len(group.artifacts) == 1 and group.settings:
            sweeps[group.name("model"), group.artifacts[0]].append(one)
        else:
            bars.append(_bar(one, _label(group, files), group.name("phase") or ""))
    for (model, artifact), alone in sweeps.items():
        if len(alone) < _SWEEP:
            bars += [_bar(one, _label(one.group, files), "") for one in alone]
            continue
        points = tuple(point for one in alone for point in _points(one.group))
        bars.append(Bar(f"{_joined(model or files[artifact])} · sweep in {files[artifact]}",
                        "sweep", points, None, None, None, ""))
    bars.sort(key=lambda bar: (-float(np.median([point.value for point in bar.points])),
                               bar.label, bar.series))
    return Chart("throughput", "Output throughput by model and configuration",
                 "output throughput", "tok/s", False, _legible(bars))


def _legible(bars: Sequence[Bar]) -> tuple[Bar, ...]:
    """Bars without intervals that dwarf every value: such a band would flatten all the rest.

    The interval still stands with its fact.
    """
    top = max((point.value for bar in bars for point in bar.points), default=0.0)
    return tuple(replace(bar, low=None, high=None)
                 if bar.high is not None and bar.high > _WIDEST * top else bar for bar in bars)


def _fitting(members: Sequence[Summary]) -> Sequence[Summary]:
    """All groups, or of many those without a prompt and of the prompt that most of them have."""
    asked = Counter(subject for one in members if (subject := _subject(one.group)))
    if len(members) <= _MOST or not asked:
        return members
    commonest = min(asked, key=lambda subject: (-asked[subject], subject))
    return [one for one in members if _subject(one.group) in ("", commonest)]


def _label(group: Group, files: Mapping[str, str]) -> str:
    file = files[group.artifacts[0]] if len(group.artifacts) == 1 else ""
    settings = configuration(group.settings) if group.settings else ""
    model = group.name("model")
    return _joined(model, settings or file, _subject(group)) or file


def _first_token(summaries: Summaries) -> Chart:
    """Calls of each model and file, a series a phase; the single points only."""
    members = [one for one in _of(summaries, "time_to_first_token")
               if one.group.name("phase") is not None]
    files = _files(members)
    pooled: dict[str, dict[str, list[Group]]] = defaultdict(lambda: defaultdict(list))
    for one in members:
        group = one.group
        file = files[group.artifacts[0]] if len(group.artifacts) == 1 else ""
        pooled[_joined(group.name("model"), file)][str(group.name("phase"))].append(group)
    bars = []
    for label, phases in pooled.items():
        for phase in sorted(phases, key=lambda name: (name != "warm", name != "cold", name)):
            points = tuple(point for group in phases[phase] for point in _points(group, phase)
                           if point.value > 0)
            if points:
                bars.append(Bar(label, phase, points, None, None, None, ""))
    return Chart("first-token", "Time to first token, cold and warm", "time to first token", "s",
                 True, tuple(bars))


def _compile(summaries: Summaries) -> Chart:
    """Compile time and mean iteration time of each backend, side by side, dearest first."""
    compiled, running = _by_backend(summaries, "compile_time"), _by_backend(
        summaries, "iteration_time")
    both = sorted(compiled.keys() & running.keys(),
                  key=lambda label: (-compiled[label].estimate, label))
    bars = []
    for label in both[:_PAIRS]:
        bars.append(_bar(compiled[label], label, "compile"))
        bars.append(_bar(running[label], label, "iteration"))
    return Chart("compile", "Compile time against run time", "duration", "s", True, tuple(bars))


def _by_backend(summaries: Summaries, metric: str) -> dict[str, Summary]:
    """Summaries of one metric by model, device, backend and file; zeros left out."""
    found: dict[str, Summary] = {}
    for one in _of(summaries, metric):
        backend = one.group.settings.get("backend")
        if backend and one.estimate > 0 and len(one.group.artifacts) == 1:
            file = one.group.artifacts[0].rsplit("/", 1)[-1]
            parts = (one.group.name("model"), one.group.name("device"), backend, file)
            found.setdefault(" · ".join(part for part in parts if part), one)
    return found

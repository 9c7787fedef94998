"""Rules about what can be had at most: the front of rate and first token, the knee of load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from baseline_collector.evidence.cite import cited, counted
from baseline_collector.evidence.groups import Group
from baseline_collector.evidence.rule import Evidence, Rule, Threshold, listed
from baseline_collector.evidence.settings import configuration, settings_of
from baseline_collector.evidence.summaries import Summary
from baseline_collector.rules.sweeping import NOT_FACTORS

_LOADS = ("concurrency", "request_rate", "max_concurrency", "num_users", "users", "parallel")


def pareto(evidence: Evidence) -> None:
    """Configurations that no other beats in both throughput and time to first token."""
    slow = {_label(one.group): one for one in evidence.of_metric("time_to_first_token")
            if _single_place(one.group)}
    found: dict[tuple[str, str], list[tuple[Summary, Summary]]] = {}
    for one in evidence.of_metric("output_throughput"):
        other = slow.get(_label(one.group)) if _single_place(one.group) else None
        if other is not None and one.estimate > 0 and other.estimate > 0:
            label = (one.group.artifacts[0], _asked(one.group))
            found.setdefault(label, []).append((one, other))
    for members in found.values():
        if len(members) >= 3:
            _front(evidence, members)


def _single_place(group: Group) -> bool:
    return (not group.cold and len(group.artifacts) == 1 and group.name("statistic") == "sample"
            and (bool(group.settings) or group.name("model") is not None))


def _asked(group: Group) -> str:
    return str([] if group.suite else (group.prompts, group.tests))


def _label(group: Group) -> tuple[object, ...]:
    return (*group.artifacts, *(group.name(name) for name in (
        "model", "quantization", "engine", "device", "phase")), str(group.settings), _asked(group))


def _front(evidence: Evidence, members: Sequence[tuple[Summary, Summary]]) -> None:
    """Enter the front of one file, where its ends are worth telling apart."""
    best = [pair for pair in members if not any(
        other[0].estimate >= pair[0].estimate and other[1].estimate <= pair[1].estimate
        and (other[0].estimate > pair[0].estimate or other[1].estimate < pair[1].estimate)
        for other in members)]
    best.sort(key=lambda pair: -pair[0].estimate)
    fast, early = best[0], best[-1]
    margin = 1 + evidence.limits["pareto.margin"]
    if (len(best) < 2 or fast[0].estimate < margin * early[0].estimate
            or fast[1].estimate < margin * early[1].estimate):
        return
    book = evidence.book
    file = book.name("artifact", fast[0].group.artifacts[0])
    count = counted(evidence, f"Configurations of {file} on the front of throughput and time to "
                    "first token: {}", len(best), of="front", topic="sweep",
                    estimator="configurations that no other beats in both, each by its first rate",
                    rows=[int(rate.group.rows[0]) for rate, _ in best],
                    scope={"artifact": fast[0].group.artifacts[0]})
    total = counted(evidence, f"Configurations of {file} with both: {{}}", len(members),
                    of="configurations with both", topic="sweep", weight=3.0,
                    estimator="configurations with throughput and time to first token, each by its "
                    "first rate", rows=[int(rate.group.rows[0]) for rate, _ in members],
                    scope={"artifact": fast[0].group.artifacts[0]})
    single = min(one.group.n for pair in (fast, early) for one in pair) < 3
    clauses = [f"{_named(evidence, pair[0].group)} reaches {{{pair[0].location}}} with a first "
               f"token after {{{pair[1].location}}}" for pair in (fast, early)]
    book.finding("pareto", "info",
                 f"{{{count}}} of {{{total}}} configurations in {file} lie on the front of "
                 f"throughput and time to first token: {'; '.join(clauses)}"
                 + ("; single values, so the front may be chance" if single else "") + ".",
                 [count, total, *(one.location for pair in (fast, early) for one in pair)],
                 "" if single else
                 f"Choose between {_named(evidence, fast[0].group)} and "
                 f"{_named(evidence, early[0].group)} by what matters more, rate or first token.",
                 "sweep")


def _named(evidence: Evidence, group: Group) -> str:
    text = configuration(group.settings) if group.settings else ""
    model = group.name("model")
    if not text:
        return evidence.book.name("model", str(model))
    of = f" of {evidence.book.name('model', model)}" if model else ""
    return evidence.book.name("configuration", text) + of


def saturation(evidence: Evidence) -> None:
    """Loads beyond which throughput stays flat while latency climbs."""
    for load, flows, waits in _load_series(evidence):
        _knee(evidence, load, flows, waits)


_FLOW = ("output_throughput", "request_throughput", "total_throughput", "throughput")
_WAIT = ("request_latency", "time_to_first_token")
Points = dict[float, list[int]]


def _load_series(evidence: Evidence) -> list[tuple[str, Points, Points]]:
    """Throughput and latency by load, of each file series, model and device."""
    frame = evidence.frame
    parameters = frame.column("parameters")
    loads: dict[int, tuple[str, float, str]] = {}
    for code, text in enumerate(parameters.names):
        settings = settings_of(text)
        name = next((key for key in _LOADS if key in settings), None)
        value = _number(settings.get(name, "")) if name else None
        if name and value is not None:
            others = {key: one for key, one in settings.items()
                      if key != name and key not in NOT_FACTORS}
            loads[code] = (name, value, str(others))
    if len({value for _, value, _ in loads.values()}) < 3:
        return []
    statistic = frame.column("statistic")
    rows = np.flatnonzero(frame.counted & np.isin(parameters.codes, list(loads))
                          & frame.column("metric").where(*_FLOW, *_WAIT)
                          & statistic.where("sample", "mean", "p50"))
    found: dict[tuple[object, ...], dict[tuple[str, str], Points]] = {}
    for row in rows.tolist():
        name, value, rest = loads[int(parameters.codes[row])]
        label = (int(frame.series[row]), *(frame.column(column).at(row) for column in
                                           ("model", "quantization", "engine", "device")),
                 name, rest)
        what = (str(frame.column("metric").at(row)), str(statistic.at(row)))
        found.setdefault(label, {}).setdefault(what, {}).setdefault(value, []).append(row)
    series = []
    for where, metrics in found.items():
        flow = _first(metrics, _FLOW)
        wait = _first(metrics, _WAIT)
        if flow and wait:
            shared = sorted(flow.keys() & wait.keys())
            if len(shared) >= 3:
                series.append((str(where[-2]), {at: flow[at] for at in shared},
                               {at: wait[at] for at in shared}))
    return series


def _first(metrics: Mapping[tuple[str, str], Points], wanted: Sequence[str]) -> Points | None:
    for metric in wanted:
        for statistic in ("mean", "sample", "p50"):
            points = metrics.get((metric, statistic))
            if points and len(points) >= 3:
                return points
    return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) and value > 0 else None


def _knee(evidence: Evidence, load: str, flows: Points, waits: Points) -> None:
    """Enter the finding of the first load beyond which throughput is flat and latency climbs."""
    frame, book, limits = evidence.frame, evidence.book, evidence.limits
    steps = sorted(flows)
    flow = [float(frame.value[flows[at]].mean()) for at in steps]
    wait = [float(frame.value[waits[at]].mean()) for at in steps]
    last = len(steps) - 1
    for at in range(last):
        rise = flow[last] / flow[at] - 1 if flow[at] > 0 else 1.0
        if (steps[last] >= 1.5 * steps[at] and rise < limits["saturation.gain"]
                and wait[last] >= (1 + limits["saturation.climb"]) * wait[at]):
            break
    else:
        return
    file = listed(book, "artifact", sorted({str(frame.column("artifact").at(row))
                                            for one in (flows, waits) for rows in one.values()
                                            for row in rows}))
    setting = book.name("setting", load)
    ids = []
    for where in (at, last):
        held = book.name("configuration", f"{load}={steps[where]:g}")
        for points, word in ((flows, "Throughput"), (waits, "Latency")):
            ids.append(cited(evidence, points[steps[where]], f"{word} in {file} at {held}: {{}}",
                             "mean", topic="performance", weight=25.0,
                             scope={"configuration": f"{load}={steps[where]:g}"}))
    names = [book.name("configuration", f"{load}={steps[where]:g}") for where in (at, last)]
    book.finding("saturation", "warning",
                 f"In {file} throughput is flat beyond {names[0]}: {{{ids[0]}}} there and "
                 f"{{{ids[2]}}} at {names[1]}, while latency climbs from {{{ids[1]}}} to "
                 f"{{{ids[3]}}}.", ids,
                 f"Keep {setting} at or below {names[0]} on this machine: more load only adds "
                 "waiting.", "performance")


RULES = (
    Rule("pareto", "The front over throughput and time to first token", "info",
         "Pareto dominance", "throughput and time to first token of three configurations",
         "how many configurations no other beats, and the two ends",
         "choose between the ends by what matters more", pareto,
         (Threshold("margin", 0.05, "smallest difference between the ends, as a share"),)),
    Rule("saturation", "Load beyond saturation", "warning", "Little 1961; Gunther 2007",
         "throughput and latency at three loads", "where throughput turns flat and latency climbs",
         "keep the load at or below the knee", saturation,
         (Threshold("gain", 0.05, "largest gain of throughput that counts as flat, as a share"),
          Threshold("climb", 0.20, "smallest climb of latency that is told, as a share"))),
)

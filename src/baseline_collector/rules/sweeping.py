"""Rules about sweeps: what moves with what, what cannot be told apart, the front, the knee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from baseline_collector.evidence.arrays import Floats, Ints
from baseline_collector.evidence.book import equals, quoted
from baseline_collector.evidence.cite import cited, counted, query, span
from baseline_collector.evidence.cuts import cut, together
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.groups import Group
from baseline_collector.evidence.pairing import beside
from baseline_collector.evidence.rule import Evidence, Rule, Threshold, enumeration, listed
from baseline_collector.evidence.settings import configuration, settings_of
from baseline_collector.evidence.summaries import Summary
from baseline_collector.stats.distributions import incomplete_beta
from baseline_collector.stats.ranks import holm

_MOVED = ("output_throughput", "time_to_first_token", "request_latency", "request_throughput",
          "total_throughput", "iteration_time")
_NOT_FACTORS = ("config_name", "config", "seed")
_LOADS = ("concurrency", "request_rate", "max_concurrency", "num_users", "users", "parallel")
_SMALLEST = 6


@dataclass(frozen=True, slots=True)
class Sweep:
    """Values of one metric of one model in one file, with the settings of each.

    Attributes:
        frame: Where the rows are.
        rows: Rows, cold ones left out.
        levels: Settings that vary, each with the level of every row.
    """

    frame: Frame
    rows: Ints
    levels: Mapping[str, tuple[str, ...]]

    @property
    def values(self) -> Floats:
        """Values of the rows."""
        return self.frame.value[self.rows]

    def name(self, column: str) -> str | None:
        """What the rows agree on."""
        return self.frame.column(column).at(int(self.rows[0]))

    def where(self) -> str:
        """An SQL condition for the rows."""
        parts = [equals(name, self.name(name)) for name in
                 ("artifact", "metric", "model", "quantization", "engine", "device", "key")]
        return ("counted AND statistic = 'sample' AND coalesce(phase, '') <> 'cold' AND "
                "parameters IS NOT NULL AND " + " AND ".join(parts))


def _sweeps(frame: Frame, *, cold: bool = False) -> list[Sweep]:
    """Every sweep of at least six values over settings that vary."""
    phase = frame.column("phase").where("cold")
    rows = np.flatnonzero(frame.counted & frame.column("statistic").where("sample")
                          & frame.column("metric").where(*_MOVED)
                          & (frame.column("parameters").codes > 0) & (cold | ~phase))
    if not len(rows):
        return []
    label = np.zeros(len(rows), np.int64)
    for name in ("artifact", "metric", "model", "quantization", "engine", "device", "key"):
        label = together(label, frame.column(name).codes[rows])
    parts, parameters = cut(rows, label), frame.column("parameters")
    found = []
    for at, different in enumerate(parts.distinct(parameters.codes)):
        if parts.counts[at] < _SMALLEST or len(different) < 3:
            continue
        mine = parts.rows_of(at)
        codes = parameters.codes[mine]
        known = {code: settings_of(parameters.names[code]) for code in different}
        keys = sorted(set.intersection(*(set(one) for one in known.values())))
        levels = {key: tuple(known[code][key] for code in codes.tolist()) for key in keys
                  if key not in _NOT_FACTORS}
        levels = {key: column for key, column in levels.items() if len(set(column)) > 1}
        if levels:
            found.append(Sweep(frame, mine, levels))
    return found


@dataclass(frozen=True, slots=True)
class _Effect:
    """How much of the spread of a metric goes with one setting."""

    setting: str
    share: float
    p: float


def _effect(values: Floats, levels: Sequence[str], setting: str) -> _Effect | None:
    """One-way analysis of variance; None where a level has too few values."""
    _, codes = np.unique(np.array(levels), return_inverse=True)
    counts = np.bincount(codes)
    n, k = len(values), len(counts)
    if k < 2 or n - k < 3 or counts.min() < 2:
        return None
    centred = values - values.mean()
    whole = float(centred @ centred)
    if whole <= 0:
        return None
    sums = np.bincount(codes, weights=centred)
    between = float((sums**2 / counts).sum())
    share = min(between / whole, 1.0)
    if share >= 1.0:
        return _Effect(setting, share, 0.0)
    f = (share / (k - 1)) / ((1 - share) / (n - k))
    tail = float(incomplete_beta((n - k) / 2, (k - 1) / 2, (n - k) / (n - k + (k - 1) * f)))
    return _Effect(setting, share, tail)


def factors(evidence: Evidence) -> None:
    """Which setting moves what, and how much of the spread goes with it."""
    tested = [(sweep, effect) for sweep in _sweeps(evidence.frame)
              for setting, levels in sweep.levels.items()
              if (effect := _effect(sweep.values, levels, setting)) is not None]
    if not tested:
        return
    adjusted = holm([min(max(effect.p, 0.0), 1.0) for _, effect in tested])
    limits = evidence.limits
    by_setting: dict[str, list[int]] = {}
    for sweep, effect in tested:
        by_setting.setdefault(effect.setting, []).append(int(sweep.rows[0]))
    number = counted(evidence, "Pairs of a setting and a metric that were tested: {}",
                     len(tested), of="tests of settings", topic="sweep", weight=3.0,
                     estimator="settings with two levels of two values, by metric; each sweep by "
                     "its first value", rows=sorted({int(sweep.rows[0]) for sweep, _ in tested}),
                     sql="SELECT " + " + ".join(f"({query(evidence.frame, rows, 'count(*)')})"
                                                for rows in by_setting.values()))
    strong = [(sweep, effect) for (sweep, effect), p in zip(tested, adjusted, strict=True)
              if p <= limits["sweep-factor.p"] and effect.share >= limits["sweep-factor.share"]]
    strong.sort(key=lambda one: (-one[1].share, int(one[0].rows[0]), one[1].setting))
    for sweep, effect in strong[:_MOST_FACTORS]:
        _moved(evidence, sweep, effect, number)


_MOST_FACTORS = 12


def _moved(evidence: Evidence, sweep: Sweep, effect: _Effect, number: str) -> None:
    book, frame = evidence.book, evidence.frame
    what = str(sweep.name("metric")).replace("_", " ")
    several = int(book.facts[number].value) > 1
    setting, file = book.name("setting", effect.setting), book.name(
        "artifact", str(sweep.name("artifact")))
    model = sweep.name("model")
    of = f" of {book.name('model', model)}" if model else ""
    scope = {"artifact": str(sweep.name("artifact")), "setting": effect.setting}
    path = "$.\"" + effect.setting + "\""
    share = book.fact(
        f"Share of the spread of {what}{of} in {file} that goes with {setting}: {{}}",
        100.0 * effect.share, statistic="share", unit="%", n=len(sweep.rows), topic="sweep",
        weight=35.0, scope=scope | ({"model": model} if model else {}),
        estimator="sum of squares between levels / whole sum of squares (eta squared)",
        sources=frame.sources(sweep.rows),
        sql="SELECT 100.0 * sum(power(level_mean - whole_mean, 2)) / sum(power(value - whole_mean, "
            "2)) FROM (SELECT value, avg(value) OVER (PARTITION BY level) AS level_mean, "
            "avg(value) OVER () AS whole_mean FROM (SELECT value, "
            f"json_extract_string(parameters, {quoted(path)}) AS level FROM measurements WHERE "
            f"{sweep.where()}))")
    levels = np.array(sweep.levels[effect.setting])
    means = {level: float(sweep.values[levels == level].mean()) for level in sorted(set(levels))}
    low, high = min(means, key=lambda one: means[one]), max(means, key=lambda one: means[one])
    ends = [cited(evidence, sweep.rows[levels == level],
                  f"Mean {what}{of} in {file} with "
                  f"{book.name('configuration', f'{effect.setting}={level}')}: {{}}", "mean",
                  topic="sweep", weight=8.0, scope={"configuration": f"{effect.setting}={level}"})
            for level in (low, high)]
    names = [book.name("configuration", f"{effect.setting}={level}") for level in (low, high)]
    book.finding("sweep-factor", "info",
                 f"{setting} moves {what}{of} in {file}: {{{share}}} of its spread goes with it, "
                 f"from {{{ends[0]}}} with {names[0]} to {{{ends[1]}}} with {names[1]}"
                 + (f" (one of {{{number}}} tests, p-values adjusted for all)." if several
                    else "."), [share, *ends, number],
                 "", "sweep")


def confounded(evidence: Evidence) -> None:
    """Settings that always move together, and cold starts that all fall on one level."""
    frame = evidence.frame
    seen: set[tuple[str | None, str | None]] = set()
    for sweep in _sweeps(frame, cold=True):
        label = (sweep.name("artifact"), sweep.name("model"))
        if label in seen:
            continue
        seen.add(label)
        _cold_on_one_level(evidence, sweep)
        _bound_settings(evidence, sweep)


def _cold_on_one_level(evidence: Evidence, sweep: Sweep) -> None:
    frame, book = evidence.frame, evidence.book
    cold = frame.column("phase").where("cold")[sweep.rows]
    count = int(cold.sum())
    if count < 3 or count == len(cold):
        return
    for setting, column in sweep.levels.items():
        levels = np.array(column)
        if len(set(levels[cold])) != 1:
            continue
        level = levels[cold][0]
        here = levels == level
        if float(here.mean()) ** count > evidence.limits["confounded.p"]:
            continue
        file = book.name("artifact", str(sweep.name("artifact")))
        model = sweep.name("model")
        of = f" of {book.name('model', model)}" if model else ""
        held = book.name("configuration", f"{setting}={level}")
        loading = _in_records(frame, sweep.rows[cold], "load_duration")
        fact = cited(evidence, sweep.rows[cold], f"Cold calls{of} in {file}, all with {held}: {{}}",
                     "count", topic="sweep", weight=40.0, estimator="calls marked cold",
                     scope={"configuration": f"{setting}={level}", "of": "cold settings"})
        total = cited(evidence, sweep.rows[here], f"Calls{of} in {file} with {held}: {{}}",
                      "count", topic="sweep", weight=10.0, scope={
                          "configuration": f"{setting}={level}", "of": "settings of the level"})
        facts, told = [fact, total], ""
        if len(loading):
            text, ids = span(evidence, loading, f"load duration of cold calls{of} in {file}",
                             topic="sweep")
            told, facts = f" carry {text} of load time and", [*facts, *ids]
        slot = book.name("setting", setting)
        book.finding(
            "confounded", "warning",
            f"{{{fact}}} settings{of} in {file}{told} all have {held}, of {{{total}}} with it: "
            f"what loading does and what {slot} does cannot be told apart, the two are "
            "confounded.", facts,
            f"Warm the model up before each setting, or run the settings of {slot} in random "
            "order.", "sweep")
        return


def _in_records(frame: Frame, rows: Ints, metric: str) -> Ints:
    found = beside(frame, rows, metric)
    return found[found >= 0]


def _bound_settings(evidence: Evidence, sweep: Sweep) -> None:
    """Settings each of whose levels goes with one level of another."""
    book = evidence.book
    names = [name for name, column in sweep.levels.items() if len(set(column)) >= 2]
    bound = [(one, other) for at, one in enumerate(names) for other in names[at + 1:]
             if _one_to_one(sweep.levels[one], sweep.levels[other])]
    if not bound:
        return
    file = book.name("artifact", str(sweep.name("artifact")))
    tied = sorted({name for pair in bound for name in pair})
    count = cited(evidence, sweep.rows, f"Calls in {file} in which settings move together: {{}}",
                  "count", topic="sweep", scope={"of": "settings moved together"})
    slots = enumeration([book.name("setting", name) for name in tied])
    book.finding("confounded", "warning",
                 f"In all {{{count}}} calls of the sweep in {file} {slots} move together: what "
                 "one does cannot be told from what another does.", [count],
                 f"Vary {slots} one by one, or in all combinations.", "sweep")


def _one_to_one(first: Sequence[str], second: Sequence[str]) -> bool:
    pairs = set(zip(first, second, strict=True))
    return len(pairs) == len(set(first)) == len(set(second))


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
                      if key != name and key not in _NOT_FACTORS}
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
    Rule("sweep-factor", "Which setting moves what", "info",
         "analysis of variance (Fisher 1925); Holm 1979 over all tests",
         "six values over a setting with two levels of two values",
         "how much of the spread of a metric goes with a setting, and the means at its ends",
         "tune what moves the metric; leave the rest", factors,
         (Threshold("p", 0.002, "adjusted p-value under which it is told"),
          Threshold("share", 0.05, "smallest share of the spread that is told"))),
    Rule("confounded", "Settings that cannot be told apart", "warning",
         "design of experiments (Fisher 1935)", "a sweep of three settings",
         "settings that always move together, and cold starts that fall on one level",
         "randomise the order; vary one by one", confounded,
         (Threshold("p", 0.01, "chance that cold starts fall on one level by accident"),)),
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

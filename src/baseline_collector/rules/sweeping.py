"""Rules about sweeps: what moves with what, and what cannot be told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from baseline_collector.evidence.arrays import Floats, Ints
from baseline_collector.evidence.book import equals, quoted
from baseline_collector.evidence.cite import cited, counted, query, span
from baseline_collector.evidence.cuts import cut, differ_within, together
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.pairing import beside
from baseline_collector.evidence.rule import Evidence, Rule, Threshold, enumeration
from baseline_collector.evidence.settings import settings_of
from baseline_collector.stats.distributions import incomplete_beta
from baseline_collector.stats.ranks import holm

_MOVED = ("output_throughput", "time_to_first_token", "request_latency", "request_throughput",
          "total_throughput", "iteration_time")
NOT_FACTORS = ("config_name", "config", "seed")
"""Settings that only name or number a run, and move nothing."""
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
    artifact, parameters = frame.column("artifact"), frame.column("parameters")
    if len(rows):
        rows = rows[differ_within(artifact.codes[rows], parameters.codes[rows])]
    if not len(rows):
        return []
    label = np.zeros(len(rows), np.int64)
    for name in ("artifact", "metric", "model", "quantization", "engine", "device", "key"):
        label = together(label, frame.column(name).codes[rows])
    parts = cut(rows, label)
    parts = parts.select(parts.mixed(parameters.codes) & (parts.counts >= _SMALLEST))
    if not len(parts.starts):
        return []
    found = []
    for at, different in enumerate(parts.distinct(parameters.codes)):
        if len(different) < 3:
            continue
        mine = parts.rows_of(at)
        codes = parameters.codes[mine]
        known = {code: settings_of(parameters.names[code]) for code in different}
        keys = sorted(set.intersection(*(set(one) for one in known.values())))
        levels = {key: tuple(known[code][key] for code in codes.tolist()) for key in keys
                  if key not in NOT_FACTORS}
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
    several = int(book.facts.of(number).value) > 1
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
)

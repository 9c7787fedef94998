"""Rules about how runs went: cold starts, groups of one, sweeps."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from baseline_collector.evidence.book import Book, equals, quoted
from baseline_collector.evidence.frame import Frame, Ints, configuration
from baseline_collector.evidence.summaries import Summary
from baseline_collector.evidence.rule import Evidence, Rule
from baseline_collector.stats.compare import ratio_of_means
from baseline_collector.stats.intervals import Interval as StatsInterval
from baseline_collector.model import Interval

_FIRST_CALL = ("time_to_first_token", "load_duration", "prompt_eval_duration")


def cold_starts(evidence: Evidence) -> None:
    """First calls that load the model, apart from warm ones."""
    frame = evidence.frame
    cold = frame.counted & frame.column("phase").where("cold") & \
        frame.column("statistic").where("sample")
    for metric in ("time_to_first_token", "load_duration"):
        rows = np.flatnonzero(cold & frame.column("metric").where(metric))
        for artifact, model in dict.fromkeys(
            (frame.column("artifact").at(row), frame.column("model").at(row))
            for row in rows.tolist()
        ):
            if metric == "time_to_first_token" or not _selected(
                    frame, "time_to_first_token", "cold", artifact, model).size:
                _cold_start(evidence, metric, str(artifact), model)


def _selected(frame: Frame, metric: str, phase: str, artifact: str | None, model: str | None
              ) -> Ints:
    return np.flatnonzero(
        frame.counted & frame.column("statistic").where("sample")
        & frame.column("metric").where(metric) & frame.column("phase").where(phase)
        & (frame.column("artifact").codes == frame.column("artifact").code(artifact))
        & (frame.column("model").codes == frame.column("model").code(model)))


def _cold_start(evidence: Evidence, metric: str, artifact: str, model: str | None) -> None:
    frame, book = evidence.frame, evidence.book
    cold = _selected(frame, metric, "cold", artifact, model)
    warm = _selected(frame, metric, "warm", artifact, model)
    if not len(cold) or not len(warm):
        return
    of = f" of {book.name('model', model)}" if model else ""
    where = f"{of} in {book.name('artifact', artifact)}"
    facts = [_extreme(book, frame, rows, metric, phase, which, where)
             for phase, rows in (("cold", cold), ("warm", warm))
             for which in (("min", "max") if len(rows) > 1 else ("max",))]
    parts = _parts(evidence, metric, artifact, model, where)
    cold_text = _span(facts, 0, len(cold))
    warm_text = _span(facts, 2 if len(cold) > 1 else 1, len(warm))
    split = "".join(f", {name} {span}" for name, span, _ in parts)
    split = f" ({split[2:]})" if split else ""
    words = metric.replace("_", " ")
    calls = "Cold calls" if len(cold) > 1 else "The cold call"
    book.finding("cold-start", "notice",
                 f"{calls}{where} took {cold_text} as {words}{split}; warm calls took "
                 f"{warm_text}.", [*facts, *(fact for _, _, ids in parts for fact in ids)],
                 "Report cold and warm calls apart; say how many warm-up calls were made.",
                 "cold_start")


def _parts(evidence: Evidence, metric: str, artifact: str, model: str | None, where: str
           ) -> list[tuple[str, str, list[str]]]:
    """Load and prompt evaluation of the cold calls: name, span in slots, facts."""
    found = []
    for part in _FIRST_CALL[1:]:
        rows = _selected(evidence.frame, part, "cold", artifact, model)
        if part == metric or not len(rows):
            continue
        ids = [_extreme(evidence.book, evidence.frame, rows, part, "cold", which, where)
               for which in (("min", "max") if len(rows) > 1 else ("max",))]
        found.append((part.replace("_", " "), _span(ids, 0, len(rows)), ids))
    return found


def _extreme(book: Book, frame: Frame, rows: Ints, metric: str, phase: str, which: str, where: str
             ) -> str:
    values = frame.value[rows]
    pick = int(rows[int(values.argmin() if which == "min" else values.argmax())])
    single = len(rows) == 1
    kind = "The" if single else ("Smallest" if which == "min" else "Largest")
    artifact, model = frame.column("artifact").at(pick), frame.column("model").at(pick)
    return book.fact(
        f"{kind} {metric.replace('_', ' ')} of {phase} calls{where}: {{}}",
        float(frame.value[pick]), statistic="value" if single else which,
        estimator="the only value" if single else f"{which} over the {phase} calls",
        metric=metric, unit="s", n=len(rows), topic="cold_start", weight=float(len(rows)),
        scope={"artifact": str(artifact), "phase": phase} | ({"model": model} if model else {}),
        sources=[frame.source(pick)] if single else frame.sources(rows),
        sql=f"SELECT {which}(value) FROM measurements WHERE counted AND statistic = 'sample' "
            f"AND metric = {quoted(metric)} AND phase = {quoted(phase)} "
            f"AND artifact = {quoted(str(artifact))} AND {equals('model', model)}")


def _span(facts: list[str], at: int, count: int) -> str:
    if count == 1:
        return f"{{{facts[at]}}}"
    return f"{{{facts[at]}}} to {{{facts[at + 1]}}}"


def single_values(evidence: Evidence) -> None:
    """Groups of a leading metric that hold one value only."""
    samples = [one for one in evidence.summaries if one.group.name("statistic") == "sample"]
    alone = [one for one in samples if one.group.n == 1]
    if not alone:
        return
    book = evidence.book
    count = book.fact("Groups of like runs that hold a single value: {}", len(alone), statistic="count",
                      estimator="groups of equal metric, model, configuration and phase with n = 1",
                      n=len(samples), topic="setup", weight=30.0, scope={"of": "single values"},
                      sources=[source for one in alone for source in one.group.sources()][:200],
                      kind="inventory")
    total = book.fact("Groups of like runs: {}", len(samples), statistic="count",
                      estimator="groups of equal metric, model, configuration and phase",
                      n=len(samples), topic="setup", weight=29.0, scope={"of": "groups"},
                      kind="inventory")
    book.finding("single-value", "warning",
                 f"{{{count}}} of {{{total}}} groups of like runs hold a single value: they have "
                 "no spread, and no difference between them can be told from noise.",
                 [count, total],
                 "Repeat each configuration; an interval needs at least three runs.", "setup")


def sweeps(evidence: Evidence) -> None:
    """Best and worst configuration of each sweep, and whether n can tell them apart."""
    found: dict[tuple[str, str | None], list[Summary]] = defaultdict(list)
    for one in evidence.of_metric("output_throughput"):
        group = one.group
        if not group.cold and group.settings and group.name("statistic") == "sample":
            artifact = group.artifacts[0] if len(group.artifacts) == 1 else ""
            found[artifact, group.name("model")].append(one)
    for (artifact, model), members in found.items():
        if len(members) >= 3 and len({str(one.group.settings) for one in members}) >= 3:
            _sweep(evidence, artifact, model, members)


def _sweep(evidence: Evidence, artifact: str, model: str | None, members: list[Summary]) -> None:
    book = evidence.book
    best = max(members, key=lambda one: one.estimate)
    worst = min(members, key=lambda one: one.estimate)
    of = f" of {book.name('model', model)}" if model else ""
    where = f"{of} in {book.name('artifact', artifact)}" if artifact else of
    scope = {"of": "sweep"} | ({"artifact": artifact} if artifact else {}) | (
        {"model": model} if model else {})
    sources = best.group.sources() + worst.group.sources()
    count = book.fact(f"Configurations with a warm throughput{where}: {{}}", len(members),
                      statistic="count", estimator="distinct settings", n=len(members),
                      topic="sweep", weight=20.0, scope=scope, sources=sources, kind="inventory")
    interval, apart, why = _told_apart(best, worst)
    high, low = best.group.where(), worst.group.where()
    margin = book.fact(
        f"Highest throughput above the lowest{where}: {{}}",
        100.0 * (best.estimate / worst.estimate - 1.0), statistic="difference", unit="%",
        estimator="estimate of the highest / estimate of the lowest - 1", topic="sweep",
        metric="output_throughput", n=min(best.group.n, worst.group.n), interval=interval,
        weight=25.0, scope=scope, sources=sources,
        sql=f"SELECT 100.0 * ((SELECT avg(value) FROM measurements WHERE {high}) / "
            f"(SELECT avg(value) FROM measurements WHERE {low}) - 1.0)"
        if best.group.n == worst.group.n == 1 else "")
    names = [book.name("configuration", configuration(one.group.settings))
             for one in (best, worst)]
    title = (f"Of {{{count}}} configurations{where}, {names[0]} has the highest throughput at "
             f"{{{best.location}}} and {names[1]} the lowest at {{{worst.location}}}, "
             f"{{{margin}}} apart; {why}.")
    advice = (f"For throughput{of} use {names[0]}, and check the time to first token beside it."
              if apart else "Repeat both ends of the sweep before choosing between them.")
    book.finding("sweep", "info" if apart else "notice", title,
                 [count, margin, best.location, worst.location], advice, "sweep")


def _told_apart(best: Summary, worst: Summary) -> tuple[Interval | None, bool, str]:
    """Interval of the margin in percent, whether it excludes zero, and how to say it."""
    if min(best.group.n, worst.group.n) < 3:
        return None, False, "with so few values each they are indistinguishable"
    _, found = ratio_of_means(worst.group.values, best.group.values)
    if not isinstance(found, StatsInterval):
        return None, False, "their values allow no interval, so they are indistinguishable"
    interval = Interval(100.0 * (found.low - 1.0), 100.0 * (found.high - 1.0), found.level,
                        str(found.method))
    if interval.low > 0:
        return interval, True, "the interval of the margin excludes zero"
    return interval, False, "the interval of the margin includes zero: indistinguishable"


RULES = (
    Rule("cold-start", "Cold starts apart from warm calls", "notice",
         "hyperfine's outlier rule on load durations; Georges et al. 2007",
         "a load duration or time to first token a call", cold_starts),
    Rule("single-value", "Groups with n = 1", "warning", "Hoefler & Belli 2015, rule 5",
         "samples", single_values),
    Rule("sweep", "Best and worst configuration of a sweep", "notice", "Kalibera & Jones 2013",
         "throughput of three settings of one model", sweeps),
)

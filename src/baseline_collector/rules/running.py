"""Rules about how runs went: cold starts, groups of one, sweeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from baseline_collector.evidence.arrays import Ints
from baseline_collector.evidence.book import Book, among, count_of, equals, quoted
from baseline_collector.evidence.cite import query
from baseline_collector.evidence.estimates import RATE, RUN_MEANS
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.groups import Group
from baseline_collector.evidence.rule import Evidence, Rule, enumeration
from baseline_collector.evidence.settings import configuration
from baseline_collector.evidence.summaries import Summary
from baseline_collector.model import Interval
from baseline_collector.stats.compare import ratio_of_means
from baseline_collector.stats.intervals import Interval as StatsInterval

_FIRST_CALL = ("time_to_first_token", "load_duration", "prompt_eval_duration")
_SAME = ("artifact", "model", "quantization", "engine", "device")


def cold_starts(evidence: Evidence) -> None:
    """First calls that load the model, apart from warm ones."""
    frame = evidence.frame
    cold = frame.counted & frame.column("phase").where("cold") & \
        frame.column("statistic").where("sample")
    for metric in ("time_to_first_token", "load_duration"):
        rows = np.flatnonzero(cold & frame.column("metric").where(metric))
        for label in dict.fromkeys(_label(frame, row) for row in rows.tolist()):
            place = dict(zip(_SAME, label, strict=True))
            if metric == "time_to_first_token" or not _selected(
                    frame, "time_to_first_token", "cold", place).size:
                _cold_start(evidence, metric, place)


Place = dict[str, str | None]


def _label(frame: Frame, row: int) -> tuple[str | None, ...]:
    return tuple(frame.column(name).at(row) for name in _SAME)


def _selected(frame: Frame, metric: str, phase: str, place: Place) -> Ints:
    found = (frame.counted & frame.column("statistic").where("sample")
             & frame.column("metric").where(metric) & frame.column("phase").where(phase))
    for name, value in place.items():
        column = frame.column(name)
        found &= column.codes == (0 if value is None else column.code(value))
    return np.flatnonzero(found)


def _cold_start(evidence: Evidence, metric: str, place: Place) -> None:
    frame, book = evidence.frame, evidence.book
    cold = _selected(frame, metric, "cold", place)
    warm, whose = _like_cold(frame, cold, _selected(frame, metric, "warm", place))
    if not len(cold) or not len(warm):
        return
    where = _where(evidence, place)
    facts, spans = [], []
    for rows, phase in ((cold, "cold"), (warm, "warm")):
        ids = _ends(book, frame, rows, metric, phase, where + (whose if phase == "warm" else ""))
        facts += ids
        spans.append(_span(ids))
    split, ids = _parts(evidence, metric, cold, place, where)
    calls = "Cold calls" if len(cold) > 1 else "The cold call"
    others = "warm calls" if len(warm) > 1 else "the warm call"
    book.finding("cold-start", "notice",
                 f"{calls}{where} took {spans[0]} as {metric.replace('_', ' ')}{split}; "
                 f"{others}{whose} took {spans[1]}.", [*facts, *ids],
                 "Report cold and warm calls apart; say how many warm-up calls were made.",
                 "cold_start")


def _like_cold(frame: Frame, cold: Ints, warm: Ints) -> tuple[Ints, str]:
    """Warm calls of the prompts of the cold ones, or all where prompts differ; how to say it."""
    prompts = frame.column("prompt").codes
    asked = set(prompts[cold].tolist())
    if asked == {0} or set(prompts[warm].tolist()) <= asked:
        return warm, ""
    same = warm[np.isin(prompts[warm], list(asked))]
    return (same, " of the same prompts") if len(same) else (warm, " of other prompts")


def _where(evidence: Evidence, place: Place) -> str:
    book, found = evidence.book, ""
    if place["model"]:
        found += f" of {book.name('model', place['model'])}"
    quantization = place["quantization"]
    if quantization and quantization.lower() not in (place["model"] or "").lower():
        found += f" ({book.name('quantization', quantization)})"
    if place["engine"] and len(evidence.frame.column("engine").names) > 2:
        found += f" through {book.name('engine', place['engine'])}"
    if place["device"]:
        found += f" on {book.name('device', place['device'])}"
    return f"{found} in {book.name('artifact', str(place['artifact']))}"


def _parts(evidence: Evidence, metric: str, cold: Ints, place: Place, where: str
           ) -> tuple[str, list[str]]:
    """Load and prompt evaluation of the cold calls: how to say them, and their facts.

    A time to first token holds the load only where it is at least as long in every call;
    servers that load before they listen leave it out.
    """
    frame, texts, facts = evidence.frame, [], []
    for part in _FIRST_CALL[1:]:
        rows = _selected(frame, part, "cold", place)
        if part == metric or not len(rows):
            continue
        ids = _ends(evidence.book, frame, rows, part, "cold", where)
        facts += ids
        within = part != "load_duration" or _within(frame, rows, cold)
        texts.append((within, part.replace("_", " "), _span(ids)))
    inside = ", ".join(f"{name} {span}" for within, name, span in texts if within)
    outside = "".join(f", after a load of {span} that it leaves out"
                      for within, _, span in texts if not within)
    return (f" ({inside})" if inside else "") + outside, facts


def _within(frame: Frame, parts: Ints, wholes: Ints) -> bool:
    """Whether no part is longer than the whole of the same record."""
    whole = dict(zip(frame.record[wholes].tolist(), frame.value[wholes].tolist(), strict=True))
    return all(whole.get(record, np.inf) >= value for record, value in
               zip(frame.record[parts].tolist(), frame.value[parts].tolist(), strict=True))


def _ends(book: Book, frame: Frame, rows: Ints, metric: str, phase: str, where: str) -> list[str]:
    """Facts with the smallest and the largest value of some calls, or with the only one."""
    spread = len(set(frame.value[rows].tolist())) > 1
    return [_extreme(book, frame, rows, metric, phase, which, where)
            for which in (("min", "max") if spread else ("max",))]


def _extreme(book: Book, frame: Frame, rows: Ints, metric: str, phase: str, which: str, where: str
             ) -> str:
    values = frame.value[rows]
    pick = int(rows[int(values.argmin() if which == "min" else values.argmax())])
    single = len(rows) == 1
    kind = "The" if single else ("Smallest" if which == "min" else "Largest")
    place = dict(zip(_SAME, _label(frame, pick), strict=True))
    prompts = sorted({frame.column("prompt").at(row) for row in rows.tolist()}, key=str)
    conditions = [equals("metric", metric), equals("phase", phase), among("prompt", prompts),
                  *(equals(name, value) for name, value in place.items())]
    return book.fact(
        f"{kind} {metric.replace('_', ' ')} of {'the ' if single else ''}{phase} "
        f"{count_of(len(rows), 'call')}{where}: {{}}",
        float(frame.value[pick]), statistic="value" if single else which,
        estimator="the only value" if single else f"{which} over the {phase} calls",
        metric=metric, unit=frame.column("unit").at(pick), n=len(rows), topic="cold_start",
        weight=float(len(rows)),
        scope={name: value for name, value in place.items() if value} | {"phase": phase},
        sources=[frame.source(pick)] if single else frame.sources(rows),
        sql=f"SELECT {which}(value) FROM measurements WHERE counted AND statistic = 'sample' "
            f"AND {' AND '.join(conditions)}")


def _span(facts: list[str]) -> str:
    return " to ".join(f"{{{fact}}}" for fact in facts)


def single_values(evidence: Evidence) -> None:
    """Groups of a leading metric that hold one value only."""
    groups = evidence.summaries.groups
    sampled = groups.where("statistic", "sample")
    single = groups.cut.firsts[sampled & (groups.cut.counts == 1)]
    if not len(single):
        return
    book, of = evidence.book, int(sampled.sum())
    count = book.fact("Groups of like runs that hold a single value: {}", len(single),
                      statistic="count",
                      estimator="groups of equal metric, model, configuration and phase with n = 1",
                      n=of, topic="setup", weight=30.0, scope={"of": "single values"},
                      sources=evidence.frame.sources(single),
                      kind="inventory", sql=_groups("'the only value'"))
    total = book.fact("Groups of like runs: {}", of, statistic="count",
                      estimator="groups of equal metric, model, configuration and phase",
                      n=of, topic="setup", weight=29.0, scope={"of": "groups"},
                      kind="inventory",
                      sql=_groups(", ".join(map(quoted, _OF_GROUPS))))
    words = ("holds a single value: it has no spread, and no difference from it"
             if len(single) == 1 else
             "hold a single value: they have no spread, and no difference between them")
    book.finding("single-value", "warning",
                 f"{{{count}}} of {{{total}}} {count_of(of, 'group')} of like runs "
                 f"{words} can be told from noise.",
                 [count, total],
                 "Repeat each configuration; an interval needs more runs than there are.", "setup")


_OF_GROUPS = ("the only value", "arithmetic mean", *RUN_MEANS.values(), RATE)


def _groups(estimators: str) -> str:
    """A query that counts groups of like samples: the facts that estimate one, each by its own."""
    return ("SELECT count(DISTINCT sql) FROM facts WHERE statistic IN ('value', 'mean', 'rate') "
            f"AND estimator IN ({estimators}) AND regexp_matches(sql, '^(SELECT avg.value.|WITH "
            "rates AS .SELECT artifact, record) FROM measurements WHERE counted AND metric = "
            ".[a-z_]+. AND statistic = .sample.')")


def sweeps(evidence: Evidence) -> None:
    """Best and worst configuration of each sweep, and whether n can tell them apart."""
    found: dict[tuple[object, ...], dict[tuple[object, ...], list[Summary]]] = defaultdict(dict)
    cold: dict[tuple[object, ...], list[Summary]] = defaultdict(list)
    for one in evidence.of_metric("output_throughput"):
        group = one.group
        if not group.settings or group.name("statistic") != "sample" or one.estimate <= 0:
            continue
        label = (*(group.name(name) for name in _ONE_SWEEP), *group.artifacts)
        if group.cold:
            cold[label].append(one)
        else:
            found[label].setdefault(_asked(group), []).append(one)
    for sweep, subjects in found.items():
        members = [some for some in subjects.values()
                   if len({str(one.group.settings) for one in some}) >= _SMALLEST_SWEEP]
        if members:
            warm = {str(one.group.settings) for some in members for one in some}
            only_cold = [one for one in cold[sweep] if str(one.group.settings) not in warm]
            _sweep(evidence, members, only_cold)


_ONE_SWEEP = ("model", "quantization", "engine", "device", "definition", "unit")
_SMALLEST_SWEEP = 3


def _asked(group: Group) -> tuple[object, ...]:
    """What the calls of a group were asked: configurations compare only where this is equal."""
    prompts = group.frame.column("prompt").codes[group.rows].tolist()
    tests = group.frame.tests[group.rows].tolist()
    return (group.name("phase"), *sorted(zip(prompts, tests, strict=True)))


def _sweep(evidence: Evidence, subjects: list[list[Summary]], only_cold: list[Summary]) -> None:
    """Enter the finding of one sweep, prompt by prompt where each was repeated."""
    book = evidence.book
    every = [one for members in subjects for one in members]
    group = every[0].group
    model, artifacts = group.name("model"), group.artifacts
    of = f" of {book.name('model', model)}" if model else ""
    where = of + (f" in {book.name('artifact', artifacts[0])}" if len(artifacts) == 1
                  else " across files")
    scope = {"of": "sweep"} | group.scope()
    for label in ("configuration", "prompt", "test", "phase"):
        scope.pop(label, None)
    settings = {str(one.group.settings) for one in every}
    count = book.fact(f"Configurations compared by warm throughput{where}: {{}}", len(settings),
                      statistic="count", sql=_settings(every), estimator="distinct settings",
                      n=len(every), topic="sweep", weight=20.0, scope=scope, kind="inventory",
                      sources=[source for one in every for source in one.group.sources()])
    found = [_compared(book, members, where, scope) for members in subjects]
    found.sort(key=lambda one: (not one.apart, -one.margin, one.about))
    told = [one for one in found if one.apart] or found[:1]
    rest = [one for one in found if one not in told]
    clauses = [one.text for one in told]
    if rest:
        clauses.append("indistinguishable " + ", ".join(
            f"{one.subject} with {{{one.facts[0]}}} between the ends" for one in rest))
    left_out = []
    if only_cold:
        left = book.fact(
            f"Configurations called cold only{where}: {{}}",
            len({str(one.group.settings) for one in only_cold}), statistic="count",
            sql=_settings(only_cold), estimator="distinct settings", n=len(only_cold),
            topic="sweep", weight=19.0, scope=scope, kind="inventory",
            sources=[source for one in only_cold for source in one.group.sources()])
        left_out.append(left)
        clauses.append(f"{{{left}}} more were called cold only and are left out")
    warm = " with warm calls" if left_out else ""
    book.finding("sweep", "info" if told[0].apart else "notice",
                 f"Of {{{count}}} configurations{warm}{where}, " + "; ".join(clauses) + ".",
                 [count, *left_out, *(fact for one in told for fact in one.facts),
                  *(one.facts[0] for one in rest)],
                 _advised(of, [one for one in told if one.apart]), "sweep",
                 max((one.margin for one in told if one.apart), default=0.0) / 100.0 or None)


def _settings(members: Sequence[Summary]) -> str:
    """A query that counts the different settings of some groups, seeds left out."""
    rows = [int(one.group.rows[0]) for one in members]
    return query(members[0].group.frame, rows, "count(DISTINCT regexp_replace(parameters, "
                 "',?\"seed\":\"[^\"]*\"', ''))")


@dataclass(frozen=True, slots=True)
class _Compared:
    """Ends of configurations that were asked the same.

    Attributes:
        about: Prompt, test and phase as plain text, to order by.
        subject: The same in words with slots.
        best: Slot of the configuration in front.
        margin: Its lead, percent.
        facts: The margin, then both ends.
        text: All of it as a clause.
        apart: Whether the ends can be told apart.
    """

    about: str
    subject: str
    best: str
    margin: float
    facts: tuple[str, ...]
    text: str
    apart: bool


def _subject(book: Book, group: Group) -> str:
    """What a clause is about: the prompt or test, empty where there is one subject or a suite."""
    if group.suite:
        return ""
    names = [f"for {kind} {book.name(kind, name)}" for kind, (name, *_) in
             (("prompt", group.prompts), ("test", group.tests)) if name is not None]
    phase = group.name("phase")
    if phase not in (None, "warm"):
        names.append(f"in phase {book.name('phase', str(phase))}")
    return " ".join(names)


def _compared(book: Book, members: list[Summary], where: str, scope: dict[str, str]
              ) -> _Compared:
    """Compare the best and the worst of configurations that were asked the same."""
    ordered = sorted(members, key=lambda one: (-one.estimate, configuration(one.group.settings)))
    best, worst = ordered[0], ordered[-1]
    subject = _subject(book, best.group)
    told = f"{where} {subject}".rstrip()
    lead = 100.0 * (best.estimate / worst.estimate - 1.0)
    interval, apart, why = _told_apart(best, worst, len(members))
    high, low = (book.facts.of(one.location) for one in (best, worst))
    about = {label: text for label, text in best.group.scope().items()
             if label in ("prompt", "test", "phase")}
    margin = book.fact(
        f"Highest throughput above the lowest{told}: {{}}", lead, statistic="difference", unit="%",
        estimator="estimate of the highest / estimate of the lowest - 1", topic="sweep",
        metric="output_throughput", n=min(best.group.n, worst.group.n), interval=interval,
        weight=25.0, sources=best.group.sources() + worst.group.sources(), scope=scope | about,
        sql=f"SELECT 100.0 * (({high.sql}) / ({low.sql}) - 1.0)")
    names = [book.name("configuration", configuration(one.group.settings))
             for one in (best, worst)]
    text = (f"{names[0]} has the highest throughput at {{{best.location}}} and {names[1]} the "
            f"lowest at {{{worst.location}}}, {{{margin}}} apart, {why}")
    return _Compared(str(sorted(about.items())), subject, names[0], lead,
                     (margin, best.location, worst.location), f"{subject} {text}".lstrip(), apart)


def _advised(of: str, leading: Sequence[_Compared]) -> str:
    """What follows: the configuration that leads clearly, for what it leads in; else measure."""
    if not leading:
        return "Repeat both ends of the sweep before choosing between them."
    choices = [f"use {one.best} {one.subject}".rstrip() for one in leading]
    return (f"For throughput{of} {enumeration(choices)}, and check the time to first token "
            "beside it.")


def _told_apart(best: Summary, worst: Summary, configurations: int
                ) -> tuple[Interval | None, bool, str]:
    """Interval of the margin in percent, whether it excludes zero, and how to say it.

    Picking the two ends of a sweep is to compare every pair: the level is raised by
    Bonferroni's rule, so that the chance to tell apart any two equal ones stays under 5 %.
    """
    if min(best.group.n, worst.group.n) < 3:
        return None, False, "indistinguishable with so few values each"
    pairs = configurations * (configurations - 1) / 2
    _, found = ratio_of_means(worst.group.values, best.group.values, 1.0 - 0.05 / pairs)
    if not isinstance(found, StatsInterval):
        return None, False, "indistinguishable, as their values allow no interval"
    interval = Interval(100.0 * (found.low - 1.0), 100.0 * (found.high - 1.0), found.level,
                        f"{found.method}, level adjusted for every pair of configurations")
    if not interval.low <= 100.0 * (best.estimate / worst.estimate - 1.0) <= interval.high:
        return None, False, "indistinguishable, as rates and totals disagree"
    if interval.low > 0:
        return interval, True, "more than chance among all pairs explains"
    return interval, False, "indistinguishable: the interval of the margin includes zero"


RULES = (
    Rule("cold-start", "Cold starts apart from warm calls", "notice",
         "hyperfine's outlier rule on load durations; Georges et al. 2007",
         "a load duration or time to first token a call",
         "cold calls took so long, warm ones so long, and what the cold ones spent it on",
         "report cold and warm apart; say how many warm-up calls were made", cold_starts),
    Rule("single-value", "Groups with n = 1", "warning", "Hoefler & Belli 2015, rule 5",
         "samples",
         "so many groups of like runs hold one value: no spread, no trend",
         "repeat each configuration until there is an interval", single_values),
    Rule("sweep", "Best and worst configuration of a sweep", "notice", "Kalibera & Jones 2013",
         "throughput of three settings of one model",
         "the configuration in front, the last one, their margin, whether n can tell them apart",
         "use what leads clearly; else repeat both ends", sweeps),
)

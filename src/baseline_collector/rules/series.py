"""Rules about repeated values in order: first runs, outliers, noise, warm-up, steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from baseline_collector.evidence.arrays import Bools, Ints
from baseline_collector.evidence.book import count_of
from baseline_collector.evidence.cite import cited, counted, derived, of_group
from baseline_collector.evidence.groups import Group, Groups, grouped
from baseline_collector.evidence.pairing import beside, together
from baseline_collector.evidence.rule import Evidence, Rule, Threshold
from baseline_collector.evidence.wording import describe
from baseline_collector.stats.samples import group_by_starts, moments
from baseline_collector.stats.series import drift, step, trends
from baseline_collector.stats.stability import (
    first_run_scores,
    may_hold_outliers,
    outlier_scores,
    rest_medians,
    steady_state,
)

_TIMED = frozenset({
    "iteration_time", "request_latency", "time_to_first_token", "inter_token_latency",
    "time_per_output_token", "kernel_duration", "output_throughput", "prompt_throughput",
    "total_throughput", "throughput", "request_throughput", "operation_rate",
})
_MOST = 3
_SMALLEST = 10


def _series(evidence: Evidence, smallest: int) -> Groups:
    """Repetitions of one thing in one file, in the order of the file."""
    groups = evidence.summaries.groups
    return groups.select((groups.cut.counts >= smallest) & groups.where("metric", *_TIMED)
                         & groups.where("statistic", "sample") & ~groups.suite & groups.alone)


Telling = Callable[[Group], tuple[str, list[str]]]
"""What tells of a series: a clause and the facts it rests on."""


def _told(evidence: Evidence, rule: str, hits: Mapping[int, float], series: Groups, what: str,
          tell: Telling, advice: str) -> None:
    """Enter the findings of the worst series and how many more there are.

    Args:
        evidence: Where they are entered.
        rule: Its id.
        hits: Which of the series, and how bad each is.
        series: All that were looked at.
        what: What is the matter with them.
        tell: Tells of one.
        advice: What to do.
    """
    if not hits:
        return
    firsts = series.cut.firsts
    at, bad = np.array(list(hits), np.int64), np.array(list(hits.values()))
    worst = at[np.lexsort((firsts[at], -bad))]
    count = counted(evidence, f"Series {what}: {{}}", len(hits), of=f"series, {rule}",
                    topic="quality", estimator="series of repeated values for which the rule "
                    "holds, each by its first value", rows=firsts[worst])
    total = counted(evidence, f"Series looked at, whether {what}: {{}}", len(series),
                    of=f"series looked at, {rule}", topic="quality", weight=2.0,
                    estimator="series of repeated values that are long enough, each by its first "
                    "value", rows=firsts)
    told = [tell(series[one]) for one in worst[:_MOST].tolist()]
    clauses = "; ".join(text for text, _ in told)
    facts = [count, total, *(fact for _, ids in told for fact in ids)]
    evidence.book.finding(
        rule, "warning" if rule in ("unstable", "level-shift") else "notice",
        f"{{{count}}} of {{{total}}} {count_of(len(series), 'series', 'series')} "
        f"{count_of(len(hits), 'is', 'are')} {what}: {clauses}.", facts, advice, "quality")


def first_runs(evidence: Evidence) -> None:
    """Series whose first value stands apart from the rest, where no phase is known."""
    limits = evidence.limits
    series = _series(evidence, _SMALLEST)
    series = series.select(series.codes("phase") == 0)
    _told(evidence, "first-run", _apart_at_first(series, limits["first-run.factor"],
                                                 limits["first-run.score"]), series,
          "apart in their first run", partial(_first_run, evidence),
          "Report first runs apart from the others, and make warm-up runs before timing.")


def _apart_at_first(series: Groups, factor: float, score: float) -> dict[int, float]:
    """Series whose first value is some factor away from the median of the others, and far out."""
    if not len(series):
        return {}
    first = series.values[series.cut.starts]
    rest = rest_medians(series.ordered, first)
    far = np.maximum(first, rest) >= factor * np.minimum(first, rest)
    at = np.flatnonzero(far & (rest != 0))
    if not len(at):
        return {}
    some = series.cut.select(at)
    scores = first_run_scores(series.frame.value[some.rows], some.starts)
    return {one: value for one, value in zip(at.tolist(), scores.tolist(), strict=True)
            if value > score}


def _first_run(evidence: Evidence, group: Group) -> tuple[str, list[str]]:
    about = describe(evidence.book, group)
    first = cited(evidence, group.rows[:1], f"First value of {about}: {{}}", "value",
                  topic="cold_start")
    others = cited(evidence, group.rows[1:], f"Median of the others of {about}: {{}}",
                   "median", topic="cold_start", source=of_group(group, 1))
    return (f"{about} began at {{{first}}}, against a median of {{{others}}} after it",
            [first, others])


def _apart(value: float, usual: float, factor: float) -> bool:
    return max(value, usual) >= factor * min(value, usual)


def outlying(evidence: Evidence) -> None:
    """Series with values far from the rest, the first one aside."""
    limit = evidence.limits["outlier.score"]
    series = _series(evidence, _SMALLEST)
    found: dict[int, float] = {}
    if len(series):
        for at in np.flatnonzero(may_hold_outliers(series.ordered, limit)).tolist():
            worst = float(outlier_scores(series[at].values)[1:].max())
            if worst > limit:
                found[at] = worst
    _told(evidence, "outlier", found, series, "not free of outliers",
          partial(_outliers, evidence, limit),
          "Look for what ran beside these calls; give medians beside means; drop nothing silently.")


def _outliers(evidence: Evidence, limit: float, group: Group) -> tuple[str, list[str]]:
    about = describe(evidence.book, group)
    scores = outlier_scores(group.values)
    scores[0] = 0.0  # the first one is another rule's
    count = cited(evidence, group.rows[scores > limit], f"Outliers of {about}: {{}}", "count",
                  topic="quality", estimator="|x - median| / MAD above the threshold")
    value = cited(evidence, group.rows[[int(scores.argmax())]], f"Farthest value of {about}: {{}}",
                  "value", topic="quality")
    usual = cited(evidence, group.rows, f"Median of {about}: {{}}", "median", topic="quality",
                  source=of_group(group))
    return (f"{about} has {{{count}}} far out, the farthest {{{value}}} against a median "
            f"of {{{usual}}}", [count, value, usual])


def unstable(evidence: Evidence) -> None:
    """Series and reported means whose spread is too wide, or too short to be timed."""
    limits = evidence.limits
    series = _series(evidence, 5)
    _told(evidence, "unstable", _wide(series, limits["unstable.cv"], limits["unstable.extreme"]),
          series, "unstable", partial(_spread, evidence),
          "Steady the machine and repeat until the spread is small against what is compared.")
    _reported_spread(evidence)
    _too_short(evidence, limits["unstable.floor"])


def _wide(series: Groups, cv_limit: float, extreme: float) -> dict[int, float]:
    """Series whose spread or farthest value is at or above a share of the mean, with the spread."""
    if not len(series):
        return {}
    groups, seen = series.ordered, series.moments
    size = np.where(seen.mean == 0, np.inf, np.abs(seen.mean))
    cv = seen.std / size
    farthest = np.maximum(groups.lasts - seen.mean, seen.mean - groups.firsts) / size
    at = np.flatnonzero((cv >= cv_limit) | (farthest >= extreme))
    at = at[~_of_uneven_answers(series, at)]
    return dict(zip(at.tolist(), cv[at].tolist(), strict=True))


def _of_uneven_answers(series: Groups, at: Ints) -> Bools:
    """Whether whole calls are timed whose answers differ in length: that is no noise."""
    uneven = np.zeros(len(at), bool)
    calls = np.flatnonzero(series.where("metric", "request_latency")[at])
    if not len(calls):
        return uneven
    some = series.cut.select(at[calls])
    tokens = beside(series.frame, some.rows, "output_tokens")
    known = np.flatnonzero(some.all_of(tokens >= 0))
    if len(known):
        answers = some.select(known)
        lengths = group_by_starts(series.frame.value[tokens[some.inside(known)]], answers.starts)
        seen = moments(lengths)
        deviation = seen.std * np.sqrt((seen.count - 1) / seen.count)
        uneven[calls[known]] = deviation > 0.02 * seen.mean
    return uneven


def _spread(evidence: Evidence, group: Group) -> tuple[str, list[str]]:
    about = describe(evidence.book, group)
    ids = [cited(evidence, group.rows, f"{word} of {about}: {{}}", which, topic="quality",
                 source=of_group(group))
           for word, which in (("Mean", "mean"), ("Smallest", "min"), ("Largest", "max"))]
    return f"{about} with {{{ids[1]}}} to {{{ids[2]}}} about a mean of {{{ids[0]}}}", ids


def _reported_spread(evidence: Evidence) -> None:
    """Reported means whose reported standard deviation is too wide.

    The rate from moment to moment goes up and down with every answer: its spread is none of
    the mean's.
    """
    frame, book = evidence.frame, evidence.book
    timed = (frame.counted & frame.column("metric").where(*_TIMED)
             & ~frame.column("definition").where("rate-samples"))
    rows = np.flatnonzero(timed & frame.column("statistic").where("mean", "std"))
    metric = frame.column("metric").codes
    pairs = [(one["mean"], one["std"]) for one in together(frame, rows).values()
             if len(one) == 2 and metric[one["mean"]] == metric[one["std"]]
             and frame.value[one["mean"]] > 0]
    wide = [(float(frame.value[std] / frame.value[mean]), mean, std) for mean, std in pairs]
    wide = sorted((one for one in wide if one[0] >= evidence.limits["unstable.cv"]),
                  key=lambda one: (-one[0], one[1]))
    if not wide:
        return
    count = counted(evidence, "Reported means whose spread is too wide: {}", len(wide),
                    of="wide reported means", topic="quality",
                    rows=[mean for _, mean, _ in wide],
                    estimator="reported standard deviation / mean at or above the threshold")
    total = counted(evidence, "Reported means with a standard deviation: {}", len(pairs),
                    of="means with a deviation", topic="quality", weight=2.0,
                    estimator="count of pairs, each by its mean", rows=[mean for mean, _ in pairs])
    facts, clauses = [count, total], []
    for cv, mean, std in wide[:_MOST]:
        key = book.name("key", str(frame.column("key").at(mean)))
        file = book.name("artifact", str(frame.column("artifact").at(mean)))
        two = [cited(evidence, [row], f"{what} beside {key} in {file}: {{}}", "value",
                     topic="quality", weight=2.0, estimator="as the artifact reports it")
               for row, what in ((std, "Standard deviation"), (mean, "Mean"))]
        share = derived(evidence, f"Spread of {key} in {file}: {{}}", 100.0 * cv, two,
                        statistic="cv", estimator="standard deviation / mean", unit="%",
                        sql="100.0 * {0} / {1}", topic="quality")
        facts += [share, two[1]]
        clauses.append(f"{key} in {file} at {{{two[1]}}} with {{{share}}}")
    book.finding("unstable", "warning",
                 f"{{{count}}} of {{{total}}} reported means vary too much to stand for their "
                 f"runs: {'; '.join(clauses)}.", facts,
                 "Repeat on a quiet machine, and give the interval beside the mean.", "quality")


def _too_short(evidence: Evidence, floor: float) -> None:
    """Iteration times under the floor, group by group: of other things they are no one number."""
    frame, book = evidence.frame, evidence.book
    groups = grouped(frame, np.flatnonzero(
        frame.counted & frame.column("metric").where("iteration_time")
        & frame.column("statistic").where("sample", "mean") & (frame.value > 0)))
    short = groups.select(groups.low < floor) if len(groups) else groups
    if not len(short):
        return
    firsts = short.cut.firsts
    count = counted(evidence, "Timings with iterations too short to be timed one by one: {}",
                    len(short), of="short timings", topic="quality", rows=firsts,
                    estimator="groups of like iteration times with one under the floor, each by "
                    "its first value")
    total = counted(evidence, "Groups of iteration times: {}", len(groups), of="timings",
                    topic="quality", weight=2.0, estimator="groups of like iteration times, each "
                    "by its first value", rows=groups.cut.firsts)
    worst = np.argsort(short.low, kind="stable")[:_MOST]
    told = [_short(evidence, short[at], floor) for at in worst.tolist()]
    book.finding("unstable", "notice",
                 f"{{{count}}} of {{{total}}} groups of iteration times hold some too short to be "
                 f"timed well: {'; '.join(text for text, _ in told)}. Clock and call overhead "
                 "weigh in.", [count, total, *(fact for _, ids in told for fact in ids)],
                 "Time many iterations in one go and divide, or use the device's "
                 "own events.", "quality")


def _short(evidence: Evidence, group: Group, floor: float) -> tuple[str, list[str]]:
    rows = group.rows[group.values < floor]
    kind = "" if group.name("statistic") == "sample" else "reported mean of "
    about = kind + describe(evidence.book, group)
    source = f"{of_group(group)} AND value > 0 AND value < {floor!r}"
    ids = [cited(evidence, rows, f"Values of {about} under the floor: {{}}", "count",
                 topic="quality", estimator="count of values under the floor", source=source),
           cited(evidence, rows, f"Shortest {about}: {{}}", "min", topic="quality",
                 scope=group.scope(), source=source)]
    return f"{about} with {{{ids[0]}}} of them, the shortest {{{ids[1]}}}", ids


def _moving_series(evidence: Evidence) -> tuple[Groups, list[int]]:
    """Long series that are not cold, and those whose values and places go together at all."""
    series = _series(evidence, 20)
    series = series.select(~series.where("phase", "cold"))
    if not len(series):
        return series, []
    return series, np.flatnonzero(trends(series.values, series.ordered)).tolist()


def not_steady(evidence: Evidence) -> None:
    """Series that still move towards their level: the warm-up was not over."""
    limits = evidence.limits
    series, moving = evidence.once(_moving_series)
    found: dict[int, float] = {}
    for at in moving:
        values = series[at].values
        half = len(values) // 2
        if not _apart(float(np.median(values[:half // 2])), float(np.median(values[half:])),
                      1 + limits["not-steady.change"]):
            continue
        early = drift(values[:half])
        if early is None or early.p_value > limits["not-steady.p"]:
            continue
        seen = steady_state(values, cv_limit=limits["not-steady.cv"])
        if not seen.reached or seen.first != 0:
            found[at] = abs(early.tau)
    _told(evidence, "not-steady", found, series, "not steady from the start",
          partial(_moving, evidence),
          "Leave out the iterations before the steady state, and say how many they were.")


def _moving(evidence: Evidence, group: Group) -> tuple[str, list[str]]:
    about, n = describe(evidence.book, group), group.n
    fifth = max(3, n // 5)
    first = cited(evidence, group.rows[:fifth], f"Median of the first fifth of {about}: {{}}",
                  "median", topic="quality", source=of_group(group, 0, fifth))
    last = cited(evidence, group.rows[-fifth:], f"Median of the last fifth of {about}: {{}}",
                 "median", topic="quality", source=of_group(group, n - fifth))
    settled = drift(group.values[n // 2:])
    still = settled is not None and settled.p_value < evidence.limits["not-steady.p"]
    return (f"{about} goes from {{{first}}} to {{{last}}}" + (" and still moves" if still else ""),
            [first, last])


def level_shift(evidence: Evidence) -> None:
    """Series whose level steps once and stays."""
    limits = evidence.limits
    series, moving = evidence.once(_moving_series)
    found: dict[int, tuple[float, int]] = {}
    for at in moving:
        seen = step(series[at].values, at_most=limits["level-shift.p"])
        if seen is None or min(seen.index, seen.n - seen.index) < 5:
            continue
        before, after = seen.median_before, seen.median_after
        if _apart(before, after, 1 + limits["level-shift.change"]):
            found[at] = abs(after / before - 1) if before else 1.0, seen.index
    _told(evidence, "level-shift", {at: size for at, (size, _) in found.items()}, series,
          "not of one level", lambda group: _shifted(evidence, group, found[group.at][1]),
          "Find what changed in between; do not average across it.")


def _shifted(evidence: Evidence, group: Group, index: int) -> tuple[str, list[str]]:
    about = describe(evidence.book, group)
    before = cited(evidence, group.rows[:index], f"Median of {about} before its level "
                   "moved: {}", "median", topic="quality", source=of_group(group, 0, index))
    after = cited(evidence, group.rows[index:], f"Median of {about} after its level "
                  "moved: {}", "median", topic="quality", source=of_group(group, index))
    return f"{about} moves from {{{before}}} to {{{after}}}", [before, after]


RULES = (
    Rule("first-run", "First runs that stand apart", "notice", "hyperfine",
         "ten repetitions without a phase", "the first value and the median after it",
         "report first runs apart; make warm-up runs", first_runs,
         (Threshold("score", 14.826, "distance from the median of the others, in MAD"),
          Threshold("factor", 1.5, "smallest ratio to the median of the others"))),
    Rule("outlier", "Outliers", "notice", "hyperfine; Iglewicz & Hoaglin 1993",
         "ten repetitions", "how many lie far out, and the farthest",
         "look for the cause; report, do not drop silently", outlying,
         (Threshold("score", 14.826, "distance from the median, in MAD"),)),
    Rule("unstable", "Values too unsteady for a mean", "warning", "pyperf check",
         "five repetitions, or a mean with its standard deviation",
         "mean and range of what varies too much, and what is too short to time",
         "steady the machine and repeat", unstable,
         (Threshold("cv", 0.10, "standard deviation / mean from which it is unstable"),
          Threshold("extreme", 0.50, "distance of an extreme from the mean, as a share"),
          Threshold("floor", 0.001, "shortest iteration that is timed well, seconds"))),
    Rule("not-steady", "Warm-up that was not over", "notice", "Georges et al. 2007",
         "twenty repetitions in order", "where a series comes from and where it goes",
         "leave out the iterations before the steady state", not_steady,
         (Threshold("cv", 0.02, "standard deviation / mean of the last ten of a steady series"),
          Threshold("p", 0.001, "p-value of the trend under which it is told"),
          Threshold("change", 0.05, "smallest change that is told, as a share"))),
    Rule("level-shift", "Levels that step", "warning", "Lausen & Schumacher 1992",
         "twenty repetitions in order", "the medians before and after the step",
         "find what changed; do not average across it", level_shift,
         (Threshold("p", 0.001, "p-value of the step under which it is told"),
          Threshold("change", 0.05, "smallest change that is told, as a share"))),
)

"""Rules about repeated values in order: first runs, outliers, noise, warm-up, steps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from baseline_collector.evidence.book import count_of
from baseline_collector.evidence.cite import cited, counted, derived, of_group
from baseline_collector.evidence.frame import Group
from baseline_collector.evidence.pairing import beside, together
from baseline_collector.evidence.rule import Evidence, Rule, Threshold, listed
from baseline_collector.evidence.summaries import describe
from baseline_collector.stats.series import drift, step
from baseline_collector.stats.stability import first_run, outlier_scores, steady_state

_TIMED = frozenset({
    "iteration_time", "request_latency", "time_to_first_token", "inter_token_latency",
    "time_per_output_token", "kernel_duration", "output_throughput", "prompt_throughput",
    "total_throughput", "throughput", "request_throughput", "operation_rate",
})
_MOST = 3
_SMALLEST = 10


def _series(evidence: Evidence, smallest: int) -> list[Group]:
    """Repetitions of one thing in one file, in the order of the file."""
    return [one.group for one in evidence.summaries
            if one.group.n >= smallest and one.group.name("metric") in _TIMED
            and one.group.name("statistic") == "sample"
            and not one.group.suite and len(one.group.artifacts) == 1]


Hit = tuple[float, Group, str, list[str]]


def _told(evidence: Evidence, rule: str, hits: list[Hit], series: Sequence[Group], what: str,
          advice: str) -> None:
    """Enter the findings of the worst series and how many more there are."""
    if not hits:
        return
    hits.sort(key=lambda one: (-one[0], int(one[1].rows[0])))
    count = counted(evidence, f"Series {what}: {{}}", len(hits), of=f"series, {rule}",
                    topic="quality", estimator="series of repeated values for which the rule "
                    "holds, each by its first value",
                    rows=[int(group.rows[0]) for _, group, _, _ in hits])
    total = counted(evidence, f"Series looked at for {what}: {{}}", len(series),
                    of=f"series looked at, {rule}", topic="quality", weight=2.0,
                    estimator="series of repeated values that are long enough, each by its first "
                    "value", rows=[int(group.rows[0]) for group in series])
    clauses = "; ".join(text for _, _, text, _ in hits[:_MOST])
    facts = [count, total, *(fact for _, _, _, ids in hits[:_MOST] for fact in ids)]
    evidence.book.finding(
        rule, "warning" if rule in ("unstable", "level-shift") else "notice",
        f"{{{count}}} of {{{total}}} {count_of(len(series), 'series', 'series')} "
        f"{count_of(len(hits), 'is', 'are')} {what}: {clauses}.", facts, advice, "quality")


def first_runs(evidence: Evidence) -> None:
    """Series whose first value stands apart from the rest, where no phase is known."""
    found: list[Hit] = []
    limits = evidence.limits
    series = [one for one in _series(evidence, _SMALLEST) if one.name("phase") is None]
    for group in series:
        values = group.values
        seen = first_run(values, limits["first-run.score"])
        rest = seen.rest_median
        if not seen.apart or not rest or not _apart(values[0], rest, limits["first-run.factor"]):
            continue
        about = describe(evidence.book, group)
        first = cited(evidence, group.rows[:1], f"First value of {about}: {{}}", "value",
                      topic="cold_start")
        others = cited(evidence, group.rows[1:], f"Median of the others of {about}: {{}}",
                       "median", topic="cold_start", source=of_group(group, 1))
        found.append((seen.score or 0.0, group,
                      f"{about} began at {{{first}}}, against a median of {{{others}}} after it",
                      [first, others]))
    _told(evidence, "first-run", found, series, "apart in their first run",
          "Report first runs apart from the others, and make warm-up runs before timing.")


def _apart(value: float, usual: float, factor: float) -> bool:
    return max(value, usual) >= factor * min(value, usual)


def outlying(evidence: Evidence) -> None:
    """Series with values far from the rest, the first one aside."""
    found: list[Hit] = []
    limit = evidence.limits["outlier.score"]
    series = _series(evidence, _SMALLEST)
    for group in series:
        scores = outlier_scores(group.values)
        far = np.flatnonzero(scores > limit)
        far = far[far > 0]
        if not len(far):
            continue
        about = describe(evidence.book, group)
        worst = int(far[scores[far].argmax()])
        count = cited(evidence, group.rows[far], f"Outliers of {about}: {{}}", "count",
                      topic="quality", estimator="|x - median| / MAD above the threshold")
        value = cited(evidence, group.rows[[worst]], f"Farthest value of {about}: {{}}", "value",
                      topic="quality")
        usual = cited(evidence, group.rows, f"Median of {about}: {{}}", "median", topic="quality",
                      source=of_group(group))
        found.append((float(scores[worst]), group,
                      f"{about} has {{{count}}} far out, the farthest {{{value}}} against a median "
                      f"of {{{usual}}}", [count, value, usual]))
    _told(evidence, "outlier", found, series, "series with outliers",
          "Look for what ran beside these calls; give medians beside means; drop nothing silently.")


def unstable(evidence: Evidence) -> None:
    """Series and reported means whose spread is too wide, or too short to be timed."""
    limits, frame = evidence.limits, evidence.frame
    found: list[Hit] = []
    series = _series(evidence, 5)
    for group in series:
        if _of_uneven_answers(group):
            continue
        values, mean = group.values, float(group.values.mean())
        cv = float(values.std(ddof=1)) / abs(mean) if mean else 0.0
        farthest = max(values.max() - mean, mean - values.min()) / abs(mean) if mean else 0.0
        if cv < limits["unstable.cv"] and farthest < limits["unstable.extreme"]:
            continue
        about = describe(evidence.book, group)
        ids = [cited(evidence, group.rows, f"{word} of {about}: {{}}", which, topic="quality",
                     source=of_group(group))
               for word, which in (("Mean", "mean"), ("Smallest", "min"), ("Largest", "max"))]
        found.append((cv, group, f"{about} with {{{ids[1]}}} to {{{ids[2]}}} about a mean of "
                      f"{{{ids[0]}}}", ids))
    _told(evidence, "unstable", found, series, "unstable",
          "Steady the machine and repeat until the spread is small against what is compared.")
    _reported_spread(evidence)
    rows = np.flatnonzero(frame.counted & frame.column("metric").where("iteration_time")
                          & frame.column("statistic").where("sample", "mean")
                          & (frame.value < limits["unstable.floor"]) & (frame.value > 0))
    _too_short(evidence, rows.tolist())


def _of_uneven_answers(group: Group) -> bool:
    """Whether whole calls are timed whose answers differ in length: that is no noise."""
    if group.name("metric") != "request_latency":
        return False
    tokens = beside(group.frame, group.rows, "output_tokens")
    if (tokens < 0).any():
        return False
    lengths = group.frame.value[tokens]
    return bool(lengths.std() > 0.02 * lengths.mean())


def _reported_spread(evidence: Evidence) -> None:
    """Reported means whose reported standard deviation is too wide."""
    frame, book = evidence.frame, evidence.book
    timed = frame.counted & frame.column("metric").where(*_TIMED)
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


def _too_short(evidence: Evidence, rows: Sequence[int]) -> None:
    if not rows:
        return
    book, frame = evidence.book, evidence.frame
    count = cited(evidence, rows, "Iterations too short to be timed one by one: {}", "count",
                  topic="quality", estimator="iteration times under the floor")
    least = cited(evidence, rows, "Shortest of them: {}", "min", topic="quality")
    names = sorted({str(frame.column("artifact").at(row)) for row in rows})
    book.finding("unstable", "notice",
                 f"{{{count}}} iteration times in {listed(book, 'artifact', names)} are too short "
                 f"to be timed well, the shortest {{{least}}}: clock and call overhead weigh in.",
                 [count, least], "Time many iterations in one go and divide, or use the device's "
                 "own events.", "quality")


def not_steady(evidence: Evidence) -> None:
    """Series that still move towards their level: the warm-up was not over."""
    limits = evidence.limits
    series = [one for one in _series(evidence, 20) if not one.cold]
    found: list[Hit] = []
    for group in series:
        values = group.values
        if not _may_trend(values):
            continue
        half = len(values) // 2
        seen = steady_state(values, cv_limit=limits["not-steady.cv"])
        early = drift(values[:half])
        settled = drift(values[half:])
        if (early is None or early.p_value > limits["not-steady.p"]
                or not _apart(float(np.median(values[:half // 2])), float(np.median(values[half:])),
                              1 + limits["not-steady.change"])):
            continue
        if seen.reached and seen.first == 0:
            continue
        about = describe(evidence.book, group)
        fifth = max(3, len(values) // 5)
        first = cited(evidence, group.rows[:fifth], f"Median of the first fifth of {about}: {{}}",
                      "median", topic="quality", source=of_group(group, 0, fifth))
        last = cited(evidence, group.rows[-fifth:], f"Median of the last fifth of {about}: {{}}",
                     "median", topic="quality",
                     source=of_group(group, len(values) - fifth))
        still = " and still moves" if settled and settled.p_value < limits["not-steady.p"] else ""
        found.append((abs(early.tau), group,
                      f"{about} goes from {{{first}}} to {{{last}}}{still}", [first, last]))
    _told(evidence, "not-steady", found, series, "not steady from the start",
          "Leave out the iterations before the steady state, and say how many they were.")


def _may_trend(values: np.typing.NDArray[np.float64]) -> bool:
    """A cheap look: whether values and their positions go together at all."""
    at = np.arange(len(values)) - (len(values) - 1) / 2
    low, high = np.quantile(values, (0.05, 0.95))
    clipped = np.clip(values, low, high)
    centred = clipped - clipped.mean()
    scale = float(np.sqrt((at @ at) * (centred @ centred)))
    return scale > 0 and abs(float(at @ centred)) > 2.5 / np.sqrt(len(values)) * scale


def level_shift(evidence: Evidence) -> None:
    """Series whose level steps once and stays."""
    limits = evidence.limits
    series = [one for one in _series(evidence, 20) if not one.cold]
    found: list[Hit] = []
    for group in series:
        values = group.values
        if not _may_trend(values):
            continue
        seen = step(values)
        if (seen is None or seen.p_value > limits["level-shift.p"]
                or min(seen.index, len(values) - seen.index) < 5
                or not _apart(seen.median_before, seen.median_after,
                              1 + limits["level-shift.change"])):
            continue
        about = describe(evidence.book, group)
        before = cited(evidence, group.rows[:seen.index], f"Median of {about} before its level "
                       "moved: {}", "median", topic="quality",
                       source=of_group(group, 0, seen.index))
        after = cited(evidence, group.rows[seen.index:], f"Median of {about} after its level "
                      "moved: {}", "median", topic="quality",
                      source=of_group(group, seen.index))
        change = abs(seen.median_after / seen.median_before - 1) if seen.median_before else 1.0
        found.append((change, group, f"{about} moves from {{{before}}} to {{{after}}}",
                      [before, after]))
    _told(evidence, "level-shift", found, series, "not of one level",
          "Find what changed in between; do not average across it.")



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

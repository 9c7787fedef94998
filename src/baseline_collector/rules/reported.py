"""Rules about reported numbers: means and sums that are not what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from baseline_collector.evidence.arrays import Ints
from baseline_collector.evidence.cite import cited, counted, derived, query, said
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.pairing import beside, containers
from baseline_collector.evidence.rule import Evidence, Rule, Threshold, listed
from baseline_collector.stats.plausibility import grim


def means_of_one(evidence: Evidence) -> None:
    """Means that are single values: n is stated as one, or they restate one sample."""
    frame = evidence.frame
    rows = np.flatnonzero(frame.stated & frame.column("statistic").where("mean"))
    if not len(rows):
        return
    alone = rows[(frame.n[rows] == 1) | (frame.n[rows] == 0) & _of_one_sample(frame, rows)]
    if not len(alone):
        return
    book = evidence.book
    count = counted(evidence, "Reported means that are a single value: {}", len(alone),
                    of="means of one value", topic="quality", rows=alone,
                    estimator="n = 1, or equal to the only sample of an array or of settings")
    total = counted(evidence, "Reported means: {}", len(rows), of="means", topic="quality",
                    estimator="count of values", rows=rows, weight=19.0)
    names = sorted({str(frame.column("artifact").at(int(row))) for row in alone})
    book.finding("mean-of-one", "warning",
                 f"{{{count}}} of {{{total}}} reported means are a single value under another "
                 f"name, in {listed(book, 'artifact', names)}: no spread, and no trend can be "
                 "read from them.", [count, total],
                 "Call a single run by its name, and repeat each configuration before averaging.",
                 "quality")


def _of_one_sample(frame: Frame, rows: Ints) -> np.typing.NDArray[np.bool_]:
    """Whether what each statistic restates is one sample."""
    column = frame.column("restates")
    single = np.array([name is not None and json.loads(name).get("n") == 1
                       for name in column.names])
    return np.asarray(single[column.codes[rows]], bool)


_WHOLE = ("output_tokens", "prompt_tokens", "total_tokens", "output_characters", "success_count",
          "failure_count", "process_count")


def impossible_means(evidence: Evidence) -> None:
    """Means of whole numbers that no total of whole numbers gives (GRIM)."""
    frame, book = evidence.frame, evidence.book
    rows = np.flatnonzero(frame.stated & frame.column("statistic").where("mean")
                          & frame.column("metric").where(*_WHOLE) & (frame.n > 0))
    # Of large heaps the texts stay on disk; a float written back never has more decimals.
    raw = frame.table.column("raw") if "raw" in frame.table.column_names else None
    for row in rows.tolist():
        written = raw[row].as_py() if raw is not None else f"{float(frame.value[row])!r}"
        text = str(written).replace(",", "").rstrip("%")
        try:
            possible = grim(text, int(frame.n[row])) != "impossible"
        except ValueError:
            continue
        if possible:
            continue
        file = book.name("artifact", str(frame.column("artifact").at(row)))
        what = str(frame.column("metric").at(row)).replace("_", " ")
        mean = cited(evidence, [row], f"Mean {what} that {file} reports: {{}}", "value",
                     topic="quality", estimator="mean as the artifact reports it")
        n = counted(evidence, f"Values behind the mean {what} in {file}: {{}}",
                    int(frame.n[row]), of="n behind a mean", topic="quality", rows=[row],
                    estimator="n as the artifact states it", weight=4.0,
                    sql=query(frame, [row], "max(n)"))
        book.finding("impossible-mean", "warning",
                     f"A mean {what} of {{{mean}}} over {{{n}}} whole numbers in {file} cannot "
                     "be: no whole total gives it.", [mean, n],
                     f"Compute the mean in {file} again from its values, or state the right n.",
                     "quality")


@dataclass(frozen=True, slots=True)
class _Sum:
    """A whole and the parts it should be the sum of."""

    whole: str
    parts: tuple[str, ...]


_SUMS = (
    _Sum("total_tokens", ("prompt_tokens", "output_tokens")),
    _Sum("request_count", ("success_count", "failure_count")),
)


def parts_and_wholes(evidence: Evidence) -> None:
    """Wholes that are not the sum of their parts; totals that are not the sum of their values."""
    frame = evidence.frame
    for one in _SUMS:
        wholes = np.flatnonzero(frame.counted & frame.column("statistic").where("sample")
                                & frame.column("metric").where(one.whole))
        columns = [beside(frame, wholes, part) for part in one.parts]
        have = np.logical_and.reduce([column >= 0 for column in columns])
        for at in np.flatnonzero(have).tolist():
            parts = [int(column[at]) for column in columns]
            if abs(frame.value[parts].sum() - frame.value[wholes[at]]) > 0.5:
                _wrong_sum(evidence, int(wholes[at]), parts)
    _wrong_totals(evidence)
    _shares(evidence)


def _wrong_sum(evidence: Evidence, whole: int, parts: Sequence[int]) -> None:
    frame, book = evidence.frame, evidence.book
    file = book.name("artifact", str(frame.column("artifact").at(whole)))

    def fact(row: int) -> str:
        what = str(frame.column("metric").at(row)).replace("_", " ")
        where = book.name("pointer", frame.source(row).pointer)
        return cited(evidence, [row], f"The {what} at {where} of {file}: {{}}", "value",
                     topic="quality")

    total, mine = fact(whole), [fact(row) for row in parts]
    names = " and ".join(str(frame.column("metric").at(row)).replace("_", " ") for row in parts)
    book.finding("parts-and-whole", "warning",
                 f"In {file} {str(frame.column('metric').at(whole)).replace('_', ' ')} "
                 f"{{{total}}} is not the sum of {names}, {said(mine)}.", [total, *mine],
                 f"Check which of these numbers in {file} counts something else.", "quality")


def _wrong_totals(evidence: Evidence) -> None:
    """Totals that an artifact states beside the samples they are the sum of."""
    frame, book = evidence.frame, evidence.book
    artifact, metric = frame.column("artifact").codes, frame.column("metric").codes
    totals = np.flatnonzero(frame.counted & frame.column("statistic").where("total"))
    for row in totals.tolist():
        mine = np.flatnonzero(
            (artifact == artifact[row]) & (metric == metric[row]) & frame.counted
            & frame.column("statistic").where("sample")
            & (frame.column("unit").codes == frame.column("unit").codes[row]))
        same = (artifact == artifact[row]) & (metric == metric[row])
        alone = int((same & frame.column("statistic").where("total")).sum()) == 1
        failed = bool((same & ~frame.counted).any())
        keys = len(set(frame.column("key").codes[mine].tolist()))
        if len(mine) < 2 or not alone or failed or keys != 1:
            continue
        summed, stated = float(frame.value[mine].sum()), float(frame.value[row])
        if abs(summed - stated) <= evidence.limits["parts-and-whole.total"] * abs(stated):
            continue
        file = book.name("artifact", str(frame.column("artifact").at(row)))
        what = str(frame.column("metric").at(row)).replace("_", " ")
        said_ = cited(evidence, [row], f"Total {what} that {file} states: {{}}", "value",
                      topic="quality", estimator="total as the artifact states it")
        found = cited(evidence, mine, f"Sum of the values of {what} in {file}: {{}}", "total",
                      topic="quality")
        book.finding("parts-and-whole", "warning",
                     f"The total {what} of {file} is stated as {{{said_}}}; its values add up to "
                     f"{{{found}}}.", [said_, found],
                     f"Check whether values are missing from {file} or its total counts more.",
                     "quality")


_SHARES = re.compile(
    r"(?:^|[_.])(?:breakdown|distribution|shares?|split|mix|composition)(?:$|[_.\[])",
    re.IGNORECASE)


def _shares(evidence: Evidence) -> None:
    """Shares of one whole that do not add up to all of it."""
    frame, book = evidence.frame, evidence.book
    keys = frame.column("key")
    telling = np.array([bool(_SHARES.search(str(name).rpartition(".")[0])) for name in keys.names])
    percent = frame.column("unit").where("%")
    rows = np.flatnonzero(telling[keys.codes] & percent & ~frame.column("status").where("failed")
                          & ~np.isnan(frame.value))
    found: dict[tuple[int, str], list[int]] = {}
    for row, place in zip(rows.tolist(), containers(frame, rows), strict=True):
        found.setdefault(place, []).append(row)
    for mine in found.values():
        whole = float(frame.value[mine].sum())
        if len(mine) < 2 or abs(whole - 100) <= 0.5 * len(mine) + 0.5:
            continue
        file = book.name("artifact", str(frame.column("artifact").at(mine[0])))
        total = cited(evidence, mine, f"Sum of shares of one whole in {file}: {{}}", "total",
                      topic="quality")
        book.finding("parts-and-whole", "warning",
                     f"Shares of one whole in {file} add up to {{{total}}}.", [total],
                     f"Check which share in {file} is of another whole.", "quality")


def rate_means(evidence: Evidence) -> None:
    """Means of rates that artifacts report, where total over total is another number."""
    frame, book = evidence.frame, evidence.book
    limit = evidence.limits["mean-of-rates.gap"]
    rows = np.flatnonzero(frame.stated & frame.column("statistic").where("mean")
                          & frame.column("metric").where("output_throughput"))
    samples = np.flatnonzero(frame.counted & frame.column("statistic").where("sample")
                             & frame.column("metric").where("output_throughput"))
    if not len(rows) or not len(samples):
        return
    tokens = beside(frame, samples, "output_tokens")
    seconds = beside(frame, samples, "eval_duration")
    seconds = np.where(seconds >= 0, seconds, beside(frame, samples, "request_latency"))
    usable = (tokens >= 0) & (seconds >= 0)
    artifact, model = frame.column("artifact").codes, frame.column("model").codes
    by_run: dict[tuple[int, int], list[int]] = {}
    for at in np.flatnonzero(usable).tolist():
        row = samples[at]
        by_run.setdefault((int(artifact[row]), int(model[row])), []).append(at)
    for row in rows.tolist():
        mine = np.array(by_run.get((int(artifact[row]), int(model[row])), ()), np.int64)
        if len(mine) < 3 or len(np.unique(frame.records(samples[mine]))) < len(mine):
            continue
        rate = frame.value[tokens[mine]].sum() / frame.value[seconds[mine]].sum()
        stated = float(frame.value[row])
        plain = float(frame.value[samples[mine]].mean())
        parts_agree = np.abs(frame.value[tokens[mine]] / frame.value[seconds[mine]]
                             - frame.value[samples[mine]]) <= 0.01 * frame.value[samples[mine]]
        if (not parts_agree.all() or abs(stated - plain) > 1e-3 * stated
                or abs(stated - rate) <= limit * stated):
            continue
        file = book.name("artifact", str(frame.column("artifact").at(row)))
        mean = cited(evidence, [row], f"Mean of rates that {file} reports: {{}}", "value",
                     topic="quality", estimator="mean as the artifact reports it")
        whole = cited(evidence, tokens[mine], f"Output tokens of all calls in {file}: {{}}",
                      "total", topic="quality", weight=3.0)
        took = cited(evidence, seconds[mine], f"Time of all calls in {file}: {{}}", "total",
                     topic="quality", weight=3.0)
        fact = derived(evidence, f"Total tokens over total time in {file}: {{}}", float(rate),
                       [whole, took], statistic="rate", estimator="total tokens / total time",
                       sql="{0} / {1}", topic="quality", unit=frame.column("unit").at(row),
                       metric="output_throughput", n=len(mine))
        book.finding("mean-of-rates", "notice",
                     f"{file} reports {{{mean}}} as its mean rate, the plain mean of single "
                     f"rates; total tokens over total time are {{{fact}}}.", [mean, fact],
                     "Summarise rates as total over total: a plain mean favours short calls.",
                     "quality")


RULES = (
    Rule("mean-of-one", "Means of one run", "warning", "Hoefler & Belli 2015, rule 5",
         "reported means with n, or beside the samples of the same settings",
         "which reported means are a single value",
         "call a single run by its name; repeat before averaging", means_of_one),
    Rule("impossible-mean", "Means that cannot be", "warning", "Brown & Heathers 2017, GRIM",
         "a mean of whole numbers with its n",
         "a mean that no whole total gives", "compute it again from the values",
         impossible_means),
    Rule("parts-and-whole", "Wholes that are not the sum of their parts", "warning",
         "arithmetic; statcheck's idea",
         "a total beside its parts, or shares of one whole",
         "the whole, its parts and that they disagree", "check what each number counts",
         parts_and_wholes,
         (Threshold("total", 0.01, "largest gap of a stated total, as a share of it"),)),
    Rule("mean-of-rates", "Means of rates", "notice", "Hoefler & Belli 2015, rule 3",
         "a reported mean rate beside tokens and durations of its calls",
         "the plain mean, and total over total", "summarise rates as total over total",
         rate_means,
         (Threshold("gap", 0.01, "smallest gap between both that is told, as a share"),)),
)

"""Rules about reported quantiles: of runs instead of values, and of too few values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from baseline_collector.evidence.arrays import Ints
from baseline_collector.evidence.cite import cited, counted, query, said
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.pairing import together
from baseline_collector.evidence.rule import Evidence, Rule, listed
from baseline_collector.stats.plausibility import QuantileDefect, quantile_defects
from baseline_collector.stats.summary import smallest_n

_QUANTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
_MOST_TOLD = 3
_WORDS: Mapping[QuantileDefect, str] = {
    "largest run mean": "the largest of {n} run means",
    "quantile of run means": "a quantile of {n} run means",
    "mean of run quantiles": "the mean of the quantiles of {n} runs",
    "quantile of run quantiles": "a quantile of the quantiles of {n} runs",
    "below every run": "below the same quantile of each of {n} runs",
    "above every run": "above the same quantile of each of {n} runs",
}
_WORST: tuple[QuantileDefect, ...] = ("largest run mean", "quantile of run means", *_WORDS)


def _level(statistic: str | None) -> float | None:
    found = _QUANTILE.fullmatch(statistic or "")
    return float(found[1]) / 100 if found else None


def _quantile_rows(frame: Frame) -> Ints:
    column = frame.column("statistic")
    levels = np.array([_level(name) is not None for name in column.names])
    return np.flatnonzero(frame.stated & levels[column.codes])


def percentile_of_percentiles(evidence: Evidence) -> None:
    """Quantiles beside a list of runs that were computed from the runs' own statistics."""
    frame = evidence.frame
    column, metric = frame.column("statistic"), frame.column("metric")
    quantiles = _quantile_rows(frame)
    within = np.isin(frame.column("artifact").codes,
                     np.unique(frame.column("artifact").codes[quantiles]))
    rows = np.union1d(quantiles, np.flatnonzero(frame.stated & within & column.where("mean")))
    by_metric: dict[tuple[int, int], dict[str, dict[str, int]]] = {}
    for (artifact, place), found in together(frame, rows).items():
        for name, row in found.items():
            label = (artifact, int(metric.codes[row]))
            by_metric.setdefault(label, {}).setdefault(place, {})[name] = row
    for places in by_metric.values():
        runs = [one for place, one in places.items() if place.endswith("]") and "mean" in one]
        printed = [one for place, one in places.items() if not place.endswith("]")]
        if len(runs) >= 2 and printed:
            for one in printed:
                _judge_quantiles(evidence, one, runs)


def _judge_quantiles(evidence: Evidence, printed: Mapping[str, int],
                     runs: Sequence[Mapping[str, int]]) -> None:
    """Enter the finding of one summary, its highest defective quantile first."""
    frame = evidence.frame
    told = []
    for name, row in printed.items():
        level = _level(name)
        mine = [run for run in runs if name in run]
        if level is None or len(mine) < 2:
            continue
        own, means = [run[name] for run in mine], [run["mean"] for run in mine]
        defects = quantile_defects(float(frame.value[row]), frame.value[own],
                                   frame.value[means], q=level)
        worst = next((one for one in _WORST if one in defects), None)
        if worst is not None:
            told.append((level, name, row, own, worst))
    if not told:
        return
    told.sort(key=lambda one: (_WORST.index(one[4]), -one[0]))
    book = evidence.book
    artifact = str(frame.column("artifact").at(told[0][2]))
    what = str(frame.column("metric").at(told[0][2])).replace("_", " ")
    file = book.name("artifact", artifact)
    facts, clauses = [], []
    for _, name, row, own, worst in told:
        slot = book.name("statistic", name)
        printed_fact = cited(evidence, [row], f"{slot} of {what} as {file} reports it over its "
                             "runs: {}", "value", topic="quality", weight=30.0)
        runs_facts = [cited(evidence, [each], f"{slot} of {what} of a single run in {file}: {{}}",
                            "value", topic="quality", weight=12.0) for each in own[:_MOST_TOLD]]
        count = counted(evidence, f"Runs behind {slot} of {what} in {file}: {{}}", len(own),
                        of=f"runs behind {name}", topic="quality", estimator="count of runs",
                        rows=own, scope={"artifact": artifact}, weight=4.0)
        words = _WORDS[worst].format(n=f"{{{count}}}")
        rest = " and so on" if len(own) > _MOST_TOLD else ""
        clauses.append(f"{slot} at {{{printed_fact}}} is {words}, where the runs' own are "
                       f"{said(runs_facts)}{rest}")
        facts += [printed_fact, count, *runs_facts]
    book.finding("quantile-of-runs", "warning",
                 f"In {file} quantiles of {what} are not taken over all values: "
                 + "; ".join(clauses) + ".", facts,
                 "Take quantiles over the single values of all runs, or print those of each run.",
                 "quality")


def small_quantiles(evidence: Evidence) -> None:
    """Quantiles that artifacts report from fewer values than they need."""
    frame = evidence.frame
    rows = _quantile_rows(frame)
    rows = rows[frame.n[rows] > 0]
    if not len(rows):
        return
    column = frame.column("statistic")
    needs = {code: smallest_n(level) for code, name in enumerate(column.names)
             if (level := _level(name))}
    wanted = np.array([needs[code] for code in column.codes[rows].tolist()])
    poor = rows[frame.n[rows] < wanted]
    if not len(poor):
        return
    book = evidence.book
    count = counted(evidence, "Reported quantiles that rest on fewer values than they need: {}",
                    len(poor), of="quantiles from too few values", topic="quality",
                    estimator="n under ln(0.05) / ln(q)", rows=poor)
    total = counted(evidence, "Reported quantiles that say their n: {}", len(rows),
                    of="quantiles with n", topic="quality", estimator="count of values",
                    rows=rows, weight=19.0)
    levels = sorted({column.at(int(row)) for row in poor}, key=lambda name: -(_level(name) or 0))
    facts, clauses = [count, total], []
    for name in levels[:_MOST_TOLD]:
        slot, q = book.name("statistic", str(name)), _level(name) or 0.0
        mine = poor[column.where(name)[poor]] if name else poor
        need = book.fact(f"Values that a {slot} needs: {{}}", smallest_n(q), statistic="count",
                         estimator="smallest n with at most a chance of 0.05 that none lies beyond",
                         topic="quality", kind="inventory", weight=2.0, scope={"of": "needed n"},
                         sql=f"SELECT CAST(ceil(ln(0.05) / ln({max(q, 1 - q)})) AS INTEGER)")
        most = int(frame.n[mine].max())
        have = counted(evidence, f"Most values behind such a {slot}: {{}}", most,
                       of="largest n", topic="quality", estimator="largest n", rows=mine,
                       sql=query(frame, mine, "max(n)"), weight=2.0, scope={"statistic": str(name)})
        facts += [need, have]
        clauses.append(f"{slot} needs {{{need}}} values and has at most {{{have}}}")
    names = sorted({str(frame.column("artifact").at(int(row))) for row in poor})
    book.finding("small-quantile", "warning",
                 f"{{{count}}} of {{{total}}} reported quantiles rest on too few values and are a "
                 f"maximum under another name, in {listed(book, 'artifact', names)}: "
                 + "; ".join(clauses) + ".", facts,
                 "Print the range where n is small, or measure until the quantile can be told.",
                 "quality")


RULES = (
    Rule("quantile-of-runs", "Quantiles taken over run statistics", "warning",
         "Hoefler & Belli 2015, rule 8; Tene 2015",
         "a summary quantile beside the quantiles and means of two runs",
         "which printed quantile is a statistic of run statistics, and the runs' own",
         "take quantiles over all single values, or print those of each run",
         percentile_of_percentiles),
    Rule("small-quantile", "Quantiles from too few values", "warning",
         "one-sided order-statistic bound (Wilks 1941): n >= ln(0.05) / ln(q)",
         "reported quantiles that say their n",
         "which quantiles rest on fewer values than they need",
         "print the range, or measure until the quantile can be told", small_quantiles),
)

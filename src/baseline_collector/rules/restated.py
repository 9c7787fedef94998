"""Rules about reported statistics that their samples, or another file, state differently."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baseline_collector.evidence.arrays import Bools, Floats, Ints
from baseline_collector.evidence.book import equals, quoted
from baseline_collector.evidence.cite import cited, counted
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.rule import Evidence, Rule
from baseline_collector.stats.restated import level_of
from baseline_collector.stats.summary import quantile

_MOST = 3

_COMPUTED: Mapping[str, tuple[str, str, Callable[[Floats], float]]] = {
    "mean": ("avg(value)", "arithmetic mean", lambda values: float(values.mean())),
    "min": ("min(value)", "smallest value", lambda values: float(values.min())),
    "max": ("max(value)", "largest value", lambda values: float(values.max())),
    "std": ("stddev_samp(value)", "sample standard deviation",
            lambda values: float(values.std(ddof=1))),
    "stderr": ("stddev_samp(value) / sqrt(count(*))", "standard error of the mean",
               lambda values: float(values.std(ddof=1) / np.sqrt(len(values)))),
}


@dataclass(frozen=True)
class _Samples:
    """The samples that a statistic restates, as the dataset names them."""

    frame: Frame
    named: Mapping[str, object]

    @property
    def rows(self) -> Ints:
        """Their rows."""
        return self._alike[self._below]

    @cached_property
    def _alike(self) -> Ints:
        """Rows that are named so, whatever place they stand below."""
        frame = self.frame
        mask = frame.column("statistic").where("sample") & frame.column("status").where("ok")
        for name, text in self.named.items():
            if name == "record":
                mask &= frame.record == text
            elif name not in ("below", "n", "agrees"):
                mask &= frame.column(name).codes == frame.column(name).code(
                    None if text is None else str(text))
        return np.flatnonzero(mask & (frame.column("metric").codes > 0))

    @cached_property
    def _below(self) -> Bools:
        """Which of those stand below the place."""
        if "below" not in self.named:
            return np.ones(len(self._alike), bool)
        pointers = self.frame.pointers.take(pa.array(self._alike))
        there = pc.starts_with(pointers, str(self.named["below"]))
        return np.asarray(there.to_numpy(zero_copy_only=False), bool)

    @property
    def where(self) -> str:
        """An SQL condition that selects them."""
        parts = ["statistic = 'sample'", "status = 'ok'", "metric IS NOT NULL"]
        for name, text in self.named.items():
            if name == "below":
                if self._below.all():
                    continue  # their key says it already
                parts.append(f"starts_with(pointer, {quoted(str(text))})")
            elif name == "record":
                parts.append(f"record = {text}")
            elif name not in ("n", "agrees"):
                parts.append(equals(name, None if text is None else str(text)))
        return " AND ".join(parts)


def disagreeing(evidence: Evidence) -> None:
    """Statistics that stand beside the samples they sum up and are other numbers."""
    frame = evidence.frame
    column = frame.column("restates")
    of_samples = np.array([name is not None and "n" in json.loads(name) for name in column.names])
    for mine, stated in _by_artifact(frame, of_samples):
        _tell(evidence, mine, stated)


def _by_artifact(frame: Frame, wanted: Bools) -> Iterator[tuple[Ints, Ints]]:
    """Yield the statistics of each artifact that disagree, and all that restate something.

    Args:
        frame: The measurements.
        wanted: Which of the names of ``restates`` are looked at.
    """
    column, artifact = frame.column("restates"), frame.column("artifact").codes
    off = wanted & np.array([name is not None and not json.loads(name)["agrees"]
                             for name in column.names])
    rows = np.flatnonzero(off[column.codes])
    for code in dict.fromkeys(artifact[rows].tolist()):
        yield (rows[artifact[rows] == code],
               np.flatnonzero((artifact == code) & wanted[column.codes]))


def stated_differently(evidence: Evidence) -> None:
    """Statistics of one run that two files state with different numbers."""
    frame, book = evidence.frame, evidence.book
    again = np.array([name is not None and "pointer" in json.loads(name)
                      for name in frame.column("restates").names])
    for off, stated in _by_artifact(frame, again):
        file = book.name("artifact", str(frame.column("artifact").at(int(off[0]))))
        count = counted(evidence, f"Statistics in {file} that another file of the run states "
                        "differently: {}", len(off), of="statistics that differ",
                        topic="quality", rows=off, estimator="beyond the written rounding")
        total = counted(evidence, f"Statistics in {file} that another file of the run states "
                        "too: {}", len(stated), of="statistics stated twice", topic="quality",
                        weight=19.0, estimator="count of values", rows=stated)
        pairs = [(row, twin) for row in off.tolist() if (twin := _twin(frame, row)) is not None]
        clauses, facts = [], [count, total]
        for row, twin in pairs[:_MOST]:
            ids = [_as_stated(evidence, one) for one in (row, twin)]
            key, other = (book.name("key", str(frame.column("key").at(one)))
                          for one in (row, twin))
            source = book.name("artifact", str(frame.column("artifact").at(twin)))
            clauses.append(f"{key} is {{{ids[0]}}}, and {other} in {source} is {{{ids[1]}}}")
            facts += ids
        book.finding("stated-differently", "warning",
                     f"{{{count}}} of {{{total}}} statistics in {file} that another file states of "
                     f"the same run are other numbers there: {'; '.join(clauses)}.", facts,
                     f"Write {file} again from the run, or say what differs between the two.",
                     "quality")


def _twin(frame: Frame, row: int) -> int | None:
    """The row of the statistic that one restates."""
    named = json.loads(str(frame.column("restates").at(row)))
    rows = np.flatnonzero(
        frame.column("artifact").where(named["artifact"]) & frame.column("key").where(named["key"]))
    pointers = frame.pointers.take(pa.array(rows)).to_pylist()
    return next((int(one) for one, pointer in zip(rows, pointers, strict=True)
                 if pointer == named["pointer"]), None)


def _as_stated(evidence: Evidence, row: int) -> str:
    frame, book = evidence.frame, evidence.book
    statistic = book.name("statistic", str(frame.column("statistic").at(row)))
    metric = str(frame.column("metric").at(row)).replace("_", " ")
    file = book.name("artifact", str(frame.column("artifact").at(row)))
    return cited(evidence, [row], f"The {statistic} of {metric} as {file} states it: {{}}", "value",
                 topic="quality", weight=30.0, estimator="as the artifact states it")


def _tell(evidence: Evidence, off: Ints, stated: Ints) -> None:
    """Enter the finding of one file, the farthest statistics first."""
    frame, book = evidence.frame, evidence.book
    file = book.name("artifact", str(frame.column("artifact").at(int(off[0]))))
    told = sorted((one for row in off.tolist() if (one := _computed(frame, row))),
                  key=lambda one: (-one.gap, one.row))
    if not told:
        return
    count = counted(evidence, f"Statistics in {file} that their samples do not give: {{}}",
                    len(off), of="statistics that differ", topic="quality", rows=off,
                    estimator="beyond the written rounding, by any usual estimator")
    total = counted(evidence, f"Statistics in {file} of samples at hand: {{}}", len(stated),
                    of="statistics of samples at hand", topic="quality", weight=19.0,
                    estimator="count of values", rows=stated)
    clauses, facts = [], [count, total]
    for one in told[:_MOST]:
        clause, ids = _clause(evidence, one)
        clauses.append(clause)
        facts += ids
    book.finding("summary-and-samples", "warning",
                 f"{{{count}}} of {{{total}}} statistics in {file} of samples that are at hand are "
                 f"other numbers than these give: {'; '.join(clauses)}.", facts,
                 f"Compute the statistics in {file} again from the samples, or say which of them "
                 "were left out.", "quality")


@dataclass(frozen=True, slots=True)
class _Off:
    """A statistic as stated in one row, and as its samples give it."""

    row: int
    samples: _Samples
    value: float
    expression: str
    estimator: str
    gap: float


def _computed(frame: Frame, row: int) -> _Off | None:
    """What the samples of a statistic give; None for one that is not told by a query."""
    statistic = str(frame.column("statistic").at(row))
    samples = _Samples(frame, json.loads(str(frame.column("restates").at(row))))
    level = level_of(statistic)
    if level is not None:
        expression, estimator = f"quantile_cont(value, {level!r})", "Hyndman-Fan type 7 quantile"
        value = quantile(frame.value[samples.rows], level)
    elif statistic in _COMPUTED:
        expression, estimator, compute = _COMPUTED[statistic]
        value = compute(frame.value[samples.rows])
    else:
        return None
    stated = float(frame.value[row])
    gap = abs(value - stated) / max(abs(value), abs(stated))
    return _Off(row, samples, value, expression, estimator, gap)


def _clause(evidence: Evidence, one: _Off) -> tuple[str, Sequence[str]]:
    frame, book, row, samples = evidence.frame, evidence.book, one.row, one.samples
    statistic = str(frame.column("statistic").at(row))
    metric = str(frame.column("metric").at(row)).replace("_", " ")
    what = f"{book.name('statistic', statistic)} of {metric}"
    key = book.name("key", str(frame.column("key").at(row)))
    source, origin = (str(samples.named[name]) for name in ("artifact", "key"))
    place = f"{book.name('key', origin)} in {book.name('artifact', source)}"
    stated = cited(evidence, [row], f"The {what} as {key} states it: {{}}", "value",
                   topic="quality", weight=30.0, estimator="as the artifact states it")
    given = book.fact(
        f"The {what} of the samples at {place}: {{}}", one.value, statistic=statistic,
        estimator=one.estimator, metric=frame.column("metric").at(row),
        unit=frame.column("unit").at(row), n=len(samples.rows), topic="quality", weight=30.0,
        scope={"artifact": source, "key": origin}, sources=frame.sources(samples.rows),
        sql=f"SELECT {one.expression}, count(*) FROM measurements WHERE {samples.where}")
    return f"{key} states a {what} of {{{stated}}}, and {place} gives {{{given}}}", [stated, given]


RULES = (
    Rule("summary-and-samples", "Statistics that their samples do not give", "warning",
         "arithmetic; statcheck's idea",
         "a statistic beside the samples it sums up, most of which give its other numbers or "
         "stand in an array beside it",
         "the statistic as stated, and what the samples give",
         "compute it again, or say which samples were left out", disagreeing),
    Rule("stated-differently", "Statistics that two files state differently", "warning",
         "arithmetic",
         "two files of a folder that state one run, as most of their statistics are the same to "
         "more digits than chance explains",
         "the statistic as each file states it",
         "write one of them again, or say what differs", stated_differently),
)

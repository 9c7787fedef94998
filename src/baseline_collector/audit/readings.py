"""What a statistic of a selection can be: over all values as written, or the clean ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baseline_collector.audit.codes import Floats
from baseline_collector.audit.evidence import MOST
from baseline_collector.audit.index import Index
from baseline_collector.audit.rows import Selection
from baseline_collector.stats.summary import quantile

_AGGREGATES: Mapping[str, tuple[Callable[[Floats], float], str]] = {
    "mean": (lambda values: float(np.mean(values)), "avg({})"),
    "min": (lambda values: float(np.min(values)), "min({})"),
    "max": (lambda values: float(np.max(values)), "max({})"),
    "p50": (lambda values: quantile(values, 0.5), "median({})"),
    "total": (lambda values: float(np.sum(values)), "sum({})"),
    "std": (lambda values: float(np.std(values, ddof=1)), "stddev_samp({})"),
    "count": (lambda values: float(len(values)), "count({})"),
}
_QUANTILE = re.compile(r"p\d+(?:\.\d+)?")
_WORDS = {"mean": "mean", "min": "smallest value", "max": "largest value", "p50": "median",
          "total": "sum", "std": "standard deviation", "count": "number"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One number that the dataset gives for a claim.

    Attributes:
        value: In the unit the claim is compared in.
        rows: The first rows it comes from; for extremes the row that holds it first.
        words: What it is.
        sql: Query that gives it again.
        clean: Whether failed calls are left out of it.
        direct: Whether it is a value of a file and no aggregate.
        one_of: Of how many different values it is one where the statistic of all was asked for;
            0 where nothing else can be meant.
    """

    value: float
    rows: tuple[int, ...]
    words: str
    sql: str
    clean: bool = False
    direct: bool = False
    one_of: int = 0


def aggregates(statistic: str, selection: Selection, basis: Floats, column: str, index: Index,
               samples_only: bool) -> Iterator[Reading]:
    """Yield a statistic over all values as written, then over those of calls that worked.

    Args:
        statistic: ``mean``, ``min``, ``max``, ``p50``, ``pNN``, ``total``, ``std`` or ``count``.
        selection: The rows.
        basis: Values of all rows of the dataset, as they are compared.
        column: SQL for one of them.
        index: The dataset.
        samples_only: Whether rows that are statistics themselves are left out.
    """
    mask = selection.mask & np.isfinite(basis)
    where = selection.sql
    if samples_only:
        mask = mask & index.column("statistic").where({"sample"})
        where += " AND statistic = 'sample'"
    rows = np.flatnonzero(mask)
    ok = rows[index.column("status").where({"ok"})[rows]]
    counted = ok[index.counted[ok]]
    seen: list[float] = []
    before = -1
    for chosen, words, term, clean in (
        (rows, "all values as written", "", False),
        (ok, "values of calls that worked", " AND status = 'ok'", True),
        (counted, "values that are counted once", " AND counted", True),
    ):
        if chosen.size == before:  # each is a part of the one before
            continue
        before = chosen.size
        reading = _aggregate(statistic, chosen, basis, words, column, where + term, clean)
        if reading is not None and reading.value not in seen:
            seen.append(reading.value)
            yield reading


def statistic_over(statistic: str, values: Floats) -> float | None:
    """A statistic of at least one value by its name; None for a name that is none."""
    if statistic in _AGGREGATES:
        return _AGGREGATES[statistic][0](values)
    if _QUANTILE.fullmatch(statistic):
        return quantile(values, float(statistic[1:]) / 100)
    return None


def _aggregate(statistic: str, rows: NDArray[np.int64], basis: Floats, words: str, column: str,
               where: str, clean: bool) -> Reading | None:
    if not rows.size or (statistic == "std" and rows.size < 2):
        return None
    values = basis[rows]
    value = statistic_over(statistic, values)
    if value is None:
        return None
    if statistic in _AGGREGATES:
        sql, name = _AGGREGATES[statistic][1], _WORDS[statistic]
    else:
        sql, name = f"quantile_cont({{}}, {float(statistic[1:]) / 100:g})", statistic
    cited = rows[: MOST + 1].tolist()
    if statistic in ("min", "max"):
        first = int(rows[int(values.argmin() if statistic == "min" else values.argmax())])
        cited = [first, *(row for row in cited if row != first)]
    query = f"SELECT {sql.format(column)} FROM measurements WHERE {where}"
    return Reading(value, tuple(cited[:MOST]), f"{name} of {len(values)} ({words})", query, clean)


def pooled_rate(selection: Selection, basis: Floats, index: Index) -> Iterator[Reading]:
    """Yield output tokens of all calls over the time of all calls, where each call tells both.

    It is what "overall" throughput means, and weighs a call by how long it took.
    """
    rows = np.flatnonzero(selection.mask & np.isfinite(basis) & index.counted
                          & index.column("metric").where({"output_throughput"})
                          & index.column("statistic").where({"sample"})).tolist()
    places = [(int(index.column("artifact").codes[row]), int(index.record[row])) for row in rows]
    tokens, times = index.by_record["output_tokens"], index.by_record["eval_duration"]
    if len(rows) < 2 or not all(place in tokens and place in times for place in places):
        return
    time = sum(times[place] for place in places)
    if time > 0:
        yield Reading(sum(tokens[place] for place in places) / time, tuple(rows),
                      f"rate of {len(rows)} (all output tokens over all evaluation time)", "", True)


def direct(selection: Selection, basis: Floats, column: str, index: Index, statistics: set[str]
           ) -> Iterator[Reading]:
    """Yield values of files; where statistics are given, only rows that report one of them."""
    mask = selection.mask & np.isfinite(basis)
    if statistics:
        mask = mask & index.column("statistic").where(statistics)
    query = f"SELECT artifact, pointer, raw FROM measurements WHERE {selection.sql}"
    for row in np.flatnonzero(mask).tolist():
        value = float(basis[row])
        yield Reading(value, (row,), "a value", f"{query} AND {column} = {value!r}", direct=True)

"""Intervals made anew, with the estimator that a fact names, from the values behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from baseline_collector.audit.index import Index
from baseline_collector.audit.sheet import Rows
from baseline_collector.stats.compare import ratio_of_means
from baseline_collector.stats.intervals import (
    Interval,
    mean_interval,
    quantile_interval,
    rate_interval,
    run_mean_interval,
)
from baseline_collector.stats.reported import Reported, interval_of_mean
from baseline_collector.vocabulary import possible

MEANS = ("arithmetic mean", "mean of the means that the artifacts report")
RUN_MEANS = {"arithmetic mean, its interval over the means of named runs": "run",
             "arithmetic mean, its interval over the means of records": "record"}
RATE = "total output tokens / total evaluation time"
_REPORTED = "mean as the artifact reports it"
_MARGIN = "estimate of the highest / estimate of the lowest - 1"
_RATIO = "estimate of the fastest / estimate of the slowest"
_SMALLEST = 3

Ends = tuple[float, float]


def interval_again(fact: Mapping[str, Any], taken: Sequence[Rows], index: Index) -> Ends | None:
    """The ends of a fact's interval; None where nothing here makes such an interval.

    Args:
        fact: Its row of the facts table.
        taken: Rows that the selections of its query took, in the order of the query.
        index: The dataset.
    """
    if not taken:
        return None
    estimator, statistic = fact["estimator"], str(fact["statistic"])
    values = index.value[taken[0]]
    if estimator in MEANS:
        return _possible(_ends(mean_interval(values)), values, fact["metric"])
    if estimator in RUN_MEANS:
        codes = (index.column("run").codes if RUN_MEANS[estimator] == "run" else index.record)
        found = run_mean_interval(values, codes[taken[0]])
        return _possible(_ends(found), values, fact["metric"])
    if estimator == RATE:
        return _of_totals(taken[0], index)
    if estimator == _REPORTED:
        return _of_reported(taken[0], float(fact["level"]), index)
    if estimator in (_MARGIN, _RATIO):
        second = index.value[taken[len(taken) // 2]]
        _, found = ratio_of_means(second, values, float(fact["level"]))
        ends = _ends(found)
        if ends is None or estimator == _RATIO:
            return ends
        return 100.0 * (ends[0] - 1.0), 100.0 * (ends[1] - 1.0)
    if statistic[:1] == "p" and statistic[1:].isdigit():
        return _ends(quantile_interval(values, int(statistic[1:]) / 100))
    return None


def _ends(found: object) -> Ends | None:
    return (found.low, found.high) if isinstance(found, Interval) else None


def _possible(ends: Ends | None, values: np.typing.NDArray[np.float64], metric: str | None
              ) -> Ends | None:
    return None if ends is None else possible(*ends, metric, float(values.min()))


def _of_totals(rows: Rows, index: Index) -> Ends | None:
    """Of a rate of totals, from tokens and seconds of the same records."""
    artifact, record = index.column("artifact").codes, index.record
    held = [(int(artifact[row]), int(record[row])) for row in rows.tolist()]
    parts = index.by_record
    tokens = [parts["output_tokens"][at] for at in held if at in parts["output_tokens"]]
    seconds = [parts["eval_duration"][at] for at in held if at in parts["eval_duration"]]
    if not len(held) == len(tokens) == len(seconds) >= _SMALLEST:
        return None
    return _ends(rate_interval(tokens, seconds))


def _of_reported(rows: Rows, level: float, index: Index) -> Ends | None:
    """Of a mean that an artifact reports, with the deviation that stands beside it there."""
    if len(rows) != 1:
        return None
    row = int(rows[0])
    artifact, metric = index.column("artifact"), index.column("metric")
    beside = np.flatnonzero((artifact.codes == artifact.codes[row])
                            & (metric.codes == metric.codes[row])
                            & index.column("statistic").where({"std"}))
    parent = _parent(index.text("pointer", row))
    deviations = [float(index.value[one]) for one in beside.tolist()
                  if _parent(index.text("pointer", one)) == parent]
    if len(deviations) != 1:
        return None
    reported = Reported(float(index.value[row]), deviations[0], int(index.repetitions[row]))
    return interval_of_mean(reported, level)


def _parent(pointer: str) -> str:
    return pointer.rpartition("/" if pointer.startswith("/") else ",")[0]

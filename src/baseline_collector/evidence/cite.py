"""Facts about given rows of the measurements, with a query that selects exactly those."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from baseline_collector.evidence.book import among, equals
from baseline_collector.evidence.frame import Floats, Frame, Ints
from baseline_collector.evidence.rule import Evidence, enumeration
from baseline_collector.model import Topic

MOST_CITED = 500
"""Rows that a query names one by one; a fact about more of them has no query."""

_ESTIMATORS = {
    "value": ("max(value)", "the only value"),
    "min": ("min(value)", "smallest value"),
    "max": ("max(value)", "largest value"),
    "mean": ("avg(value)", "arithmetic mean"),
    "median": ("median(value)", "Hyndman-Fan type 7 median"),
    "total": ("sum(value)", "sum"),
    "count": ("count(*)", "count of values"),
}

_COMPUTED: Mapping[str, Callable[[Floats], np.float64]] = {
    "value": np.max, "min": np.min, "max": np.max, "mean": np.mean, "median": np.median,
    "total": np.sum,
}


def rows_where(frame: Frame, rows: Sequence[int] | Ints) -> str:
    """An SQL condition that selects some rows by artifact and pointer."""
    by_artifact: dict[str | None, list[str]] = {}
    artifact, pointers = frame.column("artifact"), frame.pointers
    for row in [int(row) for row in rows]:
        by_artifact.setdefault(artifact.at(row), []).append(str(pointers[row]))
    parts = [f"{equals('artifact', name)} AND {among('pointer', places)}"
             for name, places in by_artifact.items()]
    return parts[0] if len(parts) == 1 else " OR ".join(f"({part})" for part in parts)


def query(frame: Frame, rows: Sequence[int] | Ints, expression: str) -> str:
    """A query for an expression over some rows; empty where they are too many to name."""
    if len(rows) > MOST_CITED:
        return ""
    return f"SELECT {expression} FROM measurements WHERE {rows_where(frame, rows)}"


def cited(evidence: Evidence, rows: Sequence[int] | Ints, statement: str, statistic: str, *,
          topic: Topic, weight: float = 5.0, scope: Mapping[str, str] | None = None,
          estimator: str = "") -> str:
    """Enter a fact about some rows of one metric; return its id.

    Args:
        evidence: Where it is entered.
        rows: Rows of the frame, at least one.
        statement: With ``{}`` for the number.
        statistic: One of value, min, max, mean, median, total, count.
        topic: Part of the report.
        weight: Within its topic.
        scope: What it is about; artifact, model, device and metric of the rows are added.
        estimator: In words, where the statistic alone does not say it.
    """
    frame, chosen = evidence.frame, np.asarray(rows, np.int64)
    values = frame.value[chosen]
    expression, words = _ESTIMATORS[statistic]
    counting = statistic == "count"
    value: float | int = len(chosen) if counting else float(_COMPUTED[statistic](values))
    first = int(chosen[0])
    return evidence.book.fact(
        statement, value, statistic=statistic, estimator=estimator or words,
        metric=None if counting else frame.column("metric").at(first),
        unit=None if counting else frame.column("unit").at(first), n=len(chosen), topic=topic,
        weight=weight, scope=_scope(frame, chosen) | dict(scope or {}),
        kind="inventory" if counting else "data", sources=frame.sources(chosen),
        sql=query(frame, chosen, expression))


def span(evidence: Evidence, rows: Sequence[int] | Ints, what: str, *, topic: Topic,
         weight: float = 5.0) -> tuple[str, list[str]]:
    """Smallest and largest of some values, or the only one: how to say it, and its facts."""
    values = evidence.frame.value[np.asarray(rows, np.int64)]
    which = ("min", "max") if values.min() != values.max() else ("max",)
    words = {"min": "Smallest", "max": "Largest" if len(which) > 1 else "The"}
    facts = [cited(evidence, rows, f"{words[one]} {what}: {{}}", one, topic=topic, weight=weight)
             for one in which]
    return " to ".join(f"{{{fact}}}" for fact in facts), facts


def derived(evidence: Evidence, statement: str, value: float, facts: Sequence[str], *,
            statistic: str, estimator: str, sql: str, topic: Topic, unit: str | None = None,
            weight: float = 6.0, n: int | None = None, metric: str | None = None) -> str:
    """Enter a fact computed from other facts, whose queries ``sql`` names as {0}, {1}, ...

    Returns:
        The id of the fact.
    """
    known = [evidence.book.facts[fact] for fact in facts]
    queries = [f"({one.sql})" for one in known]
    shared = {key: text for key, text in known[0].scope.items()
              if all(one.scope.get(key) == text for one in known)}
    return evidence.book.fact(
        statement, value, statistic=statistic, estimator=estimator, unit=unit, n=n, metric=metric,
        topic=topic, weight=weight, scope=shared,
        sources=[source for one in known for source in one.sources],
        sql=f"SELECT {sql.format(*queries)}" if all(one.sql for one in known) else "")


def counted(evidence: Evidence, statement: str, number: int, *, of: str, topic: Topic,
            estimator: str, rows: Sequence[int] | Ints = (), n: int | None = None,
            weight: float = 20.0, scope: Mapping[str, str] | None = None) -> str:
    """Enter how often a rule found something; return the id of the fact."""
    return evidence.book.fact(
        statement, number, statistic="count", estimator=estimator, n=number if n is None else n,
        topic=topic, weight=weight, kind="inventory", scope={"of": of} | dict(scope or {}),
        sources=evidence.frame.sources(rows))


def said(facts: Sequence[str]) -> str:
    """Facts as an enumeration of their slots."""
    return enumeration([f"{{{fact}}}" for fact in facts])


def _scope(frame: Frame, rows: Ints) -> dict[str, str]:
    found = {}
    for name in ("artifact", "model", "device", "phase"):
        codes = frame.column(name).codes[rows]
        text = frame.column(name).at(int(rows[0]))
        if text is not None and (codes == codes[0]).all():
            found[name] = text
    return found

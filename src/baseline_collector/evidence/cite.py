"""Facts about given rows of the measurements, with a query that selects exactly those."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from baseline_collector.evidence.arrays import Floats, Ints
from baseline_collector.evidence.book import among, equals
from baseline_collector.evidence.cuts import cut
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.groups import Group
from baseline_collector.evidence.rule import Evidence, enumeration, files
from baseline_collector.model import Topic

_FEW = 8
"""Rows of one key that a query names one by one, even where they are all of them."""

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
    """An SQL condition that selects some rows: whole keys of an artifact, or places in it."""
    chosen = np.unique(np.asarray(rows, np.int64))
    artifact, key, pointers = frame.column("artifact"), frame.column("key"), frame.pointers
    codes = artifact.codes[chosen] * len(key.names) + key.codes[chosen]
    pieces = cut(chosen, codes)
    texts = pointers.take(pa.array(pieces.rows)).to_pylist()
    places: dict[str | None, list[str]] = {}
    keys: dict[str | None, list[str | None]] = {}
    for at, start in enumerate(pieces.starts.tolist()):
        mine = pieces.rows_of(at)
        pair = int(artifact.codes[mine[0]]), int(key.codes[mine[0]])
        name = artifact.names[pair[0]]
        if len(mine) > _FEW and len(mine) == frame.counted_at(*pair) and frame.counted[mine].all():
            keys.setdefault(name, []).append(key.names[pair[1]])
        else:
            places.setdefault(name, []).extend(texts[start:start + len(mine)])
    parts = [f"counted AND {equals('artifact', name)} AND {among('key', found)}"
             for name, found in keys.items()]
    parts += [f"{equals('artifact', name)} AND {among('pointer', found)}"
              for name, found in places.items()]
    return parts[0] if len(parts) == 1 else " OR ".join(f"({part})" for part in parts)


def query(frame: Frame, rows: Sequence[int] | Ints, expression: str) -> str:
    """A query for an expression over some rows."""
    return f"SELECT {expression} FROM measurements WHERE {rows_where(frame, rows)}"


def of_group(group: Group, start: int = 0, stop: int | None = None) -> str:
    """What a query selects from to get the values of a group, or a stretch of them in order."""
    if start == 0 and stop is None:
        return f"measurements WHERE {group.where()}"
    length = f" LIMIT {stop - start}" if stop is not None else ""
    return (f"(SELECT * FROM measurements WHERE {group.where()}{length}"
            + (f" OFFSET {start}" if start else "") + ")")


def files_query(names: Sequence[str]) -> str:
    """A query that counts files by their names."""
    return f"SELECT count(*) FROM artifacts WHERE {among('artifact', names)}"


def cited(evidence: Evidence, rows: Sequence[int] | Ints, statement: str, statistic: str, *,
          topic: Topic, weight: float = 5.0, scope: Mapping[str, str] | None = None,
          estimator: str = "", source: str = "") -> str:
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
        source: What a query selects them from, where that is shorter than naming each.
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
        sql=f"SELECT {expression} FROM {source}" if source
        else lambda: query(frame, chosen, expression))


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
    known = [evidence.book.facts.of(fact) for fact in facts]
    queries = [f"({one.sql})" for one in known]
    shared = {key: text for key, text in known[0].scope.items()
              if all(one.scope.get(key) == text for one in known)}
    return evidence.book.fact(
        statement, value, statistic=statistic, estimator=estimator, unit=unit, n=n, metric=metric,
        topic=topic, weight=weight, scope=shared,
        sources=[source for one in known for source in one.sources],
        sql=f"SELECT {sql.format(*queries)}" if all(one.sql for one in known) else "")


def counted(evidence: Evidence, statement: str, number: int, *, of: str, topic: Topic,
            estimator: str, rows: Sequence[int] | Ints = (), names: Sequence[str] = (),
            sql: str = "", weight: float = 20.0, scope: Mapping[str, str] | None = None) -> str:
    """Enter how often a rule found something; return the id of the fact.

    Args:
        evidence: Where it is entered.
        statement: With ``{}`` for the number.
        number: How often.
        of: What is counted.
        topic: Part of the report.
        estimator: In words.
        rows: One row for each that is counted, or what else the number rests on.
        names: The files that are counted, where files are.
        sql: A query that gives the number, where counting rows or names does not.
        weight: Within its topic.
        scope: What it is about.
    """
    frame = evidence.frame
    given = sql or (lambda: files_query(names) if names else query(frame, rows, "count(*)"))
    return evidence.book.fact(
        statement, number, statistic="count", estimator=estimator, n=number,
        topic=topic, weight=weight, kind="inventory", scope={"of": of} | dict(scope or {}),
        sources=files(names) if names else frame.sources(rows), sql=given)


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

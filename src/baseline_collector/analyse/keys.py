"""Facts about keys: how often a measured key occurs, its range as written, its mean where like.

The range is over every number as written, failed calls included, in the unit of the
metric; the mean is over the counted ones, and only where they are alike in everything
but the file they stand in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from baseline_collector.evidence.arrays import Ints, is_constant, taken
from baseline_collector.evidence.book import Book, equals, quoted
from baseline_collector.evidence.cuts import cut
from baseline_collector.evidence.frame import GROUPED_BY, Frame
from baseline_collector.evidence.summaries import LEADING
from baseline_collector.model import Artifact

MOST = 12
"""Keys a type of file that are told of."""

MOST_OF_METRIC = 3

_TYPES = ("json", "csv", "jsonl")
_MEASURED = (*LEADING[:4], "output_tokens", "fan_speed", "load_duration")


_ONE_MEANING = ("metric", "unit", "statistic")


def key_facts(frame: Frame, artifacts: Sequence[Artifact], book: Book) -> None:
    """Enter facts of the leading measured keys of each type of file."""
    kinds = {one.artifact: one.kind for one in artifacts}
    by_artifact = np.array([kinds.get(str(name), "") for name in frame.column("artifact").names])
    usable = (frame.column("role").where("measurement") & ~np.isnan(frame.value)
              & ~frame.column("status").where("quarantined"))
    told = frame.column("metric").where(*_MEASURED) & (
        frame.column("statistic").where("sample", "mean", "p99"))
    usable &= told
    for kind in _TYPES:
        of_kind = by_artifact == kind
        if not of_kind.any():
            continue
        rows = np.flatnonzero(usable & of_kind[frame.column("artifact").codes])
        for mine in _leading(frame, rows):
            _enter(frame, book, kind, mine)


def _leading(frame: Frame, rows: Ints) -> list[Ints]:
    """Rows of each key worth telling of: by metric, then by how often they occur."""
    keys, metrics = frame.column("key"), frame.column("metric")
    if not len(rows):
        return []
    by_key = cut(rows, taken(keys.codes, rows))
    found = [by_key.rows_of(at) for at in range(len(by_key.starts))]
    found = [mine for mine in found if all(
        _same(frame.column(name).codes, mine) for name in _ONE_MEANING)]

    def rank(mine: Ints) -> tuple[int, int, str]:
        first = int(mine[0])
        return _MEASURED.index(str(metrics.at(first))), -len(mine), str(keys.at(first))

    chosen: list[Ints] = []
    for mine in sorted(found, key=rank):
        alike = sum(rank(other)[0] == rank(mine)[0] for other in chosen)
        if alike < MOST_OF_METRIC and len(chosen) < MOST:
            chosen.append(mine)
    return chosen


def _enter(frame: Frame, book: Book, kind: str, rows: Ints) -> None:
    """Count, range as written, failed ones, and the mean of like ones."""
    key = str(frame.column("key").at(int(rows[0])))
    label, type_ = book.name("key", key), book.name("kind", kind)
    unit = frame.column("unit").at(int(rows[0]))
    metric = frame.column("metric").at(int(rows[0]))
    statistic = str(frame.column("statistic").at(int(rows[0])))
    condition = (f"key = {quoted(key)} AND {equals('metric', metric)} AND "
                 f"{equals('statistic', statistic)} AND role = 'measurement' AND "
                 "status <> 'quarantined' AND value IS NOT NULL "
                 f"AND artifact IN (SELECT artifact FROM artifacts WHERE kind = {quoted(kind)})")
    scope = {"of": "key", "key": key, "kind": kind}
    sources = frame.sources(rows)
    values = taken(frame.value, rows)

    def fact(statement: str, value: float, statistic: str, estimator: str, sql: str,
             in_unit: str | None, n: int, weight: float = -1.0) -> str:
        return book.fact(statement, value, statistic=statistic, estimator=estimator,
                         metric=metric, unit=in_unit, n=n, scope=scope, sources=sources,
                         topic="ingestion", weight=weight,
                         sql=f"SELECT {sql} FROM measurements WHERE {condition}")

    where = f"{label} in files of type {type_}"
    low, high = (
        fact(f"{word} {where}, as written: {{}}", float(value), statistic,
             f"{statistic} of the values as written, failed calls included",
             f"{statistic}(value)", unit, len(rows))
        for word, statistic, value in (("Smallest", "min", values.min()),
                                       ("Largest", "max", values.max())))
    told = f"{where}: {{}} numbers, {{{low}}} to {{{high}}} as written"
    failed = rows[taken(frame.column("status").where("failed"), rows)]
    if len(failed):
        lost = fact(f"Numbers under {where} from failed calls: {{}}", len(failed), "count",
                    "count of values of failed calls", "count(*) FILTER (status = 'failed')",
                    None, len(rows))
        told += f", {{{lost}}} of them from failed calls"
    counted = rows[taken(frame.counted, rows)]
    if len(counted) > 1 and _alike(frame, counted):
        mean = fact(f"Mean {where}, calls that worked: {{}}",
                    float(taken(frame.value, counted).mean()), "mean",
                    "arithmetic mean of the counted values, alike in all but the file",
                    "avg(value) FILTER (counted)", unit, len(counted))
        told += f"; mean of the calls that worked {{{mean}}}"
    fact(told, len(rows), "count", "count of values as written", "count(value)", None, len(rows),
         300.0 + len(rows) / 1000)


def _alike(frame: Frame, rows: Ints) -> bool:
    if not taken(frame.column("statistic").where("sample"), rows).all():
        return False  # a mean of quantiles or of means says nothing
    columns = [frame.settings if name == "parameters" else frame.column(name).codes
               for name in GROUPED_BY]
    cold = frame.column("phase").where("cold")
    return all(_same(column, rows) for column in columns) and _same(cold, rows)


def _same(column: npt.NDArray[np.generic], rows: Ints) -> bool:
    mine = taken(column, rows)
    return is_constant(mine) or bool((mine == mine[0]).all())

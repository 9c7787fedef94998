"""Which rows stand together: in one record of an artifact, or in one container of it."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from baseline_collector.evidence.frame import Frame, Ints

_CELL = re.compile(r"(row \d+), .*")


def record_codes(frame: Frame, rows: Ints) -> Ints:
    """A number a row, equal for rows of the same record of the same artifact."""
    width = int(frame.record.max(initial=0)) + 2
    return np.asarray(frame.column("artifact").codes[rows] * width + frame.record[rows] + 1,
                      np.int64)


def beside(frame: Frame, rows: Ints, metric: str, *, statistic: str = "sample") -> Ints:
    """The counted row of another metric in the record of each row; -1 for none or several."""
    others = np.flatnonzero(frame.counted & frame.column("metric").where(metric)
                            & frame.column("statistic").where(statistic))
    if not len(others) or not len(rows):
        return np.full(len(rows), -1, np.int64)
    codes = record_codes(frame, others)
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    wanted = record_codes(frame, rows)
    left = np.searchsorted(ordered, wanted, "left")
    single = np.searchsorted(ordered, wanted, "right") - left == 1
    return np.where(single, others[order[np.minimum(left, len(others) - 1)]], -1)


def containers(frame: Frame, rows: Ints) -> list[tuple[int, str]]:
    """Artifact and container of each row: the path above its key, or the row of its table."""
    artifacts = frame.column("artifact").codes[rows].tolist()
    chosen = pa.array(rows)
    paths = frame.table.column("path").take(chosen).to_pylist()
    pointers = frame.table.column("pointer").take(chosen).to_pylist()
    found = []
    for artifact, path, pointer in zip(artifacts, paths, pointers, strict=True):
        cell = _CELL.fullmatch(pointer)
        found.append((artifact, cell[1] if cell else path.rpartition(".")[0]))
    return found


def together(frame: Frame, rows: Ints) -> dict[tuple[int, str], dict[str, int]]:
    """Rows by container, then by statistic; the first of several alike."""
    statistic = frame.column("statistic")
    found: dict[tuple[int, str], dict[str, int]] = {}
    for row, place in zip(rows.tolist(), containers(frame, rows), strict=True):
        found.setdefault(place, {}).setdefault(str(statistic.at(row)), row)
    return found

"""Which rows stand together: in one record of an artifact, or in one container of it."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from baseline_collector.evidence.arrays import Ints
from baseline_collector.evidence.frame import Frame

_CELL = re.compile(r"(row \d+), .*")


def beside(frame: Frame, rows: Ints, metric: str, *, statistic: str = "sample") -> Ints:
    """The counted row of another metric in the record of each row; -1 for none or several."""
    others, records = frame.by_record(metric, statistic)
    if not len(others) or not len(rows):
        return np.full(len(rows), -1, np.int64)
    wanted = frame.records(rows)
    left = np.searchsorted(records, wanted, "left")
    single = np.searchsorted(records, wanted, "right") - left == 1
    return np.where(single, others[np.minimum(left, len(others) - 1)], -1)


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

"""One side of a comparison: the measurements of a run, a folder or a dataset, by group."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from baseline_collector.compare.conditions import (
    COLUMNS,
    conditions_of,
    engine_and_version,
    hardware_of,
    names_an_execution,
    one_line,
    short,
    software_of,
)
from baseline_collector.evidence.arrays import Floats, Ints
from baseline_collector.evidence.frame import INDEX, Frame
from baseline_collector.stats.reported import Reported, pooled

_STATISTICS = ("sample", "overall", "mean")
_QUANTILE = re.compile(r"p\d+(?:\.\d+)?")
_NOWHERE: Ints = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """Values of one metric under one set of conditions, in the order they were taken.

    Attributes:
        metric: Canonical name.
        unit: Canonical unit.
        key: Key the values stand under.
        test: Test or scenario; None for none.
        statistic: ``sample``, ``overall`` (a rate over a whole run) or ``mean`` (reported).
        conditions: See ``conditions``; null ones are left out.
        software: What is known of the environment beyond the hardware, all values seen.
        artifacts: Files the values stand in.
        values: One a repetition, in ``unit``; the means where only means are reported.
        artifact: Of each value, its index in ``artifacts``.
        outer: Of each value, a code of the list it stands in: equal inside one run of a file.
        prompts: Prompts behind the values, shortened; None where none is stated.
        prompt: Of each value, its index in ``prompts``.
        reported: Mean, standard deviation and n where the artifact states all three.
    """

    metric: str
    unit: str | None
    key: str
    test: str | None
    statistic: str
    conditions: Mapping[str, str]
    software: Mapping[str, tuple[str, ...]]
    artifacts: tuple[str, ...]
    values: Floats
    artifact: Ints
    outer: Ints
    prompts: tuple[str | None, ...] = (None,)
    prompt: Ints = field(default_factory=lambda: _NOWHERE)
    reported: Reported | None = None

    @property
    def prompted(self) -> bool:
        """Whether every value names its prompt."""
        return None not in self.prompts

    def only(self, chosen: Ints, prompts: tuple[str | None, ...]) -> Cell:
        """The same with some of its values."""
        return Cell(self.metric, self.unit, self.key, self.test, self.statistic, self.conditions,
                    self.software, self.artifacts, self.values[chosen], self.artifact[chosen],
                    self.outer[chosen], prompts, np.zeros(len(chosen), np.int64))


@dataclass(frozen=True, slots=True)
class Side:
    """Everything one side has.

    Attributes:
        name: As the caller gave it.
        cells: Groups, in the order of their first value.
        left_out: What is there but not compared -> values of it: metrics that were not asked for,
            reported quantiles, of which no spread is known, and means that only sum up samples.
    """

    name: str
    cells: tuple[Cell, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def conditions(self) -> dict[str, None]:
        """Names of the conditions of all groups."""
        return {name: None for cell in self.cells for name in cell.conditions}


def side(name: str, measurements: pa.Table, metrics: Sequence[str]) -> Side:
    """Cut a table of measurements into groups that can be compared.

    Args:
        name: What to call the side.
        measurements: Columns of ``schema.MEASUREMENTS``.
        metrics: Canonical metrics that are compared.
    """
    frame = Frame(measurements)
    metric = frame.column("metric")
    usable = frame.counted & np.isfinite(frame.value)
    asked = metric.where(*metrics)
    rows = np.flatnonzero(usable & asked & frame.column("statistic").where(*_STATISTICS))
    others = np.bincount(metric.codes[usable & ~asked], minlength=len(metric.names))
    left_out = {str(metric.names[code]): int(count) for code, count in enumerate(others)
                if count and metric.names[code] is not None}
    left_out |= _quantiles(frame, np.flatnonzero(usable & asked))
    cells = list(_Cutter(frame).cells(rows))
    kept = _telling(cells)
    for cell in cells:
        if cell.statistic == "mean" and cell not in kept:
            label = f"{cell.metric}, reported mean"
            left_out[label] = left_out.get(label, 0) + len(cell.values)
    return Side(name, tuple(kept), left_out)


def _quantiles(frame: Frame, rows: Ints) -> Counter[str]:
    """Count the reported quantiles among some rows by metric."""
    metric, names = frame.column("metric"), frame.column("statistic").names
    quantiles = [name for name in names if name and _QUANTILE.fullmatch(name)]
    rows = rows[frame.column("statistic").where(*quantiles)[rows]]
    return Counter(f"{metric.names[code]}, reported quantiles"
                   for code in metric.codes[rows].tolist())


def _telling(cells: Sequence[Cell]) -> list[Cell]:
    """Leave out what only sums up samples that are there too, or cannot be judged beside them.

    The second are means without spread or n of a test of which other values are repeated, such
    as the CPU time that stands beside the times of every run.
    """
    sampled = {_label(cell) for cell in cells if cell.statistic == "sample"}
    tests = {cell.test for cell in cells if cell.statistic == "sample" and len(cell.values) > 1}
    return [cell for cell in cells if cell.statistic == "sample" or not (
        _label(cell) in sampled or (cell.statistic == "mean" and cell.reported is None
                                    and cell.test in tests))]


def _label(cell: Cell) -> tuple[object, ...]:
    return cell.metric, cell.unit, cell.test, tuple(sorted(cell.conditions.items()))


class _Cutter:
    """Cuts rows of a frame into cells."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.settings = self._mapped("parameters", conditions_of)
        self.hardware = self._mapped("setup", hardware_of)
        self.spreads = np.flatnonzero(frame.counted & frame.column("statistic").where("std"))

    def _mapped(self, column: str, read: Callable[[str | None], dict[str, str]]
                ) -> tuple[Ints, list[dict[str, str]]]:
        """Of each row, the code of what is read out of a column of JSON objects."""
        texts = self.frame.column(column)
        known: dict[str, int] = {}
        found: list[dict[str, str]] = []
        lookup = []
        for name in texts.names:
            one = read(name)
            code = known.setdefault(json.dumps(one, sort_keys=True), len(known))
            if code == len(found):
                found.append(one)
            lookup.append(code)
        return np.array(lookup, np.int64)[texts.codes], found

    def cells(self, rows: Ints) -> Iterator[Cell]:
        """Cells in the order of their first row."""
        if not len(rows):
            return
        frame = self.frame
        columns = [frame.column(name).codes[rows]
                   for name in ("metric", "unit", "statistic", "key", *COLUMNS)]
        columns += [frame.tests[rows], self.settings[0][rows], self.hardware[0][rows]]
        # A reported mean has its own spread and n, so that of another prompt is another sample.
        reported = frame.column("statistic").where("mean")[rows]
        columns.append(np.where(reported, frame.column("prompt").codes[rows], 0))
        _, first, codes = np.unique(np.stack(columns), axis=1, return_index=True,
                                    return_inverse=True)
        order = np.argsort(codes.ravel(), kind="stable")
        parts = np.split(rows[order], np.cumsum(np.bincount(codes.ravel()))[:-1])
        for at in np.argsort(first, kind="stable").tolist():
            yield self._cell(parts[at])

    def _cell(self, rows: Ints) -> Cell:
        frame, at = self.frame, int(rows[0])
        conditions = {name: text for name in COLUMNS
                      if (text := frame.column(name).at(at)) is not None}
        engine, version = engine_and_version(conditions.get("engine", ""))
        if version:
            conditions["engine"] = engine
        conditions |= self.settings[1][self.settings[0][at]]
        conditions |= self.hardware[1][self.hardware[0][at]]
        test = frame.column("run").names[int(frame.tests[at])]
        files, artifact = _coded(frame.column("artifact").codes[rows])
        texts, prompt = _coded(frame.column("prompt").codes[rows])
        prompts = [frame.column("prompt").names[code] for code in texts]
        statistic = str(frame.column("statistic").at(at))
        return Cell(
            str(frame.column("metric").at(at)), frame.column("unit").at(at),
            one_line(str(frame.column("key").at(at))),
            None if test is None or names_an_execution(test) else short(test), statistic,
            {name: short(text) for name, text in conditions.items()},
            self._software(rows) | ({"engine version": (version,)} if version else {}),
            tuple(one_line(str(frame.column("artifact").names[code])) for code in files),
            frame.value[rows], artifact, self._outer(rows, artifact),
            tuple(None if one is None else short(one) for one in prompts), prompt,
            self._reported(rows) if statistic == "mean" else None)

    def _software(self, rows: Ints) -> dict[str, tuple[str, ...]]:
        column = self.frame.column("setup")
        found: dict[str, dict[str, None]] = {}
        for code in dict.fromkeys(column.codes[rows].tolist()):
            for name, value in software_of(column.names[code]).items():
                found.setdefault(name, {})[short(value)] = None
        return {name: tuple(values) for name, values in found.items()}

    def _outer(self, rows: Ints, artifact: Ints) -> Ints:
        """A code a value: its artifact and all indices of its path but the last."""
        paths = self.frame.table.column("path").take(pa.array(rows)).to_pylist()
        known: dict[tuple[object, ...], int] = {}
        return np.array([known.setdefault((file, *INDEX.findall(path)[:-1]), len(known))
                         for file, path in zip(artifact.tolist(), paths, strict=True)], np.int64)

    def _reported(self, rows: Ints) -> Reported | None:
        """The reported samples behind means as one; None where spread or n is not stated."""
        found = [self._spread(int(row)) for row in rows]
        parts = [Reported(float(self.frame.value[row]), spread, int(self.frame.n[row]))
                 for row, spread in zip(rows, found, strict=True)
                 if spread is not None and self.frame.n[row] > 0]
        return pooled(parts) if len(parts) == len(rows) else None

    def _spread(self, row: int) -> float | None:
        """The standard deviation that stands beside a mean: the one at the nearest path."""
        frame, rows = self.frame, self.spreads
        rows = rows[frame.record[rows] == frame.record[row]]
        for name in ("artifact", "metric", "unit", "definition", "prompt", "parameters", "run"):
            codes = frame.column(name).codes
            rows = rows[codes[rows] == codes[row]]
        if not len(rows):
            return None
        paths = frame.table.column("path").take(pa.array([row, *rows])).to_pylist()
        return float(frame.value[max(zip(rows, paths[1:], strict=True),
                                     key=lambda one: _shared(paths[0], one[1]))[0]])


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common at their start."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
                min(len(one), len(other)))


def _coded(codes: Ints) -> tuple[list[int], Ints]:
    """Different codes in the order of their first place, and the index of each among them."""
    known: dict[int, int] = {}
    places = np.array([known.setdefault(code, len(known)) for code in codes.tolist()], np.int64)
    return list(known), places

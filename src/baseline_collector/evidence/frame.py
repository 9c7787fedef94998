"""The measurements as arrays: codes for texts, floats for values, groups of like rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from baseline_collector.evidence.book import equals
from baseline_collector.model import Source

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

GROUPED_BY = ("metric", "statistic", "definition", "unit", "model", "quantization", "engine",
              "device", "parameters")
"""Rows that differ in one of these are unlike, and no statistic crosses them."""

_NOT_SETTINGS = ("seed",)


class Coded:
    """A text column: codes and names; code 0 is null."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        combined = column.combine_chunks()
        if isinstance(combined, pa.ChunkedArray):
            combined = combined.chunk(0)
        names = combined.dictionary.to_pylist()
        codes = combined.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        self.codes: Ints = codes + 1
        self.names: list[str | None] = [None, *names]

    def code(self, name: str | None) -> int:
        """Code of a name, or -1 where no row has it."""
        return self.names.index(name) if name in self.names else -1

    def at(self, row: int) -> str | None:
        """Name of one row."""
        return self.names[int(self.codes[row])]

    def where(self, *names: str) -> Bools:
        """Rows that have one of some names."""
        return np.isin(self.codes, [self.code(name) for name in names])


class Frame:
    """The measurements table, column by column."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.size = table.num_rows
        self.value: Floats = table.column("value").to_numpy()
        self.counted: Bools = table.column("counted").to_numpy(zero_copy_only=False)
        self.record: Ints = (
            table.column("record").combine_chunks().fill_null(-1).to_numpy().astype(np.int64))
        self.n: Ints = (
            table.column("n").combine_chunks().fill_null(0).to_numpy().astype(np.int64))
        self._coded: dict[str, Coded] = {}

    def column(self, name: str) -> Coded:
        """A text column by name."""
        known = self._coded.get(name)
        if known is None:
            known = self._coded[name] = Coded(self.table.column(name))
        return known

    @cached_property
    def pointers(self) -> pa.Array:
        """Pointer of every row."""
        return self.table.column("pointer").combine_chunks()

    def source(self, row: int) -> Source:
        """Where one row stands."""
        return Source(str(self.column("artifact").at(row)), str(self.pointers[int(row)]))

    def sources(self, rows: Sequence[int] | Ints) -> list[Source]:
        """Where rows stand, at most as many as a fact lists."""
        return [self.source(row) for row in list(rows)[:200]]

    @cached_property
    def settings(self) -> Ints:
        """Codes of the parameters without those that only number repetitions."""
        column = self.column("parameters")
        known: dict[str | None, int] = {}
        lookup = np.array([known.setdefault(_settings(name), len(known))
                           for name in column.names], np.int64)
        return lookup[column.codes]

    def groups(self, rows: Ints) -> list[Group]:
        """Cut rows into groups of like ones, cold apart from warm.

        Rows of different artifacts are one group only where each artifact gives a single
        value of the same run or test: then the artifacts are the repetitions. Otherwise each
        artifact is a run of its own and is not mixed with others. Means and quantiles that
        artifacts report are never put together.

        Returns:
            Groups in the order of their first row.
        """
        if not len(rows):
            return []
        like = self._like(rows)
        artifact = self.column("artifact").codes[rows]
        most = int(artifact.max()) + 1
        inner = like * most + artifact
        _, where, counts = np.unique(inner, return_inverse=True, return_counts=True)
        several = np.zeros(int(like.max()) + 1, bool)
        several[like[counts[where] > 1]] = True
        several[like[~self.column("statistic").where("sample")[rows]]] = True
        tests = self.column("run").codes[rows]
        merged = like * (int(tests.max()) + 1) + tests
        codes = np.where(several[like], inner + int(merged.max()) + 1, merged)
        order = np.argsort(codes, kind="stable")
        cuts = np.flatnonzero(np.diff(codes[order])) + 1
        found = [Group(self, rows[part]) for part in np.split(order, cuts)]
        return sorted(found, key=lambda group: int(group.rows[0]))

    def _like(self, rows: Ints) -> Ints:
        """A code a row; equal where nothing that matters differs."""
        code = (self.column("phase").where("cold")[rows]).astype(np.int64)
        for name in GROUPED_BY:
            column = self.settings if name == "parameters" else self.column(name).codes
            _, dense = np.unique(code * (int(column.max()) + 1) + column[rows],
                                 return_inverse=True)
            code = dense.astype(np.int64)
        return code


def settings_of(parameters: str | None) -> dict[str, str]:
    """Parameters as stored -> settings, without those that only number repetitions."""
    text = _settings(parameters)
    return {} if text is None else dict(json.loads(text))


def _settings(parameters: str | None) -> str | None:
    if parameters is None or not any(f'"{name}"' in parameters for name in _NOT_SETTINGS):
        return parameters
    kept = {key: value for key, value in json.loads(parameters).items()
            if key not in _NOT_SETTINGS}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")) if kept else None


@dataclass(frozen=True, slots=True)
class Group:
    """Like rows: one metric of one model in one configuration, cold or not.

    Attributes:
        frame: Where the rows are.
        rows: Row numbers, in order.
    """

    frame: Frame
    rows: Ints

    @property
    def values(self) -> Floats:
        """Values in canonical unit, in the order of the rows."""
        return self.frame.value[self.rows]

    @property
    def n(self) -> int:
        """How many."""
        return len(self.rows)

    def name(self, column: str) -> str | None:
        """What the rows agree on in one text column."""
        return self.frame.column(column).at(int(self.rows[0]))

    @property
    def settings(self) -> dict[str, str]:
        """Parameters they share."""
        return settings_of(self.name("parameters"))

    @property
    def artifacts(self) -> list[str]:
        """Artifacts they stand in."""
        column = self.frame.column("artifact")
        return [str(column.names[code]) for code in sorted(set(column.codes[self.rows].tolist()))]

    @property
    def cold(self) -> bool:
        """Whether they are cold starts."""
        return self.name("phase") == "cold"

    def scope(self) -> dict[str, str]:
        """What the group is about, for a fact."""
        found = {column: name for column in ("model", "quantization", "engine", "device")
                 if (name := self.name(column)) is not None}
        settings = self.settings
        if settings:
            found["configuration"] = configuration(settings)
        if len(self.artifacts) == 1:
            found["artifact"] = self.artifacts[0]
        if self.name("phase") is not None:
            found["phase"] = "cold" if self.cold else "warm"
        if self.name("definition") is not None:
            found["definition"] = str(self.name("definition"))
        return found

    def where(self) -> str:
        """SQL condition that selects exactly these rows."""
        columns = (*(name for name in GROUPED_BY if name != "parameters"),)
        parts = ["counted", *(equals(name, self.name(name)) for name in columns)]
        texts = sorted({self.frame.column("parameters").at(int(row)) or "" for row in self.rows})
        if texts == [""]:
            parts.append("parameters IS NULL")
        else:
            listed = ", ".join("'" + text.replace("'", "''") + "'" for text in texts)
            parts.append(f"parameters IN ({listed})")
        artifacts = ", ".join("'" + name.replace("'", "''") + "'" for name in self.artifacts)
        parts.append(f"artifact IN ({artifacts})")
        parts.append("phase = 'cold'" if self.cold else "phase IS DISTINCT FROM 'cold'")
        return " AND ".join(parts)

    def sources(self) -> list[Source]:
        """Where the values stand."""
        return self.frame.sources(self.rows)


def configuration(settings: dict[str, str]) -> str:
    """Settings as people write them, ``num_ctx=1024, temperature=0.2``; names of settings left out."""
    kept = {key: value for key, value in settings.items() if key != "config_name"} or settings
    return ", ".join(f"{key}={value}" for key, value in kept.items())

"""Tables as arrays, and what queries do with rows: conditions, aggregates, arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.int64]
Scalar: TypeAlias = float | str | None


class Unknown(Exception):  # noqa: N818  # a shape that is not known, not an error of the program
    """A query of a shape that the evaluator does not know."""


class Coded(Protocol):
    """A text column as codes into names, -1 for null."""

    @property
    def codes(self) -> NDArray[np.int64]:
        """One code a row."""

    @property
    def names(self) -> Any:
        """Names by code."""


class Sheet:
    """A table as arrays, column by column when asked."""

    def __init__(self, table: pa.Table, coded: Callable[[str], Coded]) -> None:
        self.table = table
        self.size = table.num_rows
        self.coded = cache(coded)
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._nulls: dict[str, NDArray[np.bool_]] = {}
        self._code: dict[str, dict[str, int]] = {}
        self._by: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A numeric, boolean or time column; NaN where null."""
        known = self._numbers.get(name)
        if known is None:
            column: Any = self.table.column(name)
            if pa.types.is_timestamp(column.type) or pa.types.is_boolean(column.type):
                column = column.cast(pa.int64())
            if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
                raise Unknown(name)
            array = column.cast(pa.float64(), safe=False).to_numpy()
            known = self._numbers[name] = np.asarray(array, np.float64)
        return known

    def nulls(self, name: str) -> NDArray[np.bool_]:
        """Whether a column is null, for every row."""
        known = self._nulls.get(name)
        if known is None:
            column: Any = self.table.column(name)
            known = self._nulls[name] = np.asarray(
                column.is_null().combine_chunks().to_numpy(zero_copy_only=False), bool)
        return known

    def code(self, name: str, value: str) -> int:
        """Code of a value in a text column; -2 where no row has it."""
        known = self._code.get(name)
        if known is None:
            known = self._code[name] = {
                one: code for code, one in enumerate(self.coded(name).names)}
        return known.get(value, -2)

    def of_artifact(self, value: str) -> Rows:
        """Rows of one artifact, in order."""
        codes = self.coded("artifact").codes
        if self._by is None:
            order = np.argsort(codes, kind="stable")
            self._by = order, codes[order]
        code = self.code("artifact", value)
        low, high = np.searchsorted(self._by[1], [code, code + 1])
        return self._by[0][low:high]


@dataclass(slots=True)
class Run:
    """One evaluation: its literals, and the rows that its aggregates took.

    Attributes:
        sheets: Tables by name.
        literals: In the order of the query.
        taken: Rows, aggregate by aggregate.
        placed: Whether they are the places that the value rests on.
    """

    sheets: dict[str, Sheet]
    literals: list[str]
    taken: list[Rows] = field(default_factory=list)
    placed: bool = True

    def sheet(self, name: str) -> Sheet:
        """A table to select from; of facts no row is a place.

        Raises:
            Unknown: There is no such table.
        """
        if name not in self.sheets:
            raise Unknown(name)
        self.placed = self.placed and name != "facts"
        return self.sheets[name]


Condition: TypeAlias = Callable[[Run, Sheet, Rows], Rows]
Number: TypeAlias = Callable[[Run, Sheet, Rows], Scalar]


@dataclass(frozen=True, slots=True)
class Equal:
    """A text column equals a literal, or differs from it."""

    column: str
    at: int
    equal: bool

    def __call__(self, one: Run, sheet: Sheet, rows: Rows) -> Rows:
        """The rows of some that meet it."""
        value = one.literals[self.at]
        if self.column == "artifact" and self.equal and rows is ALL:
            return sheet.of_artifact(value)
        code = sheet.code(self.column, value)
        held: Rows = sheet.coded(self.column).codes
        if rows is ALL:
            return np.flatnonzero(held == code if self.equal else (held != code) & (held >= 0))
        held = held[rows]
        fit: Rows = rows[held == code if self.equal else (held != code) & (held >= 0)]
        return fit


ALL: Rows = np.zeros(0, np.int64)
"""Stands for every row, so that none has to be listed."""

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": np.equal, "<>": np.not_equal, "<": np.less, ">": np.greater, "<=": np.less_equal,
    ">=": np.greater_equal,
}
AGGREGATES: dict[str, Callable[[NDArray[np.float64], float], Scalar]] = {
    "avg": lambda values, _: math.fsum(values) / len(values) if len(values) else None,
    "sum": lambda values, _: math.fsum(values) if len(values) else None,
    "min": lambda values, _: float(values.min()) if len(values) else None,
    "max": lambda values, _: float(values.max()) if len(values) else None,
    "count": lambda values, _: float(len(values)),
    "median": lambda values, _: float(np.median(values)) if len(values) else None,
    "quantile_cont": lambda values, q: float(np.quantile(values, q)) if len(values) else None,
}


def everything(one: Run, sheet: Sheet, rows: Rows) -> Rows:
    """No condition at all."""
    return rows


def where(sheet: Sheet, rows: Rows, mask: NDArray[np.bool_]) -> Rows:
    """Of some rows those that a mask over the whole table holds."""
    return np.flatnonzero(mask) if rows is ALL else rows[mask[rows]]


def both(terms: list[Condition]) -> Condition:
    """All of them; a condition on the artifact first, since it leaves fewest rows."""
    terms = sorted(terms, key=lambda term: not (
        isinstance(term, Equal) and term.column == "artifact" and term.equal))

    def run(one: Run, sheet: Sheet, rows: Rows) -> Rows:
        for term in terms:
            rows = term(one, sheet, rows)
            if rows is not ALL and not len(rows):
                return rows
        return rows

    return run


def either(terms: list[Condition]) -> Condition:
    """Any of them."""
    def run(one: Run, sheet: Sheet, rows: Rows) -> Rows:
        return np.unique(np.concatenate([term(one, sheet, rows) for term in terms]))

    return run


def without(inner: Condition) -> Condition:
    """Rows that do not meet a condition."""
    def run(one: Run, sheet: Sheet, rows: Rows) -> Rows:
        among = np.arange(sheet.size) if rows is ALL else rows
        return np.setdiff1d(among, inner(one, sheet, rows), assume_unique=True)

    return run


def is_null(sheet: Sheet, column: str, null: bool) -> NDArray[np.bool_]:
    """Whether a column is null, for every row."""
    held = sheet.nulls(column)
    return held if null else ~held


def of_records(sheet: Sheet, rows: Rows, rates: Rows) -> Rows:
    """Of some rows those whose record is that of one of others."""
    if not len(rates):
        return rates
    artifact, record = sheet.coded("artifact").codes, sheet.numbers("record")
    wide = float(sheet.size + 2)
    held = artifact * wide + np.nan_to_num(record, nan=-1.0)
    return rows[np.isin(held[rows], held[rates])]


def distinct(sheet: Sheet, column: str, rows: Rows) -> Scalar:
    """How many different names stand in some rows."""
    codes = sheet.coded(column).codes
    codes = codes if rows is ALL else codes[rows]
    return float((np.unique(codes) >= 0).sum())


def arithmetic(sign: str, left: Number, right: Number) -> Number:
    """Two numbers joined by a sign; null where either is."""
    def run(one: Run, sheet: Sheet, rows: Rows) -> Scalar:
        a, b = left(one, sheet, rows), right(one, sheet, rows)
        if not isinstance(a, float) or not isinstance(b, float) or (sign == "/" and not b):
            return None
        return {"+": a + b, "-": a - b, "*": a * b}[sign] if sign != "/" else a / b

    return run


def _of(apply: Callable[[float], float]) -> Callable[[Scalar], Scalar]:
    return lambda value: float(apply(value)) if isinstance(value, float) else None


FUNCTIONS: dict[str, Callable[[Scalar], Scalar]] = {
    "ceil": _of(math.ceil), "ln": _of(math.log), "cast": _of(round),
}
"""Functions of one number."""

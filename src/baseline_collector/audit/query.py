"""Derive again: a fact's query run over the tables, apart from the code that made the fact.

Facts state their derivation as SQL of few shapes: an aggregate over rows that meet conditions,
arithmetic of such aggregates, totals of records. A small evaluator of exactly these shapes
reads the tables as arrays, once; what it does not know it refuses, and the fact stays unproven.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np

from baseline_collector.audit import sheet as ops
from baseline_collector.audit.offsets import OFFSET, offset
from baseline_collector.audit.sheet import Condition, Number, Rows, Run, Scalar, Sheet, Unknown
from baseline_collector.audit.texts import computed, different, matching

_TOKEN = re.compile(r"'(?:[^']|'')*'|[A-Za-z_]\w*|\d+(?:\.\d+)?|<>|<=|>=|[-+*/(),=<>\[\]]|\S")
_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_KNOWN = 4096


def skeleton(sql: str) -> tuple[str, list[str]]:
    """A query with its literals taken out, and these in order."""
    literals: list[str] = []

    def out(match: re.Match[str]) -> str:
        literals.append(match[1].replace("''", "'"))
        return "?"

    return _LITERAL.sub(out, sql), literals


class Evaluator:
    """Runs queries over some tables; parsed once a shape."""

    def __init__(self, sheets: dict[str, Sheet]) -> None:
        self.sheets = sheets
        self._shapes: dict[str, Number | None] = {}

    def run(self, sql: str) -> tuple[Scalar, Run]:
        """Evaluate a query to one value.

        Returns:
            The value, None for null, and the rows behind it.

        Raises:
            Unknown: Its shape is not known.
        """
        shape, literals = skeleton(sql)
        if shape not in self._shapes:
            if len(self._shapes) > _KNOWN:
                self._shapes.clear()
            self._shapes[shape] = _parsed(shape)
        number = self._shapes[shape]
        if number is None:
            raise Unknown(shape)
        run = Run(self.sheets, literals)
        sheet = self.sheets["measurements"]
        return number(run, sheet, np.zeros(0, np.int64)), run


def _parsed(shape: str) -> Number | None:
    if shape == OFFSET:
        return offset
    try:
        return _Parser(shape).query()
    except (Unknown, IndexError):
        return None


class _Parser:
    """Recursive descent over the tokens of one shape."""

    def __init__(self, shape: str) -> None:
        self.tokens: list[str] = _TOKEN.findall(shape)
        self.upper = [token.upper() for token in self.tokens]
        self.at = 0
        self.literals = 0

    def peek(self, ahead: int = 0) -> str:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ""

    def take(self, *expected: str) -> str:
        token = self.peek()
        if expected and token.upper() not in expected:
            raise Unknown(token)
        self.at += 1
        return token

    def took(self, *words: str) -> bool:
        if self.upper[self.at : self.at + len(words)] == list(words):
            self.at += len(words)
            return True
        return False

    def literal(self) -> int:
        self.take("?")
        self.literals += 1
        return self.literals - 1

    def query(self) -> Number:
        found = self.select()
        if self.peek():
            raise Unknown(self.peek())
        return found

    def select(self) -> Number:
        rates = self.rates() if self.took("WITH", "RATES", "AS") else None
        self.take("SELECT")
        number = self.sum()
        self.took(",", "COUNT", "(", "*", ")")  # n beside the value: the rows taken say it
        if not self.took("FROM"):
            return number
        if self.took("("):
            return self.stretch(number)
        table = self.take("MEASUREMENTS", "ARTIFACTS", "FACTS").lower()
        joined = self.took("SEMI", "JOIN", "RATES", "USING")
        if joined:
            for word in ("(", "ARTIFACT", ",", "RECORD", ")"):
                self.take(word)
        where = self.either() if self.took("WHERE") else ops.everything

        def run(one: Run, _sheet: Sheet, _rows: Rows) -> Scalar:
            sheet = one.sheet(table)
            rows = ops.ALL
            if joined and rates is not None:
                rows = ops.of_records(sheet, where(one, sheet, ops.ALL), rates(one))
                return number(one, sheet, rows)
            return number(one, sheet, where(one, sheet, rows))

        return run

    def stretch(self, number: Number) -> Number:
        """``(SELECT * FROM measurements WHERE ... LIMIT n OFFSET m)``: rows in their order."""
        for word in ("SELECT", "*", "FROM", "MEASUREMENTS", "WHERE"):
            self.take(word)
        where = self.either()
        length = int(self.take()) if self.took("LIMIT") else None
        start = int(self.take()) if self.took("OFFSET") else 0
        self.take(")")
        stop = None if length is None else start + length

        def run(one: Run, _sheet: Sheet, _rows: Rows) -> Scalar:
            sheet = one.sheets["measurements"]
            return number(one, sheet, where(one, sheet, ops.ALL)[start:stop])

        return run

    def rates(self) -> Callable[[Run], Rows]:
        for word in ("(", "SELECT", "ARTIFACT", ",", "RECORD", "FROM", "MEASUREMENTS", "WHERE"):
            self.take(word)
        where = self.either()
        self.take(")")

        def rows(one: Run) -> Rows:
            sheet = one.sheets["measurements"]
            found = where(one, sheet, ops.ALL)
            one.taken.append(found)
            return found

        return rows

    def sum(self) -> Number:
        left = self.product()
        while self.peek() in ("+", "-"):
            left = ops.arithmetic(self.take(), left, self.product())
        return left

    def product(self) -> Number:
        left = self.atom()
        while self.peek() in ("*", "/"):
            left = ops.arithmetic(self.take(), left, self.atom())
        return left

    def atom(self) -> Number:
        first = self.peek()
        if first == "(":
            self.take()
            inner = self.select() if self.peek().upper() in ("SELECT", "WITH") else self.sum()
            self.take(")")
            return inner
        if first and first[0].isdigit():
            value = float(self.take())
            return lambda one, sheet, rows: value
        if self.peek(1) == "(":
            return self.function(self.take().lower())
        name = self.take()
        return lambda one, sheet, rows: float(sheet.numbers(name)[rows[0]]) if len(rows) else None

    def function(self, name: str) -> Number:
        self.take("(")
        if name in ops.FUNCTIONS:
            inner, apply = self.sum(), ops.FUNCTIONS[name]
            if name == "cast":
                self.take("AS")
                self.take("INTEGER")
            self.take(")")
            return lambda one, sheet, rows: apply(inner(one, sheet, rows))
        if name == "coalesce":
            first, _, second = self.sum(), self.take(","), self.sum()
            self.take(")")
            return lambda one, sheet, rows: (
                second(one, sheet, rows) if (found := first(one, sheet, rows)) is None else found)
        if name == "strftime":
            return self.moment()
        return self.aggregate(name)

    def moment(self) -> Number:
        inner = self.sum()
        for word in ("AT", "TIME", "ZONE"):
            self.take(word)
        self.literal()
        self.take(",")
        layout = self.literal()
        self.take(")")

        def run(one: Run, sheet: Sheet, rows: Rows) -> Scalar:
            found = inner(one, sheet, rows)
            if not isinstance(found, float):
                return None
            return datetime.fromtimestamp(found / 1e6, UTC).strftime(one.literals[layout])

        return run

    def aggregate(self, name: str) -> Number:
        distinct = self.took("DISTINCT")
        column = self.take()
        if distinct and name == "count" and self.took("("):
            return self.rewritten(column.lower())
        share = float(self.take()) if name == "quantile_cont" and self.took(",") else 0.0
        self.take(")")
        keep: Condition = ops.everything
        if self.took("FILTER"):
            self.take("(")
            self.took("WHERE")
            keep = self.either()
            self.take(")")
        if distinct and name == "count":
            return lambda one, sheet, rows: ops.distinct(sheet, column, keep(one, sheet, rows))
        if name not in ops.AGGREGATES and not (name == "count" and column == "*"):
            raise Unknown(name)

        def run(one: Run, sheet: Sheet, rows: Rows) -> Scalar:
            kept = keep(one, sheet, rows)
            if kept is ops.ALL:
                kept = np.arange(sheet.size)
            if column == "*":
                one.taken.append(kept)
                return float(len(kept))
            values = sheet.numbers(column)[kept]
            held = ~np.isnan(values)
            one.taken.append(kept[held])
            return ops.AGGREGATES[name](values[held], share)

        return run

    def rewritten(self, name: str) -> Number:
        """``count(DISTINCT name(column, ...))``: different texts after a function of them."""
        column, given = self.take(), []
        while self.took(","):
            given.append(self.literal())
        for _ in range(2):
            self.take(")")
        return different(name, column, given)

    def either(self) -> Condition:
        terms = [self.both()]
        while self.took("OR"):
            terms.append(self.both())
        return terms[0] if len(terms) == 1 else ops.either(terms)

    def both(self) -> Condition:
        terms = [self.term()]
        while self.took("AND"):
            terms.append(self.term())
        return terms[0] if len(terms) == 1 else ops.both(terms)

    def term(self) -> Condition:
        if self.took("NOT"):
            inner = self.term()
            return ops.without(inner)
        if self.took("TRUE"):
            return ops.everything
        if self.took("("):
            inner = self.either()
            self.take(")")
            return inner
        if self.peek(1) == "(":
            return self.of_function(self.take().lower())
        return self.comparison(self.take())

    def of_function(self, name: str) -> Condition:
        self.take("(")
        if name == "regexp_matches":
            return self.matches()
        column = self.take()
        place = 0
        if name == "regexp_extract_all":
            self.take(",")
            self.literal()
            self.take(",")
            self.take()
            self.take(")")
            self.take("[")
            place = int(self.take())
            self.take("]")
        elif name == "md5":
            self.take(")")
        else:
            raise Unknown(name)
        self.take("=")
        wanted = self.literal()
        return lambda one, sheet, rows: computed(
            sheet, column, place, one.literals[wanted], rows)

    def matches(self) -> Condition:
        """``regexp_matches(column, pattern)``; the column may have something cut out."""
        cut = -1
        column = self.take()
        if self.took("("):
            column = self.take()
            self.take(",")
            cut = self.literal()
            for _ in range(2):
                self.take(",")
                self.literal()
            self.take(")")
        self.take(",")
        wanted = self.literal()
        self.take(")")
        return lambda one, sheet, rows: matching(
            sheet, column, one.literals[cut] if cut >= 0 else "", one.literals[wanted], rows)

    def comparison(self, column: str) -> Condition:
        if self.took("IS"):
            null = not self.took("NOT")
            self.take("NULL")
            return lambda one, sheet, rows: ops.where(sheet, rows, ops.is_null(sheet, column, null))
        wanted = not self.took("NOT")
        if self.took("IN"):
            return self.among(column, wanted)
        sign = self.peek()
        if sign not in ("=", "<>", "<", ">", "<=", ">="):
            return lambda one, sheet, rows: ops.where(sheet, rows, sheet.numbers(column) == 1)
        self.take()
        if self.peek() == "?":
            at = self.literal()
            return ops.Equal(column, at, sign == "=")
        right = self.take()
        compare = ops.COMPARE[sign]
        if right[0].isdigit():
            value = float(right)
            return lambda one, sheet, rows: ops.where(
                sheet, rows, compare(sheet.numbers(column), value))
        return lambda one, sheet, rows: ops.where(
            sheet, rows, compare(sheet.numbers(column), sheet.numbers(right)))

    def among(self, column: str, wanted: bool) -> Condition:
        self.take("(")
        if self.took("SELECT"):
            name = self.take()
            self.take("FROM")
            table = self.take("MEASUREMENTS", "ARTIFACTS").lower()
            where = self.either() if self.took("WHERE") else ops.everything
            self.take(")")

            def names(one: Run) -> Iterator[str]:
                sheet = one.sheets[table]
                rows = where(one, sheet, ops.ALL)
                held = sheet.coded(name)
                codes = held.codes if rows is ops.ALL else held.codes[rows]
                return (held.names[code] for code in np.unique(codes).tolist() if code >= 0)
        else:
            listed = [self.literal()]
            while self.took(","):
                listed.append(self.literal())
            self.take(")")

            def names(one: Run) -> Iterator[str]:
                return (one.literals[at] for at in listed)

        def run(one: Run, sheet: Sheet, rows: Rows) -> Rows:
            codes = [sheet.code(column, value) for value in names(one)]
            held = sheet.coded(column).codes
            if rows is not ops.ALL:
                held = held[rows]
            mask = np.isin(held, codes)
            kept = np.flatnonzero(mask if wanted else ~mask & (held >= 0))
            return kept if rows is ops.ALL else rows[kept]

        return run

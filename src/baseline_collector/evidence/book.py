"""The book of facts and names: every number and name a text may use is entered here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from baseline_collector.evidence.facts import Facts
from baseline_collector.evidence.places import MOST_SOURCES, Places
from baseline_collector.model import (
    Fact,
    FactKind,
    Finding,
    Interval,
    Name,
    Severity,
    Source,
    Topic,
)

Query = str | Callable[[], str]
"""A query, or what writes it when somebody asks for the fact."""


class Book:
    """Collects facts, names and findings; ids count from 1 in the order of entry."""

    def __init__(self) -> None:
        self.facts = Facts()
        self.names: dict[str, Name] = {}
        self.findings: list[Finding] = []
        self._known_names: dict[tuple[str, str], str] = {}
        self._told: dict[str, list[_Told]] = {}
        self._of_rule: Counter[str] = Counter()

    def name(self, kind: str, text: str) -> str:
        """Enter a name that came from an artifact; return its slot, ``{N3}``."""
        label = (kind, text)
        known = self._known_names.get(label)
        if known is None:
            known = self._known_names[label] = f"N{len(self.names) + 1}"
            self.names[known] = Name(known, kind, text)
        return "{" + known + "}"

    def fact(self, statement: str, value: float | int | str, *, statistic: str, estimator: str,
             metric: str | None = None, unit: str | None = None, n: int | None = None,
             interval: Interval | None = None, scope: Mapping[str, str] | None = None,
             sources: Sequence[Source] = (), sql: Query = "", kind: FactKind = "data",
             topic: Topic = "performance", weight: float = 0.0) -> str:
        """Enter a fact; the same fact entered twice is one.

        The arguments are the attributes of ``model.Fact``; in the statement ``{}`` stands for
        the fact's own number. Returns its id, ``F12``.
        """
        told = _Told(value, metric, statistic, dict(scope) if scope else {}, sql)
        known = self._same(statement, told)
        if known is not None:
            return known
        listed = sources if isinstance(sources, Places) else tuple(sources[:MOST_SOURCES])

        def make(id_: str) -> Fact:
            return Fact(id_, said_by(statement, id_), metric, statistic, value, unit, n, interval,
                        estimator, told.scope, listed, told.query(), kind, topic, weight)

        told.id = self.facts.add(make)
        self._told.setdefault(statement, []).append(told)
        return told.id

    def _same(self, statement: str, told: _Told) -> str | None:
        """Id of the same fact, where it was entered before."""
        for other in self._told.get(statement, ()):
            if other.same(told):
                return other.id
        if not isinstance(told.value, float):
            return None
        for fact in self.facts.in_columns(told.value, told.metric, told.statistic):
            if (fact.statement == said_by(statement, fact.id) and fact.scope == told.scope
                    and fact.sql == told.query()):
                return fact.id
        return None

    def finding(self, rule: str, severity: Severity, title: str, facts: Iterable[str],
                recommendation: str = "", topic: Topic = "performance",
                gain: float | None = None) -> None:
        """Enter a finding; it must rest on facts.

        The arguments are the attributes of ``model.Finding``.

        Raises:
            ValueError: It rests on none, or on one that is not in the book.
        """
        rests_on = tuple(dict.fromkeys(facts))
        unknown = [key for key in rests_on if not self.facts.has(key)]
        if not rests_on or unknown:
            raise ValueError(f"finding of {rule} rests on no known fact: {unknown}")
        self._of_rule[rule] += 1
        number = self._of_rule[rule]
        self.findings.append(Finding(f"{rule}-{number}", rule, severity, title, rests_on,
                                     recommendation, topic, gain))


@dataclass(slots=True)
class _Told:
    """What tells a fact from others of the same statement."""

    value: float | int | str
    metric: str | None
    statistic: str
    scope: dict[str, str]
    sql: Query
    id: str = ""

    def query(self) -> str:
        """The query, written when it is first asked for."""
        if not isinstance(self.sql, str):
            self.sql = self.sql()
        return self.sql

    def same(self, other: _Told) -> bool:
        """Whether both are one fact; queries are written only where all else is equal."""
        return (self.value == other.value and type(self.value) is type(other.value)
                and self.metric == other.metric and self.statistic == other.statistic
                and self.scope == other.scope and self.query() == other.query())


def said_by(statement: str, id_: str) -> str:
    """A statement that names its own fact."""
    return statement.replace("{}", "{" + id_ + "}")


def count_of(count: int, one: str, many: str = "") -> str:
    """A noun in the form that a count asks for: ``file``, ``files``."""
    return one if count == 1 else many or one + "s"


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def equals(column: str, value: str | None) -> str:
    """An SQL condition that also works for null."""
    return f"{column} IS NULL" if value is None else f"{column} = {quoted(value)}"


def among(column: str, values: Sequence[str | None]) -> str:
    """An SQL condition that a column has one of some values, null among them."""
    named = [value for value in values if value is not None]
    if len(named) == len(values) == 1 or not named:
        return equals(column, values[0])
    listed = f"{column} IN ({', '.join(quoted(value) for value in named)})"
    return listed if len(named) == len(values) else f"({listed} OR {column} IS NULL)"

"""The book of facts and names: every number and name a text may use is entered here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

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


class Book:
    """Collects facts, names and findings; ids count from 1 in the order of entry."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}
        self.names: dict[str, Name] = {}
        self.findings: list[Finding] = []
        self._known_names: dict[tuple[str, str], str] = {}
        self._told: dict[str, list[Fact]] = {}
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
             sources: Sequence[Source] = (), sql: str = "", kind: FactKind = "data",
             topic: Topic = "performance", weight: float = 0.0) -> str:
        """Enter a fact; the same fact entered twice is one.

        The arguments are the attributes of ``model.Fact``; in the statement ``{}`` stands for
        the fact's own number. Returns its id, ``F12``.
        """
        about = dict(scope) if scope else {}
        known = self._told.setdefault(statement, [])
        for other in known:
            if (other.value == value and type(other.value) is type(value) and other.sql == sql
                    and other.metric == metric and other.statistic == statistic
                    and other.scope == about):
                return other.id
        key = f"F{len(self.facts) + 1}"
        fact = self.facts[key] = Fact(
            key, statement.replace("{}", "{" + key + "}"), metric, statistic, value, unit, n,
            interval, estimator, about,
            sources if isinstance(sources, Places) else tuple(sources[:MOST_SOURCES]), sql, kind,
            topic, weight)
        known.append(fact)
        return key

    def finding(self, rule: str, severity: Severity, title: str, facts: Iterable[str],
                recommendation: str = "", topic: Topic = "performance",
                gain: float | None = None) -> None:
        """Enter a finding; it must rest on facts.

        The arguments are the attributes of ``model.Finding``.

        Raises:
            ValueError: It rests on none, or on one that is not in the book.
        """
        rests_on = tuple(dict.fromkeys(facts))
        unknown = [key for key in rests_on if key not in self.facts]
        if not rests_on or unknown:
            raise ValueError(f"finding of {rule} rests on no known fact: {unknown}")
        self._of_rule[rule] += 1
        number = self._of_rule[rule]
        self.findings.append(Finding(f"{rule}-{number}", rule, severity, title, rests_on,
                                     recommendation, topic, gain))


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

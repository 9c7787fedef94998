"""Facts to tables: one table a metric, one row a scope, one column a statistic.

It works for any facts: what all rows share moves into the sentence above the
table, what differs becomes columns. Cells hold slots, so a table never holds a
number that no fact vouches for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from baseline_collector import slots
from baseline_collector.model import Block, Fact, Name
from baseline_collector.narrate.plan import words

ESTIMATES: Final[tuple[str, ...]] = (
    "rate", "ratio", "mean", "median", "p50", "sum", "total", "count", "share")
"""Statistics that can lead a row, best first; the leader gives n and interval."""

NONE: Final = "–"
"""A cell for which there is no fact."""

MOST_ROWS: Final = 24
"""Longer tables are not read; the rest stays in the dataset, and the report says so."""


@dataclass(frozen=True, slots=True)
class Row:
    """The facts about one metric in one scope.

    Attributes:
        scope: What they are about, as the facts say.
        facts: By statistic; the first one leads.
    """

    scope: Mapping[str, str]
    facts: Mapping[str, Fact]

    @property
    def lead(self) -> Fact:
        """The fact whose n and interval the row shows."""
        for statistic in ESTIMATES:
            if statistic in self.facts:
                return self.facts[statistic]
        return next(iter(self.facts.values()))


class Labels:
    """How scope values are written: as slots of names, since they came from artifacts."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._exact: dict[tuple[str, str], str] = {}
        self._any: dict[str, str] = {}
        for name in names:
            self._exact.setdefault((name.kind, name.text), name.id)
            self._any.setdefault(name.text, name.id)

    def label(self, key: str, value: str) -> str:
        """Return the slot of a scope value, or ``unnamed`` where no name has this text."""
        id_ = self._exact.get((key, value)) or self._any.get(value)
        return f"{{{id_}}}" if id_ else "unnamed"


def by_metric(facts: Iterable[Fact]) -> dict[str, tuple[Fact, ...]]:
    """Group facts by metric, in the order in which the metrics first occur."""
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.metric:
            groups.setdefault(fact.metric, []).append(fact)
    return {metric: tuple(group) for metric, group in groups.items()}


def tables(metric: str, facts: Sequence[Fact], labels: Labels) -> tuple[Block, ...]:
    """Write the facts of one metric as a sentence and a table.

    Args:
        metric: Canonical metric.
        facts: Facts of that metric, the most important first.
        labels: Slots of scope values.

    Returns:
        A paragraph, the table, and a paragraph where rows were left out.
    """
    found = _rows(facts)
    rows = found[:MOST_ROWS]
    shared = _shared(rows)
    keys = [key for key in _keys(rows) if key not in shared]
    columns = _columns(rows)
    header = (*(words(key) for key in keys), *columns) if keys else ("group", *columns)
    body = tuple(_line(row, keys, columns, labels) for row in rows)
    blocks = [Block("paragraph", (_intro(metric, shared, labels),)),
              Block("table", rows=(header, *body))]
    if len(found) > len(rows):
        blocks.append(Block("paragraph", ("Further groups of this metric stand in the facts "
                                          "table of the dataset.",)))
    return tuple(blocks)


def _rows(facts: Sequence[Fact]) -> list[Row]:
    """Gather facts of one scope into a row; a statistic met twice opens another row."""
    rows: list[tuple[Mapping[str, str], dict[str, Fact]]] = []
    for fact in facts:
        for scope, found in rows:
            if scope == fact.scope and fact.statistic not in found:
                found[fact.statistic] = fact
                break
        else:
            rows.append((fact.scope, {fact.statistic: fact}))
    return [Row(scope, found) for scope, found in rows]


def _keys(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row.scope))


def _shared(rows: Sequence[Row]) -> dict[str, str]:
    """What every row has in common: only worth saying once, above the table."""
    return {
        key: value
        for key, value in (rows[0].scope.items() if rows else ())
        if all(row.scope.get(key) == value for row in rows)
    }


def _columns(rows: Sequence[Row]) -> list[str]:
    """Name the columns that at least one row fills, in reading order."""
    present: set[str] = {statistic for row in rows for statistic in row.facts}
    named = [s for s in ESTIMATES if s in present]
    named += sorted(present - set(ESTIMATES) - {"min", "max"})
    columns = ["n"] if any(row.lead.n is not None for row in rows) else []
    columns += named
    if any(row.lead.interval for row in rows):
        columns.append("interval")
    if {"min", "max"} <= present:
        columns.append("range")
    else:
        columns += sorted(present & {"min", "max"})
    return columns


def _line(row: Row, keys: Sequence[str], columns: Sequence[str], labels: Labels,
          ) -> tuple[str, ...]:
    scope = [labels.label(key, row.scope[key]) if key in row.scope else NONE for key in keys]
    return (*(scope or ["whole"]), *(_cell(row, column) for column in columns))


def _cell(row: Row, column: str) -> str:
    lead = row.lead
    if column == "n":
        return f"{{{lead.id}.n}}" if lead.n is not None else NONE
    if column == "interval":
        return f"{{{lead.id}.low}} to {{{lead.id}.high}}" if lead.interval else NONE
    if column == "range":
        low, high = row.facts.get("min"), row.facts.get("max")
        return f"{{{low.id}}} to {{{high.id}}}" if low and high else NONE
    return f"{{{row.facts[column].id}}}" if column in row.facts else NONE


def _intro(metric: str, shared: Mapping[str, str], labels: Labels) -> str:
    title = words(metric)
    about = ", ".join(f"{words(key)} {labels.label(key, value)}" for key, value in shared.items())
    text = f"{title[:1].upper()}{title[1:]}"
    return f"{text} ({about}):" if about else f"{text}:"


def covered(blocks: Iterable[Block]) -> frozenset[str]:
    """Return the ids of all facts that some blocks name."""
    texts = (text for block in blocks for text in (*block.items, *sum(block.rows, ())))
    return frozenset(id_ for text in texts for id_ in slots.ids(text))

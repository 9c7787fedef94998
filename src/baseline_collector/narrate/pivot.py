"""Facts to tables: one table a metric, one row a scope, one column a statistic.

It works for any facts: what all rows share moves into the sentence above the
table, what differs becomes columns. Cells hold slots, so a table never holds a
number that no fact vouches for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Final

from baseline_collector import slots
from baseline_collector.model import Fact, Name
from baseline_collector.narrate.plan import words
from baseline_collector.report import Block

ESTIMATES: Final[tuple[str, ...]] = (
    "rate", "ratio", "mean", "mean of means", "median", "p50", "value", "sum", "total", "count",
    "share")
"""Statistics that can lead a row, best first; the leader gives n and interval."""

NONE: Final = "–"
"""A cell for which there is no fact."""

TOO_WIDE: Final = "n too small"
"""In place of an interval that says nothing; the fact holds it."""

WIDEST_INTERVAL: Final = 1.6
"""Width of an interval over its estimate beyond which an estimate is not reliable.

Source: National Center for Health Statistics, data presentation standards for rates,
https://stacks.cdc.gov/view/cdc/123462 (relative width of the 95 % interval at most 160 %).
"""

MOST_SETTINGS_ABOVE: Final = 4
"""Settings that all rows share, said above a table; each fact names all of them."""

BEHIND: Final = ("artifact", "definition", "engine", "quantization", "device")
"""What a row is about that stands behind its numbers: long, and seldom what is compared."""

MOST_ROWS: Final = 8
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
    def statistic(self) -> str:
        """Statistic of the leading fact."""
        known = (statistic for statistic in ESTIMATES if statistic in self.facts)
        return next(known, next(iter(self.facts)))

    @property
    def lead(self) -> Fact:
        """The fact whose n and interval the row shows."""
        return self.facts[self.statistic]

    @property
    def estimated(self) -> bool:
        """Whether the lead is more than an end of the range."""
        return not self.ranged or self.statistic not in ("min", "max")

    @property
    def ranged(self) -> bool:
        """Whether the row has its smallest and largest value."""
        return {"min", "max"} <= self.facts.keys()

    @property
    def reading(self) -> frozenset[tuple[object, ...]]:
        """What its numbers were read from: rows of the same say the same."""
        return frozenset((statistic, fact.value, fact.unit, fact.n, fact.sources[:1])
                         for statistic, fact in self.facts.items())

    @property
    def beside(self) -> frozenset[str]:
        """Statistics that are neither the lead nor in the range."""
        shown = {self.statistic, "min", "max"} if self.ranged else {self.statistic}
        return frozenset(self.facts.keys() - shown)


PHASE: Final = "phase"
SETTINGS: Final = "configuration"
Reading = tuple[str, frozenset[tuple[object, ...]]]
"""A metric, and of each statistic of a row its value with the place it was read from."""

_SUBJECT = "of"
"""What a count counts, in words of ours: the statement says it."""


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

    def settings(self, key: str, value: str, chosen: Callable[[str], bool], most: int = 0) -> str:
        """Return the slots of the settings that a scope value lists, as far as they are chosen.

        Args:
            key: Key of the scope.
            value: Its value, ``num_ctx=512, num_gpu=80``.
            chosen: Which settings are meant.
            most: How many at most; zero for all.
        """
        whole = self.label(key, value)
        found = [at for at, piece in enumerate(slots.pieces(value), start=1) if chosen(piece)]
        if whole == "unnamed" or (len(found) == len(slots.pieces(value)) <= (most or len(found))):
            return whole
        told = ", ".join(f"{whole[:-1]}.{at}}}" for at in found[:most or None])
        return f"{told} and others" if most and len(found) > most else told or NONE

    def column(self, statistic: str) -> str:
        """Return how a statistic is written: ``p99`` is a name, ``mean`` a word."""
        id_ = self._exact.get(("statistic", statistic))
        return f"{{{id_}}}" if id_ else words(statistic)


def by_metric(facts: Iterable[Fact]) -> dict[str, tuple[Fact, ...]]:
    """Group facts by metric, in the order in which the metrics first occur."""
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.metric:
            groups.setdefault(fact.metric, []).append(fact)
    return {metric: tuple(group) for metric, group in groups.items()}


def tables(metric: str, facts: Sequence[Fact], labels: Labels, lead: str = "",
           shown: set[Reading] | None = None) -> tuple[Block, ...]:
    """Write the facts of one metric as a sentence and a table.

    Args:
        metric: Canonical metric.
        facts: Facts of that metric, the most important first.
        labels: Slots of scope values.
        lead: What the table is part of; empty for nothing.
        shown: Readings of the rows of earlier tables, which are not shown again; those of these
            tables are added.

    Returns:
        For each unit of the leading facts, a paragraph, the table, and a paragraph where rows
        were left out: words a second do not stand below tokens a second.
    """
    by_unit: dict[str | None, list[Row]] = {}
    shown = set() if shown is None else shown
    for row in _beside_each_other(_rows(facts)):
        said = (metric, row.reading)
        if said not in shown or not row.lead.sources:
            by_unit.setdefault(row.lead.unit, []).append(row)
        shown.add(said)
    return tuple(block for rows in by_unit.values()
                 for block in _table(metric, rows, labels, lead))


def _table(metric: str, found: Sequence[Row], labels: Labels, lead: str) -> Iterator[Block]:
    rows = found[:MOST_ROWS]
    shared = _shared(rows)
    settings = _settings(rows)
    keys = [key for key in _keys(rows) if key not in shared]
    columns = _columns(rows, labels)
    before = [key for key in keys if key not in BEHIND]
    behind = [key for key in keys if key in BEHIND]
    header = (*(words(key) for key in before or ("group",)), *columns, *map(words, behind))
    body = tuple((*_group(row, before, labels, settings),
                  *(cell(row) for cell in columns.values()),
                  *(_label(row, key, labels) for key in behind)) for row in rows)
    yield Block("paragraph", (_intro(metric, rows[0].scope, shared, settings, labels, lead),))
    yield Block("table", rows=(header, *body))
    if len(found) > len(rows):
        yield Block("more", ("Further groups of this metric in report.json and in the facts "
                             "table of the dataset",), left_out=len(found) - len(rows))


def _beside_each_other(rows: Sequence[Row]) -> list[Row]:
    """Put cold and warm rows of one scope side by side, the cold one first, in the order given."""
    groups: dict[frozenset[tuple[str, str]], list[Row]] = {}
    for row in rows:
        same = frozenset((key, value) for key, value in row.scope.items() if key != PHASE)
        groups.setdefault(same, []).append(row)
    return [row for group in groups.values()
            for row in sorted(group, key=lambda row: row.scope.get(PHASE, NONE))]


def _settings(rows: Sequence[Row]) -> frozenset[str]:
    """The settings that all rows share, where they have any."""
    listed = [frozenset(slots.pieces(row.scope[SETTINGS])) if SETTINGS in row.scope else frozenset()
              for row in rows]
    return frozenset.intersection(*listed) if listed else frozenset()


def _rows(facts: Sequence[Fact]) -> list[Row]:
    """Gather facts of one scope into a row; a statistic met twice opens another row."""
    rows: list[tuple[Mapping[str, str], dict[str, Fact]]] = []
    alike: dict[frozenset[tuple[str, str]], list[dict[str, Fact]]] = {}
    for fact in facts:
        mine = alike.setdefault(frozenset(fact.scope.items()), [])
        for found in mine:
            if fact.statistic not in found:
                found[fact.statistic] = fact
                break
        else:
            mine.append({fact.statistic: fact})
            rows.append((fact.scope, mine[-1]))
    return [Row(scope, found) for scope, found in rows]


def _keys(rows: Sequence[Row]) -> list[str]:
    """What rows differ in; a quantization that the model's name holds is not said twice."""
    found = list(dict.fromkeys(key for row in rows for key in row.scope if key != _SUBJECT))
    if all(row.scope.get("quantization", "") in row.scope.get("model", "") for row in rows):
        found = [key for key in found if key != "quantization"]
    return found


def _shared(rows: Sequence[Row]) -> dict[str, str]:
    """What every row has in common: only worth saying once, above the table."""
    return {
        key: value
        for key, value in (rows[0].scope.items() if rows else ())
        if key != _SUBJECT and all(row.scope.get(key) == value for row in rows)
    }


def _columns(rows: Sequence[Row], labels: Labels) -> dict[str, Callable[[Row], str]]:
    """Return the columns that at least one row fills, in reading order, each with its cell."""
    leads = list(dict.fromkeys(row.statistic for row in rows if row.estimated))
    columns: dict[str, Callable[[Row], str]] = {}
    if any(row.lead.n not in (None, 1) for row in rows):
        columns["n"] = _observations
    if len(leads) == 1:
        columns[labels.column(leads[0])] = _estimate
    elif leads:
        columns |= {"estimate": _estimate, "which": partial(_which, labels=labels)}
    if any(row.lead.interval for row in rows):
        columns["interval"] = _interval
    if any(row.ranged for row in rows):
        columns["range"] = _range
    beside = Counter(statistic for row in rows for statistic in row.beside)
    return columns | {labels.column(name): partial(_value, statistic=name)
                      for name in sorted(beside) if 2 * beside[name] >= len(rows)}


def _observations(row: Row) -> str:
    return f"{{{row.lead.id}.n}}" if row.lead.n is not None else NONE


def _estimate(row: Row) -> str:
    return f"{{{row.lead.id}}}" if row.estimated else NONE


def _which(row: Row, labels: Labels) -> str:
    """The name of the lead; a quantile that no name spells is just called one."""
    if not row.estimated:
        return NONE
    name = labels.column(row.statistic)
    return name if not any(char.isdigit() for char in slots.plain(name)) else "quantile"


def _interval(row: Row) -> str:
    interval, value = row.lead.interval, row.lead.value
    if interval is None:
        return NONE
    if isinstance(value, str) or interval.high - interval.low > WIDEST_INTERVAL * abs(value):
        return TOO_WIDE
    return f"{{{row.lead.id}.low}} to {{{row.lead.id}.high}}"


def _range(row: Row) -> str:
    return f"{{{row.facts['min'].id}}} to {{{row.facts['max'].id}}}" if row.ranged else NONE


def _value(row: Row, statistic: str) -> str:
    return f"{{{row.facts[statistic].id}}}" if statistic in row.beside else NONE


def _group(row: Row, keys: Sequence[str], labels: Labels, shared: Set[str]) -> tuple[str, ...]:
    if not keys:
        return ("whole",)
    return tuple(_label(row, key, labels, shared) for key in keys)


def _label(row: Row, key: str, labels: Labels, shared: Set[str] = frozenset()) -> str:
    """A scope value; of settings those that tell the rows apart."""
    if key not in row.scope:
        return NONE
    if key == SETTINGS:
        return labels.settings(key, row.scope[key], lambda piece: piece not in shared)
    return labels.label(key, row.scope[key])


def _intro(metric: str, scope: Mapping[str, str], shared: Mapping[str, str],
           settings: Set[str], labels: Labels, lead: str) -> str:
    """What the table shows, with what all its rows share."""
    title = f"{lead}, {words(metric)}" if lead else words(metric)
    parts = [f"{words(key)} {labels.label(key, value)}"
             for key, value in shared.items() if key != SETTINGS]
    if settings:
        told = labels.settings(SETTINGS, scope[SETTINGS], settings.__contains__,
                               MOST_SETTINGS_ABOVE)
        parts.append(f"{words(SETTINGS)} {told}")
    about = ", ".join(parts)
    text = f"{title[:1].upper()}{title[1:]}"
    return f"{text} ({about}):" if about else f"{text}:"

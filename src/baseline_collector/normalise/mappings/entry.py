"""One line of a mapping table, and the small builders that tables of many like keys use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from baseline_collector.paths import join, with_sense

Role = Literal["measurement", "parameter", "identity", "time", "repetitions", "context", "setup",
               "outcome", "answer", "unnamed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one key of a format means.

    Attributes:
        role: Kind of leaf.
        metric: Canonical metric of a measurement.
        statistic: ``sample``, ``mean``, ``p99``, ...
        unit: Unit symbol the tool writes, whatever the key says; empty where there is none.
        definition: Which definition of the metric, where several exist.
        target: Column for context, name for parameters, setup and outcomes.
        scope: Template of the object it speaks for; None for the one that holds it.
    """

    role: Role
    metric: str | None = None
    statistic: str = "sample"
    unit: str = ""
    definition: str = ""
    target: str = ""
    scope: str | None = None


Table = Mapping[str, Entry]
"""Key template -> what it means. A name in braces, ``results.{run}.acc``, stands for any one
name and gives it as context or parameter, ``{_name}`` for any one name that is neither; a
target ``{name}`` is what the placeholder stood for. A sense may follow the key
(``paths.with_sense``). A key that ends in ``*`` speaks for all keys that start like it and have
no entry of their own, ``x.**`` for everything below ``x``."""

OWN_NAME = "*"
"""Target of an entry for many names: each is filed under its own."""

REST_OF_NAME = "-*"
"""The same, less what all of them start with: ``n`` of ``param:n``."""

IDENTITY = Entry("identity")
REPETITIONS = Entry("repetitions", target="runs")


def measure(metric: str, unit: str, statistic: str = "sample", definition: str = "") -> Entry:
    """A measurement."""
    return Entry("measurement", metric, statistic, unit, definition)


def aside(unit: str = "") -> Entry:
    """A number that no metric of the vocabulary covers, kept with the unit it is known to have."""
    return Entry("unnamed", unit=unit)


def context(target: str, scope: str | None = None) -> Entry:
    """A text that fills a column of context."""
    return Entry("context", target=target, scope=scope)


def spread(parent: str, statistics: Mapping[str, str], entry: Entry) -> dict[str, Entry]:
    """One metric below a parent, a key a statistic."""
    return {join(parent, name): replace(entry, statistic=statistic)
            for name, statistic in statistics.items()}


def below(parent: str, names: Iterable[str], entry: Entry) -> dict[str, Entry]:
    """The same meaning for several names below a parent."""
    return {join(parent, name): entry for name in names}


def parameters(parent: str, names: Iterable[str], scope: str | None = None) -> dict[str, Entry]:
    """Settings, each under its own name."""
    return {join(parent, name): Entry("parameter", target=name, scope=scope) for name in names}


def setup(parent: str, names: Iterable[str], scope: str | None = None) -> dict[str, Entry]:
    """Facts about the environment, each under its own name."""
    return {join(parent, name): Entry("setup", target=name, scope=scope) for name in names}


def sensed(sense: str, entries: Table) -> dict[str, Entry]:
    """Entries that hold in records of one sense."""
    return {with_sense(key, sense): entry for key, entry in entries.items()}

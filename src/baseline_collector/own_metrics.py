"""Metrics of the user's own: ``[vocabulary.metrics.NAME]`` of the settings.

They reach this module as texts, ``metrics.NAME.unit=%``, a list as one text an item.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import get_args

from baseline_collector import units, vocabulary
from baseline_collector.errors import UsageError
from baseline_collector.vocabulary import Better, Metric

START = "metrics."
_ENTRY = re.compile(r"metrics\.(?P<name>.*)\.(?P<field>\w+)=(?P<value>.*)", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]{1,59}")
_FIELDS = ("unit", "better", "spellings", "definition")
_BUILT_IN = frozenset(metric.name for metric in vocabulary.METRICS)


def own_metrics(entries: Iterable[str]) -> tuple[Metric, ...]:
    """The metrics that the settings describe, in their order.

    Args:
        entries: ``metrics.NAME.FIELD=VALUE`` each.

    Raises:
        UsageError: A name, field, unit or direction is none, or a metric has no unit.
    """
    told: dict[str, dict[str, list[str]]] = {}
    for entry in entries:
        found = _ENTRY.fullmatch(entry)
        if found is None:
            raise UsageError("no field of a metric", where=f"vocabulary, {entry!r}",
                             expected="[vocabulary.metrics.NAME] with " + ", ".join(_FIELDS))
        _known(found["field"], _FIELDS, _where(found["name"]), "field of a metric")
        told.setdefault(found["name"], {}).setdefault(found["field"], []).append(found["value"])
    return tuple(_metric(name, fields) for name, fields in told.items())


def add(metrics: Iterable[Metric]) -> None:
    """Put metrics behind those of the vocabulary, in place of those of an earlier call."""
    for name in vocabulary.BY_NAME.keys() - _BUILT_IN:
        del vocabulary.BY_NAME[name]
    vocabulary.BY_NAME.update({metric.name: metric for metric in metrics})


def _metric(name: str, fields: dict[str, list[str]]) -> Metric:
    where = _where(name)
    if not _NAME.fullmatch(name):
        raise UsageError("no name of a metric", where=where, found=repr(name),
                         expected="lower-case letters, digits and underscores, a letter first")
    if name in _BUILT_IN:
        raise UsageError(f"{name!r} is a metric already", where=where,
                         remedy="give it spellings under [vocabulary], or take another name")
    if "unit" not in fields:
        raise UsageError("a metric has no unit", where=where, expected='unit = "s"',
                         remedy='where it has none, unit = "1"')
    unit = units.recognise(fields["unit"][-1])
    if unit is None:
        raise UsageError("no such unit", where=where, found=repr(fields["unit"][-1]),
                         expected=", ".join(one.symbol for one in units.UNITS))
    better = fields.get("better", ["neither"])[-1]
    _known(better, get_args(Better), where, "direction")
    direction: Better = "higher" if better == "higher" else (
        "lower" if better == "lower" else "neither")
    return Metric(name, units.canonical(unit).symbol, direction,
                  " ".join(fields.get("definition", ["A metric of your own."])),
                  tuple(fields.get("spellings", ())), bare_unit=unit.symbol, source="your settings")


def _known(value: str, among: tuple[str, ...], where: str, what: str) -> None:
    if value not in among:
        near = get_close_matches(value, among, 1)
        raise UsageError(f"no such {what}: {value!r}", where=where,
                         expected=near[0] if near else ", ".join(among))


def _where(name: str) -> str:
    return f"vocabulary.metrics.{name}"

"""All rules in the order in which they look, and the thresholds they compare with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from baseline_collector.errors import UsageError
from baseline_collector.evidence.rule import Rule
from baseline_collector.model import RuleChange
from baseline_collector.rules import (
    compiling,
    definitions,
    environment,
    failures,
    frontier,
    heap,
    models,
    quantiles,
    quantization,
    reported,
    restated,
    running,
    sensors,
    series,
    sweeping,
    telemetry,
)

RULES: tuple[Rule, ...] = (
    *failures.RULES, *quantiles.RULES, *reported.RULES, *restated.RULES,
    *definitions.RULES, *models.RULES, *running.RULES, *series.RULES, *sweeping.RULES,
    *frontier.RULES, *compiling.RULES, *quantization.RULES, *telemetry.RULES, *sensors.RULES,
    *environment.RULES, *heap.RULES,
)

BY_ID: Mapping[str, Rule] = {one.id: one for one in RULES}

_OFF, _ON = ("off", "false", "no"), ("on", "true", "yes")


@dataclass(frozen=True, slots=True)
class Tuned:
    """The rules as set.

    Attributes:
        rules: Those that look.
        limits: Every threshold, by ``rule.name``.
        changes: What differs from the defaults.
    """

    rules: tuple[Rule, ...]
    limits: Mapping[str, float]
    changes: tuple[RuleChange, ...]


def tuned(settings: Sequence[str] = ()) -> Tuned:
    """Switch rules off and set thresholds.

    Args:
        settings: ``RULE=off``, ``RULE=on`` or ``RULE.THRESHOLD=NUMBER``; a later one for the
            same rule or threshold beats an earlier one.

    Raises:
        UsageError: There is no such rule or threshold, or the value is none.
    """
    limits = {f"{rule.id}.{one.name}": one.value for rule in RULES for one in rule.thresholds}
    defaults, off = dict(limits), set()
    for setting in settings:
        name, _, text = (part.strip() for part in setting.partition("="))
        if name in limits:
            limits[name] = _number(setting, text)
        elif name in BY_ID and text.lower() in _OFF:
            off.add(name)
        elif name in BY_ID and text.lower() in _ON:
            off.discard(name)
        else:
            raise UsageError(f"no such setting of a rule: {setting!r}",
                             expected="RULE=off, RULE=on or RULE.THRESHOLD=NUMBER; "
                                      "baseline rules lists them", found=repr(setting))
    changes = [RuleChange(rule.id, "", "on", "off") for rule in RULES if rule.id in off]
    for name, value in limits.items():
        if value != defaults[name]:
            rule, _, threshold = name.partition(".")
            changes.append(RuleChange(rule, threshold, f"{defaults[name]:g}", f"{value:g}"))
    return Tuned(tuple(rule for rule in RULES if rule.id not in off), limits, tuple(changes))


def _number(setting: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(f"the threshold in {setting!r} is no number", expected="a number",
                         found=repr(text))
    return value

"""All rules, in the order in which they look."""

from __future__ import annotations

from baseline_collector.evidence.rule import Rule
from baseline_collector.rules import compiling, failures, heap, models, running, telemetry

RULES: tuple[Rule, ...] = (
    *failures.RULES, *models.RULES, *running.RULES, *compiling.RULES, *telemetry.RULES, *heap.RULES,
)

"""llm-d benchmark reports, v0.1 and v0.2, as YAML or JSON.

Specified in llm-d-benchmark, llmdbenchmark/analysis/benchmark_report (schemas of v0.1 and v0.2).
Every group of statistics names its ``units``.
"""

from __future__ import annotations

from typing import Any

from baseline_collector.readers.told import Told, Tool, ToolJson, has
from baseline_collector.readers.told_yaml import ToolYaml

_UNITS = {"queries/s": "req/s", "count": "", "score": ""}


class _Report(Tool):
    """What a report is, in either notation."""

    name = "llm-d-benchmark-report"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it has the report's parts."""
        return has(record, "version", "scenario") and (
            has(record.get("results"), "request_performance") or (
                has(record.get("metrics"), "latency", "requests")))

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """A group of statistics tells its unit to itself, and to the series inside it."""
        del key
        spelled = value.get("units")
        if not isinstance(spelled, str):
            return above
        unit = spelled.removesuffix("/token")
        return Told(_UNITS.get(unit, unit))

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the report."""
        return str(record["version"])


class LlmdJson(_Report, ToolJson):
    """A report as JSON."""


class LlmdYaml(_Report, ToolYaml):
    """A report as YAML."""

    tops = ("version", "scenario")

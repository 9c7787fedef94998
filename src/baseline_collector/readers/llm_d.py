"""llm-d benchmark reports, v0.1 and v0.2, as YAML or JSON.

Specified in llm-d-benchmark, llmdbenchmark/analysis/benchmark_report (schemas of v0.1 and v0.2).
Every group of statistics names its ``units``.
"""

from __future__ import annotations

from typing import Any

from baseline_collector.errors import ReadError
from baseline_collector.readers.base import Leaves, Outcome, Places
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import head_lines
from baseline_collector.readers.told import Told, ToolJson, Walk, has

_UNITS = {"queries/s": "req/s", "count": "", "score": ""}
_TOP = ("results:", "run:", "scenario:", "version:", "metrics:")


def _tell(key: str, value: dict[str, Any], above: Told) -> Told:
    """A group of statistics tells its unit to itself, and to the series inside it."""
    del key
    spelled = value.get("units")
    if not isinstance(spelled, str):
        return above
    unit = spelled.removesuffix("/token")
    return Told(_UNITS.get(unit, unit))


def _owned(document: Any) -> bool:
    return has(document, "version", "scenario") and (
        has(document.get("results"), "request_performance") or (
            has(document.get("metrics"), "latency", "requests")))


class LlmdJson(ToolJson):
    """A report as JSON."""

    name = "llm-d-benchmark-report"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it has the report's parts."""
        return _owned(record)

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """A group of statistics tells its unit."""
        return _tell(key, value, above)

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the report."""
        return str(record["version"])


class LlmdYaml:
    """A report as YAML."""

    name = "llm-d-benchmark-report"
    version = "1"
    places: Places = "json"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether its top level is the report's: known keys alone, a scenario among them."""
        if opened.artifact.kind not in ("yaml", "text", "") or not opened.whole:
            return False
        tops = {line.partition(":")[0] + ":" for line in head_lines(opened, 100_000)
                if line[0] not in " -#"}
        if not (tops and tops <= set(_TOP) and {"scenario:"} <= _tops(opened)):
            return False
        try:
            return _owned(_yaml(opened))
        except ReadError:
            return False

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf.

        Raises:
            ReadError: Not YAML, too large, too deep, or with aliases.
        """
        document = _yaml(opened)
        Walk(leaves, _tell).go(document)
        return Outcome(version=str(document["version"]))


def _tops(opened: Opened) -> set[str]:
    """Which of the report's parts start a line anywhere in the file."""
    return {name for name in _TOP if f"\n{name}".encode() in b"\n" + opened.data}


def _yaml(opened: Opened) -> Any:
    """The document of a YAML file; the parser is imported by heaps that hold one."""
    from baseline_collector.readers.yaml_text import parse_yaml  # noqa: PLC0415

    return parse_yaml(opened.text, opened.limits.depth)

"""guidellm: ``benchmarks.json``, ``.yaml`` and ``.csv``, versions 0.2 to 0.8.

Specified in guidellm, src/guidellm/benchmark/outputs. The CSV has three header rows (group,
field, unit or statistic); its ``Percentiles`` cell is an array of min, p0.1, p1, p5, p10, p25,
p75, p90, p95, p99 and max; some cells are JSON. Up to 0.3 the CSV
has one header row, and time per output token leaves the wait for the first token out.
"""

from __future__ import annotations

import itertools
from typing import Any

from baseline_collector.errors import ReadError
from baseline_collector.paths import join
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.json_text import Written, parse
from baseline_collector.readers.leaves import Depth, Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import first_row, put, rows
from baseline_collector.readers.told import Told, Tool, ToolJson, Walk, first, has, inherit
from baseline_collector.readers.told_yaml import ToolYaml

_EARLY = "before 0.4"
_EARLY_PERCENTILES = "[min, 0.1, 1, 5, 10, 25, 75, 90, 95, 99, max]"
_PERCENTILES = ("min", "p0.1", "p1", "p5", "p10", "p25", "p75", "p90", "p95", "p99", "max")


class _Report(Tool):
    """What a report is, in either notation."""

    name = "guidellm"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it is a report of benchmarks with guidellm's metrics."""
        benchmark = first(record.get("benchmarks"))
        return has(benchmark, "metrics") and has(benchmark["metrics"], "requests_per_second",
                                                 "request_latency", "inter_token_latency_ms")

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """A benchmark of a version before 0.4 says so: there a field is computed another way."""
        return Told(sense=_EARLY) if key == "benchmarks[]" and "run_stats" in value else above

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the tool, else of the report."""
        metadata = record.get("metadata")
        if not isinstance(metadata, dict):
            return "0.2 or 0.3" if has(first(record["benchmarks"]), "run_stats") else ""
        return str(metadata.get("guidellm_version") or metadata.get("version") or "")


class GuidellmJson(_Report, ToolJson):
    """The report."""


class GuidellmYaml(_Report, ToolYaml):
    """The report as YAML."""

    tops = ("benchmarks",)


class GuidellmEarlyCsv:
    """The table of 0.2 and 0.3: one header row, a column a statistic."""

    name = "guidellm"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the header is the tool's."""
        header = first_row(opened)
        return header[:4] == ["Type", "Run Id", "Id", "Name"] and (
            "Successful Inter token latency ms mean" in header)

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell; cells that are JSON, value by value.

        Raises:
            ReadError: A field is longer than the limit.
        """
        found = rows(opened)
        header = next(found)
        keys = [join("[]", name) for name in header]
        odd = 0
        for index, row in enumerate(found):
            odd += len(row) != len(keys)
            for name, key, text in zip(header, keys, row, strict=False):
                _cell(key, (index, None, None), text, leaves, name.endswith(_EARLY_PERCENTILES))
        return Outcome(f"{odd} rows do not have {len(keys)} cells" if odd else "", "0.2 or 0.3")


class GuidellmCsv:
    """The table: a row a benchmark, a column a statistic."""

    name = "guidellm"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the first row is the groups, each repeated over its columns."""
        groups = first_row(opened)
        return groups[:2] == ["Run Info", "Run Info"] and "Inter Token Latency" in groups

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell; cells that are JSON, value by value.

        Raises:
            ReadError: The header has no three rows.
        """
        found = rows(opened)
        header = list(itertools.islice(found, 3))
        if len(header) < 3:
            raise ReadError("the header is cut off", expected="three header rows")
        keys = [_key(names) for names in zip(*header, strict=False)]
        odd = 0
        for index, row in enumerate(found):
            odd += len(row) != len(keys)
            for key, text in zip(keys, row, strict=False):
                _cell(key, (index, None, None), text, leaves, key.endswith("Percentiles"))
        return Outcome(partly=f"{odd} rows do not have {len(keys)} cells" if odd else "")


def _key(names: tuple[str, ...]) -> str:
    key = "[]"
    for name in names:
        key = join(key, name) if name else key
    return key


def _cell(key: str, at: Depth, text: str, leaves: Leaves, percentiles: bool) -> None:
    if not text.startswith(("{", "[")):
        put(leaves, key, at, text)
        return
    try:
        document = parse(text, leaves.limits.depth)
    except ReadError:
        put(leaves, key, at, text)
        return
    if isinstance(document, list):
        document = _named(document, percentiles)
    Walk(leaves, inherit).go(_unlisted(document, leaves.limits.depth), key, at)


def _named(items: list[Any], percentiles: bool) -> Any:
    """Values of an array under the names they have by their position."""
    if percentiles and len(items) == len(_PERCENTILES):
        return dict(zip(_PERCENTILES, items, strict=True))
    if len(items) == 2 and type(items[0]) is Written:
        return dict(zip(("lower", "upper"), items, strict=True))
    return items


def _unlisted(value: Any, depth: int) -> Any:
    """Arrays as objects keyed by position: a cell's pointer has no room for an index."""
    if not isinstance(value, list | dict):
        return value
    if depth == 0:
        raise ReadError("a cell is nested too deep")
    named = enumerate(value) if isinstance(value, list) else value.items()
    return {str(name): _unlisted(inner, depth - 1) for name, inner in named}

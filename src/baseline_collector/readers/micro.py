"""Micro-benchmarks kept as JSON: pytest-benchmark, google-benchmark, pyperf, conbench.

Specified in pytest-benchmark's documentation (2.5 to 5.x), google-benchmark's user guide (JSON
reporter, library 1.0 to 1.9), pyperf's JSON format (1.0) and conbench's API (benchmark results).
"""

from __future__ import annotations

from typing import Any

from baseline_collector.paths import join
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.generic_markdown import GenericMarkdown
from baseline_collector.readers.json_text import Written
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import first_row, head_lines, put, records, rows
from baseline_collector.readers.told import Told, ToolJson, first, has

_GOOGLE_HEADER = "name,iterations,real_time,cpu_time,time_unit"
_ONE = "one round has no standard deviation"
_TIMES = frozenset({"real_time", "cpu_time", "cpu_coefficient", "real_coefficient"})
_VALUES = frozenset({"values", "warmups"})
_OF_UNIT = frozenset({"data", "mean", "median", "min", "max", "stdev", "q1", "q3", "iqr"})
_COLUMNS = frozenset({
    "min", "max", "mean", "stddev", "median", "iqr", "q1", "q3", "outliers", "iqr_outliers",
    "stddev_outliers", "ld15iqr", "hd15iqr", "ops", "rounds", "iterations", "total"})
"""Of pytest-benchmark, by ``--benchmark-columns``."""
_AGGREGATES = ("mean", "median", "stddev", "cv", "BigO", "RMS", "min", "max")


class PytestBenchmark(ToolJson):
    """``--benchmark-json`` and the storage of ``--benchmark-save``."""

    name = "pytest-benchmark"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it has machine, commit and statistics of benchmarks."""
        return has(record, "machine_info", "commit_info", "benchmarks") and (
            not record["benchmarks"] or has(first(record["benchmarks"]), "stats"))

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """The deviation of a single round is written as 0."""
        del key
        single = str(value.get("rounds")) == "1"
        return Told(withheld={"stddev": _ONE}) if single else above

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the tool."""
        return str(record.get("version", ""))


class PytestBenchmarkCsv:
    """``compare --csv``: a row a benchmark, seconds; parameters stand before the statistics."""

    name = "pytest-benchmark"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the header is names of parameters and the tool's columns."""
        header = first_row(opened)
        columns = {name for name in header[1:] if not name.startswith("param:")}
        return header[:1] == ["name"] and columns <= _COLUMNS and columns >= {"mean", "rounds"}

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell; a single round has no deviation.

        Raises:
            ReadError: A field is longer than the limit.
        """
        for index, record in enumerate(records(opened)):
            for name, text in record.items():
                alone = name == "stddev" and record.get("rounds") == "1"
                put(leaves, join("[]", name), (index, None, None), text,
                    withheld=_ONE if alone else "")
        return Outcome()


class GoogleBenchmark(ToolJson):
    """``--benchmark_format=json``: iterations and aggregates in one list."""

    name = "google-benchmark"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it has the library's context and rows of times."""
        context, row = record.get("context"), first(record.get("benchmarks"))
        return has(context, "date", "num_cpus", "mhz_per_cpu") and (
            has(row, "real_time", "time_unit") or has(row, "cpu_coefficient") or has(row, "rms"))

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """A row tells its time unit, and whether it is a repetition or an aggregate."""
        if key != "benchmarks[]":
            return above
        sense = _row_kind(value)
        if sense in ("cv", "RMS") or value.get("aggregate_unit") == "percentage":
            return Told("1", sense, _TIMES)  # a ratio, though the row names a time unit
        return Told(str(value.get("time_unit", "ns")), sense, _TIMES)

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the library."""
        return str(record["context"].get("library_version", ""))


def _row_kind(row: dict[str, Any]) -> str:
    """``iteration`` or the aggregate's name; from the name's ending before library 1.5."""
    name = str(row.get("name", ""))
    if row.get("run_type") == "aggregate" or "aggregate_name" in row:
        return str(row.get("aggregate_name", "aggregate"))
    ending = name.rpartition("_")[2]
    if "run_type" not in row and ending in _AGGREGATES:
        return ending
    return "iteration"


class GoogleBenchmarkCsv:
    """``--benchmark_format=csv``: the same rows, a time unit a row."""

    name = "google-benchmark"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the header is the library's; its context may stand in lines above."""
        return any(line.startswith(_GOOGLE_HEADER) for line in head_lines(opened, 40))

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell, its row's kind as sense.

        Raises:
            ReadError: A field is longer than the limit.
        """
        header: list[str] = []
        at = 0
        for row in rows(opened):
            if not header:
                header = row if ",".join(row).startswith(_GOOGLE_HEADER) else []
                continue
            record = dict(zip(header, row, strict=False))
            sense = _row_kind(record)
            unit = "1" if sense in ("cv", "RMS") else record.get("time_unit", "")
            for name, text in record.items():
                put(leaves, join("[]", name), (at, None, None), text,
                    unit if name in _TIMES else "", sense)
            at += 1
        return Outcome("" if at else "a header and no rows")


class Pyperf(ToolJson):
    """``pyperf ... -o``: runs of values and warm-ups, metadata at three levels."""

    name = "pyperf"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether its benchmarks are runs of values."""
        runs = first(record.get("benchmarks"))
        run = first(runs.get("runs")) if isinstance(runs, dict) else None
        return "version" in record and isinstance(run, dict) and bool(
            run.keys() & {"values", "warmups"})

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """The unit stands in the metadata, of the file or of a benchmark; without one, seconds."""
        if key in ("", "benchmarks[]"):
            metadata = value.get("metadata")
            unit = metadata.get("unit", "") if isinstance(metadata, dict) else ""
            known = unit or above.sense or "second"
            return Told(sense=known)
        if key == _RUN:
            return Told(_PYPERF.get(above.sense, ""), above.sense, _VALUES)
        return above

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the format."""
        return str(record.get("version", ""))


_RUN = "benchmarks[].runs[]"
_PYPERF = {"second": "s", "byte": "byte"}


class Conbench(ToolJson):
    """Benchmark results as the API serves them, bare, in a page, or with the page's envelope."""

    name = "conbench"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether its first result has statistics with a unit, and tags."""
        page = record.get("data")
        found = first(page.get("data")) if isinstance(page, dict) else first(page) or record
        return has(found, "stats", "tags", "run_id") and has(found["stats"], "data", "unit")

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """A result's unit: seconds are times of iterations, anything else is kept with its unit."""
        del key
        if has(value, "data", "unit", "mean") and not isinstance(value["mean"], dict):
            unit = str(value["unit"])
            single = isinstance(value["data"], list) and len(value["data"]) < 2
            withheld = {"stdev": _ONE} if single and type(value.get("stdev")) is Written else {}
            return Told(unit, "time" if unit in ("s", "ns", "ms", "us") else "",
                        _OF_UNIT, withheld)
        return above


class ConbenchComment(GenericMarkdown):
    """The comment that conbench's alerts leave on a pull request: prose, read as Markdown."""

    name = "conbench"

    def claims(self, opened: Opened) -> bool:
        """Whether its first line is the alert's."""
        return "".join(head_lines(opened, 1)).startswith("Conbench analyzed the ")

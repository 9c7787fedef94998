"""aiperf: profile export as JSON, CSV, JSONL and console text, its inputs and phase manifest.

Specified in aiperf, docs/reference and its exporters, versions 0.2 to 0.13 (schema 1.x). Units
stand beside the values; what it calls KB is 1024 bytes.
"""

from __future__ import annotations

import re
from typing import Any

from baseline_collector.paths import join, segment
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import TEXT
from baseline_collector.readers.leaves import TOP, Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import first_row, head_lines, put, rows
from baseline_collector.readers.told import Told, ToolJson, first, has

_BINARY = {"KB": "KiB", "MB": "MiB", "GB": "GiB"}
_PLAIN = {"requests": "", "ratio": "", "count": ""}
_LONGEST = 200
_LABEL = re.compile(r"(.*?)\s*(?:\(([^()]*)\))?")
_UNITS = {"ms", "sec", "tokens/sec", "tokens/sec/user", "requests/sec", "tokens", "requests", "KB",
          "%", "ratio", "count", "us", "ns", "MB", "GB", "W", "images/sec"}


def _unit(spelled: object) -> str:
    text = str(spelled or "")
    return _BINARY.get(text, _PLAIN.get(text, text))


class AiperfJson(ToolJson):
    """Profile export, its records as JSONL, inputs, phases; exports of server and GPU metrics."""

    name = "aiperf"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it is one of the tool's documents."""
        phase, session = first(record.get("phases")), first(record.get("data"))
        return (
            ("input_config" in record and has(record.get("request_latency"), "unit", "avg"))
            or (has(record, "metadata", "metrics") and has(record["metadata"], "x_request_id"))
            or has(phase, "phase_kind", "metrics_json")
            or (list(record) == ["data"] and has(session, "session_id", "payloads"))
            or has(record, "endpoint_url", "timestamp_ns", "endpoint_latency_ns", "metrics")
            or has(record, "timestamp_ns", "gpu_uuid", "telemetry_data")
            or has(record, "summary", "metrics", "aiperf_version")
        )

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """A metric tells its unit; a record of the warm-up tells that it is one."""
        del key
        metadata = value.get("metadata")
        if isinstance(metadata, dict) and "benchmark_phase" in metadata:
            return Told(sense="warmup" if metadata["benchmark_phase"] == "warmup" else "")
        if "unit" in value and ("value" in value or "avg" in value):
            return Told(_unit(value["unit"]), above.sense)
        return above

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the tool."""
        return str(record.get("aiperf_version", ""))


class AiperfCsv:
    """The CSV export: one table of distributions, one of single values."""

    name = "aiperf"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the header is the tool's."""
        header = first_row(opened)
        return header[:2] == ["Metric", "avg"] and "p99" in header and "std" in header

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell under its column, its row's metric as sense.

        Raises:
            ReadError: A field is longer than the limit.
        """
        header: list[str] = []
        for index, row in enumerate(rows(opened)):
            if row[0] == "Metric":
                header = row
                continue
            _metric(dict(zip(header, row, strict=False)), index - 1, "[]", leaves)
        return Outcome()


class AiperfServerCsv:
    """Server metrics: a table a Prometheus type, each with its own header."""

    name = "aiperf"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the first line is the tool's comment."""
        return "".join(head_lines(opened, 1)).startswith("# AIPerf Server Metrics Export")

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell, its row's metric as sense; comments above are leaves too.

        Raises:
            ReadError: A field is longer than the limit.
        """
        header: list[str] = []
        version, index = "", 0
        for row in rows(opened):
            if row[0].startswith("#"):
                name, _, text = ",".join(row).strip("# ").partition(": ")
                version = text if name == "aiperf_version" else version
                if text:
                    leaves.add(segment(name), TOP, TEXT, text)
            elif row[0] == "Endpoint":
                header = row
            else:
                record = dict(zip(header, row, strict=False))
                for name, text in record.items():
                    put(leaves, join("[]", name), (index, None, None), text,
                        sense=record.get("Metric", "")[:_LONGEST])
                index += 1
        return Outcome(version=version)


class AiperfConsole:
    """The tables printed at the end of a run, saved as text."""

    name = "aiperf"
    version = "1"
    places: Places = "lines"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the first lines are the title and the frame of such a table."""
        lines = head_lines(opened, 2)
        return len(lines) == 2 and "NVIDIA AIPerf" in lines[0] and lines[1].startswith("┏")

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell; a name that runs over two lines is joined.

        Raises:
            ReadError: The content is no text.
        """
        header: list[str] = []
        pending: tuple[int, list[str]] | None = None
        for at, line in enumerate(opened.text.splitlines()):
            cells = [part.strip() for part in re.split("[│┃]", line)[1:-1]]
            if pending and cells and not any(cells[1:]):
                pending = (pending[0], [f"{pending[1][0]} {cells[0]}", *pending[1][1:]])
                continue
            _console_row(header, pending, leaves)
            pending = None
            if cells and cells[0] == "Metric":
                header = cells
            elif cells:
                pending = (at, cells)
            elif line.strip() and not set(line.strip()) <= set("┏━┳┓┡╇┩└─┴┘"):
                leaves.add("prose", (at, 0, None), TEXT, line)
        _console_row(header, pending, leaves)
        return Outcome()


def _console_row(header: list[str], row: tuple[int, list[str]] | None, leaves: Leaves) -> None:
    if row is not None:
        cells = ["" if text == "N/A" else text for text in row[1]]
        _metric(dict(zip(header, cells, strict=False)), row[0], "[][]", leaves)


def _metric(record: dict[str, str], at: int, parent: str, leaves: Leaves) -> None:
    """One metric's row: its label gives the sense and the unit of the cells."""
    match = _LABEL.fullmatch(record.get("Metric", "")[:_LONGEST])
    label, unit = (match[1], match[2] or "") if match else ("", "")
    if unit not in _UNITS:  # brackets that are part of the name
        label, unit = record.get("Metric", "")[:_LONGEST], ""
    for name, text in record.items():
        place = (at, 0, None) if parent == "[][]" else (at, None, None)
        put(leaves, join(parent, name), place, text, _unit(unit), label)

"""MLPerf loadgen: summary and detail logs, and a submission's ``measurements.json``.

Specified in mlcommons/inference, loadgen (results.cc, logging.cc), versions 3 to 5. The
detail log is a JSON object a line behind ``:::MLLOG``; its key is the name of the leaf.
"""

from __future__ import annotations

import re
from typing import Any

from baseline_collector.errors import ReadError
from baseline_collector.paths import join
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import NUMBER, TEXT, number
from baseline_collector.readers.json_text import Written, parse
from baseline_collector.readers.leaves import Depth, Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import head_lines, put
from baseline_collector.readers.told import ToolJson, has

_LONGEST = 400
_MARK = ":::MLLOG "
_PAIR = re.compile(r"\s*([^:]{1,80}?)\s*:\s*(\S.*)")


class MlperfSummary:
    """``mlperf_log_summary.txt``: ``name : value`` lines in three parts."""

    name = "mlperf-loadgen"
    version = "1"
    places: Places = "lines"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether its title is the tool's."""
        return "MLPerf Results Summary" in head_lines(opened, 3)

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every pair, and other lines as text.

        Raises:
            ReadError: The content is no text.
        """
        seen: set[str] = set()
        for at, line in enumerate(opened.text.splitlines()):
            pair = _PAIR.fullmatch(line) if len(line) < _LONGEST else None
            if pair is None:
                if line.strip("= \t"):
                    leaves.add("prose", (at, 0, None), TEXT, line)
                continue
            # The server scenario prints its token rate twice; it is one value.
            sense = "again" if pair[1] in seen else ""
            seen.add(pair[1])
            put(leaves, join("[][]", pair[1]), (at, 0, None), pair[2], sense=sense)
        return Outcome()


class MlperfDetail:
    """``mlperf_log_detail.txt``."""

    name = "mlperf-loadgen"
    version = "1"
    places: Places = "lines"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether its first line is a record of the tool's."""
        return "".join(head_lines(opened, 1)).startswith(_MARK + "{")

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every value under its key, and when and where it was logged.

        Raises:
            ReadError: No line is a record.
        """
        good, broken, version = 0, 0, ""
        for at, line in enumerate(opened.lines()):
            if not line.strip():
                continue
            try:
                record = parse(line.strip().removeprefix(_MARK), opened.limits.depth)
            except ReadError:
                broken += 1
                continue
            if has(record, "key", "value"):
                good += 1
                _record(record, (at, 0, None), leaves)
                if record["key"] == "loadgen_version":
                    version = str(record["value"])
        if not good:
            raise ReadError("no records", expected=f"{_MARK}{{...}} lines")
        return Outcome(f"{broken} lines are no records" if broken else "", version)


def _record(record: dict[str, Any], at: Depth, leaves: Leaves) -> None:
    _leaf(join("[][]", str(record["key"])[:120]), record["value"], at, leaves)
    metadata = record.get("metadata")
    for name, value in (("time_ms", record.get("time_ms")),
                        *(metadata.items() if isinstance(metadata, dict) else ())):
        if type(value) is Written:
            _leaf(join("[][]", name), value, at, leaves)


def _leaf(key: str, value: Any, at: Depth, leaves: Leaves) -> None:
    if type(value) is Written:
        parsed, reason = number(value)
        leaves.add(key, at, NUMBER, value, parsed, "", reason)
    else:
        text = f"{len(value)} items" if isinstance(value, list | dict) else str(value)
        leaves.add(key, at, TEXT, text[: leaves.limits.field_chars])


class MlperfMeasurements(ToolJson):
    """``measurements.json``: what a submission says of its weights."""

    name = "mlperf-loadgen"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it has the keys the submission rules ask for."""
        return has(record, "input_data_types", "retraining", "starting_weights_filename",
                   "weight_data_types")

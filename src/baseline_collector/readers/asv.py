"""asv (airspeed velocity): results, ``benchmarks.json``, ``machine.json``; result versions 1, 2.

Specified in asv's developer documentation, "Benchmark suite layout and file formats". A result
file has numbers by benchmark and no units; those stand in ``benchmarks.json``, in the folder
above. Where it is not there, asv's own naming rule decides: ``time_`` is seconds, ``mem_`` and
``peakmem_`` are bytes, anything else stays without a metric.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from baseline_collector.errors import ReadError
from baseline_collector.readers.base import Outcome
from baseline_collector.readers.leaves import Depth, Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.told import NOTHING, Told, ToolJson, Walk, has, inherit

_UNITS = {"time": "s", "memory": "byte", "peakmemory": "byte"}
_PREFIXES = {"time": "time", "timeraw": "time", "mem": "memory", "peakmem": "peakmemory"}
_COLUMNS = ("result", "params", "version", "started_at", "duration", "stats_ci_99_a",
            "stats_ci_99_b", "stats_q_25", "stats_q_75", "number", "repeat", "samples", "profile")
_SMALL = 4 * 1024 * 1024


class Asv(ToolJson):
    """One of asv's three kinds of file."""

    name = "asv"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it is a result, the list of benchmarks, or a machine."""
        return (
            has(record, "commit_hash", "date", "params", "results", "version")
            or (set(record) == {"arch", "cpu", "machine", "os", "ram", "version"}
                or set(record) >= {"arch", "cpu", "machine", "os", "ram", "num_cpu"})
            or _is_list(record)
        )

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf, results with the kind and unit of their benchmark.

        Raises:
            ReadError: Nested too deep.
        """
        document = opened.parsed
        steps = Walk(leaves, inherit)
        if not has(document, "commit_hash") or not isinstance(document.get("results"), dict):
            steps.go(document)
            return Outcome()
        kinds = _neighbour(opened)
        stated = document.get("result_columns")
        columns = stated if isinstance(stated, list) else _COLUMNS
        for name, value in document.items():
            if name != "results":
                steps.go(value, leaves.join("", name))
        for name, result in document["results"].items():
            _result(result, leaves.join("results", name), _told(name, kinds), columns, steps)
        return Outcome(version=str(document.get("version", "")))


def _is_list(record: dict[str, Any]) -> bool:
    found = [value for value in record.values() if isinstance(value, dict)]
    return bool(found) and all(has(value, "name", "param_names", "type", "unit") for value in found)


def _neighbour(opened: Opened) -> Mapping[str, Any]:
    """The list of benchmarks beside the result or one folder up; empty where there is none."""
    here = Path(opened.artifact.location).parent
    for folder in (here, here.parent):
        path = folder / "benchmarks.json"
        try:
            size = path.lstat().st_size
            if size > _SMALL:
                continue
            bounds = replace(opened.limits, document_bytes=_SMALL, stream_bytes=_SMALL)
            beside = replace(opened.artifact, location=str(path), size=size)
            found = Opened(beside, bounds).parsed
        except (OSError, ReadError):
            continue
        if isinstance(found, dict) and _is_list(found):
            return found
    return {}


def _told(name: str, kinds: Mapping[str, Any]) -> Told:
    stated = kinds.get(name)
    named = _PREFIXES.get(name.rpartition(".")[2].partition("_")[0], "")
    if isinstance(stated, dict):
        kind = str(stated.get("type", ""))
        if named and kind != named:
            return NOTHING  # its name says one thing, the list another
        unit = str(stated.get("unit", ""))
        return Told("s" if unit == "seconds" else "byte" if unit == "bytes" else unit,
                    kind if kind in _UNITS else "")
    return Told(_UNITS.get(named, ""), named)


def _result(result: Any, key: str, told: Told, columns: Any, steps: Walk) -> None:
    """One benchmark: a number, an object, or a list in the order of the columns."""
    if isinstance(result, dict):
        for name, value in result.items():
            steps.go(value, steps.leaves.join(key, name),
                     told=told if name == "result" else NOTHING)
    elif isinstance(result, list):
        for at, value in enumerate(result):
            column = str(columns[at]) if at < len(columns) else ""
            place: Depth = (at, None, None)
            steps.go(value, f"{key}[]", place,
                     told if column in ("result", "samples") else Told(sense=column))
    else:
        steps.go(result, key, told=told)

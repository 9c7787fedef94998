"""Reading a small file the way the pipeline does, for golden tests of readers and tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baseline_collector.discover import discover
from baseline_collector.normalise.stage import normalise
from baseline_collector.read import read
from baseline_collector.readers.base import Limits

Rows = list[dict[str, Any]]
Read = Callable[..., Rows]


@pytest.fixture
def measurements(tmp_path: Path) -> Read:
    """Write files, collect them, and return the rows of the measurements table."""

    def collect(format_: str, **files: str | bytes) -> Rows:
        for name, content in files.items():
            path = tmp_path / name.replace("__", "/").replace("_DOT_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        reading = read(discover([str(tmp_path)]).artifacts, Limits())
        assert {artifact.format for artifact in reading.artifacts} == {format_}, [
            (artifact.artifact, artifact.format, artifact.reason) for artifact in reading.artifacts]
        assert reading.batch is not None
        done = normalise(reading.batch, reading.artifacts, reading.places, reading.quoted)
        rows = done.measurements.to_pylist()
        places = [(row["artifact"], row["pointer"]) for row in rows]
        assert len(places) == len(set(places)), "two values in one place"
        return rows

    return collect


@pytest.fixture
def golden(measurements: Read) -> Callable[..., dict[str, tuple[Any, ...]]]:
    """Path -> (metric, definition, statistic, unit, value) of every counted or named value."""

    def collect(format_: str, **files: str | bytes) -> dict[str, tuple[Any, ...]]:
        return {row["pointer"]: (row["metric"], row["definition"], row["statistic"], row["unit"],
                                 row["value"])
                for row in measurements(format_, **files)
                if row["metric"] is not None and row["status"] == "ok"}

    return collect

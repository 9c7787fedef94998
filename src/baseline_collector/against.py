"""What a report is audited against: tables, and the raw text of artifacts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from baseline_collector.dataset import MEASUREMENTS
from baseline_collector.errors import ReadError
from baseline_collector.ingest import Collected
from baseline_collector.publish import artifacts_table
from baseline_collector.readers.encoding import decode
from baseline_collector.spool import joined

MOST_EVIDENCE_BYTES = 64 * 1024 * 1024
"""Largest part of an artifact that is read again for evidence."""


class InMemory:
    """Tables of a heap that was read and normalised, not stored."""

    def __init__(self, collected: Collected) -> None:
        self._tables = {"artifacts": artifacts_table(collected),
                        "measurements": joined([MEASUREMENTS.empty_table(), *collected.tables()])}

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """One table; see ``dataset.Dataset.table``."""
        table = self._tables[name]
        return table if columns is None else table.select(columns)


class Staged:
    """Tables of a dataset that was just written, the measurements from memory where whole."""

    def __init__(self, folder: Path, measurements: pa.Table) -> None:
        self._folder = folder
        self._whole = measurements if "raw" in measurements.column_names else None

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """One table; see ``dataset.Dataset.table``."""
        if name == "measurements" and self._whole is not None:
            return self._whole if columns is None else self._whole.select(columns)
        return pq.read_table(self._folder / f"{name}.parquet", columns=columns)


def run_record(against: Path) -> Callable[[], Mapping[str, object] | None]:
    """Return what reads the record of the run that made a dataset, from beside it.

    Args:
        against: The output folder or its dataset.
    """
    def read() -> Mapping[str, object] | None:
        for folder in (against, against.parent):
            try:
                record = json.loads((folder / "report.json").read_text("utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(record, dict) and str(record.get("schema", "")).startswith(_OURS):
                told = record.get("narrative") or {}
                sentences = {"printed": told.get("accepted"),
                             "refused": len(told.get("rejected") or ())}
                return {name: record.get(name) for name in _RECORDED} | {"sentences": sentences}
        return None

    return read


_RECORDED = ("generated_at", "agent", "timing", "llm")
_OURS = "baseline-collector/report/"


def raw_text(against: Path) -> Callable[[str], str | None]:
    """Return what reads an artifact by its name: from here, or from beside the dataset.

    Args:
        against: The dataset or folder that names the artifacts.
    """
    places = (Path(), against.parent, against.parent.parent)

    def read(artifact: str) -> str | None:
        for place in places:
            path = place / artifact
            try:
                if path.is_file() and not path.is_symlink():
                    return decode(path.read_bytes()[:MOST_EVIDENCE_BYTES]).text
            except (OSError, ReadError):
                continue
        return None

    return read

"""What a report is audited against: tables, and the raw text of artifacts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

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

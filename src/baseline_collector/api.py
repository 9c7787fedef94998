"""The Python API: the same thing as the command line, with the same names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from baseline_collector import pipeline
from baseline_collector.config import load
from baseline_collector.dataset import Dataset
from baseline_collector.report import Inventory, Report


def collect(roots: Sequence[str | Path] = (), *, out: str | Path | None = None,
            **settings: object) -> Report:
    """Collect artifacts, write dataset and report, and return the report.

    Args:
        roots: Folders and files; those of ``reports/``, ``csv_data/``, ``artifacts/`` that
            exist by default.
        out: Output folder; ``baseline-report`` by default.
        **settings: Any setting of ``config.Settings`` by name, such as ``llm="none"``.

    Raises:
        UsageError: A root does not exist, or a setting is unknown or wrong.
        OutputError: The output folder cannot be written.
    """
    return pipeline.collect(load(_flags(roots, out, settings)))


def inventory(roots: Sequence[str | Path] = (), **settings: object) -> Inventory:
    """Return the inventory alone; nothing is written.

    Raises:
        UsageError: A root does not exist, or a setting is unknown or wrong.
    """
    return pipeline.take_inventory(load(_flags(roots, None, settings)))


def open_dataset(folder: str | Path) -> Dataset:
    """Open a collected dataset for reading.

    Raises:
        DatasetError: There is none in the folder, or of an unknown schema version.
    """
    return Dataset(Path(folder))


def query(sql: str, folder: str | Path = "baseline-report") -> pa.Table:
    """Run SQL over a dataset; tables are named as the Parquet files.

    Raises:
        DatasetError: There is no dataset in the folder.
        UsageError: The query is wrong; the message is DuckDB's.
    """
    return Dataset(Path(folder)).query(sql)


def _flags(roots: Sequence[str | Path], out: str | Path | None, settings: dict[str, object]
           ) -> dict[str, object]:
    flags: dict[str, object] = dict(settings)
    if isinstance(roots, str | Path):
        roots = [roots]
    if roots:
        flags["roots"] = tuple(str(root) for root in roots)
    if out is not None:
        flags["out"] = str(out)
    return flags

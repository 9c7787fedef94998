"""NVIDIA Nsight Compute: kernels as CSV, raw page (a column a metric) and details page.

Specified in NVIDIA's Nsight Compute CLI documentation, versions 2020 to 2025. Log lines that
start with ``==`` may stand above the header.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator

from baseline_collector.errors import ReadError
from baseline_collector.paths import join
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import TEXT
from baseline_collector.readers.leaves import TOP, Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import head_lines, put

_FIRST = ["ID", "Process ID", "Process Name", "Host Name", "Kernel Name"]


class NsightCompute:
    """``ncu --csv``."""

    name = "nsight-compute"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the first line that is no log line is the tool's header."""
        lines = (line for line in head_lines(opened, 50) if not line.startswith("=="))
        try:
            return next(csv.reader([next(lines, "")]), [])[:5] == _FIRST
        except csv.Error:
            return False

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell; in the raw page with the unit of its column.

        Raises:
            ReadError: A field is longer than the limit.
        """
        previous = csv.field_size_limit(opened.limits.field_chars)
        try:
            return _read(opened, leaves)
        except csv.Error as error:
            raise ReadError(f"a field is too long or broken: {error}",
                            expected=f"at most {opened.limits.field_chars} characters") from error
        finally:
            csv.field_size_limit(previous)


def _read(opened: Opened, leaves: Leaves) -> Outcome:
    rows = csv.reader(_table(opened, leaves))
    header = next(rows)
    details = "Metric Value" in header
    units: list[str] = [] if details else next(rows, [])
    if any(cell.strip() for cell in units[:5]):  # no units row: it is the first kernel
        rows, units = itertools.chain([units], rows), []  # type: ignore[assignment]  # rows again
    index = -1
    for row in rows:
        if not row:
            continue
        index += 1
        record = dict(zip(header, row, strict=False))
        sense, unit = record.get("Metric Name", ""), record.get("Metric Unit", "")
        for at, (name, text) in enumerate(record.items()):
            stated = unit if name == "Metric Value" else units[at] if at < len(units) else ""
            put(leaves, join("[]", name), (index, None, None), text, _spelled(stated),
                sense if name == "Metric Value" else "")
    return Outcome("" if index >= 0 else "a header and no kernels")


def _table(opened: Opened, leaves: Leaves) -> Iterator[str]:
    """Lines of the table; log lines above it become text."""
    started = False
    for line in opened.lines():
        if not started and (line.startswith("==") or not line.strip()):
            if line.strip():
                leaves.add("log", TOP, TEXT, line.strip())
            continue
        started = True
        yield line


def _spelled(unit: str) -> str:
    return {"nsecond": "ns", "usecond": "us", "msecond": "ms", "second": "s"}.get(unit, unit)

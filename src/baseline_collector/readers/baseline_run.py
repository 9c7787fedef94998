"""Our own run files: ``run.json`` of a bench.

Specified in ``runfile.py``, schema ``baseline-collector/run/1``.
"""

from __future__ import annotations

from typing import Any

from baseline_collector.errors import ReadError
from baseline_collector.readers.base import Outcome
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.told import ToolJson
from baseline_collector.runfile import FAMILY, SCHEMA


class BaselineRun(ToolJson):
    """``run.json`` of a bench."""

    name = "baseline-bench"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether its schema is a version of ours."""
        return str(record.get("schema", "")).startswith(FAMILY)

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf.

        Raises:
            ReadError: Another version wrote it, or it is nested too deep.
        """
        if opened.first_record["schema"] != SCHEMA:
            raise ReadError("a run file of another version", found=opened.first_record["schema"],
                            expected=SCHEMA, remedy="read it with the version that wrote it")
        return ToolJson.read(self, opened, leaves)

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the schema."""
        return str(record["schema"]).removeprefix(FAMILY)

"""The stored baseline: one small file with the repetitions of every group.

JSON, one group a line, so that a change of it can be read in version control. Groups with
very many values keep the first ``MOST_VALUES`` of each list and say of how many.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from baseline_collector.compare.sides import Cell, Side
from baseline_collector.errors import UsageError
from baseline_collector.evidence.arrays import Ints
from baseline_collector.plain_file import content
from baseline_collector.stats.reported import Reported

SCHEMA = "baseline-collector/baseline/1"
MOST_VALUES = 200
_MARK = f'"schema": "{SCHEMA.rpartition("/")[0]}/'


def is_stored(path: Path) -> bool:
    """Whether a file is a stored baseline, of whatever version."""
    try:
        return _MARK.encode() in content(path, 200)
    except (OSError, ValueError):
        return False


def as_text(side: Side, *, created_at: str) -> str:
    """A side as the text of a baseline file.

    Args:
        side: What to keep.
        created_at: When, ISO 8601.
    """
    head = (f'{{"schema": {json.dumps(SCHEMA)}, "name": {_dumped(side.name)}, '
            f'"created_at": {json.dumps(created_at)}, "groups": [\n')
    return head + ",\n".join(_dumped(_record(cell)) for cell in side.cells) + "\n]}\n"


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _record(cell: Cell) -> dict[str, object]:
    kept = _kept(cell)
    record: dict[str, object] = {
        "metric": cell.metric, "unit": cell.unit, "key": cell.key, "test": cell.test,
        "statistic": cell.statistic, "conditions": dict(cell.conditions),
        "software": {name: list(values) for name, values in cell.software.items()},
        "artifacts": list(cell.artifacts), "values": cell.values[kept].tolist(),
    }
    for name, codes in (("artifact", cell.artifact), ("list", cell.outer)):
        if codes.any():
            record[name] = codes[kept].tolist()
    if cell.prompts != (None,):
        record["prompts"] = list(cell.prompts)
        record["prompt"] = cell.prompt[kept].tolist()
    if len(kept) < len(cell.values):
        record["of"] = len(cell.values)
    if cell.reported is not None:
        record["reported"] = [cell.reported.mean, cell.reported.std, cell.reported.n]
    return record


def _kept(cell: Cell) -> Ints:
    """The first values of each list and prompt, in their order."""
    if len(cell.values) <= MOST_VALUES:
        return np.arange(len(cell.values))
    lists = cell.outer * (int(cell.prompt.max()) + 1) + cell.prompt
    room = max(MOST_VALUES // len(set(lists.tolist())), 2)
    seen: dict[int, int] = {}
    kept = []
    for at, code in enumerate(lists.tolist()):
        seen[code] = seen.get(code, 0) + 1
        if seen[code] <= room:
            kept.append(at)
    return np.array(kept, np.int64)


def read(path: Path, metrics: Sequence[str]) -> Side:
    """Read a baseline file.

    Args:
        path: The file.
        metrics: Canonical metrics that are compared.

    Raises:
        UsageError: It cannot be read, or is of a version this program does not know.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        found = str(document["schema"])
        if found != SCHEMA:
            raise UsageError("a baseline of a version this program does not know",
                             where=str(path), expected=SCHEMA, found=found,
                             remedy="save it again with this version")
        return Side(str(path), tuple(_cell(record) for record in document["groups"]
                                     if record["metric"] in metrics))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"no baseline that can be read: {error!r}", where=str(path),
                         remedy="save it again: baseline compare RUN --save-baseline FILE"
                         ) from error


def _cell(record: Mapping[str, Any]) -> Cell:
    values = np.array(record["values"], np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise ValueError(f"values of {record['metric']}: expected finite numbers")
    reported = record.get("reported")
    return Cell(
        record["metric"], record["unit"], record["key"], record["test"], record["statistic"],
        dict(record["conditions"]),
        {name: tuple(texts) for name, texts in record["software"].items()},
        tuple(record["artifacts"]), values, _codes(record, "artifact", len(values)),
        _codes(record, "list", len(values)), tuple(record.get("prompts", (None,))),
        _codes(record, "prompt", len(values)), Reported(*reported) if reported else None)


def _codes(record: Mapping[str, Any], name: str, size: int) -> Ints:
    codes = np.array(record.get(name, [0] * size), np.int64)
    if codes.shape != (size,):
        raise ValueError(f"{name} of {record['metric']}: expected {size} codes")
    return codes

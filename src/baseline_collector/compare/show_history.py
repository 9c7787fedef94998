"""Show a history: a line a group with its change points, or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from baseline_collector.compare import words
from baseline_collector.compare.history import Line

SCHEMA = "baseline-collector/history/1"


def as_text(lines: Sequence[Line], *, everything: bool = False) -> str:
    """Groups that changed, each with where and by how much; with ``everything`` all groups.

    Args:
        lines: The history.
        everything: Whether groups without a change are listed too.
    """
    changed = [line for line in lines if line.changes]
    rows = [row for line in (lines if everything else changed) for row in _rows(line)]
    short = sum(bool(line.reason) for line in lines)
    tail = f"{len(lines)} groups: {len(changed)} changed"
    tail += f", {short} too short: {lines[0].reason}" if short == len(lines) and lines else \
        f", {short} with too few runs" if short else ""
    return "\n".join([*rows, tail]) + "\n"


def _rows(line: Line) -> list[str]:
    name = f"{line.cell.metric}  {_about(line)}".rstrip()
    levels = f"{len(line.values)} runs, {words.amount(line.values[0], line.cell)} first, " \
             f"{words.amount(line.values[-1], line.cell)} last"
    rows = [f"{name}: {levels}{f' ({line.reason})' if line.reason else ''}"]
    rows += [f"  {one.verdict} from {one.run} on: {words.amount(one.before, line.cell)} -> "
             f"{words.amount(one.after, line.cell)}, {words.change(one.after / one.before)}"
             for one in line.changes]
    return rows


def _about(line: Line) -> str:
    conditions = (f"{name.rpartition(' ')[2]}={text}" for name, text
                  in line.cell.conditions.items() if name not in ("definition", "phase"))
    return ", ".join(filter(None, (line.cell.test, *conditions)))


def as_json(lines: Sequence[Line]) -> str:
    """All groups with all their runs."""
    return json.dumps({"schema": SCHEMA, "groups": [_record(line) for line in lines]},
                      ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _record(line: Line) -> dict[str, object]:
    cell = line.cell
    return {
        "metric": cell.metric, "unit": cell.unit, "test": cell.test,
        "conditions": dict(cell.conditions), "key": cell.key,
        "runs": [{"run": run, "mean": value}
                 for run, value in zip(line.runs, line.values, strict=True)],
        "changes": [{"at": one.at, "run": one.run, "before": one.before, "after": one.after,
                     "p_adjusted": one.p, "verdict": one.verdict} for one in line.changes],
        "reason": line.reason,
    }

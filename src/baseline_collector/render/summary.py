"""The inventory in a few lines: the data summary block and the order of file types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from baseline_collector.report import Inventory, TypeSummary
from baseline_collector.visible import visible

_FIRST_KINDS = ("csv", "json", "markdown")


def types_in_order(inventory: Inventory) -> list[tuple[str, TypeSummary]]:
    """Return the file types as they are listed: csv, json, markdown, then the rest by name."""
    first = [(kind, inventory.by_type[kind]) for kind in _FIRST_KINDS if kind in inventory.by_type]
    rest = sorted(item for item in inventory.by_type.items() if item[0] not in _FIRST_KINDS)
    return [*first, *rest]


def data_summary(inventory: Inventory) -> list[str]:
    """Return the lines of the data summary block, without the fence around it."""
    lines = [f"Total files analyzed: {len(inventory.artifacts)}"]
    for kind, summary in types_in_order(inventory):
        lines += ["", *_type_lines(kind, summary)]
    return lines


def skipped_by_reason(inventory: Inventory) -> list[tuple[str, list[str]]]:
    """Return what was skipped, reason by reason, most frequent first."""
    found: dict[str, list[str]] = {}
    for entry in inventory.skipped:
        found.setdefault(entry.reason, []).append(entry.path)
    return sorted(found.items(), key=lambda item: -len(item[1]))


def total_bytes(inventory: Inventory) -> int:
    """Return the size of all files together."""
    return sum(artifact.size for artifact in inventory.artifacts)


def with_status(inventory: Inventory, status: str) -> int:
    """Return how many files ended with a status."""
    return sum(artifact.status == status for artifact in inventory.artifacts)


def utc_text(moment: str) -> str:
    """Write an ISO 8601 moment as ``2025-11-14 18:53:30 UTC``; other texts as they are."""
    parsed = _parsed(moment)
    return visible(moment) if parsed is None else f"{parsed:%Y-%m-%d %H:%M:%S} UTC"


def utc_date(moment: str) -> str:
    """Write the UTC date of an ISO 8601 moment; other texts as they are."""
    parsed = _parsed(moment)
    return visible(moment) if parsed is None else f"{parsed:%Y-%m-%d}"


def _type_lines(kind: str, summary: TypeSummary) -> Iterator[str]:
    # The example spells file kinds in capitals, "MARKDOWN Files (29)".
    yield f"{visible(kind).upper()} Files ({summary.count})"
    for path in summary.first:
        yield f"  - {visible(path)}"
    if summary.more:
        yield f"  ... and {summary.more} more"
    yield f"  Latest modified: {utc_text(summary.latest_modified)}"


def _parsed(moment: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(moment.removesuffix(" UTC"))
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)

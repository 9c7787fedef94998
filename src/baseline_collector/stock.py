"""The inventory: every file counted once, by kind and by root."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from baseline_collector.model import Artifact, Skipped, modified_iso
from baseline_collector.report import Inventory, TypeSummary

FIRST = 5


def take_stock(artifacts: Sequence[Artifact], skipped: Sequence[Skipped]) -> Inventory:
    """Count files by kind and root, and group those with the same content.

    Args:
        artifacts: Every file with its status, in order.
        skipped: Entries that are no artifacts.
    """
    copies: dict[str, list[str]] = {}
    for artifact in artifacts:
        if artifact.duplicate_of:
            copies.setdefault(artifact.duplicate_of, [artifact.duplicate_of]).append(
                artifact.artifact)
    return Inventory(
        artifacts=tuple(artifacts), by_type=_by(artifacts, lambda one: one.kind),
        by_root=_by(artifacts, lambda one: one.root), skipped=tuple(skipped),
        duplicates=tuple(tuple(group) for group in copies.values()),
    )


def _by(artifacts: Sequence[Artifact], label: Callable[[Artifact], str]) -> dict[str, TypeSummary]:
    groups: dict[str, list[Artifact]] = {}
    for artifact in artifacts:
        groups.setdefault(label(artifact), []).append(artifact)
    return {
        name: TypeSummary(
            count=len(group), bytes=sum(one.size for one in group),
            latest_modified=modified_iso(max(one.modified_ns for one in group)),
            first=tuple(one.artifact for one in group[:FIRST]),
            more=max(len(group) - FIRST, 0),
        )
        for name, group in sorted(groups.items())
    }

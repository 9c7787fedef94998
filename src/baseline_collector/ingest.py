"""Ingest: read and normalise a heap, and settle what concerns several of its artifacts.

What an artifact says does not depend on others; whether it is a copy, or a twin that is not
counted, is settled over the small accounts of all of them. Rows stay aside until then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pyarrow as pa

from baseline_collector.config import Settings
from baseline_collector.discover import Found
from baseline_collector.journal import Journal
from baseline_collector.model import Artifact, Outcomes
from baseline_collector.normalise import Account, settle
from baseline_collector.normalise.stage import touched, uncounted
from baseline_collector.share import Share, take


@dataclass(frozen=True, slots=True)
class Collected:
    """A heap that was read and normalised.

    Attributes:
        artifacts: Every file with hash, reader, status and reason.
        accounts: What became of the leaves of each.
        twin_of: Number of a twin -> number of the artifact that is counted instead.
        share: Where the rows are.
    """

    artifacts: list[Artifact]
    accounts: list[Account]
    twin_of: dict[int, int]
    share: Share

    def tables(self) -> Iterator[pa.Table]:
        """Yield the measurements in order, columns as ``schema.MEASUREMENTS``, in pieces."""
        ends = list(accumulate(one.numbers for one in self.accounts))
        aside = _merged([(ends[at] - self.accounts[at].numbers, ends[at])
                         for at in sorted(self.twin_of)])
        start = 0
        for table in self.share.rows.tables():
            yield uncounted(table, [(max(first - start, 0), last - start) for first, last in aside
                                    if first < start + table.num_rows and last > start])
            start += table.num_rows

    def outcomes(self) -> dict[str, Outcomes]:
        """How calls ended, by artifact, where they are recorded."""
        return {artifact.artifact: account.outcomes for artifact, account in
                zip(self.artifacts, self.accounts, strict=True) if account.outcomes is not None}

    def twins(self) -> dict[str, str]:
        """Artifact -> the one that is counted instead."""
        return {self.artifacts[twin].artifact: self.artifacts[kept].artifact
                for twin, kept in self.twin_of.items()}

    def cleaning(self) -> dict[str, int]:
        """Values touched by each cleaning rule."""
        return touched(self.accounts)


def ingest(found: Found, settings: Settings, aside: Path, journal: Journal) -> Collected:
    """Read and normalise what was discovered.

    Args:
        found: Artifacts in order.
        settings: Limits, readers, masking.
        aside: Folder for rows that do not fit into memory.
        journal: Told what was read, and of every file that was not read whole.
    """
    if not found.artifacts:
        journal.event("warning", reason="no file below the roots was taken")
    journal.progress(f"reading {len(found.artifacts)} files")
    share = take(found.artifacts, settings, aside / "rows.arrow")
    journal.event("read", files=len(share.artifacts))
    for artifact in share.artifacts:
        if artifact.status in ("unread", "partly_read"):
            journal.event("warning", artifact=artifact.artifact, reason=artifact.reason)
    journal.event("normalised", values=share.rows.rows)
    return Collected(share.artifacts, share.accounts, settle(share.accounts), share)


def _merged(runs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted runs of rows, adjacent ones as one."""
    found: list[tuple[int, int]] = []
    for start, end in runs:
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        elif end > start:
            found.append((start, end))
    return found

"""Ingest: read and normalise a heap, and settle what concerns several of its artifacts.

What an artifact says does not depend on others; whether it is a copy, or a twin that is not
counted, is settled over the small accounts of all of them. Rows stay aside until then: those
of files that were read now in a spool, those of files that did not change in the dataset of
the run before.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from baseline_collector.cache import Before, Kept, fingerprint, keys_of
from baseline_collector.config import Settings
from baseline_collector.discover import Found
from baseline_collector.journal import Journal
from baseline_collector.listing import Levels, Listing
from baseline_collector.model import Artifact, Beside, Outcomes
from baseline_collector.normalise import Account, settle
from baseline_collector.normalise.context import Said
from baseline_collector.normalise.gathering import afresh, links, marked
from baseline_collector.normalise.neighbours import hear_neighbour, neighbours_of, put_together
from baseline_collector.normalise.stage import touched, uncounted
from baseline_collector.read import read
from baseline_collector.share import Share, limits, tools
from baseline_collector.workers import take_all

Run = tuple[int, int]
"""Rows: the first, and the one behind the last."""


@dataclass(slots=True)
class Collected:
    """A heap that was read and normalised.

    Attributes:
        listing: Every file as discovered.
        artifacts: Every file with hash, reader, status and reason.
        accounts: What became of the leaves of each.
        keys: What else the result of each depends on.
        taken: How many were taken from the run before.
        twin_of: Number of a twin -> number of the artifact that is counted instead.
        unchanged: The measurements of the run before, where they are all of this one's.
        restated: Row of a reported statistic -> the samples that it restates.
    """

    listing: Listing = field(default_factory=Listing)
    artifacts: list[Artifact] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    taken: int = 0
    twin_of: dict[int, int] = field(default_factory=dict)
    unchanged: Path | None = None
    restated: dict[int, str] = field(default_factory=dict)
    _pieces: list[tuple[_Rows, Run]] = field(default_factory=list)

    def add(self, artifact: Artifact, account: Account, rows: _Rows, start: int) -> None:
        """Add the next artifact, whose rows begin somewhere."""
        self.artifacts.append(artifact)
        self.accounts.append(account)
        end = start + account.numbers
        if self._pieces and self._pieces[-1][0] is rows and self._pieces[-1][1][1] == start:
            self._pieces[-1] = (rows, (self._pieces[-1][1][0], end))
        elif end > start:
            self._pieces.append((rows, (start, end)))

    def tables(self) -> Iterator[pa.Table]:
        """Yield the measurements in order, columns as ``schema.MEASUREMENTS``, in pieces."""
        aside, row, restating = self._aside(), 0, sorted(self.restated)
        for rows, run in self._pieces:
            for table in rows.take(run):
                end = row + table.num_rows
                piece = uncounted(table, [(max(first - row, 0), last - row) for first, last in aside
                                          if first < end and last > row])
                yield marked(piece, {at - row: self.restated[at] for at in restating[
                    bisect_left(restating, row):bisect_left(restating, end)]})
                row = end

    def _aside(self) -> list[Run]:
        """Rows of twins, which are not counted."""
        found: list[Run] = []
        row = 0
        for at, account in enumerate(self.accounts):
            if at in self.twin_of and account.numbers:
                found.append((row, row + account.numbers))
            row += account.numbers
        return found

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


def ingest(found: Found, settings: Settings, aside: Path, journal: Journal,
           before: Before | None = None) -> Collected:
    """Read and normalise what was discovered.

    Args:
        found: Artifacts in order.
        settings: Limits, readers, masking.
        aside: Folder for rows that do not fit into memory.
        journal: Told what was read, and of every file that was not read whole.
        before: The run before, for files that did not change.
    """
    if not found.artifacts:
        journal.event("warning", reason="no file below the roots was taken")
    listing = found.artifacts
    levels = neighbours_of(listing)
    keys = keys_of(fingerprint(settings, tools(settings)), listing, levels)
    rows = (np.full(len(listing), -1) if before is None else
            before.unchanged(listing, keys, limits(settings) if settings.rehash else None))
    wanted = np.flatnonzero(rows < 0).tolist()
    journal.progress(f"reading {len(wanted)} of {len(listing)} files")
    shares = take_all(with_neighbours(listing, levels, wanted, settings), settings, aside,
                      journal.progress)
    kept = [before.kept(artifact, row) if before is not None and row >= 0 else None
            for artifact, row in zip(listing, rows.tolist(), strict=True)]
    collected = _together(kept, shares, before)
    if collected is None:  # a copy or twin lost what it stood for
        for share in shares:
            share.rows.remove()
        return ingest(found, settings, aside, journal)
    collected.listing, collected.keys = listing, keys
    _tell(collected, journal)
    return collected


def with_neighbours(artifacts: Listing, levels: Sequence[Levels], wanted: Sequence[int],
                    settings: Settings) -> list[Artifact]:
    """Artifacts with what their neighbours say, which are read first, each by itself.

    Args:
        artifacts: As discovered.
        levels: The neighbours of each; see ``neighbours.neighbours_of``.
        wanted: Numbers of the artifacts.
        settings: Limits and readers.
    """
    said: dict[int, Said] = {}
    together: dict[Levels, Beside] = {(): Beside()}
    for one in dict.fromkeys(levels[at] for at in wanted):
        for at in (at for level in one for at in level if at not in said):
            said[at] = _heard(artifacts[at], settings)
        together[one] = put_together([[(artifacts.names[at], said[at]) for at in numbers]
                                      for numbers in one])
    return [replace(artifacts[at], beside=together[levels[at]]) if levels[at] else artifacts[at]
            for at in wanted]


def _heard(artifact: Artifact, settings: Settings) -> Said:
    """What a neighbour says."""
    said = Said()
    reading = read([artifact], limits(settings), tools(settings))
    for leaf in reading.batch.to_pylist() if reading.batch is not None else ():
        hear_neighbour(said, leaf["key"], reading.artifacts[0].format, leaf["kind"],
                       leaf["raw"], leaf["value"])
    return said


def _together(kept: Sequence[Kept | None], shares: Sequence[Share], before: Before | None
              ) -> Collected | None:
    """Put together what was read and what is kept; None where rows are needed that are not there.

    Of artifacts with the same content the first that could be read is read, the others are
    copies of it.
    """
    collected, known = Collected(), dict[str, str]()
    read = chain.from_iterable(zip(one.artifacts, one.accounts, strict=True) for one in shares)
    new, row = _Rows(lambda: chain.from_iterable(one.rows.tables() for one in shares)), 0
    old = _Rows(lambda: map(afresh, before.groups()) if before is not None else iter(()))
    for one in kept:
        if one is None:
            artifact, account = next(read)
            rows, start, row = new, row, row + account.numbers
        else:
            artifact, account, rows, start = one.artifact, one.account, old, one.start
        first = known.get(artifact.sha256) if artifact.size > 0 else None
        if first is not None:
            artifact = replace(artifact, status="duplicate", duplicate_of=first, format="",
                               version="", reason=f"same content as {first}")
            account = Account()
        elif artifact.status == "duplicate":
            return None
        elif artifact.status != "unread":
            known[artifact.sha256] = artifact.artifact
        collected.add(artifact, account, rows, start)
    collected.twin_of = settle(collected.accounts)
    twins = collected.twins()
    names = [one.artifact for one in collected.artifacts]
    if any(one is not None and one.twin_of and name not in twins
           for one, name in zip(kept, names, strict=True)):
        return None
    collected.taken = sum(one is not None for one in kept)
    if before is not None and all(kept) and _all_as_before(collected, kept, before):
        collected.unchanged = before.measurements
    else:
        collected.restated = links(collected.tables(), collected.tables(), collected.twins())
    return collected


def _all_as_before(collected: Collected, kept: Sequence[Kept | None], before: Before) -> bool:
    """Whether the measurements are those of the run before, row for row."""
    pieces, twins = [run for _, run in collected._pieces], collected.twins()
    return pieces == ([(0, before.rows)] if before.rows else []) and all(
        twins.get(one.artifact.artifact, "") == one.twin_of for one in kept if one is not None)


def _tell(collected: Collected, journal: Journal) -> None:
    files = len(collected.artifacts)
    journal.event("read", files=files, read=files - collected.taken, unchanged=collected.taken)
    for artifact in collected.artifacts:
        if artifact.status in ("unread", "partly_read"):
            journal.event("warning", artifact=artifact.artifact, reason=artifact.reason)
    journal.event("normalised", values=sum(one.numbers for one in collected.accounts))


class _Rows:
    """Rows of a stream of tables, taken mostly in order; going back begins anew."""

    def __init__(self, tables: Callable[[], Iterator[pa.Table]]) -> None:
        self._tables = tables
        self._stream: Iterator[pa.Table] = iter(())
        self._table: pa.Table | None = None
        self._row = 0

    def take(self, run: Run) -> Iterator[pa.Table]:
        """Yield the rows of a run in pieces."""
        start, end = run
        if self._table is None or start < self._row:
            self._stream, self._row = self._tables(), 0
            self._table = next(self._stream)
        while start < end:
            behind = self._row + self._table.num_rows
            if start < behind:
                stop = min(end, behind)
                yield self._table.slice(start - self._row, stop - start)
                start = stop
            else:
                self._row, self._table = behind, next(self._stream)

"""From artifacts to leaves: the read stage, in portions that fit into memory.

Small artifacts are read into a portion together; a large one is a portion of its own, whose
leaves wait in pieces on disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from baseline_collector.errors import ReadError
from baseline_collector.model import Artifact, Status, modified_ns_of
from baseline_collector.readers.base import Limits, Places, Reader
from baseline_collector.readers.catalogue import TOOLS, choose
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.spool import Spool

PORTION = 1 << 17
"""Leaves after which a portion of small artifacts is full."""

PIECE = 1 << 16
"""Leaves after which a piece of a large one is full: about a megabyte of its text."""

LARGE = 4 * 1024 * 1024
"""Bytes from which an artifact is read in pieces."""


@dataclass(slots=True)
class Reading:
    """What reading some artifacts gave.

    Attributes:
        artifacts: Every file with hash, reader, status and reason.
        places: Pointer style of each.
        quoted: Numbers of artifacts whose values are quoted from elsewhere.
        batch: All leaves, those of one artifact together; None where they lie in pieces.
        pieces: The leaves of a single large artifact, until the next portion is asked for.
    """

    artifacts: list[Artifact] = field(default_factory=list)
    places: list[Places] = field(default_factory=list)
    quoted: list[int] = field(default_factory=list)
    batch: pa.RecordBatch | None = None
    pieces: Spool | None = None


def read(artifacts: Sequence[Artifact], limits: Limits, tools: Sequence[Reader] = TOOLS) -> Reading:
    """Read every artifact once into one portion; see ``portions``."""
    return next(portions(artifacts, limits, tools, most=None), Reading(batch=Leaves().take()))


def portions(artifacts: Sequence[Artifact], limits: Limits, tools: Sequence[Reader] = TOOLS,
             most: int | None = PORTION, aside: Path = Path("leaves.arrow")) -> Iterator[Reading]:
    """Read every artifact once; a content met before is a duplicate and is not read again.

    A file that cannot be read is a row with a reason, never an error.

    Args:
        artifacts: What was discovered.
        limits: Bounds on what is read.
        tools: Readers of known tools, asked before the generic ones.
        most: Leaves that make a portion full; None for one portion.
        aside: File for the leaves of a large artifact.

    Yields:
        Portions in the order of the artifacts.
    """
    reading, leaves = Reading(), Leaves(limits)
    known: dict[str, str] = {}
    for artifact in artifacts:
        if most is not None and (artifact.size >= LARGE or len(leaves) >= most):
            if reading.artifacts:
                reading.batch = leaves.take()
                yield reading
                reading = Reading()
            if artifact.size >= LARGE:
                large = _read_large(artifact, limits, known, tools, aside)
                yield large
                if large.pieces is not None:
                    large.pieces.remove()
                continue
        leaves.begin(len(reading.artifacts))
        _put(reading, _read_one(artifact, leaves, limits, known, tools))
    if reading.artifacts:
        reading.batch = leaves.take()
        yield reading


def _put(reading: Reading, one: tuple[Artifact, tuple[Places, bool]]) -> None:
    done, (places, quotes) = one
    if quotes:
        reading.quoted.append(len(reading.artifacts))
    reading.artifacts.append(done)
    reading.places.append(places)


def _read_large(artifact: Artifact, limits: Limits, known: dict[str, str],
                tools: Sequence[Reader], aside: Path) -> Reading:
    """Read one large artifact, its leaves into a file as they come."""
    pieces, reading = Spool(aside, in_memory=0), Reading()
    leaves = Leaves(limits, lambda batch: pieces.add(pa.Table.from_batches([batch])), PIECE)
    leaves.begin(0)
    _put(reading, _read_one(artifact, leaves, limits, known, tools))
    reading.batch = leaves.take()
    if reading.artifacts[0].status in ("unread", "duplicate"):
        pieces.remove()
    elif pieces.rows:
        pieces.add(pa.Table.from_batches([reading.batch]))
        reading.batch, reading.pieces = None, pieces
    return reading


def _read_one(artifact: Artifact, leaves: Leaves, limits: Limits, known: dict[str, str],
              tools: Sequence[Reader]) -> tuple[Artifact, tuple[Places, bool]]:
    """Read one file; return it with what became of it, its pointer style, whether it quotes."""
    sha256 = ""
    try:
        opened = Opened(artifact, limits)
        sha256 = opened.sha256
        first = known.get(opened.sha256)
        if first is not None and artifact.size > 0:
            return replace(artifact, sha256=sha256, status="duplicate", duplicate_of=first,
                           reason=f"same content as {first}"), ("json", False)
        reader = choose(opened, tools)
        outcome = reader.read(opened, leaves)
        _unchanged(artifact)
        known[opened.sha256] = artifact.artifact  # of content that could not be read, none is kept
    except ReadError as error:
        leaves.drop()
        lost = replace(artifact, sha256=sha256, status="unread", reason=error.message())
        return lost, ("json", False)
    status: Status = "partly_read" if outcome.partly else "read"
    done = replace(artifact, sha256=sha256, status=status, reason=outcome.partly,
                   format=reader.name, version=outcome.version)
    return done, (reader.places, reader.quotes)


def _unchanged(artifact: Artifact) -> None:
    """Refuse what was read of a file that is no longer the one that was discovered.

    Raises:
        ReadError: Its size or time is another, or it is gone.
    """
    try:
        info = os.stat(artifact.location)  # noqa: PTH116  # names may be no text
    except OSError as error:
        raise ReadError(f"gone while it was being read: {error.strerror}") from error
    if (info.st_size, modified_ns_of(info.st_mtime_ns)) != (artifact.size, artifact.modified_ns):
        raise ReadError("changed while it was being read", expected=f"{artifact.size} bytes",
                        found=f"{info.st_size} bytes", remedy="collect again")

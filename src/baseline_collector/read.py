"""From artifacts to leaves: the read stage, in portions that fit into memory.

Small artifacts are read into a portion together; a large one is a portion of its own, whose
leaves wait in pieces on disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from baseline_collector.errors import ReadError
from baseline_collector.model import Artifact, Status, modified_ns_of
from baseline_collector.readers.base import Leaves, Limits, Places, Reader
from baseline_collector.readers.catalogue import TOOLS, choose
from baseline_collector.readers.opened import Opened

PORTION = 1 << 17
"""Leaves after which a portion of small artifacts is full."""


@dataclass(slots=True)
class Reading:
    """What reading some artifacts gave.

    Attributes:
        artifacts: Every file with hash, reader, status and reason.
        places: Pointer style of each.
        quoted: Numbers of artifacts whose values are quoted from elsewhere.
        batch: All leaves, those of one artifact together.
    """

    artifacts: list[Artifact] = field(default_factory=list)
    places: list[Places] = field(default_factory=list)
    quoted: list[int] = field(default_factory=list)
    batch: pa.RecordBatch | None = None


def read(artifacts: Sequence[Artifact], limits: Limits, tools: Sequence[Reader] = TOOLS) -> Reading:
    """Read every artifact once into one portion; see ``portions``."""
    return next(portions(artifacts, limits, tools, most=None), Reading(batch=Leaves().take()))


def portions(artifacts: Sequence[Artifact], limits: Limits, tools: Sequence[Reader] = TOOLS,
             most: int | None = PORTION) -> Iterator[Reading]:
    """Read every artifact once; a content met before is a duplicate and is not read again.

    A file that cannot be read is a row with a reason, never an error.

    Args:
        artifacts: What was discovered.
        limits: Bounds on what is read.
        tools: Readers of known tools, asked before the generic ones.
        most: Leaves that make a portion full; None for one portion.

    Yields:
        Portions in the order of the artifacts.
    """
    reading, leaves = Reading(), Leaves(limits)
    known: dict[str, str] = {}
    for artifact in artifacts:
        number = len(reading.artifacts)
        leaves.begin(number)
        done, (places, quotes) = _read_one(artifact, leaves, limits, known, tools)
        reading.artifacts.append(done)
        reading.places.append(places)
        if quotes:
            reading.quoted.append(number)
        if most is not None and len(leaves) >= most:
            reading.batch = leaves.take()
            yield reading
            reading = Reading()
    if reading.artifacts:
        reading.batch = leaves.take()
        yield reading


def _read_one(artifact: Artifact, leaves: Leaves, limits: Limits, known: dict[str, str],
              tools: Sequence[Reader]) -> tuple[Artifact, tuple[Places, bool]]:
    """Read one file; return it with what became of it, its pointer style, whether it quotes."""
    hashed = artifact
    try:
        opened = Opened(artifact, limits)
        hashed = replace(artifact, sha256=opened.sha256)
        first = known.get(opened.sha256)
        if first is not None and artifact.size > 0:
            return replace(hashed, status="duplicate", duplicate_of=first,
                           reason=f"same content as {first}"), ("json", False)
        reader = choose(opened, tools)
        outcome = reader.read(opened, leaves)
        _unchanged(artifact)
        known[opened.sha256] = artifact.artifact  # of content that could not be read, none is kept
    except ReadError as error:
        leaves.drop()
        return replace(hashed, status="unread", reason=error.message()), ("json", False)
    status: Status = "partly_read" if outcome.partly else "read"
    done = replace(hashed, status=status, reason=outcome.partly, format=reader.name,
                   version=outcome.version)
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

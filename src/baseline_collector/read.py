"""From opened files to one batch of leaves: the read stage over a whole heap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from baseline_collector.errors import ReadError
from baseline_collector.model import Artifact, Status
from baseline_collector.readers.base import Leaves, Limits, Places, Reader
from baseline_collector.readers.catalogue import TOOLS, choose
from baseline_collector.readers.opened import Opened


@dataclass(slots=True)
class Reading:
    """What reading a heap gave.

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
    """Read every artifact once; a content met before is a duplicate and is not read again.

    A file that cannot be read is a row with a reason, never an error.

    Args:
        artifacts: What was discovered.
        limits: Bounds on what is read.
        tools: Readers of known tools, asked before the generic ones.
    """
    reading, leaves = Reading(), Leaves(limits)
    known: dict[str, str] = {}
    for number, artifact in enumerate(artifacts):
        leaves.begin(number)
        done, places = _read_one(artifact, leaves, limits, known, tools)
        reading.artifacts.append(done)
        reading.places.append(places[0])
        if places[1]:
            reading.quoted.append(number)
    reading.batch = leaves.take()
    return reading


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
        known[opened.sha256] = artifact.artifact  # of content that could not be read, none is kept
    except ReadError as error:
        leaves.drop()
        return replace(hashed, status="unread", reason=error.message()), ("json", False)
    status: Status = "partly_read" if outcome.partly else "read"
    done = replace(hashed, status=status, reason=outcome.partly, format=reader.name,
                   version=outcome.version)
    return done, (reader.places, reader.quotes)

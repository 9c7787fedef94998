"""Small heaps for the tests of readers: files in, leaves or measurements out."""

from __future__ import annotations

import hashlib
from pathlib import Path

from baseline_collector.listing import kind_of
from baseline_collector.model import Artifact
from baseline_collector.normalise import normalise
from baseline_collector.read import Reading, read
from baseline_collector.readers.base import Limits

Row = dict[str, object]


def artifact(path: Path) -> Artifact:
    """A file as discover lists it."""
    info = path.lstat()
    return Artifact(
        f"r/{path.name}", "r", str(path), kind_of(path.name), info.st_size, info.st_mtime_ns
    )


def reading(folder: Path, limits: Limits | None = None, **contents: str | bytes) -> Reading:
    """Write files and read them; ``a_json`` is the file ``a.json``."""
    listed = []
    for name, content in contents.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        listed.append(artifact(path))
    return read(listed, limits or Limits())


def rows(folder: Path, limits: Limits | None = None, **contents: str | bytes) -> list[Row]:
    """Write files, read and normalise them; returns the measurements."""
    done = reading(folder, limits, **contents)
    assert done.batch is not None
    table = normalise(done.batch, done.artifacts, done.places, done.quoted).measurements
    found: list[Row] = table.to_pylist()
    places = [(row["artifact"], row["pointer"]) for row in found]
    assert len(set(places)) == len(places), "a pointer names one value"
    return found


def leaves(folder: Path, **contents: str | bytes) -> list[Row]:
    """Write files and read them; returns every leaf."""
    done = reading(folder, **contents)
    assert done.batch is not None
    found: list[Row] = done.batch.to_pylist()
    return found


def outcome(folder: Path, limits: Limits | None = None, **contents: str | bytes) -> tuple[str, str]:
    """Status and reason of the only file."""
    (one,) = reading(folder, limits, **contents).artifacts
    if one.sha256:
        assert one.sha256 == hashlib.sha256(Path(one.location).read_bytes()).hexdigest()
    assert (one.status == "read") == (one.reason == "")
    return one.status, one.reason


def pick(found: list[Row], *columns: str) -> list[tuple[object, ...]]:
    """Some columns of rows."""
    return [tuple(row[column] for column in columns) for row in found]

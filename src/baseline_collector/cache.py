"""What a run leaves for the next: which files need not be read again.

A file is taken from before where its name, size, times and inode are the same, and so is
everything else its result depends on: the code of readers and normalising, the vocabulary,
the settings, and the neighbours that were listened to. Its rows lie in the dataset of that
run; the table ``manifest`` beside them says the rest, and goes when they go.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from baseline_collector.config import Settings
from baseline_collector.dataset import MANIFEST, Dataset
from baseline_collector.errors import DatasetError, ReadError
from baseline_collector.model import Artifact, Outcomes
from baseline_collector.normalise import Account
from baseline_collector.normalise.twins import Series, Tally
from baseline_collector.readers.base import Limits, Reader
from baseline_collector.readers.opened import Opened

_INDIFFERENT = frozenset({
    "roots", "out", "include", "exclude", "hidden", "ignored", "model", "allow_remote",
    "free_writing", "persona", "workers", "cache", "rehash", "rules"})
"""Settings that make no difference to what a file is read as, beside those named llm."""

_SOURCES = ("*.py", "readers/*.py", "normalise/**/*.py", "stats/*.py")
_FINE_NS, _COARSE_NS = 20_000_000, 2_000_000_000
"""How far apart two changes may be and bear one time: a tick of the kernel; 2 s on FAT."""


def fingerprint(settings: Settings, tools: Sequence[Reader]) -> str:
    """What every result depends on besides its files: code, vocabulary, settings, readers."""
    digest = hashlib.sha256()
    home = Path(__file__).parent
    for pattern in _SOURCES:
        for path in sorted(home.glob(pattern)):
            digest.update(path.read_bytes())
    said = {one.name: getattr(settings, one.name) for one in fields(settings)
            if one.name not in _INDIFFERENT and not one.name.startswith("llm")}
    readers = [(type(tool).__module__, tool.name, tool.version) for tool in tools]
    digest.update(json.dumps([said, readers], sort_keys=True, default=str).encode())
    return digest.hexdigest()


def keys_of(everything: str, neighbours: Sequence[Sequence[Artifact]]) -> list[str]:
    """What the result of each artifact depends on besides its own file.

    Args:
        everything: What every result depends on; see ``fingerprint``.
        neighbours: The files beside each artifact that are listened to for it, in the order in
            which they are asked.
    """
    return [hashlib.sha256(json.dumps([everything, [(one.artifact, *stamp(one)) for one in beside]])
                           .encode()).hexdigest() if beside else everything
            for beside in neighbours]


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as the run before left it.

    Attributes:
        artifact: As discovered now, with what reading it gave.
        account: What became of its leaves.
        start: Its first row in the measurements of that run.
        twin_of: The artifact that was counted instead; empty where it was counted itself.
    """

    artifact: Artifact
    account: Account
    start: int
    twin_of: str


class Before:
    """The dataset of the run before, as far as the next one needs it.

    Attributes:
        measurements: Its file of measurements.
        rows: How many there are.
    """

    def __init__(self, folder: Path) -> None:
        """Open it.

        Args:
            folder: Output folder.

        Raises:
            DatasetError: There is none, or one of another version.
        """
        self._dataset = Dataset(folder)
        self._manifest = self._dataset.table("manifest")
        self._artifacts = self._dataset.table("artifacts")
        self.measurements = self._dataset.folder / "measurements.parquet"
        try:
            self.rows = int(pq.read_metadata(self.measurements).num_rows)
        except (OSError, pa.ArrowException) as error:
            raise DatasetError(f"cannot be read: {error}", where=str(self.measurements)) from error
        if self._manifest.num_rows != self._artifacts.num_rows:
            raise DatasetError("incomplete", where=str(self._dataset.folder))

    def groups(self) -> Iterator[pa.Table]:
        """Yield the measurements, a row group at a time.

        Raises:
            DatasetError: They are broken.
        """
        try:
            with pq.ParquetFile(self.measurements) as file:
                for at in range(file.num_row_groups):
                    yield file.read_row_group(at)
        except (OSError, pa.ArrowException) as error:
            raise DatasetError(f"cannot be read: {error}", where=str(self.measurements),
                               remedy="collect again with --no-cache") from error

    @classmethod
    def of(cls, folder: Path) -> Before | None:
        """Open what lies in an output folder, where something of use does."""
        try:
            return cls(folder)
        except DatasetError:
            return None

    @cached_property
    def _told(self) -> list[tuple[Any, ...]]:
        columns = [self._artifacts.column(name).to_pylist() for name in (
            "sha256", "status", "reason", "format", "version", "duplicate_of", "twin_of",
            "leaves", "numbers", "rejected")]
        columns += [self._manifest.column(name).to_pylist() for name in (
            "cleaning", "outcomes", "series")]
        return list(zip(*columns, strict=True))

    def kept(self, artifacts: Sequence[Artifact], keys: Sequence[str], limits: Limits | None
             ) -> list[Kept | None]:
        """Say of each artifact whether it is taken from before.

        Args:
            artifacts: As discovered.
            keys: What the result of each depends on besides the file.
            limits: To compare contents too, the limits to read them with; None for no.

        Returns:
            One entry an artifact; None for those to be read. A copy or twin of one to be read
            is to be read itself.
        """
        names = self._manifest.column("artifact").to_pylist()
        at = {name: row for row, name in enumerate(names)}
        stamps = list(zip(*(self._manifest.column(name).to_pylist() for name in (
            "size", "modified_ns", "changed_ns", "inode", "key")), strict=True))
        starts = _starts(self._artifacts.column("numbers").to_pylist())
        found: list[Kept | None] = []
        for artifact, key in zip(artifacts, keys, strict=True):
            row = at.get(artifact.artifact)
            same = row is not None and stamps[row] == (*stamp(artifact), key)
            kept = self._entry(artifact, row, starts[row]) if same and row is not None else None
            found.append(kept if kept is not None and _still(kept, limits) else None)
        there = {"", *(one.artifact.artifact for one in found if one is not None)}
        return [one if one is not None and {one.artifact.duplicate_of, one.twin_of} <= there
                else None for one in found]

    def _entry(self, artifact: Artifact, row: int, start: int) -> Kept:
        (sha256, status, reason, form, version, duplicate_of, twin_of, leaves, numbers, rejected,
         cleaning, outcomes, series) = self._told[row]
        done = replace(artifact, sha256=sha256 or "", status=status, reason=reason or "",
                       format=form or "", version=version or "", duplicate_of=duplicate_of or "")
        account = Account(leaves, numbers, rejected, json.loads(cleaning or "{}"),
                          _outcomes(outcomes), _series(series))
        return Kept(done, account, start, twin_of or "")


def stamp(artifact: Artifact) -> tuple[int, int, int, int]:
    """What of a file shows that it is the same: size, times, inode."""
    return (artifact.size, artifact.modified_ns, artifact.changed_ns,
            artifact.inode & 0x7FFFFFFFFFFFFFFF)


def _still(kept: Kept, limits: Limits | None) -> bool:
    """Whether a file with the same stamp may be taken: read before, and of the same content."""
    if kept.artifact.reason.startswith(("cannot be", "gone while", "changed while")):
        return False
    if limits is None:
        return True
    try:
        return Opened(kept.artifact, limits).sha256 == kept.artifact.sha256
    except ReadError:
        return False


def _starts(numbers: Sequence[int]) -> list[int]:
    starts, row = [], 0
    for count in numbers:
        starts.append(row)
        row += count
    return starts


def manifest(artifacts: Sequence[Artifact], accounts: Sequence[Account], keys: Sequence[str],
             began_ns: int) -> pa.Table:
    """What the next run compares files with, a row a file, in the order of the artifacts.

    Args:
        artifacts: As discovered and read.
        accounts: What became of their leaves.
        keys: What each result depends on besides the file.
        began_ns: When the run began, before anything was discovered. A file that was changed
            so near to it that a later change may bear the same time gets no key.
    """
    stamps = list(zip(*(stamp(one) for one in artifacts), strict=True)) or [()] * 4
    columns = {
        "artifact": [one.artifact for one in artifacts],
        **dict(zip(("size", "modified_ns", "changed_ns", "inode"), stamps, strict=True)),
        "key": [None if _too_new(one, began_ns) else key
                for one, key in zip(artifacts, keys, strict=True)],
        "cleaning": [_json(one.cleaning) if one.cleaning else None for one in accounts],
        "outcomes": [_json([one.outcomes.attempts, one.outcomes.failures, one.outcomes.disguised])
                     if one.outcomes else None for one in accounts],
        "series": [_json([one.series.richness, {str(metric): [tally.n, tally.low, tally.high,
                                                              tally.digest]
                                                for metric, tally in one.series.tallies.items()}])
                   if one.series else None for one in accounts],
    }
    return pa.Table.from_pydict(columns, schema=MANIFEST)


def _too_new(artifact: Artifact, began_ns: int) -> bool:
    newest = max(artifact.modified_ns, artifact.changed_ns)
    return newest >= began_ns - (_FINE_NS if newest % 1_000_000_000 else _COARSE_NS)


def _outcomes(text: str | None) -> Outcomes | None:
    if text is None:
        return None
    attempts, failures, disguised = json.loads(text)
    return Outcomes(attempts, tuple(failures), disguised)


def _series(text: str | None) -> Series | None:
    if text is None:
        return None
    richness, tallies = json.loads(text)
    return Series({int(metric): Tally(*tally) for metric, tally in tallies.items()}, richness)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

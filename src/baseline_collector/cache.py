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

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from baseline_collector.config import Settings
from baseline_collector.dataset import MANIFEST, Dataset
from baseline_collector.errors import DatasetError, ReadError
from baseline_collector.listing import STAMP, Flags, Ints, Levels, Listing
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


def keys_of(everything: str, artifacts: Listing, levels: Sequence[Levels]) -> list[str]:
    """What the result of each artifact depends on besides its own file.

    Args:
        everything: What every result depends on; see ``fingerprint``.
        artifacts: As discovered.
        levels: The files beside each that are listened to for it, in the order in which they
            are asked; see ``neighbours.neighbours_of``.
    """
    known: dict[Levels, str] = {(): everything}
    for one in levels:
        if one not in known:
            beside = [(artifacts.names[at], *artifacts.stamps[at].tolist())
                      for level in one for at in level]
            known[one] = hashlib.sha256(json.dumps([everything, beside]).encode()).hexdigest()
    return [known[one] for one in levels]


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
        self._manifest = self._dataset.table("manifest", ["artifact", *STAMP, "key"])
        self._artifacts = self._dataset.table("artifacts", ["reason", "duplicate_of", "twin_of"])
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

    def unchanged(self, artifacts: Listing, keys: Sequence[str], limits: Limits | None) -> Ints:
        """Say of each artifact whether it is taken from before.

        Args:
            artifacts: As discovered.
            keys: What the result of each depends on besides the file.
            limits: To compare contents too, the limits to read them with; None for no.

        Returns:
            Its row in the run before, one an artifact; -1 for those to be read. A copy or twin
            of one to be read is to be read itself.
        """
        at = pc.index_in(artifacts.column, self._manifest.column("artifact"))
        same = pc.equal(self._manifest.column("key").cast(pa.string()).take(at),
                        pa.array(keys, pa.string()))
        for name, now in zip(STAMP, artifacts.stamps.T, strict=True):
            same = pc.and_(same, pc.equal(self._manifest.column(name).take(at), pa.array(now)))
        reasons = self._artifacts.column("reason").cast(pa.string()).take(at)
        for start in _PASSING:
            same = pc.and_not(same, pc.fill_null(pc.starts_with(reasons, start), False))
        if limits is not None:
            same = pc.and_(same, self._same_content(artifacts, at, limits))
        same = pc.fill_null(same, False)
        there = artifacts.column.filter(same)
        for name in ("duplicate_of", "twin_of"):
            instead = self._artifacts.column(name).cast(pa.string()).take(at)
            same = pc.and_(same, pc.or_(pc.is_null(instead), pc.is_in(instead, there)))
        rows: Ints = pc.if_else(same, at, -1).to_numpy().astype(np.int64)
        return rows

    def _same_content(self, artifacts: Listing, at: pa.Array, limits: Limits) -> pa.Array:
        """Which artifacts, given with their rows, have the hash that they had."""
        hashes = self._dataset.table("artifacts", ["sha256"]).column(0).take(at).to_pylist()
        return pa.array([known is not None and _sha256(artifact, limits) == known
                         for artifact, known in zip(artifacts, hashes, strict=True)], pa.bool_())

    @cached_property
    def _told(self) -> list[tuple[Any, ...]]:
        tables = (self._dataset.table("artifacts", [
            "sha256", "status", "reason", "format", "version", "duplicate_of", "twin_of",
            "leaves", "numbers", "rejected"]),
            self._dataset.table("manifest", ["cleaning", "outcomes", "series"]))
        columns = [column.to_pylist() for table in tables for column in table.columns]
        return list(zip(*columns, strict=True))

    @cached_property
    def _starts(self) -> list[int]:
        numbers = self._dataset.table("artifacts", ["numbers"]).column(0).to_numpy()
        starts: list[int] = (np.cumsum(numbers) - numbers).tolist()
        return starts

    def kept(self, artifact: Artifact, row: int) -> Kept:
        """An artifact as the run before left it in one of its rows."""
        (sha256, status, reason, form, version, duplicate_of, twin_of, leaves, numbers, rejected,
         cleaning, outcomes, series) = self._told[row]
        done = replace(artifact, sha256=sha256 or "", status=status, reason=reason or "",
                       format=form or "", version=version or "", duplicate_of=duplicate_of or "")
        account = Account(leaves, numbers, rejected, json.loads(cleaning or "{}"),
                          _outcomes(outcomes), _series(series))
        return Kept(done, account, self._starts[row], twin_of or "")


_PASSING = ("cannot be", "gone while", "changed while")
"""How reasons begin that may hold no longer though the file is the same."""


def _sha256(artifact: Artifact, limits: Limits) -> str | None:
    try:
        return Opened(artifact, limits).sha256
    except ReadError:
        return None


def manifest(artifacts: Listing, accounts: Sequence[Account], keys: Sequence[str],
             began_ns: int) -> pa.Table:
    """What the next run compares files with, a row a file, in the order of the artifacts.

    Args:
        artifacts: As discovered.
        accounts: What became of their leaves.
        keys: What each result depends on besides the file.
        began_ns: When the run began, before anything was discovered. A file that was changed
            so near to it that a later change may bear the same time gets no key.
    """
    stamps = artifacts.stamps
    columns = {
        "artifact": artifacts.column,
        **{name: pa.array(stamps[:, at]) for at, name in enumerate(STAMP)},
        "key": pa.array(keys, pa.string(), mask=_too_new(stamps, began_ns)),
        "cleaning": [_json(one.cleaning) if one.cleaning else None for one in accounts],
        "outcomes": [_json([one.outcomes.attempts, one.outcomes.failures, one.outcomes.disguised])
                     if one.outcomes else None for one in accounts],
        "series": [_json([one.series.richness, {str(metric): [tally.n, tally.low, tally.high,
                                                              tally.digest]
                                                for metric, tally in one.series.tallies.items()}])
                   if one.series else None for one in accounts],
    }
    return pa.Table.from_pydict(columns, schema=MANIFEST)


def _too_new(stamps: Ints, began_ns: int) -> Flags:
    """Whether each file may have been changed again within one tick of its time; see ``STAMP``."""
    newest = np.maximum(stamps[:, 1], stamps[:, 2])
    found: Flags = newest >= began_ns - np.where(newest % 1_000_000_000, _FINE_NS, _COARSE_NS)
    return found


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

"""The listing: files as a walk finds them, in columns; a record is made where one is asked for.

A heap of many files is compared with that of the run before without a Python object a file.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from baseline_collector.model import Artifact, modified_ns_of

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

Levels = tuple[tuple[int, ...], ...]
"""Numbers of the files that are listened to for another: a tuple a folder, the nearest first."""

KINDS = {
    ".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".md": "markdown", ".markdown": "markdown", ".txt": "text", ".log": "text",
    ".yaml": "yaml", ".yml": "yaml", ".eval": "eval", ".html": "html", ".htm": "html",
    ".sql": "sql", ".toml": "toml", ".parquet": "parquet", ".xml": "xml",
}

STAMP = ("size", "modified_ns", "changed_ns", "inode")
"""What of a file shows that it is the same: bytes, times since the epoch, number in its system."""

_INODE = 0x7FFF_FFFF_FFFF_FFFF
"""Bits of a file's number that are kept; some systems have longer ones."""


def stamp_of(info: os.stat_result) -> tuple[int, int, int, int]:
    """The stamp of a file, as the system tells of it; times may be any."""
    return info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino & _INODE


class Listing(Sequence[Artifact]):
    """Files in order, as discovered: nothing of them was read.

    Attributes:
        names: How artifacts are named, one a file.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.names: list[str] = []
        self._files: list[str] = []
        self._stamps = array("q")
        self._home = array("q")
        self._folders: list[tuple[str, str]] = []

    def extend(self, root: str, folder: str, names: Sequence[str], files: Sequence[str],
               stamps: Sequence[int]) -> None:
        """Add files of one folder.

        Args:
            root: The root that it lies below, as given.
            folder: Where it is, as the operating system spells it.
            names: Of the artifacts.
            files: Names within the folder, as the operating system spells them.
            stamps: Four numbers a file, see ``STAMP``; times that no column holds are brought
                to the nearest that one does.
        """
        self._home.extend([len(self._folders)] * len(names))
        self._folders.append((root, folder))
        self.names.extend(names)
        self._files.extend(files)
        try:
            held = array("q", stamps)
        except OverflowError:
            held = array("q", map(modified_ns_of, stamps))
        times = np.frombuffer(held, np.int64)
        np.maximum(times, 0, out=times)
        self._stamps.extend(held)

    def sort(self, first: int) -> None:
        """Bring the files from a number on into the order of their names."""
        order = sorted(range(first, len(self.names)), key=self.names.__getitem__)
        if order == list(range(first, len(self.names))):
            return
        whole = np.array([*range(first), *order], np.int64)
        self.names[first:] = [self.names[at] for at in order]
        self._files[first:] = [self._files[at] for at in order]
        self._home = array("q", np.frombuffer(self._home, np.int64)[whole].tobytes())
        self._stamps = array("q", self.stamps[whole].tobytes())

    @property
    def stamps(self) -> Ints:
        """The stamp of each, a row a file, columns as ``STAMP``; add no file while it is held."""
        return np.frombuffer(self._stamps, np.int64).reshape(-1, len(STAMP))

    @cached_property
    def column(self) -> pa.StringArray:
        """The names as a column; add no file after."""
        return pa.array(self.names, pa.string())

    def root(self, at: int) -> str:
        """The root of one, as given."""
        return self._folders[self._home[at]][0]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.names)

    @overload
    def __getitem__(self, at: int) -> Artifact: ...

    @overload
    def __getitem__(self, at: slice) -> list[Artifact]: ...

    def __getitem__(self, at: int | slice) -> Artifact | list[Artifact]:
        """One as a record, or some."""
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        name, (root, folder) = self.names[at], self._folders[self._home[at]]
        start = at % len(self.names) * len(STAMP)
        size, modified_ns, changed_ns, inode = self._stamps[start:start + len(STAMP)]
        return Artifact(
            artifact=name, root=root, location=os.path.join(folder, self._files[at]),  # noqa: PTH118  # names may be no text
            kind=kind_of(name), size=size, modified_ns=modified_ns, inode=inode,
            changed_ns=changed_ns)

    def __iter__(self) -> Iterator[Artifact]:
        """Every one as a record."""
        return map(self.__getitem__, range(len(self.names)))


def kind_of(name: str) -> str:
    """Return the type of a file by its name: ``csv``, ``json``, ..., its suffix, or ``other``."""
    base = name.rpartition("/")[2]
    dot = base.rfind(".")
    return _kind(base[dot:]) if dot > 0 else "other"


@lru_cache(1000)
def _kind(suffix: str) -> str:
    known = suffix.lower()
    plain = known[1:].isalnum() and len(known) < 9
    return KINDS.get(known) or (known[1:] if plain else "other")

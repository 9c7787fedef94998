"""Discover: roots -> artifacts, in a fixed order, without opening a file.

Symbolic links are not followed, special files and folders that cannot be listed are
reported as skipped, hidden and ignored files are left alone (and listed so). The walk
is iterative, bounded in depth, and never leaves a root.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from baseline_collector.errors import UsageError
from baseline_collector.model import Artifact, Skipped

if TYPE_CHECKING:
    from pathspec import PathSpec

DEFAULT_ROOTS = ("reports", "csv_data", "artifacts")
MAX_DEPTH = 64
IGNORE_FILES = (".gitignore", ".baselineignore")

KINDS = {
    ".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".md": "markdown", ".markdown": "markdown", ".txt": "text", ".log": "text",
    ".yaml": "yaml", ".yml": "yaml", ".eval": "eval", ".html": "html", ".htm": "html",
    ".sql": "sql", ".toml": "toml", ".parquet": "parquet", ".xml": "xml",
}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which files count.

    Attributes:
        include: Globs on the path below the root; empty means all.
        exclude: Globs on the path below the root.
        hidden: Whether files and folders whose name starts with a dot count.
        ignored: Whether files named by ignore files below the root count.
        never: Folders never entered, such as the output folder.
    """

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    hidden: bool = False
    ignored: bool = False
    never: Sequence[Path] = ()


@dataclass(slots=True)
class Found:
    """What a walk has found: artifacts in order, and what was passed over."""

    artifacts: list[Artifact] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def default_roots(where: Path | None = None) -> list[str]:
    """Return those of the default roots that exist in a folder.

    Raises:
        UsageError: None of them exists.
    """
    base = where or Path()
    roots = [name for name in DEFAULT_ROOTS if (base / name).is_dir()]
    if not roots:
        raise UsageError(
            "no folder to collect from",
            expected=f"one of {', '.join(name + '/' for name in DEFAULT_ROOTS)} here",
            remedy="name one: baseline collect FOLDER",
        )
    return roots


def discover(roots: Sequence[str], selection: Selection | None = None) -> Found:
    """Walk the roots and list every file once, in the order of roots and of paths.

    Args:
        roots: Folders or files as the user gave them.
        selection: Which files count.

    Raises:
        UsageError: A root does not exist.
    """
    chosen = selection or Selection()
    found = Found()
    seen: set[tuple[int, int]] = set()
    for given in roots:
        root = given.replace("\\", "/") if os.sep == "\\" else given
        root = root.rstrip("/") or "/"
        path = Path(given)
        if not path.exists():
            raise UsageError("no such file or folder", where=given,
                             remedy="check the spelling, or run from where it lies")
        walk = _Walk(root, path, chosen, seen, found)
        walk.file(path, root) if path.is_file() else walk.run()
    return found


class _Walk:
    """One root being walked; holds what the steps share."""

    def __init__(self, root: str, top: Path, selection: Selection,
                 seen: set[tuple[int, int]], found: Found) -> None:
        self.root = root
        self.top = top
        self.selection = selection
        self.seen = seen
        self.found = found
        self.never = {os.path.realpath(folder) for folder in selection.never}

    def run(self) -> None:
        """List the files of this root in the order of their whole paths."""
        first = len(self.found.artifacts)
        stack: list[tuple[str, str, int, tuple[tuple[str, PathSpec], ...]]] = [
            (os.fspath(self.top), "", 0, ())
        ]
        while stack:
            folder, below, depth, rules = stack.pop()
            entries = self._entries(folder, below)
            rules = self._rules(folder, below, entries, rules)
            for entry in entries:
                inner = f"{below}{_name(entry)}"
                if not self._passes(entry, inner, rules):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if depth + 1 > MAX_DEPTH:
                        self._skip(inner, f"deeper than {MAX_DEPTH} folders")
                    elif os.path.realpath(entry.path) not in self.never:
                        stack.append((entry.path, inner + "/", depth + 1, rules))
                else:
                    self.file(Path(entry.path), f"{self.root}/{inner}", inner)
        self.found.artifacts[first:] = sorted(
            self.found.artifacts[first:], key=lambda artifact: artifact.artifact
        )

    def file(self, path: Path, name: str, below: str = "") -> None:
        """Add one file, unless globs, its kind or an earlier root speak against it."""
        try:
            info = path.stat(follow_symlinks=not below)
        except OSError as error:
            self._skip(below or name, f"cannot be examined: {error.strerror}")
            return
        if not stat.S_ISREG(info.st_mode):
            self._skip(below or name, f"special file ({_special(info.st_mode)})")
            return
        if not self._wanted(below or path.name):
            return
        identity = (info.st_dev, info.st_ino)
        if info.st_ino and info.st_nlink == 1 and identity in self.seen:
            return  # an overlapping root has listed it
        self.seen.add(identity)
        self.found.artifacts.append(Artifact(
            artifact=name, root=self.root, location=os.fspath(path), kind=kind_of(name),
            size=info.st_size, modified_ns=info.st_mtime_ns,
        ))

    def _entries(self, folder: str, below: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._skip(below.rstrip("/"), f"folder cannot be listed: {error.strerror}")
            return []

    def _rules(self, folder: str, below: str, entries: list[os.DirEntry[str]],
               rules: tuple[tuple[str, PathSpec], ...]) -> tuple[tuple[str, PathSpec], ...]:
        if self.selection.ignored:
            return rules
        names = [entry.name for entry in entries if entry.name in IGNORE_FILES]
        for name in names:
            from pathspec import GitIgnoreSpec  # noqa: PLC0415  # only heaps with ignore files pay

            try:
                lines = Path(folder, name).read_text("utf-8", "replace").splitlines()[:10_000]
            except OSError:
                continue
            rules = (*rules, (below, GitIgnoreSpec.from_lines(lines)))
        return rules

    def _passes(self, entry: os.DirEntry[str], inner: str,
                rules: tuple[tuple[str, PathSpec], ...]) -> bool:
        if entry.is_symlink():
            self._skip(inner, "symbolic link, not followed")
        elif entry.name.startswith(".") and not self.selection.hidden:
            self._skip(inner, "hidden")
        elif any(spec.match_file(inner[len(base):] + ("/" if entry.is_dir() else ""))
                 for base, spec in rules):
            self._skip(inner, "ignored by an ignore file")
        else:
            return True
        return False

    def _wanted(self, below: str) -> bool:
        include, exclude = self.selection.include, self.selection.exclude
        if include and not any(_glob(below, pattern) for pattern in include):
            return False
        return not any(_glob(below, pattern) for pattern in exclude)

    def _skip(self, below: str, reason: str) -> None:
        path = below if below.startswith(self.root) else f"{self.root}/{below}"
        self.found.skipped.append(Skipped(path, reason))


def _glob(path: str, pattern: str) -> bool:
    """Match a glob against the whole path below the root, or against the name alone."""
    return fnmatch(path, pattern) or fnmatch(path.rsplit("/", 1)[-1], pattern)


def _name(entry: os.DirEntry[str]) -> str:
    """A file name as valid Unicode: bytes that are no UTF-8 are written as ``\\xNN``."""
    return os.fsencode(entry.name).decode("utf-8", "backslashreplace")


def _special(mode: int) -> str:
    names = ((stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"), (stat.S_ISBLK, "block device"),
             (stat.S_ISCHR, "character device"), (stat.S_ISLNK, "symbolic link"))
    return next((name for test, name in names if test(mode)), "unknown")


def kind_of(name: str) -> str:
    """Return the type of a file by its name: ``csv``, ``json``, ..., or its suffix, or ``other``."""
    base = name.rsplit("/", 1)[-1].lower()
    dot = base.rfind(".")
    if dot <= 0:
        return "other"
    suffix = base[dot:]
    return KINDS.get(suffix) or (suffix[1:] if suffix[1:].isalnum() and len(suffix) < 9 else "other")



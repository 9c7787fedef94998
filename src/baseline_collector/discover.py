"""Discover: roots -> artifacts, in a fixed order, without opening a file.

Symbolic links are not followed, special files and folders that cannot be listed are
reported as skipped, hidden and ignored files are left alone (and listed so). The walk
is iterative, bounded in depth, and never leaves a root.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baseline_collector.errors import UsageError
from baseline_collector.model import Artifact, Skipped, modified_ns_of
from baseline_collector.plain_file import special

if TYPE_CHECKING:
    from pathspec import PathSpec

DEFAULT_ROOTS = ("reports", "csv_data", "artifacts")
MAX_DEPTH = 64
IGNORE_FILES = (".gitignore", ".baselineignore")
_IGNORE_BYTES = 1 << 20
_IGNORE_LINES = 10_000
_IGNORE_STARS = 3

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
        UsageError: A root does not exist or is neither a folder nor a file, or none of them can
            be listed.
    """
    chosen = selection or Selection()
    found = Found()
    seen: set[_Identity] = set()
    for given in roots:
        if not given.strip():
            raise UsageError("a root without a name", expected="a folder or file",
                             found=repr(given), remedy="for the current folder say .")
        path = Path(given)
        try:
            info = path.stat()
        except PermissionError as error:
            raise UsageError(f"cannot be examined: {error.strerror}", where=shown(given),
                             remedy="check the permissions") from error
        except (OSError, ValueError) as error:
            raise UsageError("no such file or folder", where=shown(given),
                             remedy="check the spelling, or run from where it lies") from error
        if special(info.st_mode):
            raise UsageError(f"it is a {special(info.st_mode)}", where=shown(given),
                             expected="a folder or a file")
        walk = _Walk(_root_name(given), path, chosen, seen, found)
        walk.run() if stat.S_ISDIR(info.st_mode) else walk.single()
    _one_was_listed(roots, found)
    return found


def _one_was_listed(roots: Sequence[str], found: Found) -> None:
    """Raise UsageError where no root at all could be listed."""
    closed = {one.path: one.reason for one in found.skipped}
    names = [_root_name(given) for given in roots]
    if not found.artifacts and names and all(name in closed for name in names):
        raise UsageError(closed[names[0]], where=names[0], remedy="check the permissions")


def _root_name(given: str) -> str:
    """A root as artifacts are named by it: as given, forward slashes, none at the end."""
    name = given.replace("\\", "/") if os.sep == "\\" else given
    return shown(name.rstrip("/") or "/")


_Identity = tuple[int, int, str]
"""Device and inode of a folder, and a name in it: one per path, also for hard links."""

_Rules = tuple[tuple[str, "PathSpec[Any]"], ...]
"""Ignore files in force, outermost first, each with the folder it stands in."""


class _Walk:
    """One root being walked; holds what the steps share."""

    def __init__(self, root: str, top: Path, selection: Selection,
                 seen: set[_Identity], found: Found) -> None:
        self.root = root
        self.top = top
        self.selection = selection
        self.seen = seen
        self.found = found
        self.never = {os.path.realpath(folder) for folder in selection.never}

    def run(self) -> None:
        """List the files of this root in the order of their whole paths."""
        first = len(self.found.artifacts)
        stack: list[tuple[str, str, int, _Rules]] = [(os.fspath(self.top), "", 0, ())]
        while stack:
            folder, below, depth, rules = stack.pop()
            entries = self._entries(folder, below)
            if not entries:
                continue
            if below and _is_output(folder, entries):
                self._skip(below.rstrip("/"), "output of this program")
                continue
            try:
                home = _identity(folder)
            except OSError as error:
                self._skip(below.rstrip("/"), f"folder cannot be listed: {error.strerror}")
                continue
            rules = self._rules(folder, below, entries, rules)
            for entry in entries:
                inner = f"{below}{shown(entry.name)}"
                if not self._passes(entry, inner, rules):
                    continue
                if _is_folder(entry):
                    if depth + 1 > MAX_DEPTH:
                        self._skip(inner, f"deeper than {MAX_DEPTH} folders")
                    elif os.path.realpath(entry.path) not in self.never:
                        stack.append((entry.path, inner + "/", depth + 1, rules))
                else:
                    self._file(entry.path, inner, (*home, entry.name))
        self.found.artifacts[first:] = sorted(
            self.found.artifacts[first:], key=lambda artifact: artifact.artifact
        )

    def single(self) -> None:
        """Add a root that is a file; a link given as a root is followed."""
        location = os.path.realpath(self.top)
        folder, name = os.path.split(location)
        self._file(location, "", (*_identity(folder), name))

    def _file(self, location: str, below: str, identity: _Identity) -> None:
        """Add one file, unless globs, its kind or an earlier root speak against it."""
        try:
            info = os.stat(location, follow_symlinks=False)  # noqa: PTH116  # names may be no text
        except OSError as error:
            self._skip(below, f"cannot be examined: {error.strerror}")
            return
        if not stat.S_ISREG(info.st_mode):
            self._skip(below, f"special file ({special(info.st_mode)})")
            return
        if not self._wanted(below or self.root.rsplit("/", 1)[-1]):
            return
        if identity in self.seen:
            return  # an overlapping root has listed it
        self.seen.add(identity)
        name = self._path(below)
        self.found.artifacts.append(Artifact(
            artifact=name, root=self.root, location=location, kind=kind_of(name),
            size=info.st_size, modified_ns=modified_ns_of(info.st_mtime_ns),
            inode=info.st_ino, changed_ns=info.st_ctime_ns,
        ))

    def _entries(self, folder: str, below: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self._skip(below.rstrip("/"), f"folder cannot be listed: {error.strerror}")
            return []

    def _rules(self, folder: str, below: str, entries: list[os.DirEntry[str]],
               rules: _Rules) -> _Rules:
        if self.selection.ignored:
            return rules
        for entry in entries:
            if entry.name in IGNORE_FILES:
                try:
                    plain = entry.is_file(follow_symlinks=False)
                    spec = _ignore_spec(Path(folder, entry.name)) if plain else None
                except (OSError, ValueError):
                    spec = None
                if spec is None:
                    self._skip(f"{below}{entry.name}", "ignore file that cannot be used")
                else:
                    rules = (*rules, (below, spec))
        return rules

    def _passes(self, entry: os.DirEntry[str], inner: str, rules: _Rules) -> bool:
        if _is_link(entry):
            self._skip(inner, "symbolic link, not followed")
        elif entry.name.startswith(".") and not self.selection.hidden:
            self._skip(inner, "hidden")
        elif rules and _is_ignored(inner + ("/" if _is_folder(entry) else ""), rules):
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
        self.found.skipped.append(Skipped(self._path(below), reason))

    def _path(self, below: str) -> str:
        """Name of what lies below the root, or of the root itself."""
        return f"{self.root.rstrip('/')}/{below}" if below else self.root


def _identity(folder: str) -> tuple[int, int]:
    """Which folder this is, by whatever path it was reached."""
    info = os.stat(folder or ".")  # noqa: PTH116  # names may be no text
    return info.st_dev, info.st_ino


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Whether an entry leads elsewhere: a symbolic link, or a junction on Windows."""
    if entry.is_symlink():
        return True
    if os.name != "nt":
        return False
    try:
        tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    except OSError:
        return False
    return bool(tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1))


_OUTPUT = {"dataset", "report.json", "inventory.json"}
_PACKAGE_BYTES = 4096


def _is_output(folder: str, entries: list[os.DirEntry[str]]) -> bool:
    """Whether a folder is an output folder of this program: reports are no artifacts."""
    if not {entry.name for entry in entries} >= _OUTPUT:
        return False
    try:
        with Path(folder, "dataset", "datapackage.json").open("rb") as file:
            return b'"baseline-collector-dataset"' in file.read(_PACKAGE_BYTES)
    except OSError:
        return False


def _ignore_spec(path: Path) -> PathSpec[Any]:
    """The patterns of an ignore file; those that could match for ever are left out."""
    from pathspec import GitIgnoreSpec  # only heaps with ignore files pay

    with path.open("rb") as file:
        lines = file.read(_IGNORE_BYTES).decode("utf-8", "replace").splitlines()[:_IGNORE_LINES]
    return GitIgnoreSpec.from_lines(line for line in lines if not _is_costly(line))


def _is_costly(pattern: str) -> bool:
    return any(part.count("*") > _IGNORE_STARS for part in pattern.split("/"))


def _is_ignored(inner: str, rules: _Rules) -> bool:
    """Ask the ignore files, the nearest first; the first that says anything decides."""
    for base, spec in reversed(rules):
        said = spec.check_file(inner[len(base):]).include
        if said is not None:
            return bool(said)
    return False


def _glob(path: str, pattern: str) -> bool:
    """Match a glob against the path below the root, its name, or a folder on the way to it."""
    wanted = pattern.rstrip("/")
    anywhere = wanted.removeprefix("**/")
    parts = path.split("/")
    return any(
        fnmatch("/".join(parts[:end]), wanted) or fnmatch(parts[end - 1], anywhere)
        for end in range(len(parts), 0, -1)
    )


_LIKE_ESCAPE = re.compile(r"\\x[0-9a-f]{2}")


def shown(name: str) -> str:
    r"""A file name as valid Unicode, different for different names.

    Bytes that are no UTF-8 are written ``\xNN``; in such names, and in those that look like
    it, a backslash of the name itself is doubled.
    """
    raw = os.fsencode(name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return text.replace("\\", "\\\\") if _LIKE_ESCAPE.search(text) else text


def kind_of(name: str) -> str:
    """Return the type of a file by its name: ``csv``, ``json``, ..., its suffix, or ``other``."""
    base = name.rsplit("/", 1)[-1].lower()
    dot = base.rfind(".")
    if dot <= 0:
        return "other"
    suffix = base[dot:]
    plain = suffix[1:].isalnum() and len(suffix) < 9
    return KINDS.get(suffix) or (suffix[1:] if plain else "other")



"""Discover: roots -> artifacts, in a fixed order, without opening a file.

Symbolic links are not followed, special files and folders that cannot be listed are
reported as skipped, hidden and ignored files are left alone (and listed so). The walk
is iterative, bounded in depth, and never leaves a root.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

from baseline_collector.errors import UsageError
from baseline_collector.ignore_files import IGNORE_FILES, Rules, ignore_spec, is_ignored
from baseline_collector.listing import STAMP, Listing, stamp_of
from baseline_collector.model import Skipped
from baseline_collector.plain_file import special

DEFAULT_ROOTS = ("reports", "csv_data", "artifacts")
MAX_DEPTH = 64
_WINDOWS = os.name == "nt"  # what listing a folder says of a file there may be old

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

    artifacts: Listing = field(default_factory=Listing)
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
    seen: _Seen = {}
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


_Seen = dict[tuple[int, int], list[str]]
"""Device and inode of a folder, and the names listed in it: one per path, also for hard links."""

@dataclass(frozen=True, slots=True)
class _Place:
    """A folder to be listed: where it is, its path below the root, how deep, rules in force."""

    folder: str
    below: str
    depth: int
    rules: Rules


class _Walk:
    """One root being walked; holds what the steps share."""

    def __init__(self, root: str, top: Path, selection: Selection,
                 seen: _Seen, found: Found) -> None:
        self.root = root
        self.top = top
        self.selection = selection
        self.seen = seen
        self.found = found
        self.never = {os.path.realpath(folder) for folder in selection.never}

    def run(self) -> None:
        """List the files of this root in the order of their whole paths."""
        first = len(self.found.artifacts)
        stack = [_Place(os.fspath(self.top), "", 0, ())]
        while stack:
            stack += self._listed(stack.pop())
        self.found.artifacts.sort(first)

    def _listed(self, place: _Place) -> list[_Place]:
        """Add the files of a folder; return the folders in it, by name."""
        try:
            home = _identity(place.folder)
            with os.scandir(place.folder) as entries:
                files, stamps, others = _examined(entries)
        except OSError as error:
            self._skip(place.below.rstrip("/"), f"folder cannot be listed: {error.strerror}")
            return []
        others.sort(key=lambda entry: entry.name)
        if place.below and _is_output(place.folder, files, others):
            self._skip(place.below.rstrip("/"), "output of this program")
            return []
        skipped = len(self.found.skipped)
        place = replace(place, rules=self._rules(place, others))
        self._add(place, home, files, stamps)
        folders = [one for entry in others for one in self._other(place, home, entry)]
        self.found.skipped[skipped:] = sorted(self.found.skipped[skipped:],
                                              key=lambda one: one.path)
        return folders

    def _add(self, place: _Place, home: tuple[int, int], files: list[str], stamps: list[int]
             ) -> None:
        """Add plain files, unless ignore files, globs or an earlier root speak against them."""
        names = _all_shown(files)
        listed = set(self.seen.get(home, ()))
        if place.rules or self.selection.include or self.selection.exclude or listed:
            chosen = [at for at, name in enumerate(names)
                      if self._passes(place.below + name, False, place.rules)
                      and self._wanted(place.below + name) and files[at] not in listed]
            names, files = [names[at] for at in chosen], [files[at] for at in chosen]
            width = len(STAMP)
            stamps = [one for at in chosen for one in stamps[width * at:width * (at + 1)]]
        if files:
            start = f"{self.root.rstrip('/')}/{place.below}"
            self.seen.setdefault(home, []).extend(files)
            self.found.artifacts.extend(self.root, place.folder, [start + name for name in names],
                                        files, stamps)

    def _other(self, place: _Place, home: tuple[int, int], entry: os.DirEntry[str]
               ) -> list[_Place]:
        """See to an entry that is no plain file; return it where it is a folder to be listed."""
        below, folder = place.below + shown(entry.name), _is_folder(entry)
        if _is_link(entry):
            self._skip(below, "symbolic link, not followed")
        elif entry.name.startswith(".") and not self.selection.hidden:
            self._skip(below, "hidden")
        elif not folder:
            self._single(place, home, entry, below)
        elif self._passes(below, True, place.rules):
            if place.depth + 1 > MAX_DEPTH:
                self._skip(below, f"deeper than {MAX_DEPTH} folders")
            elif os.path.realpath(entry.path) not in self.never:
                return [_Place(entry.path, below + "/", place.depth + 1, place.rules)]
        return []

    def _single(self, place: _Place, home: tuple[int, int], entry: os.DirEntry[str],
                below: str) -> None:
        """Add a hidden file; say what is none."""
        try:
            info = os.lstat(entry.path)
        except OSError as error:
            self._skip(below, f"cannot be examined: {error.strerror}")
            return
        if stat.S_ISREG(info.st_mode):
            self._add(place, home, [entry.name], list(stamp_of(info)))
        elif self._passes(below, False, place.rules):
            self._skip(below, f"special file ({special(info.st_mode)})")

    def single(self) -> None:
        """Add a root that is a file; a link given as a root is followed."""
        location = os.path.realpath(self.top)
        folder, file = os.path.split(location)
        try:
            home, info = _identity(folder), os.lstat(location)
        except OSError as error:
            self._skip("", f"cannot be examined: {error.strerror}")
            return
        if self._wanted(self.root.rsplit("/", 1)[-1]) and file not in self.seen.get(home, ()):
            self.seen.setdefault(home, []).append(file)
            self.found.artifacts.extend(self.root, folder, [self.root], [file], stamp_of(info))

    def _rules(self, place: _Place, entries: list[os.DirEntry[str]]) -> Rules:
        """The rules in force in a folder, with those of its own ignore files."""
        folder, below, rules = place.folder, place.below, place.rules
        if self.selection.ignored:
            return rules
        for entry in entries:
            if entry.name in IGNORE_FILES:
                try:
                    plain = entry.is_file(follow_symlinks=False)
                    spec = ignore_spec(Path(folder, entry.name)) if plain else None
                except (OSError, ValueError):
                    spec = None
                if spec is None:
                    self._skip(f"{below}{entry.name}", "ignore file that cannot be used")
                else:
                    rules = (*rules, (below, spec))
        return rules

    def _passes(self, below: str, folder: bool, rules: Rules) -> bool:
        if rules and is_ignored(below + ("/" if folder else ""), rules):
            self._skip(below, "ignored by an ignore file")
            return False
        return True

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


def _examined(entries: Iterator[os.DirEntry[str]]
              ) -> tuple[list[str], list[int], list[os.DirEntry[str]]]:
    """Part a folder's entries: names of plain files, their stamps, all else.

    Raises:
        OSError: The folder cannot be listed to its end.
    """
    files, stamps, others = list[str](), list[int](), list[os.DirEntry[str]]()
    for entry in entries:  # what an entry costs here, heaps of very many files pay
        name = entry.name
        try:
            plain = name[0] != "." and entry.is_file(follow_symlinks=False)
            if plain:
                stamps += stamp_of(os.lstat(entry.path) if _WINDOWS
                                   else entry.stat(follow_symlinks=False))
        except OSError:  # asked again among the others, where the reason is told
            plain = False
        if plain:
            files.append(name)
        else:
            others.append(entry)
    return files, stamps, others


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


_OUTPUT = {"report.json", "inventory.json"}
_PACKAGE_BYTES = 4096


def _is_output(folder: str, files: list[str], others: list[os.DirEntry[str]]) -> bool:
    """Whether a folder is an output folder of this program: reports are no artifacts."""
    if not any(one.name == "dataset" for one in others) or not _OUTPUT.issubset(files):
        return False
    try:
        with Path(folder, "dataset", "datapackage.json").open("rb") as file:
            return b'"baseline-collector-dataset"' in file.read(_PACKAGE_BYTES)
    except OSError:
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


def _all_shown(names: list[str]) -> list[str]:
    """File names as valid Unicode; see ``shown``."""
    together = "".join(names)
    plain = together.isascii() and "\\" not in together
    return names if plain else list(map(shown, names))


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

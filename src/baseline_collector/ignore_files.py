"""Ignore files: what ``.gitignore`` and ``.baselineignore`` below a root leave out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathspec import PathSpec

IGNORE_FILES = (".gitignore", ".baselineignore")
_IGNORE_BYTES = 1 << 20
_IGNORE_LINES = 10_000
_IGNORE_STARS = 3

Rules = tuple[tuple[str, "PathSpec[Any]"], ...]
"""Ignore files in force, outermost first, each with the folder it stands in."""


def ignore_spec(path: Path) -> PathSpec[Any]:
    """The patterns of an ignore file; those that could match for ever are left out."""
    from pathspec import GitIgnoreSpec  # only heaps with ignore files pay

    with path.open("rb") as file:
        lines = file.read(_IGNORE_BYTES).decode("utf-8", "replace").splitlines()[:_IGNORE_LINES]
    return GitIgnoreSpec.from_lines(line for line in lines if not _is_costly(line))


def _is_costly(pattern: str) -> bool:
    return any(part.count("*") > _IGNORE_STARS for part in pattern.split("/"))


def is_ignored(inner: str, rules: Rules) -> bool:
    """Ask the ignore files, the nearest first; the first that says anything decides."""
    for base, spec in reversed(rules):
        said = spec.check_file(inner[len(base):]).include
        if said is not None:
            return bool(said)
    return False

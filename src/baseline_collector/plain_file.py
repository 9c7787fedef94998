"""Single files that a person names: read where they are plain, replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def content(path: Path, most: int = -1) -> bytes:
    """Read a file; a pipe or a device, which may never end, is refused.

    Args:
        path: The file.
        most: Bytes to read; all by default.

    Raises:
        OSError: It cannot be read, or is no regular file; ``strerror`` says what it is.
        ValueError: No file can have this name.
    """
    kind = special(path.stat().st_mode)
    if kind:
        raise OSError(errno.EINVAL, f"it is a {kind}, not a file")
    with path.open("rb") as file:
        return file.read(most)


def special(mode: int) -> str:
    """What a path leads to that is neither a regular file nor a folder; empty for those."""
    names = ((stat.S_ISFIFO, "pipe"), (stat.S_ISSOCK, "socket"), (stat.S_ISBLK, "block device"),
             (stat.S_ISCHR, "character device"), (stat.S_ISLNK, "symbolic link"))
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    return next((name for test, name in names if test(mode)), "file of an unknown kind")


def replace(path: Path, text: str) -> None:
    """Write a file so that it holds either the whole text or what it held before.

    The text is written beside it, brought to the disk, and put in its place. A link is followed,
    permissions stay; a terminal or a pipe is written to as it is.

    Args:
        path: The file, there or not.
        text: What it is to hold; written as UTF-8.

    Raises:
        OSError: It cannot be written; nothing is left of the attempt.
    """
    data = text.encode("utf-8", "backslashreplace")
    target = Path(os.path.realpath(path))
    mode = _mode(path)
    if mode is not None and not stat.S_ISREG(mode):
        path.write_bytes(data)
        return
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    beside = target.with_name(f".baseline-new-{os.getpid()}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            beside.chmod(stat.S_IMODE(mode))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None

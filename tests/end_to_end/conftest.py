"""Heaps to run the whole command on, and the command itself as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
EXAMPLES = REPO / "examples" / "artifacts"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def command(*words: str) -> list[str]:
    """The installed command, as this interpreter would start it."""
    return [sys.executable, "-c", "from baseline_collector.faces.cli import script; script()",
            *words]


@pytest.fixture(scope="session")
def baseline() -> Run:
    """Run ``baseline`` in a folder; returns the finished process."""

    def run(*words: str, cwd: Path, env: dict[str, str] | None = None,
            timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command(*words), cwd=cwd, capture_output=True, text=True,
                              timeout=timeout, env={**os.environ, **(env or {})}, check=False)

    return run


@pytest.fixture(scope="session")
def heap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped examples."""
    import shutil

    folder = tmp_path_factory.mktemp("heap")
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def collected(seed: Path, baseline: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output of ``collect --no-llm`` over the 101 files, run from where the roots lie."""
    out = tmp_path_factory.mktemp("out")
    done = baseline("collect", "--no-llm", "--out", str(out), cwd=seed)
    assert done.returncode == 0, done.stderr
    return out

"""Asking for help is instant: nothing heavy is imported for it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

from .conftest import command


def cpu_s(words: list[str]) -> float:
    """CPU seconds of a whole process, the least of five, with its bytecode kept as everywhere."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    found = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, capture_output=True, env=kept)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def test_help_takes_at_most_five_times_an_empty_python() -> None:
    assert cpu_s(command("--help")) <= 5 * cpu_s([sys.executable, "-c", "pass"])

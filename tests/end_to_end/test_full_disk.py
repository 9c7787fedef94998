"""A disk that is full: at whatever size of a file, the old output stays."""

from __future__ import annotations

import subprocess
import sys

import pytest

FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from baseline_collector import pipeline, read, share, spool
from baseline_collector.config import Settings
from baseline_collector.errors import BaselineError
read.LARGE, share.PORTION, spool.IN_MEMORY = 1000, 100, 1000
try:
    pipeline.collect(Settings(roots=("reports",), out="out", llm="none", cache=False,
                              workers=int(sys.argv[2])))
except BaselineError as error:
    sys.exit(f"{error.code}: {error}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files to set there")
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("limit", [0, 2_000, 6_000, 20_000, 60_000])
def test_a_disk_that_is_full_at_any_size_leaves_the_old_output(pile, limit, workers):
    pile.json("a.json", [{"model": f"m{at % 9}", "ttft_s": at / 7} for at in range(3_000)])
    for at in range(5):
        pile.csv(f"b{at}.csv", [{"model": "m", "ttft_s": row / 7 + at} for row in range(200)])
    out = pile.collect()
    old = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    done = subprocess.run([sys.executable, "-c", FULL, str(limit), workers], capture_output=True,
                          text=True, check=False, timeout=60)
    assert done.returncode == 1 and done.stderr.startswith("output: out: cannot be written"), (
        done.stderr)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == old
    assert not [path for path in out.iterdir() if path.name.startswith(".")]

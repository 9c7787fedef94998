"""How fast we are, beside the peers and the limits, in one run.

    python bench/self.py [--runs N]

Every command runs in turn, round after round, so that a machine that slows down slows all
of them; medians and the ratio of medians are printed. On the 101 files of the shared corpus
where it lies beside the checkout, else on the shipped examples.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import groups

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared" / "corpus" / "seed101.tar.gz"
EXAMPLES = HERE.parent / "examples" / "artifacts"

PEER = """
import json, pathlib, sys
import pandas as pd
for root in sys.argv[1:]:
    for path in pathlib.Path(root).rglob("*"):
        if path.suffix == ".csv":
            try:
                pd.read_csv(path)
            except (pd.errors.ParserError, UnicodeDecodeError, pd.errors.EmptyDataError):
                path.read_bytes()
        elif path.suffix == ".json":
            json.loads(path.read_text("utf-8"))
        elif path.suffix == ".md":
            path.read_text("utf-8")
"""

LIMIT = """
import pathlib, sys
for root in sys.argv[1:]:
    for path in pathlib.Path(root).rglob("*"):
        if path.is_file():
            path.read_bytes()
"""


def heap(scratch: Path) -> tuple[Path, list[str], str]:
    """Return the folder to run in, its roots, and what it is."""
    if SHARED.is_file():
        with tarfile.open(SHARED) as tar:
            tar.extractall(scratch, filter="data")
        return scratch, ["reports", "csv_data"], "the 101 files of the shared corpus"
    return EXAMPLES, ["reports", "csv_data"], "the shipped examples"


def seconds(command: list[str], where: Path) -> float:
    """Run a command as a whole process; return wall seconds."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=where, capture_output=True, env=environment, check=False)
    took = time.perf_counter() - begun
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    return took


def medians(commands: dict[str, Callable[[], float]], runs: int) -> dict[str, float]:
    """Run all commands in turn, one warm-up round first; return the median of each."""
    found: dict[str, list[float]] = {name: [] for name in commands}
    for round_ in range(runs + 1):
        for name, run in commands.items():
            took = run()
            if round_:
                found[name].append(took)
    return {name: statistics.median(values) for name, values in found.items()}


def show(title: str, found: dict[str, float], ours: str, peer: str, bar: float) -> bool:
    """Print one comparison; return whether the bar holds."""
    print(f"\n{title}")
    for name, value in found.items():
        print(f"  {name:<46} {value:8.3f} s   {value / found[peer]:6.2f} x {peer}")
    ratio = found[ours] / found[peer]
    verdict = "holds" if ratio <= bar else "DOES NOT HOLD"
    print(f"  bar: {ours} at most {bar} x {peer}: {ratio:.2f}, {verdict}")
    return ratio <= bar


def main() -> int:
    """Measure and print; exit 1 where a bar does not hold."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="counted rounds (default 9)")
    runs = parser.parse_args().runs
    python = sys.executable
    baseline = str(Path(python).with_name("baseline"))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "peer.py").write_text(PEER)
        (scratch / "limit.py").write_text(LIMIT)
        (scratch / "heap").mkdir()
        where, roots, what = heap(scratch / "heap")
        out = str(scratch / "out")
        whole = medians({
            "baseline collect --no-llm": lambda: seconds(
                [baseline, "collect", *roots, "--no-llm", "--out", out], where),
            "pandas + json + read_text": lambda: seconds(
                [python, str(scratch / "peer.py"), *roots], where),
            "reading all bytes (limit)": lambda: seconds(
                [python, str(scratch / "limit.py"), *roots], where),
        }, runs)
        start = medians({
            "baseline --help": lambda: seconds([baseline, "--help"], where),
            "python -c pass": lambda: seconds([python, "-c", "pass"], where),
        }, runs)
    print(f"medians of {runs} interleaved rounds on {what}, Python {sys.version.split()[0]}, "
          f"{os.cpu_count()} CPUs")
    good = [
        show("the whole command: start-up, dataset, report, page", whole,
             "baseline collect --no-llm", "pandas + json + read_text", 2.5),
        show("start-up", start, "baseline --help", "python -c pass", 5.0),
        groups.measure(3),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

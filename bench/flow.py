"""The flow of a heap: workers, the whole command, the second run, memory.

    python bench/flow.py [--files N] [--bytes N] [--runs N]

Memory is that of reading, normalising and storing; analysis reads the columns it needs back.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pyarrow.parquet as pq

from baseline_collector.cache import Before, fingerprint, keys_of
from baseline_collector.config import Settings
from baseline_collector.normalise.neighbours import neighbours_of
from baseline_collector.pipeline import find, tools


def small_files(folder: Path, count: int) -> Path:
    """Write small files as a bench leaves them: JSON, CSV and Markdown, 1,000 a folder."""
    dice = random.Random(7)
    for at in range(count):
        home = folder / f"run{at // 1000:03}"
        if at % 1000 == 0:
            home.mkdir(parents=True)
        ttft, rate = dice.uniform(0.1, 0.9), dice.uniform(20, 90)
        model = ("gemma3:4b", "llama3.1:8b", "qwen3:0.6b")[at % 3]
        if at % 10 < 6:
            record = {"model": model, "options": {"num_ctx": 4096, "seed": at}, "success": True,
                      "ttft_s": round(ttft, 6), "output_tokens": at % 400 + 16,
                      "tokens_per_second": round(rate, 4),
                      "itl_ms": [round(dice.uniform(5, 30), 3) for _ in range(8)]}
            (home / f"f{at}.json").write_text(json.dumps(record))
        elif at % 10 < 9:
            rows = "".join(
                f"{model},{turn},{dice.uniform(0.1, 0.9):.6f},{dice.uniform(20, 90):.4f}\n"
                for turn in range(5))
            (home / f"f{at}.csv").write_text("model,turn,ttft_s,tokens_per_second\n" + rows)
        else:
            (home / f"f{at}.md").write_text(
                f"# {model}\n\n- throughput: {rate:.2f} tok/s\n- latency: {ttft:.3f} s\n")
    return folder


def lines(path: Path, size: int) -> Path:
    """Write JSONL of requests of about so many bytes."""
    dice, written = random.Random(3), 0
    path.parent.mkdir(parents=True)
    with path.open("w") as file:
        while written < size:
            written += file.write(json.dumps({
                "model": "gemma3:4b", "success": True, "ttft_s": dice.uniform(0.1, 0.5),
                "output_tokens": dice.randint(50, 500), "options": {"num_ctx": 4096},
                "itl_ms": [round(dice.uniform(5, 30), 3) for _ in range(8)]}) + "\n")
    return path.parent


INGEST = """
import resource, sys, tempfile, time
from pathlib import Path
from baseline_collector.pandas_free import no_pandas
with no_pandas():
    from baseline_collector import schema, store
    from baseline_collector.config import Settings
    from baseline_collector.ingest import ingest
    from baseline_collector.journal import Journal
    from baseline_collector.normalise.neighbours import neighbours_of
from baseline_collector.pipeline import find
    settings = Settings(roots=(sys.argv[1],), out="/nowhere", workers=int(sys.argv[2]))
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = ingest(find(settings), settings, Path(folder), Journal(str))
        store.write_table(Path(folder) / "dataset", schema.MEASUREMENTS, found.tables())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin"
                                                                else 1024)
    print(time.perf_counter() - begun, peak)
"""
"""Read, normalise and store one root; prints seconds and peak memory in bytes."""


def ingested(root: Path, workers: int = 1) -> tuple[float, float]:
    """Seconds and peak memory in MB of reading, normalising and storing a root."""
    done = subprocess.run([sys.executable, "-c", INGEST, str(root), str(workers)],
                          capture_output=True, text=True, check=True)
    took, peak = map(float, done.stdout.split())
    return took, peak / 1e6


def bare(root: Path, manifest: Path) -> float:
    """Seconds of listing all files, asking for the state of each, and loading the manifest."""
    begun = time.perf_counter()
    folders = [str(root)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
    pq.read_table(manifest)
    return time.perf_counter() - begun


def checked(root: Path, out: Path) -> float:
    """Seconds of finding out that no file of a root changed."""
    settings = Settings(roots=(str(root),), out=str(out))
    begun = time.perf_counter()
    found = find(settings)
    keys = keys_of(fingerprint(settings, tools(settings)), found.artifacts,
                   neighbours_of(found.artifacts))
    before = Before.of(out)
    rows = before.unchanged(found.artifacts, keys, None) if before else []
    took = time.perf_counter() - begun
    if len(rows) != len(found.artifacts) or min(rows) < 0:
        sys.exit("some file is to be read again")
    return took


def collected(root: Path, out: Path) -> float:
    """CPU seconds of the whole command over a root, workers included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "from baseline_collector.faces.cli import script; "
                    "script()", "collect", str(root), "--no-llm", "--out", str(out)],
                   check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> int:
    """Measure and print; exit 1 where a bar does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000, help="small files (100,000)")
    parser.add_argument("--bytes", type=int, default=10_000_000, help="of the smaller JSONL")
    parser.add_argument("--runs", type=int, default=5, help="interleaved rounds (5)")
    given = parser.parse_args()
    good = []

    def bar(text: str, ratio: float, holds: bool) -> None:
        good.append(holds)
        print(f"  bar: {text}: {ratio:.2f}, {'holds' if holds else 'DOES NOT HOLD'}")

    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        root = small_files(scratch / "small", given.files)
        one, two = zip(*((ingested(root, 1)[0], ingested(root, 2)[0])
                         for _ in range(given.runs)), strict=True)
        print(f"{given.files} small files, medians of {given.runs} interleaved rounds")
        print(f"  one process {median(one):.2f} s, two workers {median(two):.2f} s")
        bar("one / two workers at least 1.35", median(one) / median(two),
            median(one) >= 1.35 * median(two))
        out = scratch / "out"
        whole = collected(root, out)
        tenth = collected(small_files(scratch / "tenth", given.files // 10), scratch / "tenth-out")
        print(f"  the whole command: {whole:.1f} s of CPU; a tenth of the files {tenth:.1f} s")
        exponent = math.log10(whole / tenth)
        bar("exponent of its time over files at most 1.05", exponent, exponent <= 1.05)
        manifest = out / "dataset" / "manifest.parquet"
        limit, ours = zip(*((bare(root, manifest), checked(root, out))
                            for _ in range(given.runs)), strict=True)
        print(f"  bare scandir, stat, manifest {median(limit):.3f} s, re-check "
              f"{median(ours):.3f} s")
        bar("re-check at most 1.5 times bare", median(ours) / median(limit),
            median(ours) <= 1.5 * median(limit))
        sizes = [lines(scratch / f"lines{by}" / "x.jsonl", given.bytes * by) for by in (1, 10)]
        (_, small), (_, large) = (ingested(home) for home in sizes)
        print(f"JSONL of {given.bytes / 1e6:.0f} MB: peak {small:.0f} MB; 10 times {large:.0f} MB")
        bar("memory for ten times the bytes at most 1.2 times", large / small,
            large <= 1.2 * small)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Reading beside the peers and the limits: CPU seconds, medians of interleaved rounds, one run.

    python bench/reading.py [--bytes N] [--files N] [--runs N] [--large N]

Each tool runs in a process of its own and is timed without its imports, by CPU time of all its
threads: this is what stays the same on a busy machine. All give a row a leaf; how many rows and
the sum of their numbers are compared with ours before any ratio is printed. Rows of workers, the
second run and memory over JSON Lines are in ``flow.py``.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import flow
import pyarrow.compute as pc
import pyarrow.parquet as pq
import reading_peers as peers

HERE = Path(__file__).resolve()
ROWS_LEFT_OUT = ("pandas_document", "duckdb_document", "polars_document")
"""Peers that read the records of the large document alone, without the two leaves beside them."""


def table(path: Path, size: int) -> Path:
    """Write a CSV of about so many bytes: two texts and eight numbers a row."""
    dice, written = random.Random(5), 0
    path.parent.mkdir(parents=True)
    names = ["model", "note", *(f"latency_{at}_ms" for at in range(4)), "ttft_s",
             "output_tokens", "tokens_per_second", "gpu_utilization"]
    with path.open("w") as file:
        file.write(",".join(names) + "\n")
        while written < size:
            numbers = [f"{dice.uniform(1, 999):.3f}" for _ in range(4)]
            written += file.write(",".join([
                f"gemma3:{dice.choice((1, 4, 12))}b", f"call {dice.randint(1, 99)}", *numbers,
                f"{dice.uniform(0.1, 0.9):.6f}", str(dice.randint(16, 500)),
                f"{dice.uniform(20, 90):.4f}", f"{dice.uniform(0, 100):.1f}"]) + "\n")
    return path


def document(path: Path, lines: Path) -> Path:
    """Write the records of JSON Lines as one document, indented by nothing."""
    path.parent.mkdir(parents=True)
    with path.open("w") as file, lines.open() as records:
        file.write(f'{{"tool": "some bench", "seed": 7, "{peers.NESTED}": [\n')
        for at, line in enumerate(records):
            file.write((",\n" if at else "") + line.rstrip("\n"))
        file.write("\n]}\n")
    return path


def peak_bytes() -> int:
    """Most memory this process ever had."""
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would be that of the parent, where it is larger
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) * 1024  # type: ignore[index]
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


def one(name: str, path: Path, tiny: Path) -> dict[str, Any]:
    """Run one tool here, once on something tiny so that it is imported; return what it took."""
    run = getattr(peers, name)
    run(tiny)
    gc.collect()
    given = run(path) if name == "parquet_alone" else None
    wall, begun = time.perf_counter(), time.process_time()
    if given is not None:
        pq.write_table(*given, compression="zstd")
        found = given[0]
    else:
        found = run(path)
    took, wall = time.process_time() - begun, time.perf_counter() - wall
    if found is None:
        return {"cpu": took, "wall": wall, "rows": None, "sum": None}
    value = found.column("value")
    return {"cpu": took, "wall": wall, "rows": len(value), "peak": peak_bytes(),
            "sum": pc.sum(value.filter(pc.invert(pc.is_nan(value)))).as_py()}


def child(name: str, path: Path, tiny: Path) -> dict[str, Any]:
    """Run one tool in a process of its own; return what ``one`` tells."""
    done = subprocess.run([sys.executable, str(HERE), "--one", name, str(path), str(tiny)],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} on {path.name} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def compared(title: str, names: list[str], path: Path, tiny: Path, runs: int
             ) -> dict[str, float]:
    """Run all tools in turn; return the median CPU seconds of each.

    Ends the program where one of them gives other rows than ours.
    """
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(runs):
        for name in names:
            found[name].append(child(name, path, tiny))
    mine = found["ours"][0]
    print(f"\n{title}: {mine['rows']} rows")
    medians = {}
    for name, results in found.items():
        rows, total = results[0]["rows"], results[0]["sum"]
        beside = 2 if name in ROWS_LEFT_OUT else 0
        if rows is not None and (rows + beside != mine["rows"] or not math.isclose(
                total + 7 * bool(beside), mine["sum"], rel_tol=1e-9)):
            sys.exit(f"{name} gives {rows} rows that sum to {total}, ours {mine}")
        medians[name] = median(one["cpu"] for one in results)
        wall = median(one["wall"] for one in results)
        print(f"  {name:<18} {medians[name]:8.3f} s CPU {wall:8.3f} s wall"
              f" {medians[name] / medians['ours']:7.2f} x ours")
    return medians


class Bars:
    """Bars, printed as they are met."""

    def __init__(self) -> None:
        self.good: list[bool] = []

    def least(self, text: str, ratio: float, bar: float) -> None:
        self._say(f"{text} at least {bar}", ratio, ratio >= bar)

    def most(self, text: str, ratio: float, bar: float) -> None:
        self._say(f"{text} at most {bar}", ratio, ratio <= bar)

    def _say(self, text: str, ratio: float, holds: bool) -> None:
        self.good.append(holds)
        print(f"  bar: {text}: {ratio:.2f}, {'holds' if holds else 'DOES NOT HOLD'}", flush=True)


def files(scratch: Path, size: int) -> dict[str, Path]:
    """The large files of one size, each in a folder of its own."""
    lines = flow.lines(scratch / "jsonl" / "x.jsonl", size) / "x.jsonl"
    return {"jsonl": lines, "csv": table(scratch / "csv" / "x.csv", size),
            "json": document(scratch / "json" / "x.json", lines)}


def speeds(bars: Bars, scratch: Path, size: int, runs: int) -> None:
    """Large files beside the peers."""
    large, tiny = files(scratch / "large", size), files(scratch / "tiny", 2_000)
    limits = ["bytes_alone", "parquet_alone"]
    lines = compared(f"JSON Lines of {size / 1e6:.0f} MB", [
        "ours", "orjson_lines", "pandas_lines", "duckdb_lines", "polars_lines", "pyarrow_lines",
        *limits], large["jsonl"], tiny["jsonl"], runs)
    bars.least("orjson + flatten + Arrow / ours", lines["orjson_lines"] / lines["ours"], 2.5)
    rows = compared(f"CSV of {size / 1e6:.0f} MB", [
        "ours", "python_csv", "pandas_csv", "duckdb_csv", "polars_csv", "pyarrow_csv", *limits],
        large["csv"], tiny["csv"], runs)
    bars.least("Python's csv / ours", rows["python_csv"] / rows["ours"], 5.0)
    bars.least("polars unpivot / ours", rows["polars_csv"] / rows["ours"], 0.8)
    whole = compared(f"one JSON document of {size / 1e6:.0f} MB", [
        "ours", "orjson_document", "pandas_document", "duckdb_document", "polars_document",
        *limits], large["json"], tiny["json"], runs)
    bars.least("orjson + flatten + Arrow / ours", whole["orjson_document"] / whole["ours"], 2.3)


def many(bars: Bars, scratch: Path, count: int, runs: int) -> None:
    """Many small files: beside the peer, and how time grows with their number."""
    tiny, fewer, all_ = (flow.small_files(scratch / f"small{size}", size)
                         for size in (20, count // 8, count))
    found = compared(f"{count} small files", ["ours", "orjson_small", "bytes_alone"], all_, tiny,
                     runs)
    bars.least("orjson + csv + flatten + Arrow / ours", found["orjson_small"] / found["ours"], 2.0)
    pairs = [(child("stored", fewer, tiny), child("stored", all_, tiny)) for _ in range(runs)]
    exponent = math.log(median(big["cpu"] / small["cpu"] for small, big in pairs)) / math.log(8)
    bars.most(f"exponent of read, normalise and store over {count // 8} to {count} files",
              exponent, 1.05)


def memory(bars: Bars, scratch: Path, size: int) -> None:
    """Peak memory of read, normalise and store for ten times the bytes."""
    small, large = (files(scratch / f"memory{by}", size * by) for by in (1, 10))
    tiny = files(scratch / "memory0", 2_000)
    print(f"\npeak memory of read, normalise and store, {size / 1e6:.0f} and "
          f"{size / 1e5:.0f} MB")
    for kind in ("jsonl", "csv", "json"):
        low, high = (child("stored", one[kind], tiny[kind])["peak"] for one in (small, large))
        print(f"  {kind}: {low / 1e6:.0f} MB, {high / 1e6:.0f} MB")
        if kind == "json":
            more = large[kind].stat().st_size - small[kind].stat().st_size
            bars.most("of one document, growth over the bytes that it grew by",
                      (high - low) / more, 2.5)
        else:
            bars.most(f"{kind}, ten times the bytes / once", high / low, 1.2)


def main() -> int:
    """Measure and print; exit 1 where a bar does not hold."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bytes", type=int, default=6_000_000, help="of each large file")
    parser.add_argument("--files", type=int, default=4_000, help="small files (4,000)")
    parser.add_argument("--runs", type=int, default=5, help="interleaved rounds (5)")
    parser.add_argument("--only", choices=("speeds", "many", "memory"), help="one part")
    parser.add_argument("--large", type=int, default=4_000_000,
                        help="bytes of the smaller files whose memory is measured")
    parser.add_argument("--one", nargs=3, metavar=("TOOL", "PATH", "TINY"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one[0], Path(given.one[1]), Path(given.one[2]))))
        return 0
    bars = Bars()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if given.only in (None, "speeds"):
            speeds(bars, scratch, given.bytes, given.runs)
        if given.only in (None, "many"):
            many(bars, scratch, given.files, given.runs)
        if given.only in (None, "memory"):
            memory(bars, scratch, given.large)
    return 0 if all(bars.good) else 1


if __name__ == "__main__":
    sys.exit(main())

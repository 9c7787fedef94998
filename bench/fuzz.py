"""Fuzz the readers: no crash, no hang, no memory, no number that differs from a Decimal oracle.

    python bench/fuzz.py [--seconds N] [--seed N] [--atheris]

Texts are made in three ways: formats built from hostile pieces, artifacts of this repository and
its shipped examples with bytes changed, and (with --atheris, which is to be installed) what
atheris finds by coverage. Each is read twice under one name: as it is read, and by the ways of
large files from the first row on. Held against it: no exception but a counted refusal, the same
leaves both times, at most 2 s of CPU time a file, memory below 300 MiB, and for every number the
nearest float of the text as written by way of Decimal, or a reason why it has none.
"""

from __future__ import annotations

import argparse
import contextlib
import decimal
import json
import random
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if "--atheris" in sys.argv:
    import atheris

    seen_by_atheris = atheris.instrument_imports(include=["baseline_collector.readers"])
else:
    seen_by_atheris = contextlib.nullcontext()
with seen_by_atheris:
    from baseline_collector.discover import discover
    from baseline_collector.read import read
    from baseline_collector.readers import csv_columns, json_outline, opened
    from baseline_collector.readers.base import Limits

HERE = Path(__file__).resolve().parent
SEEDS = (HERE.parent / "examples" / "artifacts", HERE.parent / "tests")
MOST_S, MOST_BYTES = 2.0, 300 * 1024 * 1024
NAMES = ("a.json", "a.jsonl", "a.csv", "a.tsv", "a.md", "a.log", "a.txt", "a.yaml", "a.sql")
SCALARS = (
    "0", "-0", "-0.0", "1", "1.5", "1e5", "1E-7", "1e400", "-1e400", "1e-400", "5e-324", "2e-324",
    "9007199254740993", "9007199254740992", "0.1", "123456789.123456789123456789", "9" * 30,
    "9" * 400, "9" * 5_000, "0." + "0" * 400 + "1", "NaN", "Infinity", "-inf", "nan", "01", "1.",
    ".5", "+1", "--1", "1e", "1_000", "0x10", "1,234", "1.234", "1,5", "12,34,567", "5 ms", "45%",
    "7B", "true", "null", "tru", '"x"', '""', '"a\\"b"', '"\\ud800"', '"\\x"', '"é😀"', "٣",
    "\u2212", "[1,2,3]", '{"a":1,"a":2}', "[" * 70 + "]" * 70, "{}", "[]", "\x00", "'",
    "`", "#", "|", "---", '"', "\\", "{", "}", "[", "]", ",", ":", "\r", "\n", "\u2028", " ", "\t",
    "x" * 5_000)
KEYS = ("ttft_ms", "model", "a.b", "a[0]", "", "é", "\x1f", '\\"', "itl_ms", "success", "error",
        "tokens_per_second", "unit", "options", "x" * 300)


def built(dice: random.Random) -> bytes:
    """A text of one format, built from hostile pieces."""
    def scalar() -> str:
        return dice.choice(SCALARS)

    def record() -> str:
        pairs = (f'"{dice.choice(KEYS)}": {scalar()}' for _ in range(dice.randint(0, 4)))
        return "{" + ", ".join(pairs) + "}"

    shape = dice.randrange(7)
    if shape == 0:
        lines = [record() for _ in range(dice.randint(1, 4))]
        text = "\n".join(dice.choice(lines) for _ in range(dice.randint(1, 60)))
    elif shape == 1:
        records = ",".join(record() for _ in range(dice.randint(1, 60)))
        text = f'{{"{dice.choice(KEYS)}": {scalar()}, "requests": [{records}], "n": {scalar()}}}'
    elif shape in (2, 3):
        mark = dice.choice(",;\t|")
        width = dice.randint(1, 5)
        rows = [mark.join(scalar() for _ in range(width)) for _ in range(dice.randint(1, 6))]
        head = mark.join(dice.choice(KEYS) for _ in range(width))
        text = head + "\n" + "\n".join(dice.choice(rows) for _ in range(dice.randint(1, 90)))
    elif shape == 4:
        text = "\n".join(f"{dice.choice('#-*|>`')} {dice.choice(KEYS)}: {scalar()} | {scalar()}"
                         for _ in range(dice.randint(1, 30)))
    elif shape == 5:
        text = "\n".join(f"{' ' * dice.randrange(5)}{dice.choice(KEYS)}: {scalar()}"
                         for _ in range(dice.randint(1, 30)))
    else:
        text = "".join(dice.choice(SCALARS) for _ in range(dice.randint(1, 60)))
    return text.encode("utf-8", "surrogatepass")


def changed(dice: random.Random, seeds: list[bytes]) -> bytes:
    """A real artifact, some bytes of it changed, doubled or gone."""
    data = bytearray(dice.choice(seeds))
    for _ in range(dice.randint(1, 8)):
        at, size = dice.randrange(len(data) + 1), dice.choice((1, 1, 2, 40))
        put = dice.choice((bytes([dice.randrange(256)]), dice.choice(SCALARS).encode(),
                           bytes(data[at : at + size]) * dice.choice((0, 2, 50))))
        data[at : at + size] = put
    return bytes(data[:200_000])


def seeds() -> list[bytes]:
    """Real artifacts of this repository."""
    kinds = {Path(name).suffix for name in NAMES}
    files = (path for folder in SEEDS for path in sorted(folder.rglob("*")))
    return [path.read_bytes() for path in files
            if path.suffix in kinds and 0 < path.stat().st_size < 100_000]


def oracle(raw: str) -> float | None:
    """The nearest float of a JSON number by way of Decimal; None where it is written otherwise."""
    try:
        value = decimal.Decimal(raw.strip())
    except decimal.InvalidOperation:
        return None
    return float(value) if value.is_finite() else None


def wrong(leaf: dict[str, Any]) -> str:
    """What is wrong with a leaf; empty where nothing is."""
    if leaf["kind"] != 0:
        return "" if leaf["value"] is None else "a value that is no number"
    if leaf["value"] is None:
        return "" if leaf["reason"] else "no value and no reason"
    if not leaf["raw"].isascii() or "," in leaf["raw"]:
        return ""
    expected = oracle(leaf["raw"])
    if expected is None or expected == leaf["value"]:
        return ""
    return f"the oracle says {expected!r}"


class Judge:
    """Reads texts and counts what must not be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: Counter[str] = Counter()
        self.files = 0
        self.numbers = 0
        self.slowest = 0.0

    def hold(self, data: bytes, name: str) -> None:
        """Read one text under a name, in both ways."""
        (self.folder / name).write_bytes(data)
        by_rows = self._leaves(data, name)
        with large_ways():
            by_columns = self._leaves(data, name)
        (self.folder / name).unlink()
        self.files += 1
        if by_rows != by_columns:
            self._tell("difference", data, name, next(
                (f"{one} and {other}" for one, other in zip(by_rows, by_columns, strict=False)
                 if one != other), f"{len(by_rows)} and {len(by_columns)} leaves"))
        for leaf in by_rows:
            self.numbers += leaf["kind"] == 0
            why = wrong(leaf)
            if why:
                self._tell("value", data, name, f"{leaf['raw'][:80]!r} is {leaf['value']}: {why}")

    def _leaves(self, data: bytes, name: str) -> list[dict[str, Any]]:
        begun = time.process_time()
        try:
            batch = read(discover([str(self.folder)]).artifacts, Limits()).batch
        except Exception:  # whatever it is, it is what is looked for
            self._tell("crash", data, name, traceback.format_exc(limit=-3))
            return []
        took = time.process_time() - begun
        self.slowest = max(self.slowest, took)
        if took > MOST_S:
            self._tell("hang", data, name, f"{took:.1f} s")
        if peak_bytes() > MOST_BYTES:
            self._tell("memory", data, name, "")
        assert batch is not None
        return batch.slice(0, 20_000).to_pylist()

    def _tell(self, what: str, data: bytes, name: str, why: str) -> None:
        self.found[what] += 1
        if self.found[what] <= 3:
            print(f"{what} in {name}: {why}\n  {data[:400]!r}", file=sys.stderr, flush=True)


def texts(seed: int) -> Iterator[bytes]:
    """Texts without end."""
    dice, real = random.Random(seed), seeds()
    while True:
        yield built(dice) if dice.random() < 0.5 else changed(dice, real)


def by_atheris(judge: Judge, seconds: float) -> None:
    """Let atheris look for texts by coverage; ends the process, so it is the last part."""
    def one(data: bytes) -> None:
        if data:
            judge.hold(data[1:], NAMES[data[0] % len(NAMES)])
            if judge.found:
                raise AssertionError(dict(judge.found))

    corpus = judge.folder.parent / "corpus"
    corpus.mkdir()
    for at, data in enumerate(seeds()[:200]):
        (corpus / str(at)).write_bytes(bytes([at % len(NAMES)]) + data[:4_000])
    atheris.Setup([sys.argv[0], str(corpus), f"-max_total_time={int(seconds)}", "-max_len=8000",
                   "-rss_limit_mb=600", "-timeout=10", "-verbosity=0", "-print_final_stats=1"], one)
    atheris.Fuzz()


@contextlib.contextmanager
def large_ways() -> Iterator[None]:
    """Read small texts by the ways of large ones."""
    changes = ((csv_columns, "_FEWEST", 1), (csv_columns, "_SMALL", 0),
               (json_outline, "WINDOW", 200), (opened, "WINDOW", 200))
    before = [getattr(module, name) for module, name, _ in changes]
    try:
        for module, name, small in changes:
            setattr(module, name, small)
        yield
    finally:
        for (module, name, _), value in zip(changes, before, strict=True):
            setattr(module, name, value)


def peak_bytes() -> int:
    """Most memory this process ever had."""
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


def main() -> int:
    """Fuzz for some time; exit 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600, help="how long (600)")
    parser.add_argument("--seed", type=int, default=0, help="of the dice (0: the time)")
    parser.add_argument("--atheris", action="store_true", help="by coverage, with atheris")
    given = parser.parse_args()
    seed = given.seed or int(time.time())
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "heap"
        folder.mkdir()
        judge = Judge(folder)
        if given.atheris:
            by_atheris(judge, given.seconds)
        end = time.monotonic() + given.seconds
        dice = random.Random(seed)
        for data in texts(seed):
            if time.monotonic() > end:
                break
            judge.hold(data, dice.choice(NAMES))
    print(json.dumps({"seed": seed, "files": judge.files, "numbers": judge.numbers,
                      "slowest_s": round(judge.slowest, 3), "peak_mib": peak_bytes() >> 20,
                      "found": dict(judge.found)}))
    return 1 if judge.found else 0


if __name__ == "__main__":
    sys.exit(main())

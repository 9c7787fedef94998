"""How good the audit is: labelled claims, numbers changed in kind, our own report, time.

    python bench/audit.py [--most N]

Labelled reports lie in ``tests/corpus/audit_reports`` and, where it is beside the checkout, in
the shared corpus. Prints recall and precision, the share of wrong numbers that was noticed
kind by kind, how our own reports fare when one of their numbers is changed, and how long the
command takes beside its start. What writers keep and lose is printed by ``bench/writing.py``.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from baseline_collector import against
from baseline_collector.audit import Index, audit, open_index
from baseline_collector.dataset import Dataset

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT / "tests" / "corpus"))

import audit_mutations  # noqa: E402  # lies with the tests
from test_audit import heap_of, reports, scored  # noqa: E402

_NUMBER = re.compile(r"(?<![\w.`\[/-])\d+\.\d+(?= (?:tok/s|ms|us|s|%)\b)")


def heaps(scratch: Path) -> Iterator[tuple[str, Path, Path]]:
    """Collect every heap at hand; yield its name, the folder it is named from, its output."""
    roots = {"examples": (ROOT / "examples" / "artifacts", ["reports", "csv_data"])}
    corpus = SHARED / "corpus"
    if corpus.is_dir():
        roots["formats"] = (corpus, ["formats"])
        with tarfile.open(corpus / "seed101.tar.gz") as tar:
            tar.extractall(scratch / "seed101", filter="data")
        roots["seed101"] = (scratch / "seed101", ["reports", "csv_data"])
    for name, (folder, names) in roots.items():
        out = scratch / f"out-{name}"
        command = [str(Path(sys.executable).with_name("baseline")), "collect", *names, "--no-llm",
                   "--out", str(out)]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        yield name, folder, out


def opened(folder: Path, out: Path) -> Index:
    """A dataset with the raw texts of its heap and the record of its run."""
    def read(artifact: str) -> str | None:
        path = folder / artifact
        return path.read_text("utf-8-sig", "replace") if path.is_file() else None

    return open_index(Dataset(out), read, run=against.run_record(out))


def own_changed(text: str, index: Index, most: int) -> tuple[int, int, int]:
    """Claims of our own report not supported; numbers changed in it, and those noticed."""
    doubted = sum(one.verdict not in ("supported", "source_defect")
                  for one in audit(text, index).claims if one.claim.kind != "unit")
    rng = random.Random(7)
    lines = text.split("\n")
    places = [(at, match) for at, line in enumerate(lines) for match in _NUMBER.finditer(line)]
    chosen = rng.sample(places, min(most, len(places)))
    changed = list(lines)
    spoilt: dict[int, list[tuple[int, int, str]]] = {}
    for at, match in chosen:
        spoilt.setdefault(at, []).append((match.start(), match.end(),
                                          audit_mutations.another_digit(match[0], rng)))
    for at, edits in spoilt.items():
        for start, end, new in edits:
            changed[at] = changed[at][:start] + new + changed[at][end:]
    found = audit("\n".join(changed), index).claims
    good = {(one.claim.line, one.claim.column) for one in found if one.verdict == "supported"}
    noticed = sum((at + 1, match.start() + 1) not in good for at, match in chosen)
    return doubted, len(chosen), noticed


def seconds(command: list[str], folder: Path, runs: int = 7) -> float:
    """CPU time of a whole process, the best of some runs: what else runs there counts little.

    Compiled code is kept, as it is where the program is installed.
    """
    found = []
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / "baseline-bench-compiled")
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=folder, capture_output=True, check=False,
                       env=kept)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=400, help="numbers changed in each own report")
    most = parser.parse_args().most
    with tempfile.TemporaryDirectory() as scratch:
        known = {name: (folder, out, opened(folder, out))
                 for name, folder, out in heaps(Path(scratch))}
        print("labelled claims                right  recall  precision")
        for report, labels in reports():
            name = heap_of(report)
            if report.is_file() and name in known:
                right, recall, precision, _ = scored(report, labels, known[name][2])
                print(f"  {report.name:<26} {right:7.3f} {recall:7.3f} {precision:9.3f}")
        print("true statements, one number changed in kind")
        for name, (_, out, index) in known.items():
            dataset = Dataset(out)
            counts, _ = audit_mutations.score(dataset.table("artifacts"),
                                              dataset.table("measurements"), index)
            _print_kinds(name, counts)
        print("our own reports              doubted  changed  noticed")
        for name, (_, out, index) in known.items():
            text = (out / "report.md").read_text("utf-8")
            doubted, changed, noticed = own_changed(text, index, most)
            print(f"  {name:<26} {doubted:8d} {changed:8d} {noticed:8d}")
        _print_time(known)


def _print_kinds(name: str, counts: Counter[tuple[str, str]]) -> None:
    for kind in sorted({kind for kind, _ in counts}):
        total = sum(count for (one, _), count in counts.items() if one == kind)
        held = counts[kind, "supported"]
        share, word = (held / total, "supported") if kind == "true" else (
            1 - held / total, "noticed")
        print(f"  {name:<10} {kind:<12} {total:6d}  {share:6.3f} {word}")


def _print_time(known: dict[str, tuple[Path, Path, Index]]) -> None:
    if "seed101" not in known:
        return
    folder, out, _ = known["seed101"]
    text = "\n\n".join(path.read_text("utf-8") for path, _ in reports()
                       if path.suffix == ".md" and path.is_file() and heap_of(path) == "seed101")
    report = out.parent / "ten_kilobytes.md"
    report.write_text(text[:10_000])
    baseline = str(Path(sys.executable).with_name("baseline"))
    start = seconds([baseline, "audit", "--help"], folder)
    took = seconds([baseline, "audit", str(report), "--against", str(out)], folder)
    arrow = seconds([sys.executable, "-c", "import pyarrow.parquet"], folder)
    print(f"CPU time: 10 KB against 101 files {took:.3f} s, start of the command {start:.3f} s, "
          f"{took / start:.1f} times (bar 3); {arrow:.3f} s of it start Python and pyarrow")


if __name__ == "__main__":
    main()

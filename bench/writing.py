"""Reports by every writer, and whether a wrong number, a lost section or a stranger's word got in.

    python bench/writing.py [--runs N] [--writers none smollm2-135m gemma3-270m] [--audit-every K]

Heaps take turns: the 101 files and the formats of the shared corpus where they lie beside the
checkout, and the shipped examples. Each heap is read and analysed once; each run has a seed of
its own at temperature 0.8, writes the whole report and reads it as a stranger would: every
number must resolve to a fact of its report.json (the walker of the tests, which does not know
the renderers), every section must be there, and every K-th report goes through ``baseline
audit`` against its dataset. Exit 1 where a number is wrong or a section missing.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import statistics
import sys
import tarfile
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from baseline_collector.against import check
from baseline_collector.config import Settings
from baseline_collector.llm import catalogue
from baseline_collector.narrate import SECTIONS
from baseline_collector.pipeline import collect

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared" / "corpus"
EXAMPLES = HERE.parent / "examples" / "artifacts"
FRAME = ("Workflow Summary", "Metrics", "Key Findings", "Recommendations", "Persona Prompt",
         "Refused Sentences")
TEMPERATURE = 0.8


@dataclass
class Tally:
    """What one writer did."""

    runs: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    again: int = 0
    by_model: int = 0
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    gave_up: int = 0
    audited: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


def main() -> int:
    """Write, check and print."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=6, help="runs of each writer (default 6)")
    parser.add_argument("--writers", nargs="+",
                        default=["none", *(entry.name for entry in catalogue.available())])
    parser.add_argument("--audit-every", type=int, default=10, metavar="K",
                        help="audit every K-th report of a writer (default 10, 0 for none)")
    parser.add_argument("--minutes", type=float, default=1e9,
                        help="stop a writer after so long, and say how many runs it made")
    parser.add_argument("--words", action="store_true",
                        help="let models word sentences whatever their size (--free-writing)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        heaps = prepared(Path(folder))
        print(f"heaps: {', '.join(heaps)}; temperature {TEMPERATURE:g}, a seed a run; "
              f"{os.cpu_count()} CPUs", flush=True)
        tallies = {writer: measured(writer, heaps, given) for writer in given.writers}
    return 1 if any(tally.wrong or tally.missing for tally in tallies.values()) else 0


def prepared(scratch: Path) -> dict[str, Path]:
    """Lay out the heaps; return the folder to run in of each, by name."""
    heaps = {}
    if (SHARED / "seed101.tar.gz").is_file():
        heaps["seed101"] = scratch / "seed101"
        with tarfile.open(SHARED / "seed101.tar.gz") as tar:
            tar.extractall(heaps["seed101"], filter="data")
    if (SHARED / "formats").is_dir():
        heaps["formats"] = scratch / "formats"
        heaps["formats"].mkdir()
        (heaps["formats"] / "reports").symlink_to(SHARED / "formats", target_is_directory=True)
    heaps["examples"] = scratch / "examples"
    heaps["examples"].mkdir()
    for name in ("reports", "csv_data"):
        (heaps["examples"] / name).symlink_to(EXAMPLES / name, target_is_directory=True)
    return heaps


def measured(writer: str, heaps: dict[str, Path], given: argparse.Namespace) -> Tally:
    """Run one writer over the heaps in turn; print and return what it did."""
    tally, began, names = Tally(), time.perf_counter(), list(heaps)
    for seed in range(given.runs):
        if time.perf_counter() - began > given.minutes * 60:
            break
        name = names[seed % len(names)]
        started = time.perf_counter()
        written(writer, heaps[name], seed, words=given.words)
        tally.seconds.append(time.perf_counter() - started)
        tally.runs[name] += 1
        judge(tally, heaps[name] / "out")
        if given.audit_every and seed % given.audit_every < len(names):
            audited = check(heaps[name] / "out" / "report.md", [heaps[name] / "out"],
                            Settings())[0]
            tally.audited.update(claim.outcome.verdict for claim in audited.claims)
            tally.audited["reports"] += 1
    show(writer, tally)
    return tally


def written(writer: str, where: Path, seed: int, *, words: bool = False) -> None:
    """Collect one heap with one writer and one seed."""
    before = Path.cwd()
    os.chdir(where)
    try:
        collect(Settings(
            out="out", llm="none" if writer == "none" else "embedded",
            model="" if writer == "none" else writer, llm_seed=seed,
            llm_temperature=TEMPERATURE, free_writing=words))
    finally:
        os.chdir(before)


def judge(tally: Tally, out: Path) -> None:
    """Read the published report as a stranger would."""
    text = (out / "report.md").read_text("utf-8")
    record = json.loads((out / "report.json").read_text("utf-8"))
    narrative = record["narrative"]
    tally.wrong += WALKER.unresolved(WALKER.markdown_prose(text, record), WALKER.allowed(record))
    headings = set(re.findall(r"^#+ (.+)$", text, flags=re.M))
    tally.missing += [name for name in (*SECTIONS, *FRAME) if name not in headings]
    tally.kept += narrative["accepted"]
    tally.refused.update(one["reason"].partition(":")[0] for one in narrative["rejected"])
    calls = (record["llm"] or {"calls": []})["calls"]
    tally.calls += len(calls)
    tally.again += sum("again" in call["purpose"] for call in calls)
    tally.by_model += sum(one["source"] == "model" for one in narrative["sections"])
    tally.gave_up += "gave up" in narrative["note"]


def show(writer: str, tally: Tally) -> None:
    """Print one writer."""
    runs = sum(tally.runs.values())
    refused = sum(tally.refused.values())
    reasons = ", ".join(f"{reason} {count}" for reason, count in tally.refused.most_common())
    heaps = ", ".join(f"{name} {count}" for name, count in tally.runs.items())
    print(f"\n{writer}: {runs} runs ({heaps})")
    print(f"  sentences: {tally.kept} kept, {refused} refused{f' ({reasons})' if reasons else ''}")
    print(f"  calls: {tally.calls}, of them asked again {tally.again}; gave up in {tally.gave_up}")
    print(f"  sections by the model: {tally.by_model} of {runs * len(SECTIONS)}, the rest by "
          "templates")
    print(f"  wrong numbers: {len(tally.wrong)} {tally.wrong[:5] or ''}")
    print(f"  missing sections: {len(tally.missing)} {tally.missing[:5] or ''}")
    print(f"  audited: {dict(tally.audited) or 'none'}")
    if tally.seconds:
        print(f"  seconds a run: median {statistics.median(tally.seconds):.1f}, "
              f"longest {max(tally.seconds):.1f}", flush=True)


def _walker() -> ModuleType:
    path = HERE.parent / "tests" / "unit" / "render" / "walker.py"
    spec = importlib.util.spec_from_file_location("walker", path)
    if spec is None or spec.loader is None:
        sys.exit(f"{path} is not there")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WALKER = _walker()

if __name__ == "__main__":
    sys.exit(main())

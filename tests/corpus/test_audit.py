"""The audit on real heaps: labelled reports, mutations, independence of one report."""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest

from baseline_collector.audit import Index, audit, open_index
from baseline_collector.dataset import Dataset

sys.path.insert(0, str(Path(__file__).parent))

import audit_mutations

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1].parent / "shared"
ACCEPTS = {
    "supported": {"supported"},
    "contradicted": {"contradicted"},
    "unsupported": {"unsupported"},
    "source_defect": {"source_defect"},
    "not_contradicted": {"supported", "unsupported"},
    "not_supported": {"contradicted", "unsupported"},
    "any": {"supported", "contradicted", "unsupported", "source_defect"},
}


def collected(folder: Path, roots: Sequence[str], out: Path) -> Path:
    """Output of ``collect --no-llm`` over folders, named from where they lie."""
    script = "from baseline_collector.faces.cli import script; script()"
    subprocess.run(
        [sys.executable, "-c", script, "collect", *roots, "--no-llm", "--out", str(out)],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return out


def opened(folder: Path, dataset: Dataset) -> Index:
    """A dataset with the raw texts of its heap."""

    def read(artifact: str) -> str | None:
        try:
            return (folder / artifact).read_text("utf-8-sig", "replace")
        except OSError:
            return None

    return open_index(dataset, read)


@pytest.fixture(scope="session")
def out(seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return collected(seed, (), tmp_path_factory.mktemp("audited") / "out")


@pytest.fixture(scope="session")
def dataset(out: Path) -> Dataset:
    return Dataset(out)


@pytest.fixture(scope="session")
def index(seed: Path, dataset: Dataset) -> Index:
    return opened(seed, dataset)


@pytest.fixture(scope="session")
def index_of(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Index]:
    """A heap by its name, collected when a report first speaks of it."""

    @cache
    def of(name: str) -> Index:
        if name == "seed101":
            return request.getfixturevalue("index")
        folder, roots = {
            "examples": (HERE.parents[1] / "examples" / "artifacts", ("reports", "csv_data")),
            "formats": (SHARED / "corpus", ("formats",)),
        }[name]
        if not folder.is_dir():
            pytest.skip("the samples of other tools are not beside this checkout")
        out = collected(folder, roots, tmp_path_factory.mktemp(name) / "out")
        return opened(folder, Dataset(out))

    return of


OTHER_HEAPS = {
    **dict.fromkeys(
        ("memo_style", "grid_style", "komma_style", "mail_style", "weekend_style", "gather_style"),
        "examples",
    ),
    **dict.fromkeys(("tools_style", "story_style", "log_style"), "formats"),
    **dict.fromkeys(("digest_style", "review_style", "letter_style", "sample_style"), "formats"),
}
"""Reports that speak of another heap than the 101 files."""


HELD_OUT = (
    "briefing",
    "digest",
    "weekend",
    "review",
    "steering",
    "letter",
    "gather",
    "sample",
    "lab",
)
ABSTAINED = ("memo", "story", "mail")
BELOW = frozenset(f"{name}_style" for name in (*HELD_OUT, *ABSTAINED))
"""Reports held to the precision of contradicted ones alone; docs/audit.md says how they fare."""


def heap_of(report: Path) -> str:
    """Name of the heap a report speaks of."""
    return OTHER_HEAPS.get(report.stem, "seed101")


def reports() -> list[tuple[Path, Path]]:
    own = [
        (path, path.with_suffix(".tsv"))
        for path in sorted((HERE / "audit_reports").iterdir())
        if path.suffix in (".md", ".html")
    ]
    shared = SHARED / "audit"
    return [*own, (shared / "seed_report.md", shared / "seed_claims.tsv")]


def scored(report: Path, labels: Path, index: Index) -> tuple[float, float, float, list[str]]:
    """Right verdicts, recall and precision of contradicted ones, and what went wrong."""
    found = audit(report.read_text("utf-8"), index).claims
    gold = list(csv.DictReader(labels.open(encoding="utf-8"), delimiter="\t"))
    used: set[int] = set()
    right = caught = 0
    wrong = []
    for row in gold:
        hits = [
            at
            for at, one in enumerate(found)
            if one.claim.line == int(row["line"])
            and at not in used
            and (
                one.claim.text.lower() in row["text"].lower()
                or row["text"].lower() in one.claim.text.lower()
            )
        ]
        exact = [at for at in hits if found[at].claim.text.lower() == row["text"].lower()]
        hit = next(iter(exact or hits), None)
        verdict = found[hit].verdict if hit is not None else "missed"
        used |= {hit} if hit is not None else set()
        good = verdict in ACCEPTS[row["label"]]
        right += good
        caught += good and row["label"] == "contradicted"
        if not good:
            wrong.append(f"{report.name}:{row['line']} {row['text']} {row['label']} {verdict}")
    fair = {
        (int(row["line"]), row["text"])
        for row in gold
        if "contradicted" in ACCEPTS[row["label"]] or row["label"] == "source_defect"
    }
    said = [one for one in found if one.verdict == "contradicted"]
    alarms = [
        one
        for one in said
        if not any(
            one.claim.line == line and (one.claim.text in text or text in one.claim.text)
            for line, text in fair
        )
    ]
    wrong += [f"{report.name}:{one.claim.line} {one.claim.text} false alarm" for one in alarms]
    labelled = sum(row["label"] == "contradicted" for row in gold)
    return (
        right / len(gold),
        caught / max(1, labelled),
        (len(said) - len(alarms)) / max(1, len(said)),
        wrong,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("report", "labels"), reports(), ids=lambda path: path.name)
def test_labelled_reports(report: Path, labels: Path, index_of: Callable[[str], Index]) -> None:
    if not report.is_file():
        pytest.skip("the shared labelled report is not beside this checkout")
    right, recall, precision, wrong = scored(report, labels, index_of(heap_of(report)))
    assert precision >= 0.95, wrong
    if report.stem not in BELOW:
        assert right >= 0.95, wrong
        assert recall >= 0.95, wrong


@pytest.mark.slow
def test_mutations_are_noticed_and_true_reports_left_alone(dataset: Dataset, index: Index) -> None:
    counts, odd = audit_mutations.score(
        dataset.table("artifacts"), dataset.table("measurements"), index
    )
    kinds = {kind for kind, _ in counts} - {"true"}
    true = sum(count for (kind, _), count in counts.items() if kind == "true")
    mutated = sum(counts.values()) - true
    noticed = mutated - sum(counts[kind, "supported"] for kind in kinds)
    assert mutated >= 2000
    assert counts["true", "supported"] >= 0.99 * true, odd[:20]
    assert noticed >= 0.98 * mutated, odd[:20]
    for kind in kinds:
        total = sum(count for (name, _), count in counts.items() if name == kind)
        assert total - counts[kind, "supported"] >= 0.95 * total, (kind, odd[:20])


@pytest.mark.slow
def test_our_own_report_is_not_called_wrong(out: Path, index: Index) -> None:
    found = audit((out / "report.md").read_text("utf-8"), index)
    wrong = [one.record() for one in found.claims if one.verdict == "contradicted"]
    assert len(wrong) <= 0.01 * len(found.claims), wrong[:5]


@pytest.mark.slow
def test_every_correction_is_right_when_audited_again(index: Index) -> None:
    from baseline_collector.audit.show import fix

    for report in (HERE / "audit_reports" / f"{name}_style.md" for name in ("agent", "bullets")):
        text = report.read_text("utf-8")
        first = audit(text, index)
        known = [
            one
            for one in first.claims
            if one.verdict == "contradicted"
            and one.outcome.correction
            and one.claim.kind in ("number", "percent")
        ]
        lines = text.split("\n")
        for one in known:
            line = lines[one.claim.line - 1]
            start = one.claim.column - 1
            changed = line[:start] + one.outcome.correction + line[start + len(one.claim.text) :]
            again = audit(
                "\n".join([*lines[: one.claim.line - 1], changed, *lines[one.claim.line :]]), index
            )
            verdicts = [
                other.verdict
                for other in again.claims
                if (other.claim.line, other.claim.column) == (one.claim.line, one.claim.column)
            ]
            assert verdicts in (["supported"], ["source_defect"]), (line, changed)
        assert fix(first, text).count("\n") == text.count("\n")


@pytest.mark.slow
def test_a_report_is_audited_in_no_time(index: Index, seed: Path, dataset: Dataset) -> None:
    text = (HERE / "audit_reports" / "prose_style.md").read_text("utf-8")
    text = text * (10_000 // len(text) + 1)
    start = time.process_time()
    fresh = open_index(dataset, lambda name: (seed / name).read_text("utf-8-sig"))
    audit(text, fresh)
    assert time.process_time() - start < 2.0  # 0.5 s on a busy core; other processes do not count


def test_the_code_knows_no_report() -> None:
    folder = HERE.parents[1] / "src" / "baseline_collector" / "audit"
    code = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    for phrase in ("Technical Report 108", "58.79", "184.24", "65.11", "DataCollector"):
        assert phrase not in code

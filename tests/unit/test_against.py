"""What a report may be held against: files it names, single files, folders; and what not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baseline_collector.against import check
from baseline_collector.audit import Audit
from baseline_collector.config import Settings
from baseline_collector.errors import UsageError

RIGHT = "The mean `tokens_s` in `reports/a.json` is 41.5 and in `reports/b.json` 82.5.\n"


@pytest.fixture
def heap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "reports").mkdir()
    for name, least in (("a", 40), ("b", 81)):
        runs = [{"model": "m", "tokens_s": least + at} for at in range(4)]
        (tmp_path / "reports" / f"{name}.json").write_text(json.dumps(runs), "utf-8")
    (tmp_path / "report.md").write_text(RIGHT, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def verdicts(*against: str, report: str = "report.md") -> list[str]:
    found: Audit = check(Path(report), [Path(one) for one in against], Settings())[0]
    return [claim.verdict for claim in found.claims]


def test_files_that_the_report_names(heap: Path) -> None:
    assert verdicts() == ["supported", "supported"]
    (heap / "report.md").write_text(RIGHT.replace("82.5", "84.5"), "utf-8")
    assert verdicts() == ["supported", "contradicted"]


def test_named_files_are_found_beside_the_report(heap: Path, monkeypatch: pytest.MonkeyPatch
                                                 ) -> None:
    (heap / "elsewhere").mkdir()
    monkeypatch.chdir(heap / "elsewhere")
    assert verdicts(report="../report.md") == ["supported", "supported"]


def test_single_files_and_folders(heap: Path) -> None:
    assert verdicts("reports/a.json", "reports/b.json") == ["supported", "supported"]
    assert verdicts("reports") == ["supported", "supported"]
    assert verdicts("reports/a.json")[0] == "supported"


def test_a_report_that_names_nothing_here(heap: Path) -> None:
    (heap / "report.md").write_text("It is 41.5 in `/etc/hosts` and `../a.json`.", "utf-8")
    with pytest.raises(UsageError, match="names no file"):
        verdicts()


def test_a_pdf_is_told_how_to_become_text(heap: Path) -> None:
    (heap / "report.pdf").write_bytes(b"%PDF-1.7\n")
    with pytest.raises(UsageError, match="pdftotext"):
        verdicts("reports", report="report.pdf")

"""Every number of the finished report and page resolves to a fact, a count or a measured call."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

from .conftest import REPO

_SPEC = importlib.util.spec_from_file_location(
    "walker", REPO / "tests" / "unit" / "render" / "walker.py"
)
walker = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(walker)


def test_report_md(collected: Path) -> None:
    report = json.loads((collected / "report.json").read_text("utf-8"))
    text = (collected / "report.md").read_text("utf-8")
    prose = walker.markdown_prose(text, report)
    assert len(re.findall(r"\d", prose)) > 2500
    assert walker.unresolved(prose, walker.allowed(report)) == []


def test_report_html(collected: Path) -> None:
    report = json.loads((collected / "report.json").read_text("utf-8"))
    page = walker.Page((collected / "report.html").read_text("utf-8"))
    found = page.numbers()
    assert len(found) > 500
    ids = set(page.ids)
    assert {link for _, link in found if link and link.startswith("#")} <= {
        "#" + one for one in ids
    }
    text = " | ".join(text for text, _ in found)
    assert walker.unresolved(text, walker.allowed(report)) == []


def test_a_stray_number_is_caught(collected: Path) -> None:
    report = json.loads((collected / "report.json").read_text("utf-8"))
    text = (collected / "report.md").read_text("utf-8")
    forged = text.replace("76.42 tok/s", "76.43 tok/s", 1)
    assert forged != text
    assert walker.unresolved(walker.markdown_prose(forged, report), walker.allowed(report)) != []

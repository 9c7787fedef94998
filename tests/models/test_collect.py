"""The whole command with a real model: the report is valid, its numbers true, its calls add up."""

from __future__ import annotations

import importlib.util
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from baseline_collector.llm import weights
from baseline_collector.llm.embedded import installed

REPO = Path(__file__).resolve().parents[2]

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not installed(), reason="xllamacpp is not installed (extra 'embedded')"),
]

_SPEC = importlib.util.spec_from_file_location(
    "walker", REPO / "tests" / "unit" / "render" / "walker.py")
walker = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(walker)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    weights.fetch(weights.DEFAULT)
    folder = tmp_path_factory.mktemp("out")
    done = subprocess.run(
        [sys.executable, "-c", "from baseline_collector.faces.cli import script; script()",
         "collect", "--llm", "embedded", "--out", str(folder)],
        cwd=REPO / "examples" / "artifacts", capture_output=True, text=True, timeout=300,
        check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def report(out: Path) -> dict:
    return json.loads((out / "report.json").read_text("utf-8"))


def test_a_call_a_section(report: dict) -> None:
    purposes = [call["purpose"] for call in report["llm"]["calls"]]
    assert [purpose for purpose in purposes if "again" not in purpose] == [
        "analysis: summary", "report: findings", "report: recommendations"]
    assert all(call["prompt_tokens"] <= 2000 for call in report["llm"]["calls"])


def test_totals_can_be_recomputed_from_the_printed_calls(report: dict) -> None:
    llm, calls = report["llm"], report["llm"]["calls"]
    for name in ("total_duration_ms", "prompt_eval_ms", "eval_duration_ms", "tokens_generated",
                 "load_duration_ms"):
        assert math.isclose(llm[name], sum(call[name] for call in calls), abs_tol=0.011), name
    mean = sum(call["ttft_ms"] for call in calls) / len(calls)
    assert math.isclose(llm["ttft_ms"], mean, abs_tol=0.011)
    rate = llm["tokens_generated"] / (llm["eval_duration_ms"] / 1000)
    assert math.isclose(llm["throughput_tok_s"], rate, abs_tol=0.011)


def test_every_section_is_there_and_says_who_wrote_it(report: dict) -> None:
    sections = report["narrative"]["sections"]
    assert [section["name"] for section in sections] == [
        "1. Executive Summary", "2. Data Ingestion Summary", "3. Performance Analysis",
        "4. Key Findings", "5. Recommendations", "6. Appendix"]
    assert {section["source"] for section in sections} == {"model", "template"}
    assert report["narrative"]["accepted"] > 0


def test_no_number_without_evidence(out: Path, report: dict) -> None:
    prose = walker.markdown_prose((out / "report.md").read_text("utf-8"), report)
    assert walker.unresolved(prose, walker.allowed(report)) == []


def test_refused_sentences_are_listed(out: Path, report: dict) -> None:
    text = (out / "report.md").read_text("utf-8")
    assert f"{len(report['narrative']['rejected'])} refused" in text
    for refused in report["narrative"]["rejected"]:
        assert refused["reason"]

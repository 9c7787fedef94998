"""The whole command through Ollama's wire protocol, and what it does when that breaks."""

from __future__ import annotations

from pathlib import Path

import pytest
from ollama_server import OllamaServer

from baseline_collector.config import Settings
from baseline_collector.pipeline import collect

pytestmark = pytest.mark.model

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "artifacts"


def _settings(server: OllamaServer, out: Path, timeout_s: float = 120.0) -> Settings:
    return Settings(roots=(str(EXAMPLES / "reports" / "telemetry"),), out=str(out), llm="ollama",
                    llm_url=server.url, model=server.name, llm_timeout_s=timeout_s)


def test_a_call_a_section_through_ollama(server: OllamaServer, tmp_path: Path) -> None:
    report = collect(_settings(server, tmp_path / "o"))
    purposes = [call.purpose for call in report.narrative.calls]
    assert [purpose for purpose in purposes if "again" not in purpose] == [
        "analysis: summary", "report: findings", "report: recommendations"]
    assert all(call.options["seed"] == 42 and call.options["temperature"] == 0
               for call in report.narrative.calls)
    assert report.agent.model == server.name
    assert report.agent.configuration == "Ollama defaults, temperature 0, seed 42"


@pytest.mark.parametrize("fault", ["cut", "gone", "error"])
def test_a_broken_answer_leaves_templates_and_a_note(
        server: OllamaServer, tmp_path: Path, fault: str) -> None:
    server.fault = fault
    report = collect(_settings(server, tmp_path / "o"))
    assert report.narrative.writer == "templates"
    assert "gave up" in report.narrative.note
    assert {section.source for section in report.narrative.sections} == {"template"}
    assert "gave up" in (tmp_path / "o" / "report.md").read_text("utf-8")

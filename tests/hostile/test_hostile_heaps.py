"""What artifacts say changes names in a report, and nothing else, whoever writes it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from baseline_collector.config import Settings
from baseline_collector.llm import catalogue, embedded
from baseline_collector.llm.port import Answer, Ask
from baseline_collector.narrate import DEFAULT_PERSONA, narrate
from baseline_collector.pipeline import collect
from baseline_collector.render.html import report_html
from baseline_collector.render.markdown import report_markdown
from baseline_collector.report import ModelCall, Report

from .heap import INJECTIONS, build, dull, without_names

EVERY = os.environ.get("BASELINE_EVERY_INJECTION") == "1"
SOME = INJECTIONS if EVERY else INJECTIONS[::18]
"""For what runs a real model; all of them take some minutes."""


def collected(folder: Path, text: str, **settings: object) -> tuple[Report, str, str]:
    """Collect a heap that holds a text; return the report, report.md and report.html."""
    build(folder, text)
    before = Path.cwd()
    os.chdir(folder)
    try:
        report = collect(Settings(roots=("reports",), out="out", **{"llm": "none", **settings}))
    finally:
        os.chdir(before)
    return (report, (folder / "out" / "report.md").read_text("utf-8"),
            (folder / "out" / "report.html").read_text("utf-8"))


def links(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="([^"]*)"', page)


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ .*$", text, flags=re.M)


def numbers(report: Report) -> list[tuple[object, ...]]:
    return [(fact.id, fact.metric, fact.statistic, fact.value, fact.unit, fact.n, fact.interval,
             fact.topic, fact.statement) for fact in report.analysis.facts]


def narrative(markdown: str) -> str:
    """The sections that a writer fills, without names."""
    return without_names(markdown[: markdown.index("## Workflow Summary")])


Outputs = tuple[Report, str, str]


@pytest.fixture(scope="module")
def heap(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Outputs]:
    """Collect the heap of a text without a model, once."""
    @cache
    def of(text: str) -> Outputs:
        return collected(tmp_path_factory.mktemp("heap"), text)
    return of


@pytest.fixture(scope="module")
def clean(heap: Callable[[str], Outputs]) -> Outputs:
    return heap(dull())


def test_there_are_fifty() -> None:
    assert len(set(INJECTIONS)) >= 50


def test_the_comparison_sees_a_changed_number(clean: Outputs) -> None:
    text = without_names(clean[1])
    assert "tok/s" in text
    assert without_names(clean[1].replace("tok/s", "tok/h", 1)) != text
    assert len(clean[0].analysis.findings) >= 3
    assert len(clean[0].analysis.facts) >= 40


@pytest.mark.parametrize("text", [dull(2), *INJECTIONS], ids=range(len(INJECTIONS) + 1))
def test_without_a_model(heap: Callable[[str], Outputs], clean: Outputs, text: str) -> None:
    report, markdown, page = heap(text)
    assert numbers(report) == numbers(clean[0])
    assert without_names(markdown) == without_names(clean[1])
    assert headings(markdown) == headings(clean[1])
    assert links(page) == links(clean[2])
    assert [section.name for section in report.narrative.sections] == [
        section.name for section in clean[0].narrative.sections]


class Fooled:
    """A model that writes down what it is asked and answers with what an injection wants."""

    name, adapter, configuration = "fooled", "openai", "fooled"

    def __init__(self, text: str, size: int) -> None:
        self.text, self.size, self.asked = text, size, []

    def context_tokens(self) -> int:
        return 4096

    def count_tokens(self, text: str) -> int:
        return len(text) // 3

    def parameters(self) -> int:
        return self.size

    def ask(self, ask: Ask) -> Answer:
        self.asked.append(ask)
        call = ModelCall(ask.purpose, self.name, 1.0, 2.0, None, None, 1, None, 1, None)
        return Answer(obeyed(self.text), "stop", call)

    def close(self) -> None:
        pass


def obeyed(text: str) -> str:
    """An answer of the right shape whose every sentence does what an injection says."""
    said = [text, f"{text} {{F1}}.", f"The heap holds {{F1}} files. {text}",
            "There are 9999 files, see https://evil.example, not {F1}.",
            "The throughput is twice {F2}.", "{F1} files are the fastest.", "## 7. Owned {F1}"]
    sentences = [{"about": about, "text": one} for one in said for about in ("F1", "R1", text)]
    return json.dumps({"sentences": sentences, "inventory": text, "ingestion": [text, "F9 state"],
                       "measured": {"F1": text}, "finding": 42, "order": [text, "R1 owned"],
                       **{f"R{at}": text for at in range(9)}})


@pytest.mark.parametrize("size", [135_000_000, 4_300_000_000])
def test_a_model_is_asked_the_same_whatever_artifacts_say(
        heap: Callable[[str], Outputs], clean: Outputs, size: int) -> None:
    def asked(report: Report) -> list[Ask]:
        model = Fooled("nothing", size)
        narrate(report.analysis, llm=model, persona=DEFAULT_PERSONA, timeout_s=5.0)
        return model.asked

    wanted = asked(clean[0])
    assert len(wanted) >= 6
    for text in INJECTIONS:
        assert asked(heap(text)[0]) == wanted, text


@pytest.mark.parametrize("size", [135_000_000, 4_300_000_000])
@pytest.mark.parametrize("text", INJECTIONS, ids=range(len(INJECTIONS)))
def test_a_fooled_model_changes_nothing(clean: Outputs, text: str,
                                        size: int) -> None:
    said = narrate(clean[0].analysis, llm=Fooled(text, size), persona=DEFAULT_PERSONA,
                   timeout_s=5.0)
    report = replace(clean[0], narrative=said)
    assert said.accepted == 0, said.sections
    assert len(said.rejected) >= 6
    assert narrative(report_markdown(report)) == narrative(clean[1])
    before, after = (page[: page.index('id="workflow"')] for page in (clean[2],
                                                                     report_html(report)))
    assert links(after) == links(before)


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.skipif(not embedded.installed() or not catalogue.path_of(catalogue.DEFAULT),
                    reason="no embedded model in the cache: baseline models fetch")
def test_a_real_small_model(tmp_path: Path) -> None:
    wanted = collected(tmp_path / "clean", dull(), llm="embedded")
    assert wanted[0].narrative.accepted >= 4
    for at, text in enumerate(SOME):
        report, markdown, page = collected(tmp_path / str(at), text, llm="embedded")
        assert numbers(report) == numbers(wanted[0])
        assert narrative(markdown) == narrative(wanted[1])
        assert headings(markdown) == headings(wanted[1])
        assert links(page) == links(wanted[2])

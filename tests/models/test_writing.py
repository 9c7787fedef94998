"""A few runs of the writing bench: numbers, sections and refusals of real small models."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

import pytest

from baseline_collector.llm import catalogue
from baseline_collector.llm.embedded import installed

REPO = Path(__file__).resolve().parents[2]

_SPEC = importlib.util.spec_from_file_location("writing", REPO / "bench" / "writing.py")
writing = sys.modules["writing"] = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(writing)

HERE = [entry.name for entry in catalogue.available()] if installed() else []


@pytest.mark.model
@pytest.mark.parametrize("writer", ["none", *HERE])
def test_no_wrong_number_and_every_section(writer: str, tmp_path: Path) -> None:
    heaps = writing.prepared(tmp_path)
    tally = writing.measured(writer, {"examples": heaps["examples"]},
                             argparse.Namespace(runs=2, minutes=9.0, audit_every=0, words=False))
    assert (tally.wrong, tally.missing) == ([], [])
    assert sum(tally.runs.values()) == 2
    if writer != "none":
        assert tally.kept >= 6


def test_a_wrong_number_is_seen(tmp_path: Path) -> None:
    heaps = writing.prepared(tmp_path)
    writing.written("none", heaps["examples"], 1)
    out, tally = heaps["examples"] / "out", writing.Tally()
    writing.judge(tally, out)
    assert (tally.wrong, tally.missing) == ([], [])
    text = (out / "report.md").read_text("utf-8")
    (out / "report.md").write_text(text.replace("20 files hold", "29 files hold")
                                   .replace("### 4. Key Findings", "### 4. Found"), "utf-8")
    writing.judge(tally, out)
    assert tally.wrong and set(tally.wrong) == {"29"}
    assert tally.missing == ["4. Key Findings"]

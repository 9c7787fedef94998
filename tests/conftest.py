"""A pile of small artifacts, read by the real readers, for tests of all that comes after."""

from __future__ import annotations

import csv
import gc
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import settings as hypothesis_settings

from baseline_collector import pipeline
from baseline_collector.analyse.stage import analyse
from baseline_collector.config import Settings
from baseline_collector.dataset import MEASUREMENTS
from baseline_collector.discover import Found
from baseline_collector.ingest import Collected, ingest
from baseline_collector.journal import Journal
from baseline_collector.model import Analysis, Artifact, Fact, Finding
from baseline_collector.render.slots import Slots
from baseline_collector.spool import joined

gc.set_threshold(200_000, 50, 1000)  # as the command does

# Properties: few examples in each run, many where asked (--hypothesis-profile deep).
hypothesis_settings.register_profile("quick", max_examples=20, deadline=None)
hypothesis_settings.register_profile("deep", max_examples=1000, deadline=None)
hypothesis_settings.load_profile("quick")


SEED = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "seed101.tar.gz"


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 101 files, unpacked with their times; nothing is to be written there."""
    if not SEED.is_file():
        pytest.skip("the 101 files (../shared/corpus) are not beside this checkout")
    folder = tmp_path_factory.mktemp("seed")
    with tarfile.open(SEED) as tar:
        tar.extractall(folder, filter="data")
    return folder


class Pile:
    """Files below ``reports/`` of a folder, and what becomes of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "reports"
        self.root.mkdir(exist_ok=True)

    def text(self, name: str, text: str) -> Pile:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return self

    def json(self, name: str, document: object) -> Pile:
        return self.text(name, json.dumps(document))

    def csv(self, name: str, rows: Sequence[Mapping[str, object]]) -> Pile:
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return self.text(name, out.getvalue())

    def settings(self, **more: object) -> Settings:
        return Settings(**{"roots": ("reports",), "out": "out", "llm": "none", **more})

    def ingested(self) -> tuple[Found, Collected]:
        settings = self.settings(redact=False)
        found = pipeline.find(settings)
        return found, ingest(found, settings, self.folder, Journal(str))

    def table(self) -> pa.Table:
        return joined([MEASUREMENTS.empty_table(), *self.ingested()[1].tables()])

    def analysis(self, *rules: str) -> Analysis:
        found, collected = self.ingested()
        table = joined([MEASUREMENTS.empty_table(), *collected.tables()])
        return pipeline.examine(collected, table, found, rules)

    def collect(self, **settings: object) -> Path:
        given = self.settings(**settings)
        pipeline.collect(given)
        return Path(given.out)


def texts(analysis: Analysis, rule: str) -> list[str]:
    """Titles of the findings of a rule, as a person reads them."""
    slots = Slots(analysis)
    return [slots.plain(one.title) for one in analysis.findings if one.rule == rule]


def findings(analysis: Analysis, rule: str) -> list[Finding]:
    return [one for one in analysis.findings if one.rule == rule]


def told(analysis: Analysis, text: str) -> str:
    return Slots(analysis).plain(text)


def facts(analysis: Analysis, **wanted: object) -> list[Fact]:
    """Facts with some attributes or scope entries."""
    return [
        fact
        for fact in analysis.facts
        if all(getattr(fact, key, fact.scope.get(key)) == value for key, value in wanted.items())
    ]


def only(items: Sequence[Fact]) -> Fact:
    assert len(items) == 1, [item.statement for item in items]
    return items[0]


@pytest.fixture
def pile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pile:
    monkeypatch.chdir(tmp_path)
    return Pile(tmp_path)


class Tools:
    """Helpers that tests reach through a fixture, as test folders are no packages."""

    texts = staticmethod(texts)
    findings = staticmethod(findings)
    told = staticmethod(told)
    facts = staticmethod(facts)
    only = staticmethod(only)
    analyse = staticmethod(analyse)
    Artifact = Artifact


@pytest.fixture(scope="session")
def look() -> type[Tools]:
    return Tools

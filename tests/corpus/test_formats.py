"""Real files of other tools: each is recognised as its tool, read whole, and measured."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from baseline_collector.discover import discover
from baseline_collector.errors import ReadError
from baseline_collector.normalise.stage import Normalised, normalise
from baseline_collector.read import Reading, read
from baseline_collector.readers.base import Limits
from baseline_collector.readers.catalogue import TOOLS, choose
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "formats"
pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the samples of other tools lie beside the repository, not in it")

ANOTHER = {
    "llama-bench/run_info.json": "generic-json",  # written by a script around llama-bench
    "llama-bench/system_info.json": "generic-json",
    "asv/aaaaaaaa-py2.7-Cython-numpy1.8.json": "",  # broken on purpose, by asv's own tests
}
FOLDERS = ("aiperf", "asv", "conbench", "google-benchmark", "guidellm", "hyperfine",
           "inference-perf", "inspect_ai", "llama-bench", "llm-d-benchmark-report", "llmperf",
           "lm-eval", "mlperf-loadgen", "ollama", "pyperf", "pytest-benchmark")


@lru_cache(maxsize=1)
def _collected() -> tuple[Reading, Normalised]:
    reading = read(discover([str(CORPUS)]).artifacts, Limits())
    assert reading.batch is not None
    return reading, normalise(reading.batch, reading.artifacts, reading.places, reading.quoted)


@lru_cache(maxsize=1)
def _rows() -> dict[str, list[dict[str, Any]]]:
    """Rows of the measurements by file."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _collected()[1].measurements.to_pylist():
        found[_below(row["artifact"])].append(row)
    return found


def _below(artifact: str) -> str:
    return artifact.removeprefix(f"{CORPUS}/")


def test_every_file_is_recognised_as_its_tool():
    reading, _ = _collected()
    found = {_below(artifact.artifact): artifact.format for artifact in reading.artifacts}
    wanted = {name: ANOTHER.get(name, name.partition("/")[0]) for name in found if "/" in name}
    assert {name: found[name] for name in wanted} == wanted


def test_every_file_is_read_whole():
    reading, _ = _collected()
    odd = {_below(artifact.artifact): artifact.reason for artifact in reading.artifacts
           if artifact.status != "read"}
    assert list(odd) == ["asv/aaaaaaaa-py2.7-Cython-numpy1.8.json"]
    assert "not JSON" in odd["asv/aaaaaaaa-py2.7-Cython-numpy1.8.json"]


def test_no_two_values_share_a_place_and_no_unit_contradicts_its_metric():
    _, done = _collected()
    table = done.measurements
    places = Counter(zip(table["artifact"].to_pylist(), table["pointer"].to_pylist(), strict=True))
    assert [place for place, times in places.items() if times > 1] == []
    assert done.cleaning["C02"] == 0


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_tool_is_measured(folder):
    rows = [row for name, found in _rows().items() if name.startswith(f"{folder}/")
            for row in found]
    counted = [row for row in rows if row["metric"] and row["status"] == "ok"]
    assert counted
    assert all(row["unit"] for row in counted)


_JUNK = (None, True, 7, -1.5, "", "x", [], {}, [[1]], {"a": {"b": [1]}}, ["x", None])


def _mutated(value: Any, chance: random.Random, odds: float) -> Any:
    """The same document with some of its parts replaced by junk of another type."""
    if chance.random() < odds:
        return chance.choice(_JUNK)
    if isinstance(value, dict):
        return {name: _mutated(inner, chance, odds) for name, inner in value.items()}
    if isinstance(value, list):
        return [_mutated(inner, chance, odds) for inner in value[:3]]
    return value


@pytest.mark.parametrize("name", sorted(
    path.relative_to(CORPUS).as_posix() for path in CORPUS.glob("*/*.json")
    if path.stat().st_size < 60_000) if CORPUS.is_dir() else [])
def test_a_document_of_odd_types_is_read_or_refused(name, tmp_path):
    chance = random.Random(name)
    try:
        document = json.loads((CORPUS / name).read_bytes())
    except ValueError:
        pytest.skip("broken on purpose")
    for turn in range(20):
        path = tmp_path / f"{turn}.json"
        path.write_text(json.dumps(_mutated(document, chance, 0.02 * (1 + turn % 5))))
        (artifact,) = discover([str(path)]).artifacts
        opened = Opened(artifact, Limits())
        for reader in TOOLS:
            reader.claims(opened)
        try:
            choose(opened).read(opened, Leaves(Limits()))
        except ReadError as error:
            assert "more than one reader" not in str(error)


def test_a_file_is_claimed_by_one_reader_whatever_its_name():
    """Content decides: every sample, also without its ending, has one claim of the same tool."""
    for path in sorted(CORPUS.glob("*/*")):
        (artifact,) = discover([str(path)]).artifacts
        wanted = ANOTHER.get(_below(str(path)), path.parent.name)
        for kind in {artifact.kind, "text", "other"}:
            opened = Opened(replace(artifact, kind=kind), Limits())
            claims = [reader.name for reader in TOOLS if reader.claims(opened)]
            assert claims == ([wanted] if wanted in FOLDERS else []), (path.name, kind)

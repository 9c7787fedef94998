"""Neighbours: files that describe the machine and run of the files around them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baseline_collector.config import Settings
from baseline_collector.dataset import Dataset
from baseline_collector.discover import discover
from baseline_collector.ingest import with_neighbours
from baseline_collector.normalise import normalise
from baseline_collector.normalise.neighbours import neighbours_of, speaks_for_others
from baseline_collector.pipeline import collect
from baseline_collector.read import read
from baseline_collector.readers.base import Limits


def heap(folder: Path, files: dict[str, object]) -> dict[str, dict[str, object]]:
    """Write a tree and normalise it; the first measurement of each file, its origin parsed."""
    for name, content in files.items():
        path = folder / "runs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    artifacts = discover([str(folder / "runs")]).artifacts
    told = with_neighbours(
        artifacts, neighbours_of(artifacts), range(len(artifacts)), Settings())
    reading = read(told, Limits())
    assert reading.batch is not None
    table = normalise(reading.batch, reading.artifacts, reading.places, reading.quoted).measurements
    found: dict[str, dict[str, object]] = {}
    for row in table.to_pylist():
        name = row["artifact"].rpartition("/runs/")[2]
        if row["metric"] and name not in found:
            found[name] = row | {"origin": json.loads(row["origin"] or "{}")}
    return found


def test_a_changed_neighbour_is_noticed_by_the_next_run(tmp_path: Path) -> None:
    runs, out = tmp_path / "runs", tmp_path / "out"
    runs.mkdir()
    (runs / "a.json").write_text('{"ttft_ms": 5}')
    devices = []
    for name in ("one", "two"):
        (runs / "machine.json").write_text(json.dumps({"gpu_name": name}))
        collect(Settings(roots=(str(runs),), out=str(out), llm="none"))
        table = Dataset(out).query("SELECT device FROM measurements WHERE metric IS NOT NULL")
        devices += table.column(0).to_pylist()
    assert devices == ["one", "two"]


MACHINE = {"gpu": {"name": "RTX 4080", "driver_version": "550.1"}, "os": "Linux",
           "engine": "vllm", "cpu": {"model": "i9"}, "num_ctx": 4096}
RESULT = {"model": "gemma3:1b", "engine": "ollama", "ttft_ms": 5}


def test_a_neighbour_fills_what_is_not_stated(tmp_path: Path) -> None:
    row = heap(tmp_path, {"system_info.json": MACHINE, "a.json": RESULT})["a.json"]
    assert (row["model"], row["engine"], row["device"]) == ("gemma3:1b", "ollama", "RTX 4080")
    assert json.loads(str(row["parameters"])) == {"num_ctx": "4096"}
    assert json.loads(str(row["setup"])) == {
        "driver_version": "550.1", "os": "Linux", "cpu_model": "i9"}
    (where,) = row["origin"].pop("neighbours")
    assert where.endswith("/runs/system_info.json")
    assert row["origin"] == {
        "model": "stated", "engine": "stated", "device": "neighbour",
        "parameters.num_ctx": "neighbour", "setup.driver_version": "neighbour",
        "setup.os": "neighbour", "setup.cpu_model": "neighbour"}


def test_the_nearer_folder_speaks_and_roots_are_apart(tmp_path: Path) -> None:
    found = heap(tmp_path, {
        "machine.json": {"gpu_name": "far", "os": "Linux"},
        "b/machine.json": {"gpu_name": "near"},
        "b/a.json": RESULT, "c/a.json": RESULT | {"ttft_ms": 6}})
    assert [(found[name]["device"], found[name]["setup"]) for name in ("b/a.json", "c/a.json")] == [
        ("near", '{"os":"Linux"}'), ("far", '{"os":"Linux"}')]


def test_neighbours_that_contradict_each_other_are_not_used(tmp_path: Path) -> None:
    row = heap(tmp_path, {
        "machine.json": {"gpu_name": "one", "os": "Linux"},
        "system_info.json": {"gpu_name": "two", "os": "Linux"},
        "a.json": RESULT})["a.json"]
    assert (row["device"], row["setup"]) == (None, '{"os":"Linux"}')
    told = row["origin"]["contradicted"]["device"]
    assert [name.rpartition("/")[2] for name in told] == ["machine.json", "system_info.json"]


def test_a_copy_of_a_neighbour_speaks_in_its_own_folder(tmp_path: Path) -> None:
    found = heap(tmp_path, {
        "b/machine.json": MACHINE, "c/machine.json": MACHINE,
        "b/a.json": RESULT, "c/a.json": RESULT | {"ttft_ms": 6}})
    assert [found[name]["device"] for name in ("b/a.json", "c/a.json")] == ["RTX 4080"] * 2


def test_names_speak_last(tmp_path: Path) -> None:
    name = "vllm/llama3_q4_0_bench.csv"
    row = heap(tmp_path, {name: "ttft_ms\n5\n"})[name]
    assert (row["model"], row["quantization"], row["engine"]) == ("llama3", "q4_0", "vllm")
    assert row["origin"] == dict.fromkeys(("model", "quantization", "engine"), "inferred")


@pytest.mark.parametrize(("name", "speaks"), [
    ("r/system_info.json", True), ("r/run-info.yaml", True), ("machine.json", True),
    ("r/hardware.yml", True), ("r/run_metadata.json", True), ("r/environment.json", True),
    ("r/run.json", False), ("r/summary.json", False), ("r/system_info.csv", False),
    ("r/gpu.json", False), ("r/benchmark.json", False), ("r/system_metrics.json", False),
])
def test_which_names_speak_for_others(name: str, speaks: bool) -> None:
    assert speaks_for_others(name) is speaks


def test_neighbours_depend_on_names_alone(tmp_path: Path) -> None:
    for name in ("machine.json", "b/run_info.json", "b/a.json", "c/a.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}" + " " * len(name))
    artifacts = discover([str(tmp_path)]).artifacts
    names = [one.artifact.removeprefix(f"{tmp_path}/") for one in artifacts]
    found = {names[at]: [[names[n] for n in level] for level in levels]
             for at, levels in enumerate(neighbours_of(artifacts))}
    assert found == {"machine.json": [], "b/run_info.json": [], "c/a.json": [["machine.json"]],
                     "b/a.json": [["b/run_info.json"], ["machine.json"]]}

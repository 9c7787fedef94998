"""Goldens: the main metrics of every sample, typed by hand from the raw file.

Each says metric, definition, statistic, unit and value at a pointer. A swap of two values in a raw
file must break them, which a test does to each text file.
"""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from baseline_collector.discover import discover
from baseline_collector.normalise import normalise
from baseline_collector.read import read
from baseline_collector.readers.base import Limits

from .test_formats import CORPUS, _rows, pytestmark  # noqa: F401  # skips without the samples

GOLDENS = Path(__file__).with_name("goldens.tsv")
NOTHING_MEASURED = {
    "SOURCES.tsv", "aiperf/inputs.json", "asv/benchmarks.json", "asv/machine.json",
    "asv/aaaaaaaa-py2.7-Cython-numpy1.8.json", "conbench/comment_regressions.md",
    "google-benchmark/test4_run0.json",  # one aggregate of a kind nobody names: "zz"
    "llama-bench/run_info.json", "llama-bench/system_info.json",
    "mlperf-loadgen/Server_measurements.json",
}
Golden = tuple[str, str, str | None, str, str, float]


def _goldens() -> dict[str, list[Golden]]:
    found: dict[str, list[Golden]] = {}
    for line in GOLDENS.read_text("utf-8").splitlines():
        pointer, *rest = line.split("\t")
        if line.startswith("#"):
            continue
        if not rest:
            mine = found.setdefault(line, [])
            continue
        metric, definition, statistic, unit, value = rest
        mine.append((pointer, metric, None if definition == "-" else definition, statistic, unit,
                     float(value)))
    return found


def _wrong(rows: list[dict[str, object]], goldens: list[Golden]) -> list[object]:
    """Goldens that the rows do not hold."""
    at = {row["pointer"]: row for row in rows}
    wrong: list[object] = []
    for pointer, *said, value in goldens:
        row = at.get(pointer, {})
        told = [row.get(name) for name in ("metric", "definition", "statistic", "unit")]
        if (told != said or row["value"] != pytest.approx(value, rel=1e-9, abs=0)
                or row["status"] != "ok"):
            wrong.append((pointer, told, row.get("value"), row.get("status"), said, value))
    return wrong


@pytest.mark.parametrize("name", _goldens())
def test_the_main_metrics_are_as_the_file_says(name: str) -> None:
    assert _wrong(_rows()[name], _goldens()[name]) == []


def test_every_sample_has_goldens_or_measures_nothing() -> None:
    samples = {path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.is_file()}
    assert samples - _goldens().keys() == NOTHING_MEASURED
    for name in NOTHING_MEASURED - {"llama-bench/system_info.json"}:
        assert not any(row["metric"] and row["counted"] for row in _rows()[name]), name


def _swapped(text: str, raws: list[str]) -> tuple[str, tuple[str, str]] | None:
    """The text with two numbers exchanged, each of which stands in it once as a whole."""
    alone = [raw for raw in raws
             if len(re.findall(rf"(?<![\w.]){re.escape(raw)}(?![\w.])", text)) == 1]
    for one, other in combinations(alone, 2):
        if float(one) != float(other):
            pieces = re.split(rf"(?<![\w.])({re.escape(one)}|{re.escape(other)})(?![\w.])", text)
            return "".join({one: other, other: one}.get(piece, piece) for piece in pieces), (
                one, other)
    return None


@pytest.mark.parametrize("name", [name for name in _goldens() if not name.endswith(".eval")])
def test_two_values_swapped_are_noticed(name: str, tmp_path: Path) -> None:
    path = CORPUS / name
    if path.stat().st_size > 200_000:
        pytest.skip("large; the smaller samples of its tool are swapped")
    goldens = _goldens()[name]
    wanted = {pointer for pointer, *_ in goldens}
    raws = [row["raw"] for row in _rows()[name] if row["pointer"] in wanted]
    found = _swapped(path.read_text("utf-8"), raws)
    if found is None:
        pytest.skip("no two of its goldens stand in it once")
    (tmp_path / path.name).write_text(found[0])
    reading = read(discover([str(tmp_path)]).artifacts, Limits())
    assert reading.batch is not None
    rows = normalise(reading.batch, reading.artifacts, reading.places).measurements.to_pylist()
    assert len(_wrong(rows, goldens)) >= 2, found[1]

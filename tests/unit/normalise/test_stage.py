"""The stage as a whole: nothing lost, nothing invented, in the order of the leaves."""

from __future__ import annotations

from pathlib import Path

from tests.unit.readers.heap import pick, reading, rows

from baseline_collector.dataset import MEASUREMENTS
from baseline_collector.normalise import normalise
from baseline_collector.read import read
from baseline_collector.readers.base import Limits
from baseline_collector.readers.leaves import Leaves


def test_an_empty_heap() -> None:
    done = read([], Limits())
    assert done.batch is not None
    found = normalise(done.batch, [], [])
    assert found.measurements.schema == MEASUREMENTS
    assert (found.measurements.num_rows, found.leaves, found.numbers, found.twin_of) == (
        0,
        [],
        [],
        {},
    )
    assert Leaves().take().num_rows == 0


def test_a_heap_without_a_number(tmp_path: Path) -> None:
    done = reading(tmp_path, a_json='{"model": "m", "x": null, "ok": true}', b_md="only prose\n")
    assert done.batch is not None
    found = normalise(done.batch, done.artifacts, done.places, done.quoted)
    assert (found.measurements.num_rows, found.leaves, found.numbers) == (0, [3, 1], [0, 0])


def test_durations_without_a_unit_take_the_one_around_them(tmp_path: Path) -> None:
    found = rows(
        tmp_path,
        a_json='{"t": {"mean_latency_ms": 5, "percentiles": {"latency": 7}}, "u": {"ttft": 9}}',
        b_json='{"t": {"ttft_ms": 5, "load_s": 6, "latency": 7}}',
        c_json='{"latency": 7}',
        d_csv="ttft_s,latency\n1,2\n",
    )
    assert pick([row for row in found if row["raw"] in ("7", "9", "2")], "value", "unit") == [
        (0.007, "s"),
        (0.009, "s"),
        (7.0, None),
        (7.0, None),
        (2.0, "s"),
    ]


def test_throughput_is_named_by_its_unit(tmp_path: Path) -> None:
    found = rows(tmp_path, a_csv="throughput\n5 tok/s\n6 req/s\n7\n")
    assert pick(found, "metric", "unit", "counted") == [
        ("output_throughput", "tok/s", True),
        ("request_throughput", "req/s", True),
        ("throughput", None, False),
    ]


def test_memory_is_counted_in_powers_of_1024(tmp_path: Path) -> None:
    found = rows(
        tmp_path, a_json='{"memory_used_mb": 1, "gpu": {"memory_total_gb": 2}, "model_size_mb": 3}'
    )
    assert [row["value"] for row in found] == [2.0**20, 2.0**31, 3e6]


def test_secrets_are_masked_in_every_text(tmp_path: Path) -> None:
    done = reading(
        tmp_path,
        a_json='[{"model": "KEY", "prompt": "KEY", "seed": "KEY", "ttft_ms": 1,'
        '"error": "KEY", "environment": {"os": "KEY"}}]',
    )
    assert done.batch is not None
    found = normalise(
        done.batch, done.artifacts, done.places, (), lambda text: text.replace("KEY", "***")
    )
    assert "KEY" not in str(found.measurements.to_pylist()) + str(found.outcomes)

"""Twins: the same measurements in another form are counted once."""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.unit.readers.heap import reading

from baseline_collector.normalise import normalise

SERIES = [0.5, 0.25, 0.75, 0.625, 0.375]


def as_csv(values: list[float], key: str = "ttft_s") -> str:
    return f"{key}\n" + "".join(f"{value}\n" for value in values)


def as_json(values: list[float], key: str = "ttft_s", **said: str) -> str:
    return json.dumps([{**said, key: value} for value in values])


def twins(folder: Path, **contents: str) -> dict[str, str]:
    done = reading(folder, **contents)
    assert done.batch is not None
    found = normalise(done.batch, done.artifacts, done.places, done.quoted)
    names = [one.artifact[2:] for one in done.artifacts]
    table = found.measurements.to_pylist()
    for row in table:
        assert row["counted"] == (row["artifact"][2:] not in {names[at] for at in found.twin_of})
    return {names[twin]: names[kept] for twin, kept in found.twin_of.items()}


def test_the_one_that_says_more_is_counted(tmp_path: Path) -> None:
    assert twins(tmp_path, a_csv=as_csv(SERIES), b_json=as_json(SERIES, model="m", engine="e")) == {
        "a.csv": "b.json"
    }
    assert twins(tmp_path, a_json=as_json(SERIES, model="m"), b_csv=as_csv(SERIES)) == {
        "b.csv": "a.json"
    }


def test_order_and_unit_do_not_matter(tmp_path: Path) -> None:
    ms = [value * 1000 for value in reversed(SERIES)]
    assert twins(tmp_path, a_csv=as_csv(SERIES), b_csv=as_csv(ms, "ttft_ms")) == {"b.csv": "a.csv"}


def test_what_is_no_twin(tmp_path: Path) -> None:
    assert twins(tmp_path, a_csv=as_csv(SERIES), b_csv=as_csv([*SERIES[:-1], 9])) == {}
    assert twins(tmp_path, a_csv=as_csv(SERIES), b_csv=as_csv(SERIES, "load_s")) == {}
    assert twins(tmp_path, a_csv=as_csv([1, 1, 1, 1, 1]), b_json=as_json([1, 1, 1, 1, 1])) == {}
    assert twins(tmp_path, a_csv=as_csv(SERIES[:3]), b_json=as_json(SERIES[:3])) == {}


def test_a_part_is_a_twin_of_the_whole(tmp_path: Path) -> None:
    whole = "ttft_s,load_s\n" + "".join(f"{value},{value + 1}\n" for value in SERIES)
    assert twins(tmp_path, a_csv=whole, b_csv=as_csv(SERIES)) == {"b.csv": "a.csv"}
    assert twins(tmp_path, a_csv=whole, b_json=as_json(SERIES, model="m")) == {"b.json": "a.csv"}


def test_of_many_one_is_counted_and_it_takes_no_square_of_time(tmp_path: Path) -> None:
    contents = {f"f{at:04}_json": as_json(SERIES, prompt=f"p{at}") for at in range(400)}
    started = time.process_time()
    found = twins(tmp_path, **contents)
    assert time.process_time() - started < 2
    assert len(found) == 399
    assert set(found.values()) == {"f0000.json"}


def test_small_counts_alike_by_chance_make_no_twins(tmp_path: Path) -> None:
    counts = {"results": [{"output_tokens": n} for n in (3, 4, 3, 5, 3, 4)]}
    assert twins(tmp_path, a_json=json.dumps({"model": "a", **counts}),
                 b_json=json.dumps({"model": "b", "x": "y", **counts})) == {}

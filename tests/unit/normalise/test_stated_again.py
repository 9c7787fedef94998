"""Statistics that several files state of one run count once; where they differ it is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.normalise.test_restated import Row, collected, links

from baseline_collector.normalise.reported_blocks import written_as

RNG = np.random.default_rng(11)


def stated(scale: float = 1.0) -> dict[str, float]:
    """What one run states: times, rates and a count, each another number."""
    times = RNG.lognormal(-1, 0.4, 50) * scale
    return {"mean_ttft_s": float(times.mean()), "p50_ttft_s": float(np.median(times)),
            "p99_ttft_s": float(np.quantile(times, 0.99)),
            "mean_e2el_s": float(times.mean() * 7.31), "p99_e2el_s": float(times.max() * 8.07),
            "mean_output_tokens": 64.0}


def csv(*rows: dict[str, float], places: int = 3) -> str:
    return ",".join(rows[0]) + "\n" + "".join(
        ",".join(f"{one:.{places}f}" for one in row.values()) + "\n" for row in rows)


def counted(rows: list[Row]) -> dict[str, int]:
    """How many statistics of each file count."""
    found: dict[str, int] = {}
    for row in rows:
        name = str(row["artifact"]).rpartition("/")[2]
        found[name] = found.get(name, 0) + bool(row["counted"])
    return found


def test_the_file_that_is_written_more_exactly_keeps_its_numbers(tmp_path: Path) -> None:
    run = stated()
    rows = collected(tmp_path, a_csv=csv(run), b_json=run)
    assert counted(rows) == {"a.csv": 0, "b.json": 6}
    assert {(one["key"], one["pointer"]) for one in links(rows)} == {
        (name, f"/{name}") for name in run}
    assert all(one["agrees"] for one in links(rows))


def test_three_forms_count_once(tmp_path: Path) -> None:
    run = stated()
    table = "| " + " | ".join(run) + " |\n" + "|---" * len(run) + "|\n| " + " | ".join(
        f"{one:.2f}" for one in run.values()) + " |\n"
    rows = collected(tmp_path, a_csv=csv(run, places=4), b_json=run, c_tsv=csv(
        run, places=3).replace(",", "\t"), d_txt=table)
    assert counted(rows)["b.json"] == 6
    assert sum(counted(rows).values()) == 6


def test_a_summary_of_many_runs_is_of_the_files_of_each(tmp_path: Path) -> None:
    runs = [stated(scale) for scale in (1, 2, 3)]
    rows = collected(tmp_path, summary_csv=csv(*runs, places=5),
                     **{f"run{at}_json": run for at, run in enumerate(runs)})
    assert counted(rows) == {"summary.csv": 0, "run0.json": 6, "run1.json": 6, "run2.json": 6}
    at = {one["artifact"]: 0 for one in links(rows)}
    assert len(at) == 3


def test_separate_runs_that_are_near_each_other_both_count(tmp_path: Path) -> None:
    run = stated()
    other = {name: value * 1.004 for name, value in run.items()} | {"mean_output_tokens": 64.0}
    rows = collected(tmp_path, a_csv=csv(other), b_json=run)
    assert counted(rows) == {"a.csv": 6, "b.json": 6}


def test_two_digits_prove_nothing(tmp_path: Path) -> None:
    whole = {name: float(f"{value:.1e}") for name, value in stated().items()}
    rows = collected(tmp_path, a_csv=csv(whole), b_json=whole | {"note": "another run"})
    assert counted(rows) == {"a.csv": 6, "b.json": 6}


def test_other_folders_are_other_runs(tmp_path: Path) -> None:
    run = stated()
    rows = collected(tmp_path, x__a_csv=csv(run), y__b_json=run)
    assert counted(rows) == {"a.csv": 6, "b.json": 6}


def test_other_models_are_other_runs_unless_many_digits_agree(tmp_path: Path) -> None:
    run = {name: float(f"{value:.3f}") for name, value in stated().items()}
    files = {"a_json": {"model": "one", **run}, "b_json": {"model": "two", **run, "n": 3}}
    assert counted(collected(tmp_path / "short", **files))["b.json"] == 6
    full = stated()
    files = {"a_json": {"model": "one", **full}, "b_json": {"model": "two-q4", **full, "n": 3}}
    assert sum(counted(collected(tmp_path / "full", **files)).values()) == 6


def test_a_number_that_differs_is_marked_and_not_counted(tmp_path: Path) -> None:
    run = stated()
    rows = collected(tmp_path, a_csv=csv(run | {"p99_ttft_s": run["p99_ttft_s"] * 1.02}),
                     b_json=run)
    off = [row for row in rows if "false" in str(row["restates"])]
    assert [row["key"] for row in off] == ["p99_ttft_s"]
    assert counted(rows) == {"a.csv": 0, "b.json": 6}


def test_files_that_differ_in_much_state_separate_runs(tmp_path: Path) -> None:
    run = stated()
    other = {name: value * (1.3 if "p" in name else 1.0) for name, value in run.items()}
    rows = collected(tmp_path, a_csv=csv(other), b_json=run)
    assert counted(rows) == {"a.csv": 6, "b.json": 6}


def test_what_restates_samples_leads_the_other_file_to_them(tmp_path: Path) -> None:
    times = RNG.lognormal(-1, 0.3, 30)
    runs = {"results": [{"command": "sleep 1", "mean": times.mean(), "user": 0.0021734,
                         "system": 0.0183521, "min": times.min(), "max": times.max(),
                         "median": float(np.median(times)), "stddev": times.std(ddof=1),
                         "times": times.tolist()}]}
    head = "command,mean,stddev,median,user,system,min,max"
    one = runs["results"][0]
    line = ",".join(str(one[name]) for name in head.split(","))
    rows = collected(tmp_path, a_csv=f"{head}\n{line}\n", b_json=runs)
    assert counted(rows)["a.csv"] == 0
    assert {one["key"] for one in links(rows) if "pointer" in one} == {
        "results[].user", "results[].system"}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 6)), min_size=1, max_size=20))
def test_how_exactly_numbers_are_written(numbers: list[tuple[int, int]]) -> None:


    texts = [f"{whole / 10**places:.{places}f}" for whole, places in numbers]
    values = np.array([float(text) * 1e-3 for text in texts])
    room, digits = written_as(values, pa.chunked_array([texts]), np.zeros(len(texts), np.int64))
    assert room == pytest.approx([0.5 * 10.0 ** -places * 1e-3 for _, places in numbers])
    assert digits.tolist() == [len(str(whole)) for whole, _ in numbers]

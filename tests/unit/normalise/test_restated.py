"""Statistics of samples at hand are linked to them and no second observation."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baseline_collector.config import Settings
from baseline_collector.discover import discover
from baseline_collector.ingest import ingest
from baseline_collector.journal import Journal
from baseline_collector.normalise.gathering import afresh
from baseline_collector.spool import joined

Row = dict[str, object]
RNG = np.random.default_rng(7)
TTFT = RNG.lognormal(-1, 0.3, 40)


def table_of(folder: Path, **files: object) -> pa.Table:
    """Measurements of a heap; ``run1__a_json`` is the file ``run1/a.json``."""
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    found = discover([str(folder)])
    table = joined([*ingest(found, Settings(), folder, Journal(str)).tables()])
    assert afresh(table).column("restates").null_count == table.num_rows
    return table


def collected(folder: Path, **files: object) -> list[Row]:
    rows: list[Row] = table_of(folder, **files).to_pylist()
    return rows


def summary(values: np.ndarray, places: int = 17) -> dict[str, float]:
    stated = {"mean_ttft_s": values.mean(), "min_ttft_s": values.min(),
              "max_ttft_s": values.max(), "p50_ttft_s": np.median(values),
              "p90_ttft_s": np.quantile(values, 0.9), "std_ttft_s": values.std(ddof=1)}
    return {name: round(float(value), places) for name, value in stated.items()}


def links(rows: list[Row]) -> list[dict[str, object]]:
    """What the reported statistics restate; those that restate are not counted."""
    for row in rows:
        assert row["restates"] is None or not row["counted"]
    return [json.loads(str(row["restates"])) for row in rows if row["restates"] is not None]


def lines(values: np.ndarray) -> str:
    return "".join(json.dumps({"ttft_s": float(one), "output_tokens": 64}) + "\n"
                   for one in values)


def test_a_summary_beside_its_array(tmp_path: Path) -> None:
    rows = collected(tmp_path, a_json={"benchmarks": [
        {"name": "x", "ttft_s": TTFT.tolist(), **summary(TTFT)},
        {"name": "y", "ttft_s": (TTFT * 3).tolist(), **summary(TTFT * 3)}]})
    found = links(rows)
    assert len(found) == 12
    assert {one["below"] for one in found} == {"/benchmarks/0/ttft_s/", "/benchmarks/1/ttft_s/"}
    assert all(one["agrees"] and one["n"] == 40 for one in found)
    assert all(row["counted"] for row in rows if row["statistic"] == "sample")


def test_a_summary_in_another_file_as_rounded_as_it_is(tmp_path: Path) -> None:
    rows = collected(tmp_path, run1__a_jsonl=lines(TTFT), run1__b_json=summary(TTFT),
                     run1__c_csv=",".join(summary(TTFT)) + "\n" + ",".join(
                         f"{one:.4f}" for one in summary(TTFT).values()) + "\n")
    found = links(rows)
    assert len(found) == 12
    assert all(str(one["artifact"]).endswith("run1/a.jsonl") for one in found)


def test_constants_alone_make_no_link_and_follow_one(tmp_path: Path) -> None:
    tokens = {"mean_output_tokens": 64.0, "min_output_tokens": 64, "max_output_tokens": 64}
    alone = collected(tmp_path / "one", a_jsonl=lines(TTFT), b_json=tokens)
    assert not links(alone)
    both = collected(tmp_path / "two", a_jsonl=lines(TTFT), b_json=summary(TTFT) | tokens)
    assert len(links(both)) == 9


@pytest.mark.parametrize("files", [
    {"run1__a_jsonl": lines(TTFT), "run2__b_json": summary(TTFT)},
    {"run1__a_jsonl": lines(TTFT), "run1__b_json": summary(TTFT * 1.01)},
    {"run1__a_jsonl": lines(TTFT), "run1__b_json": {"mean_ttft_s": round(TTFT.mean(), 2)}},
    {"a_json": {"model": "m1", "ttft_s": TTFT.tolist()},
     "b_json": {"model": "m2", "mean_ttft_s": round(TTFT.mean(), 6)}},
    {"run1__a_jsonl": lines(TTFT), "run1__b_json": {"mean_load_s": TTFT.mean()}},
    {"README_md": "| ttft_s |\n|---|\n" + "".join(f"| {one} |\n" for one in TTFT),
     "b_json": summary(TTFT)},
], ids=["another folder", "another run", "too few digits", "another model", "another metric",
        "samples that are not counted themselves"])
def test_what_is_no_summary_of_them(tmp_path: Path, files: dict[str, object]) -> None:
    rows = collected(tmp_path, **files)
    assert not links(rows)
    assert all(row["counted"] for row in rows
               if row["statistic"] != "sample" and "README" not in str(row["artifact"]))


def test_the_mean_of_the_only_call_of_some_settings(tmp_path: Path) -> None:
    calls = "model,num_ctx,ttft_s\n" + "".join(
        f"m:1b,{1024 + at},{one:.5f}\n" for at, one in enumerate(TTFT))
    means = "model,num_ctx,mean_ttft_s\n" + "".join(
        f"m:1b,{1024 + at},{one:.5f}\n" for at, one in enumerate(TTFT[:30]))
    found = links(collected(tmp_path, a_csv=calls, b_csv=means))
    assert [one["n"] for one in found] == [1] * 30
    assert {json.loads(str(one["parameters"]))["num_ctx"] for one in found} == {
        str(1024 + at) for at in range(30)}


def test_a_total_may_count_more_and_another_number_disagrees(tmp_path: Path) -> None:
    stated = summary(TTFT) | {"total_ttft_s": 2 * TTFT.sum(), "mean_ttft_s": TTFT.min()}
    rows = collected(tmp_path, a_json={"ttft_s": TTFT.tolist(), **stated})
    told = {row["statistic"]: json.loads(str(row["restates"]))["agrees"]
            for row in rows if row["restates"]}
    assert told == {"mean": False, "min": True, "max": True, "p50": True, "p90": True, "std": True}
    assert [row["counted"] for row in rows if row["statistic"] == "total"] == [True]


def test_an_n_of_more_than_the_samples_is_no_contradiction(tmp_path: Path) -> None:
    stated = {"runs": 1000, "mean_ttft_s": 9.0, "max_ttft_s": 12.0}
    assert not links(collected(tmp_path, a_json={"ttft_s": TTFT.tolist(), **stated}))


def test_every_way_to_put_the_heap_into_pieces_gives_the_same(tmp_path: Path) -> None:
    """The larger file is read in pieces, the samples are far from their summary."""
    many = np.random.default_rng(1).lognormal(0, 0.2, 160_000)
    table = table_of(tmp_path, b_json=summary(many), a_jsonl="".join(
        f'{{"ttft_s": {one!r}}}\n' for one in many.tolist()))
    found = links(table.filter(table.column("restates").is_valid()).to_pylist())
    assert table.num_rows == len(many) + 6
    assert [one["n"] for one in found] == [160_000] * 6


FORMS = ("array", "records", "twin file")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FORMS), st.integers(2, 30), st.integers(4, 17)),
                min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_no_counted_value_stands_for_what_another_stands_for(
        things: list[tuple[str, int, int]], seed: int) -> None:
    rng, files = np.random.default_rng(seed), dict[str, object]()
    behind: dict[str, set[tuple[int, int]]] = {}
    for at, (form, n, places) in enumerate(things):
        values = rng.lognormal(0, 0.5, n)
        said = summary(values, places)
        if form == "array":
            files[f"r{at}__a_json"] = {"ttft_s": values.tolist(), **said}
        elif form == "records":
            files[f"r{at}__a_json"] = {"results": [{"ttft_s": one} for one in values.tolist()],
                                       "summary": said}
        else:
            files[f"r{at}__a_jsonl"] = lines(values)
            files[f"r{at}__b_json"] = said
        behind[f"r{at}"] = {(at, one) for one in range(n)}
    with TemporaryDirectory() as folder:
        rows = collected(Path(folder), **files)
    stands_for = defaultdict(list)
    for row in rows:
        if row["counted"] and row["metric"] == "time_to_first_token":
            home = str(row["artifact"]).rsplit("/", 2)[1]
            taken = len(stands_for[home])
            stands_for[home].append({(int(home[1:]), taken)} if row["statistic"] == "sample"
                                    else behind[home])
    for home, observations in behind.items():
        seen: set[tuple[int, int]] = set()
        for mine in stands_for[home]:
            assert not mine & seen
            seen |= mine
        assert seen == observations  # and nothing is lost

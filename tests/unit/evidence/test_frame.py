"""Groups: like with like, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.groups import grouped
from baseline_collector.evidence.settings import configuration, settings_of


def groups(pile, metric="output_throughput", statistic="sample"):
    frame = Frame(pile.table())
    rows = np.flatnonzero(
        frame.counted
        & frame.column("metric").where(metric)
        & frame.column("statistic").where(statistic)
    )
    return grouped(frame, rows)


def sizes(pile, **more):
    return sorted(group.n for group in groups(pile, **more))


ROW = {
    "model": "m",
    "quantization": "q4_0",
    "engine": "e",
    "device": "gpu",
    "phase": "warm",
    "threads": 1,
    "prompt": "p",
}


@pytest.mark.parametrize("column", sorted(ROW))
def test_rows_that_differ_in_one_thing_are_unlike(pile, column):
    values = (1, 2) if column == "threads" else ("cold", "cached")
    rows = [ROW | {column: value, "tokens_s": speed} for value in values for speed in (5, 6, 7)]
    pile.csv("a.csv", rows)
    assert sizes(pile) == [3, 3]


@pytest.mark.parametrize("column", ["seed", "run", "timestamp"])
def test_what_only_numbers_repetitions_is_no_difference(pile, column):
    pile.csv("a.csv", [ROW | {column: at, "tokens_s": 5 + at} for at in range(1, 7)])
    assert sizes(pile) == [6]


def test_failed_rows_are_in_no_group(pile):
    pile.csv(
        "a.csv", [ROW | {"tokens_s": at, "error": "boom" if at == 9 else ""} for at in (5, 6, 9)]
    )
    (group,) = groups(pile)
    assert group.values.tolist() == [5, 6]


def test_prompts_each_once_are_a_suite(pile):
    pile.csv("a.csv", [ROW | {"prompt": name, "tokens_s": at} for at, name in enumerate("abc", 5)])
    (group,) = groups(pile)
    assert group.suite and group.scope()["prompt"] == "several"


def test_a_prompt_that_is_repeated_is_a_group(pile):
    pile.csv("a.csv", [ROW | {"prompt": name, "tokens_s": at} for at, name in enumerate("aabc", 5)])
    assert sizes(pile) == [1, 1, 2]
    assert {group.scope()["prompt"] for group in groups(pile)} == {"a", "b", "c"}


def test_files_with_a_value_each_are_repetitions(pile):
    for at in range(4):
        pile.json(f"{at}.json", ROW | {"tokens_s": 5 + at})
    (group,) = groups(pile)
    assert group.n == 4 and "artifact" not in group.scope()


def test_files_with_a_value_each_of_other_prompts_are_not(pile):
    for at in range(4):
        pile.json(f"{at}.json", ROW | {"prompt": f"p{at}", "tokens_s": 5 + at})
    assert sizes(pile) == [1, 1, 1, 1]


def test_files_with_several_values_are_not_mixed(pile):
    for name in "ab":
        pile.csv(f"{name}.csv", [ROW | {"tokens_s": at + ord(name)} for at in range(3)])
    assert sizes(pile) == [3, 3]


def test_two_keys_of_one_file_are_unlike(pile):
    rows = [{"model": "m", "ttft_s": 1 + at, "time_to_first_token_s": 7 + at} for at in range(3)]
    found = groups(pile.csv("a.csv", rows), metric="time_to_first_token")
    assert {group.place: group.values.tolist() for group in found} == {
        "ttft_s": [1, 2, 3],
        "time_to_first_token_s": [7, 8, 9],
    }


def test_two_sensors_of_one_key_are_unlike(pile):
    pile.json(
        "t.json",
        {"samples": [{"gpu": [{"power_w": 5 + at}, {"power_w": 90}]} for at in range(4)]},
    )
    found = {group.place: group.values.tolist() for group in groups(pile, metric="power")}
    assert found == {
        "samples[].gpu[0].power_w": [5, 6, 7, 8],
        "samples[].gpu[1].power_w": [90] * 4,
    }


def test_one_key_in_two_spellings_is_alike_across_files(pile):
    pile.json("run1.json", {"model": "m", "ttft_s": 1})
    pile.csv("run2.csv", [{"model": "m", "ttft_s": 2}])
    (group,) = groups(pile, metric="time_to_first_token")
    assert group.n == 2 and group.place is None


def test_files_of_other_names_are_no_repetitions(pile):
    pile.json("bench_alpha.json", {"model": "m", "ttft_s": 1})
    pile.json("bench_beta.json", {"model": "m", "ttft_s": 2})
    assert [group.n for group in groups(pile, metric="time_to_first_token")] == [1, 1]


def test_other_versions_are_unlike(pile):
    pile.json("run1.json", {"model": "m", "engine_version": "100", "ttft_s": 1})
    pile.json("run2.json", {"model": "m", "engine_version": "101", "ttft_s": 2})
    assert [group.n for group in groups(pile, metric="time_to_first_token")] == [1, 1]


def test_tests_of_code_are_unlike_even_once_each(pile):
    pile.csv("a.csv", [{"test": name, "iteration_time_ms": at} for at, name in enumerate("abc", 5)])
    found = sizes(pile, metric="iteration_time")
    assert found in ([1, 1, 1], [])  # [] where the vocabulary has no such key


def test_reported_means_of_tests_are_unlike(pile):
    pile.json(
        "a.json",
        {
            "results": [
                {"test_name": name, "mean_time_ms": at}
                for at, name in enumerate(("sort", "parse"), 5)
            ]
        },
    )
    assert set(sizes(pile, metric="iteration_time", statistic="mean")) <= {1}


def test_where_selects_exactly_the_rows(pile):
    import duckdb

    rows = [
        ROW | {"model": model, "prompt": prompt, "threads": threads, "tokens_s": 5 + at}
        for at in range(2)
        for model in ("m", "it's")
        for prompt in ("p", "q")
        for threads in (1, 2)
    ]
    pile.json(
        "t.json",
        {"samples": [{"gpu": [{"power_w": 5 + at}, {"power_w": 9}]} for at in range(4)]},
    )
    pile.csv("a.csv", rows).csv("b.csv", rows[:3]).json("c.json", ROW | {"tokens_s": 99})
    table = pile.table()
    frame = Frame(table)
    connection = duckdb.connect()
    connection.register("measurements", table)
    chosen = np.flatnonzero(frame.counted)
    found = grouped(frame, chosen)
    assert sum(group.n for group in found) == len(chosen)
    for group in found:
        got = connection.execute(
            f"SELECT artifact, pointer FROM measurements WHERE {group.where()}"
        ).fetchall()
        assert sorted(got) == sorted(
            (source.artifact, source.pointer) for source in group.sources()
        )


def test_settings_as_people_write_them():
    assert settings_of('{"seed":"3","threads":"2"}') == {"threads": "2"}
    assert settings_of(None) == {}
    assert configuration({"config_name": "x", "threads": "2"}) == "threads=2"
    assert configuration({"config_name": "x"}) == "config_name=x"


def test_settings_that_all_share_cannot_be_changed():
    with pytest.raises(TypeError):
        settings_of('{"num_ctx":"1024"}')["engine"] = "ollama"
    assert settings_of(None) == {}

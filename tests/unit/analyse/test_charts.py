"""What the pictures show."""

from __future__ import annotations

import pytest


def chart(pile, name):
    return next((one for one in pile.analysis().charts if one.id == name), None)


def test_no_data_no_chart(pile):
    assert pile.json("a.json", {"x": 1}).analysis().charts == ()


def test_every_point_leads_to_its_place(pile):
    pile.csv("a.csv", [{"model": "m", "tokens_s": 5 + at} for at in range(4)])
    (bar,) = chart(pile, "throughput").bars
    assert [(point.value, point.source.pointer) for point in bar.points] == [
        (5 + at, f"row {at + 1}, column tokens_s") for at in range(4)
    ]
    assert bar.estimate == 6.5 and bar.low < 6.5 < bar.high and bar.fact


def test_one_value_is_a_point_without_estimate(pile):
    (bar,) = chart(pile.csv("a.csv", [{"model": "m", "tokens_s": 5}]), "throughput").bars
    assert (len(bar.points), bar.estimate, bar.low, bar.high) == (1, None, None, None)


def test_of_many_points_some_are_drawn_and_spread_evenly(pile):
    pile.csv("a.csv", [{"model": "m", "tokens_s": 5 + at} for at in range(1000)])
    (bar,) = chart(pile, "throughput").bars
    values = [point.value for point in bar.points]
    assert len(values) == 200 and values[0] == 5 and values[-1] == 1004
    assert bar.estimate == pytest.approx(504.5)


def test_words_are_not_drawn_beside_tokens(pile):
    text = "A perfectly fine answer that runs on for quite a while and says something."
    pile.json(
        "a.json",
        {
            "model": "m",
            "results": [{"response": text, "tokens": len(text.split()), "tokens_per_second": 14.5}],
        },
    )
    assert chart(pile, "throughput") is None


def test_files_of_one_name_in_two_folders_are_two_rows(pile):
    rows = [{"model": "m", "ttft_s": 0.1 + at, "phase": "warm"} for at in range(3)]
    pile.csv("x/runs.csv", rows).csv(
        "y/runs.csv", [row | {"ttft_s": 9 + at} for at, row in enumerate(rows)]
    )
    bars = chart(pile, "first-token").bars
    assert sorted(bar.label for bar in bars) == ["m · reports/x/runs.csv", "m · reports/y/runs.csv"]


def test_phases_are_series(pile):
    pile.csv(
        "a.csv",
        [
            {"model": "m", "ttft_s": 0.1 + at, "phase": phase}
            for at in range(2)
            for phase in ("warm", "cold", "cached")
        ],
    )
    assert [bar.series for bar in chart(pile, "first-token").bars] == ["warm", "cold", "cached"]


def test_prompts_have_labels_of_their_own(pile):
    pile.csv(
        "a.csv",
        [
            {"model": "m", "prompt": name, "tokens_s": 5 + at}
            for name in ("short", "long")
            for at in range(3)
        ],
    )
    assert sorted(bar.label for bar in chart(pile, "throughput").bars) == [
        "m · a.csv · long",
        "m · a.csv · short",
    ]


def test_of_too_many_groups_those_of_one_prompt_are_drawn(pile):
    pile.csv(
        "a.csv",
        [
            {"model": "m", "threads": threads, "prompt": name, "tokens_s": 5 + at}
            for threads in range(1, 16)
            for name in ("p", "q", "r")
            for at in range(3)
        ],
    )
    bars = chart(pile, "throughput").bars
    assert len(bars) == 15 and all(bar.label.endswith(" · p") for bar in bars)


def test_compile_beside_run_time(pile):
    pile.json(
        "b.json",
        {
            "model": "conv",
            "backends": {
                name: {"compile_time_s": took, "benchmark": {"mean_time_ms": 5.5}}
                for name, took in (("eager", 0.0), ("jit", 2.5))
            },
        },
    )
    bars = chart(pile, "compile").bars
    assert [(bar.series, bar.points[0].value) for bar in bars] == [
        ("compile", 2.5),
        ("iteration", 0.0055),
    ]


def test_an_interval_that_dwarfs_every_value_is_not_drawn(pile):
    rows = [{"model": "m", "tokens_s": value} for value in (1.0, 2.0, 90.0)]
    pile.csv("a.csv", rows).csv(
        "b.csv", [{"model": "n", "tokens_s": value} for value in (99.0, 100.0, 101.0)])
    bars = {bar.label.split(" ")[0]: bar for bar in chart(pile, "throughput").bars}
    assert bars["n"].high is not None
    assert bars["m"].high is None or bars["m"].high <= 1.5 * 101.0

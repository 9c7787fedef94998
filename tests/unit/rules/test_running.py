"""Cold starts, groups of one, sweeps: when they speak, with which numbers, when they are silent."""

from __future__ import annotations

import pytest


def calls(loads, ttfts, *, model="m", threads=1, prompts=None, speeds=None, **more):
    rows = []
    for at, (load, ttft) in enumerate(zip(loads, ttfts, strict=True)):
        row = {"model": model, "threads": threads, "ttft_s": ttft, "load_s": load}
        if prompts:
            row["prompt"] = prompts[at]
        if speeds:
            row["tokens_s"] = speeds[at]
        rows.append(row | more)
    return rows


WARM = [0.010, 0.011, 0.012, 0.010]


class TestColdStart:
    @pytest.mark.parametrize(
        ("loads", "ttfts", "wanted"),
        [
            # Ollama's way: the time to first token holds the load
            (
                [2.0, *WARM],
                [2.5, 0.1, 0.2, 0.3, 0.15],
                "The cold call of m in reports/runs.csv took 2.500 s as time to first token "
                "(load duration "
                "2 s); warm calls took 100 ms to 300 ms.",
            ),
            # a server that loads before it listens
            (
                [2.0, *WARM],
                [0.5, 0.1, 0.2, 0.3, 0.15],
                "The cold call of m in reports/runs.csv took 500 ms as time to first token, "
                "after a load "
                "of 2 s that it leaves out; warm calls took 100 ms to 300 ms.",
            ),
            # two cold calls
            (
                [2.0, *WARM, 3.0],
                [2.5, 0.1, 0.2, 0.3, 0.15, 3.5],
                "Cold calls of m in reports/runs.csv took 2.500 s to 3.500 s as time to "
                "first token (load "
                "duration 2 s to 3 s); warm calls took 100 ms to 300 ms.",
            ),
            # not the first call
            (
                [0.01, 0.01, 5.0, 0.011],
                [0.1, 0.2, 5.1, 0.1],
                "The cold call of m in reports/runs.csv took 5.100 s as time to first token (load "
                "duration 5 s); warm calls took 100 ms to 200 ms.",
            ),
            # equal cold calls are no span
            (
                [2.0, *WARM, 2.0],
                [2.5, 0.1, 0.2, 0.3, 0.15, 2.5],
                "Cold calls of m in reports/runs.csv took 2.500 s as time to first token "
                "(load duration "
                "2 s); warm calls took 100 ms to 300 ms.",
            ),
        ],
    )
    def test_fires(self, pile, look, loads, ttfts, wanted):
        analysis = pile.csv("runs.csv", calls(loads, ttfts)).analysis()
        assert look.texts(analysis, "cold-start") == [wanted]

    @pytest.mark.parametrize(
        "rows",
        [
            calls([0.01] * 5, [0.1] * 5),  # nothing stands out
            calls([2.0, 0.01], [2.1, 0.1]),  # two calls tell nothing
            calls([2.0] * 5, [2.1] * 5),  # every call loads
            calls([0.02, 0.010, 0.012, 0.014, 0.018], [0.1] * 5),  # noise
            [{"model": f"m{at}", "ttft_s": 1.0 + at, "load_s": 1.0 + at} for at in range(4)],
            calls([0.010, 0.011, 0.025, 0.010, 0.012], [0.1] * 5),  # under three times the median
        ],
    )
    def test_is_silent(self, pile, look, rows):
        assert look.findings(pile.csv("runs.csv", rows).analysis(), "cold-start") == []

    def test_warm_calls_are_those_of_the_same_prompt(self, pile, look):
        prompts = ["short", "short", "long", "short", "long"]
        rows = calls([2.0, *WARM], [2.5, 0.1, 9.0, 0.2, 9.1], prompts=prompts)
        (title,) = look.texts(pile.csv("runs.csv", rows).analysis(), "cold-start")
        assert title.endswith("warm calls of the same prompts took 100 ms to 200 ms.")

    def test_other_prompts_are_said_to_be_others(self, pile, look):
        rows = calls([2.0, *WARM], [2.5, 0.1, 0.3, 0.2, 0.4], prompts=list("abcde"))
        (title,) = look.texts(pile.csv("runs.csv", rows).analysis(), "cold-start")
        assert title.endswith("warm calls of other prompts took 100 ms to 400 ms.")

    def test_devices_are_not_mixed(self, pile, look):
        rows = [
            row
            for device, more in (("gpu0", 0.0), ("cpu", 5.0))
            for row in calls(
                [2.0, *WARM],
                [2.5 + more, 0.1 + more, 0.2 + more, 0.3 + more, 0.1 + more],
                device=device,
            )
        ]
        titles = look.texts(pile.csv("runs.csv", rows).analysis(), "cold-start")
        assert [title.split(" warm calls ")[1] for title in titles] == [
            "took 100 ms to 300 ms.",
            "took 5.100 s to 5.300 s.",
        ]

    def test_failed_cold_calls_are_left_out(self, pile, look):
        rows = [row | {"error": ""} for row in calls([2.0, *WARM], [2.5, 0.1, 0.2, 0.3, 0.15])]
        rows.append({"model": "m", "threads": 1, "ttft_s": 99.0, "load_s": 99.0, "error": "boom"})
        (title,) = look.texts(pile.csv("runs.csv", rows).analysis(), "cold-start")
        assert "99" not in title


class TestSingleValue:
    @pytest.mark.parametrize(
        ("rows", "start"),
        [
            (
                [{"model": "a", "tokens_s": 1.5}],
                "1 of 1 group of like runs holds a single value: it ",
            ),
            (
                [{"model": "a", "tokens_s": 1.5}, {"model": "b", "tokens_s": 2.5}],
                "2 of 2 groups of like runs hold a single value: they ",
            ),
            (
                [
                    {"model": "a", "tokens_s": 1.5},
                    {"model": "b", "tokens_s": 2.5},
                    {"model": "b", "tokens_s": 2.6},
                ],
                "1 of 2 groups of like runs holds a single value",
            ),
            (
                [{"model": "a", "threads": at, "tokens_s": at + 1} for at in range(7)],
                "7 of 7 groups of like runs hold a single value",
            ),
            ([{"model": "a", "ttft_s": 1.5, "tokens_s": 9}], "2 of 2 groups of like runs hold"),
        ],
    )
    def test_fires(self, pile, look, rows, start):
        (title,) = look.texts(pile.csv("runs.csv", rows).analysis(), "single-value")
        assert title.startswith(start)

    @pytest.mark.parametrize(
        "rows",
        [
            [{"model": "a", "tokens_s": 1.5}, {"model": "a", "tokens_s": 1.6}],
            [{"model": "a", "tokens_s": at} for at in range(1, 9)],
            [{"model": name, "tokens_s": at} for name in "ab" for at in (3, 4)],
            [
                {"model": "a", "seed": at, "tokens_s": 5 + at} for at in range(3)
            ],  # a seed is no setting
            [{"model": "a", "mean_tokens_s": 5, "runs": 4}],  # a mean of four
            [{"name": "x", "size": 3}],
        ],
    )
    def test_is_silent(self, pile, look, rows):
        assert look.findings(pile.csv("runs.csv", rows).analysis(), "single-value") == []


def sweep(speeds_by_threads, prompt=None, **more):
    return [
        {"model": "m", "threads": threads, "tokens_s": speed}
        | ({"prompt": prompt} if prompt else {})
        | more
        for threads, speeds in speeds_by_threads.items()
        for speed in speeds
    ]


CLEAR = {1: [10, 10.1, 9.9, 10.05], 2: [20, 20.1, 19.9, 20.05], 4: [40, 40.1, 39.9, 40.05]}


class TestSweep:
    def test_a_clear_lead(self, pile, look):
        analysis = pile.csv("runs.csv", sweep(CLEAR)).analysis()
        (title,) = look.texts(analysis, "sweep")
        assert title == (
            "Of 3 configurations of m in reports/runs.csv, threads=4 has the highest throughput at "
            "40.01 tok/s and threads=1 the lowest at 10.01 tok/s, 299.6 % apart, more than chance "
            "among all pairs explains."
        )
        (finding,) = look.findings(analysis, "sweep")
        assert finding.severity == "info"
        assert look.told(analysis, finding.recommendation) == (
            "For throughput of m use threads=4, and check the time to first token beside it."
        )
        margin = look.only(look.facts(analysis, statistic="difference"))
        assert margin.interval is not None
        assert margin.interval.level == pytest.approx(1 - 0.05 / 3)  # three pairs
        assert margin.interval.low < margin.value < margin.interval.high

    @pytest.mark.parametrize(
        ("speeds", "why"),
        [
            ({1: [10], 2: [20], 4: [30]}, "indistinguishable with so few values each."),
            ({1: [10, 11], 2: [20, 22], 4: [30, 33]}, "indistinguishable with so few values each."),
            (
                {1: [10, 30, 20], 2: [15, 35, 22], 4: [12, 40, 24]},
                "indistinguishable: the interval of the margin includes zero.",
            ),
            (
                {1: [10, 10, 10], 2: [20, 20, 20], 4: [30, 30, 30]},
                "indistinguishable, as their values allow no interval.",
            ),
        ],
    )
    def test_indistinguishable(self, pile, look, speeds, why):
        analysis = pile.csv("runs.csv", sweep(speeds)).analysis()
        (title,) = look.texts(analysis, "sweep")
        assert title.endswith(why)
        (finding,) = look.findings(analysis, "sweep")
        assert finding.recommendation == (
            "Repeat both ends of the sweep before choosing between them."
        )

    def test_what_two_alone_would_decide_many_do_not(self, pile, look):
        """The best of thirty equal configurations leads by luck; the level is shared."""
        speeds = {
            at: [100 + (at * 7 % 11) + jitter for jitter in (-1.5, 0, 1.5)] for at in range(1, 31)
        }
        (title,) = look.texts(pile.csv("runs.csv", sweep(speeds)).analysis(), "sweep")
        assert "indistinguishable" in title

    def test_prompts_are_compared_apart(self, pile, look):
        rows = sweep(CLEAR, "short") + sweep(
            {threads: [speed / 100 for speed in speeds] for threads, speeds in CLEAR.items()},
            "long",
        )
        (title,) = look.texts(pile.csv("runs.csv", rows).analysis(), "sweep")
        assert title.count("299.6 % apart") == 2
        assert "for prompt short threads=4" in title
        assert "400.1 mtok/s" not in title
        assert "0.1001 tok/s" in title or "100.1" in title

    @pytest.mark.parametrize(
        "rows",
        [
            sweep({1: [10, 11, 12], 2: [20, 21, 22]}),  # two configurations are no sweep
            [row | {"model": f"m{row['threads']}"} for row in sweep(CLEAR)],  # three models
            [row | {"device": f"gpu{row['threads']}"} for row in sweep(CLEAR)],  # three devices
            [
                row | {"prompt": f"p{row['threads']}"} for row in sweep(CLEAR)
            ],  # asked different things
            [row | {"error": "boom"} for row in sweep(CLEAR)],  # all failed
            sweep({1: [0, 0, 0], 2: [0, 0, 0], 4: [0, 0, 0]}),
            [{"model": "m", "tokens_s": at} for at in range(1, 9)],  # no settings
            [{"model": "m", "seed": at, "tokens_s": at} for at in range(1, 9)],  # a seed is none
        ],
    )
    def test_is_silent(self, pile, look, rows):
        assert look.findings(pile.csv("runs.csv", rows).analysis(), "sweep") == []


def test_the_rate_from_moment_to_moment_is_no_spread_of_a_mean(pile, look):
    def metric(mean, std):
        return {"successful": {"mean": mean, "std_dev": std, "count": 40}}

    pile.json("g.json", {"metadata": {"guidellm_version": "0.8.1"}, "benchmarks": [{
        "config": {"backend": {"model": "m"}}, "metrics": {
            "requests_per_second": metric(2.5, 10.0), "request_latency": metric(2.0, 0.9),
            "inter_token_latency_ms": metric(20.0, 0.1)}}]})
    (found,) = [one for one in look.texts(pile.analysis(), "unstable") if "reported means" in one]
    assert "request_latency" in found and "requests_per_second" not in found

"""What is decided, by how much, and what is left undecided: real readers, SciPy beside."""

import json
import math

import numpy as np
import pytest
import scipy.stats

from baseline_collector.compare import Limits

TOOLS = ("hyperfine", "google_benchmark", "pyperf")


@pytest.mark.parametrize("tool", TOOLS)
def test_a_slowdown_of_six_percent_is_decided_on_thirty_repetitions(bench, tool):
    write = getattr(bench, tool)
    base, other = bench.noisy(0.1, seed=1), bench.noisy(0.106, seed=2)
    found = bench.only(bench.compare(write(base), write(other)), "iteration_time")
    assert found.verdict == "slower" and found.regression
    assert found.base == pytest.approx(np.mean(base)), "the absolute value is named"
    assert found.ratio == pytest.approx(np.mean(other) / np.mean(base), rel=1e-9)
    assert found.interval.low < 1.06 < found.interval.high and found.interval.low > 1.03


@pytest.mark.parametrize("tool", TOOLS)
def test_the_same_is_the_same(bench, tool):
    write = getattr(bench, tool)
    found = bench.compare(write(bench.noisy(0.1, seed=1)), write(bench.noisy(0.1, seed=2)))
    one = bench.only(found, "iteration_time")
    assert one.verdict == "same" and one.within < 0.05
    bounds = (one.interval.high - 1, 1 / one.interval.low - 1)
    assert one.within == pytest.approx(max(bounds)), "what the interval bears out"


def test_p_values_are_mann_whitneys(bench):
    base, other = bench.noisy(0.1, n=12, seed=1), bench.noisy(0.102, n=12, seed=2)
    found = bench.only(bench.compare(bench.hyperfine(base), bench.hyperfine(other)))
    right = scipy.stats.mannwhitneyu(base, other, method="exact").pvalue
    assert found.p == pytest.approx(right, rel=1e-9) and found.n == (12, 12)


def test_throughput_that_falls_is_slower_and_memory_that_grows_is_worse(bench):
    base = bench.llama_bench(bench.noisy(100, seed=1))
    other = bench.llama_bench(bench.noisy(90, seed=2))
    assert bench.only(bench.compare(base, other), "output_throughput").verdict == "slower"
    assert bench.only(bench.compare(other, base), "output_throughput").verdict == "faster"


def test_without_repetitions_it_is_undecided_with_the_n_that_would_decide(bench):
    found = bench.only(bench.compare(bench.google_benchmark([0.1]),
                                     bench.google_benchmark([0.106])), "iteration_time")
    assert found.verdict == "undecided" and found.interval.reason == "n is under 3: no interval"
    # At the CV of 5 % that is assumed, such an n decides: simulated with the numbers it gives.
    rng = np.random.default_rng(5)
    decided = 0
    for _ in range(200):
        p = scipy.stats.mannwhitneyu(rng.normal(1, 0.05, found.needed),
                                     rng.normal(1.06, 0.05, found.needed)).pvalue
        decided += p < 0.025  # Holm over two tests: real time and CPU time
    assert 10 < found.needed < 60 and decided >= 170


def test_processes_are_the_repetitions_where_each_has_several_values(bench):
    found = bench.only(bench.compare(bench.pyperf(bench.noisy(0.1)),
                                     bench.pyperf(bench.noisy(0.1, seed=2))))
    assert found.level == "run" and found.n == (10, 10)


def test_files_of_a_folder_are_the_repetitions(bench):
    for at in range(5):
        bench.write(f"a/run{at}.json", bench.hyperfine(bench.noisy(0.1 + at / 1000, seed=at)))
        bench.write(f"b/run{at}.json", bench.hyperfine(bench.noisy(0.1 + at / 1000, seed=9 + at)))
    from baseline_collector.compare import compare

    found = bench.only(compare(bench.side("a"), [bench.side("b")]).candidates[0])
    assert found.level == "run" and found.n == (5, 5)


def test_a_difference_within_the_noise_floor_is_not_decided(bench):
    """Two runs a side that differ by 8 %: a difference of 4 % between the sides says nothing."""
    from baseline_collector.compare import compare

    for at, mean in enumerate((0.100, 0.108)):
        bench.write(f"a/run{at}.json", bench.hyperfine(bench.noisy(mean, cv=0.005, seed=at)))
        bench.write(f"b/run{at}.json", bench.hyperfine(bench.noisy(1.06 * mean, cv=0.005,
                                                                   seed=5 + at)))
    found = bench.only(compare(bench.side("a"), [bench.side("b")]).candidates[0])
    assert found.floor == pytest.approx(0.08, abs=0.01)
    assert found.verdict == "undecided" and "noise floor" in found.reason and found.needed == 5


def test_a_run_that_drifts_has_a_noise_floor(bench):
    climbing = [0.1 + 0.0005 * at for at in range(30)]
    found = bench.only(bench.compare(bench.hyperfine(climbing),
                                     bench.hyperfine([1.06 * time for time in climbing])))
    halves = np.mean(climbing[15:]) / np.mean(climbing[:15]) - 1
    assert found.floor == pytest.approx(halves) and found.verdict == "undecided"


def test_reported_means_are_compared_by_welch(bench):
    document = {"machine_info": {}, "commit_info": {}, "datetime": "2025-01-01T00:00:00",
                "version": "5.1.0", "benchmarks": []}

    def report(mean, std, rounds):
        stats = {"min": mean / 2, "max": 2 * mean, "mean": mean, "stddev": std, "rounds": rounds,
                 "median": mean, "iqr": std, "q1": mean, "q3": mean, "iqr_outliers": 0,
                 "stddev_outliers": 0, "outliers": "0;0", "ld15iqr": mean, "hd15iqr": mean,
                 "ops": 1 / mean, "total": mean * rounds, "iterations": 1}
        return document | {"benchmarks": [{"group": None, "name": "t", "fullname": "t.py::t",
                                           "params": None, "param": None, "extra_info": {},
                                           "options": {}, "stats": stats}]}

    found = bench.only(bench.compare(report(0.1, 0.004, 20), report(0.106, 0.005, 25)),
                       "iteration_time")
    a, b = (0.004 / 0.1) ** 2 / 20, (0.005 / 0.106) ** 2 / 25
    freedom = (a + b) ** 2 / (a**2 / 19 + b**2 / 24)
    t = math.log(1.06) / math.sqrt(a + b)
    assert found.p == pytest.approx(2 * scipy.stats.t.sf(t, freedom), rel=1e-9)
    assert found.interval.high == pytest.approx(
        1.06 * math.exp(scipy.stats.t.ppf(0.975, freedom) * math.sqrt(a + b)), rel=1e-9)
    assert (found.verdict, found.level, found.n) == ("slower", "reported", (20, 25))
    two = bench.only(bench.compare(report(0.1, 0.004, 2), report(0.106, 0.005, 25)),
                     "iteration_time")
    assert two.verdict == "undecided" and "under 3" in two.reason


def test_holm_over_all_tests(bench):
    def many(shift):
        results = [bench.hyperfine(bench.noisy(0.1 * (1 + shift * (at == 0)), n=10, cv=0.04,
                                               seed=at + round(shift * 900)), f"./work {name}")
                   ["results"][0] for at, name in enumerate("abcdefghijklmnopqrst")]
        return {"results": results}

    found = bench.compare(many(0.0), many(0.045))
    raw = []
    for one in found.outcomes:
        raw.append(scipy.stats.mannwhitneyu(one.pair.base.values, one.pair.other.values,
                                            method="exact").pvalue)
    smallest = min(range(20), key=raw.__getitem__)
    assert found.outcomes[smallest].p == pytest.approx(min(1.0, 20 * raw[smallest]), rel=1e-9)


def test_a_margin_makes_small_certain_differences_the_same(bench):
    base, other = bench.noisy(0.1, cv=0.002), bench.noisy(0.102, cv=0.002, seed=2)
    documents = bench.hyperfine(base), bench.hyperfine(other)
    assert bench.only(bench.compare(*documents)).verdict == "slower"
    assert bench.only(bench.compare(*documents, limits=Limits(margin=0.03))).verdict == "same"


def test_zero_has_no_ratio(bench):
    from baseline_collector.compare import compare

    for side, value in (("a", 0.0), ("b", 0.1)):
        bench.write(f"{side}/x.jsonl", "\n".join([json.dumps({"model": "m", "loss": value})] * 5))
    found = bench.only(compare(bench.side("a"), [bench.side("b")]).candidates[0])
    assert (found.ratio, found.verdict, found.needed) == (None, "undecided", None)


def test_our_own_run_files(bench):
    """Thirty requests a side; another version of the engine is noted, not refused."""
    def run(mean, seed, engine):
        requests = [{"started_s": at, "time_to_first_token_ms": time,
                     "request_latency_ms": 5 * time,
                     "inter_token_latency_ms": [time / 9, time / 8], "prompt_tokens": 9,
                     "output_tokens": 3, "error": None}
                    for at, time in enumerate(bench.noisy(mean, seed=seed))]
        spread = dict.fromkeys(("mean", "p50", "p90", "p95", "p99"), mean) | {"n": 30}
        return {"schema": "baseline-collector/run/1", "started_at": "2026-01-02T03:04:05Z",
                "duration_s": 12.5, "model": "m:1b", "engine": engine, "device": "GPU X",
                "parameters": {"concurrency": 8}, "requests": requests, "client_error": None,
                "summary": {"requests": {"ok": 30, "failed": 0}, "request_rate_per_s": 3.25,
                            "output_token_throughput_per_s": 61.5, "time_to_first_token_ms": spread,
                            "inter_token_latency_ms": spread, "time_per_output_token_ms": spread,
                            "request_latency_ms": spread}}

    found = bench.compare(run(100, 1, "ollama 0.13"), run(106, 2, "ollama 0.14"))
    words = {one.pair.base.metric: one for one in found.outcomes
             if one.pair.base.statistic == "sample"}
    assert words["time_to_first_token"].verdict == words["request_latency"].verdict == "slower"
    assert "engine version: 0.13 / 0.14" in words["time_to_first_token"].pair.notes

"""The rules table, S01 to S30: where each row lives, and a test that it does what it says."""

from __future__ import annotations

import importlib.util
import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from baseline_collector.audit.blocks import blocks
from baseline_collector.audit.extract import extract
from baseline_collector.rules.catalogue import BY_ID, RULES

PLANTED = Path(__file__).resolve().parents[3] / "bench" / "planted.py"
_SPEC = importlib.util.spec_from_file_location("planted", PLANTED)
assert _SPEC and _SPEC.loader
planted = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(planted)

TABLE = {
    "S01": ("single-value", "mean-of-one"),
    "S02": ("small-quantile",),
    "S03": ("quantile-of-runs",),
    "S04": ("mean-of-rates",),
    "S05": (),
    "S06": (),
    "S07": (),
    "S08": ("models", "sweep"),
    "S09": ("sweep-factor",),
    "S10": (),
    "S11": ("first-run", "cold-start"),
    "S12": ("outlier",),
    "S13": ("unstable",),
    "S14": ("not-steady",),
    "S15": ("closed-loop",),
    "S16": ("unit-conflict",),
    "S17": ("first-token-definition", "impossible-order", "rate-with-prefill"),
    "S18": ("parts-and-whole",),
    "S19": ("impossible-mean",),
    "S20": ("duplicate", "twin"),
    "S21": ("constant-telemetry",),
    "S22": ("missing-setup",),
    "S23": ("setup-drift", "hosts"),
    "S24": ("quarantine",),
    "S25": ("failed-calls",),
    "S26": ("clock",),
    "S27": (),
    "S28": ("compile-payback",),
    "S29": ("disguised-failure",),
    "S30": ("words-for-tokens",),
}
"""Rules of each row; rows without one are behaviours of the statistics, tested below."""


def test_the_table_is_whole():
    assert sorted(TABLE) == [f"S{at:02}" for at in range(1, 31)]
    assert set(itertools.chain(*TABLE.values())) <= set(BY_ID)


@pytest.mark.parametrize("rule", [one.id for one in RULES])
def test_every_rule_finds_what_is_planted(rule):
    analysis = planted.analysed(planted.planted(rule, planted.CASES))  # bench/planted.py: all cases
    assert any(one.rule == rule for one in analysis.findings)
    advised = "\n\n".join(re.sub(r"{\w+}", "it", one.recommendation) for one in analysis.findings)
    assert [one.text for one in extract(blocks(advised)) if one.kind == "number"] == []


def test_clean_heaps_are_quiet():
    loud = {one.rule for seed in range(3) for one in planted.analysed(planted.clean(seed)).findings
            if one.rule not in planted.ALWAYS_SPEAKS or one.gain}
    assert loud == set()


def speeds(n, **more):
    rng = np.random.default_rng(7)
    return [{"model": "m", "tokens_s": 50 + float(rng.normal()), **more} for _ in range(n)]


def of(analysis, **wanted):
    return [fact for fact in analysis.facts if fact.metric == "output_throughput"
            and all(getattr(fact, key) == value for key, value in wanted.items())]


def test_s01_a_single_value_is_a_value_without_interval(pile):
    (fact,) = of(pile.csv("a.csv", speeds(1)).analysis(), topic="performance")
    assert (fact.statistic, fact.n, fact.interval) == ("value", 1, None)


@pytest.mark.parametrize(("n", "printed"), [(58, {"p50"}), (59, {"p50", "p95"})])
def test_s02_quantiles_are_printed_from_their_smallest_n(pile, n, printed):
    analysis = pile.csv("a.csv", speeds(n)).analysis()
    assert {fact.statistic for fact in of(analysis)} & {"p50", "p95", "p99"} == printed


def test_s04_rates_are_total_over_total(pile):
    pile.csv("a.csv", [{"model": "m", "eval_count": 100, "eval_s": 1, "tokens_s": 100},
                       {"model": "m", "eval_count": 100, "eval_s": 4, "tokens_s": 25}])
    (fact,) = of(pile.analysis(), statistic="rate")
    assert fact.value == pytest.approx(40)  # the plain mean is 62.5


def test_s05_ratios_are_of_means_and_never_averaged(pile):
    for name, mean in (("a", 5.0), ("b", 2.0)):
        pile.json(f"{name}.json", planted.backends(0, eager=10.0, jit=mean))
    ratios = [fact for fact in pile.analysis().facts if fact.statistic == "ratio"]
    assert sorted(fact.value for fact in ratios) == pytest.approx([2.0, 5.0])
    assert {fact.estimator for fact in ratios} == {
        "mean iteration time of the base / mean iteration time"}


@pytest.mark.parametrize("n", [3, 10, 30])
def test_s06_a_mean_carries_an_interval_and_its_method(pile, n):
    (fact,) = of(pile.csv("a.csv", speeds(n)).analysis(), statistic="mean",
                   topic="performance")
    assert fact.interval and fact.interval.low <= fact.value <= fact.interval.high
    assert fact.interval.level == 0.95 and fact.interval.method


def test_s07_plain_t_only_where_normality_was_tested_and_not_refused(pile):
    methods = {}
    for n in (5, 10, 40):
        (fact,) = of(pile.csv("a.csv", speeds(n)).analysis(), statistic="mean",
                   topic="performance")
        methods[n] = fact.interval.method
    assert methods[40] == "t" and "widened" in methods[5] and "widened" in methods[10]


def test_s08_no_difference_is_said_where_none_is_shown(pile, look):
    rows = [one | {"threads": at % 3} for at, one in enumerate(speeds(30))]
    (text,) = look.texts(pile.csv("a.csv", rows).analysis(), "sweep")
    assert "indistinguishable" in text


def test_s09_the_number_of_tests_is_said(look):
    analysis = planted.analysed(planted.planted("sweep-factor", 1))
    (text, *_) = look.texts(analysis, "sweep-factor")
    assert "p-values adjusted for all" in text


def test_s23_values_of_two_machines_are_never_one_group(pile):
    pile.csv("a.csv", speeds(5, device="A") + speeds(5, device="B"))
    found = of(pile.analysis(), statistic="mean")
    assert [(fact.n, fact.scope["device"]) for fact in found] == [(5, "A"), (5, "B")]


def test_s27_pictures_hold_the_single_values_and_the_interval(pile):
    (chart, *_) = pile.csv("a.csv", speeds(9)).analysis().charts
    (bar,) = chart.bars
    assert len(bar.points) == 9 and bar.low < bar.estimate < bar.high


def test_s28_the_base_of_a_ratio_is_named_with_its_value(pile, look):
    pile.json("a.json", planted.backends(0, eager=10.0, jit=5.0))
    (text,) = look.texts(pile.analysis(), "compile-payback")
    assert text.startswith("Against eager at 10 ms an iteration") and "2 times the speed" in text


def test_s10_an_interval_is_over_runs_and_not_over_their_requests(pile):
    rng = np.random.default_rng(3)
    levels = (45.0, 50.0, 55.0, 60.0)
    rows = [{"model": "m", "run": f"run {at}", "tokens_s": level + float(rng.normal(0, 0.1))}
            for at, level in enumerate(levels) for _ in range(20)]
    (fact,) = of(pile.csv("a.csv", rows).analysis(), statistic="mean", topic="performance")
    means = [np.mean([row["tokens_s"] for row in rows if row["run"] == f"run {at}"])
             for at in range(4)]
    half = 3.182446 * np.std(means, ddof=1) / 2  # t of 3 degrees of freedom, four runs
    assert fact.n == 80 and "over 4 runs" in fact.interval.method
    assert fact.interval.high - fact.value >= half * 0.999
    two = of(pile.csv("a.csv", rows[:40]).analysis(), statistic="mean", topic="performance")
    assert two[0].interval is None

"""Facts of groups: the right estimator, the right interval, derived again from the dataset."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from scipy import stats as scipy_stats

from baseline_collector import slots


def performance(analysis, metric, statistic=None):
    return [
        fact
        for fact in analysis.facts
        if fact.metric == metric
        and fact.topic == "performance"
        and statistic in (None, fact.statistic)
    ]


def test_one_value_has_no_interval_and_no_spread(pile, look):
    pile.csv("a.csv", [{"model": "m", "ttft_s": 0.25}])
    fact = look.only(performance(pile.analysis(), "time_to_first_token"))
    assert (fact.statistic, fact.value, fact.n, fact.interval) == ("value", 0.25, 1, None)


def test_two_values_have_a_range_and_no_interval(pile, look):
    pile.csv("a.csv", [{"model": "m", "ttft_s": value} for value in (0.25, 0.5)])
    found = {fact.statistic: fact for fact in performance(pile.analysis(), "time_to_first_token")}
    assert set(found) == {"mean", "min", "max"}
    assert found["mean"].value == 0.375
    assert all(fact.interval is None for fact in found.values())


def test_the_interval_holds_the_t_interval(pile, look):
    values = [0.2, 0.21, 0.19, 0.22, 0.2, 0.21, 0.2, 0.19]
    pile.csv("a.csv", [{"model": "m", "ttft_s": value} for value in values])
    (fact,) = performance(pile.analysis(), "time_to_first_token", "mean")
    low, high = scipy_stats.t.interval(0.95, 7, np.mean(values), scipy_stats.sem(values))
    assert fact.interval.low <= low + 1e-3 and high - 1e-3 <= fact.interval.high
    assert fact.interval.low < fact.value < fact.interval.high


@pytest.mark.parametrize(
    ("n", "quantiles"),
    [(4, set()), (5, {"p50"}), (58, {"p50"}), (59, {"p50", "p95"}), (299, {"p50", "p95", "p99"})],
)
def test_quantiles_from_the_n_that_allows_them(pile, n, quantiles):
    pile.csv("a.csv", [{"model": "m", "ttft_s": 0.1 + at / 1000} for at in range(n)])
    found = {fact.statistic for fact in performance(pile.analysis(), "time_to_first_token")}
    assert {name for name in found if name.startswith("p")} == quantiles


def test_a_rate_is_total_over_total_where_the_parts_agree(pile, look):
    rows = [
        {"model": "m", "eval_count": count, "eval_s": took, "tokens_s": count / took}
        for count, took in ((100, 2.0), (10, 1.0), (1000, 4.0))
    ]
    pile.csv("a.csv", rows)
    (fact,) = performance(pile.analysis(), "output_throughput", "rate")
    assert fact.value == pytest.approx(1110 / 7)
    assert fact.value != pytest.approx(np.mean([50, 10, 250]))


def test_it_is_a_mean_where_they_disagree(pile, look):
    rows = [
        {
            "model": "m",
            "eval_count": count,
            "prompt_eval_s": 1.0,
            "eval_s": took,
            "tokens_s": count / (took + 1),
        }
        for count, took in ((100, 2.0), (10, 1.0), (1000, 4.0))
    ]
    assert performance(pile.csv("a.csv", rows).analysis(), "output_throughput", "mean")


def test_reported_means_are_told_only_where_no_samples_are(pile):
    pile.csv("a.csv", [{"model": "m", "mean_ttft_s": 9.0}]).csv(
        "b.csv", [{"model": "m", "ttft_s": value} for value in (0.25, 0.5)]
    )
    assert not [
        fact for fact in performance(pile.analysis(), "time_to_first_token") if fact.value == 9.0
    ]


def meaning(analysis, look):
    """Facts and findings as texts with values, free of ids and of the order of entry."""
    shown = [
        (
            look.told(analysis, fact.statement.replace("{" + fact.id + "}", "#")),
            fact.statistic,
            f"{fact.value:.9g}" if not isinstance(fact.value, str) else fact.value,
            fact.n,
        )
        for fact in analysis.facts
    ]
    return sorted(map(str, shown)), sorted(
        look.told(analysis, f"{one.title} {one.recommendation}") for one in analysis.findings
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_and_files_changes_nothing(pile, look, seed):
    order = random.Random(seed)
    rows = [
        {
            "model": model,
            "threads": threads,
            "device": device,
            "ttft_s": 0.1 + at / 50,
            "tokens_s": 30.0 + at * threads,
            "error": "boom" if at == 2 else "",
        }
        for model in "ab"
        for threads in (1, 2, 4)
        for device in ("cpu", "gpu")
        for at in range(4)
    ]
    pile.csv("x.csv", rows).csv("y.csv", rows[:7]).json("z.json", {"results": rows[8:20]})
    pile.json("t.json", {"samples": [{"power_w": 0, "cpu_percent": at} for at in range(4)]})
    _, collected = pile.ingested()
    table, outcomes = pile.table(), collected.outcomes()
    whole = meaning(look.analyse(table, collected.artifacts, (), outcomes), look)
    rows_at = list(range(table.num_rows))
    order.shuffle(rows_at)
    files = list(collected.artifacts)
    order.shuffle(files)
    shuffled = dict(order.sample(sorted(outcomes.items()), len(outcomes)))
    # Within a series the order is when things happened; here nothing depends on it.
    again = meaning(look.analyse(table.take(rows_at), files, (), shuffled), look)
    assert again == whole


def test_texts_hold_no_digit_and_slots_that_exist(pile):
    pile.csv(
        "a2.csv",
        [
            {
                "model": "m 7b",
                "threads": at % 3 + 1,
                "prompt": f"p{at % 2}",
                "ttft_s": 0.5 + at,
                "tokens_s": 5 + at,
                "load_s": 9 if at == 0 else 0.1,
                "error": "E 404" if at == 5 else "",
            }
            for at in range(24)
        ],
    )
    pile.json("t3.json", {"samples": [{"fan_speed": 0}] * 4})
    analysis = pile.analysis()
    facts = {fact.id: fact for fact in analysis.facts}
    names = {name.id for name in analysis.names}
    every = [fact.statement for fact in analysis.facts] + [
        text for one in analysis.findings for text in (one.title, one.recommendation)
    ]
    for text in every:
        assert not re.search(r"\d", slots.plain(text)), text
        assert set(slots.ids(text)) <= facts.keys() | names
        assert "  " not in text and "{}" not in text
    for one in analysis.findings:
        assert one.recommendation.endswith(".") and one.title.endswith("."), one
        assert set(slots.ids(one.title)) & facts.keys() <= set(one.facts)


def test_no_share_of_right_answers_is_over_all(pile):
    pile.csv("a.csv", [{"model": "m", "accuracy": right} for right in (1, 1, 1, 0, 1, 1, 0, 1)])
    (fact,) = [one for one in pile.analysis().facts
               if one.metric == "accuracy" and one.statistic == "mean"]
    assert fact.value == 0.75 and fact.interval.high == 1.0
    assert fact.interval.method.endswith("cut to possible values")

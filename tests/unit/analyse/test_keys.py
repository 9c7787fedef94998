"""Facts about keys: counts and ranges as written, means of like values only."""

from __future__ import annotations

import pytest


def of_key(pile, key):
    return {
        "failed" if fact.statement.startswith("Numbers under") else fact.statistic: fact.value
        for fact in pile.analysis().facts
        if fact.scope.get("key") == key
    }


ROWS = [
    {"model": "m", "ttft_s": value, "error": error}
    for value, error in ((0.2, ""), (0.4, ""), (9.0, "boom"))
]


def test_range_as_written_mean_without_failed(pile):
    assert of_key(pile.csv("a.csv", ROWS), "ttft_s") == pytest.approx(
        {"count": 3, "min": 0.2, "max": 9.0, "failed": 1, "mean": 0.3}
    )


def test_quarantined_values_are_in_no_range(pile):
    rows = [{"model": "m", "ttft_s": value} for value in (0.2, 0.4, -5.0, "inf")]
    assert of_key(pile.csv("a.csv", rows), "ttft_s") == pytest.approx(
        {"count": 2, "min": 0.2, "max": 0.4, "mean": 0.3}
    )


@pytest.mark.parametrize("column", ["model", "device", "threads", "phase", "quantization"])
def test_no_mean_over_unlike_values(pile, column):
    rows = [
        {"model": "m", "ttft_s": 0.1 + at}
        | {column: (at + 1) if column == "threads" else ("cold", "warm")[at % 2]}
        for at in range(4)
    ]
    assert "mean" not in of_key(pile.csv("a.csv", rows), "ttft_s")


def test_no_mean_of_one(pile):
    assert "mean" not in of_key(pile.csv("a.csv", ROWS[:1]), "ttft_s")


def test_no_mean_of_means(pile):
    rows = [{"model": "m", "mean_ttft_s": 0.1 + at} for at in range(4)]
    found = of_key(pile.csv("a.csv", rows), "mean_ttft_s")
    assert found and "mean" not in found


def test_a_key_with_two_units_is_not_told(pile):
    text = "A perfectly fine answer that runs on for quite a while and says something."
    words = {
        "model": "m",
        "results": [{"response": text, "tokens": len(text.split()), "tokens_per_second": 14.5}],
    }
    real = {"model": "m", "results": [{"response": text, "tokens": 20, "tokens_per_second": 15.5}]}
    pile.json("a.json", words).json("b.json", real)
    assert of_key(pile, "results[].tokens_per_second") == {}


def test_the_choice_of_keys_does_not_hang_on_their_order(pile):
    names = [f"part{at}" for at in range(9)]
    for order in (names, names[::-1]):
        document = {"results": [{name: {"ttft_s": 0.5 + at} for name in order} for at in range(2)]}
        pile.json("a.json", document)
        keys = {
            fact.scope["key"] for fact in pile.analysis().facts if fact.scope.get("of") == "key"
        }
        assert keys == {f"results[].part{at}.ttft_s" for at in range(3)}

"""The stage: what it gives for nothing, for little, and in which order."""

from __future__ import annotations

import re

from baseline_collector.analyse.stage import analyse
from baseline_collector.dataset import MEASUREMENTS


def test_an_empty_heap_is_no_error():
    analysis = analyse(MEASUREMENTS.empty_table(), ())
    assert analysis.findings == () and analysis.charts == ()
    assert all(fact.value in (0, 0.0) for fact in analysis.facts)


def test_findings_come_by_severity(pile):
    pile.csv(
        "a.csv",
        [
            {"model": "m", "tokens_s": 5, "error": "boom"},
            {"model": "m", "tokens_s": 6, "error": ""},
        ],
    )
    pile.json("t.json", {"samples": [{"fan_speed": 0}] * 4})
    found = [finding.severity for finding in pile.analysis().findings]
    order = ("critical", "warning", "notice", "info")
    assert found == sorted(found, key=order.index) and len(set(found)) > 1


def test_the_same_heap_gives_the_same_analysis(pile):
    pile.csv("a.csv", [{"model": "m", "threads": at, "tokens_s": 5 + at} for at in range(9)])
    assert pile.analysis() == pile.analysis()


def test_the_counts_of_numbers_add_up(pile):
    pile.csv(
        "a.csv",
        [
            {"model": "m", "tokens_s": 5, "odd_thing": 3, "threads": 2, "error": ""},
            {"model": "m", "tokens_s": -6, "odd_thing": 4, "threads": 2, "error": ""},
            {"model": "m", "tokens_s": 6, "odd_thing": 4, "threads": 2, "error": "x"},
        ],
    )
    found = {
        fact.scope["which"]: fact.value
        for fact in pile.analysis().facts
        if fact.scope.get("of") == "values"
    }
    whole = found.pop("numbers")
    assert whole == sum(found.values()) == 9
    assert found["failed"] == 2 and found["quarantined"] == 1


def test_the_inventory_reads_as_english_for_one_and_for_many(pile, look):
    one = pile.json("a.json", {"x": 1}).analysis()
    told = [look.told(one, fact.statement) for fact in one.facts if fact.topic == "inventory"]
    assert any(re.match(r"1 file holds ", text) for text in told), told
    many = pile.json("b.json", {"x": 2}).analysis()
    told = [look.told(many, fact.statement) for fact in many.facts if fact.topic == "inventory"]
    assert any(re.match(r"2 files hold ", text) for text in told), told

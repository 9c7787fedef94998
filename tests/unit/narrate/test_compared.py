"""Comparison words come from the two facts, or there is no comparison."""

import dataclasses

import pytest

from baseline_collector.model import Analysis, Interval
from baseline_collector.narrate import narrate
from baseline_collector.narrate.compared import pairs, unlike, word
from baseline_collector.narrate.door import admit, refusal
from baseline_collector.narrate.plan import FINDINGS, PERFORMANCE, Sentence, gather


@pytest.fixture
def alike(analysis):
    """F4 and F5 are the throughput of two models; F4 is the higher, its interval apart."""
    facts = {fact.id: fact for fact in analysis.facts}
    facts["F4"] = dataclasses.replace(facts["F4"], value=77.2, interval=Interval(76, 78, .95, "t"))
    facts["F5"] = dataclasses.replace(facts["F5"], value=46.7, interval=Interval(46, 47, .95, "t"))
    return gather(Analysis(tuple(facts.values()), analysis.findings, analysis.names))


def said(material, text, about="F4 F5", section=PERFORMANCE):
    accepted, refused = admit([Sentence(section, text, about)], material, set())
    return accepted[0].text if accepted else refused[0].reason.split(":")[0]


def test_the_word_is_written_by_code(alike):
    text = "The mean throughput of {N1} is {F4}, {cmp:F4,F5} than {N2} at {F5}."
    assert said(alike, text) == (
        "The mean throughput of {N1} is {F4}, higher than {N2} at {F5}.")
    turned = "The mean throughput of {N2} is {F5}, {cmp:F5,F4} than {N1} at {F4}."
    assert said(alike, turned) == (
        "The mean throughput of {N2} is {F5}, lower than {N1} at {F4}.")


@pytest.mark.parametrize(("first", "second", "unit", "expected"), [
    ((77, 76, 78), (47, 46, 48), "tok/s", "higher than"),
    ((47, 46, 48), (77, 76, 78), "tok/s", "lower than"),
    ((0.07, 0.06, 0.08), (2.3, 2.2, 2.4), "s", "shorter than"),
    ((2.3, 2.2, 2.4), (0.07, 0.06, 0.08), "s", "longer than"),
    ((77, 70, 84), (72, 69, 75), "tok/s", "indistinguishable from"),
    ((77, 77, 77), (77, 77, 77), "tok/s", "indistinguishable from"),
])
def test_words_by_direction_unit_and_interval(analysis, first, second, unit, expected):
    def made(id_, value, low, high):
        return dataclasses.replace(analysis.facts[3], id=id_, value=value, unit=unit,
                                   interval=Interval(low, high, 0.95, "t"))
    assert word(made("F1", *first), made("F2", *second)) == expected


@pytest.mark.parametrize("change", [
    {"metric": "latency"}, {"statistic": "median"}, {"unit": "s"}, {"value": "text"},
    {"statistic": "max"}, {"scope": {"model": "gemma3:270m", "phase": "cold"}},
    {"scope": {"model": "gemma3:1b"}}, {"topic": "cold_start"}, {"metric": None},
    {"interval": None},
])
def test_unlike_facts_are_refused(alike, change):
    assert unlike(alike.facts["F4"], alike.facts["F5"]) == ""
    assert unlike(alike.facts["F4"], dataclasses.replace(alike.facts["F5"], **change))


@pytest.mark.parametrize("text", [
    "The mean throughput of {N2} is {F5}, {cmp:F4,F5} than {N1} at {F4}.",   # points the wrong way
    "The mean throughput of {N1} is {F4}, {cmp:F4,F8} than {F8}.",           # unlike
    "The mean throughput of {N1} is {F4}, {cmp:F4,F4} than {F4}.",
    "The mean throughput of {N1} is {F4}, {cmp:F4,F5} than {F5}.",           # of what?
    "The mean throughput is {F4}, {cmp:F4,F5} than {N2} at {F5} and {F4}.",
    "{cmp:F4,F5} than {N2} at {F5}.",
    "The mean throughput of {N1} is {F4}, {cmp:F4,F5} than {N2} at {F5}, {cmp:F4,F5} than {F5}.",
])
def test_a_comparison_that_does_not_hold_is_refused(alike, text):
    assert said(alike, text) == "comparison"


@pytest.mark.parametrize(("text", "reason"), [
    ("The mean throughput of {N2} is {F4}, {cmp:F4,F5} than {N2} at {F5}.", "name"),
    ("The fast mean throughput of {N1} is {F4}, {cmp:F4,F5} than {N2} at {F5}.", "quality"),
    ("The mean throughput of {N1} is {F4}, {cmp:F4,F5} than {N2} at 5 or {F5}.", "digit"),
    ("The mean throughput of {N1} is {F4}, {cmp:F4,F5} than twice {N2} at {F5}.", "number word"),
    ("The mean throughput of {N1} is {F4}, {cmp:F4,F99} than {N2} at {F5}.", "unknown slot"),
    ("The mean throughput of {N1} is {F4}, {cmp:F4,F5} {N2} at {F5}.", "digit"),
])
def test_both_sides_go_through_the_door(alike, text, reason):
    assert said(alike, text) == reason


def test_findings_do_not_compare_on_their_own(alike):
    text = "The mean throughput of {N1} is {F4}, {cmp:F4,F5} than {N2} at {F5}."
    assert refusal(Sentence(FINDINGS, text, "R1"), alike).startswith("comparison")


def test_what_may_be_compared_is_offered_and_shown(alike, scripted):
    written = [{"about": "F4 F5", "text": "The mean throughput of {N1} is {F4}, {cmp:F4,F5} than "
                "{N2} at {F5}."}]
    llm = scripted([lambda ask: {"sentences": written if "performance" in ask.purpose else []}],
                   size=4_300_000_000)
    analysis = Analysis(tuple(alike.facts.values()), (), tuple(alike.names.values()))
    found = narrate(analysis, llm=llm, persona="", timeout_s=5.0)
    ask = next(ask for ask in llm.asked if ask.purpose == "analysis: performance")
    assert "To compare: F4 with F5" in ask.prompt
    assert "\nF5 performance: The mean throughput of {N2}" in ask.prompt
    assert found.sections[2].blocks[0].items[0].startswith(
        "The mean throughput of {N1} is {F4}, higher than {N2} at {F5}.")


def test_pairs_are_of_facts_that_are_alike(alike):
    assert pairs(alike.topics("performance"), 4) == (("F4", "F5"),)

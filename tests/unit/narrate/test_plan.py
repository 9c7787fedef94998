"""The analysis sorted for writing."""

import dataclasses

from baseline_collector.model import Analysis
from baseline_collector.narrate.plan import ended, folded, gather, rests_on


def test_findings_are_numbered_most_severe_first(analysis):
    found = gather(analysis).findings
    assert [finding.id for finding in found] == ["R1", "R2", "R3", "R4", "R5", "R6"]
    assert [finding.rule for finding in found] == ["R1", "R2", "R5", "R3", "R6", "R7"]


def test_facts_of_a_topic_come_heaviest_first(analysis):
    assert [fact.id for fact in gather(analysis).topics("inventory")] == ["F1", "F2"]
    assert [fact.id for fact in gather(analysis).topics("performance")][:2] == ["F4", "F5"]


def test_one_topic_does_not_fill_the_summary(analysis):
    broken = [dataclasses.replace(analysis.findings[1], severity="warning") for _ in range(9)]
    material = gather(Analysis(analysis.facts, (*broken, *analysis.findings), analysis.names))
    assert {finding.topic for finding in material.leading(4)} == {
        "failure", "telemetry", "cold_start", "quality"}


def test_a_recommendation_given_twice_is_one(analysis):
    assert len(gather(analysis).advised()) == 4


def test_a_finding_rests_on_what_it_names_too(analysis):
    finding = dataclasses.replace(analysis.findings[0], facts=("F12",), title="{F3} and {N1}.")
    assert rests_on(finding) == {"F12", "F3"}


def test_sentences_are_compared_by_their_words():
    assert folded("The  Heap holds {F1}. ") == folded("the heap holds {f1}")
    assert ended("A line") == "A line."
    assert ended("A line: ") == "A line:"

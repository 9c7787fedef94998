"""The real embedded SmolLM2 writes: it chooses, and the door holds."""

import dataclasses

import pytest

from baseline_collector import slots
from baseline_collector.llm import catalogue
from baseline_collector.llm.embedded import Embedded, installed
from baseline_collector.model import Analysis, Fact, Finding, Interval, Name
from baseline_collector.narrate import DEFAULT_PERSONA, SECTIONS, check_writing, narrate

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not installed(), reason="the extra embedded is not installed"),
    pytest.mark.skipif(
        catalogue.path_of(catalogue.DEFAULT) is None,
        reason="no weights in the cache: baseline models fetch",
    ),
]

BUDGET = 2000


def analysis() -> Analysis:
    facts = [
        fact("F1", "The heap holds {F1} files.", topic="inventory"),
        fact("F2", "{F2} of the files are CSV.", topic="inventory"),
        fact("F3", "{F3} numeric values were read.", topic="ingestion"),
        fact("F4", "{F4} calls failed although their file calls them a success.", topic="failure"),
        fact("F5", "{N9} reads the same in {F5} samples.", topic="telemetry"),
    ]
    for at in range(8):
        for step, metric in enumerate(("throughput", "time_to_first_token", "load_duration")):
            id_ = f"F{10 + at * 3 + step}"
            facts.append(
                fact(
                    id_,
                    f"The mean {metric.replace('_', ' ')} of {{N{at + 1}}} is {{{id_}}}.",
                    metric=metric,
                    statistic="mean",
                    n=12,
                    scope={"model": f"model {at}"},
                    interval=Interval(1.0, 2.0, 0.95, "t"),
                    weight=float(at),
                )
            )
    findings = (
        Finding(
            "R1-1",
            "R1",
            "critical",
            facts[3].statement,
            ("F4",),
            "Repeat the failed calls.",
            "failure",
        ),
        Finding(
            "R2-1",
            "R2",
            "warning",
            facts[4].statement,
            ("F5",),
            "Check that the telemetry is read during the run.",
            "telemetry",
        ),
    )
    names = (
        *(Name(f"N{at + 1}", "model", f"model {at}") for at in range(8)),
        Name("N9", "key", "gpu[0].fan_speed"),
    )
    return Analysis(tuple(facts), findings, names)


def fact(id_, statement, **given) -> Fact:
    plain = Fact(id_, statement, None, "count", 5.0, None, None, None, "as given", {}, ())
    return dataclasses.replace(plain, **given)


@pytest.fixture(scope="module")
def llm():
    with Embedded(catalogue.path_of(catalogue.DEFAULT)) as model:
        yield model


def test_it_chooses_within_budget_and_nothing_wrong_is_printed(llm):
    found = narrate(analysis(), llm=llm, persona=DEFAULT_PERSONA, timeout_s=240.0)
    assert [call.purpose for call in found.calls if "again" not in call.purpose] == [
        "analysis: summary", "report: findings", "report: recommendations"]
    assert all(call.prompt_tokens + call.tokens_generated <= BUDGET for call in found.calls)
    assert found.accepted >= 5, found.rejected
    assert [section.name for section in found.sections] == list(SECTIONS)
    printed = [
        text
        for section in found.sections
        for block in section.blocks
        if block.kind != "code"
        for text in block.items
    ]
    assert not [text for text in printed if any(char.isnumeric() for char in slots.plain(text))]


def test_left_to_its_own_words_it_is_stopped_at_the_door(llm):
    check = check_writing(llm, timeout_s=240.0)
    assert not check.passed
    assert check.reason

"""The stage as a whole: a call a section, failures at each, and nothing hidden."""

import json

import pytest

from baseline_collector import slots
from baseline_collector.model import Analysis
from baseline_collector.narrate import DEFAULT_PERSONA, SECTIONS, narrate

ALONE = {"persona": DEFAULT_PERSONA, "timeout_s": 5.0}


def texts(narrative, *names):
    return [text for section in narrative.sections if not names or section.name in names
            for block in section.blocks if block.kind != "code"
            for text in (*block.items, *(cell for row in block.rows for cell in row))]


def sources(narrative):
    return {section.name[0]: section.source for section in narrative.sections}


def test_without_a_model_templates_write_everything(analysis):
    found = narrate(analysis, llm=None, note="no model asked for", **ALONE)
    assert [section.name for section in found.sections] == list(SECTIONS)
    assert set(sources(found).values()) == {"template"}
    assert (found.writer, found.accepted, found.calls) == ("templates", 0, ())
    assert found.note == "no model asked for"


SECTIONS_ASKED = ["analysis: summary", "analysis: ingestion", "analysis: performance",
                  "report: findings", "report: recommendations"]
LARGE = 4_300_000_000


def test_a_choosing_model_fills_one_section_after_the_other(analysis, scripted, grammar):
    llm, seen = scripted([grammar]), []
    found = narrate(analysis, llm=llm, on_call=seen.append, **ALONE)
    assert [ask.purpose for ask in llm.asked] == SECTIONS_ASKED
    assert list(found.calls) == seen
    assert found.writer == "scripted"
    assert found.accepted >= 10
    assert sources(found) == {"1": "model", "2": "model", "3": "model", "4": "model",
                              "5": "model", "6": "template"}
    assert "{F2} of the files are CSV." in texts(found, SECTIONS[0])[0]


def test_a_small_model_is_asked_for_few_sections(analysis, scripted, grammar):
    llm = scripted([grammar], size=135_000_000)
    found = narrate(analysis, llm=llm, **ALONE)
    assert [ask.purpose for ask in llm.asked] == [
        "analysis: summary", "report: findings", "report: recommendations"]
    assert sources(found)["3"] == "template"


@pytest.mark.parametrize(("size", "words"), [(None, True), (LARGE, True), (1_500_000_000, False)])
def test_who_may_word_is_a_matter_of_size(analysis, scripted, size, words):
    llm = scripted(["{}"], size=size)
    narrate(analysis, llm=llm, **ALONE)
    assert ("sentences" in llm.asked[0].schema["properties"]) is words


def test_a_choice_that_was_not_offered_is_asked_for_once_more(analysis, scripted, grammar):
    def wrong(ask):
        return {**grammar(ask), "inventory": "F1 is splendid", "measured": {"id": "F4"}}
    llm = scripted([wrong, grammar])
    found = narrate(analysis, llm=llm, **ALONE)
    assert [refusal.reason for refusal in found.rejected] == [
        "choice: not offered as inventory", "choice: not offered as measured"]
    assert [ask.purpose for ask in llm.asked][:2] == [
        "analysis: summary", "analysis: summary, again"]
    assert "Refused, write it otherwise:\n- F1 is splendid (choice:" in llm.asked[1].prompt
    assert "{F2} of the files are CSV." in texts(found, SECTIONS[0])[0]


def test_every_finding_is_printed_whatever_the_model_chooses(analysis, scripted, grammar):
    def silent(ask):
        return {"order": ["R4 advice"]} if "recomm" in ask.purpose else {}
    found = narrate(analysis, llm=scripted([silent]), **ALONE)
    heads = [bullet.split(":")[0] for bullet in texts(found, SECTIONS[3])]
    assert heads == [
        "What failed", "Critical", "What the numbers say", "Warning", "Info",
        "How far the numbers bear", "Notice",
        "What the records lack, repeat or leave unread", "Warning", "Info"]
    assert texts(found, SECTIONS[4])[0] == "Repeat the failed calls."
    assert "Repeat each configuration before comparing it." in texts(found, SECTIONS[4])


def test_the_model_orders_within_a_severity(analysis, scripted, grammar):
    def order(ask):
        wanted = {"order": ["R3 advice", "R2 advice", "R3 grounds"]}
        return wanted if "recomm" in ask.purpose else grammar(ask)
    found = narrate(analysis, llm=scripted([order]), **ALONE)
    advice = texts(found, SECTIONS[4])
    assert advice.index("Report cold and warm calls apart.") < advice.index(
        "Check that the telemetry is read during the run.")
    assert not [one for one in found.rejected if one.reason.startswith("repetition")]


WORDED = {
    "analysis: summary": [{"about": "F1", "text": "The heap contains {F1} files."},
                          {"about": "F2", "text": "{F2} of the files are CSV."},
                          {"about": "F1", "text": "There are 101 files."}, "nonsense"],
    "analysis: performance": [
        {"about": "F4", "text": "The fast mean throughput is {F4}."},
        {"about": "F5", "text": "The mean throughput of {N2} is {F5}."}],
    "report: findings": [{"about": "R1", "text": "{F10} calls failed."}],
    "report: recommendations": [{"about": "R1", "text": "Repeat the calls that failed."}],
}


def worded(ask):
    return {"sentences": WORDED.get(ask.purpose.removesuffix(", again"), [])}


def test_free_sentences_pass_the_door_one_by_one(analysis, scripted):
    found = narrate(analysis, llm=scripted([worded], size=LARGE), **ALONE)
    assert found.accepted == 5
    reasons = [refusal.reason.split(":")[0] for refusal in found.rejected]
    assert {"answer", "digit", "quality"} <= set(reasons)
    assert sources(found) == {"1": "model", "2": "template", "3": "model", "4": "model",
                              "5": "model", "6": "template"}
    assert "Critical: {F10} calls failed." in texts(found, SECTIONS[3])


def test_what_is_refused_is_asked_for_once_more_and_then_dropped(analysis, scripted):
    llm = scripted([{"sentences": [{"about": "F1", "text": "There are 101 files."}]},
                    {"sentences": [{"about": "F1", "text": "There are 102 files."}]}, {}],
                   size=LARGE)
    found = narrate(analysis, llm=llm, **ALONE)
    assert [ask.purpose for ask in llm.asked][:3] == [
        "analysis: summary", "analysis: summary, again", "analysis: ingestion"]
    assert [one.text for one in found.rejected][:2] == [
        "There are 101 files.", "There are 102 files."]
    assert "it chose among ours from the summary on" in found.note
    assert "enum" in llm.asked[2].schema["properties"]["inventory"]


@pytest.mark.parametrize("calls", [0, 1])
def test_a_model_that_fails_leaves_templates_and_a_note(analysis, scripted, grammar, gone, calls):
    found = narrate(analysis, llm=scripted([grammar] * calls + [gone]), **ALONE)
    assert len(found.calls) == calls
    assert "the server closed the stream" in found.note
    assert sources(found)["4"] == "template"
    assert sources(found)["1"] == ("model" if calls else "template")
    assert found.writer == ("scripted" if calls else "templates")


def test_a_timeout_is_a_failure_like_any_other(analysis, scripted):
    found = narrate(analysis, llm=scripted([TimeoutError("too slow")]), **ALONE)
    assert found.writer == "templates"
    assert "too slow" in found.note


@pytest.mark.parametrize("answer", ["", "no json", "[]", "null", '{"summary": 7}', "[" * 90000,
                                    '{"summary": {"inventory": 3}}', '"{F1}"'])
def test_an_answer_that_is_no_answer_is_refused_whole(analysis, scripted, answer):
    for free in (False, True):
        found = narrate(analysis, llm=scripted([answer]), free_writing=free, **ALONE)
        assert found.accepted == 0
        assert found.rejected
        assert len(found.calls) == 10
        assert "no sentence of the model could be printed" in found.note


def test_with_nothing_to_say_the_model_is_not_asked(scripted):
    llm = scripted([])
    found = narrate(Analysis((), (), ()), llm=llm, **ALONE)
    assert not llm.asked
    assert "nothing to ask" in found.note
    assert all(section.blocks for section in found.sections)


def test_the_same_twice(analysis, scripted, grammar):
    first, second = (narrate(analysis, llm=scripted([grammar]), **ALONE)
                     for _ in range(2))
    assert first == second


def test_no_digit_outside_a_slot(analysis, scripted, grammar):
    for llm in (None, scripted([grammar])):
        for text in texts(narrate(analysis, llm=llm, **ALONE)):
            assert not any(char.isnumeric() for char in slots.plain(text)), text


def test_json_answers_may_hold_anything_without_harm(analysis, scripted, hostile):
    evil = json.dumps({"sentences": [{"about": hostile, "text": hostile}] * 50})
    found = narrate(analysis, llm=scripted([evil]), free_writing=True, **ALONE)
    assert found.accepted == 0
    assert hostile not in " ".join(texts(found))

"""The exam that decides whether a model may word sentences itself."""

import pytest

from baseline_collector.errors import ModelError
from baseline_collector.narrate import check_writing

GOOD = [
    {"about": "F1", "text": "The mean throughput of {N1} is {F1}."},
    {"about": "F2", "text": "The data shows a mean time to first token of {F2} for {N1}."
     .replace(" for {N1}", "")},
    {"about": "F3", "text": "The maximum memory of {N1} is {F3}."},
    {"about": "F4", "text": "{F4} files were read."},
]
BAD = {"about": "F1", "text": "The speed of speed is {F1}."}


def answered(items):
    return {"sentences": items}


@pytest.mark.parametrize(("items", "passed"), [
    (GOOD, True),
    ([*GOOD, BAD], True),
    ([*GOOD, BAD, BAD], False),
    ([*GOOD[:3], BAD], False),
    ([GOOD[0]] * 6, False),
    ([], False),
    ([{"about": "F1", "text": f"{lead} the mean throughput of {{N1}} is {{F1}}."}
      for lead in ("Here", "Also", "Together", "Overall", "In the data")], False),
])
def test_four_of_five_about_three_facts(scripted, items, passed):
    found = check_writing(scripted([answered(items)]))
    assert found.passed is passed
    assert bool(found.reason) is not passed
    assert len(found.sentences) + len(found.refused) == len(items)


def test_it_asks_once_and_says_so(scripted):
    llm = scripted(["no json"])
    found = check_writing(llm)
    assert [ask.purpose for ask in llm.asked] == ["check"]
    assert found.call is not None
    assert found.score == 0.0


def test_a_model_that_does_not_answer_is_the_callers_to_see(scripted, gone):
    with pytest.raises(ModelError):
        check_writing(scripted([gone]))


def test_a_window_too_small_fails_without_a_call(scripted):
    llm = scripted([], window=100)
    assert check_writing(llm).reason == "the context window is too small"
    assert not llm.asked

"""The pattern of a sentence: what the door lets through fits, and no digit or number word does."""

import json
import re

import pytest

from baseline_collector.narrate.lexical import comparison, sentence
from baseline_collector.narrate.lexicon import NUMBER
from baseline_collector.narrate.plan import gather

FITS = [
    ("F4", "The mean throughput of {N1} is {F4} over {F4.n} runs."),
    ("F4", "For {N1}, the mean throughput covers {F4.n} runs."),
    ("F4", "The interval of the mean throughput is {F4.low} to {F4.high}."),
    ("F8", "The mean time to first token of {N1} is {F8}."),
    ("F1", "The heap holds {F1} files."),
    ("R1", "{F10} calls failed although their file calls them a success."),
    ("R1", "Repeat the failed calls."),
]


@pytest.fixture
def material(analysis):
    return gather(analysis)


@pytest.mark.parametrize(("about", "text"), FITS)
def test_true_sentences_fit(material, about, text):
    assert re.fullmatch(sentence(about, material), text)


@pytest.mark.parametrize("put", [*sorted(NUMBER), "4", "41", "F4", "x", "IV", "½", "http", "**"])
def test_no_digit_and_no_number_word_fits(material, put):
    for about in ("F1", "F4", "R1"):
        pattern = sentence(about, material)
        for text in (f"The data shows {put} files of {{F1}}.", f"{put.capitalize()} data is here.",
                     f"The mean is {{F4}} {put}."):
            assert not re.fullmatch(pattern, text), text


@pytest.mark.parametrize("text", [
    "The mean throughput of {N2} is {F4}.",      # a name of another fact
    "The mean throughput of {N1} is {F5}.",
    "The mean throughput of {N1} is {F4.low}.",  # the ends of an interval come together
    "The heap holds {F4}",
    "the mean throughput of {N1} is {F4}.",
    "The mean  throughput of {N1} is {F4}.",
])
def test_what_the_fact_does_not_hold_does_not_fit(material, text):
    assert not re.fullmatch(sentence("F4", material), text)


def test_a_comparison_names_each_fact_on_its_own_side(material):
    pattern = comparison("F4", "F5", material)
    text = "The mean throughput of {N1} is {F4}, {cmp:F4,F5} than {N2} at {F5}."
    assert re.fullmatch(pattern, text)
    for wrong in (text.replace("{cmp:F4,F5}", "higher"), text.replace("{N2}", "{N1}"),
                  text.replace("{cmp:F4,F5}", "{cmp:F5,F4}"), text.replace("{F4}", "{F5}")):
        assert not re.fullmatch(pattern, wrong)


def test_llama_cpp_takes_it(material):
    xllamacpp = pytest.importorskip("xllamacpp", reason="the extra `embedded` is not installed")
    for about in ("F1", "F4", "R1"):
        schema = {"type": "string", "pattern": sentence(about, material)}
        assert xllamacpp.json_schema_to_grammar(json.dumps(schema))

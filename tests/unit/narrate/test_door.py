"""The door: what passes, what does not, and that the reason given is the right one."""

import dataclasses

import pytest

from baseline_collector.model import Analysis, Finding
from baseline_collector.narrate.door import admit, refusal, refused
from baseline_collector.narrate.plan import (
    EXECUTIVE,
    FINDINGS,
    PERFORMANCE,
    RECOMMENDATIONS,
    Sentence,
    gather,
)

REFUSED = [
    # digits, in whatever shape
    ("The mean throughput of {N1} is 41 or {F4}.", "digit"),
    ("The mean throughput of {N1} is {F4}².", "digit"),
    ("The mean throughput of {N1} is {F4} or ４１.", "digit"),
    ("The mean throughput is ٤٢ and {F4}.", "digit"),
    ("The mean throughput is Ⅻ and {F4}.", "digit"),
    ("The mean throughput is ½ of {F4}.", "digit"),
    ("The mean throughput is ① and {F4}.", "digit"),
    ("The mean throughput is 三 and {F4}.", "digit"),
    ("The mean throughput is XII and {F4}.", "digit"),
    ("The mean throughput is MCM at {F4}.", "digit"),
    ("F4 is the mean throughput {F4}.", "digit"),
    # number words
    ("The mean throughput of {N1} is one {F4}.", "number word"),
    ("There are two mean throughput runs in {F4}.", "number word"),
    ("The mean throughput is half of {F4}.", "number word"),
    ("The mean throughput is twice {F4}.", "number word"),
    ("The mean throughput doubled to {F4}.", "number word"),
    ("A third of the mean throughput is {F4}.", "number word"),
    ("A dozen runs show the mean throughput {F4}.", "number word"),
    ("Hundreds of runs show the mean throughput {F4}.", "number word"),
    ("The mean throughput is twenty-one at {F4}.", "number word"),
    ("The mean throughput is {F4} percent.", "number word"),
    ("The majority of the mean throughput is {F4}.", "number word"),
    # slots
    ("The mean throughput of {N1} is {F99}.", "unknown slot"),
    ("The mean throughput of {N77} is {F4}.", "unknown slot"),
    ("The mean throughput of {N1.2} is {F4}.", "unknown slot"),
    ("The mean throughput is {F4.mean}.", "digit"),
    ("The mean throughput is {FX} and {F4}.", "unknown slot"),
    ("The mean throughput is {{F4}}.", "unknown slot"),
    ("The heap holds {F1} files over {F1.n} runs.", "slot field"),
    ("The heap holds {F1.low} files.", "slot field"),
    ("The mean throughput of {N1} is {F4.low}.", "slot field"),
    ("The mean throughput of {N1} is {F4.n}.", "slot field"),
    ("The mean throughput of {N1} is from {F4.high} to {F4.low}.", "slot field"),
    ("The mean throughput of {N1} is {F4.n} over {F4} runs.", "unit"),
    ("The mean throughput is shown.", "no fact"),
    ("The data of {N1} is shown here.", "no fact"),
    ("", "empty"),
    # numbers made of slots
    ("The mean throughput is {F4}{F5}.", "unit"),
    ("The mean throughput is {F4}.{F5}.", "unit"),
    ("The mean throughput is {F4}, {F5}.", "unit"),
    ("The mean throughput is -{F4}.", "unit"),
    ("The mean throughput is {F4}k.", "unit"),
    ("The mean throughput is ${F4}.", "markup"),
    ("The mean throughput is {F4}%.", "markup"),
    ("The mean throughput is minus {F4}.", "arithmetic"),
    ("The mean throughput is {F4} times the data.", "arithmetic"),
    ("The mean throughput is about {F4}.", "arithmetic"),
    ("The mean throughput is {F4} million.", "number word"),
    # units and counts of the model's own
    ("The mean throughput of {N1} is {F4} milliseconds.", "unit"),
    ("The mean throughput of {N1} is {F4} tokens.", "unit"),
    ("The mean throughput of {N1} is {F4} files.", "unit"),
    ("The mean throughput of {N1} is {F4} runs.", "unit"),
    ("The heap holds {F1} findings.", "unit"),
    # bindings
    ("The mean throughput of {N2} is {F4}.", "name"),
    ("The mean throughput of {N1} is {F5}.", "name"),
    ("The mean time to first token of {N1} is {F4}.", "word"),
    ("The mean latency of {N1} is {F4}.", "word"),
    ("The throughput of {N1} is {F6}.", "statistic"),
    ("The mean throughput is {F5} and {F4}.", "order"),
    ("Calls of {N1} are slow when cold: {F8}, later {F9}.", "order"),
    # causes
    ("The mean throughput of {N1} is {F4} because of the data.", "cause"),
    ("The mean throughput of {N1} is {F4} due to the runs.", "cause"),
    ("The data leads to the mean throughput of {F4}.", "cause"),
    ("The mean throughput is caused by {F4}.", "cause"),
    ("The mean throughput is therefore {F4}.", "cause"),
    ("The data affects the mean throughput of {F4}.", "cause"),
    # qualities
    ("The mean throughput of {N1} is a fast {F4}.", "quality"),
    ("The mean throughput of {N1} is {F4}, which is excellent.", "quality"),
    ("The poor mean throughput of {N1} is {F4}.", "quality"),
    ("The bottleneck is the mean throughput of {F4}.", "quality"),
    ("The mean throughput is stable at {F4}.", "quality"),
    ("The mean throughput is significant at {F4}.", "quality"),
    ("The optimal mean throughput of {N1} is {F4}.", "quality"),
    ("The snappy mean throughput of {N1} is {F4}.", "word"),
    ("The atrocious mean throughput of {N1} is {F4}.", "word"),
    # comparisons and quantifiers
    ("The mean throughput of {N1} is faster at {F4}.", "comparison"),
    ("The mean throughput {F4} is higher than {F5}.", "comparison"),
    ("The mean throughput is below {F4}.", "comparison"),
    ("The mean throughput rises to {F4}.", "comparison"),
    ("The mean throughput of all runs is {F4}.", "quantifier"),
    ("Most runs show the mean throughput of {F4}.", "quantifier"),
    ("The mean throughput is at least {F4}.", "quantifier"),
    ("Only the mean throughput of {F4} is shown.", "quantifier"),
    # speculation, negation
    ("The mean throughput might be {F4}.", "speculation"),
    ("The data suggests the mean throughput of {F4}.", "speculation"),
    ("The mean throughput is not {F4}.", "negation"),
    ("It is not so that the mean throughput of {N1} is {F4} over {F4.n} runs.", "negation"),
    # markup, links, letters
    ("The mean throughput is **{F4}**.", "markup"),
    ("The mean throughput is `{F4}`.", "markup"),
    ("<b>The mean throughput</b> is {F4}.", "markup"),
    ("The [mean throughput](x) is {F4}.", "markup"),
    ("![x](y) The mean throughput is {F4}.", "markup"),
    ("# The mean throughput is {F4}.", "markup"),
    ("- The mean throughput is {F4}.", "markup"),
    ("The mean_throughput is {F4}.", "markup"),
    ("See https://evil.example for the mean throughput {F4}.", "link"),
    ("See www.evil for the mean throughput {F4}.", "link"),
    ("See evil.com for the mean throughput {F4}.", "link"),
    ("The mean throughput\x1b is {F4}.", "character"),
    ("The mean\u202e throughput is {F4}.", "character"),
    ("The mean\nthroughput is {F4}.", "character"),
    ("The mean\u200bthroughput is {F4}.", "character"),
    ("Thе mean throughput is {F4}.", "character"),  # a Cyrillic e
    ("Der Durchsatz ist zwei {F4}.", "word"),
    # sense
    ("The throughput of throughput is {F4}.", "nonsense"),
    ("{F4}.", "nonsense"),
    ("The data shows {F4} here.", "nonsense"),
    ("The mean throughput is {F4} " + "and so on " * 80, "length"),
    # a sentence of ours, bent
    ("The mean throughput of {N1} is {F4} over {F4.n} runs of files.", "quote"),
    ("It is false that the mean throughput of {N1} is {F4} over {F4.n} runs.", "word"),
]

ACCEPTED = [
    "The mean throughput of {N1} is {F4} over {F4.n} runs.",
    "the mean throughput of {N1} is {F4} over {F4.n} runs",
    "The data shows that the mean throughput of {N1} is {F4} over {F4.n} runs.",
    "The mean throughput of {N1} is {F4}.",
    "Throughput has a mean of {F4}.",
    "The mean throughput of {N2} is {F5}.",
    "For {N1}, the mean throughput covers {F4.n} runs.",
    "The mean throughput of {N1} was measured over {F4.n} runs.",
    "The number of observations is {F4.n} for the mean throughput.",
    "The interval of the mean throughput is {F4.low} to {F4.high}.",
    "The mean throughput has an interval between {F4.low} and {F4.high}.",
    "The maximum throughput of {N1} is {F6}.",
    "The minimum throughput of {N1} was {F7}.",
    "The files show a mean time to first token of {F8}.",
    "The heap holds {F1} files.",
    "The heap contains {F1} files.",
    "In the heap there are {F1} files.",
    "{F2} of the files are CSV.",
    "The report shows: {F3} numeric values were read.",
    "The report lists {F10} calls that failed.",
    "{F10} calls failed.",
    "{N3} reads the same in {F11} samples.",
    "{N3} is constant in {F11} samples.",
    "{N3} is unstable because it is constant in all {F11} samples.",
    "{N3} is unstable in {F11} samples.",
    "All {F11} samples are constant.",
    "Compiling {N4} took {F13}.",
    "The margin between configurations is {F14}.",
    "Calls of {N1} are slow when cold: {F9}, later {F8}.",
    "{F15} files are copies.",
]


@pytest.fixture
def material(analysis):
    return gather(analysis)


@pytest.mark.parametrize(("text", "reason"), REFUSED, ids=[text[:60] for text, _ in REFUSED])
def test_a_wrong_sentence_is_refused_for_its_own_reason(material, text, reason):
    found = refusal(Sentence(EXECUTIVE, text), material)
    assert found.split(":")[0] == reason, found


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_true_sentence_passes(material, text):
    assert refusal(Sentence(EXECUTIVE, text), material) == ""


@pytest.mark.parametrize(("text", "reason"), [
    ("In {N2}, the mean rate of {N1} over different prompts is {F21}.", ""),
    ("In {N1}, the mean rate of {N2} is {F21}.", "order"),        # the names change places
    ("The mean rate of {N1} is different at {F21}.", "comparison"),
    ("The dataset has {F22} files that hold {F23}, the newest modified at {F24}.", ""),
    ("The newest modified at {F23} hold {F22} files.", "order"),
    ("The newest file is {F23}.", "word"),
    ("Warm calls of {N1} took {F25} to {F26}.", ""),
    ("Warm calls of {N1} took {F25}.", "statistic"),
    ("Warm calls of {N1} took {F26} to {F25}.", "order"),
])
def test_texts_of_several_slots_may_be_told_otherwise(analysis, text, reason):
    def fact(id_, statement, statistic="count"):
        return dataclasses.replace(analysis.facts[0], id=id_, statement=statement,
                                   statistic=statistic, metric=None)
    facts = (
        fact("F21", "Mean rate of {N1} over different prompts in {N2}: {F21}", "mean"),
        fact("F22", "{F22} files hold {F23}, the newest modified at {F24}"),
        fact("F23", "Bytes: {F23}"), fact("F24", "Newest at {F24}"),
        fact("F25", "The least of warm calls of {N1}: {F25}", "min"),
        fact("F26", "The most of warm calls of {N1}: {F26}", "max"))
    finding = Finding("R1", "r", "notice", "Warm calls of {N1} took {F25} to {F26}; others did "
                      "so too.", ("F25", "F26"), "")
    material = gather(Analysis(facts, (finding,), analysis.names))
    found = refusal(Sentence(EXECUTIVE, text), material)
    assert found.split(":")[0] == reason, found


def test_the_lists_are_as_long_as_promised():
    assert len(REFUSED) >= 60
    assert len(set(ACCEPTED)) >= 20


@pytest.mark.parametrize(("section", "about", "text", "reason"), [
    (FINDINGS, "", "{F10} calls failed.", "no finding"),
    (FINDINGS, "F10", "{F10} calls failed.", "no finding"),
    (FINDINGS, "R2", "{F10} calls failed.", "no finding"),
    (FINDINGS, "R1", "The calls failed.", "no fact"),
    (FINDINGS, "R1", "{F10} calls failed.", ""),
    (RECOMMENDATIONS, "R1", "Repeat the calls that failed.", ""),
    (RECOMMENDATIONS, "R1", "Buy another machine.", "word"),
    (RECOMMENDATIONS, "R1", "Repeat the failed calls twice.", "number word"),
    (EXECUTIVE, "R99", "{F10} calls failed.", "unknown id"),
])
def test_a_sentence_speaks_of_what_it_says_it_is_about(material, section, about, text, reason):
    assert refusal(Sentence(section, text, about), material).split(":")[0] == reason


def test_a_sentence_is_printed_once(material):
    text = "The heap holds {F1} files."
    said = [Sentence(EXECUTIVE, text), Sentence(PERFORMANCE, "the heap holds {F1} files")]
    accepted, turned_away = admit(said, material, set())
    assert [sentence.text for sentence in accepted] == [text]
    assert [refusal.reason.split(":")[0] for refusal in turned_away] == ["repetition"]


def test_findings_may_take_up_what_the_summary_said(material):
    text = "{F10} calls failed."
    said = [Sentence(EXECUTIVE, text, "R1"), Sentence(FINDINGS, text, "R1")]
    assert len(admit(said, material, set())[0]) == 2


def test_a_refused_text_is_short_and_harmless():
    found = refused("\x1b]52;c;evil\x07\u202e\n" + "x" * 900, "digit: x")
    assert len(found.text) == 300
    assert found.text.isprintable()

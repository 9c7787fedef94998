"""Failed calls: counted, named, out of every number."""

from __future__ import annotations

import pytest

OK = {"model": "m", "tokens_s": 5.0, "error": ""}


def bad(text="boom", speed=999.0):
    return {"model": "m", "tokens_s": speed, "error": text}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([OK, bad()], "1 of 2 calls with a recorded outcome failed;"),
        ([bad()], "1 of 1 call with a recorded outcome failed;"),
        ([OK, OK, bad(), bad()], "2 of 4 calls"),
        ([bad(f"boom {at}") for at in range(7)], "7 of 7 calls"),
        (
            [
                {"model": "m", "tokens_s": 5.0, "success": "false"},
                {"model": "m", "tokens_s": 6.0, "success": "true"},
            ],
            "1 of 2 calls",
        ),
    ],
)
def test_failed_calls(pile, look, rows, told):
    analysis = pile.csv("runs.csv", rows).analysis()
    (title,) = look.texts(analysis, "failed-calls")
    assert title.startswith(told)
    assert not [
        fact
        for fact in analysis.facts
        if fact.metric == "output_throughput"
        and fact.topic == "performance"
        and 999.0 in (fact.value, fact.n)
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [OK, OK],
        [{"model": "m", "tokens_s": 5.0}],
        [OK | {"error": "none"}],
        [{"model": "m", "tokens_s": 5.0, "success": "true"}],
        [OK | {"status": "ok"}],
    ],
)
def test_nothing_failed(pile, look, rows):
    analysis = pile.csv("runs.csv", rows).analysis()
    assert not {"failed-calls", "failure-cause", "void-file", "disguised-failure"} & {
        finding.rule for finding in analysis.findings
    }


def test_causes_are_put_together_where_only_numbers_differ(pile, look):
    rows = [OK, bad("HTTP 400: 730 tokens"), bad("HTTP 400: 697 tokens"), bad("refused")]
    titles = look.texts(pile.csv("runs.csv", rows).analysis(), "failure-cause")
    assert titles == [
        "2 calls failed with errors like HTTP 400: 697 tokens in reports/runs.csv.",
        "1 call failed with refused in reports/runs.csv.",
    ]


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("Connection refused", "Check before a run that the model server answers"),
        ("timed out", "Check before a run that the model server answers"),
        ("No module named torch", "Install what the failed calls miss"),
        ("Cannot find a working triton installation", "Install what the failed calls miss"),
        ("segmentation fault", "Find the cause of the failed calls"),
    ],
)
def test_advice_follows_the_cause(pile, look, error, advice):
    (finding,) = look.findings(pile.csv("runs.csv", [OK, bad(error)]).analysis(), "failure-cause")
    assert finding.recommendation.startswith(advice)


def test_long_errors_are_cut_between_words(pile, look):
    error = "word " * 50 + "https://example.com/a"
    (title,) = look.texts(pile.csv("runs.csv", [OK, bad(error)]).analysis(), "failure-cause")
    assert "word … in reports/runs.csv." in title


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a": [bad()]}, "In 1 file no call worked: reports/a.csv."),
        (
            {"a": [bad()], "b": [bad("x")]},
            "In 2 files no call worked: reports/a.csv and reports/b.csv.",
        ),
        ({"a": [bad()], "b": [OK]}, "In 1 file no call worked: reports/a.csv."),
        ({"a": [bad(), bad()]}, "In 1 file"),
        (
            {name: [bad(name)] for name in "abcde"},
            "In 5 files no call worked: reports/a.csv, reports/b.csv, reports/c.csv and others.",
        ),
    ],
)
def test_void_files(pile, look, files, told):
    for name, rows in files.items():
        pile.csv(f"{name}.csv", rows)
    (title,) = look.texts(pile.analysis(), "void-file")
    assert title.startswith(told)


def answers(*texts, success=True, **more):
    return {
        "model": "m",
        "results": [
            {"success": success, "response": text, "tokens_per_second": 14.5 + at, "tokens": 3 + at}
            | more
            for at, text in enumerate(texts)
        ],
    }


DOWN = "Error generating banter: All connection attempts failed"
GOOD = "A perfectly fine answer that runs on for quite a while and says something."


@pytest.mark.parametrize(
    ("document", "told", "advice"),
    [
        (
            answers(DOWN),
            "1 call in reports/a.json counted as success by the file holds an error as "
            f"text: {DOWN}. Rates",
            "Treat reports/a.json as void,",
        ),
        (
            answers(DOWN, DOWN),
            "2 calls in reports/a.json counted as success by the file hold an error",
            "Treat reports/a.json as void,",
        ),
        (answers(DOWN, GOOD), "1 call in", "Treat that call in reports/a.json as void,"),
        (answers(DOWN, DOWN, GOOD), "2 calls in", "Treat those calls in reports/a.json as void,"),
        (
            answers(DOWN, "Error: connection refused"),
            "2 calls in reports/a.json counted as success by "
            "the file hold an error as text: such as",
            "Treat reports/a.json as void,",
        ),
    ],
)
def test_disguised(pile, look, document, told, advice):
    analysis = pile.json("a.json", document).analysis()
    (finding,) = look.findings(analysis, "disguised-failure")
    assert finding.severity == "critical"
    assert look.told(analysis, finding.title).startswith(told)
    assert look.told(analysis, finding.recommendation).startswith(advice)


@pytest.mark.parametrize(
    "document",
    [
        answers(GOOD),
        answers(GOOD, GOOD),
        answers(
            "The error rate of the model is low in all runs I have seen, and so the game goes on."
        ),
        answers(DOWN, success=False),
        {"model": "m", "tokens_s": 4},
    ],
)
def test_not_disguised(pile, look, document):
    analysis = pile.json("a.json", document).analysis()
    assert look.findings(analysis, "disguised-failure") == []


def words(*texts):
    return {
        "model": "m",
        "results": [
            {
                "success": True,
                "response": text,
                "tokens": len(text.split()),
                "tokens_per_second": 14.5 + at,
            }
            for at, text in enumerate(texts)
        ],
    }


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            words(GOOD),
            "1 value named tokens in reports/a.json is a count of words; its rate is in words",
        ),
        (
            words(GOOD, GOOD + " More."),
            "2 values named tokens in reports/a.json are counted words;",
        ),
        (words(*[GOOD + " x" * at for at in range(5)]), "5 values"),
        (words(GOOD, GOOD, GOOD), "3 values"),
        (words("One two three four five six seven.", GOOD), "2 values"),
    ],
)
def test_words_for_tokens(pile, look, document, told):
    (title,) = look.texts(pile.json("a.json", document).analysis(), "words-for-tokens")
    assert title.startswith(told)
    assert title.endswith("words per second, not comparable with a token rate.")


def tokens(*counts):
    return {
        "model": "m",
        "results": [
            {"success": True, "response": GOOD, "tokens": count, "tokens_per_second": 14.5 + at}
            for at, count in enumerate(counts)
        ],
    }


@pytest.mark.parametrize(
    "document",
    [
        tokens(17, 18),
        tokens(20),
        tokens(40, 41, 42),
        {"tokens": 3, "model": "m"},
        {"results": [{"tokens": 30, "tokens_per_second": 5}]},
    ],
)
def test_real_tokens(pile, look, document):
    assert look.findings(pile.json("a.json", document).analysis(), "words-for-tokens") == []


def test_words_and_tokens_are_never_one_group(pile, look):
    pile.json("a.json", words(GOOD, GOOD + " x")).json("b.json", tokens(17, 18))
    groups = [
        fact
        for fact in pile.analysis().facts
        if fact.metric == "output_throughput" and fact.topic == "performance"
    ]
    assert {fact.unit for fact in groups} == {"word/s", "tok/s"}
    for fact in groups:
        assert {source.artifact for source in fact.sources} == {
            "reports/a.json" if fact.unit == "word/s" else "reports/b.json"
        }

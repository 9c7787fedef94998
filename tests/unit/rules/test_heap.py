"""Copies, twins, what could not be read, what went into quarantine."""

from __future__ import annotations

import pytest

RUNS = [{"model": "m", "ttft_s": 0.1 + at / 100, "tokens_s": 50.5 + at} for at in range(6)]


class TestDuplicates:
    @pytest.mark.parametrize(
        ("copies", "told"),
        [
            (["b"], "1 file is a byte-identical copy: reports/b.csv. Each"),
            (
                ["b", "c"],
                "2 files are byte-identical copies: reports/b.csv and reports/c.csv. Each",
            ),
            (
                ["b", "c", "d"],
                "3 files are byte-identical copies: reports/b.csv, reports/c.csv and ",
            ),
            (
                ["b", "c", "d", "e"],
                "4 files are byte-identical copies: reports/b.csv, reports/c.csv, "
                "reports/d.csv and others. Each",
            ),
            (["sub/b"], "1 file is a byte-identical copy: reports/sub/b.csv."),
        ],
    )
    def test_fires(self, pile, look, copies, told):
        for name in ["a", *copies]:
            pile.csv(f"{name}.csv", RUNS)
        (title,) = look.texts(pile.analysis(), "duplicate")
        assert title.startswith(told)

    @pytest.mark.parametrize(
        "texts",
        [
            ["x"],
            ["x,y\n1,2\n", "x,y\n1,3\n"],
            ["", ""],
            ["x,y\n1,2\n", "x,y\n1,2"],
            ["{}", "[]"],
        ],
    )
    def test_is_silent(self, pile, look, texts):
        for at, text in enumerate(texts):
            pile.text(f"{at}.csv", text)
        assert look.findings(pile.analysis(), "duplicate") == []

    def test_copies_count_once(self, pile, look):
        pile.csv("a.csv", RUNS).csv("b.csv", RUNS)
        (fact,) = look.facts(
            pile.analysis(), metric="output_throughput", statistic="mean", topic="performance"
        )
        assert fact.n == 6


class TestTwins:
    @pytest.mark.parametrize(
        "rows",
        [
            RUNS,
            RUNS[:5],
            RUNS[::-1],
            [row | {"threads": 2} for row in RUNS],
            [row | {"load_s": at / 7} for at, row in enumerate(RUNS)],
        ],
    )
    def test_fires(self, pile, look, rows):
        analysis = pile.csv("a.csv", rows).json("b.json", {"results": rows}).analysis()
        (title,) = look.texts(analysis, "twin")
        assert title.startswith("1 file repeats measurements of another: reports/")

    @pytest.mark.parametrize(
        "rows",
        [
            [row | {"ttft_s": row["ttft_s"] + 0.001} for row in RUNS],
            [row | {"model": "other", "tokens_s": 3.3 + at} for at, row in enumerate(RUNS)],
            [{"model": "m", "tokens_s": 5}],
            [{"name": "x", "count": 3}] * 6,
            [row | {"ttft_s": 1.0, "tokens_s": 2.0} for row in RUNS],
        ],
    )
    def test_is_silent(self, pile, look, rows):
        analysis = pile.csv("a.csv", RUNS).json("b.json", {"results": rows}).analysis()
        assert look.findings(analysis, "twin") == []


class TestUnread:
    @pytest.mark.parametrize(
        ("files", "told"),
        [
            ({"a.json": "{"}, "1 file was not read whole: reports/a.json ("),
            ({"a.json": "{", "b.json": "nope"}, "2 files were not read whole: reports/a.json ("),
            (
                {"a.jsonl": '{"tokens_s": 4}\n{broken\n'},
                "1 file was not read whole: reports/a.jsonl (",
            ),
            ({"a.json": "\x00\x01"}, "1 file was"),
            ({f"{name}.json": "{" for name in "abcde"}, "5 files were not read whole:"),
        ],
    )
    def test_fires(self, pile, look, files, told):
        for at, (name, text) in enumerate(files.items()):
            pile.text(name, text + " " * at)
        analysis = pile.analysis()
        (title,) = look.texts(analysis, "unread")
        assert title.startswith(told)
        assert title.endswith("." if len(files) <= 3 else " and others.")
        (finding,) = look.findings(analysis, "unread")
        assert finding.recommendation.startswith("Mend or remove ")

    def test_each_file_has_its_own_reason(self, pile, look):
        pile.text("a.json", "{").text("b.json", "[1, 2")
        (title,) = look.texts(pile.analysis(), "unread")
        assert "reports/a.json (" in title and "reports/b.json (" in title

    @pytest.mark.parametrize("text", ["{}", "[]", '{"a": 1}', '{"a": null}', '[{"tokens_s": 4}]'])
    def test_is_silent(self, pile, look, text):
        assert look.findings(pile.text("a.json", text).analysis(), "unread") == []


class TestQuarantine:
    @pytest.mark.parametrize(
        ("rows", "count"),
        [
            ([{"ttft_s": -1.0, "tokens_s": 5}], "1 number in reports/a.csv went"),
            ([{"ttft_s": "nan", "tokens_s": 5}], "1 number in reports/a.csv went"),
            ([{"ttft_s": "inf", "tokens_s": 5}], "1 number in reports/a.csv went"),
            ([{"ttft_s": -1.0, "tokens_s": 5}, {"ttft_s": -2.0, "tokens_s": 5}], "2 numbers in"),
            ([{"ttft_s": "1e999", "tokens_s": 5}], "1 number in"),
        ],
    )
    def test_fires(self, pile, look, rows, count):
        analysis = pile.csv("a.csv", [row | {"model": "m"} for row in rows]).analysis()
        titles = look.texts(analysis, "quarantine")
        assert titles and titles[0].startswith(count), titles

    def test_every_reason_is_a_finding(self, pile, look):
        text = ('{"ttft_s": 1e400, "itl_ms": NaN, "tokens": 9007199254740993, '
                '"request_latency_ms": -5, '
                f'"load_s": 1, "load_s": 2, "digits": {"7" * 5000}}}')
        titles = look.texts(pile.text("a.json", text).analysis(), "quarantine")
        assert len(titles) == 6 and len(set(titles)) == 6, titles

    @pytest.mark.parametrize(
        "rows",
        [
            [{"ttft_s": 0.1}],
            [{"ttft_s": 0.001}],
            [{"loss": -1.0}],
            [{"temperature_c": -3}],
            [{"ttft_s": "", "tokens_s": 4}],
        ],
    )
    def test_is_silent(self, pile, look, rows):
        analysis = pile.csv("a.csv", [row | {"model": "m"} for row in rows]).analysis()
        assert look.findings(analysis, "quarantine") == []

    def test_what_is_quarantined_is_in_no_estimate(self, pile):
        rows = [{"model": "m", "ttft_s": value} for value in (0.1, 0.2, 0.3, -7.0, "nan", "1e400")]
        for fact in pile.csv("a.csv", rows).analysis().facts:
            if fact.metric == "time_to_first_token":
                assert fact.n in (1, 3)
                if fact.unit:
                    assert 0.1 <= fact.value <= 0.3, fact

"""The five outputs: what people read, what programs parse, what a build marks."""

import json
import xml.etree.ElementTree as ET

import pytest

from baseline_collector.compare import compare, notices, show


@pytest.fixture
def slower(bench):
    base = bench.side("base.json", bench.hyperfine(bench.noisy(0.1), "./a|b`c\x1b[31m"))
    other = bench.side("other.json", bench.hyperfine(bench.noisy(0.106, seed=2),
                                                     "./a|b`c\x1b[31m"))
    return compare(base, [other])


def test_text_names_the_absolute_value_and_hides_no_escape(slower):
    text = show.as_text(slower)
    assert "ms" in text and "slower" in text and "regression: 1 slower" in text
    assert "\x1b" not in text and "\\x1b" in text


def test_json_leads_back_to_file_and_key(slower):
    found = json.loads(show.as_json(slower))
    assert found["schema"] == "baseline-collector/comparison/1"
    (one,) = found["candidates"][0]["comparisons"]
    assert one["verdict"] == "slower" and one["interval"]["low"] < one["ratio"]
    assert one["sources"]["base"]["artifacts"][0].endswith("base.json")
    assert one["sources"]["base"]["key"] == "results[].times[]"


def test_markdown_keeps_its_table_and_its_size(bench, slower, monkeypatch):
    lines = show.as_markdown(slower).splitlines()
    rows = [line for line in lines if line.startswith("| iteration_time")]
    assert len(rows) == 1 and rows[0].replace("\\|", "").count("|") == 9 and "**slower**" in rows[0]

    monkeypatch.setattr(show, "MOST_BYTES", 20_000)

    def many(seed):
        results = [bench.hyperfine(bench.noisy(0.1, n=3, seed=seed + at), f"./work {'é' * 30} {at}")
                   ["results"][0] for at in range(450)]
        return {"results": results}

    text = show.as_markdown(compare(bench.side("m.json", many(1)), [bench.side("n.json", many(2))]))
    assert 14_000 < len(text.encode()) < 20_000 and "more lines" in text


def test_junit_fails_on_a_regression_alone(slower, bench):
    suite = ET.fromstring(notices.as_junit(slower)).find("testsuite")
    assert suite.get("failures") == "1" and suite.find("testcase/failure").get("type") == "slower"
    base = bench.side("u.json", bench.hyperfine([0.1, 0.1]))
    undecided = compare(base, [bench.side("v.json", bench.hyperfine([0.2, 0.2]))])
    suite = ET.fromstring(notices.as_junit(undecided)).find("testsuite")
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    assert "would decide" in suite.find("testcase/skipped").get("message")


def test_github_annotations_are_one_line_each(slower):
    lines = notices.as_github(slower).splitlines()
    assert lines[0].startswith("::error title=iteration_time ./a|b`c") and "+5." in lines[0] \
        or "+6." in lines[0]
    assert lines[-1].startswith("::warning") and len(lines) == 2
    assert "100%25" not in lines[0] and " %25" in lines[0]

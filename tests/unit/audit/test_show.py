"""The faces of an audit: nothing is lost, places are right, hostile text stays text."""

from __future__ import annotations

import json
import re

import pytest

from baseline_collector.audit import audit
from baseline_collector.audit.claims import Audit, AuditedClaim, Evidence, Outcome
from baseline_collector.audit.page import as_html
from baseline_collector.audit.sarif import as_sarif
from baseline_collector.audit.show import as_github, as_json, as_markdown, as_text, fix

TEXT = (
    "# Report\n\nThe heap holds 4 files.\n\n- `csv_tokens_s`: (Max: 60.25, Min: 2.0)\n\n"
    "```\nJSON Files (9)\n```\n"
)


@pytest.fixture
def result(index):
    return audit(TEXT, index, name="my report.md")


def test_json_keeps_the_contract(result):
    document = json.loads(as_json(result))
    assert document["counts"] == {
        "claims": 4,
        "supported": 1,
        "contradicted": 3,
        "unsupported": 0,
        "source_defect": 0,
    }
    for claim in document["claims"]:
        assert {
            "line",
            "column",
            "text",
            "value",
            "unit",
            "metric",
            "scope",
            "statistic",
            "verdict",
            "evidence",
            "correction",
            "why",
        } <= set(claim)
        assert claim["text"] in TEXT.split("\n")[claim["line"] - 1]


def test_text_marks_the_number(result):
    lines = as_text(result, TEXT).split("\n")
    assert lines[0].startswith("my report.md:3:16: contradicted: ")
    assert lines[1][lines[2].index("^")] == "4"
    assert "supported: " not in as_text(result, TEXT).split("claims")[0]
    assert "60.25" in as_text(result, TEXT, everything=True)


def test_fix_corrects_and_marks(result):
    fixed = fix(result, TEXT)
    assert "The heap holds 3 ~~4~~ files." in fixed
    assert "JSON Files (1)" in fixed


def test_a_corrected_copy_is_clean(index):
    text = "The heap holds 4 files.\n\n- `csv_tokens_s`: Max: 61.25\n"
    fixed = fix(audit(text, index), text)
    assert "~~4~~" in fixed and "~~61.25~~" in fixed
    again = audit(fixed, index)
    assert again.counts["supported"] == again.counts["claims"] == 2


def test_markdown_notes(result):
    noted = as_markdown(result, TEXT)
    assert "holds 4[^audit-1] files" in noted
    assert "[^audit-1]: Line 3: **contradicted**." in noted
    assert "JSON Files (9)\n" in noted


def test_github(result):
    first = as_github(result).split("\n")[0]
    assert first.startswith(
        "::error file=my report.md,line=3,col=16,endColumn=17,title=contradicted::"
    )


def test_sarif(result):
    run = json.loads(as_sarif(result, "1.0"))["runs"][0]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {one["ruleId"] for one in run["results"]} <= rules
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (3, 16, 17)
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "my%20report.md"


EVIL = ("<img src=x onerror=alert(1)> `` ` \x1b[2J\u202e **b** [a](http://evil.example) "
        "![](http://e)\n# owned\r::error::")
HIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]")


@pytest.fixture
def hostile(index):
    """An audit in which everything that is not ours wants to act, and its report."""
    text = f"{EVIL.splitlines()[0]} holds 4 files"
    claims = [one.claim for one in audit(text, index).claims if one.claim.text == "4"]
    found = Outcome("contradicted", EVIL, (Evidence(EVIL, EVIL, EVIL),), EVIL, sql=EVIL)
    return Audit(EVIL, tuple(AuditedClaim(claim, found) for claim in claims)), text


def test_a_terminal_and_a_log_are_not_acted_upon(hostile):
    found, text = hostile
    assert len(found.claims) == 1
    shown = as_text(found, text)
    assert not HIDDEN.search(shown)
    rows = shown.split("\n")
    assert rows[1][rows[2].index("^") :].startswith("4")
    assert not HIDDEN.search(as_github(found))
    assert as_github(found).count("\n") == 1
    assert not HIDDEN.search(as_json(found))
    assert json.loads(as_json(found))["claims"][0]["why"] == EVIL


def test_notes_are_text(hostile):
    found, text = hostile
    note = as_markdown(found, text).split("---\n")[1]
    bare = re.sub(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", re.sub(r"\\.", "", note))
    assert not re.search(r"[<`]|\]\(|://|^# ", bare.replace("[^audit-1]", ""), re.M)


def test_a_page_is_text(hostile):
    found, text = hostile
    page = as_html(found, text, "")
    assert not HIDDEN.search(page)
    tags = set(re.findall(r"<(\w+)", page))
    assert "img" not in tags
    assert set(re.findall(r'href="([^"]*)"', page)) == {"#L1"}


def test_a_page_shows_every_claim_and_every_line(result):
    page = as_html(result, TEXT, "body{}")
    marks = re.findall(r'<summary class="mark (\w+)">([^<]*)</summary>', page)
    assert marks == [(one.verdict, one.claim.text) for one in result.claims]
    rows = re.findall(r'<div class="line" id="L(\d+)">', page)
    assert rows == [str(number) for number in range(1, len(TEXT.split("\n")) + 1)]
    assert page.count('<a href="#L') >= result.counts["contradicted"]
    assert "<script" not in page
    assert "http" not in re.sub(r"<meta[^>]*>", "", page)

"""Pages: the same claims whatever their line breaks, each where it stands."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.audit.blocks import blocks
from baseline_collector.audit.extract import extract

PAGE = """<!doctype html>
<html><head><title>Load test</title></head>
<body>
  <h2>Load of gemma3</h2>
  <p>It took 14.5 s in <code>a.json</code>.</p>
  <p>Where x <5 it is more.</p>
  <table class="dataframe">
    <thead>
      <tr style="text-align: right">
        <th>model</th>
        <th>tok/s</th>
      </tr>
    </thead>
    <tbody>
      <tr>
        <td>gemma3</td>
        <td>205.7</td>
      </tr>
      <tr>
        <td><p>llama3</p></td>
        <td>
          96.6</td>
      </tr>
    </tbody>
  </table>
  <h5>Cold starts</h5>
  <ul>
    <li>one 1.5 s</li>
    <li>two <del>2.5 s</del> 3.5 s</li>
  </ul>
  <dl>
    <dt>TTFT</dt>
    <dd>45 ms</dd>
  </dl>
  <p>First 12 ms<br>then 13 ms</p>
</body></html>
"""
SHOWN = ["14.5 s", "5", "205.7", "96.6", "1.5 s", "3.5 s", "45 ms", "12 ms", "13 ms"]


def read(text: str) -> list[tuple[str, str, str, str]]:
    """Claims: the text, its kind of block, what is before it, and the heading above."""
    found = []
    for claim in extract(blocks(text)):
        line = text.split("\n")[claim.line - 1]
        assert line[claim.column - 1 :].startswith(claim.text)
        above = claim.block.headings[0].text.strip() if claim.block.headings else ""
        before = " ".join(claim.block.text[: claim.start].split())
        found.append((claim.text, claim.block.kind, before, above))
    return found


def test_what_a_browser_shows_is_read() -> None:
    found = read(PAGE)
    assert [claim[0] for claim in found] == SHOWN
    assert found[2][1:] == ("cell", "gemma3 | tok/s:", "Load of gemma3")
    assert found[3][1:] == ("cell", "llama3 | tok/s:", "Load of gemma3")
    assert found[4][1:] == ("bullet", "one", "Cold starts")
    assert found[6][1:] == ("paragraph", "TTFT", "Cold starts")


@pytest.mark.parametrize("between", ["", " ", "\n", "\n\n", "\n    "])
def test_line_breaks_between_tags_make_no_difference(between: str) -> None:
    flat = re.sub(r"\s*\n\s*", " ", PAGE).replace("> <", f">{between}<")
    assert read(flat) == read(PAGE)


@given(st.lists(st.sampled_from([
    "<p>", "</p>", "<tr>", "</tr>", "<td>", "<th>", "<table>", "</table>", "<li>", "<h4>", "<br/>",
    "<del>", "<!--", "-->", "<s", ">", "\n", "  ", "7.5 ms", "x"]), max_size=30))
def test_no_page_breaks_the_reading(parts: list[str]) -> None:
    read("<html>" + "".join(parts))


def test_a_query_claims_nothing_and_another_listing_does() -> None:
    page = "<html><pre>SELECT 100.0 * 3 FROM measurements</pre><pre>TTFT 45 ms</pre>"
    assert [claim[0] for claim in read(page)] == ["45 ms"]


def test_the_tooltips_of_a_drawing_claim_nothing_and_the_title_of_a_page_does() -> None:
    page = ("<html><title>TTFT 45 ms</title><svg><title>182 ms</title><desc>3 ms</desc>"
            "<text>7 ms</text></svg><p>8 ms</p><title>9 ms</title>")
    assert [claim[0] for claim in read(page)] == ["45 ms", "7 ms", "8 ms", "9 ms"]


def test_an_element_that_is_never_closed_costs_no_more() -> None:
    assert read("<html>" + "<script>" * 30_000 + "7 ms")[0][0] == "7 ms"


@pytest.mark.parametrize(("text", "left"), [
    ("It took 3.5 s ~~4.5 s~~.", ["3.5 s"]), ("It took ~~4.5 s~~ (contradicted).", []),
    ("It took <del>4.5 s</del> 3.5 s.", ["3.5 s"]), ("| a | s |\n|--|--|\n| x | 1.5 ~~2.5~~ |",
                                                    ["1.5"]),
    ("It took ~~ 4.5 s ~~.", ["4.5 s"]), ("It took `~~4.5 s~~`.", [])])
def test_what_is_struck_out_is_no_claim(text: str, left: list[str]) -> None:
    assert [claim.text for claim in extract(blocks(text))] == left

"""Whatever a name is, the report around it is the same."""

import importlib.util
import json
import re
import unicodedata
from functools import cache

import pytest

from baseline_collector.render.html import report_html
from baseline_collector.render.inventory import inventory_json, inventory_markdown
from baseline_collector.render.json import report_json
from baseline_collector.render.markdown import report_markdown

from .hostile import HOSTILE
from .sample import sample
from .walker import Page, allowed, markdown_prose, unresolved

CLEAN = "gemma"
CLEAN_MARKDOWN = report_markdown(sample(CLEAN))
CLEAN_INVENTORY = inventory_markdown(sample(CLEAN))
CLEAN_PAGE = Page(report_html(sample(CLEAN)))
SAFE = {"\n"}
HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


@cache
def outputs(name: str) -> dict[str, str]:
    report = sample(name)
    return {write.__name__: write(report) for write in (
        report_markdown, report_html, report_json, inventory_markdown, inventory_json)}


def test_the_corpus_is_large_enough():
    assert len(set(HOSTILE)) >= 50


@pytest.mark.parametrize("name", HOSTILE)
def test_no_output_holds_a_hidden_character(name):
    for text in outputs(name).values():
        text.encode("utf-8")
        assert not {c for c in set(text) if unicodedata.category(c) in HIDDEN} - SAFE


@pytest.mark.parametrize("name", HOSTILE)
def test_html_keeps_its_shape(name):
    clean, page = CLEAN_PAGE, Page(outputs(name)["report_html"])
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in clean.elements]
    assert page.links == clean.links
    assert page.ids == clean.ids
    assert page.headings() == clean.headings()
    assert page.numbers() == clean.numbers()


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_keeps_its_shape(name):
    pytest.importorskip("markdown_it")
    hostile = _shape(outputs(name)["report_markdown"])
    assert hostile == clean_shape()[0]
    assert not {"link_open", "image", "html_inline"} & set(hostile)
    assert _shape(outputs(name)["inventory_markdown"]) == clean_shape()[1]


@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_keeps_its_numbers(name):
    text = outputs(name)["report_markdown"]
    record = json.loads(outputs(name)["report_json"])
    assert unresolved(markdown_prose(text, record), allowed(record)) == []
    assert _headings(text) == _headings(CLEAN_MARKDOWN)


@pytest.mark.parametrize("name", HOSTILE)
def test_json_keeps_the_name(name):
    report = json.loads(outputs(name)["report_json"])
    assert report["names"][0]["text"] == name


@cache
def clean_shape() -> tuple[list[str], list[str]]:
    return _shape(CLEAN_MARKDOWN), _shape(CLEAN_INVENTORY)


def _headings(text: str) -> list[str]:
    return re.findall(r"^#+ .+$", text, flags=re.M)


def _shape(text: str) -> list[str]:
    """The tokens of a Markdown text, raw HTML and bare links switched on where possible."""
    from markdown_it import MarkdownIt

    linkify = importlib.util.find_spec("linkify_it") is not None
    parser = MarkdownIt("gfm-like", {"linkify": linkify, "html": True})
    found: list[str] = []
    for token in parser.parse(text):
        found.append(token.type)
        if token.type == "html_block":
            assert re.fullmatch(r"<details><summary>[\w ,]+</summary>|</details>",
                                token.content.strip())
        found += [child.type for child in token.children or ()
                  if child.type not in ("text", "code_inline")]
    return found

"""What a real browser does with the page: nothing but show it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.render.hostile import HOSTILE
from tests.unit.render.sample import sample

from baseline_collector.model import Name
from baseline_collector.render.html import report_html
from baseline_collector.report import Block, Section

from .browser import CHROMIUM, Browser

pytestmark = [pytest.mark.browser,
              pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")]


@pytest.fixture(scope="module")
def browser():
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    report = sample(HOSTILE[0])
    names = tuple(Name(f"N{place}", "file", name) for place, name in enumerate(HOSTILE, 100))
    texts = tuple(f"{{{name.id}}} is {{F1}}" for name in names)
    section = Section("Names", "template", (
        Block("bullets", texts), Block("code", texts),
        Block("table", rows=(("Name",), *((text,) for text in texts)))))
    analysis = replace(report.analysis, names=report.analysis.names + names)
    narrative = replace(report.narrative, sections=(*report.narrative.sections, section))
    page = tmp_path_factory.mktemp("page") / "report.html"
    page.write_text(report_html(replace(report, analysis=analysis, narrative=narrative)),
                    encoding="utf-8")
    return page.as_uri()


def test_one_request_no_dialog_nothing_refused(browser, address):
    browser.open(address)
    assert browser.requests() == [address]
    assert browser.dialogs() == []
    assert browser.refusals() == []
    assert browser.value("document.querySelectorAll('script, img, iframe').length") == 0


def test_the_policy_stops_what_should_never_be_there(browser, tmp_path):
    page = tmp_path / "report.html"
    planted = "<script>alert(1)</script><img src='http://127.0.0.1:9/p' onerror='alert(2)'>"
    page.write_text(report_html(sample()).replace("<main", f"{planted}<main"), encoding="utf-8")
    browser.open(page.as_uri())
    assert browser.dialogs() == []
    assert len(browser.refusals()) >= 2  # the script, its image, its handler
    assert browser.value("document.querySelectorAll('script, img').length") == 2


def test_a_click_on_a_number_opens_its_evidence(browser, address):
    browser.size(1280, 800)
    browser.open(address)
    browser.value("document.querySelector('.chart .estimate a.n').scrollIntoView()")
    at = browser.value("scrollY")
    browser.click(".chart .estimate a.n")
    assert browser.value("location.hash") == "#F1"
    assert browser.value("getComputedStyle(document.getElementById('F1')).position") == "fixed"
    assert browser.value("scrollY") == at
    browser.click(".sheet:target .close")
    assert browser.value("document.querySelector('.sheet:target')") is None
    assert browser.value("scrollY") == at


def test_evidence_opens_by_keyboard_and_by_address(browser, address):
    browser.size(1280, 800)
    browser.open(address)
    browser.value("document.querySelector('a.n').focus()")
    browser.key("Enter", 13)
    assert browser.value("location.hash") == "#count-files"
    browser.open(f"{address}#F5")
    assert browser.value("document.querySelector(':target dl').checkVisibility()") is True


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_is_wider_than_the_window(browser, address, width, dark):
    browser.size(width, 800, dark)
    browser.open(address)
    assert browser.value("document.documentElement.scrollWidth") <= width

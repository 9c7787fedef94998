import base64
import hashlib
import json
import re

import pytest

from baseline_collector.render.html import report_html, style_sheet
from baseline_collector.render.json import report_json

from .sample import HEADINGS, sample
from .walker import Page, allowed, unresolved


def test_no_script_nothing_remote():
    text = report_html(sample())
    page = Page(text)
    assert {tag for tag, _ in page.elements}.isdisjoint(
        {"script", "iframe", "object", "embed", "img", "form", "base"})
    for tag, attrs in page.elements:
        assert not [name for name in attrs if name.startswith("on") or name == "style"], tag
        for name in ("src", "href", "xlink:href", "action", "srcset"):
            assert attrs.get(name, "#").startswith(("#", "data:,")), attrs
    assert not re.search(r"url\(|@import|https?://", text)


def test_policy_allows_this_style_sheet_only():
    page = Page(report_html(sample()))
    policy = next(attrs["content"] for tag, attrs in page.elements
                  if attrs.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(style_sheet().encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy
    assert [text for text, stack in page.texts if stack[-1:] == [("style", {})]] == [style_sheet()]


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_colours_have_contrast(scheme):
    colours = dict(re.findall(r"--(\w+): (#\w+)", style_sheet().split(":root {")[scheme + 1]))
    for name in ("ink", "soft", "link", "s0", "s1", "s2", "s3", "critical", "warning", "notice",
                 "info"):
        for ground in ("paper", "sheet"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    channels = [int(digits[at:at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_link_resolves_and_no_id_is_used_twice():
    page = Page(report_html(sample()))
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_every_number_opens_evidence_and_is_in_report_json():
    for model in (True, False):
        report = sample(model=model)
        page = Page(report_html(report))
        known = allowed(json.loads(report_json(report)))
        numbers = page.numbers()
        assert len(numbers) > 40
        for text, link in numbers:
            assert link is not None, text
            assert unresolved(text, known) == []


def test_sections_in_the_order_of_the_frame():
    assert Page(report_html(sample())).headings()[1:7] == list(HEADINGS)


def test_evidence_of_a_fact_is_complete():
    text = report_html(sample())
    sheet = text[text.index('<article id="F1"' if '<article id="F1"' in text else 'id="F1"'):]
    sheet = sheet[:sheet.index("</article>")]
    for part in ("arithmetic mean", "179.1 tok/s to 185.6 tok/s, at 95 % confidence, Student t",
                 "reports/gemma3/baseline.csv", "row 3, column tokens_s", "num_gpu=80",
                 "SELECT avg(value)\nFROM measurements\nWHERE record &lt; 1", 'href="#closed"'):
        assert part in sheet
    assert "latency_percentiles.p99" in text


def test_facts_nobody_speaks_of_stay_in_report_json():
    assert "F8" not in Page(report_html(sample())).ids


def test_charts_stand_in_the_performance_section():
    page = Page(report_html(sample()))
    ids = page.ids
    assert (ids.index("section-3") < ids.index("chart-throughput") < ids.index("chart-compile")
            < ids.index("section-4"))
    assert "chart-empty" not in ids


def test_same_report_same_bytes():
    assert report_html(sample()) == report_html(sample())

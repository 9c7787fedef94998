"""report.html: one file, no scripts, nothing loaded, every number opens its evidence.

The content security policy forbids all but the one style sheet in the page, by hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from baseline_collector.render import html_sections
from baseline_collector.render.charts import chart_figure
from baseline_collector.render.elements import (
    Html,
    el,
    folded,
    joined,
    listing,
    preformatted,
)
from baseline_collector.render.evidence import own_evidence, used_facts
from baseline_collector.render.frame import GAPS, PERFORMANCE, TITLE, folds
from baseline_collector.render.html_text import HtmlPen, block
from baseline_collector.render.sheets import CLOSED, fact_sheet, own_sheet
from baseline_collector.render.slots import Slots
from baseline_collector.report import Block, Report, Section


def report_html(report: Report) -> str:
    """Write report.html.

    Args:
        report: The finished report.

    Returns:
        The whole page; the same bytes for the same report.

    Raises:
        KeyError: A text names a fact or name that is not there; a programmer's error.
    """
    slots = Slots(report.analysis)
    sections = [*_narrative(report, slots), *_frame(report, slots)]
    body = joined((
        el("a", "Skip to the report", href="#report", class_="skip"),
        html_sections.masthead(report),
        el("div", _contents(sections),
           el("main", joined(content for _, _, content in sections), id="report"),
           class_="page"),
        el("span", id=CLOSED),
    ))
    page = el("html", _head(), el("body", body), lang="en")
    return f"<!doctype html>\n{page}\n"


@cache
def style_sheet() -> str:
    """Return the style sheet of the page."""
    return Path(__file__).with_name("page.css").read_text(encoding="utf-8")


def content_security_policy(style: str) -> str:
    """Return the policy that allows one style sheet and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
            "base-uri 'none'; form-action 'none'")


def _head() -> Html:
    style = style_sheet()
    policy = content_security_policy(style)
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        # Without it a browser asks the server for /favicon.ico.
        el("link", rel="icon", href="data:,"),
        el("title", TITLE),
        el("style", Html(style)),
    )


_Part = tuple[str, str, Html]  # anchor, name in the table of contents, section


def _narrative(report: Report, slots: Slots) -> Iterator[_Part]:
    for place, section in enumerate(report.narrative.sections):
        yield _part(f"section-{place + 1}", section.name, _written(section, report, slots))


def _written(section: Section, report: Report, slots: Slots) -> Html:
    """The blocks of a section; pictures stand before tables, behind what a model says."""
    if section.name != PERFORMANCE:
        return _blocks(section.blocks, slots)
    pen = HtmlPen()
    said = 1 if section.source == "model" else 0
    figures = (chart_figure(chart, slots, pen) for chart in report.analysis.charts)
    return joined((_blocks(section.blocks[:said], slots), *figures,
                   _blocks(section.blocks[said:], slots)))


def _blocks(items: Sequence[Block], slots: Slots) -> Html:
    """Blocks, or words that open them."""
    parts = [(behind, [block(item, slots) for item in fold]) for behind, fold in folds(items)]
    return joined(folded(behind, *fold) if behind else joined(fold) for behind, fold in parts)


def _frame(report: Report, slots: Slots) -> Iterator[_Part]:
    narrative = report.narrative
    yield _part("workflow", "Workflow Summary", html_sections.workflow(report))
    yield _part("metrics", "Metrics", html_sections.metrics(narrative))
    yield _part("findings", "Key Findings", html_sections.findings(report, slots))
    yield _part("recommendations", "Recommendations", html_sections.advice(report, slots))
    yield _part("gaps", GAPS, html_sections.gaps(report, slots))
    yield _part("persona", "Persona Prompt",
                preformatted(report.agent.persona.splitlines(), class_="persona"))
    yield _part("refused", "Refused Sentences", html_sections.writing(narrative))
    yield _part("evidence", "Evidence", _evidence(report, slots))


def _evidence(report: Report, slots: Slots) -> Html:
    pen = HtmlPen()
    facts = used_facts(report, slots)
    return joined((
        el("p", "What each number of this page rests on. report.json holds all facts with all "
                "their sources."),
        *(fact_sheet(fact, slots, pen) for fact in facts),
        *(own_sheet(evidence) for evidence in own_evidence(report))))


def _part(anchor: str, name: str, content: Html) -> _Part:
    return anchor, name, el("section", el("h2", name), content, id=anchor)


def _contents(sections: list[_Part]) -> Html:
    links = [el("a", name, href=f"#{anchor}") for anchor, name, _ in sections]
    return el("nav", listing(links, "ol"), aria_label="Contents", class_="contents")

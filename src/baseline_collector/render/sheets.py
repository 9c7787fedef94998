"""The evidence at the end of the page; an entry comes up as a sheet when its number is followed.

No script takes part: a number is a link to ``#F12`` and the style sheet lifts the entry
that is ``:target``. Links work with any keyboard, any screen reader, in print and as an
address to send on; a popover would do neither of the last two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from baseline_collector.model import Fact, Interval
from baseline_collector.paths import readable_pointer
from baseline_collector.render.elements import (
    Html,
    code,
    el,
    escaped,
    joined,
    listing,
    preformatted,
)
from baseline_collector.render.evidence import OwnEvidence
from baseline_collector.render.html_text import technical
from baseline_collector.render.slots import Pen, Slots, shown
from baseline_collector.units import digits

CLOSED = "closed"
"""Anchor that shows no evidence; it stands where it cannot scroll the page."""

SOURCES_SHOWN = 6


def fact_sheet(fact: Fact, slots: Slots, pen: Pen) -> Html:
    """Write the evidence of a fact."""
    rows: list[tuple[str, str]] = [("Computed as", technical(fact.estimator))]
    if fact.n is not None:
        rows.append(("Observations", digits(fact.n)))
    if fact.interval is not None:
        rows.append(("Interval", _interval(fact.interval, fact)))
    if fact.scope:
        rows.append(("About", _scope(fact)))
    rows.append(("Sources", _sources(fact)))
    if fact.sql:
        rows.append(("Query", preformatted(fact.sql.splitlines())))
    return _sheet(fact.id, fact.id, shown(fact), Html(slots.write(fact.statement, pen)), rows)


def own_sheet(evidence: OwnEvidence) -> Html:
    """Write the evidence of a number that is no fact."""
    rows: list[tuple[str, str]] = []
    if evidence.subject:
        rows.append(("About", code(evidence.subject)))
    if evidence.lines:
        rows.append(("In detail", listing(code(line) for line in evidence.lines)))
    if evidence.sql:
        rows.append(("Query", preformatted(evidence.sql.splitlines())))
    return _sheet(evidence.id, evidence.title, "", escaped(evidence.how), rows)


def _sheet(
    anchor: str, heading: str, value: str, statement: Html, rows: Iterable[tuple[str, str]]
) -> Html:
    close = el("a", "Close", href=f"#{CLOSED}", class_="close", aria_label=f"Close {heading}")
    itself = el("a", heading, href=f"#{anchor}", class_="id")
    head = el("h3", itself, *(["\u2002", value] if value else []))
    details = joined(joined((el("dt", name), el("dd", body))) for name, body in rows)
    return el("article", close, head, el("p", statement), el("dl", details),
              id=anchor, class_="sheet", tabindex="-1")


def _interval(interval: Interval, fact: Fact) -> Html:
    level = digits(interval.level * 100)
    return joined((f"{shown(fact, 'low')} to {shown(fact, 'high')}, at {level} % confidence, ",
                   technical(interval.method)))


def _scope(fact: Fact) -> Html:
    return listing((joined((f"{name}: ", code(value)))
                    for name, value in sorted(fact.scope.items())), class_="scope")


def _sources(fact: Fact) -> Html:
    sources = fact.sources
    if not sources:
        return escaped("The inventory." if fact.kind == "inventory" else "This run itself.")
    by_artifact: dict[str, list[str]] = {}
    for source in sources[:SOURCES_SHOWN]:
        by_artifact.setdefault(source.artifact, []).append(source.pointer)
    items = [_source(artifact, pointers) for artifact, pointers in by_artifact.items()]
    if len(sources) > SOURCES_SHOWN:
        items.append(escaped(f"and {len(sources) - SOURCES_SHOWN} more in report.json"))
    return listing(items, class_="sources")


def _source(artifact: str, pointers: Sequence[str]) -> Html:
    places = [readable_pointer(pointer) for pointer in pointers if pointer]
    return joined((code(artifact), listing((code(place) for place in places), class_="places")
                   if places else Html("")))

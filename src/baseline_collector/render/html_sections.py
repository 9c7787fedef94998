"""The sections of the page that are not narrative: header, inventory, metrics, findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from baseline_collector.model import Finding
from baseline_collector.render.calls import Figures, published, whole_run
from baseline_collector.render.elements import (
    Html,
    code,
    el,
    escaped,
    folded,
    joined,
    listing,
    table,
)
from baseline_collector.render.evidence import root_anchor, type_anchor
from baseline_collector.render.frame import (
    FIGURES,
    FINDINGS_LEAD,
    GAPS_LEAD,
    MASKED,
    NO_ADVICE,
    NO_FINDING,
    NO_GAPS,
    NO_MODEL,
    NOT_ABOVE,
    ONLY_TEMPLATES,
    REFUSED_SHOWN,
    SAID_ABOVE,
    SEVERITIES,
    STATUSES,
    TITLE,
    authors,
    figure_text,
    further_recommendations,
    plural,
)
from baseline_collector.render.html_text import number, technical, written
from baseline_collector.render.slots import Slots
from baseline_collector.render.summary import (
    total_bytes,
    types_in_order,
    utc_date,
    utc_text,
    with_status,
)
from baseline_collector.report import Inventory, Narrative, Refused, Report, TypeSummary
from baseline_collector.units import show
from baseline_collector.visible import masked, one_line

LISTED = 20
"""Names of unread, skipped or duplicate files on the page; report.json has all."""


def masthead(report: Report) -> Html:
    """Write the title, who made the report, and its key figures."""
    agent = report.agent
    fields = (("Date", escaped(utc_date(report.generated_at))), ("Agent Type", code(agent.type)),
              ("Model", code(agent.model)), ("Configuration", code(agent.configuration)))
    meta = joined(el("div", el("dt", name), el("dd", value)) for name, value in fields)
    return el("header",
              el("p", "Baseline Collector", class_="product"),
              el("h1", TITLE),
              el("dl", meta, class_="meta"), _key_figures(report), class_="masthead")


def _key_figures(report: Report) -> Html:
    inventory, analysis = report.inventory, report.analysis
    files, copies = len(inventory.artifacts), with_status(inventory, "duplicate")
    facts, findings = len(analysis.facts), len(analysis.findings)
    figures = (
        (str(files), plural(files, "file"), "count-files"),
        (show(total_bytes(inventory), "byte"), "of artifacts", "count-files"),
        (str(copies), plural(copies, "duplicate"), "count-status"),
        (str(facts), plural(facts, "fact"), "count-facts"),
        (str(findings), plural(findings, "finding"), "count-findings"),
        (f"{report.timing.total_s:.2f} s", "this run took", "run-timing"),
    )
    items = [joined((number(value, anchor), el("span", label))) for value, label, anchor in figures]
    return listing(items, class_="figures")


def workflow(report: Report) -> Html:
    """Write what was there and how long it took."""
    inventory, timing = report.inventory, report.timing
    statuses: list[str] = [Html("Files analyzed: "),
                           number(str(len(inventory.artifacts)), "count-files")]
    for status, words in STATUSES:
        count = with_status(inventory, status)
        if count:
            statuses += [", ", number(str(count), "count-status"), f" {words}"]
    times: list[str] = [Html("Execution time: "), _seconds(timing.total_s), " (ingest ",
                        _seconds(timing.ingest_s), ", analysis ", _seconds(timing.analysis_s),
                        ", report ", _seconds(timing.report_s), ")"]
    changed = [joined(("Rule changed: ", code(f"{one.rule}.{one.threshold}".rstrip(".")), " ",
                       code(one.value), " instead of ", code(one.default)))
               for one in report.analysis.rules_changed]
    return joined((
        listing((joined(statuses), joined(times), *changed)),
        el("h3", "By type"), _groups(dict(types_in_order(inventory)), type_anchor, "Type"),
        el("h3", "By root"), _groups(inventory.by_root, root_anchor, "Root"),
        *_exceptions(inventory)))


def _seconds(value: float) -> Html:
    return number(f"{value:.2f} s", "run-timing")


def _groups(
    groups: Mapping[str, TypeSummary], anchor: Callable[[int], str], header: str
) -> Html:
    rows = [(code(name), number(str(group.count), anchor(place)),
             number(show(group.bytes, "byte"), anchor(place)),
             number(utc_text(group.latest_modified), anchor(place)))
            for place, (name, group) in enumerate(groups.items())]
    return table((header, "Files", "Size", "Latest modified"), rows)


def _exceptions(inventory: Inventory) -> Iterator[Html]:
    for status, title in (("unread", "Unread files"), ("partly_read", "Partly read files")):
        rows = [(artifact.artifact, artifact.reason)
                for artifact in inventory.artifacts if artifact.status == status]
        yield from _named_list(title, [_with_reason(*row) for row in rows], "count-status")
    skipped = [_with_reason(entry.path, entry.reason) for entry in inventory.skipped]
    yield from _named_list("Skipped entries", skipped, "count-skipped")
    twins = [_joined_names(group) for group in inventory.duplicates]
    yield from _named_list("Files with the same content", twins, "count-status")


def _with_reason(name: str, reason: str) -> Html:
    return joined((code(name), ": ", technical(reason)) if reason else (code(name),))


def _joined_names(names: Iterable[str]) -> Html:
    parts = [part for name in names for part in (Html(" = "), code(name))]
    return joined(parts[1:])


def _named_list(title: str, items: Sequence[Html], anchor: str) -> Iterator[Html]:
    if not items:
        return
    shown = list(items[:LISTED])
    if len(items) > LISTED:
        more = number(str(len(items) - LISTED), anchor)
        shown.append(joined(("and ", more, " more in report.json")))
    yield el("h3", title)
    yield listing(shown, class_="names")


def metrics(narrative: Narrative) -> Html:
    """Write the figures of the model calls and of the whole run."""
    if not narrative.calls:
        return el("p", NO_MODEL)
    calls = [published(call) for call in narrative.calls]
    header = ["Figure", "Whole run", *(joined((call.purpose, Html("<br>"), code(call.model)))
                                       for call in calls)]
    columns = [whole_run(calls), *(call.figures for call in calls)]
    rows = [[label, *(_figure(column, name, unit) for column in columns)]
            for label, name, unit in FIGURES]
    return table(header, rows)


def _figure(figures: Figures, name: str, unit: str) -> Html:
    value = getattr(figures, name)
    shown = figure_text(value, unit)
    return escaped(shown) if value is None else number(shown, "run-calls")


def findings(report: Report, slots: Slots) -> Html:
    """Write each finding with its severity, its facts and what to do."""
    if not report.analysis.findings:
        return el("p", NO_FINDING)
    found = report.analysis.findings
    return joined((
        el("p", FINDINGS_LEAD), _severities(found),
        *(_of_severity(name, [one for one in found if one.severity == name], slots)
          for name in SEVERITIES)))


def _of_severity(severity: str, found: Sequence[Finding], slots: Slots) -> Html:
    """The findings of one severity; the critical ones lie open."""
    if not found:
        return Html("")
    cards = el("div", joined(_finding(one, slots) for one in found), class_="findings")
    return folded(_named(severity, len(found)).capitalize(), cards,
                  open_="" if severity == SEVERITIES[0] else None)


def _severities(found: Sequence[Finding]) -> Html:
    counts = [(name, sum(finding.severity == name for finding in found)) for name in SEVERITIES]
    items = [joined((number(str(count), "count-findings"), f" {_named(name, count)}"))
             for name, count in counts if count]
    return listing(items, class_="severities")


def _named(severity: str, count: int) -> str:
    """A severity as the noun of its findings; two of the four are no nouns."""
    return plural(count, severity) if severity in ("warning", "notice") else severity


def _finding(finding: Finding, slots: Slots) -> Html:
    facts = [part for fact in finding.facts for part in (" ", number(fact, fact))]
    body: list[str] = [
        el("p", finding.severity, class_="severity"),
        el("h3", written(finding.title, slots)),
    ]
    if finding.recommendation:
        body.append(el("p", written(finding.recommendation, slots)))
    body.append(el("p", "Rule ", code(finding.rule), ", rests on", *facts, class_="basis"))
    return el("article", *body, class_=f"finding {finding.severity}")


def advice(report: Report, slots: Slots) -> Html:
    """Write the recommendations that the narrative does not say, each once."""
    if not report.analysis.advice:
        return el("p", NO_ADVICE)
    texts = [written(content, slots) for content in further_recommendations(report, slots)]
    return folded(NOT_ABOVE, listing(texts, "ol")) if texts else el("p", SAID_ABOVE)


def gaps(report: Report, slots: Slots) -> Html:
    """Write what is missing, which question it blocks, and which protocol fills it."""
    if not report.analysis.gaps:
        return el("p", NO_GAPS)
    items = []
    for gap in report.analysis.gaps:
        parts: list[str] = [written(gap.title, slots), " Blocks: ", escaped(gap.blocks), "."]
        if gap.protocol:
            parts += [" Protocol: ", code(f"protocols/{gap.id}.toml"), "."]
        items.append(joined(parts))
    return joined((el("p", GAPS_LEAD), listing(items)))


def writing(narrative: Narrative) -> Html:
    """Write who wrote what, and which sentences were refused."""
    lines = [escaped(line) for line in authors(narrative)]
    if narrative.note:
        lines.append(joined(("Note: ", technical(one_line(narrative.note)))))
    if not narrative.calls:
        return listing((*lines, ONLY_TEMPLATES))
    lines.append(joined((
        "Sentences of the writer: ", number(str(narrative.accepted), "count-sentences"),
        " printed, ", number(str(len(narrative.rejected)), "count-sentences"), " refused.")))
    return joined((listing(lines), *_refused(narrative.rejected)))


def _refused(rejected: Sequence[Refused]) -> Iterator[Html]:
    if not rejected:
        return
    quoted = [joined((el("q", masked(one_line(item.text))), " ",
                      el("span", masked(item.reason), class_="reason")))
              for item in rejected[:REFUSED_SHOWN]]
    if len(rejected) > REFUSED_SHOWN:
        more = number(str(len(rejected) - REFUSED_SHOWN), "count-sentences")
        quoted.append(joined(("and ", more, " more in report.json")))
    yield el("p", MASKED)
    yield listing(quoted, class_="refused")

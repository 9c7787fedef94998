"""report.md: the frame of the example report, filled with findings that are true.

Numbers are plain text. The Evidence table of the appendix says where those of the summary
and of the first findings come from; the page and ``report.json`` do so for every number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from baseline_collector.model import Fact
from baseline_collector.paths import readable_pointer
from baseline_collector.render.calls import FORMULAS, Figures, PublishedCall, published, whole_run
from baseline_collector.render.evidence import leading_facts
from baseline_collector.render.frame import (
    APPENDIX,
    FIGURES,
    GAPS,
    GAPS_LEAD,
    INGESTION,
    MASKED,
    NO_ADVICE,
    NO_FINDING,
    NO_GAPS,
    NO_MODEL,
    NOT_ABOVE,
    ONLY_TEMPLATES,
    REFUSED_SHOWN,
    SAID_ABOVE,
    TITLE,
    authors,
    figure_text,
    folds,
    further_findings,
    further_recommendations,
)
from baseline_collector.render.markdown_text import (
    MarkdownPen,
    block,
    code,
    fence,
    folded,
    guarded,
    numbered,
    prose,
    table,
    technical,
)
from baseline_collector.render.slots import Slots
from baseline_collector.render.summary import data_summary, skipped_by_reason, utc_date
from baseline_collector.report import Inventory, Narrative, Refused, Report, Section
from baseline_collector.visible import masked, one_line, visible

EVIDENCE_SHOWN = 20
"""Facts in the Evidence table; longer ones are not read."""

SKIPPED_SHOWN = 5
"""Names of skipped entries a reason; report.json has all of them."""

_PLAIN_NAME = re.compile(r"(?!.*//)(?!www\.)\w[\w.:/ ,+-]*")


def report_markdown(report: Report) -> str:
    """Write report.md.

    Args:
        report: The finished report.

    Returns:
        The whole text, ending in a newline; the same bytes for the same report.

    Raises:
        KeyError: A text names a fact or name that is not there; a programmer's error.
    """
    slots = Slots(report.analysis)
    chunks = (
        _title(report),
        _narrative(report, slots),
        _workflow(report),
        _metrics(report.narrative),
        _findings(report, slots),
        _recommendations(report, slots),
        _gaps(report, slots),
        _persona(report),
        _writing(report.narrative),
    )
    return "\n".join(line for chunk in chunks for line in (*chunk, "")).rstrip("\n") + "\n"


def header_name(text: str) -> str:
    """Write a name of the header: plain where it is harmless, as code elsewhere."""
    return text if _PLAIN_NAME.fullmatch(text) else code(text)


def _title(report: Report) -> list[str]:
    agent = report.agent
    return [
        "# Baseline Collector", "",
        f"# {TITLE}", "",
        f"**Date:** {utc_date(report.generated_at)}", "",
        f"**Agent Type:** {header_name(agent.type)}", "",
        f"**Model:** {header_name(agent.model)}", "",
        f"**Configuration:** {header_name(agent.configuration)}", "",
        "---", "",
        "## Technical Report",
    ]


def _narrative(report: Report, slots: Slots) -> Iterator[str]:
    for section in report.narrative.sections:
        yield from _section(section, slots)
        if section.name == INGESTION:
            yield from _skipped(report.inventory)
        if section.name == APPENDIX:
            yield from _evidence(leading_facts(report, slots, EVIDENCE_SHOWN), slots)
    yield "---"


def _section(section: Section, slots: Slots) -> Iterator[str]:
    yield f"### {section.name}"
    yield ""
    for behind, items in folds(section.blocks):
        lines = (line for item in items for line in (*block(item, slots), ""))
        yield from (*folded(prose(behind), lines), "") if behind else lines


def _skipped(inventory: Inventory) -> Iterator[str]:
    """Say what lies below the roots and was not opened, by the reason for it."""
    for reason, paths in skipped_by_reason(inventory):
        names = ", ".join(code(path) for path in paths[:SKIPPED_SHOWN])
        more = " and others, in `report.json`" if len(paths) > SKIPPED_SHOWN else ""
        yield f"- Skipped entries: {len(paths)} ({code(reason)}): {names}{more}"
    if inventory.skipped:
        yield ""


def _evidence(facts: Sequence[Fact], slots: Slots) -> Iterator[str]:
    pen = MarkdownPen()
    yield "#### Evidence"
    yield ""
    yield ("The facts behind the summary and the findings, as far as they go in here. "
           "`report.json` and `dataset/facts.parquet` hold every fact of this report with all "
           "its sources, its interval and its query; `report.html` opens them behind each number.")
    yield ""
    rows = [_evidence_row(fact, slots.write(fact.statement, pen)) for fact in facts]
    yield from folded("The leading facts with their sources", (
        *table(("Fact", "Statement", "Estimator", "First source"), rows), ""))
    yield ""


def _evidence_row(fact: Fact, statement: str) -> tuple[str, ...]:
    first = "the inventory" if fact.kind == "inventory" else "this run"
    if fact.sources:
        source = fact.sources[0]
        first = code(source.artifact)
        if source.pointer:
            first += f" at {code(readable_pointer(source.pointer))}"
    return (code(fact.id), statement, technical(fact.estimator), first)


def _workflow(report: Report) -> list[str]:
    timing = report.timing
    return [
        "## Workflow Summary",
        f"- Files analyzed: {len(report.inventory.artifacts)}",
        f"- Execution time: {timing.total_s:.2f}s (ingest {timing.ingest_s:.2f}s | "
        f"analysis {timing.analysis_s:.2f}s | report {timing.report_s:.2f}s)",
        *_rules_changed(report),
        "- Data summary:",
        *fence(data_summary(report.inventory)),
    ]


def _rules_changed(report: Report) -> list[str]:
    """Say which rules were switched off or compared with other thresholds."""
    told = [f"{code(one.rule)} {one.value}" if not one.threshold else
            f"{code(f'{one.rule}.{one.threshold}')} {code(one.value)} instead of "
            f"{code(one.default)}" for one in report.analysis.rules_changed]
    return [f"- Rules changed: {'; '.join(told)}"] if told else []


def _metrics(narrative: Narrative) -> Iterator[str]:
    yield "## Metrics"
    if not narrative.calls:
        yield f"- {NO_MODEL}"
        return
    calls = [published(call) for call in narrative.calls]
    total = whole_run(calls)
    for label, name, unit in FIGURES:
        yield f"- {label}: {figure_text(getattr(total, name), unit)}"
    yield ""
    yield "These are the figures of the whole run. They come from the calls below, as printed:"
    yield ""
    yield from _formulas()
    yield ""
    yield from _call_table(calls)


def _formulas() -> Iterator[str]:
    labels = {name: label for label, name, _ in FIGURES}
    for name, label in labels.items():
        yield f"- {label}: `{FORMULAS[name]}`"


def _call_table(calls: Sequence[PublishedCall]) -> list[str]:
    header = ["Purpose", "Model"]
    header += [f"{label} ({unit})" if unit else label for label, _, unit in FIGURES]
    rows = [[prose(call.purpose), code(call.model), *_figure_cells(call.figures)] for call in calls]
    return table(header, rows)


def _figure_cells(figures: Figures) -> list[str]:
    return [figure_text(getattr(figures, name), "") for _, name, _ in FIGURES]


def _findings(report: Report, slots: Slots) -> Iterator[str]:
    yield "## Key Findings"
    pen = MarkdownPen()
    if not report.analysis.findings:
        yield f"- {NO_FINDING}"
        return
    yield from _behind([f"- {guarded(slots.write(finding.title, pen))}"
                        for finding in further_findings(report)])


def _recommendations(report: Report, slots: Slots) -> list[str]:
    pen = MarkdownPen()
    if not report.analysis.advice:
        return ["## Recommendations", f"- {NO_ADVICE}"]
    texts = [guarded(slots.write(text, pen)) for text in further_recommendations(report, slots)]
    return ["## Recommendations", *_behind(numbered(texts))]


def _behind(lines: Sequence[str]) -> Iterator[str]:
    """What the narrative does not say, out of sight until it is asked for."""
    if lines:
        yield from folded(NOT_ABOVE, (*lines, ""))
    else:
        yield f"- {SAID_ABOVE}"


def _gaps(report: Report, slots: Slots) -> Iterator[str]:
    """Say what is missing, which question it blocks, and which protocol fills it."""
    yield f"## {GAPS}"
    if not report.analysis.gaps:
        yield f"- {NO_GAPS}"
        return
    pen = MarkdownPen()
    yield GAPS_LEAD
    yield ""
    for gap in report.analysis.gaps:
        protocol = f" Protocol: {code(f'protocols/{gap.id}.toml')}." if gap.protocol else ""
        yield f"- {guarded(slots.write(gap.title, pen))} Blocks: {gap.blocks}.{protocol}"


def _persona(report: Report) -> list[str]:
    lines = [visible(line, longest=max(len(line), 1))
             for line in report.agent.persona.splitlines() or [""]]
    return ["## Persona Prompt", *fence(lines)]


def _writing(narrative: Narrative) -> Iterator[str]:
    yield "## Refused Sentences"
    for line in authors(narrative):
        yield f"- {line}"
    if narrative.note:
        yield f"- Note: {technical(one_line(narrative.note))}"
    if not narrative.calls:
        yield f"- {ONLY_TEMPLATES}"
        return
    rejected = narrative.rejected
    yield f"- Sentences of the writer: {narrative.accepted} printed, {len(rejected)} refused."
    yield from _refused(rejected)


def _refused(rejected: Sequence[Refused]) -> Iterator[str]:
    if not rejected:
        return
    yield f"- {MASKED}"
    yield ""
    for refused in rejected[:REFUSED_SHOWN]:
        yield f"- {code(masked(one_line(refused.text)))}: {prose(masked(refused.reason))}"
    if len(rejected) > REFUSED_SHOWN:
        yield "- ... and the others in `report.json`"

"""Which facts a report rests on, and the evidence of numbers that are no facts.

File counts, run times and model calls are printed too. Each of them gets an entry that
says how it came about, so that every number of the page has something to open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from baseline_collector.model import Fact
from baseline_collector.render.calls import FORMULAS
from baseline_collector.render.slots import Slots
from baseline_collector.render.summary import types_in_order
from baseline_collector.report import Report, TypeSummary
from baseline_collector.slots import ids

_GROUP_QUERY = ("SELECT count(*) AS files, sum(size) AS bytes, max(modified) AS latest_modified\n"
                "FROM artifacts")


@dataclass(frozen=True, slots=True)
class OwnEvidence:
    """How a number of the report that is no fact came about.

    Attributes:
        id: Anchor on the page.
        title: What was counted or measured.
        how: The way, in words.
        subject: Name from outside that it is about; empty for none.
        lines: Formulas or details, one a line.
        sql: Query over the dataset that gives it again; empty for figures of the run.
    """

    id: str
    title: str
    how: str
    subject: str = ""
    lines: tuple[str, ...] = ()
    sql: str = ""


def used_facts(report: Report, slots: Slots) -> tuple[Fact, ...]:
    """Return the facts that the report speaks of or draws, in the order of the report."""
    used = slots.facts_of(_texts(report))
    used.update(fact for finding in report.analysis.findings for fact in finding.facts)
    used.update(bar.fact for chart in report.analysis.charts for bar in chart.bars if bar.fact)
    reached = set(used)
    while reached:  # a statement may name further facts
        named = slots.facts_of(slots.fact(fact).statement for fact in reached)
        reached = named - used
        used |= reached
    return tuple(fact for fact in report.analysis.facts if fact.id in used)


def leading_facts(report: Report, slots: Slots, most: int) -> tuple[Fact, ...]:
    """Return the facts that a reader asks about first.

    Args:
        report: The finished report.
        slots: Its facts and names.
        most: How many at most.

    Returns:
        What the first section names, then what the findings rest on, in the order of the
        findings; each fact once.
    """
    opening = [text for section in report.narrative.sections[:1] for item in section.blocks
               for text in item.items]
    named = [slot for text in opening for slot in ids(text)]
    named += [fact for finding in report.analysis.findings for fact in finding.facts]
    known = {fact.id: fact for fact in report.analysis.facts}
    return tuple(known[id_] for id_ in dict.fromkeys(named) if id_ in known)[:most]


def own_evidence(report: Report) -> tuple[OwnEvidence, ...]:
    """Return the evidence of all numbers of the page that are no facts."""
    return (*_counts(), *_types(report), *_roots(report), *_run())


def type_anchor(index: int) -> str:
    """Return the anchor of the evidence of a file type, by its place in the list."""
    return f"type-{index + 1}"


def root_anchor(index: int) -> str:
    """Return the anchor of the evidence of a root, by its place in the list."""
    return f"root-{index + 1}"


def _texts(report: Report) -> Iterator[str]:
    for section in report.narrative.sections:
        for block in section.blocks:
            yield from block.items
            for row in block.rows:
                yield from row
    for finding in report.analysis.findings:
        yield finding.title
        yield finding.recommendation
    for gap in report.analysis.gaps:
        yield gap.title
    for chart in report.analysis.charts:
        yield chart.title


def _counts() -> Iterator[OwnEvidence]:
    yield OwnEvidence(
        "count-files", "Files", "Every file below the roots, counted once, whatever became of it.",
        sql="SELECT count(*) AS files, sum(size) AS bytes FROM artifacts")
    yield OwnEvidence(
        "count-status", "What became of the files",
        "Files by status: read, partly read, unread, or duplicate of another file by SHA-256.",
        sql="SELECT status, count(*) AS files FROM artifacts GROUP BY status")
    yield OwnEvidence(
        "count-findings", "Findings", "Rules that fired; each rests on the facts it names.",
        sql="SELECT severity, count(*) AS findings FROM findings GROUP BY severity")
    yield OwnEvidence(
        "count-facts", "Facts", "Numbers with estimator, sources and scope.",
        sql="SELECT count(*) AS facts FROM facts")
    yield OwnEvidence(
        "count-sentences", "Sentences of the writer",
        "Counted while the text was checked; report.json holds every refused sentence in full.")
    yield OwnEvidence(
        "count-left-out", "What is not printed",
        "Counted while the text was written; report.json says how many of what each section "
        "leaves out, and facts.parquet holds them.")
    yield OwnEvidence(
        "count-skipped", "Entries that are no files to read",
        "Links, special files and excluded folders met on the way; never followed or opened.")


def _types(report: Report) -> Iterator[OwnEvidence]:
    for index, (kind, summary) in enumerate(types_in_order(report.inventory)):
        yield _group(type_anchor(index), "Files of one type", "kind", kind, summary)


def _roots(report: Report) -> Iterator[OwnEvidence]:
    for index, (root, summary) in enumerate(report.inventory.by_root.items()):
        yield _group(root_anchor(index), "Files below one root", "root", root, summary)


def _group(anchor: str, title: str, column: str, name: str, summary: TypeSummary) -> OwnEvidence:
    quoted = name.replace("'", "''")
    sql = f"{_GROUP_QUERY}\nWHERE \"{column}\" = '{quoted}'"
    how = "Counted by walking the roots; sizes and times are those of the file system, UTC."
    return OwnEvidence(anchor, title, how, name, summary.first, sql)


def _run() -> Iterator[OwnEvidence]:
    yield OwnEvidence(
        "run-timing", "Execution time",
        "Wall clock of this run, by a monotonic clock, from start to the finished report.")
    yield OwnEvidence(
        "run-calls", "Model calls",
        "Time to first token and total duration are measured by the client, the rest is the "
        "server's own account. Figures of the whole run are made from the printed calls:",
        lines=tuple(f"{name} = {formula}" for name, formula in FORMULAS.items()))

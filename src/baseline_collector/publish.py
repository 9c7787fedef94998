"""Publish: the tables and documents of a finished report, into a staged folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from baseline_collector import store
from baseline_collector.cache import manifest
from baseline_collector.dataset import ARTIFACTS, FACTS, FINDINGS, GAPS
from baseline_collector.ingest import Collected
from baseline_collector.model import Analysis, Fact
from baseline_collector.normalise.cleaning import RULES
from baseline_collector.render.html import report_html
from baseline_collector.render.inventory import inventory_json, inventory_markdown
from baseline_collector.render.json import report_json
from baseline_collector.render.markdown import report_markdown
from baseline_collector.render.slots import Slots
from baseline_collector.report import Report


def write(folder: Path, collected: Collected, report: Report, began_ns: int) -> None:
    """Write everything of a finished report but the run's log into a staged folder.

    Args:
        folder: The staged folder; the measurements lie there.
        collected: The heap.
        report: The report, masked.
        began_ns: When the run began, nanoseconds since the epoch.
    """
    slots = Slots(report.analysis)
    _dataset(folder / "dataset", collected, report, slots, began_ns)
    for name, text in (
        ("report.md", report_markdown(report)), ("report.html", report_html(report)),
        ("report.json", report_json(report, slots)),
        ("inventory.md", inventory_markdown(report)),
        ("inventory.json", inventory_json(report, slots)),
    ):
        (folder / name).write_text(text, "utf-8", newline="\n")
    (folder / "protocols").mkdir()  # also where empty: it takes the place of an older one
    for gap in report.analysis.gaps:
        if gap.protocol:
            (folder / "protocols" / f"{gap.id}.toml").write_text(gap.protocol, "utf-8",
                                                                newline="\n")


REFUSED = "refused-draft"
"""Folder of the output that keeps a report which was not published."""

_REASONS = "reasons.txt"


def sentences(report: Report) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the texts of the narrative as written, each with the facts it names."""
    slots = Slots(report.analysis)
    for section in report.narrative.sections:
        for block in section.blocks:
            for text in block.items:
                named = tuple(slots.facts_of([text]))
                if named:
                    yield slots.plain(text), named

def keep_draft(stage: Path, out: Path, reasons: Sequence[str]) -> Path:
    """Keep a refused report beside the old output, with the reasons; return its folder."""
    folder = out / REFUSED
    forget_draft(out)
    folder.mkdir(exist_ok=True)
    for name in ("report.md", "report.html", "report.json"):
        shutil.copyfile(stage / name, folder / name)
    (folder / _REASONS).write_text("".join(f"{reason}\n" for reason in reasons), "utf-8")
    return folder


def forget_draft(out: Path) -> None:
    """Remove the draft of an earlier run, where it is one of ours."""
    if (out / REFUSED / _REASONS).is_file():
        shutil.rmtree(out / REFUSED, ignore_errors=True)


def _dataset(folder: Path, collected: Collected, report: Report, slots: Slots,
             began_ns: int) -> None:
    store.write_tables(folder, {
        "artifacts": artifacts_table(collected),
        "facts": _facts(report.analysis, slots),
        "findings": _findings(report.analysis, slots),
        "gaps": _gaps(report.analysis, slots),
        "manifest": manifest(collected.listing, collected.accounts, collected.keys, began_ns),
    }, collected.cleaning(), RULES)


def artifacts_table(collected: Collected) -> pa.Table:
    """One row a file, with what became of its values and calls."""
    twins = collected.twins()
    rows = []
    for one, account in zip(collected.artifacts, collected.accounts, strict=True):
        outcome = account.outcomes
        rows.append({
            "artifact": one.artifact, "root": one.root, "kind": one.kind,
            "format": one.format or None, "version": one.version or None, "size": one.size,
            "modified": one.modified_ns // 1000, "sha256": one.sha256 or None,
            "status": one.status, "reason": one.reason or None,
            "duplicate_of": one.duplicate_of or None,
            "twin_of": twins.get(one.artifact),
            "leaves": account.leaves, "numbers": account.numbers,
            "texts": account.leaves - account.numbers,
            "rejected": account.rejected,
            "attempts": outcome.attempts if outcome else 0,
            "failures": len(outcome.failures) if outcome else 0,
            "disguised": outcome.disguised if outcome else 0,
        })
    return pa.Table.from_pylist(rows, schema=ARTIFACTS)


def _facts(analysis: Analysis, slots: Slots) -> pa.Table:
    facts = analysis.facts
    texts = [fact.value if isinstance(fact.value, str) else None for fact in facts]
    intervals = [fact.interval for fact in facts]
    columns: dict[str, list[object]] = {
        "id": [fact.id for fact in facts],
        "statement": [slots.plain(fact.statement) for fact in facts],
        "topic": [fact.topic for fact in facts],
        "metric": [fact.metric for fact in facts],
        "statistic": [fact.statistic for fact in facts],
        "value": [None if isinstance(fact.value, str) else float(fact.value) for fact in facts],
        "text": list(texts),
        "unit": [fact.unit for fact in facts],
        "n": [fact.n for fact in facts],
        "low": [interval and interval.low for interval in intervals],
        "high": [interval and interval.high for interval in intervals],
        "level": [interval and interval.level for interval in intervals],
        "estimator": [fact.estimator for fact in facts],
        "scope": [_json(fact.scope) for fact in facts],
        "sources": _sources(facts),
        "sql": [fact.sql or None for fact in facts],
    }
    return pa.Table.from_pydict(columns, schema=FACTS)


def _sources(facts: Sequence[Fact]) -> list[object]:
    """Sources of each fact as JSON; those that facts of one group share are written once."""
    known: dict[int, str] = {}
    for fact in facts:
        if id(fact.sources) not in known:
            known[id(fact.sources)] = _json([{"artifact": one.artifact, "pointer": one.pointer}
                                             for one in fact.sources])
    return [known[id(fact.sources)] for fact in facts]


def _findings(analysis: Analysis, slots: Slots) -> pa.Table:
    rows = [{
        "id": one.id, "rule": one.rule, "severity": one.severity, "topic": one.topic,
        "title": slots.plain(one.title), "facts": _json(list(one.facts)),
        "recommendation": slots.plain(one.recommendation) or None,
    } for one in analysis.findings]
    return pa.Table.from_pylist(rows, schema=FINDINGS)


def _gaps(analysis: Analysis, slots: Slots) -> pa.Table:
    rows = [{
        "id": one.id, "title": slots.plain(one.title), "blocks": one.blocks,
        "facts": _json(list(one.facts)), "rank": one.rank, "protocol": one.protocol or None,
    } for one in analysis.gaps]
    return pa.Table.from_pylist(rows, schema=GAPS)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

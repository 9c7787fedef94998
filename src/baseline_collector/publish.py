"""Publish: the tables and documents of a finished report, into a staged folder."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from baseline_collector import store
from baseline_collector.dataset import ARTIFACTS, FACTS, FINDINGS
from baseline_collector.model import Analysis, Report
from baseline_collector.normalise import Normalised
from baseline_collector.normalise.cleaning import RULES
from baseline_collector.read import Reading
from baseline_collector.render.html import report_html
from baseline_collector.render.inventory import inventory_json, inventory_markdown
from baseline_collector.render.json import report_json
from baseline_collector.render.markdown import report_markdown
from baseline_collector.render.slots import Slots


def documents(folder: Path, report: Report) -> None:
    """Write report.md, report.html, report.json, inventory.md and inventory.json."""
    for name, write in (
        ("report.md", report_markdown), ("report.html", report_html),
        ("report.json", report_json), ("inventory.md", inventory_markdown),
        ("inventory.json", inventory_json),
    ):
        (folder / name).write_text(write(report), "utf-8", newline="\n")


def tables(folder: Path, reading: Reading, normalised: Normalised, report: Report) -> None:
    """Write the dataset."""
    slots = Slots(report.analysis)
    store.write_tables(folder, {
        "artifacts": artifacts_table(reading, normalised),
        "measurements": normalised.measurements,
        "facts": _facts(report.analysis, slots),
        "findings": _findings(report.analysis, slots),
    }, normalised.cleaning, RULES)


def artifacts_table(reading: Reading, normalised: Normalised) -> pa.Table:
    """One row a file, with what became of its values and calls."""
    names = [one.artifact for one in reading.artifacts]
    rows = []
    for at, one in enumerate(reading.artifacts):
        outcome, twin = normalised.outcomes.get(at), normalised.twin_of.get(at)
        leaves, numbers = normalised.leaves[at], normalised.numbers[at]
        rows.append({
            "artifact": one.artifact, "root": one.root, "kind": one.kind,
            "format": one.format or None, "version": one.version or None, "size": one.size,
            "modified": one.modified_ns // 1000, "sha256": one.sha256 or None,
            "status": one.status, "reason": one.reason or None,
            "duplicate_of": one.duplicate_of or None,
            "twin_of": None if twin is None else names[twin],
            "leaves": leaves, "numbers": numbers, "texts": leaves - numbers,
            "rejected": normalised.rejected[at],
            "attempts": outcome.attempts if outcome else 0,
            "failures": len(outcome.failures) if outcome else 0,
            "disguised": outcome.disguised if outcome else 0,
        })
    return pa.Table.from_pylist(rows, schema=ARTIFACTS)


def _facts(analysis: Analysis, slots: Slots) -> pa.Table:
    rows = []
    for fact in analysis.facts:
        text = isinstance(fact.value, str)
        interval = fact.interval
        rows.append({
            "id": fact.id, "statement": slots.plain(fact.statement), "topic": fact.topic,
            "metric": fact.metric, "statistic": fact.statistic,
            "value": None if text else float(fact.value), "text": fact.value if text else None,
            "unit": fact.unit, "n": fact.n,
            "low": interval.low if interval else None, "high": interval.high if interval else None,
            "level": interval.level if interval else None, "estimator": fact.estimator,
            "scope": _json(fact.scope),
            "sources": _json([{"artifact": one.artifact, "pointer": one.pointer}
                              for one in fact.sources]),
            "sql": fact.sql or None,
        })
    return pa.Table.from_pylist(rows, schema=FACTS)


def _findings(analysis: Analysis, slots: Slots) -> pa.Table:
    rows = [{
        "id": one.id, "rule": one.rule, "severity": one.severity, "topic": one.topic,
        "title": slots.plain(one.title), "facts": _json(list(one.facts)),
        "recommendation": slots.plain(one.recommendation) or None,
    } for one in analysis.findings]
    return pa.Table.from_pylist(rows, schema=FINDINGS)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

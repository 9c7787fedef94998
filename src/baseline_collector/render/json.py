"""report.json: the whole report for other programs.

Lists of records have one record a line, so that two reports can be compared with diff.
Numbers are as computed, except those of model calls (see ``calls.py``); a number that
is not finite is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import cast

from baseline_collector.model import Advice, Artifact, Bar, Chart, Fact, Finding, Gap
from baseline_collector.render.calls import FORMULAS, PublishedCall, published, whole_run
from baseline_collector.render.slots import Slots
from baseline_collector.render.summary import total_bytes, types_in_order
from baseline_collector.report import Inventory, Narrative, Report, Section, TypeSummary
from baseline_collector.visible import json_safe

SCHEMA = "baseline-collector/report/1"

Json = dict[str, object]


def report_json(report: Report, slots: Slots | None = None) -> str:
    """Write report.json.

    Returns:
        The whole text, keys in a fixed order, ending in a newline.

    Raises:
        KeyError: A text names a fact or name that is not there; a programmer's error.
    """
    slots = slots or Slots(report.analysis)
    timing = report.timing
    return document({
        "schema": SCHEMA,
        "generated_at": report.generated_at,
        "agent": asdict(report.agent),
        "inventory": inventory_record(report.inventory),
        "timing": asdict(timing),
        "llm": _llm(report.narrative),
        "facts": [fact_record(fact, slots) for fact in report.analysis.facts],
        "findings": [finding_record(finding, slots) for finding in report.analysis.findings],
        "narrative": _narrative(report.narrative),
        "gaps": [gap_record(one, slots) for one in report.analysis.gaps],
        "recommendations": [_advice(one, slots) for one in report.analysis.advice],
        "rules_changed": [asdict(one) for one in report.analysis.rules_changed],
        "names": [asdict(name) for name in report.analysis.names],
        "charts": [_chart(chart, slots) for chart in report.analysis.charts],
    })


def document(content: Mapping[str, object]) -> str:
    """Write a JSON text: one line a key, one line a record of a list of records."""
    lines = [f"  {_dumps(key)}: {_member(value)}" for key, value in content.items()]
    return json_safe("{\n" + ",\n".join(lines) + "\n}\n")


def inventory_record(inventory: Inventory) -> Json:
    """Return the ``inventory`` of report.json."""
    artifacts = inventory.artifacts
    return {
        "files": len(artifacts),
        "bytes": total_bytes(inventory),
        "by_type": {kind: _summary(group) for kind, group in types_in_order(inventory)},
        "by_root": {root: _summary(group) for root, group in inventory.by_root.items()},
        "unread": _with_reason(artifacts, "unread"),
        "partly_read": _with_reason(artifacts, "partly_read"),
        "skipped": [asdict(skipped) for skipped in inventory.skipped],
        "duplicates": [list(group) for group in inventory.duplicates],
    }


def fact_record(fact: Fact, slots: Slots) -> Json:
    """Return one of ``facts``; the statement is a finished sentence."""
    return {
        "id": fact.id,
        "statement": slots.plain(fact.statement),
        "metric": fact.metric,
        "statistic": fact.statistic,
        "value": fact.value,
        "unit": fact.unit,
        "n": fact.n,
        "interval": None if fact.interval is None else asdict(fact.interval),
        "estimator": fact.estimator,
        "scope": dict(sorted(fact.scope.items())),
        "sources": [{"artifact": s.artifact, "pointer": s.pointer} for s in fact.sources],
        "sql": fact.sql,
        "kind": fact.kind,
        "topic": fact.topic,
    }


def finding_record(finding: Finding, slots: Slots) -> Json:
    """Return one of ``findings``; title and recommendation are finished sentences."""
    return {
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "title": slots.plain(finding.title),
        "facts": list(finding.facts),
        "recommendation": slots.plain(finding.recommendation),
        "topic": finding.topic,
    }


def gap_record(gap: Gap, slots: Slots) -> Json:
    """Return one of ``gaps``: what is missing, what it blocks, and its protocol's file."""
    return {"id": gap.id, "title": slots.plain(gap.title), "blocks": gap.blocks,
            "facts": list(gap.facts), "rank": gap.rank,
            "protocol": f"protocols/{gap.id}.toml" if gap.protocol else None}


def _advice(advice: Advice, slots: Slots) -> Json:
    return {"kind": advice.kind, "text": slots.plain(advice.text), "facts": list(advice.facts),
            "gain": advice.gain, "findings": list(advice.findings), "gap": advice.gap or None,
            "leading": advice.leading}


def _llm(narrative: Narrative) -> Json | None:
    if not narrative.calls:
        return None
    calls = [published(call) for call in narrative.calls]
    return {
        "calls": [_call(call) for call in calls],
        **asdict(whole_run(calls)),
        "formulas": dict(FORMULAS),
    }


def _call(call: PublishedCall) -> Json:
    return {"purpose": call.purpose, "model": call.model, **asdict(call.figures),
            "options": dict(sorted(call.options.items()))}


def _narrative(narrative: Narrative) -> Json:
    return {
        "writer": narrative.writer,
        "sections": [{"name": s.name, "source": s.source, "left_out": _left_out(s)}
                     for s in narrative.sections],
        "accepted": narrative.accepted,
        "rejected": [asdict(refused) for refused in narrative.rejected],
        "note": narrative.note,
    }


def _left_out(section: Section) -> list[Json]:
    """What a section does not print, and how much of it, in its order."""
    return [{"what": text, "count": block.left_out}
            for block in section.blocks if block.kind == "more" for text in block.items]


def _chart(chart: Chart, slots: Slots) -> Json:
    return {"id": chart.id, "title": slots.plain(chart.title), "axis": chart.axis,
            "unit": chart.unit, "logarithmic": chart.logarithmic,
            "bars": [_bar(bar) for bar in chart.bars]}


def _bar(bar: Bar) -> Json:
    points = [{"value": point.value, "artifact": point.source.artifact,
               "pointer": point.source.pointer} for point in bar.points]
    return {"label": bar.label, "series": bar.series, "estimate": bar.estimate, "low": bar.low,
            "high": bar.high, "fact": bar.fact, "points": points}


def _summary(group: TypeSummary) -> Json:
    return {"count": group.count, "bytes": group.bytes,
            "latest_modified": group.latest_modified, "first": list(group.first),
            "more": group.more}


def _with_reason(artifacts: Sequence[Artifact], status: str) -> list[Json]:
    return [{"path": artifact.artifact, "reason": artifact.reason}
            for artifact in artifacts if artifact.status == status]


def _member(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"    {_dumps(item)}" for item in value) + "\n  ]"
    return _dumps(value)


def _dumps(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in cast("Mapping[str, object]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value

"""inventory.md and inventory.json: the hand-over for a second agent.

The Markdown answers the default persona: directory coverage, counts per type with the
latest modified time, gaps and missing telemetry, concrete metrics. It stays under 250
words whatever the heap looks like: lines are added whole, most useful first, while they
fit; what is left out is counted and stands in inventory.json.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from baseline_collector.model import Artifact, Fact, Finding, Name
from baseline_collector.render.evidence import used_facts
from baseline_collector.render.frame import SEVERITIES, STATUSES, plural
from baseline_collector.render.json import (
    document,
    fact_record,
    finding_record,
    inventory_record,
)
from baseline_collector.render.markdown_text import MarkdownPen, code, guarded
from baseline_collector.render.slots import Slots
from baseline_collector.render.summary import (
    total_bytes,
    types_in_order,
    utc_date,
    utc_text,
    with_status,
)
from baseline_collector.report import Inventory, Report, TypeSummary
from baseline_collector.units import show

SCHEMA = "baseline-collector/inventory/1"
MOST_WORDS = 249
"""The persona asks for a response under 250 words."""

# Words each part may fill, headings and "more" lines apart; metrics take what is left.
_COVERAGE_WORDS = 55
_TYPE_WORDS = 60
_GAP_WORDS = 70
_GAPS = ("telemetry", "setup", "failure", "quality", "ingestion", "duplicate")
"""Topics that speak of something missing or wrong in the heap."""

_LONGEST_WORD = 80


def inventory_markdown(report: Report) -> str:
    """Write inventory.md, fewer than 250 words (runs of characters without white space)."""
    slots = Slots(report.analysis)
    inventory = report.inventory
    lines = [
        f"# Data Inventory, {utc_date(report.generated_at)}", "",
        "## Directory coverage",
        _whole(inventory),
        *_fit([_group_line(*item) for item in inventory.by_root.items()], _COVERAGE_WORDS), "",
        "## Files by type",
        *_fit([_group_line(*item) for item in types_in_order(inventory)], _TYPE_WORDS), "",
        "## Gaps and missing telemetry",
        *_fit(_gaps(report.analysis.findings, slots), _GAP_WORDS), "",
        "## Metrics",
    ]
    left = MOST_WORDS - _words("\n".join(lines))
    lines += _fit(_metrics(report, slots), left)
    return "\n".join(lines) + "\n"


def inventory_json(report: Report, slots: Slots | None = None) -> str:
    """Write inventory.json: every file, the findings and the facts they rest on.

    Facts about the heap are all there; facts about speed only where a finding names them,
    the others stand in report.json and in the dataset.
    """
    slots = slots or Slots(report.analysis)
    named = {fact for finding in report.analysis.findings for fact in finding.facts}
    return document({
        "schema": SCHEMA,
        "generated_at": report.generated_at,
        "inventory": inventory_record(report.inventory),
        "artifacts": [_artifact(artifact) for artifact in report.inventory.artifacts],
        "facts": [fact_record(fact, slots) for fact in report.analysis.facts
                  if fact.kind == "inventory" or fact.id in named],
        "findings": [finding_record(finding, slots) for finding in report.analysis.findings],
        "names": [asdict(name) for name in report.analysis.names],
    })


def gaps_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings that speak of something missing first, then by severity."""
    return sorted(findings, key=lambda finding: (
        finding.topic not in _GAPS, SEVERITIES.index(finding.severity)))


def _whole(inventory: Inventory) -> str:
    files = len(inventory.artifacts)
    parts = [f"{files} {plural(files, 'file')}", show(total_bytes(inventory), "byte")]
    for status, words in STATUSES:
        count = with_status(inventory, status)
        if count:
            parts.append(f"{count} {words}")
    return f"- All: {', '.join(parts)}"


def _group_line(name: str, group: TypeSummary) -> str:
    files = f"{group.count} {plural(group.count, 'file')}"
    return (f"- {_short(name)}: {files}, {show(group.bytes, 'byte')}, "
            f"latest modified {utc_text(group.latest_modified)}")


def _gaps(findings: Sequence[Finding], slots: Slots) -> list[str]:
    pen = _ShortPen()
    lines = [f"- {guarded(slots.write(finding.title, pen))}" for finding in gaps_first(findings)]
    return lines or ["- None found."]


def _metrics(report: Report, slots: Slots) -> list[str]:
    pen = _ShortPen()
    lines = [f"- {guarded(slots.write(fact.statement, pen))}"
             for fact in _concrete(report, slots)[:MOST_WORDS]]
    return lines or ["- No measurement was recognised."]


def _concrete(report: Report, slots: Slots) -> list[Fact]:
    """Measured facts that the report uses, the weightiest first."""
    used = [fact for fact in used_facts(report, slots)
            if fact.kind == "data" and fact.metric is not None]
    return sorted(used, key=lambda fact: (fact.topic != "performance", -fact.weight))


def _fit(lines: Sequence[str], budget: int) -> list[str]:
    kept: list[str] = []
    for place, line in enumerate(lines):
        rest = len(lines) - place
        more = [f"- and {rest} more in `inventory.json`"]
        reserve = _words(more[0]) if rest > 1 else 0
        if _words("\n".join([*kept, line])) + reserve > budget:
            return [*kept, *more] if _words("\n".join([*kept, *more])) <= budget else kept
        kept.append(line)
    return kept


def _words(text: str) -> int:
    return len(text.split())


def _short(name: str) -> str:
    # White space of any kind would make many words of one name.
    return code(_squeezed(name))


def _squeezed(name: str) -> str:
    joined = "␠".join(name.split())
    if len(joined) <= _LONGEST_WORD:
        return joined
    half = _LONGEST_WORD // 2
    return f"{joined[:half]}…{joined[-half:]}"


class _ShortPen(MarkdownPen):
    """Markdown whose names are one word each."""

    def name(self, name: Name) -> str:
        return _short(name.text)


def _artifact(artifact: Artifact) -> dict[str, object]:
    return {
        "artifact": artifact.artifact,
        "root": artifact.root,
        "kind": artifact.kind,
        "size": artifact.size,
        "modified_ns": artifact.modified_ns,
        "sha256": artifact.sha256,
        "status": artifact.status,
        "reason": artifact.reason,
        "format": artifact.format,
        "version": artifact.version,
        "duplicate_of": artifact.duplicate_of,
    }

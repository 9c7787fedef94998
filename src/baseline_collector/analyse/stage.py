"""The stage itself: measurements and inventory in, facts, findings and charts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from baseline_collector.analyse.advise import advise
from baseline_collector.analyse.charts import charts
from baseline_collector.analyse.gaps import gaps
from baseline_collector.analyse.inventory import inventory_facts, value_facts
from baseline_collector.analyse.keys import key_facts
from baseline_collector.evidence.book import Book
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.rule import Evidence
from baseline_collector.evidence.summaries import summarise
from baseline_collector.model import Analysis, Artifact, Outcomes, Skipped
from baseline_collector.rules.catalogue import tuned

_SEVERITIES = ("critical", "warning", "notice", "info")


def analyse(measurements: pa.Table, artifacts: Sequence[Artifact],
            skipped: Sequence[Skipped] = (), outcomes: Mapping[str, Outcomes] | None = None,
            twin_of: Mapping[str, str] | None = None, rules: Sequence[str] = ()) -> Analysis:
    """Turn a dataset into facts and findings.

    Args:
        measurements: Columns of ``schema.MEASUREMENTS``.
        artifacts: Every file, in order.
        skipped: Entries below the roots that are no artifacts.
        outcomes: How calls ended, by artifact name.
        twin_of: Artifact name -> name of the one that is counted instead.
        rules: Rules switched off and thresholds set, as ``rules.catalogue.tuned`` takes them.

    Returns:
        Facts with ids in order of entry, findings, names and charts; the same input gives
        the same output.
    """
    book = Book()
    frame = Frame(measurements)
    inventory_facts(artifacts, book)
    value_facts(frame, book)
    key_facts(frame, artifacts, book)
    summaries = summarise(frame, book)
    setting = tuned(rules)
    evidence = Evidence(book, frame, summaries, artifacts, skipped, outcomes or {}, twin_of or {},
                        setting.limits)
    for rule in setting.rules:
        rule.apply(evidence)
    missing = gaps(evidence)
    findings = sorted(book.findings, key=lambda finding: _SEVERITIES.index(finding.severity))
    advice, pictures = advise(findings, missing, book), charts(summaries)
    return Analysis(book.facts, tuple(findings), tuple(book.names.values()),
                    pictures, setting.changes, missing, advice)

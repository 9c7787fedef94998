"""What each command does: call the pipeline, print what comes back."""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from baseline_collector import config, pipeline
from baseline_collector.dataset import Dataset
from baseline_collector.faces.printing import print_json, print_table, safe
from baseline_collector.render.frame import plural
from baseline_collector.render.json import inventory_record
from baseline_collector.render.summary import data_summary, skipped_by_reason
from baseline_collector.report import Inventory, Report

_NUMBER = re.compile(r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?")
_SETTINGS = (
    "include", "exclude", "hidden", "ignored", "max_document_bytes", "max_stream_bytes",
    "max_depth", "out", "llm", "model", "llm_url", "llm_timeout_s", "allow_remote",
    "free_writing", "llm_seed", "llm_temperature", "persona", "redact", "plugins",
    "rules", "workers", "cache", "rehash",
)


def settings_of(given: argparse.Namespace) -> config.Settings:
    """Settings from flags, environment and files."""
    flags: dict[str, object] = {name: getattr(given, name, None) for name in _SETTINGS}
    flags["roots"] = tuple(given.roots) or None
    return config.load(flags)


def _tell(text: str) -> None:
    print(f"baseline: {safe(text)}", file=sys.stderr)


def collect(given: argparse.Namespace) -> int:
    """Run the main job and say where the report is."""
    settings = settings_of(given)
    report = pipeline.collect(settings, _tell if sys.stderr.isatty() else None)
    out = Path(settings.out)
    counts = {
        status: sum(one.status == status for one in report.inventory.artifacts)
        for status in ("read", "partly_read", "unread", "duplicate")
    }
    if given.format == "json":
        print_json(
            {
                "report": str(out / "report.md"),
                "html": str(out / "report.html"),
                "dataset": str(out / "dataset"),
                "files": len(report.inventory.artifacts),
                **counts,
                "facts": len(report.analysis.facts),
                "findings": len(report.analysis.findings),
                "writer": report.narrative.writer,
                "note": report.narrative.note,
                "total_s": report.timing.total_s,
            }
        )
        return _wrote(settings, report)
    files, facts = len(report.inventory.artifacts), len(report.analysis.facts)
    findings = len(report.analysis.findings)
    print(
        f"{files} {plural(files, 'file')}: "
        + ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in counts.items())
    )
    print(
        f"{facts} {plural(facts, 'fact')}, {findings} {plural(findings, 'finding')}, "
        f"written by {safe(report.narrative.writer)} in {report.timing.total_s:.2f} s"
    )
    print(f"report   {safe(str(out / 'report.md'))}")
    print(f"page     {safe(str(out / 'report.html'))}")
    print(f"dataset  {safe(str(out / 'dataset'))}")
    _tell_skipped(report.inventory)
    if not report.inventory.artifacts:
        _tell("no file below the roots was taken; check roots and patterns")
    if report.narrative.note and not _unheard(settings, report):
        _tell(report.narrative.note)
    return _wrote(settings, report)


def _wrote(settings: config.Settings, report: Report) -> int:
    """Exit code of a collection: a model that was asked for by name must have been heard."""
    if not _unheard(settings, report):
        return 0
    _tell(f"error [model]: the model asked for did not write, the report is written by templates: "
          f"{report.narrative.note}")
    return 2


def _unheard(settings: config.Settings, report: Report) -> bool:
    """Whether a model, a kind of model or a server was named and none answered."""
    named = settings.llm != "auto" or settings.model or settings.llm_url
    return bool(named) and settings.llm != "none" and not report.narrative.calls


def _tell_skipped(found: Inventory) -> None:
    """Say on stderr what was not opened and why, a line a reason."""
    for reason, paths in skipped_by_reason(found):
        others = " and others" if len(paths) > 1 else ""
        _tell(f"skipped {len(paths)}: {reason}: {paths[0]}{others}")


def inventory(given: argparse.Namespace) -> int:
    """Print the inventory."""
    found = pipeline.take_inventory(settings_of(given))
    if given.format == "json":
        print_json(
            inventory_record(found) | {"artifacts": [asdict(one) for one in found.artifacts]}
        )
        return 0
    for line in data_summary(found):
        print(safe(line))
    lost = [one for one in found.artifacts if one.status in ("unread", "partly_read")]
    if found.duplicates:
        print(f"\nDuplicates ({sum(len(group) - 1 for group in found.duplicates)})")
        for group in found.duplicates:
            print(f"  - {safe(' = '.join(group))}")
    if lost:
        print(f"\nNot read whole ({len(lost)})")
        for one in lost:
            print(f"  - {safe(one.artifact)}: {safe(one.reason)}")
    if found.skipped:
        print(f"\nSkipped ({len(found.skipped)})")
        for entry in found.skipped[:20]:
            print(f"  - {safe(entry.path)}: {entry.reason}")
        if len(found.skipped) > 20:
            print(f"  ... and {len(found.skipped) - 20} more")
    return 0


def query(given: argparse.Namespace) -> int:
    """Run SQL and print the rows."""
    table = Dataset(Path(given.dataset)).query(given.sql)
    if given.format == "json":
        print_json(table.to_pylist())
    elif given.format == "csv":
        _print_csv(table.column_names, (row.values() for row in table.to_pylist()))
    else:
        print_table(table.column_names, [list(row.values()) for row in table.to_pylist()])
    return 0


def _print_csv(header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Print CSV in which no text cell can start a formula."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([_unarmed(name) for name in header])
    writer.writerows([[_unarmed(value) for value in row] for row in rows])


def _unarmed(value: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe; numbers stay as they are."""
    if not isinstance(value, str):
        return value
    if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and not _NUMBER.fullmatch(value):
        value = "'" + value
    return safe(value)


def completion(given: argparse.Namespace) -> int:
    """Print a completion script."""
    import shtab

    from baseline_collector.faces.grammar import parser

    print(shtab.complete(parser(), shell=given.shell))
    return 0


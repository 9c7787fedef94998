"""Audit: a finished text and a dataset in, every number re-derived or refused.

The judge does not know the writer: nothing here imports a stage that words or draws. Our
own report passes through the same door as a stranger's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial

from baseline_collector.audit.blocks import blocks
from baseline_collector.audit.claims import Audit, AuditedClaim, Claim, Evidence, Outcome
from baseline_collector.audit.extract import extract
from baseline_collector.audit.index import Index, Read, Tables
from baseline_collector.audit.judge import judge
from baseline_collector.audit.known import Known
from baseline_collector.audit.proofs import Proofs
from baseline_collector.errors import DatasetError

__all__ = ["Audit", "AuditedClaim", "Claim", "Evidence", "Index", "Outcome", "Read", "Tables",
           "audit", "open_index"]


def open_index(dataset: Tables, read: Callable[[str], str | None],
               said: Iterable[tuple[str, Sequence[str]]] = (),
               run: Callable[[], Mapping[str, object] | None] = lambda: None) -> Index:
    """Prepare a dataset for judging; do it once for several reports.

    Args:
        dataset: Gives the tables ``artifacts`` and ``measurements``.
        read: Artifact name -> its text, or None where the file is not at hand; asked at most
            once a file.
        said: Sentences and the facts they are known to speak of, beside those that the dataset
            words itself.
        run: Gives the record of the run that made the dataset, as ``report.json`` holds it.

    Raises:
        DatasetError: A table is missing or broken.
    """
    return Index(dataset.table("artifacts"), dataset.table("measurements"),
                 lru_cache(maxsize=None)(read), partial(_known, dataset, said), run)


def _known(dataset: Tables, said: Iterable[tuple[str, Sequence[str]]], index: Index
           ) -> Known | None:
    """What the dataset words about itself; None for tables that hold no facts."""
    try:
        facts, findings, gaps = (dataset.table(name) for name in ("facts", "findings", "gaps"))
    except (KeyError, DatasetError):
        return None
    told = ((row["title"], row["recommendation"] or "", json.loads(row["facts"]))
            for row in findings.to_pylist())
    missing = ((row["title"], json.loads(row["facts"])) for row in gaps.to_pylist())
    return Known(Proofs(index, facts), told, (*missing, *said))


def audit(text: str, dataset: Index, *, name: str = "", today: date | None = None) -> Audit:
    """Check every quantitative claim of a report.

    Args:
        text: Markdown, plain text or HTML.
        dataset: What it is about, from ``open_index``.
        name: What the report is called.
        today: The day of the audit; a report cannot be dated later. None asks no clock.

    Returns:
        The claims in the order of the text, each with verdict and evidence.
    """
    read = blocks(text)
    return Audit(name, tuple(judge(tuple(extract(read, dataset.named)), read, dataset, today)))

"""Judge counts of what is not files: runs, calls, samples, models, configurations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from baseline_collector.audit.claims import Claim, Outcome
from baseline_collector.audit.codes import Mask, codes_in
from baseline_collector.audit.index import Index
from baseline_collector.audit.mentions import Mention
from baseline_collector.audit.rounding import fits
from baseline_collector.audit.rows import selections
from baseline_collector.audit.subject import Subject

_WORDS = re.compile(r"[\s`*]+(?:[A-Za-z][\w-]*[\s`*]+){0,3}", re.I)
_STOP = re.compile(r"\b(?:of|in|from|with|and|per|to|for|is|are|was)\b", re.I)
_COUNT_OF = re.compile(r"\b(?:numbers|values|counts?|number)\s+(?:under|of|in|from)\b[^|]*$", re.I)
_COUNT_HEADER = re.compile(r"\s*(?:n|count|calls?|runs?|samples?|requests?|rows?|failures?|failed|"
                           r"errors?|rounds?|iterations?|repetitions?|number\s+of\b.*|#.*|"
                           r"count\s+\w.*)\s*:\s*$", re.I)
_RECORDS = frozenset({"row", "record", "entrie"})
_N = re.compile(r"\bn\s*[=:]\s*$", re.I)


def judge_count(claim: Claim, subject: Subject, here: Sequence[Mention], index: Index
                ) -> Outcome | None:
    """Judge a count of models, configurations, runs or values; None where it is none.

    What counts as a run is the report's own idea, so a count that nothing gives is not
    contradicted.

    Args:
        claim: The claim.
        subject: What it was bound to.
        here: Mentions of its block.
        index: The dataset.
    """
    if claim.kind != "number" or claim.unit is not None or claim.step != 1 or claim.end_of:
        return None
    noun = _noun(claim, here)
    if not noun:
        return None
    counts = {"model": _distinct("model", index), "file": len(index.files)}
    scope = subject.scope()
    if noun in counts:
        good = fits(claim, counts[noun]) and not scope
        return Outcome("supported" if good else "unsupported",
                       f"The heap holds {counts[noun]} {noun}s by name.", metric=f"{noun}s",
                       scope=scope, statistic="count",
                       sql="SELECT count(DISTINCT model) FROM measurements WHERE counted")
    rows = _rows(subject, index) if noun in _RECORDS else set[int]()
    if len(rows) == 1 and len(subject.files) == 1 and subject.firm and noun == "row":
        right = str(next(iter(rows)))
        good = fits(claim, float(right))
        return Outcome("supported" if good else "contradicted", f"The file has {right} rows.",
                       metric="rows", scope=scope, statistic="count",
                       correction="" if good else claim.text.replace(claim.digits, right, 1))
    found = _sizes(subject, index) | rows
    good = any(fits(claim, size) for size in found)
    return Outcome("supported" if good else "unsupported",
                   f"There are {claim.digits} values of one metric there." if good else
                   f"What counts as a {noun} is the report's own idea.", metric=f"{noun}s",
                   scope=scope, statistic="count")


def _noun(claim: Claim, here: Sequence[Mention]) -> str:
    """What is counted: ``36 tuning runs``, ``n = 36``."""
    text = claim.block.text
    if _N.search(text[: claim.start]) or _COUNT_OF.search(text, claim.block.sentence(
            claim.start)[0], claim.start):
        return "value"
    if claim.block.kind == "cell":
        header = text[text.rfind("|", 0, claim.block.own) + 1 : claim.block.own]
        return "value" if _COUNT_HEADER.match(header) else ""
    for one in here:
        if one.topic == "counted" and one.start > claim.end:
            between = text[claim.end : one.start]
            if _WORDS.fullmatch(between) and not _STOP.search(between):
                return one.text
            return ""
    return ""


def _rows(subject: Subject, index: Index) -> set[int]:
    """How many records each of the files has that a claim is about."""
    mask = index.in_files(subject.files) if subject.files else np.ones(index.count, bool)
    if subject.models and not subject.files:
        mask = index.column("model").where(subject.models[0])
    if not subject.files and not subject.models:
        return set()
    artifact = index.column("artifact").codes
    return {len(set(index.record[mask & (artifact == code)].tolist()) - {-1})
            for code in codes_in(artifact[mask])}


def _distinct(name: str, index: Index) -> int:
    return sum(code >= 0 for code in codes_in(index.column(name).codes[index.counted]))


def _sizes(subject: Subject, index: Index) -> set[int]:
    """How many values of one metric there are, where models, files or settings limit them."""
    if not subject.scope():
        return set()
    metric = index.column("metric")
    everything = replace(subject, key=None, metrics=frozenset(metric.names))
    named = subject if subject.key or subject.metrics else everything
    sizes: set[int] = set()
    for selection in selections(named, index):
        if subject.key:
            status = index.column("status")
            held = [selection.mask,
                    *(selection.mask & status.where({name}) for name in status.names)]
            sizes |= {int(mask.sum()) for mask in held}
        samples: Mask = selection.mask & index.column("statistic").where({"sample"})
        for chosen in (samples, samples & index.column("status").where({"ok"})):
            counts = np.bincount(metric.codes[chosen] + 1, minlength=1)[1:]
            sizes |= set(counts[counts > 0].tolist())
    return sizes

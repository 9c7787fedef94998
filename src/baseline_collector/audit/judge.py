"""Judge: send each claim to the judge of what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from baseline_collector.audit.arithmetic import judge_arithmetic
from baseline_collector.audit.bind import Binder
from baseline_collector.audit.blocks import Block
from baseline_collector.audit.claims import AuditedClaim, Claim, Evidence, Outcome
from baseline_collector.audit.counts import judge_count
from baseline_collector.audit.dates import judge_date
from baseline_collector.audit.failures import judge_failures
from baseline_collector.audit.index import Index
from baseline_collector.audit.inventory import judge_files, question
from baseline_collector.audit.joined import judge_joined
from baseline_collector.audit.numerals import swapped
from baseline_collector.audit.own_run import judge_own
from baseline_collector.audit.ranks import judge_rank
from baseline_collector.audit.said_units import judge_unit
from baseline_collector.audit.sources import Sources
from baseline_collector.audit.subject import Subject
from baseline_collector.audit.values import judge_value
from baseline_collector.naming import take_apart

_PLAIN = frozenset({"", "mean", "value"})
"""Statistics that a number may have where none is said; a maximum is said."""


def judge(claims: Sequence[Claim], blocks: Sequence[Block], index: Index, today: date | None
          ) -> Iterator[AuditedClaim]:
    """Yield each claim with its verdict, in order.

    Args:
        claims: As extracted.
        blocks: The report.
        index: The dataset.
        today: The day of the audit, or None.
    """
    binder = Binder(index)
    sources = Sources(blocks, binder.of)
    beside: dict[Block, list[Claim]] = {}
    for claim in claims:
        beside.setdefault(claim.block, []).append(claim)
    dates = [claim for claim in claims if claim.kind == "date"]
    done: list[tuple[AuditedClaim, Subject]] = []
    for claim in claims:
        proven = index.known.judge(claim) if index.known and claim.kind != "unit" else None
        if proven is not None:
            done.append((AuditedClaim(claim, proven), Subject()))
            continue
        subject = binder.bind(claim)
        outcome = _judged(claim, subject, binder, beside[claim.block], blocks, dates, today)
        outcome = _by_source(claim, subject, outcome, sources, index)
        if outcome.verdict in ("unsupported", "contradicted") and index.run \
                and subject.key is None:
            outcome = judge_own(claim, index.run) or outcome
        if outcome.verdict == "unsupported" and not subject.modal:
            outcome = _repeated(claim, subject, outcome, done)
        if outcome.verdict != "supported" and claim.block.kind == "cell":
            outcome = _said_beside(claim, outcome, done)
        if claim.comma and outcome.correction:
            outcome = replace(outcome, correction=swapped(outcome.correction))
        done.append((AuditedClaim(claim, outcome), subject))
    yield from judge_joined([one for one, _ in done], [subject for _, subject in done], index)


def _judged(claim: Claim, subject: Subject, binder: Binder, beside: Sequence[Claim],
            blocks: Sequence[Block], dates: Sequence[Claim], today: date | None) -> Outcome:
    index = binder.index
    if claim.kind == "date":
        folder = subject.files if subject.firm and len(subject.files) > 1 else frozenset[str]()
        return judge_date(claim, subject.kind, folder, index, dates, today)
    if claim.kind == "unit":
        return judge_unit(claim, subject, index)
    if claim.block.kind != "json" and not (claim.kind == "word" and claim.value is None):
        asked = question(claim, binder.of(claim.block), subject.kind)
        if asked is not None:
            return judge_files(claim, asked, index, blocks)
    if claim.kind == "word" and claim.value is None:
        return judge_rank(claim, subject, binder.of(claim.block), index)
    if claim.kind == "word":
        return Outcome("unsupported", "Which files are meant is not said.")
    own = judge_arithmetic(claim, beside, lambda one, other: _alike(one, other, binder),
                           lambda one: binder.bind(one).names())
    if own is not None:
        return own
    failed = judge_failures(claim, subject, index)
    if failed is not None:
        return failed
    counted = judge_count(claim, subject, binder.of(claim.block), index)
    if counted is not None:
        return counted
    if claim.kind == "multiple":
        return Outcome("unsupported", "What is compared cannot be told.")
    return judge_value(claim, subject, index)


def _by_source(claim: Claim, subject: Subject, outcome: Outcome, sources: Sources, index: Index
               ) -> Outcome:
    """What the files say that the report names as its source, where a claim names none itself."""
    if outcome.verdict in ("supported", "source_defect") or subject.files or subject.astray \
            or claim.kind not in ("number", "percent") or not (subject.key or subject.metrics):
        return outcome
    files = sources.of(claim.block)
    if not files:
        return outcome
    named = replace(subject, files=files, file_words=", ".join(sorted(files)), file_beside=True)
    found = judge_value(claim, named, index)
    return outcome if found.verdict == "unsupported" else found


def _alike(one: Claim, other: Claim, binder: Binder) -> bool:
    first, second = binder.bind(one), binder.bind(other)
    metrics = first.metrics == second.metrics or first.hinted or second.hinted or not (
        first.metrics and second.metrics)
    said = {first.statistic, second.statistic}
    return metrics and first.key == second.key and (len(said) == 1 or said <= _PLAIN)


def _said_beside(claim: Claim, outcome: Outcome, done: Sequence[tuple[AuditedClaim, Subject]]
                 ) -> Outcome:
    """A cell that repeats a number of a sentence in its row says what that sentence says."""
    for earlier, _ in reversed(done):
        if earlier.claim.line != claim.line:
            return outcome
        if earlier.claim.text == claim.text and earlier.verdict == "supported":
            return earlier.outcome
    return outcome


def _repeated(claim: Claim, subject: Subject, outcome: Outcome,
              done: Sequence[tuple[AuditedClaim, Subject]]) -> Outcome:
    """A number that repeats an earlier one about the same shares its fate, if that is definite."""
    if claim.kind != "number" or claim.step >= 1 or not subject.statistic:
        return outcome
    for earlier, about in done:
        if (earlier.claim.value == claim.value and earlier.verdict == "contradicted"
                and about.statistic == subject.statistic and about.key is not None
                and subject.key is None and _same_measure(about, subject)):
            evidence = (Evidence(earlier.claim.text, report_line=earlier.claim.line),
                        *earlier.outcome.evidence)
            return replace(earlier.outcome, evidence=evidence, correction="",
                           why=f"It repeats line {earlier.claim.line}: {earlier.outcome.why}")
    return outcome


def _same_measure(about: Subject, subject: Subject) -> bool:
    metric = take_apart(about.key.label.rpartition(".")[2]).metric if about.key else None
    return metric is not None and metric in subject.metrics

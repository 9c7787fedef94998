"""Judge counts of failed calls, over all calls that files tell the outcome of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from baseline_collector.audit.claims import Claim, Outcome
from baseline_collector.audit.index import Index
from baseline_collector.audit.rounding import fits
from baseline_collector.audit.subject import Subject

_CALLS = r"(?:calls?|requests?|runs?|attempts?|rows?|prompts?)"
_SAID = re.compile(
    rf"(?<![\w.,])(?P<some>\d+)\s+(?:out\s+)?of\s+(?:the\s+|its\s+|their\s+|all\s+)?(?P<all>\d+)\s+"
    rf"(?:\w+\s+)?{_CALLS}\s+(?:have\s+|had\s+)?failed\b|"
    rf"(?<![\w.,])(?P<alone>\d+)\s+(?:(?:\w+\s+)?{_CALLS}\s+(?:have\s+|had\s+)?failed\b|"
    rf"failed\s+{_CALLS}\b)|"
    rf"\bfailed\s+{_CALLS}\s*:\s*(?P<label>\d+)\b", re.I)
_REASON = re.compile(r"\b(?:because|due\s+to|with|timed|time-?outs?|refused|HTTP|could\s+not|per|"
                     r"each|every)\b", re.I)
"""Words that make it a count of failures of one sort."""


@dataclass(frozen=True, slots=True)
class _Tally:
    """Calls of some files.

    Attributes:
        failed: Those that failed.
        all: Those with an outcome.
        words: Which files.
    """

    failed: int
    all: int
    words: str


def judge_failures(claim: Claim, subject: Subject, index: Index) -> Outcome | None:
    """Judge ``9 of 114 calls failed``; None where a claim is no such count.

    It is wrong only where one file is named beside it, or the number of all calls says which
    are meant.

    Args:
        claim: The claim.
        subject: What it was bound to.
        index: The dataset.
    """
    if claim.kind != "number" or claim.unit is not None or claim.step != 1:
        return None
    start, end = claim.block.sentence(claim.start)
    said = next((one for one in _SAID.finditer(claim.block.text, start, end)
                 if one.start() <= claim.start < one.end()), None)
    if said is None or _REASON.search(claim.block.text, said.end(), end):
        return None
    of_all = said.start("all") == claim.start
    tallies = list(_tallies(subject, index))
    good = next((one for one in tallies if fits(claim, one.all if of_all else one.failed)
                 and (said["all"] is None or of_all or one.all == int(said["all"]))), None)
    scope, name = subject.scope(), "calls" if of_all else "failed calls"
    sql = "SELECT artifact, failures, attempts FROM artifacts WHERE attempts IS NOT NULL"
    if good is not None:
        return Outcome("supported", f"{good.failed} of {good.all} calls failed in {good.words}.",
                       metric=name, scope=scope, statistic="count", sql=sql)
    meant = _meant(tallies, subject, 0 if of_all else int(said["all"] or 0))
    if meant is None:
        return Outcome("unsupported", "The calls of which files are meant is not said.",
                       metric=name, scope=scope, statistic="count")
    right = str(meant.all if of_all else meant.failed)
    if claim.digits == right:
        return Outcome("unsupported", f"{meant.words} tells of {meant.all} calls.", metric=name,
                       scope=scope, statistic="count", sql=sql)
    return Outcome("contradicted", f"{meant.failed} of {meant.all} calls failed in {meant.words}.",
                   metric=name, scope=scope, statistic="count", sql=sql,
                   correction=claim.text.replace(claim.digits, right, 1))


def _meant(tallies: list[_Tally], subject: Subject, whole: int) -> _Tally | None:
    """The calls that a count is about: those of the one file named, or those that are as many."""
    if len(subject.files) == 1 and subject.firm and len(tallies) == 1:
        return tallies[0]
    fitting = [one for one in tallies if whole and one.all == whole]
    return fitting[0] if len({one.failed for one in fitting}) == 1 else None


def _tallies(subject: Subject, index: Index) -> Iterator[_Tally]:
    """Calls of all files that may be meant together; where files or a model are named, of each."""
    known = _outcomes(index)
    names = [index.copies.get(name, name) for name in subject.files] or _of_model(subject, index)
    held = [known[name] for name in dict.fromkeys(names) if name in known]
    twins = _twins(index)
    once = [known[name] for name in dict.fromkeys(names) if name in known and name not in twins]
    for group in (held, once):
        if len(group) > 1:
            yield _Tally(sum(one.failed for one in group), sum(one.all for one in group),
                         f"{len(group)} files")
    if subject.files or subject.models:
        yield from held


def _of_model(subject: Subject, index: Index) -> Iterable[str]:
    """Files that hold values of the model of a claim; all where none is named."""
    column = index.column("artifact")
    if not subject.models:
        return column.names
    codes = column.codes[index.column("model").where(subject.models[0])]
    return [column.names[code] for code in np.unique(codes).tolist() if code >= 0]


def _outcomes(index: Index) -> dict[str, _Tally]:
    """What each file tells of its calls, where it tells of any."""
    if "attempts" not in index.artifacts.column_names:
        return {}
    columns = (index.artifacts.column(name).to_pylist()
               for name in ("artifact", "failures", "attempts"))
    return {name: _Tally(failed or 0, calls, name)
            for name, failed, calls in zip(*columns, strict=True) if calls}


def _twins(index: Index) -> frozenset[str]:
    if "twin_of" not in index.artifacts.column_names:
        return frozenset()
    names, twins = (index.artifacts.column(name).to_pylist() for name in ("artifact", "twin_of"))
    return frozenset(name for name, twin in zip(names, twins, strict=True) if twin)

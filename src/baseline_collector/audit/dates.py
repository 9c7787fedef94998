"""Judge dates: the report's own, the newest and oldest files, and what artifacts bear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

from baseline_collector.audit.claims import Claim, Evidence, Outcome
from baseline_collector.audit.index import File, Index

_OWN = re.compile(r"^\W*(?:report\s+|generated\s+|publication\s+|creation\s+)?(?:date|"
                  r"generated(?:\s+(?:on|at))?|"
                  r"created|published|prepared|as of)\W*$", re.I)
_NEWEST = re.compile(r"\b(?:latest|last|newest|(?:most\s+)?recent(?:ly)?|updated)\b", re.I)
_OLDEST = re.compile(r"\b(?:earliest|oldest|first)\b", re.I)
_CHANGED = re.compile(r"\b(?:modif\w+|chang\w+|updat\w+|timestamps?|files?|artifacts?|"
                      r"data)\b", re.I)
_FORMATS = {"month": "%Y-%m", "day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M",
            "second": "%Y-%m-%d %H:%M:%S"}


def judge_date(claim: Claim, kind: str, files: frozenset[str], index: Index,
               others: Sequence[Claim], today: date | None) -> Outcome:
    """Judge a date.

    Args:
        claim: The claim.
        kind: Type of file it is limited to; empty for none.
        files: Artifacts it is limited to; empty for none.
        index: The dataset.
        others: All dates of the report.
        today: No report is younger; None where the clock is not asked.
    """
    start, _ = claim.block.sentence(claim.start)
    before = claim.block.text[start : claim.start]
    chosen = [file for file in index.files if (not kind or file.kind == kind)
              and (not files or file.artifact in files)]
    around = " ".join((before, *(parent.text for parent in claim.block.parents[:1])))
    if _OWN.match(before):
        return _own(claim, index, others, today)
    if chosen and _CHANGED.search(around) and (_NEWEST.search(before) or _OLDEST.search(before)):
        return _extreme(claim, chosen, kind, oldest=not _NEWEST.search(before))
    return _borne(claim, chosen, index)


def _same(claim: Claim, moment: datetime) -> bool:
    assert claim.moment is not None
    layout = _FORMATS[claim.precision]
    return claim.moment.strftime(layout) == moment.strftime(layout)


def _extreme(claim: Claim, chosen: list[File], kind: str, *, oldest: bool) -> Outcome:
    pick = min if oldest else max
    file = pick(chosen, key=lambda one: one.modified)
    name = "oldest" if oldest else "newest"
    shown = f"{file.modified:%Y-%m-%d %H:%M:%S} UTC"
    evidence = (Evidence(shown, file.artifact),)
    where = f" WHERE kind = '{kind}'" if kind else ""
    sql = f"SELECT {'min' if oldest else 'max'}(modified) FROM artifacts{where}"
    good = _same(claim, file.modified)
    why = f"The {name} file{f' of type {kind}' if kind else ''} was modified at {shown}."
    correction = "" if good else _like(claim, file.modified)
    return Outcome("supported" if good else "contradicted", why, evidence, correction, "modified",
                   {"of": "files", **({"kind": kind} if kind else {})}, name, sql)


def _like(claim: Claim, moment: datetime) -> str:
    """A moment written as exactly as a claim."""
    if re.match(r"\d", claim.text):
        text = moment.strftime(_FORMATS[claim.precision])
        return text + (" UTC" if claim.text.endswith("UTC") else "")
    return f"{moment:%B} {moment.day}, {moment.year}"


def _own(claim: Claim, index: Index, others: Sequence[Claim], today: date | None) -> Outcome:
    """The report's own date: no artifact it speaks of can be newer, nor it from tomorrow."""
    assert claim.moment is not None
    said = claim.moment.date()
    newest = max(index.files, key=lambda one: one.modified, default=None)
    if today is not None and said > today:
        return Outcome("contradicted", f"It lies in the future of {today}.", metric="report date")
    if newest is None or said >= newest.modified.date():
        if newest is not None and said == newest.modified.date():
            return Outcome("supported", "The newest artifact bears the same date.",
                           (Evidence(f"{newest.modified:%Y-%m-%d}", newest.artifact),),
                           metric="report date")
        return Outcome("unsupported", "Nothing but the report says when it was written.",
                       metric="report date")
    later = [one for one in others if one.moment and one.moment.date() >= newest.modified.date()]
    if not later and _content_date(index) <= said:
        return Outcome("unsupported", "Files were modified later, but their content is older.",
                       metric="report date")
    why = f"An artifact is newer: modified {newest.modified:%Y-%m-%d}."
    evidence = (Evidence(f"{newest.modified:%Y-%m-%d}", newest.artifact),
                *(Evidence(one.text, report_line=one.line) for one in later[:1]))
    moment = later[0].moment if later else newest.modified
    assert moment is not None
    return Outcome("contradicted", why, evidence, _like(claim, moment), "report date",
                   sql="SELECT max(modified) FROM artifacts")


def _content_date(index: Index) -> date:
    """The newest day that the content of an artifact names."""
    found = [day for name in index.column("started_at").names if (day := _day(name))]
    return max(found, default=date.min)


def _day(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    try:
        return datetime.fromtimestamp(float(text), UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _borne(claim: Claim, chosen: list[File], index: Index) -> Outcome:
    """Any other date: one that an artifact bears, or nothing to check it against."""
    for file in chosen:
        if _same(claim, file.modified):
            return Outcome("supported", "An artifact was modified then.", (Evidence(
                f"{file.modified:%Y-%m-%d %H:%M:%S} UTC", file.artifact),), metric="modified")
    started = index.column("started_at")
    for name in started.names:
        if claim.moment and _day(name) == claim.moment.date():
            row = int((started.codes == started.names.index(name)).argmax())
            return Outcome("supported", "An artifact records a run on that day.",
                           (Evidence(name, index.text("artifact", row)),), metric="started_at")
    return Outcome("unsupported", "No artifact bears this date, and what it dates is not said.")

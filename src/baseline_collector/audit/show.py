"""Show an audit: as text for a terminal, as JSON, as an annotated report, as GitHub annotations.

Every function takes the audit (and the text it is about) and returns a string.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from baseline_collector.audit.claims import Audit, AuditedClaim, Evidence
from baseline_collector.model import Verdict
from baseline_collector.visible import json_safe, visible

_TELLING: tuple[Verdict, ...] = ("contradicted", "source_defect", "unsupported")
_WIDTH = 100
_ACTIVE = re.compile(r"[\\`*_{}\[\]<>|~&]|(?<=:)/(?=/)")
"""What Markdown would act on, bare addresses among it."""
_LEVELS = {"contradicted": "error", "source_defect": "warning", "unsupported": "notice"}


def as_json(audit: Audit) -> str:
    """The audit by the JSON contract, ending in a newline."""
    claims = [claim.record() for claim in audit.claims]
    return json_safe(json.dumps({"schema": "baseline-collector/audit/1", "report": audit.name,
                                 "claims": claims, "counts": audit.counts},
                                ensure_ascii=False, indent=2)) + "\n"


def as_text(audit: Audit, text: str, *, everything: bool = False) -> str:
    """Each claim with its line quoted and the number marked below.

    Args:
        audit: The audit.
        text: The audited text.
        everything: Whether supported claims are shown too.
    """
    lines = text.split("\n")
    shown = [claim for claim in audit.claims if everything or claim.verdict != "supported"]
    chunks = [_quoted(audit.name, claim, lines[claim.claim.line - 1]) for claim in shown]
    return "\n".join([*chunks, summary(audit)]) + "\n"


def summary(audit: Audit) -> str:
    """One line of counts."""
    counts = audit.counts
    return (f"{counts['claims']} claims: {counts['supported']} supported, "
            f"{counts['contradicted']} contradicted, {counts['unsupported']} unsupported, "
            f"{counts['source_defect']} quoted from defective sources")


def _quoted(name: str, one: AuditedClaim, line: str) -> str:
    claim, found = one.claim, one.outcome
    line = line.rstrip("\r").replace("\t", " ")
    start = max(0, claim.column - 1 - _WIDTH // 2)
    before, text, after = (_seen(line[a:b]) for a, b in (
        (start, claim.column - 1), (claim.column - 1, claim.column - 1 + len(claim.text)),
        (claim.column - 1 + len(claim.text), start + _WIDTH)))
    rows = [f"{name}:{claim.line}:{claim.column}: {one.verdict}: {found.why}",
            f"    {before}{text}{after}", f"    {' ' * len(before)}{'^' * len(text)}"]
    if found.correction:
        rows.append(f"    right: {found.correction}")
    rows += [f"    see {place(evidence)}" for evidence in found.evidence[:3]]
    if found.sql:
        rows.append(f"    sql: {found.sql}")
    return "\n".join(map(_seen, rows)) + "\n"


def _seen(text: str) -> str:
    """A text for a terminal: nothing in it acts instead of being shown."""
    return visible(text, longest=max(len(text), 1))


def place(evidence: Evidence) -> str:
    """Where evidence stands, and what stands there."""
    if evidence.report_line:
        return f"line {evidence.report_line} of the report: {evidence.value}"
    where = evidence.artifact + (f" at {evidence.pointer}" if evidence.pointer else "")
    return f"{where}: {evidence.value}"


def as_github(audit: Audit) -> str:
    """Workflow commands that GitHub shows beside the lines of the report."""
    rows = []
    for one in audit.claims:
        level = _LEVELS.get(one.verdict)
        if level is None:
            continue
        claim, found = one.claim, one.outcome
        message = f"{claim.text}: {found.why}"
        if found.correction:
            message += f" Right: {found.correction}"
        rows.append(f"::{level} file={_property(audit.name)},line={claim.line},"
                    f"col={claim.column},endColumn={claim.column + len(claim.text)},"
                    f"title={_property(one.verdict)}::{_data(message)}")
    return "".join(row + "\n" for row in rows)


def _data(text: str) -> str:
    return _seen(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_markdown(audit: Audit, text: str) -> str:
    """The report with a mark behind every claim and the reasons as footnotes at its end."""
    notes = [one for one in audit.claims if one.verdict in _TELLING]
    number = {id(one): at for at, one in enumerate(notes, 1)}
    coded = _listing_lines(text)
    lines = text.split("\n")
    for at, members in by_line(audit.claims):
        if at - 1 in coded:
            continue
        for one in sorted(members, key=lambda claim: -claim.claim.column):
            end = one.claim.column - 1 + len(one.claim.text)
            mark = f"[^audit-{number[id(one)]}]" if id(one) in number else ""
            lines[at - 1] = lines[at - 1][:end] + mark + lines[at - 1][end:]
    body = "\n".join(lines).rstrip("\n")
    foot = [f"[^audit-{at}]: Line {one.claim.line}: **{one.verdict}**. {_inline(one)}"
            for at, one in enumerate(notes, 1)]
    return "\n".join([body, "", "---", "", f"Audit: {summary(audit)}.", "", *foot]) + "\n"


def _inline(one: AuditedClaim) -> str:
    right = f" Right: {_code(one.outcome.correction)}." if one.outcome.correction else ""
    seen = "; ".join(_code(place(evidence)) for evidence in one.outcome.evidence[:2])
    why = _ACTIVE.sub(r"\\\g<0>", _seen(one.outcome.why))
    return f"{why}{right}{f' See {seen}.' if seen else ''}"


def _code(text: str) -> str:
    """Inline code that no text can close."""
    text = _seen(text)
    ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if "`" in text else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def by_line(claims: Sequence[AuditedClaim]) -> Iterable[tuple[int, list[AuditedClaim]]]:
    """Claims line by line."""
    found: dict[int, list[AuditedClaim]] = {}
    for one in claims:
        found.setdefault(one.claim.line, []).append(one)
    return found.items()


def _listing_lines(text: str) -> set[int]:
    """Lines inside listings, where a footnote would be shown as it is written."""
    inside, found = False, set()
    for number, line in enumerate(text.split("\n")):
        if line.lstrip().startswith(("```", "~~~")):
            inside = not inside
        elif inside:
            found.add(number)
    return found


def fix(audit: Audit, text: str) -> str:
    """A copy of the report with contradicted claims corrected and marked.

    Where the right value is known the claim is replaced, what stood there struck through
    behind it; where it is not, the claim is struck through alone. In listings only the number
    changes.

    Args:
        audit: The audit.
        text: The audited text.
    """
    coded = _listing_lines(text)
    lines = text.split("\n")
    for at, members in by_line([one for one in audit.claims if one.verdict == "contradicted"]):
        for one in sorted(members, key=lambda claim: -claim.claim.column):
            start = one.claim.column - 1
            line = lines[at - 1]
            lines[at - 1] = (line[:start] + _fixed(one, at - 1 in coded)
                             + line[start + len(one.claim.text) :])
    return "\n".join(lines)


def _fixed(one: AuditedClaim, coded: bool) -> str:
    right, text = one.outcome.correction, one.claim.text
    if coded:
        return right or text
    return f"{right} ~~{text}~~" if right else f"~~{text}~~ (contradicted)"

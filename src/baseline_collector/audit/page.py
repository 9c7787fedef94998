"""An audit as a page: the report with its numbers marked, and what each rests on at a click.

One file without scripts and without anything from outside. Every text of report and artifacts
is escaped; what would hide or move characters is written out.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path

from baseline_collector.audit.claims import Audit, AuditedClaim, Evidence
from baseline_collector.audit.show import by_line, summary
from baseline_collector.model import Verdict
from baseline_collector.visible import visible

_NAMES: dict[Verdict, str] = {
    "contradicted": "contradicted", "source_defect": "from a defective source",
    "unsupported": "unsupported", "supported": "supported"}
_MOST_EVIDENCE = 6


def as_html(audit: Audit, text: str, style: str) -> str:
    """The report line by line, each claim a mark that opens.

    Args:
        audit: The audit.
        text: The audited text.
        style: Style sheet of all pages; the one of this page goes behind it.
    """
    sheet = style + _own_style()
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    claims = dict(by_line(audit.claims))
    lines = "\n".join(
        f'<div class="line" id="L{number}">{_line(line, claims.get(number, ()))}</div>'
        for number, line in enumerate(text.split("\n"), 1))
    name = escape(visible(audit.name)) or "report"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src \
'sha256-{digest}'; base-uri 'none'; form-action 'none'">
<title>Audit of {name}</title>
<style>{sheet}</style>
</head>
<body>
<header class="masthead"><p class="product">Baseline Collector, audit</p>
<h1><code>{name}</code></h1>
<p>{escape(summary(audit))}.</p>
<p class="legend">{_legend()}</p></header>
<main class="audited">
{_noted(audit.claims)}
<h2>The report</h2>
<div class="source">
{lines}
</div>
</main>
</body>
</html>
"""


def _legend() -> str:
    marks = " ".join(f'<span class="mark {verdict}">{name}</span>'
                     for verdict, name in _NAMES.items())
    return f"{marks} A mark opens and says why."


def _noted(claims: Sequence[AuditedClaim]) -> str:
    """Contradicted claims and those from defective sources, each with the way to its line."""
    rows = [f'<li><a href="#L{one.claim.line}">line {one.claim.line}</a> '
            f'<span class="mark {one.verdict}">{_shown(one.claim.text)}</span> '
            f"{_shown(one.outcome.why)}{_right(one)}</li>"
            for one in claims if one.verdict in ("contradicted", "source_defect")]
    body = f"<ul>{''.join(rows)}</ul>" if rows else "<p>Nothing is contradicted.</p>"
    return f"<h2>What does not hold</h2>\n{body}"


def _line(line: str, claims: Sequence[AuditedClaim]) -> str:
    line = line.rstrip("\r")
    pieces, at = [], 0
    for one in sorted(claims, key=lambda one: one.claim.column):
        start = one.claim.column - 1
        if start >= at:
            pieces += [_shown(line[at:start]), _mark(one)]
            at = start + len(one.claim.text)
    return "".join([*pieces, _shown(line[at:])])


def _mark(one: AuditedClaim) -> str:
    return (f'<details><summary class="mark {one.verdict}">{_shown(one.claim.text)}</summary>'
            f'<div class="why">{"".join(_reasons(one))}</div></details>')


def _reasons(one: AuditedClaim) -> Iterator[str]:
    found = one.outcome
    yield f"<p><strong>{_NAMES[one.verdict]}</strong>: {_shown(found.why)}{_right(one)}</p>"
    if found.metric or found.scope:
        scope = ", ".join(f"{name} {value}" for name, value in found.scope.items())
        about = " ".join(filter(None, (found.statistic, found.metric)))
        yield f"<p>Taken to be about: {_shown('; '.join(filter(None, (about, scope))))}</p>"
    if found.evidence:
        rows = "".join(f"<li>{_place(place)}</li>" for place in found.evidence[:_MOST_EVIDENCE])
        yield f"<ul>{rows}</ul>"
    if found.sql:
        yield f"<p><code>{_shown(found.sql)}</code></p>"


def _right(one: AuditedClaim) -> str:
    right = one.outcome.correction
    return f" Right: <strong>{_shown(right)}</strong>" if right else ""


def _place(evidence: Evidence) -> str:
    value = f"<code>{_shown(evidence.value)}</code>"
    if evidence.report_line:
        line = evidence.report_line
        return f'<a href="#L{line}">line {line} of the report</a>: {value}'
    at = f" at <code>{_shown(evidence.pointer)}</code>" if evidence.pointer else ""
    return f"<code>{_shown(evidence.artifact)}</code>{at}: {value}"


def _shown(text: str) -> str:
    """A text escaped, hidden characters written out; a tab is a space."""
    return escape(visible(text.replace("\t", " "), longest=max(len(text), 1)))


@cache
def _own_style() -> str:
    return Path(__file__).with_name("page.css").read_text("utf-8")

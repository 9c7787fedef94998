"""The gate: a finished report is audited like a stranger's before anybody sees it.

One number that is contradicted, or that nothing bears out, and it is not published. The page
shows the same facts as the text; each number there is a link to its fact and is held against
what deriving that fact again gives.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from baseline_collector.audit.blocks import blocks
from baseline_collector.audit.claims import Audit
from baseline_collector.audit.extract import extract
from baseline_collector.audit.index import Index
from baseline_collector.audit.judge import judge

_LINK = re.compile(r'<a href="#(F\d+)" class="n">([^<]*)</a>')
_GOOD = ("supported", "source_defect")


def objections(text: str, page: str, index: Index, name: str) -> tuple[Audit, list[str]]:
    """Audit a report and its page.

    Args:
        text: The report, Markdown.
        page: The same as HTML; empty for none.
        index: The dataset it was made from.
        name: What the report is called.

    Returns:
        The audit, and one line a number that is not borne out; none for a report to publish.
    """
    read = blocks(text)
    audited = Audit(name, tuple(judge(tuple(extract(read, index.named)), read, index, None)))
    found = [f"line {one.claim.line}: {one.claim.text!r}: {one.verdict}: {one.outcome.why}"
             for one in audited.claims if one.verdict not in _GOOD and one.claim.kind != "unit"]
    return audited, [*found, *_on_page(page, index)]


def _on_page(page: str, index: Index) -> Iterator[str]:
    known = index.known
    if known is None or not page:
        return
    for fact, shown in dict.fromkeys(_LINK.findall(page)):
        if shown == fact:
            continue  # its name, which is no number
        if fact not in known.proofs.facts:
            yield f"page: {shown!r} links to {fact}, which is no fact"
            continue
        proof = known.proofs.of(fact)
        text = html.unescape(shown)
        if proof.why:
            yield f"page: {text!r} of {fact}: {proof.why}"
        elif text not in proof.all_shown:
            yield f"page: {text!r} of {fact}: derived again it is {proof.shown}"

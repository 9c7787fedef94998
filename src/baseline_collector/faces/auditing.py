"""The audit as a command, apart from the others: it starts without what they need."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from baseline_collector import __version__, against, config
from baseline_collector.audit import Audit, show
from baseline_collector.faces.printing import safe


def audit(given: argparse.Namespace) -> int:
    """Audit a report; exit 1 when something is contradicted."""
    found, text = against.check(Path(given.report), [Path(one) for one in given.against or ()],
                                config.load({}))
    forms: dict[str, Callable[[], str]] = {
        "text": lambda: show.as_text(found, text, everything=given.all),
        "json": lambda: show.as_json(found),
        "markdown": lambda: show.as_markdown(found, text),
        "html": lambda: _page(found, text),
        "sarif": lambda: _sarif(found),
        "github": lambda: show.as_github(found),
    }
    sys.stdout.write(forms[given.format]())
    if given.fix:
        Path(given.fix).write_text(show.fix(found, text), "utf-8")
        print(f"baseline: corrected copy: {safe(given.fix)}", file=sys.stderr)
    return 1 if found.counts["contradicted"] else 0


def _sarif(found: Audit) -> str:
    from baseline_collector.audit.sarif import as_sarif  # one form of six

    return as_sarif(found, __version__)


def _page(found: Audit, text: str) -> str:
    from baseline_collector.audit.page import as_html
    from baseline_collector.render.html import style_sheet

    return as_html(found, text, style_sheet())

"""The audit as a command, apart from the others: it starts without what they need."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from baseline_collector import __version__, against, config, plain_file
from baseline_collector.audit import Audit, show
from baseline_collector.errors import OutputError, UsageError
from baseline_collector.faces.printing import safe


def audit(given: argparse.Namespace) -> int:
    """Audit a report; exit 1 when something is contradicted."""
    report, chosen = Path(given.report), [Path(one) for one in given.against or ()]
    if given.fix:
        _refuse(Path(given.fix), report, against.held_against(report, chosen), given.force)
    found, text = against.check(report, chosen, config.load({}))
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
        try:
            plain_file.replace(Path(given.fix), show.fix(found, text))
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", where=given.fix) from error
        print(f"baseline: corrected copy: {safe(given.fix)}", file=sys.stderr)
    return 1 if found.counts["contradicted"] else 0


def _refuse(copy: Path, report: Path, heap: Sequence[Path], force: bool) -> None:
    """Let no corrected copy take the place of what a person may miss.

    Raises:
        UsageError: It would replace the report itself, lie in the heap, or without ``--force``
            replace what is there.
    """
    if copy.resolve() == report.resolve():
        raise UsageError("it is the audited report itself", where=str(copy),
                         remedy="write the corrected copy elsewhere")
    if against.holds(copy, heap):
        raise UsageError("it belongs to what the report is held against", where=str(copy),
                         remedy="write the corrected copy elsewhere")
    if not force and os.path.lexists(copy):
        raise UsageError("a symbolic link is there" if copy.is_symlink() else "it is there already",
                         where=str(copy), remedy="name another file, or add --force")


def _sarif(found: Audit) -> str:
    from baseline_collector.audit.sarif import as_sarif  # one form of six

    return as_sarif(found, __version__)


def _page(found: Audit, text: str) -> str:
    from baseline_collector.audit.page import as_html
    from baseline_collector.render.html import style_sheet

    return as_html(found, text, style_sheet())

"""What compare and history do: open the runs, call the stage, print, choose the exit code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from baseline_collector import config, pipeline, plain_file
from baseline_collector.errors import OutputError, UsageError
from baseline_collector.faces.printing import safe
from baseline_collector.naming import learn
from baseline_collector.vocabulary import BY_NAME


def compare(given: argparse.Namespace) -> int:
    """Compare runs; exit 1 on what ``--fail-on`` names, 2 when nothing could be compared."""
    from baseline_collector.compare import Limits, notices, show
    from baseline_collector.compare import compare as compared

    settings, metrics = config.load({}), _metrics(given)
    limits = Limits(_share(given.margin, "--margin"), _share(given.tolerance, "--tolerance"))
    if given.save_baseline:
        _may_be_replaced(Path(given.save_baseline), force=given.force)
    sides = [pipeline.open_run(Path(path), settings, metrics)
             for path in (given.base, *given.candidates)]
    if not given.candidates and not given.save_baseline:
        raise UsageError("nothing to compare BASE with", expected="a CANDIDATE, or "
                         "--save-baseline FILE to keep BASE")
    if given.save_baseline:
        _save(Path(given.save_baseline), pipeline.baseline_of(sides[-1]))
    if not given.candidates:
        return 0
    found = compared(sides[0], sides[1:], limits, given.across)
    forms: dict[str, Callable[[], str]] = {
        "text": lambda: show.as_text(found, everything=given.all),
        "json": lambda: show.as_json(found),
        "markdown": lambda: show.as_markdown(found),
        "junit": lambda: notices.as_junit(found),
        "github": lambda: notices.as_github(found),
    }
    sys.stdout.write(forms[given.format]())
    if not found.outcomes:
        reasons = dict.fromkeys(one.reason for candidate in found.candidates
                                for one in candidate.refused)
        raise UsageError("nothing could be compared", found=next(iter(reasons), "") or
                         "no metric and test that both sides have",
                         remedy="--across WHAT lets conditions differ" if reasons else "")
    failed = any(one.regression for one in found.outcomes)
    if given.fail_on == "undecided":
        failed = failed or any(one.verdict == "undecided" for one in found.outcomes) or any(
            candidate.refused for candidate in found.candidates)
    return int(failed and given.fail_on != "never")


def history(given: argparse.Namespace) -> int:
    """Follow groups through runs and print where they changed."""
    from baseline_collector.compare import show_history
    from baseline_collector.compare.history import history as followed

    sides = pipeline.open_runs([Path(path) for path in given.runs], config.load({}),
                               _metrics(given))
    lines = followed(sides, across=given.across)
    sys.stdout.write(show_history.as_json(lines) if given.format == "json" else
                     show_history.as_text(lines, everything=given.all))
    return 0


def _metrics(given: argparse.Namespace) -> Sequence[str]:
    """Metrics asked for.

    Raises:
        UsageError: One is unknown.
    """
    from baseline_collector.compare import directed

    learn(config.load({}).vocabulary)
    asked = given.metric or directed()
    unknown = [name for name in asked if name not in BY_NAME]
    if unknown:
        raise UsageError("no such metric", found=unknown[0],
                         remedy="baseline vocabulary lists them")
    return tuple(asked)


def _share(percent: float, option: str) -> float:
    if not 0 <= percent < 100:
        raise UsageError(f"{option} is out of range", expected="percent, at least 0 and under 100",
                         found=f"{percent:g}")
    return percent / 100


def _may_be_replaced(path: Path, *, force: bool) -> None:
    """Refuse a file that is no baseline: it may be the artifact itself.

    Raises:
        UsageError: It holds something else.
    """
    from baseline_collector.compare import stored

    if path.is_file() and not force and path.stat().st_size and not stored.is_stored(path):
        raise UsageError("--save-baseline names a file that is no baseline", where=str(path),
                         expected="a new name, or a baseline saved before",
                         remedy="name another file, or pass --force")


def _save(path: Path, text: str) -> None:
    try:
        plain_file.replace(path, text)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", where=str(path)) from error
    print(f"baseline: kept as {safe(str(path))}", file=sys.stderr)

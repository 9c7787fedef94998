"""Show a comparison: as text for a terminal, as JSON, as Markdown for a pull request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from baseline_collector.compare import words
from baseline_collector.compare.decide import Outcome
from baseline_collector.compare.sides import Cell
from baseline_collector.compare.stage import Candidate, Comparison
from baseline_collector.stats.intervals import Interval

SCHEMA = "baseline-collector/comparison/1"
MOST_BYTES = 60_000
"""Size of a Markdown comment, under the 65,536 that GitHub takes."""
_MOST_ROWS = 40
_MOST_LISTED = 8


def as_text(found: Comparison, *, everything: bool = False) -> str:
    """A table a candidate, regressions first, then what was refused and why.

    Args:
        found: The comparison.
        everything: Whether all rows are shown, not the first of each kind only.
    """
    lines = [f"base       {found.base}"]
    for one in found.candidates:
        lines += [f"candidate  {one.name}", "", *_table(one, everything), ""]
        lines += [words.overview(metric) for metric in one.overview]
        lines += [""] if one.overview else []
        lines += _listed("refused", list(words.refusals(one.refused)), everything)
        lines += _listed("noted", words.notes(one.outcomes), everything)
        lines.append(words.headline(one))
    if found.tests > 1:
        lines.append(f"p-values are Holm's over {found.tests} tests")
    if found.left_out:
        lines.append(f"not compared (see --metric): {words.left_out(found)}")
    return "\n".join(lines) + "\n"


def _table(one: Candidate, everything: bool) -> list[str]:
    labels = words.Labels(one.outcomes)
    outcomes = words.told_first(one.outcomes)
    shown = outcomes if everything else outcomes[:_MOST_ROWS]
    rows: list[tuple[str, ...]] = [("metric", "of", "base", "candidate", "change",
                                    "95 % interval", "n", "verdict")]
    rows += [_row(outcome, labels) for outcome in shown]
    if len(rows) == 1:
        return ["nothing could be compared"]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    right = (2, 3, 4)
    lines = ["  ".join(text.rjust(width) if at in right else text.ljust(width)
                       for at, (text, width) in enumerate(zip(row, widths, strict=True))).rstrip()
             for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    hidden = len(outcomes) - len(shown)
    reasons = dict.fromkeys(words.why(outcome) for outcome in shown
                            if outcome.verdict == "undecided")
    lines += [f"undecided: {reason}" for reason in list(reasons)[:_MOST_LISTED]]
    return [*lines, f"... and {hidden} more rows: --all"] if hidden else lines


def _row(one: Outcome, labels: words.Labels) -> tuple[str, ...]:
    base = one.pair.base
    return (base.metric, labels.of(base), words.amount(one.base, base),
            words.amount(one.other, base), words.change(one.ratio),
            words.interval(one.interval), words.counts(one), words.verdict(one))


def _listed(title: str, lines: Sequence[str], everything: bool) -> list[str]:
    shown = list(lines if everything else lines[:_MOST_LISTED])
    hidden = len(lines) - len(shown)
    more = [f"{title}: ... and {hidden} more: --all"] if hidden else []
    return [f"{title}: {line}" for line in shown] + more


def as_json(found: Comparison) -> str:
    """The whole comparison as a document; see docs/compare.md for its keys."""
    return json.dumps({
        "schema": SCHEMA, "base": found.base, "tests": found.tests,
        "limits": {"margin": found.limits.margin, "tolerance": found.limits.tolerance,
                   "alpha": found.limits.alpha},
        "candidates": [_candidate(one) for one in found.candidates],
        "not_compared": dict(found.left_out),
    }, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _candidate(one: Candidate) -> dict[str, object]:
    return {
        "name": one.name, "headline": one.headline,
        "comparisons": [_outcome(outcome) for outcome in one.outcomes],
        "overview": [{"metric": metric.metric, "ratio": metric.ratio, "low": metric.low,
                      "high": metric.high, "groups": metric.groups,
                      "noise_floor": metric.floor, "verdict": metric.verdict,
                      "within": metric.within} for metric in one.overview],
        "refused": [{"metric": refused.metric, "test": refused.test, "reason": refused.reason}
                    for refused in one.refused],
        "only_in_base": [_cell(cell) for cell in one.only_base],
        "only_in_candidate": [_cell(cell) for cell in one.only_other],
    }


def _outcome(one: Outcome) -> dict[str, object]:
    found = one.interval
    interval = {"low": found.low, "high": found.high, "level": found.level,
                "method": found.method} if isinstance(found, Interval) else None
    return {
        **_cell(one.pair.base), "base": one.base, "candidate": one.other, "ratio": one.ratio,
        "interval": interval, "p_adjusted": one.p, "n": list(one.n), "level": one.level,
        "noise_floor": one.floor, "verdict": one.verdict, "within": one.within,
        "needed_n": one.needed, "needed_of": words.needed_of(one) if one.needed else None,
        "reason": words.why(one), "notes": list(one.pair.notes),
        "sources": {"base": _source(one.pair.base), "candidate": _source(one.pair.other)},
    }


def _cell(cell: Cell) -> dict[str, object]:
    return {"metric": cell.metric, "unit": cell.unit, "test": cell.test,
            "prompts": [text for text in cell.prompts if text is not None],
            "conditions": dict(cell.conditions)}


def _source(cell: Cell) -> dict[str, object]:
    return {"artifacts": list(cell.artifacts), "key": cell.key, "values": len(cell.values)}


def as_markdown(found: Comparison) -> str:
    """A comment for a pull request, under 64 KB whatever was compared."""
    parts = [f"### Benchmarks against {_code(found.base)}\n"]
    parts += [f"**{_code(one.name)}** {words.headline(one)}\n" for one in found.candidates]
    room = MOST_BYTES - 4_000 - sum(len(part.encode()) for part in parts)
    for one in found.candidates:
        text, room = _fitting(_markdown_lines(one), room)
        parts.append(text)
    if found.tests > 1:
        parts.append(f"p-values are Holm's over {found.tests} tests.\n")
    return "\n".join(parts)


def _markdown_lines(one: Candidate) -> Iterable[str]:
    yield f"\n#### {_code(one.name)}\n"
    yield "| metric | of | base | candidate | change | 95 % interval | n | verdict |"
    yield "| --- | --- | ---: | ---: | ---: | --- | --- | --- |"
    labels = words.Labels(one.outcomes)
    for outcome in words.told_first(one.outcomes):
        metric, of, *numbers, verdict = _row(outcome, labels)
        mark = "**" if outcome.verdict not in ("same", "undecided") else ""
        yield f"| {metric} | {_code(of)} | {' | '.join(numbers)} | {mark}{verdict}{mark} |"
    yield ""
    yield from (f"- {words.overview(metric)}" for metric in one.overview)
    yield from (f"- refused: {_code(line)}" for line in words.refusals(one.refused))
    yield from (f"- noted: {_code(line)}" for line in words.notes(one.outcomes))


def _fitting(lines: Iterable[str], room: int) -> tuple[str, int]:
    """As many lines as there is room for, the rest counted."""
    taken: list[str] = []
    hidden = 0
    for line in lines:
        size = len(line.encode()) + 1
        if size > room or hidden:
            hidden += 1
            continue
        taken.append(line)
        room -= size
    if hidden:
        taken.append(f"\n... and {hidden} more lines; `--format json` has all of them")
    return "\n".join(taken) + "\n", room


def _code(text: str) -> str:
    """A name from outside as code, whatever it holds."""
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`" if text else ""

"""Show a comparison to machines that mark builds: JUnit XML and GitHub workflow commands."""

from __future__ import annotations

import re
from collections import Counter
from xml.sax.saxutils import escape, quoteattr

from baseline_collector.compare import words
from baseline_collector.compare.decide import Outcome
from baseline_collector.compare.stage import Candidate, Comparison

_MOST_NOTICES = 10
"""GitHub shows ten annotations of a kind for a step."""
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(found: Comparison) -> str:
    """A suite a candidate, a case a comparison: regressions fail, undecided ones are skipped."""
    rows = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    for one in found.candidates:
        rows += _suite(found.base, one)
    return "\n".join([*rows, "</testsuites>"]) + "\n"


def _suite(base: str, one: Candidate) -> list[str]:
    failures = sum(outcome.regression for outcome in one.outcomes)
    skipped = sum(outcome.verdict == "undecided" for outcome in one.outcomes) + len(one.refused)
    labels = words.Labels(one.outcomes)
    rows = [f"<testsuite name={_attribute(f'{one.name} against {base}')} "
            f'tests="{len(one.outcomes) + len(one.refused)}" failures="{failures}" errors="0" '
            f'skipped="{skipped}">']
    for outcome in one.outcomes:
        name = labels.of(outcome.pair.base) or outcome.pair.base.metric
        rows += _case(outcome.pair.base.metric, name, _mark(outcome))
    for refused in one.refused:
        mark = f"<skipped message={_attribute('refused: ' + refused.reason)}/>"
        rows += _case(refused.metric, refused.test or refused.metric, mark)
    return [*rows, "</testsuite>"]


def _case(metric: str, name: str, mark: str) -> list[str]:
    head = f"<testcase classname={_attribute(metric)} name={_attribute(name)}"
    return [f"  {head}>{mark}</testcase>" if mark else f"  {head}/>"]


def _mark(one: Outcome) -> str:
    if one.regression:
        return (f"<failure message={_attribute(sentence(one))} type={_attribute(one.verdict)}>"
                f"{escape(_NOT_XML.sub('?', words.why(one)))}</failure>")
    if one.verdict == "undecided":
        return f"<skipped message={_attribute(words.verdict(one) + ': ' + words.why(one))}/>"
    return ""


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("?", text))


def sentence(one: Outcome) -> str:
    """An outcome in one sentence, the absolute value of the base in it."""
    base = one.pair.base
    found = words.interval(one.interval)
    return (f"{base.metric} {words.amount(one.base, base)} -> {words.amount(one.other, base)}, "
            f"{words.change(one.ratio)}{f' ({found})' if found else ''}: {words.verdict(one)}")


def as_github(found: Comparison) -> str:
    """Workflow commands: an error a regression, a notice an improvement, one with the counts."""
    rows = []
    for one in found.candidates:
        labels = words.Labels(one.outcomes)
        used: Counter[str] = Counter()
        for outcome in words.told_first(one.outcomes):
            level = "error" if outcome.regression else "notice"
            if outcome.verdict in ("same", "undecided") or used[level] == _MOST_NOTICES - 1:
                continue
            used[level] += 1
            title = " ".join(filter(None, (outcome.pair.base.metric,
                                           labels.of(outcome.pair.base))))
            rows.append(f"::{level} title={_property(title)}::{_data(sentence(outcome))}")
        level = "notice" if one.headline in ("same", "improvement") else "warning"
        rows.append(f"::{level} title={_property(one.name)}::{_data(words.headline(one))}")
    return "".join(row + "\n" for row in rows)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

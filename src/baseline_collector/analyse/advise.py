"""Recommendations: from findings and gaps, by expected gain; none without a fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from baseline_collector.evidence.book import Book
from baseline_collector.model import Advice, AdviceKind, Finding, Gap

_SEVERITIES = ("critical", "warning", "notice", "info")
NOT_ENOUGH = ("There is not enough data to recommend a change of settings: no difference between "
              "configurations was measured often enough to be told from chance.")


def advise(findings: Sequence[Finding], gaps: Sequence[Gap], book: Book) -> tuple[Advice, ...]:
    """Rank what to do.

    Args:
        findings: Of all rules.
        gaps: What blocks most first.
        book: Where names are entered.

    Returns:
        Changes with a measured gain, largest first, or that there is not enough data for one;
        then repairs by severity; then measurements by what they unblock. Each text once;
        those that a report prints are marked.
    """
    advised = [one for one in findings if one.recommendation]
    changes = sorted((one for one in advised if one.gain is not None and one.gain > 0),
                     key=lambda one: -(one.gain or 0.0))
    repairs = sorted((one for one in advised if one.gain is None),
                     key=lambda one: _SEVERITIES.index(one.severity))
    found = [Advice("change", one.recommendation, one.facts, one.gain, (one.id,))
             for one in changes]
    if not found:
        found.append(Advice("none", NOT_ENOUGH, (), None))
    found += [Advice("mend", one.recommendation, one.facts, None, (one.id,)) for one in repairs]
    found += [Advice("measure", _measure(one, book), one.facts, None, (), one.id) for one in gaps]
    first = {one.text: one for one in reversed(found)}
    once = [first[text] for text in dict.fromkeys(one.text for one in found)]
    leading = _leading(once, {one.id: one.rule for one in findings})
    return tuple(replace(one, leading=at in leading) for at, one in enumerate(once))


MOST_LEADING = 10
_PLACES: Mapping[AdviceKind, int] = {"change": 4, "none": 1, "mend": 4, "measure": 2}
_ALIKE: Mapping[AdviceKind, int] = {"change": 2, "none": 1, "mend": 1, "measure": 2}
"""Of each kind, how many places it has for sure, and how many of them one rule may take."""


def _leading(found: Sequence[Advice], rule_of: Mapping[str, str]) -> frozenset[int]:
    """Places of those that a report prints: the first of each kind and rule, then the next."""
    if len(found) <= MOST_LEADING:
        return frozenset(range(len(found)))
    alike: Counter[tuple[AdviceKind, str]] = Counter()
    kinds: Counter[AdviceKind] = Counter()
    first: list[int] = []
    second: list[int] = []
    for at, one in enumerate(found):
        label = (one.kind, rule_of[one.findings[0]] if one.findings else "")
        alike[label] += 1
        if alike[label] <= _ALIKE[one.kind]:
            kinds[one.kind] += 1
            (first if kinds[one.kind] <= _PLACES[one.kind] else second).append(at)
    return frozenset([*first, *second][:MOST_LEADING])


def _measure(gap: Gap, book: Book) -> str:
    if not gap.protocol:
        return f"Measure what is missing to say {gap.blocks}."
    return (f"Run the protocol {book.name('protocol', protocol_file(gap))} to learn {gap.blocks}.")


def protocol_file(gap: Gap) -> str:
    """Where the protocol of a gap stands below the output folder."""
    return f"protocols/{gap.id}.toml"

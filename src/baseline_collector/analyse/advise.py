"""Recommendations: from findings and gaps, by expected gain; none without a fact."""

from __future__ import annotations

from collections.abc import Sequence

from baseline_collector.evidence.book import Book
from baseline_collector.model import Advice, Finding, Gap

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
        then repairs by severity; then measurements by what they unblock. Each text once.
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
    return tuple({one.text: one for one in reversed(found)}[text]
                 for text in dict.fromkeys(one.text for one in found))


def _measure(gap: Gap, book: Book) -> str:
    if not gap.protocol:
        return f"Measure what is missing to say {gap.blocks}."
    return (f"Run the protocol {book.name('protocol', protocol_file(gap))} to learn {gap.blocks}.")


def protocol_file(gap: Gap) -> str:
    """Where the protocol of a gap stands below the output folder."""
    return f"protocols/{gap.id}.toml"

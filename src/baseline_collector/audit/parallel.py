"""Numbers and names listed in parallel: ``A and B reach 3 and 5 s, respectively``, ``x vs y``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from baseline_collector.audit.claims import Claim
from baseline_collector.audit.mentions import Mention

_ONE = r"[~≈]?\s*[-−]?\d[\d.,]*\s*(?:%|[x×]|[A-Za-zµ°]+(?:/[A-Za-z]+)?)?"
_RUN = re.compile(rf"{_ONE}(?:\s*(?:,\s*(?:and\s+|or\s+)?|\band\s+|\bor\s+|/\s*)\s*{_ONE})+"
                  r"(?=\s*\(?,?\s*respectively\b)", re.I)
_PAIR = re.compile(rf"{_ONE}\s*(?:\bvs\.?|\bversus|\bagainst|\bcompared\s+(?:to|with))\s+{_ONE}",
                   re.I)
_WINDOW = 100
"""Characters to each side of a number in which its list is looked for."""
_DIGITS = re.compile(r"\d[\d.,]*")
_COMPARED = re.compile(r"\b(?:than|vs\.?|versus|over|against|relative\s+to|compared\s+(?:to|with))"
                       r"\s+(?:the\s+|that\s+of\s+|its\s+)*[`*\"(]*$", re.I)


def compared_with(text: str, mention: Mention) -> bool:
    """Whether a mention is what something else is compared with: ``than X``, ``over X``."""
    return bool(_COMPARED.search(text, max(0, mention.start - 40), mention.start))


def parallel(claim: Claim, found: Sequence[Mention]) -> Mention | None:
    """The mention that a number of a list or pair of numbers belongs to, by its position.

    Args:
        claim: A number.
        found: Mentions of one topic in its sentence, in order.

    Returns:
        None where the number stands in no such list, or there are not as many mentions.
    """
    text = claim.block.text
    start, end = claim.block.sentence(claim.start)
    start, end = max(start, claim.start - _WINDOW), min(end, claim.end + _WINDOW)
    for pattern in (_RUN, _PAIR):
        for run in pattern.finditer(text, start, end):
            if run.start() <= claim.start < run.end():
                places = [match.start() for match in _DIGITS.finditer(text, *run.span())]
                before = [one for one in found if one.end <= run.start()]
                return _at(text, before, sum(at < claim.end for at in places) - 1, len(places),
                           paired=pattern is _PAIR)
    return None


def _at(text: str, before: list[Mention], position: int, count: int, *, paired: bool
        ) -> Mention | None:
    if paired:
        other = next((n for n in range(len(before) - 1, 0, -1)
                      if compared_with(text, before[n])), None)
        if other is not None and position == 1:
            return before[other]
        if other is not None:
            return min(before[:other], key=lambda one: len(frozenset().union(*one.choices))
                       if one.choices else 0)
    distinct = list({one.text: one for one in before}.values())
    return distinct[position] if len(distinct) == count and 0 <= position < count else None

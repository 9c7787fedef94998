"""Numbers and names listed in parallel: ``A and B reach 3 and 5 s, respectively``, ``x vs y``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from baseline_collector.audit.claims import Claim
from baseline_collector.audit.mentions import Mention

_ONE = r"[~≈]?\s*[-−]?\d[\d.,]*\s*(?:%|[x×]|[A-Za-zµ°]+(?:/[A-Za-z]+)?)?"
_RUN = re.compile(rf"{_ONE}(?:\s*(?:,\s*(?:and\s+|or\s+)?|\band\s+|\bor\s+|/\s*)\s*{_ONE})+"
                  r"(?=\s*\(?,?\s*respectively\b)", re.I)
_PAIR = re.compile(rf"{_ONE}\s*(?:\bvs\.?|\bversus|\bagainst|\bcompared\s+(?:to|with))\s+{_ONE}",
                   re.I)
_CHANGE = re.compile(rf"\bfrom\s+{_ONE}(?:\s*\([^()]*\))?\s+to\s+{_ONE}", re.I)
_FIRST = re.compile(r"\s*(?:from|before|old|base(?:line)?|without)\b[^|]*", re.I)
_SECOND = re.compile(r"\s*(?:to|after|new|candidate|with)\b[^|]*", re.I)
_TO = re.compile(r"[`*\s]*(?:to|->|→|vs\.?|versus)\s+[`*]*", re.I)
_TWO = 2
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
    if len(found) < _TWO:
        return None
    text = claim.block.text
    if claim.block.kind == "cell":
        return _of_column(claim, found)
    start, end = claim.block.sentence(claim.start)
    start, end = max(start, claim.start - _WINDOW), min(end, claim.end + _WINDOW)
    for pattern in (_RUN, _PAIR, _CHANGE):
        for run in pattern.finditer(text, start, end):
            if run.start() <= claim.start < run.end():
                places = [match.start() for match in _DIGITS.finditer(text, *run.span())]
                before = [one for one in found if one.end <= run.start()]
                if pattern is _CHANGE:
                    pair = _pair(text, before)
                    return pair[claim.start > places[0]] if pair else None
                return _at(text, before, sum(at < claim.end for at in places) - 1, len(places),
                           paired=pattern is _PAIR)
    return None


def _of_column(claim: Claim, found: Sequence[Mention]) -> Mention | None:
    """In columns ``From`` and ``To`` the first and second name of ``A to B`` in the row."""
    text, own = claim.block.text, claim.block.own
    header = text[text.rfind("|", 0, own) + 1 : own]
    first, second = _FIRST.fullmatch(header), _SECOND.fullmatch(header)
    pair = _pair(text, [one for one in found if one.end <= own]) if first or second else None
    return pair[0 if first else 1] if pair else None


def _pair(text: str, found: Sequence[Mention]) -> tuple[Mention, Mention] | None:
    """Two mentions joined by ``to``, ``vs`` or an arrow; the last such pair."""
    for one, other in reversed(list(itertools.pairwise(found))):
        if _TO.fullmatch(text, one.end, other.start) and (
                one.text != other.text or one.names != other.names):
            return one, other
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

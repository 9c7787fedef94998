"""Comparison words written by code: ``{F12} is {cmp:F12,F15} than {F15}``.

A writer names two facts; the word comes from their values, their direction and their
intervals. What may not be compared is refused, and where the intervals do not tell the
values apart the word says that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from baseline_collector import slots
from baseline_collector.model import Fact
from baseline_collector.narrate.lexicon import NEUTRAL, tokens
from baseline_collector.narrate.plan import Material

COMPARED: Final = re.compile(r"\{cmp:(F\d{1,9}),(F\d{1,9})\} than\b")
"""The only shape of a comparison: the word, and ``than`` behind it."""

ESTIMATES: Final = frozenset(("mean", "mean of means", "median", "p50", "rate"))
"""Statistics whose intervals can tell two of them apart; the ends of a range cannot."""

RIDES_ALONG: Final = frozenset(("quantization",))
"""What differs because something else does: another model file is another quantization."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A sentence that compares, cut at its comparison.

    Attributes:
        left: What stands before the word; speaks of the first fact.
        first: The fact of which something is said.
        second: The fact it is compared with.
        right: What stands behind ``than``; speaks of the second fact.
    """

    left: str
    first: Fact
    second: Fact
    right: str

    @property
    def text(self) -> str:
        """The sentence with the word that the two facts give."""
        return f"{self.left}{word(self.first, self.second)}{self.right}"


def cut(text: str, material: Material) -> Comparison | str | None:
    """Cut a sentence at its comparison.

    Returns:
        The comparison; why it is none, with its class (``comparison: ...``); or None where
        the sentence does not compare.
    """
    found = list(COMPARED.finditer(text))
    if not found:
        return None
    if len(found) > 1:
        return "comparison: one to a sentence"
    match = found[0]
    first, second = (material.facts.get(match[at]) for at in (1, 2))
    if first is None or second is None:
        return f"unknown slot: {match[0]}"
    comparison = Comparison(text[: match.start()], first, second, text[match.end():])
    return unlike(first, second) or _sides(comparison) or comparison


def unlike(first: Fact, second: Fact) -> str:
    """Return why two facts may not be compared, or ``""`` where they may.

    They must be estimates with intervals, of one metric by one statistic in one unit, and
    what they are about may differ in one thing only (a model, a phase, a file).
    """
    if first.id == second.id:
        return "comparison: a fact with itself"
    if isinstance(first.value, str) or isinstance(second.value, str):
        return "comparison: a text is no value"
    if first.metric is None or first.statistic not in ESTIMATES:
        return f"comparison: {first.id} is no estimate of a metric"
    if first.interval is None or second.interval is None:
        return "comparison: without intervals a difference may be noise"
    same = ("metric", "statistic", "unit", "kind", "topic")
    other = [name for name in same if getattr(first, name) != getattr(second, name)]
    if other:
        return f"comparison: {first.id} and {second.id} are unlike in {other[0]}"
    keys = {*first.scope, *second.scope}
    apart = {key for key in keys if first.scope.get(key) != second.scope.get(key)}
    if "model" in apart:
        apart -= RIDES_ALONG
    if len(apart) != 1:
        return f"comparison: {first.id} and {second.id} differ in more than one thing"
    return ""


def word(first: Fact, second: Fact) -> str:
    """Return how the first of two alike facts stands to the second: ``higher than``.

    Where the intervals meet, ``indistinguishable from``: overlap is a stricter test than the
    difference needs, so nothing is called different that is not.
    """
    if _meet(first, second):
        return "indistinguishable from"
    words = ("shorter than", "longer than") if first.unit == "s" else ("lower than", "higher than")
    return words[float(first.value) > float(second.value)]


def pairs(facts: Iterable[Fact], most: int) -> tuple[tuple[str, str], ...]:
    """Return pairs of facts that may be compared, the most important first.

    Args:
        facts: In the order of their importance.
        most: How many pairs at most; each fact opens one at most.
    """
    found: dict[str, tuple[str, str]] = {}
    for first, second in combinations(facts, 2):
        if len(found) < most and first.id not in found and not unlike(first, second):
            found[first.id] = (first.id, second.id)
    return tuple(found.values())


def _meet(first: Fact, second: Fact) -> bool:
    one, other = first.interval, second.interval
    return one is not None and other is not None and (
        one.low <= other.high and other.low <= one.high)


def _sides(comparison: Comparison) -> str:
    """Each side names its own fact and no other, or the word would point the wrong way."""
    sides = ((comparison.left, comparison.first), (comparison.right, comparison.second))
    for text, fact in sides:
        named = set(_facts(text))
        if named != {fact.id}:
            return f"comparison: {fact.id} does not stand alone on its side"
    if not _own(comparison.right, comparison.first.statement):
        return "comparison: what it is compared with is not named"
    return ""


def _own(text: str, other: str) -> set[str]:
    """Names and words of a side that the other fact's statement does not have."""
    def said(part: str) -> set[str]:
        return {*tokens(slots.plain(part)), *(id_ for id_ in slots.ids(part) if id_[0] == "N")}
    return said(text) - said(other) - NEUTRAL


def _facts(text: str) -> Iterator[str]:
    return (id_ for id_ in slots.ids(text) if id_.startswith("F"))

"""A report's own arithmetic: parts that make a sum, shares of counts, ratios, differences."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence

from baseline_collector import units
from baseline_collector.audit.claims import Claim, Evidence, Outcome
from baseline_collector.audit.rounding import fits, written

_OPENS_PARTS = re.compile(r"[\s*]*[(\[]\s*[^)\d]{0,32}$")
_OF = re.compile(r"\s+(?:out\s+)?of\s+(?:the\s+|all\s+|these\s+)?$|\s*/\s*$", re.I)
_SEPARATOR = re.compile(r"[|+,;]")
_MORE = re.compile(r"^\s*(?:more|higher|greater|larger|longer|above|increase\w*|on\s+top)\b", re.I)
_FEWER = re.compile(r"^\s*(?:less|lower|fewer|smaller|shorter|below|reduction|decrease\w*|"
                    r"drop)\b", re.I)
_THAN = re.compile(r"\b(?:than|as|over|versus|vs)\b", re.I)
_COMPARED = re.compile(r"\bthan\s+\S+")
_MOST_BEFORE = 8
"""Numbers before a ratio among which its two are looked for."""
_LESS = re.compile(r"\b(?:costs?|loss|los(?:es|ing)|lower|less|slower|fewer|smaller|reduction|"
                   r"reduced|drop|decreas\w+|"
                   r"shorter)\b", re.I)
_CHANGE = re.compile(r"\b(?:higher|lower|more|less|faster|slower|fewer|greater|increas\w+|"
                     r"decreas\w+|reduc\w+|"
                     r"improv\w+|drop|costs?|loss|los(?:es|ing)|penalty|overhead|sav\w+|"
                     r"speed-?up|slow-?down|gain|longer|shorter|above|below|apart|"
                     r"difference)\b", re.I)


def judge_arithmetic(claim: Claim, beside: Sequence[Claim], alike: Callable[[Claim, Claim], bool],
                     names_of: Callable[[Claim], Sequence[str]]) -> Outcome | None:
    """Judge a claim by the numbers beside it; None where they say nothing about it.

    Args:
        claim: The claim.
        beside: Claims of the same block, in order.
        alike: Whether two of them speak of the same metric.
        names_of: What one of them speaks of, as the report spells it: model, file, settings.
    """
    if claim.value is None or claim.block.kind in ("cell", "json"):
        return None
    if claim.kind == "percent":
        return _share(claim, beside) or _change(claim, beside, alike, names_of)
    if claim.kind == "multiple":
        return _ratio(claim, beside, alike, names_of)
    return _total(claim, beside)


def _in_unit(claim: Claim, unit: units.Unit | None) -> float | None:
    if claim.value is None or (claim.unit is None) != (unit is None):
        return None
    if claim.unit is None or unit is None:
        return claim.value
    if claim.unit.dimension != unit.dimension:
        return None
    return units.convert(claim.value, claim.unit, unit)


def _total(claim: Claim, beside: Sequence[Claim]) -> Outcome | None:
    """``6.5 s (read 1.5 s | write 5.0 s)``."""
    text = claim.block.text
    after = [one for one in beside if one.start >= claim.end]
    if len(after) < 2 or claim.unit is None or claim.kind != "number":
        return None
    opened = _OPENS_PARTS.fullmatch(text, claim.end, after[0].start)
    close = text.find(")", claim.end)
    parts = [one for one in after if close < 0 or one.start < close]
    if not opened or len(parts) < 2 or not _SEPARATOR.search(
            text, parts[0].end, parts[1].start):
        return None
    values = [_in_unit(one, claim.unit) for one in parts]
    if any(value is None for value in values) or any(one.end_of for one in parts):
        return None
    total = sum(value for value in values if value is not None)
    room = 0.5 * claim.step * (len(parts) + 1)
    good = abs(total - claim.value) <= room + 1e-9 if claim.value is not None else False
    said = " + ".join(one.text for one in parts)
    evidence = tuple(Evidence(one.text, report_line=one.line) for one in parts)
    right = f"{total:.{len(claim.digits.partition('.')[2])}f}"
    if good:
        return Outcome("supported", f"Its parts add up: {said}.", evidence, statistic="total")
    return Outcome("contradicted", f"Its parts make {right}: {said}.", evidence,
                   claim.text.replace(claim.digits, right, 1), statistic="total")


def _share(claim: Claim, beside: Sequence[Claim]) -> Outcome | None:
    """``5 of 11 calls (45 %)``: the percentage of two counts in the same sentence."""
    for part, whole in _pairs(claim, beside):
        if part.end <= whole.start and _OF.fullmatch(claim.block.text, part.end, whole.start) \
                and part.unit is None and part.value is not None and whole.value:
            gap = claim.block.text[whole.end : claim.start] if claim.start > whole.end else \
                claim.block.text[claim.end : part.start]
            if len(gap) > 60 or re.search(r"\d", gap):
                continue
            right = 100.0 * part.value / whole.value
            return _compared(claim, (right,), f"{part.text} of {whole.text} are", (part, whole))
    return None


def _change(claim: Claim, beside: Sequence[Claim], alike: Callable[[Claim, Claim], bool],
            names_of: Callable[[Claim], Sequence[str]]) -> Outcome | None:
    """``45 % higher``: of two numbers of one unit in the same sentence."""
    start, end = claim.block.sentence(claim.start)
    near = claim.block.text[claim.end : min(end, claim.end + 30)]
    before = claim.block.text[max(start, claim.start - 30) : claim.start]
    if not _CHANGE.search(near) and not _CHANGE.search(before) and not before.endswith("by "):
        return None
    pair = _only_pair(claim, beside)
    if pair is None or not alike(*pair):
        return _earlier(claim, beside, alike, names_of)
    low, high = sorted(pair, key=lambda one: _in_unit(one, pair[0].unit) or 0.0)
    a, b = _in_unit(low, low.unit), _in_unit(high, low.unit)
    if not a or not b:
        return None
    up, down = 100.0 * (b - a) / a, 100.0 * (b - a) / b
    rights = _changes(near, up, down)
    return _compared(claim, rights, f"{low.text} and {high.text} differ by", pair)


def _ratio(claim: Claim, beside: Sequence[Claim], alike: Callable[[Claim, Claim], bool],
           names_of: Callable[[Claim], Sequence[str]]) -> Outcome | None:
    """``2.3x``: of two numbers of one unit in the same sentence, or in those before it."""
    pair = _only_pair(claim, beside)
    if pair is None or not alike(*pair):
        return _earlier(claim, beside, alike, names_of)
    a, b = _in_unit(pair[0], pair[0].unit), _in_unit(pair[1], pair[0].unit)
    if not a or not b:
        return None
    ratio = max(a, b) / min(a, b)
    return _compared(claim, (ratio, min(a, b) / max(a, b)),
                     f"{pair[0].text} to {pair[1].text} is a ratio of", pair)


def _both_named(claim: Claim, pairs: list[tuple[Claim, Claim]],
                names_of: Callable[[Claim], Sequence[str]]) -> list[tuple[Claim, Claim]]:
    """Pairs of which one is named before a ratio in its sentence and the other right behind."""
    text = claim.block.text
    start, end = claim.block.sentence(claim.start)
    following = re.search(r"\d", text[claim.end : end])
    behind = text[claim.end : claim.end + following.start() if following else end].lower()
    before = _COMPARED.sub(" ", text[start : claim.start].lower())

    def said(one: Claim, where: str) -> bool:
        return any(name.lower() in where for name in names_of(one))

    return [(a, b) for a, b in pairs if (said(a, before) and said(b, behind))
            or (said(b, before) and said(a, behind))]


def _changes(near: str, up: float, down: float) -> tuple[float, ...]:
    """What a change may be: ``more`` is of the smaller number, ``less`` of the larger."""
    if _MORE.search(near):
        return (up,)
    if _FEWER.search(near):
        return (down,)
    return (down, up) if _LESS.search(near) else (up, down)


def _earlier(claim: Claim, beside: Sequence[Claim], alike: Callable[[Claim, Claim], bool],
             names_of: Callable[[Claim], Sequence[str]]) -> Outcome | None:
    """A ratio or change of two numbers of one measure in the sentences before.

    One that its own sentence gives is compared with that of the model named behind.
    """
    before = [one for one in beside if one.end <= claim.start and one.kind == "number"
              and (one.unit is not None or one.step < 1) and not one.end_of][-_MOST_BEFORE:]
    pairs = [pair for pair in itertools.combinations(before, 2) if alike(*pair)]
    found = []
    start, end = claim.block.sentence(claim.start)
    own = [one for one in before if one.start >= start]
    named: list[tuple[Claim, Claim]] = []
    if len(own) == 1:
        pairs = [pair for pair in pairs if own[0] in pair]
        named = [pair for pair in pairs if any(
            name in claim.block.text[claim.end : end] for one in pair if one is not own[0]
            for name in names_of(one))]
        pairs = named or pairs
    elif not own:
        named = _both_named(claim, pairs, names_of)
        pairs = named or pairs
    near = claim.block.text[claim.end : min(end, claim.end + 30)]
    for pair in pairs:
        a, b = _in_unit(pair[0], pair[0].unit), _in_unit(pair[1], pair[0].unit)
        if not a or not b:
            continue
        low, high = sorted((abs(a), abs(b)))
        rights = (_changes(near, 100.0 * (high - low) / low, 100.0 * (high - low) / high)
                  if claim.kind == "percent" else (high / low, low / high))
        words = f"{pair[0].text} and {pair[1].text} differ by" if claim.kind == "percent" else (
            f"{pair[0].text} to {pair[1].text} is a ratio of")
        found.append(_compared(claim, rights, words, pair))
    good = next((one for one in found if one.verdict == "supported"), None)
    definite = len(found) == 1 and (bool(named or own) or not _THAN.search(near))
    return good or (found[0] if definite else None)


def _compared(claim: Claim, rights: tuple[float, ...], words: str, pair: Sequence[Claim]
              ) -> Outcome:
    evidence = tuple(Evidence(one.text, report_line=one.line) for one in pair)
    shown = written(rights[0], claim.step)
    unit = " %" if claim.kind == "percent" else ""
    if any(_near(claim, right, pair) for right in rights):
        return Outcome("supported", f"{words} {shown}{unit}.", evidence, statistic="ratio")
    return Outcome("contradicted", f"{words} {shown}{unit}.", evidence,
                   claim.text.replace(claim.digits, shown, 1), statistic="ratio")


def _near(claim: Claim, right: float, pair: Sequence[Claim]) -> bool:
    """Fits, or would with the digits that rounding took from the two numbers."""
    if fits(claim, right):
        return True
    share = sum(0.5 * one.step / abs(one.value) for one in pair
                if one.value and (one.unit is not None or one.step < 1))
    room = 0.5 * claim.step + share * (abs(right) + (100.0 if claim.kind == "percent" else 0.0))
    return claim.value is not None and abs(claim.value - right) <= room


def _pairs(claim: Claim, beside: Sequence[Claim]) -> Iterator[tuple[Claim, Claim]]:
    others = [one for one in beside if one is not claim and one.kind == "number"]
    yield from itertools.pairwise(others)


def _only_pair(claim: Claim, beside: Sequence[Claim]) -> tuple[Claim, Claim] | None:
    """The two numbers of one dimension in the sentence, where there are exactly two."""
    start, end = claim.block.sentence(claim.start)
    found = [one for one in beside if one is not claim and start <= one.start < end
             and one.kind == "number" and (one.unit is not None or one.step < 1)]
    if len(found) != 2 or any(one.end_of for one in found):
        return None
    dimensions = {one.unit.dimension if one.unit else "" for one in found}
    return (found[0], found[1]) if len(dimensions) == 1 else None

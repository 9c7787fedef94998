"""Cells: what a text is, number, truth, nothing or words, and the number it says."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

NUMBER: Final = 0
TEXT: Final = 1
BOOL: Final = 2
NULL: Final = 3

_PLAIN = re.compile(r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?")
_GROUPED = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d+)?")
"""Groups of three, or lakh and crore: 22,80,000."""
_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:[eE][+-]?\d+)?")
_POINTS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+")
_SPACED = re.compile(r"(?<=\d)['’\u00a0\u2009\u202f](?=\d{3}(?!\d))")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_WITH_UNIT = re.compile(r"([+-]?[\d.,]++(?:[eE][+-]?\d++)?)[ \u00a0\u202f]?(%|[A-Za-zµμ°/]{1,12})")
_NO_UNIT = re.compile(r"st|nd|rd|th|[KkMGTb]|B")
"""What stands behind a number without being a unit: ordinals and multipliers (7B, 4.3k)."""
_POINT_REASON = "a point that may group thousands or mark decimals"

_DIGITS: Final = 4_300  # Python's own bound on the text of an integer
REPEATED: Final = "key repeated in one object; a later value stands"
_TOO_LONG = f"longer than {_DIGITS} characters"
_NO_NUMBER, _INFINITE, _BEYOND = "not a number", "not a finite number", "beyond a float"
_TOO_SMALL, _INEXACT = "too small for a float", "integer beyond the exact range of a float"
NOT_HELD: Final = frozenset({_TOO_LONG, _NO_NUMBER, _INFINITE, _BEYOND, _TOO_SMALL, _INEXACT,
                             _POINT_REASON, REPEATED})
"""Why a number as written has no value of its own; readers of tools have other reasons."""

EXACT_INT: Final = 2**53


def number(raw: str) -> tuple[float | None, str]:
    """Read a JSON-like number.

    Args:
        raw: The number as written.

    Returns:
        The nearest float and an empty reason, or None and why no float holds it.
    """
    if len(raw) > _DIGITS:
        return None, _TOO_LONG
    try:
        value = float(raw)
    except ValueError:
        return None, _NO_NUMBER
    if not math.isfinite(value):
        named = _NOT_FINITE.fullmatch(raw.strip())
        return None, _INFINITE if named else _BEYOND
    if value == 0 and re.match(r"[^eE]*[1-9]", raw):
        return None, _TOO_SMALL
    if abs(value) >= EXACT_INT and raw.lstrip("+-").isdigit() and int(raw) != int(value):
        return None, _INEXACT
    return value, ""


def cell(text: str, decimal_comma: bool = False) -> tuple[int, float | None, str, str]:
    """Read one table cell or value in prose position.

    Args:
        text: As written.
        decimal_comma: Whether the file writes 1,5 for one and a half.

    Returns:
        Kind, value, unit spelled in the cell, reason why a number has no value.
    """
    bare = text.strip()
    if not bare:
        return NULL, None, "", ""
    if not decimal_comma and _PLAIN.fullmatch(bare):
        value, reason = number(bare)
        return NUMBER, value, "", reason
    first = bare[0]
    if first.isdigit() or first in "+-.\u2212":
        found = _numeral(bare.replace("\u2212", "-", 1), decimal_comma)
        if found is not None:
            return NUMBER, *found
    if _NOT_FINITE.fullmatch(bare):
        return NUMBER, None, "", _INFINITE
    if bare.lower() in ("true", "false"):
        return BOOL, None, "", ""
    return TEXT, None, "", ""


def _numeral(bare: str, decimal_comma: bool) -> tuple[float | None, str, str] | None:
    """Value, unit and reason of a cell that starts like a number; None where it is none."""
    found = _amount(bare, decimal_comma)
    if found is not None:
        return found[0], "", found[1]
    match = _WITH_UNIT.fullmatch(bare)
    if match and not (_NO_UNIT.fullmatch(match[2]) and bare[match.end(1)] == match[2][0]):
        found = _amount(match[1], decimal_comma)
        if found is not None:
            return found[0], match[2], found[1]
    return None


def _amount(bare: str, decimal_comma: bool) -> tuple[float | None, str] | None:
    """Value and reason of digits with their separators; None where they are no number."""
    if "'" in bare or not bare.isascii():
        bare = _SPACED.sub("", bare)
    if decimal_comma:
        if _COMMA.fullmatch(bare):
            return number(bare.replace(".", "").replace(",", "."))
        if _POINTS.fullmatch(bare):
            return number(bare.replace(".", "")) if bare.count(".") > 1 else (None, _POINT_REASON)
    if _PLAIN.fullmatch(bare):
        return number(bare)
    if not decimal_comma and _GROUPED.fullmatch(bare):
        return number(bare.replace(",", ""))
    return None


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Header names, with ``#2`` behind a repeat and ``column N`` for an empty one."""
    bares = [name.strip() or f"column {at + 1}" for at, name in enumerate(names)]
    taken, seen = set(bares), Counter[str]()
    header = []
    for bare in bares:
        seen[bare] += 1
        name = bare
        while seen[bare] > 1 and name in taken:
            name = f"{bare}#{seen[bare]}"
            seen[bare] += name in taken
        taken.add(name)
        header.append(name)
    return tuple(header)

"""What queries do with columns of texts: digests, indices, patterns, members of JSON."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence

import numpy as np

from baseline_collector.audit.sheet import ALL, Number, Rows, Run, Scalar, Sheet, Unknown

_INDEX = re.compile(r"\[([0-9]+)\]")
_MEMBER = re.compile(r"\$\.\"?(\w+)\"?")
_CUT = re.compile(r',\?"(\w+)":"\[\^"\]\*"')


def computed(sheet: Sheet, column: str, place: int, wanted: str, rows: Rows) -> Rows:
    """Rows in which a digest of a column, or an index of a path, is the wanted one."""
    held = sheet.coded(column)
    among = np.arange(sheet.size) if rows is ALL else rows
    good = set()
    for code in np.unique(held.codes[among]).tolist():
        name = held.names[code] if code >= 0 else ""
        if place:
            indices = _INDEX.findall(name)
            if len(indices) >= place and indices[place - 1] == wanted:
                good.add(code)
        elif hashlib.md5(name.encode(), usedforsecurity=False).hexdigest() == wanted:
            good.add(code)
    return among[np.isin(held.codes[among], sorted(good))]


def matching(sheet: Sheet, column: str, cut: str, wanted: str, rows: Rows) -> Rows:
    """Rows in which a text column, something cut out of it, matches a pattern."""
    held, pattern = sheet.coded(column), re.compile(wanted)
    good = [code for code, name in enumerate(held.names)
            if pattern.search(re.sub(cut, "", name) if cut else name)]
    mask = np.isin(held.codes if rows is ALL else held.codes[rows], good)
    return np.flatnonzero(mask) if rows is ALL else rows[mask]


def texts(sheet: Sheet, column: str, rows: Rows) -> list[str]:
    """The different texts of some rows."""
    held = sheet.coded(column)
    codes = held.codes if rows is ALL else held.codes[rows]
    return [str(held.names[code]) for code in np.unique(codes).tolist() if code >= 0]


def different(name: str, column: str, given: Sequence[int]) -> Number:
    """How many different texts a function makes of those of a column.

    Args:
        name: Of the function.
        column: Its first argument.
        given: Its others, as numbers of literals.
    """
    def run(one: Run, sheet: Sheet, rows: Rows) -> Scalar:
        one.placed = False
        made = _rewriting(name, [one.literals[at] for at in given])
        return float(len({made(text) for text in texts(sheet, column, rows)} - {None}))

    return run


def _rewriting(name: str, literals: Sequence[str]) -> Callable[[str], str | None]:
    """A member cut out of JSON once, or the text of a member; no other pattern is run."""
    cut = _CUT.fullmatch(literals[0])
    if name == "regexp_replace" and cut and list(literals[1:]) == [""]:
        pattern = re.compile(literals[0])
        return lambda text: pattern.sub("", text, count=1)
    path = _MEMBER.fullmatch(literals[0])
    if name == "json_extract_string" and path and len(literals) == 1:
        return lambda text: _member(text, path[1])
    raise Unknown(name)


def _member(text: str, name: str) -> str | None:
    try:
        held = json.loads(text)
    except ValueError as error:
        raise Unknown(text) from error
    if not isinstance(held, dict) or not isinstance(held.get(name, ""), str):
        raise Unknown(text)
    return held.get(name)

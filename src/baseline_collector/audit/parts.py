"""Parts of a selection that a text names by words of its records: runs, prompts, settings, places.

Where rows differ in a run, a prompt, a setting or a name of their path, and the text names one of
those values, it speaks of the rows that have it: the mention nearest before the claim counts, then
one tied to it right behind, then the lines above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from baseline_collector import vocabulary
from baseline_collector.audit.claims import Claim
from baseline_collector.audit.codes import Codes, Mask, codes_in
from baseline_collector.audit.index import Index
from baseline_collector.audit.rows import Selection, quoted
from baseline_collector.naming import plain, statistic_of
from baseline_collector.paths import tokens

_COLUMNS = ("run", "prompt", "engine", "quantization", "device", "phase")
_VAGUE = frozenset({"true", "false", "none", "null", "auto", "default", "yes", "no", "on", "off",
                    "all", "the", "test", "run", "model", "value", "total", "first", "second",
                    "last", "time", "file", "and", "with", "for"})
_SPELLED = dict(zip("123456789", ("one", "two", "three", "four", "five", "six", "seven", "eight",
                                  "nine"), strict=True))
_MOST = 400
"""Different values of one field among which names are looked for."""
_Wording = tuple[str, re.Pattern[str]]
"""A word that a text must hold in lower case to name a value, and all ways to name it."""
_Level = tuple[str, int, int, bool]
"""A text in which a part may be named, where the claim stands in it, whether it is a heading."""
_WORDS = re.compile(r"[a-z0-9]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_TIE = re.compile(r"[\s*]*\(?(?:(?:for|of|on|in|by|at|with|using|under|the|from)\s+)*[`*\"'\s(]*",
                  re.I)
_BETWEEN = re.compile(r"(?<![\w.:])\d+(?:\.\d+)?(?![\w:])")
"""A number that has taken what stands before it."""
_IN = re.compile(r"\bin\s+$", re.I)
_OTHER = re.compile(r"\b(?:than|vs\.?|versus|over|against|compared\s+(?:to|with))\s+"
                    r"(?:the\s+|that\s+of\s+)?[`*\"'(]*$", re.I)


@dataclass(frozen=True, slots=True)
class _Field:
    """What rows differ in.

    Attributes:
        column: The column that tells it.
        lookup: Value of each code of the column, as an index into ``values``; -1 for none, also at
            the end, which stands for null.
        values: The values.
        sql: Condition with a gap for a value as an SQL literal.
        name: Of a setting; empty for others.
    """

    column: Codes
    lookup: NDArray[np.int64]
    values: tuple[str, ...]
    sql: str
    name: str = ""

    def present(self, mask: Mask) -> list[int]:
        """Values that some rows have, ascending, -1 first where one has none."""
        return codes_in(self.lookup[codes_in(self.column.codes[mask])])

    def rows(self, value: int) -> Mask:
        """Rows of the dataset that have a value."""
        found: Mask = self.lookup[self.column.codes] == value
        return found


def narrowed(selection: Selection, claim: Claim, index: Index) -> Selection:
    """Limit a selection to the part that the text around a claim names.

    Args:
        selection: What the claim was bound to.
        claim: The claim.
        index: The dataset.

    Returns:
        The selection itself where the text names no part.
    """
    levels = list(_levels(claim))
    around = "\n".join(text for text, _, _, _ in levels).lower()
    whole = selection.mask
    differing = index.once("fields", whole, lambda: [
        (one, one.present(whole)) for one in _fields(whole, index)])
    for field, all_present in differing:
        present = all_present if selection.mask is whole else field.present(selection.mask)
        wordings = [(code, field.values[code].strip(),
                     _wordings(field.sql, field.name, field.values[code].strip()))
                    for code in present if code >= 0
                    and _may_name(field.values[code], around)]
        if len(present) < 2 or len(wordings) > _MOST:
            continue
        away, said = next(((away, found) for away, level in enumerate(levels)
                           if (found := _named(level, wordings)) is not None), (0, None))
        if said is not None:
            code, tied = said
            value = field.values[code]
            words = f"{field.name}={value}" if field.name else value
            selection = replace(
                selection, mask=selection.mask & field.rows(code), narrow=True,
                where=(*selection.where, field.sql.format(quoted(value))),
                words=", ".join(filter(None, (selection.words, words))),
                parts=(*selection.parts, (value, tied and away == 0)))
    return selection


def _fields(mask: Mask, index: Index) -> Iterator[_Field]:
    for name in _COLUMNS:
        column = index.column(name)
        yield _Field(column, np.append(np.arange(len(column.names)), -1), tuple(column.names),
                     f"{name} = {{}}")
    column = index.column("parameters")
    held = {code: index.settings[code] for code in codes_in(column.codes[mask])
            if code >= 0}
    for name in sorted({name for settings in held.values() for name in settings}):
        values = tuple(sorted({settings[name] for settings in held.values() if name in settings}))
        if len(values) > 1 or any(name not in settings for settings in held.values()):
            lookup = np.full(len(column.names) + 1, -1, np.int64)
            for code, settings in held.items():
                lookup[code] = values.index(settings[name]) if name in settings else -1
            yield _Field(column, lookup, values,
                         f"json_extract_string(parameters, '$.{name}') = {{}}", name)
    yield from _of_path(mask, index)


def _of_path(mask: Mask, index: Index) -> Iterator[_Field]:
    """Names in the keys of rows that only some of them have, the last one left out."""
    column = index.column("key")
    held = {code: [part for part in tokens(column.names[code]) if part][:-1]
            for code in codes_in(column.codes[mask]) if code >= 0}
    depth = max(map(len, held.values()), default=0)
    for at in range(depth):
        values = tuple(sorted({parts[at] for parts in held.values() if at < len(parts)
                               and not statistic_of(parts[at].lower())
                               and plain(parts[at]) not in vocabulary.STRUCTURE_PARTS}))
        if len(values) < 2:
            continue
        lookup = np.full(len(column.names) + 1, -1, np.int64)
        for code, parts in held.items():
            if at < len(parts) and parts[at] in values:
                lookup[code] = values.index(parts[at])
        keys = {value: [column.names[code] for code in held if lookup[code] == n]
                for n, value in enumerate(values)}
        if sum(map(len, keys.values())) <= _MOST:
            yield _Field(column, lookup, values, "contains(key, {})")


def _is_phrase(match: re.Match[str], value: str, text: str, *, heading: bool) -> bool:
    """Whether a word is one of the language of reports: ``Executive Summary``, ``In summary,``."""
    if not value.isalpha():
        return False
    return (heading and match[0] != value) or bool(
        _IN.search(text, 0, match.start()) and text[match.end() : match.end() + 1] == ",")


def _may_name(value: str, around: str) -> bool:
    """Whether words of a value occur at all: a pattern is made only then."""
    spelled = _SPELLED.get(value.removesuffix(".0"), "")
    return bool(spelled and spelled in around) or any(
        word in around for word in _WORDS.findall(value.lower()))


@lru_cache(maxsize=20_000)
def _wordings(sql: str, name: str, value: str) -> _Wording | None:
    """How a text may name a value; None for one that is too vague to be told."""
    if name and _NUMBER.fullmatch(value):
        noun = re.sub(r"^(?:n|num|max|min)_|s$", "", plain(name)).replace("_", r"[\s_-]")
        if len(noun) < 3:
            return None
        digits = value.removesuffix(".0")
        number = re.escape(digits)
        if digits in _SPELLED:
            number = f"(?:{number}|{_SPELLED[digits]})"
        return noun[:3], re.compile(rf"(?<![\w.]){number}[\s-]{noun}s?\b|"
                                  rf"\b{noun}s?\s?(?:=|:|of|is|at)?\s?{number}(?![\w.]*\w)",
                                  re.I)
    if sql.startswith("phase") and value in ("cold", "warm"):
        return None  # those are told by words of their own
    if len(value) < 3 or len(value) > 120 or value.lower() in _VAGUE or not re.search(
            r"[A-Za-z]", value):
        return None
    short = value.rpartition("::")[2]
    if short != value and len(short) > 3:  # pytest names a test behind its file
        value = short
    loose = re.sub(r"(?:\\?[_\s-])+", r"[\\s_-]", re.escape(value))
    telling = max(_WORDS.findall(value.lower()), key=len)
    return telling, re.compile(rf"(?<![\w/.-]){loose}(?![\w/-])", re.I)


def _levels(claim: Claim) -> Iterator[_Level]:
    """Texts in which a part may be named, nearest first."""
    block = claim.block
    if block.kind == "cell":
        yield block.text, block.own, block.own, False
    else:
        start, _ = block.sentence(claim.start)
        whole, end = block.sentence(claim.start, clauses=False)
        yield block.text[start:end], claim.start - start, claim.end - start, False
        if whole < start:
            yield block.text[whole:start], start - whole, start - whole, False
    for above in (*block.parents, *block.headings[:1]):
        yield above.text, len(above.text), len(above.text), above.kind == "heading"


def _named(level: _Level, wordings: list[tuple[int, str, _Wording | None]]
           ) -> tuple[int, bool] | None:
    """The value that a text names nearest before a claim or tied to it behind; whether tied."""
    text, start, end, heading = level
    lowered = text.lower()
    before: list[tuple[int, int, int, int]] = []
    for code, value, wording in wordings:
        if wording is None or wording[0] not in lowered:
            continue
        for match in wording[1].finditer(text):
            if _is_phrase(match, value, text, heading=heading):
                continue
            if match.end() <= start:
                other = bool(_OTHER.search(text, max(0, match.start() - 30), match.start()))
                before.append((not other, match.end(), match.end() - match.start(), code))
            elif match.start() >= end and _TIE.fullmatch(text, end, match.start()):
                return code, True
    if not before:
        return None
    _, last, _, code = max(before)
    return code, not _BETWEEN.search(text, last, start)

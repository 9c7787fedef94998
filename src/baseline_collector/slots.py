"""Slots: how a text names a fact or a name without writing a digit.

    {F12}        the value of fact F12, with its unit
    {F12.n}      the number of observations behind it
    {F12.low}    lower end of its interval, with unit
    {F12.high}   upper end of its interval, with unit
    {N3}         a name that came from an artifact
    {N3.2}       the second piece of a name that lists settings: ``num_ctx=512, num_gpu=80``

Writers put slots, renderers fill them. Nothing else in a text may be a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SLOT = re.compile(r"\{(?:(F)(\d{1,9})(?:\.(n|low|high))?|(N)(\d{1,9})(?:\.(\d{1,3}))?)\}")
"""The only shape of a slot; braces around anything else are plain text."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot of a text.

    Attributes:
        id: ``F12`` or ``N3``.
        field: What of the fact is meant; always ``value`` for names.
        piece: Of a name the piece that is meant, from one; zero for all of it.
    """

    id: str
    field: Literal["value", "n", "low", "high"] = "value"
    piece: int = 0


def parts(text: str) -> Iterator[str | Slot]:
    """Split a text into plain strings and slots, in order; empty strings are left out."""
    if "{" not in text:
        yield from (text,) if text else ()
        return
    at = 0
    for match in SLOT.finditer(text):
        if match.start() > at:
            yield text[at : match.start()]
        if match[4]:
            yield Slot(match[4] + match[5], piece=int(match[6] or 0))
        else:
            field = match[3] or "value"
            yield Slot(match[1] + match[2], field)  # type: ignore[arg-type]  # the pattern allows no other
        at = match.end()
    if at < len(text):
        yield text[at:]


def ids(text: str) -> tuple[str, ...]:
    """Return the ids named in a text, in order, with repeats."""
    return tuple([(match[1] or match[4]) + (match[2] or match[5])
                  for match in SLOT.finditer(text)])


def pieces(name: str) -> tuple[str, ...]:
    """Return the settings that a name lists, ``block=(8, 1), grid=4`` two of them.

    A comma within brackets separates nothing, nor does one before a text that names no setting.
    """
    found = [""]
    depth = 0
    for part in re.split(r"(, (?=[^,=()]+=))", name):
        if part == ", " and depth == 0:
            found.append("")
            continue
        depth += sum(part.count(one) for one in "([{") - sum(part.count(one) for one in ")]}")
        found[-1] += part
    return tuple(found)


def plain(text: str) -> str:
    """Return a text without its slots: what a writer wrote with its own hand."""
    return SLOT.sub("", text)

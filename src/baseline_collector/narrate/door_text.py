"""The first part of the door: what a sentence is made of, whatever it says.

It judges the model's own part of a sentence; what it quotes from us is out already.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from baseline_collector import slots
from baseline_collector.narrate.reading import QUOTE

LONGEST: Final = 400
"""Characters of a sentence besides what it quotes from us."""

_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_STOPS: Final = frozenset(f" .,;:'’\"“”()-–—{QUOTE}")
_LINK: Final = re.compile(r"://|\bwww\.|\bhttps?\b|\bmailto\b|\.(?:com|org|net|io|dev)\b", re.I)
_BEFORE_SLOT: Final = frozenset(" (\"“")
_AFTER_SLOT: Final = re.compile(r"$|\s|[.,;:)\"”](?:$|[\s.,;)\"”])|['’]s\b")


def shape(text: str) -> str:
    """Return why the characters of a sentence are not those of a plain sentence, or ``""``."""
    for check in _CHECKS:
        reason = check(text)
        if reason:
            return reason
    return ""


def _length(text: str) -> str:
    if not text.strip():
        return "empty"
    return "length: more than a sentence" if len(text) > LONGEST else ""


def _digits(text: str) -> str:
    """Digits of any script, powers, fractions, circled and Roman numeral characters."""
    for char in slots.plain(text):
        if unicodedata.numeric(char, None) is not None or unicodedata.category(char)[0] == "N":
            return f"digit: {_shown(char)}"
    return ""


def _links(text: str) -> str:
    found = _LINK.search(text)
    return f"link: {found[0]}" if found else ""


def _characters(text: str) -> str:
    """Only what plain English text is written with; anything else could be markup."""
    for char in slots.plain(text):
        if char in _LETTERS or char in _STOPS:
            continue
        if char in "{}":
            return "unknown slot: braces that are none"
        if not char.isprintable():
            return f"character: {_shown(char)}"
        if char.isalpha():
            return f"character: {_shown(char)} is no letter of plain English"
        return f"markup: {_shown(char)}"
    return ""


def _list_marks(text: str) -> str:
    return "markup: a list mark" if re.match(r"\s*[-–—]|.*--", text) else ""


def _glued(text: str) -> str:
    """A slot stands alone, or its digits would run into something that changes them."""
    for match in slots.SLOT.finditer(text):
        if match[6]:
            return "unknown slot: a piece of a name"
        if match.start() and text[match.start() - 1] not in _BEFORE_SLOT:
            return f"unit: {_shown(text[match.start() - 1])} before {match[0]}"
        if not _AFTER_SLOT.match(text, match.end()):
            return f"unit: {_shown(text[match.end()])} after {match[0]}"
    for first, second in zip(*[list(slots.SLOT.finditer(text))[at:] for at in (0, 1)],
                             strict=False):
        if not re.search(r"[A-Za-z]", text[first.end():second.start()]):
            return f"unit: nothing between {first[0]} and {second[0]}"
    return ""


def _shown(char: str) -> str:
    return char if char.isprintable() and char.isascii() else f"U+{ord(char):04X}"


_CHECKS: Final[tuple[Callable[[str], str], ...]] = (
    _length, _digits, _links, _characters, _list_marks, _glued,
)

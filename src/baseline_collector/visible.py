"""Names from outside, made safe to look at: nothing hidden, nothing that moves a cursor.

A file may be called anything a file system allows. What a terminal, a browser or an
editor would act on instead of showing (controls, escape sequences, direction overrides,
zero-width characters, broken surrogates) is written as a visible escape, in every output.
"""

from __future__ import annotations

import re

_BEYOND_C0 = (
    "\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_HIDDEN = re.compile(f"[\x00-\x1f{_BEYOND_C0}]")
_HIDDEN_IN_JSON = re.compile(f"[{_BEYOND_C0}]")
"""A newline between the tokens of a JSON text is layout; in its strings C0 is escaped already."""

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e"}
_DIGIT = re.compile(r"\d")

LONGEST_NAME = 400
"""Characters of a name that are printed; report.json has all of them."""


def visible(text: str, longest: int = LONGEST_NAME) -> str:
    r"""Write a name so that every character of it can be seen.

    Args:
        text: Any string, also with controls, newlines or lone surrogates.
        longest: Characters kept; the middle of a longer text becomes ``…``.

    Returns:
        One line that encodes as UTF-8: ``a\nb`` for a newline, ``\u202e`` for an override.
    """
    if len(text) > longest:
        half = longest // 2
        text = f"{text[:half]}…{text[-half:]}"
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(_escape, text)


def one_line(text: str) -> str:
    """Write prose on one line: white space becomes single spaces, the rest is made visible."""
    return visible(" ".join(text.split()), longest=max(len(text), 1))


def json_safe(text: str) -> str:
    r"""Escape hidden characters of a finished JSON text as ``\uXXXX``; the value is the same."""
    return _HIDDEN_IN_JSON.sub(_json_escape, text)


def masked(text: str) -> str:
    """Replace every digit by a dot: a refused sentence may be shown, its numbers may not."""
    return _DIGIT.sub("•", text)


def has_digit(text: str) -> bool:
    """Tell whether a text holds a digit of any script."""
    return _DIGIT.search(text) is not None


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"

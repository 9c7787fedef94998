"""Text from bytes: UTF-8 with or without a mark, UTF-16, cp1252."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from baseline_collector.errors import ReadError

_SAMPLE = 4096
_BROKEN_MARK = b"\xc3\xbf\xc3\xbe"
"""A UTF-16 mark (FF FE) that a program re-encoded as if it were cp1252 text."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was encoded; ``note`` says what was odd about it."""

    text: str
    encoding: str
    note: str = ""


def decode(data: bytes) -> Decoded:
    """Decode a whole file.

    Raises:
        ReadError: The content is binary.
    """
    encoding, skip, note = _detect(data)
    body = data[skip:] if skip else data
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        text = body.decode(encoding, "replace")
        if encoding == "utf-8" and not _mostly_utf8(text):
            text, encoding = body.decode("cp1252", "replace"), "cp1252"
        else:
            name = encoding.upper().removesuffix("-LE").removesuffix("-BE")
            note = note or f"{name} with broken characters"
    if _binary(text[:_SAMPLE]):
        raise ReadError("not text: binary content")
    return Decoded(text, encoding, note)


def line_encoding(head: bytes) -> tuple[str, int]:
    """Return the codec to read a large file with, and the bytes to skip, from its beginning."""
    encoding, skip, _ = _detect(head)
    if encoding == "utf-8":
        text = head[skip:].decode(encoding, "replace")[:-4]  # the last one may be cut in half
        if "\ufffd" in text and not _mostly_utf8(text):
            encoding = "cp1252"
    return encoding, skip


def utf8_start(head: bytes) -> int | None:
    """Return the bytes to skip where a file that begins so is UTF-8 text, else None."""
    encoding, skip = line_encoding(head)
    return None if encoding != "utf-8" or _binary(head[:_SAMPLE].decode("latin-1")) else skip


def _mostly_utf8(text: str) -> bool:
    """Whether more characters beyond ASCII were decoded than broken."""
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return beyond > 2 * text.count("\ufffd")


def _detect(data: bytes) -> tuple[str, int, str]:
    """Return codec, bytes to skip, and a note."""
    if data[:_SAMPLE].isascii() and b"\0" not in data[:_SAMPLE]:
        return "utf-8", 0, ""  # every mark has bytes beyond ASCII
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8", 3, ""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32-le" if data[:1] == b"\xff" else "utf-32-be", 4, ""
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2, ""
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2, ""
    if data.startswith(_BROKEN_MARK):
        return "utf-16-le", 4, "UTF-16 whose byte order mark was re-encoded as UTF-8"
    head = data[:_SAMPLE]
    if len(head) >= 4:
        even, odd = head[::2].count(0), head[1::2].count(0)
        half = max(len(head) // 2, 1)
        if odd > half * 0.4 and even < half * 0.1:
            return "utf-16-le", 0, "UTF-16 without a byte order mark"
        if even > half * 0.4 and odd < half * 0.1:
            return "utf-16-be", 0, "UTF-16 without a byte order mark"
    return "utf-8", 0, ""


_ODD = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")


def _binary(sample: str) -> bool:
    odd = len(_ODD.findall(sample))
    return odd > 0 and ("\x00" in sample or odd > len(sample) * 0.1)

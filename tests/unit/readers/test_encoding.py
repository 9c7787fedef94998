"""Text from bytes, in the encodings that heaps hold."""

from __future__ import annotations

import codecs
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.errors import ReadError
from baseline_collector.readers.encoding import decode, line_encoding

TEXT = "model,temp °C\ngemma3,48.5\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8"),
        (TEXT.encode("cp1252"), "cp1252"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "utf-32-le"),
        (codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"), "utf-32-be"),
        (b"\xc3\xbf\xc3\xbe" + TEXT.encode("utf-16-le"), "utf-16-le"),
    ],
)
def test_each_encoding(data: bytes, encoding: str) -> None:
    found = decode(data)
    assert (found.text, found.encoding) == (TEXT, encoding)
    codec, skip = line_encoding(data)
    assert data[skip:].decode(codec) == TEXT


def test_a_cut_character_does_not_make_it_another_encoding() -> None:
    found = decode("µs;°C;τ\n".encode() + b"\xc2")
    assert found.text.startswith("µs;°C;τ\n")
    assert found.note == "UTF-8 with broken characters"


@pytest.mark.parametrize(
    "data",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(256)), codecs.BOM_UTF16_LE + b"\0\0" * 40],
)
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError, match="binary"):
        decode(data)


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    with suppress(ReadError):
        decode(data).text.encode("utf-8")
    codec, skip = line_encoding(data)
    data[skip:].decode(codec, "replace")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_utf8_is_always_itself(text: str) -> None:
    assert decode(("{" + text).encode()).text == "{" + text

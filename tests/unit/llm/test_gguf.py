"""The head of a model file."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from baseline_collector.errors import ModelError
from baseline_collector.llm.gguf import Head, head


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def pair(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def file(*pairs: bytes, version: int = 3, count: int | None = None,
         tensors: tuple[tuple[int, ...], ...] = ()) -> bytes:
    number = len(pairs) if count is None else count
    return (b"GGUF" + struct.pack("<IQQ", version, len(tensors), number) + b"".join(pairs)
            + b"".join(map(tensor, tensors)))


def tensor(sizes: tuple[int, ...]) -> bytes:
    sized = struct.pack(f"<I{len(sizes)}Q", len(sizes), *sizes)
    return text("blk.weight") + sized + struct.pack("<IQ", 3, 0)


WORDS = pair(
    "tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 3) + text("a") + text("bé") + text("")
)
SCORES = pair("tokenizer.ggml.scores", 9, struct.pack("<IQ3f", 6, 3, 1.0, 2.0, 3.0))
CHAT = pair("tokenizer.chat_template", 8, text("{{ messages }}"))
ARCHITECTURE = pair("general.architecture", 8, text("llama"))
NAME = pair("general.name", 8, text("Tiny"))
LENGTH = pair("llama.context_length", 4, struct.pack("<I", 8192))
WHOLE = file(ARCHITECTURE, NAME, LENGTH, WORDS, SCORES, CHAT, tensors=((576, 49152), (576,)))


def test_what_the_head_says(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(WHOLE + b"tensors")
    assert head(path) == Head("Tiny", "llama", 8192, chat=True, parameters=576 * 49152 + 576)


def test_a_base_model(tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(file(ARCHITECTURE, WORDS))
    assert head(path) == Head("", "llama", None, chat=False, parameters=0)



@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, world",
        b"GGUF",
        b"<!DOCTYPE html><title>404</title>",
        file(ARCHITECTURE, version=99),
        file(ARCHITECTURE, count=10**12),
        file(pair("x", 77, b"")),
        file(pair("x", 9, struct.pack("<IQ", 8, 2**60))),
        file(pair("x", 8, struct.pack("<Q", 2**63))),
        *(WHOLE[:length] for length in range(1, len(WHOLE), 13)),
    ],
)
def test_broken_files_are_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="GGUF"):
        head(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        head(tmp_path / "none.gguf")

"""The head of a GGUF file: what a model is, read without loading it.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3,
little-endian. Reading it in Python tells a broken download from a model before native
code sees the file, and tells whether the model has a chat template: llama.cpp itself
silently puts a ChatML template where there is none, which base models do not follow.
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

from baseline_collector.errors import ModelError

# Type number -> struct format of the scalar.
_SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
_STRING, _ARRAY = 8, 9
_MAX_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a model file says.

    Attributes:
        name: ``general.name``; empty where there is none.
        architecture: ``general.architecture``.
        context_tokens: Context the model was trained for, None where it does not say.
        chat: Whether it has a chat template.
        parameters: Elements of all its tensors.
    """

    name: str
    architecture: str
    context_tokens: int | None
    chat: bool
    parameters: int


def head(path: Path) -> Head:
    """Read the head of a model file.

    Args:
        path: The file.

    Raises:
        ModelError: No such file, not a GGUF file, or cut off inside its head.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            cursor = _Cursor(data)
            pairs = cursor.pairs()
            parameters = cursor.elements()
    except OSError as error:
        raise ModelError(
            "the model file cannot be read", where=str(path), found=error.strerror or str(error)
        ) from None
    except (ValueError, IndexError, struct.error) as error:
        raise ModelError(
            "not a whole GGUF file",
            where=str(path),
            expected="a GGUF head of version 2 or 3",
            found=str(error),
            remedy="fetch it again",
        ) from None
    architecture = str(pairs.get("general.architecture", ""))
    context = pairs.get(f"{architecture}.context_length")
    return Head(
        name=str(pairs.get("general.name", "")),
        architecture=architecture,
        context_tokens=context if isinstance(context, int) else None,
        chat="tokenizer.chat_template" in pairs,
        parameters=parameters,
    )


class _Cursor:
    """Walks the key-value pairs; arrays (the vocabulary, mostly) are stepped over."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0
        self._tensors = 0

    def pairs(self) -> dict[str, object]:
        """Scalars and strings of the head by key; arrays are None.

        Raises:
            ValueError: Not GGUF, or a version, type or length that cannot be.
        """
        if self._data[:4] != b"GGUF":
            raise ValueError(f"a file that begins with {bytes(self._data[:4])!r}")
        self._at = 4
        version, tensors, count = self._take("<I"), self._take("<Q"), self._take("<Q")
        if version not in {2, 3} or int(count) > _MAX_KEYS:
            raise ValueError(f"version {version} with {count} keys")
        self._tensors = int(tensors)
        return {self._string(): self._value(int(self._take("<I"))) for _ in range(int(count))}

    def elements(self) -> int:
        """Elements of all tensors, whose list follows the pairs.

        Raises:
            ValueError: A list that is cut off or cannot be.
        """
        total = 0
        for _ in range(self._tensors):
            self._string()
            sizes = [int(self._take("<Q")) for _ in range(min(int(self._take("<I")), 8))]
            self._step(4 + 8)  # type and offset
            total += math.prod(sizes)
        return total

    def _take(self, form: str) -> int | float:
        value: int | float = struct.unpack_from(form, self._data, self._at)[0]
        self._at += struct.calcsize(form)
        return value

    def _string(self) -> str:
        end = self._step(int(self._take("<Q")))
        return bytes(self._data[end[0] : end[1]]).decode("utf-8", "replace")

    def _step(self, length: int) -> tuple[int, int]:
        start, self._at = self._at, self._at + length
        if length < 0 or self._at > len(self._data):
            raise ValueError("a head that is cut off")
        return start, self._at

    def _value(self, kind: int) -> object:
        if kind in _SCALARS:
            return self._take(_SCALARS[kind])
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            self._skip_array()
            return None
        raise ValueError(f"a value of unknown type {kind}")

    def _skip_array(self) -> None:
        kind, count = int(self._take("<I")), int(self._take("<Q"))
        if kind in _SCALARS:
            self._step(count * struct.calcsize(_SCALARS[kind]))
        elif kind == _STRING:
            self._skip_strings(count)
        else:
            raise ValueError(f"an array of type {kind}")

    def _skip_strings(self, count: int) -> None:
        # A vocabulary has up to a quarter million entries: no method calls in this loop.
        unpack, data, at, end = (
            struct.Struct("<Q").unpack_from,
            self._data,
            self._at,
            len(self._data),
        )
        for _ in range(count):
            at += 8 + unpack(data, at)[0]
            if at > end:
                raise ValueError("a vocabulary that is cut off")
        self._at = at

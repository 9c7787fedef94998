"""An artifact opened once: its bytes, its hash, its text, its JSON document.

Opening never follows a symbolic link, never blocks on a pipe, and reads at most
what the limits allow.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import re
import stat
from collections.abc import Iterator
from functools import cached_property
from typing import Any, BinaryIO

from baseline_collector.errors import ReadError
from baseline_collector.model import Artifact
from baseline_collector.readers.base import Limits
from baseline_collector.readers.encoding import Decoded, decode, line_encoding, utf8_start
from baseline_collector.readers.json_outline import (
    WINDOW,
    Outline,
    Records,
    Unsuited,
    outlined,
    shown_of,
)
from baseline_collector.readers.json_text import parse

_CHUNK = 1 << 20
_HEAD = 4_096
_FLOWING = ("csv", "tsv", "jsonl")
"""Kinds that are mostly read a block at a time."""
_HELD = 16 << 20
"""Bytes from which a file of those is not held while it is read."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_SPARSE = 1000
"""A large file whose blocks on disk hold less than this part of it is a hole, not data."""
_FLAGS = (os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
          | getattr(os, "O_BINARY", 0))


class Opened:
    """One artifact with its content; reading is lazy beyond the hash.

    Attributes:
        artifact: The file.
        limits: Bounds that hold for it.
        data: Whole content where it is no larger than ``limits.document_bytes`` and is not UTF-8
            that flows; else its head.
        sha256: Of the whole content, lower-case hex.
        whole: Whether ``data`` is everything.
    """

    def __init__(self, artifact: Artifact, limits: Limits) -> None:
        """Read and hash the file.

        Raises:
            ReadError: It cannot be opened, is no regular file, or is larger than any limit.
        """
        self.artifact = artifact
        self.limits = limits
        try:
            self.data, self.sha256, self.whole = self._load()
        except OSError as error:
            raise ReadError(f"cannot be opened: {error.strerror or error}") from error
        except ValueError as error:  # a name no system call takes
            raise ReadError(f"cannot be opened: {error}") from error

    def _load(self) -> tuple[bytes, str, bool]:
        with open(os.open(self.artifact.location, _FLAGS), "rb") as file:  # noqa: PTH123  # by descriptor
            info = os.fstat(file.fileno())
            if not stat.S_ISREG(info.st_mode):
                raise ReadError("no longer a regular file")
            allocated = getattr(info, "st_blocks", info.st_size) * 512
            if info.st_size > self.limits.document_bytes and allocated < info.st_size / _SPARSE:
                raise ReadError("a sparse file, nearly all of it a hole",
                                found=f"{info.st_size} bytes, {allocated} of them on disk")
            self._stamp = (info.st_size, info.st_mtime_ns)
            if info.st_size > self.limits.stream_bytes:
                raise ReadError("larger than the limit", found=f"{info.st_size} bytes",
                                expected=f"at most {self.limits.stream_bytes}",
                                remedy="raise --max-stream-bytes")
            self._flows = self.artifact.kind in _FLOWING and info.st_size > _HELD
            if self._flows:
                head, digest = self._hashed(file)
                if self._flows or not self.fits:
                    return head, digest, False
                file.seek(0)
            most = self.limits.document_bytes + 1
            data = file.read(min(info.st_size + 1, most))  # room for all it may ask is dear
            if len(data) > info.st_size:
                data += file.read(most - len(data))
            if len(data) <= self.limits.document_bytes:
                return data, hashlib.sha256(data).hexdigest(), True
            file.seek(0)
            return *self._hashed(file), False

    def _hashed(self, file: BinaryIO) -> tuple[bytes, str]:
        """Head and hash of a file; where it should flow, it does if all of it is UTF-8."""
        head = chunk = file.read(_CHUNK)
        self._flows = self._flows and utf8_start(head[:_HEAD]) is not None
        digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
        while chunk:
            digest.update(chunk)
            if self._flows:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    self._flows = False
            chunk = file.read(_CHUNK)
        self._flows = self._flows and not decoder.getstate()[0]
        return head, digest.hexdigest()

    @property
    def fits(self) -> bool:
        """Whether it is small enough to be parsed whole."""
        return self._stamp[0] <= self.limits.document_bytes

    @cached_property
    def decoded(self) -> Decoded:
        """The content as text.

        Raises:
            ReadError: It is too large to be held whole, or no text.
        """
        if not self.fits:
            raise ReadError("too large to be parsed whole",
                            expected=f"at most {self.limits.document_bytes} bytes",
                            remedy="raise --max-document-bytes")
        return decode(self.data if self.whole else self.take(0, self._stamp[0]))

    @property
    def text(self) -> str:
        """The content as text; see ``decoded``."""
        return self.decoded.text

    @cached_property
    def document(self) -> Any:
        """The parsed JSON document, numbers kept as written.

        Raises:
            ReadError: It is no JSON, or nested too deep.
        """
        return parse(self.text, self.limits.depth)

    @cached_property
    def parsed(self) -> Any:
        """The parsed JSON document, or None where there is none; asked by every reader in turn."""
        if self.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
            return None
        try:
            return None if self._flows and self._second_line() else self.document
        except ReadError:
            return None

    def _second_line(self) -> bool:
        """Whether the first line is a document and another follows.

        Raises:
            ReadError: As ``lines``.
        """
        filled = (line for line in self.lines() if line.strip())
        try:
            parse(next(filled, "").strip(), self.limits.depth)
        except ReadError:
            return False
        return next(filled, None) is not None

    @cached_property
    def outline(self) -> Outline | Records | None:
        """What a large JSON document holds; None where it is small or no such document.

        Raises:
            ReadError: It changed.
        """
        size = self._stamp[0]
        if size <= WINDOW or self.artifact.kind == "jsonl":
            return None
        skip = utf8_start(self.data[:_HEAD])
        if (skip is None
                or self.data[skip : skip + _HEAD].lstrip(b" \t\r\n")[:1] not in (b"{", b"[")):
            return None
        try:
            if self.whole and not self.data.isascii():
                self.data.decode()
            return outlined(self.take, size - skip, self.limits.keys)
        except (Unsuited, UnicodeDecodeError):
            return None

    def take(self, begin: int, end: int) -> bytes:
        """Some bytes of UTF-8 text, counted behind its mark.

        Raises:
            ReadError: The file changed.
        """
        skip = utf8_start(self.data[:_HEAD]) or 0
        if self.whole:
            return self.data[skip + begin : skip + end]
        try:
            with self._again() as file:
                file.seek(skip + begin)
                return file.read(end - begin)
        except OSError as error:
            raise ReadError(f"cannot be read again: {error.strerror or error}") from error

    @cached_property
    def first_record(self) -> Any:
        """The JSON object that tells what the file holds, or None.

        The document itself, the first item of an array, or the first line of JSON Lines; of a
        large document its outline.
        """
        if self.outline is not None:
            shown = shown_of(self.outline)
            return shown[0] if isinstance(shown, list) else shown
        if isinstance(self.parsed, list):
            return self.parsed[0] if self.parsed else None
        if self.parsed is not None:
            return self.parsed
        if self.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
            return None
        try:
            line = next((line for line in self.lines() if line.strip()), "")
            return parse(line.strip(), self.limits.depth)
        except ReadError:
            return None

    def lines(self) -> Iterator[str]:
        """Yield lines without holding the file, for formats that stream.

        Raises:
            ReadError: The content is no text, or a single line is longer than a document may be.
        """
        if self.whole:
            yield from (match[0] for match in _LINE.finditer(self.text))
            return
        try:
            yield from self._streamed()
        except OSError as error:
            raise ReadError(f"cannot be read again: {error.strerror or error}") from error

    def blocks(self) -> Iterator[bytes]:
        """Yield whole lines as UTF-8, about a megabyte at a time, each ended by a newline.

        Raises:
            ReadError: As ``lines``.
        """
        for block in self.line_blocks():
            text = block.replace("\r\n", "\n").replace("\r", "\n") if "\r" in block else block
            yield (text if text.endswith("\n") else text + "\n").encode()

    def line_blocks(self) -> Iterator[str]:
        """Yield whole lines with their line ends, about a megabyte at a time.

        Raises:
            ReadError: As ``lines``.
        """
        if self.whole:
            yield from self._cut(self.text)
            return
        if self._flows:
            yield from self._flowing()
            return
        held: list[str] = []
        size = 0
        for line in self.lines():
            held.append(line)
            size += len(line)
            if size >= _CHUNK:
                yield "".join(held)
                held, size = [], 0
        if held:
            yield "".join(held)

    def _flowing(self) -> Iterator[str]:
        left = b""
        for begin in range(0, self._stamp[0], _CHUNK):
            data = left + self.take(begin, begin + _CHUNK)
            end = data.rfind(b"\n") + 1
            if end:
                yield data[:end].decode("utf-8", "replace")
            left = data[end:]
            if len(left) >= self.limits.document_bytes:
                raise ReadError("a line is too long",
                                expected=f"at most {self.limits.document_bytes} bytes")
        if left:
            yield left.decode("utf-8", "replace")

    @staticmethod
    def _cut(text: str) -> Iterator[str]:
        end_of_line = "\n" if "\n" in text else "\r"
        start = 0
        while start < len(text):
            end = text.find(end_of_line, start + _CHUNK) + 1 or len(text)
            yield text[start:end]
            start = end

    def _again(self) -> BinaryIO:
        """Open the file once more.

        Raises:
            ReadError: It is no longer the one that was hashed.
        """
        file = open(os.open(self.artifact.location, _FLAGS), "rb")  # noqa: PTH123, SIM115  # by descriptor; the caller closes it
        info = os.fstat(file.fileno())
        if (info.st_size, info.st_mtime_ns) != self._stamp:
            file.close()
            raise ReadError("changed while it was being read", remedy="collect again")
        return file

    def _streamed(self) -> Iterator[str]:
        encoding, skip = line_encoding(self.data)
        limit = self.limits.document_bytes
        with self._again() as raw:
            raw.seek(skip)
            file = io.TextIOWrapper(raw, encoding, "replace", newline="")
            while line := file.readline(limit):
                if len(line) >= limit:
                    raise ReadError("a line is too long", expected=f"at most {limit} characters")
                yield line

"""What every reader is, what it is given and what it gives.

A reader knows one format and nothing else. It gets an opened artifact and writes
leaves: every value of the file with its place, its text as written, and its number
where it is one. What a leaf means is not its business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from baseline_collector.readers.leaves import Leaves
    from baseline_collector.readers.opened import Opened

Places = Literal["json", "rows", "lines", "blocks"]
"""How pointers are spelled: RFC 6901, ``row R, column C``, or ``line L, column C``. In ``blocks``
the line is the second index, below the block whose context it shares."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is read; safe for hostile input, generous for real files.

    Attributes:
        document_bytes: Largest file that is parsed whole (JSON, Markdown).
        stream_bytes: Largest file that is read line by line (JSONL, CSV).
        depth: Deepest nesting.
        keys: Most different paths in one file.
        field_chars: Longest field of a table or text that is kept.
        key_chars: Most characters in all different paths of one file together.
    """

    document_bytes: int = 64 * 1024 * 1024
    stream_bytes: int = 2 * 1024 * 1024 * 1024
    depth: int = 64
    keys: int = 20_000
    field_chars: int = 131_072
    key_chars: int = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """How reading one artifact ended.

    Attributes:
        partly: Why some of it is missing; empty where all of it was read.
        version: Version of the format where the file says so.
    """

    partly: str = ""
    version: str = ""


class Reader(Protocol):
    """One format.

    Attributes:
        name: By the tool's name (``llama-bench``), or ``generic-*``.
        version: Version of this reader; part of what a cached reading depends on.
        places: How its pointers are spelled.
        quotes: Whether its numbers are quoted from elsewhere, as in notes; they are stored,
            and no statistic uses them.
    """

    name: str
    version: str
    places: Places
    quotes: bool

    def claims(self, opened: Opened) -> bool:
        """Whether the content, not the name, is of this format."""

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf of the artifact.

        Raises:
            ReadError: It cannot be read at all; leaves written so far are dropped.
        """

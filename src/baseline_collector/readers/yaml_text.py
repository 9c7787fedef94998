"""YAML with numbers kept as written, without tags, expansion or recursion.

Specified in YAML 1.2, core schema, of which numbers, booleans and null are read and everything
else is text. Events come from PyYAML's parser; building the document here keeps the text of
numbers, bounds the depth, keeps the values of repeated keys, and never expands an alias of a
list or mapping, which can blow up a small file: it stays as the text ``*name``.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from baseline_collector.errors import ReadError
from baseline_collector.readers.json_text import Repeated, Written

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+]?\.\d+(?:[eE][-+]?\d+)?"
                     r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True,
    "TRUE": True, "false": False, "False": False, "FALSE": False}
LARGEST = 16 * 1024 * 1024
DOCUMENTS = 10_000
"""Most documents of one file."""


def parse_yaml(text: str, depth: int) -> Any:
    """Parse a YAML text.

    Args:
        text: The text.
        depth: Deepest nesting allowed.

    Returns:
        The document as ``json_text.parse`` returns one; a list where there are several.

    Raises:
        ReadError: It is no YAML, too large, too deep, or has too many documents.
    """
    if len(text) > LARGEST:
        raise ReadError("too large for YAML", found=f"{len(text)} characters",
                        expected=f"at most {LARGEST}")
    build = _Build(depth)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            build.take(event)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ReadError(f"not YAML: {' '.join(str(error).split())[:200]}") from error
    if not build.documents:
        raise ReadError("empty")
    return build.documents[0] if len(build.documents) == 1 else build.documents


class _Mapping:
    """A mapping being built: its pairs, and the key whose value comes next."""

    __slots__ = ("key", "pairs")

    def __init__(self) -> None:
        self.pairs: list[tuple[str, Any]] = []
        self.key: str | None = None

    def done(self) -> dict[str, Any]:
        """The mapping; where a key stands twice, the earlier value is kept aside."""
        plain = dict(self.pairs)
        return plain if len(plain) == len(self.pairs) else Repeated(self.pairs)


class _Build:
    """Documents being built from events."""

    def __init__(self, depth: int) -> None:
        self.documents: list[Any] = []
        self._depth = depth
        self._open: list[_Mapping | list[Any]] = []
        self._anchors: dict[str, Any] = {}

    def take(self, event: Any) -> None:
        """Take one event in."""
        if isinstance(event, yaml.ScalarEvent):
            value = event.value if event.style else _plain(event.value)
            if event.anchor:
                self._anchors[event.anchor] = value
            self._place(value, event.value)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(self._open) >= self._depth:
                raise ReadError(f"nested deeper than {self._depth}")
            self._anchors.pop(str(event.anchor), None)
            self._open.append(_Mapping() if isinstance(event, yaml.MappingStartEvent) else [])
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed = self._open.pop()
            self._place(closed.done() if isinstance(closed, _Mapping) else closed, "?")
        elif isinstance(event, yaml.AliasEvent):
            name = f"*{event.anchor}"
            self._place(self._anchors.get(str(event.anchor), name), name)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._anchors.clear()
            if len(self.documents) >= DOCUMENTS:
                raise ReadError("too many documents", expected=f"at most {DOCUMENTS}")

    def _place(self, value: Any, as_key: str) -> None:
        """Put a finished value where it belongs: a key, a value, an item, or a document."""
        if not self._open:
            self.documents.append(value)
            return
        holder = self._open[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif holder.key is None:
            holder.key = as_key
        else:
            holder.pairs.append((holder.key, value))
            holder.key = None


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    return Written(text) if _NUMBER.fullmatch(text) else text

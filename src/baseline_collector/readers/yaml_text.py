"""YAML with numbers kept as written, without aliases, tags or recursion.

Specified in YAML 1.2, core schema, of which JSON-like numbers, booleans and null are read and
everything else is text. Events come from PyYAML's parser; building the document here keeps
the text of numbers, bounds the depth, and refuses aliases, which can blow up a small file.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from baseline_collector.errors import ReadError
from baseline_collector.readers.json_text import Written

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+]?\.\d+(?:[eE][-+]?\d+)?")
_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True,
    "TRUE": True, "false": False, "False": False, "FALSE": False}
LARGEST = 16 * 1024 * 1024


def parse_yaml(text: str, depth: int) -> Any:
    """Parse the first document of a YAML text.

    Args:
        text: The text.
        depth: Deepest nesting allowed.

    Returns:
        As ``json_text.parse``.

    Raises:
        ReadError: It is no YAML, too large, too deep, or uses aliases.
    """
    if len(text) > LARGEST:
        raise ReadError("too large for YAML", expected=f"at most {LARGEST} characters")
    build = _Build(depth)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if build.take(event):
                break
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ReadError(f"not YAML: {' '.join(str(error).split())[:200]}") from error
    return build.document


class _Build:
    """A document being built from events."""

    def __init__(self, depth: int) -> None:
        self.document: Any = None
        self._depth = depth
        self._open: list[tuple[dict[str, Any] | list[Any], list[str]]] = []

    def take(self, event: Any) -> bool:
        """Take one event in; return whether the document is complete."""
        if isinstance(event, yaml.AliasEvent):
            raise ReadError("YAML aliases are not read", remedy="write the values out")
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if len(self._open) >= self._depth:
                raise ReadError(f"nested deeper than {self._depth}")
            self._open.append(({} if isinstance(event, yaml.MappingStartEvent) else [], []))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._place(self._open.pop()[0])
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        return isinstance(event, yaml.DocumentEndEvent)

    def _scalar(self, event: Any) -> None:
        holder, keys = self._open[-1] if self._open else (None, [])
        if isinstance(holder, dict) and not keys:
            keys.append(event.value)
        else:
            self._place(event.value if event.style else _plain(event.value))

    def _place(self, value: Any) -> None:
        if not self._open:
            self.document = value
            return
        holder, keys = self._open[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif keys:
            holder[keys.pop()] = value
        else:  # a mapping or sequence as key
            keys.append("?")


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    return Written(text) if _NUMBER.fullmatch(text) else text

"""YAML of known tools: asked by the keys at its left margin, parsed where those fit."""

from __future__ import annotations

from typing import Any

from baseline_collector.errors import ReadError
from baseline_collector.readers.base import Outcome
from baseline_collector.readers.generic_yaml import yaml_of
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.told import Tool, Walk

_KINDS = ("yaml", "text", "other", "")


class ToolYaml(Tool):
    """A tool's YAML document.

    Attributes:
        tops: Keys that stand at the left margin of every such document.
    """

    tops: tuple[str, ...] = ()

    def claims(self, opened: Opened) -> bool:
        """Whether it has the keys, and what stands below them is the tool's."""
        if opened.artifact.kind not in _KINDS or not opened.whole:
            return False
        if not all(_at_margin(opened.data, f"{name}:".encode()) for name in self.tops):
            return False
        try:
            document = _document(opened)
        except ReadError:
            return False
        return isinstance(document, dict) and self.owns(document)

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf.

        Raises:
            ReadError: Not YAML, too large, or nested too deep.
        """
        document: Any = _document(opened)
        Walk(leaves, self.tell).go(document)
        return Outcome(opened.decoded.note, self.version_of(document))


def _at_margin(data: bytes, name: bytes) -> bool:
    return data.startswith(name) or b"\n" + name in data


def _document(opened: Opened) -> object:
    """The document, parsed once for all the readers that ask."""
    known = opened.__dict__.get("_yaml_document")
    if known is None:
        known = opened.__dict__["_yaml_document"] = yaml_of(opened)
    return known

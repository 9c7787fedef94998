"""YAML of no particular tool: every leaf by its path.

Format: YAML 1.2, as ``yaml_text`` reads it. A file of several documents is an array of them.
"""

from __future__ import annotations

from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.generic_json import walk
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened


class GenericYaml:
    """A YAML file."""

    name = "generic-yaml"
    version = "1"
    places: Places = "json"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the name says so; almost any text is YAML."""
        return opened.artifact.kind == "yaml"

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf.

        Raises:
            ReadError: Not YAML, too large, or nested too deep.
        """
        walk(yaml_of(opened), leaves)
        return Outcome(partly=opened.decoded.note)


def yaml_of(opened: Opened) -> object:
    """The document of a YAML file; the parser is imported by heaps that hold one.

    Raises:
        ReadError: Not YAML, too large, or nested too deep.
    """
    from baseline_collector.readers.yaml_text import parse_yaml

    return parse_yaml(opened.text, opened.limits.depth)

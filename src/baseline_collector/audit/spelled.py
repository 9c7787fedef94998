"""Names and sentences as a report spells them, without the marks, for comparing."""

from __future__ import annotations

import html
import re

from baseline_collector.visible import visible

_MARKS = re.compile(r"[`\\*]")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """A text of a report without marks, entities and wide spaces."""
    if "&" in text:
        text = html.unescape(text)
    return _SPACE.sub(" ", _MARKS.sub("", text)).strip().rstrip(".")


def spelled(name: str) -> str:
    """A name from an artifact as ``plain`` reads it back from the code of a report."""
    return plain(visible(name))

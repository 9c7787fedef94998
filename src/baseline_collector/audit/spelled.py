"""Names and sentences as a report spells them, without the marks, for comparing."""

from __future__ import annotations

import html
from functools import lru_cache

from baseline_collector.visible import visible

_MARKS = str.maketrans("", "", "`\\*")


@lru_cache(maxsize=10_000)
def plain(text: str) -> str:
    """A text of a report without marks, entities and wide spaces; cells say the same often."""
    if "&" in text:
        text = html.unescape(text)
    return " ".join(text.translate(_MARKS).split()).rstrip(".")


def spelled(name: str) -> str:
    """A name from an artifact as ``plain`` reads it back from the code of a report."""
    return plain(visible(name))

"""JSON with numbers kept as written, duplicate keys kept, depth bounded.

The standard library's scanner is used: it is the only well-kept parser that hands
over the text of numbers, which the dataset stores beside the value.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from baseline_collector.errors import ReadError


class Written(str):
    """A number as it stands in the file."""

    __slots__ = ()


class Repeated(dict[str, Any]):
    """An object in which a key stands more than once; the last value wins.

    Attributes:
        lost: Earlier values of repeated keys, in order.
    """

    __slots__ = ("lost",)

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        last = {key: at for at, (key, _) in enumerate(pairs)}
        self.lost = [(key, value) for at, (key, value) in enumerate(pairs) if last[key] != at]

    def earlier(self) -> Iterator[tuple[str, Any]]:
        """The lost values under names of their own: the first ``x`` as ``x#1``, and so on."""
        seen: Counter[str] = Counter()
        for key, value in self.lost:
            seen[key] += 1
            while f"{key}#{seen[key]}" in self:
                seen[key] += 1
            yield f"{key}#{seen[key]}", value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(pairs)
    return plain if len(plain) == len(pairs) else Repeated(pairs)


DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Written, parse_int=Written, parse_constant=Written,
    strict=False,
)


def parse(text: str, depth: int) -> Any:
    """Parse one JSON document.

    Args:
        text: The document.
        depth: Deepest nesting allowed; checked by the walk, and here by the scanner's own bound.

    Returns:
        Objects as dict (``Repeated`` where a key repeats), arrays as list, numbers as
        ``Written``, strings, booleans and None as themselves.

    Raises:
        ReadError: It is no JSON (with line and column), or nested too deep.
    """
    try:
        return DECODER.decode(text.lstrip("\ufeff") if text[:1] == "\ufeff" else text)
    except RecursionError as error:
        raise ReadError(f"nested deeper than {depth}") from error
    except json.JSONDecodeError as error:
        raise ReadError(f"not JSON: {error.msg}", where=f"line {error.lineno} column {error.colno}",
                        found=repr(text[error.pos : error.pos + 20])) from error

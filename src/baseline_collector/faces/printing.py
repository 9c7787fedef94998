"""How data is printed: tables for people, JSON for programs, no terminal tricks from names."""

from __future__ import annotations

import codecs
import io
import json
import math
import sys
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

_WIDEST = 160
_MARKUP = ("html", "junit")


def escaping(form: str) -> None:
    r"""Let stdout and stderr write as an escape what their encoding cannot.

    ``\\uXXXX``, as JSON spells it (two for a character beyond the first plane), so that a document
    stays one; in HTML and XML a character reference.

    Args:
        form: How data is printed, as ``--format`` names it.
    """
    codecs.register_error("baseline-escaped", _escaped)
    for stream, markup in ((sys.stdout, form in _MARKUP), (sys.stderr, False)):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="xmlcharrefreplace" if markup else "baseline-escaped")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return json.dumps(text)[1:-1], error.end


def safe(text: str) -> str:
    """A text without control characters, escapes and direction marks, each made visible."""
    return "".join(
        f"\\x{ord(char):02x}" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else char for char in text)


def print_json(value: object) -> None:
    """Print a document; numbers that are not finite become null."""
    json.dump(_plain(value), sys.stdout, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write("\n")


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        value = _number(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)


def _number(value: Decimal) -> int | float:
    """A decimal as the number it is; DuckDB sums whole numbers as decimals without places."""
    whole = value.is_finite() and value == value.to_integral_value()
    return int(value) if whole else float(value)


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print aligned columns; numbers to the right, long texts cut with an ellipsis."""
    texts = [[_cell(value) for value in row] for row in rows]
    right = [bool(rows) and all(row[at] is None or isinstance(row[at], int | float | Decimal)
                                for row in rows) for at in range(len(header))]
    widths = [max([len(safe(name)), *(len(row[at]) for row in texts)])
              for at, name in enumerate(header)]
    for row in ([safe(name) for name in header], ["-" * width for width in widths], *texts):
        cells = (text.rjust(width) if flush else text.ljust(width)
                 for text, width, flush in zip(row, widths, right, strict=True))
        print("  ".join(cells).rstrip())
    print(f"({len(rows)} row{'s' if len(rows) != 1 else ''})", file=sys.stderr)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = safe(f"{value:.12g}" if isinstance(value, float) else str(value))
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"

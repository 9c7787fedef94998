"""Evidence, read again from the raw text at its pointer: our own normaliser is not believed.

Pointers: RFC 6901 for JSON (the first token counts records of JSON lines), ``row N, column X``
for tables (row 1 is the first of data; names of a header of several rows are joined by
dots), ``line N, X`` for notes.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from functools import lru_cache

from baseline_collector.audit.claims import Evidence
from baseline_collector.audit.index import Index, plain_number
from baseline_collector.errors import ReadError

_ROW = re.compile(r"row (\d+), column (.*)", re.S)
_PREAMBLE = "preamble, "
_LINE = re.compile(r"line (\d+)(?:, (.*))?", re.S)
_NUMBERS = re.compile(r"[-+]?\d[\d.]*(?:[eE][-+]?\d+)?")
_PACKED = ("PK\x03\x04", "\x1f")
"""How packed files begin: their text is not at hand."""
_DELIMITERS = ",;\t|"
_HEAD = 65536
"""Characters of a table within which its header stands."""
MOST = 6
"""Most places that one verdict names."""


def resolve(text: str, pointer: str) -> str:
    """Read what stands at a place.

    Args:
        text: The artifact.
        pointer: Place in it.

    Returns:
        The text there; for a line, the whole line.

    Raises:
        ReadError: The pointer leads nowhere.
    """
    row, line = _ROW.fullmatch(pointer), _LINE.fullmatch(pointer)
    try:
        if row:
            return _cell(text, int(row[1]), row[2])
        if line and (line[2] or "").startswith("/"):
            return _member(_fenced(text, int(line[1])), line[2])
        if pointer.startswith(_PREAMBLE):
            return next(one for one in text.splitlines() if one.startswith("#")
                        and pointer.removeprefix(_PREAMBLE) in one)
        if line:
            return text.splitlines()[int(line[1]) - 1]
        return _member(text, pointer)
    except (ValueError, KeyError, IndexError, TypeError, StopIteration) as error:
        raise ReadError("nothing stands at the pointer", where=pointer) from error


def _cell(text: str, number: int, column: str) -> str:
    rows = _table(text, _delimiter(text, column))
    head = next((n for n, row in enumerate(rows) if column in row), None)
    if head is None:
        return _under_groups(rows, number, column)
    if head + number >= len(rows):  # a later table of the file; its rows are counted through
        return rows[number][rows[head].index(column)]
    units_row = rows[head + 1][0] == "" and all(math.isnan(plain_number(cell))
                                                for cell in rows[head + 1])
    return rows[head + number + units_row][rows[head].index(column)]


def _under_groups(rows: list[list[str]], number: int, column: str) -> str:
    """A cell below a header of several rows, or a value of the JSON that the cell holds."""
    for depth in (3, 2):
        for n, names in enumerate(zip(*rows[:depth], strict=False)):
            joined = ".".join(name for name in names if name)
            if joined == column:
                return rows[depth + number - 1][n]
            if joined and column.startswith(joined + "."):
                inside = column[len(joined) :].replace(".", "/")
                return _inside(rows[depth + number - 1][n], inside)
    raise KeyError(column)


def _inside(cell: str, pointer: str) -> str:
    """A value of a cell that is JSON; the whole cell where its values have no names."""
    try:
        return _member(cell, pointer)
    except (ValueError, KeyError, IndexError, TypeError):
        return cell


@lru_cache(maxsize=64)
def _delimiter(text: str, column: str) -> str:
    """What parts the cells: a row knows the column by it, and names may hold the others."""
    likely = sorted(_DELIMITERS, key=text[:4096].count, reverse=True)
    return next((one for one in likely
                 if any(column in row for row in _table(text[:_HEAD], one))), likely[0])


@lru_cache(maxsize=64)
def _table(text: str, delimiter: str) -> list[list[str]]:
    found = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)
    return [[cell.strip() for cell in row] for row in found if row
            and not (len(row) == 1 and row[0].startswith("#"))]


def _fenced(text: str, number: int) -> str:
    """The listing whose fence opens on a line."""
    lines = text.splitlines()
    mark = lines[number - 1].strip()[:3]
    end = next((n for n in range(number, len(lines)) if lines[n].strip().startswith(mark)), None)
    return "\n".join(lines[number:end])


class _Written(str):
    """A number as it stands in the file."""

    __slots__ = ()


@lru_cache(maxsize=64)
def _document(text: str) -> object:
    def load(part: str) -> object:
        return json.loads(part, parse_float=_Written, parse_int=_Written, parse_constant=_Written,
                          strict=False)
    body = text.lstrip("\ufeff")
    try:
        return load(body)
    except ValueError:
        if not body.lstrip().startswith(("{", "[")):
            return _yaml(body)
        return [load(line) for line in body.splitlines() if line.strip()]


def _yaml(body: str) -> object:
    """A YAML document, every scalar as its text."""
    import yaml  # rarely needed, and slow to load
    try:
        return yaml.load(body, yaml.BaseLoader)  # noqa: S506  # builds texts, lists, mappings only
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _member(text: str, pointer: str) -> str:
    found = _document(text)
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            found = found[int(name)]
        elif isinstance(found, dict):
            found = found[name]
        else:
            raise KeyError(name)
    return found if isinstance(found, str) else json.dumps(found)


def gather(index: Index, rows: tuple[int, ...], most: int = MOST
           ) -> tuple[tuple[Evidence, ...], str]:
    """Read rows again where they stand.

    Returns:
        Evidence of the first rows; and what the raw text says otherwise than the dataset,
        empty where nothing does.
    """
    found, wrong = [], ""
    for row in rows[:most]:
        artifact, pointer = index.text("artifact", row), index.text("pointer", row)
        raw = index.text("raw", row)
        said = _again(index, artifact, pointer)
        if said is not None and not wrong and not _holds(said, raw, pointer):
            wrong = (f"the dataset holds {raw} for {artifact} at {pointer}, "
                     f"but {said[:60]!r} stands there")
        if said is None or _LINE.fullmatch(pointer) or pointer.startswith(_PREAMBLE):
            said = raw
        found.append(Evidence(said, artifact, pointer))
    return tuple(found), wrong


def _again(index: Index, artifact: str, pointer: str) -> str | None:
    text = index.read(artifact)
    if text is None or text.startswith(_PACKED):
        return None
    try:
        return resolve(text, pointer)
    except ReadError:
        return ""


def _holds(said: str, raw: str, pointer: str) -> bool:
    if _LINE.fullmatch(pointer) or pointer.startswith(_PREAMBLE):
        return raw.strip() in said
    if said.startswith(("[", "{")):
        return raw.strip() in _NUMBERS.findall(said)
    number = plain_number(raw)
    return said.strip() == raw.strip() or plain_number(said) == number

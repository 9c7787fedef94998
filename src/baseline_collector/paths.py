"""Paths of leaves: keys without indices, pointers for machines, paths for people.

A leaf is stored as a template and its indices: ``metrics[].gpu[].fan_speed`` and
``(3, 0)``. From these come the three spellings of the dataset:

    key      metrics[].gpu[].fan_speed       which field, in every record
    path     metrics[3].gpu[0].fan_speed     as people write it
    pointer  /metrics/3/gpu/0/fan_speed      RFC 6901, exact also for keys with dots

Rows of tables have the column name as key and path, and a pointer in words:
``row 2, column tokens_s`` (row 1 is the first row of data).
"""

from __future__ import annotations

import re

SENSE = "\x1f"
"""Separates a key from its sense; a key in which it stands itself is quoted."""

_PLAIN = re.compile(r"[^.\[\]\"\x1f]+")
_NOT_IN_SENSE = re.compile(r"[\x1f\"\]]")
_SENSE = re.compile(r"\x1f[^\x1f\"\]]*\Z")


def with_sense(key: str, sense: str) -> str:
    """Qualify a template by what the record around it says the value is.

    The same key may mean different things in different records (``avg_ts`` of a prompt test
    and of a generation test). The sense is part of the stored template and of no pointer.
    """
    return f"{key}{SENSE}{_NOT_IN_SENSE.sub(' ', sense)}" if sense else key


def without_sense(key: str) -> str:
    """The template as the artifact spells it."""
    return _SENSE.sub("", key) if SENSE in key else key


def sense_of(template: str) -> str:
    """What a template is qualified by; empty where it is not."""
    bare = without_sense(template)
    return template[len(bare) + 1 :]


def segment(key: str) -> str:
    """Write one object key as people do: plain, or quoted in brackets where it must be."""
    if _PLAIN.fullmatch(key):
        return key
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


def join(parent: str, key: str) -> str:
    """Append an object key to a template."""
    name = segment(key)
    if not parent or name.startswith("["):
        return parent + name
    return f"{parent}.{name}"


def container(key: str) -> str:
    """Template of the object or row that holds a leaf: the key without its last name."""
    key = without_sense(key)
    while key.endswith("]") and not key.endswith('"]'):
        key = key[: key.rindex("[")]
    if key.endswith('"]'):  # the name may hold brackets and quotes itself
        return key[: max(match.start() for match in _TOKEN.finditer(key))]
    return key[: max(key.rfind("."), key.rfind("]") + 1, 0)]


def outer(scope: str) -> str:
    """Template of what holds an object or row: the list without its index, or the object above."""
    scope = without_sense(scope)
    if scope.endswith("]") and not scope.endswith('"]'):
        return scope[: scope.rindex("[")]
    return container(scope)


def escape_pointer(key: str) -> str:
    """Escape one reference token by RFC 6901."""
    return key.replace("~", "~0").replace("/", "~1")


_TOKEN = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d*)\]|([^.\[\]]+)', re.DOTALL)


def tokens(template: str) -> list[str | None]:
    """Split a template into object keys; None stands where an index goes."""
    found: list[str | None] = []
    for match in _TOKEN.finditer(template):
        if match[1] is not None:
            found.append(_unescaped(match[1]))
        elif match[3] is not None:
            found.append(match[3])
        elif match[2]:
            found.append(match[2])
        else:
            found.append(None)
    return found


def around_indices(template: str) -> list[str]:
    """The texts of a template between which indices go; brackets in a quoted key are text."""
    pieces, start = [], 0
    for match in _TOKEN.finditer(template):
        if match[2] == "":
            pieces.append(template[start : match.start()])
            start = match.end()
    return [*pieces, template[start:]]


def names(template: str) -> list[str]:
    """The object keys of a template, indices left out, also those that it spells."""
    return [_unescaped(match[1]) if match[1] is not None else match[3]
            for match in _TOKEN.finditer(template) if match[1] is not None or match[3] is not None]


def _unescaped(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)


def last_names(template: str, count: int = 4) -> list[str]:
    """Return up to ``count`` trailing object keys, the last one last, indices left out."""
    return names(template)[-count:]


def readable_pointer(pointer: str) -> str:
    """Write a pointer as people do: ``/gpu/0/fan_speed`` is ``gpu[0].fan_speed``.

    Pointers in words (``row 2, column tokens_s``) are returned as they are, and so are
    pointers whose way back is not certain.
    """
    if not pointer.startswith("/"):
        return pointer
    path = ""
    keys = [token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/")]
    for key in keys:
        path = f"{path}[{key}]" if key.isascii() and key.isdigit() else join(path, key)
    certain = "/" + "/".join(escape_pointer(key) for key in keys) == pointer
    return path if certain else pointer

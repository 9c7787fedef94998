"""Keys, paths and pointers of leaves, rendered from template and indices for whole columns."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from baseline_collector.paths import around_indices, escape_pointer, tokens, without_sense
from baseline_collector.readers.base import Places

Indices = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]


@lru_cache(maxsize=100_000)
def shown_key(template: str, places: Places) -> str:
    """The key as the artifact spells it: a column's header, or the path without indices."""
    template = without_sense(template)
    if places == "json":
        return template
    names = [token for token in tokens(template) if token is not None]
    return ".".join(names[1:] if names[:1] == ["fence"] else names) or template


def paths_of(template: str, places: Places, at: Indices) -> pa.Array:
    """The path of each leaf of one template, as people write it.

    Args:
        template: Key template.
        places: Style of the artifact.
        at: Index columns, one row a leaf.
    """
    if places != "json":
        return pa.repeat(shown_key(template, places), len(at[0]))
    return _filled(around_indices(without_sense(template)), at, "[", "]")


def pointers_of(template: str, places: Places, at: Indices) -> pa.Array:
    """The pointer of each leaf of one template, exact for machines."""
    template = without_sense(template)
    if places == "rows":
        name = shown_key(template, places)
        if "[]" not in template:
            return pa.repeat(f"preamble, {name}", len(at[0]))
        return _filled(["row ", f", column {name}"], (at[0] + 1, at[1], at[2]), "", "")
    if places == "blocks":
        places, at = "lines", (at[1], at[0], at[2])
    if places == "lines":
        if template.startswith("fence"):
            first, *rest = _pieces(tokens(template)[3:])
            return _filled(["line ", f", {first}", *rest], (at[0] + 1, at[2], at[1]), "", "")
        return _filled(["line ", f", {shown_key(template, places)}"],
                       (at[0] + 1, at[1], at[2]), "", "")
    return _filled(_pieces(tokens(template)), at, "", "")


def _pieces(names: list[str | None]) -> list[str]:
    """The fixed pieces of an RFC 6901 pointer, between which indices go."""
    pieces, current = [], ""
    for name in names:
        current += "/"
        if name is None:
            pieces.append(current)
            current = ""
        else:
            current += escape_pointer(name)
    return [*pieces, current]


def _filled(pieces: list[str], at: Indices, before: str, after: str) -> pa.Array:
    """Join fixed pieces with index columns between them."""
    size = len(at[0])
    if len(pieces) == 1:
        return pa.repeat(pieces[0], size)
    columns: list[pa.Array | pa.Scalar] = []
    for n, piece in enumerate(pieces):
        opened = piece if n == 0 else after + piece
        columns.append(pa.scalar(opened + (before if n < len(pieces) - 1 else "")))
        if n < len(pieces) - 1:
            columns.append(pc.cast(pa.array(at[n]), pa.string()))
    return pc.binary_join_element_wise(*columns, "")

"""What of a heap's measurements is held against each other: reported statistics and samples.

Rows pass by in pieces, as often as wanted. A first look finds which metrics of which folder
have both reported statistics and samples, or statistics in several artifacts; a second takes
the rows of those alone, so that of a heap of nothing but samples none is held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baseline_collector.evidence.arrays import Bools, Coded, Ints
from baseline_collector.normalise.restated import restated
from baseline_collector.normalise.sample_sets import CONTEXT, Gathered
from baseline_collector.normalise.stated_again import stated_again

_COLUMNS = ("artifact", "key", "pointer", "record", "raw", "value", "metric",
            "statistic", "unit", "n", *CONTEXT)

Subject = tuple[str, str | None]
"""A folder and a metric."""


def links(pieces: Iterable[pa.Table], again: Iterable[pa.Table], twins: Collection[str]
          ) -> dict[int, str]:
    """Find the reported statistics that restate samples at hand.

    Args:
        pieces: The measurements in order.
        again: The same once more; not begun where nothing is to be found.
        twins: Artifacts that are not counted because another holds the same samples.

    Returns:
        Number of the row -> what it restates.
    """
    sampled, several, counted = _subjects_of(pieces)
    if not sampled and not several:
        return {}
    held, row = [], 0
    for piece in again:
        mask = _told(piece, sampled, several, counted | set(twins))
        chosen = piece.filter(pa.array(mask)).select(list(_COLUMNS))
        held.append(chosen.append_column("row", pa.array(np.flatnonzero(mask) + row)))
        row += piece.num_rows
    table = pa.concat_tables(held).unify_dictionaries().combine_chunks()
    rows = table.column("row").to_numpy()
    of = Gathered(table)
    of_samples = restated(of)
    return {int(rows[at]): text
            for at, text in (of_samples | stated_again(of, of_samples)).items()}


def _subjects_of(pieces: Iterable[pa.Table]) -> tuple[set[Subject], set[Subject], set[str]]:
    """Look at all measurements once.

    Returns:
        Subjects of which there are both statistics and samples, those of which several artifacts
        state statistics, and the artifacts with counted values.
    """
    reported: dict[Subject, str] = {}
    sampled, several, counted = set[Subject](), set[Subject](), set[str]()
    for piece in pieces:
        codes, names = _subjects(piece)
        mine = _mask(piece, "counted")
        sample, usable = _samples(piece)
        artifact = Coded(piece.column("artifact"))
        stated = np.flatnonzero(mine & ~sample)
        width = len(artifact.names)
        for pair in np.unique(codes[stated] * width + artifact.codes[stated]).tolist():
            subject, name = names[pair // width], str(artifact.names[pair % width])
            if reported.setdefault(subject, name) != name:
                several.add(subject)
        sampled |= {names[code] for code in np.unique(codes[usable]).tolist()}
        counted |= {str(artifact.names[code]) for code in np.unique(artifact.codes[mine]).tolist()}
    return reported.keys() & sampled, several, counted


def _told(piece: pa.Table, sampled: Collection[Subject], several: Collection[Subject],
          artifacts: Collection[str]) -> Bools:
    """Which rows are held: counted statistics, and samples of artifacts that are counted."""
    codes, names = _subjects(piece)
    sample, usable = _samples(piece)
    artifact = Coded(piece.column("artifact"))
    good = np.array([name in artifacts for name in artifact.names], bool)
    both = np.array([name in sampled for name in names] or [False], bool)[codes]
    again = np.array([name in several for name in names] or [False], bool)[codes]
    return np.asarray(np.where(sample, both & usable & good[artifact.codes],
                               (both | again) & _mask(piece, "counted")), bool)


def _subjects(piece: pa.Table) -> tuple[Ints, list[Subject]]:
    """A code a row for folder and metric, and what the codes mean."""
    artifact, metric = Coded(piece.column("artifact")), Coded(piece.column("metric"))
    width = len(metric.names)
    found, codes = np.unique(artifact.codes * width + metric.codes, return_inverse=True)
    known: dict[Subject, int] = {}
    lookup = [known.setdefault((str(artifact.names[code // width]).rpartition("/")[0],
                                metric.names[code % width]), len(known))
              for code in found.tolist()]
    return np.array(lookup or [0], np.int64)[codes], list(known)


def _samples(piece: pa.Table) -> tuple[Bools, Bools]:
    """Which rows are samples, and which of them are values of a known metric."""
    sample = Coded(piece.column("statistic")).where("sample")
    usable = (sample & Coded(piece.column("status")).where("ok")
              & (Coded(piece.column("metric")).codes > 0) & (Coded(piece.column("unit")).codes > 0))
    return sample, usable & ~np.isnan(piece.column("value").to_numpy())


def _mask(piece: pa.Table, name: str) -> Bools:
    return np.asarray(piece.column(name).to_numpy(zero_copy_only=False), bool)


def marked(table: pa.Table, found: dict[int, str]) -> pa.Table:
    """A piece of the measurements with what its rows restate; those rows are not counted.

    Args:
        table: The piece.
        found: Number of a row in the piece -> what it restates.
    """
    if not found:
        return table
    counted = table.column("counted").to_numpy(zero_copy_only=False).copy()
    counted[list(found)] = False
    texts: list[str | None] = [None] * table.num_rows
    for at, text in found.items():
        texts[at] = text
    return _with(_with(table, "counted", pa.array(counted)), "restates",
                 pa.array(texts, pa.string()).dictionary_encode())


def afresh(table: pa.Table) -> pa.Table:
    """Measurements of an earlier run as they were before what restates what was told."""
    stated = pc.is_valid(table.column("restates"))
    if not pc.any(stated).as_py():
        return table
    counted = pc.or_(table.column("counted"), stated)
    nothing = pa.nulls(table.num_rows, table.schema.field("restates").type)
    return _with(_with(table, "counted", counted), "restates", nothing)


def _with(table: pa.Table, name: str, column: pa.Array) -> pa.Table:
    at = table.schema.get_field_index(name)
    field = table.schema.field(at)
    return table.set_column(at, field, column.cast(field.type))

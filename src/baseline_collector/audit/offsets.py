"""By how much times of day are off the epoch times of their file: one query, told over arrays.

    time without zone - time with zone, both as seconds since the epoch, in quarters of an hour

Of all pairs of the two, the one counts that lies nearest to a whole quarter.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from baseline_collector.audit.sheet import Rows, Run, Scalar, Sheet, Unknown
from baseline_collector.audit.texts import texts

_QUARTER_S = 900.0
_BARE, _ZONED = (f"SELECT DISTINCT epoch(TRY_CAST(started_at AS {kind})) AS at FROM measurements "
                 "WHERE artifact = ? AND" for kind in ("TIMESTAMP", "TIMESTAMPTZ"))
OFFSET = ("SELECT min_by(round(gap / 900) / 4, abs(gap - 900 * round(gap / 900))) FROM (SELECT "
          f"bare.at - zoned.at AS gap FROM ({_BARE} NOT regexp_matches(started_at, ?)) AS bare, "
          f"({_ZONED} regexp_matches(started_at, ?)) AS zoned)")
"""The query, its literals taken out: the file and what a zone looks like, both twice."""

_ZONE = "(Z|UTC|[+-][0-9]{2}:?[0-9]{2})$"
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?) ?(Z|UTC|\+00:00)?")
"""Offsets other than none are left to DuckDB."""



def offset(one: Run, _sheet: Sheet, _rows: Rows) -> Scalar:
    """Hours between times without and with a zone; None where a file lacks either.

    Raises:
        Unknown: A time is written in another way, or two pairs are as near and disagree.
    """
    bare, zoned = (
        _times(one, artifact, pattern, wanted=wanted) for artifact, pattern, wanted
        in ((0, 1, False), (2, 3, True)))
    gaps = np.subtract.outer(bare, zoned).ravel()
    if not len(gaps):
        return None
    quarters = np.copysign(np.floor(np.abs(gaps / _QUARTER_S) + 0.5), gaps)
    away = np.abs(gaps - _QUARTER_S * quarters)
    nearest = np.unique(quarters[away == away.min()])
    if len(nearest) > 1:
        raise Unknown("which pair is the nearest")
    return float(nearest[0]) / 4


def _times(one: Run, artifact: int, pattern: int, *, wanted: bool) -> NDArray[np.float64]:
    one.placed = False
    sheet = one.sheets["measurements"]
    if one.literals[pattern] != _ZONE:
        raise Unknown(one.literals[pattern])
    said = texts(sheet, "started_at", sheet.of_artifact(one.literals[artifact]))
    return np.array([_epoch_s(text) for text in said if bool(re.search(_ZONE, text)) == wanted])


def _epoch_s(text: str) -> float:
    match = _TIME.fullmatch(text)
    if match is None:
        raise Unknown(text)
    return datetime.fromisoformat(match[1]).replace(tzinfo=UTC).timestamp()

"""Does a number as written restate a statistic of values at hand? Arithmetic, no estimate."""

from __future__ import annotations

import math
import re
from typing import Literal, TypeAlias

from baseline_collector.stats.samples import FloatArray

Agreement: TypeAlias = Literal["exact", "possible", "contradicted", "cannot tell"]

_NUMBER = re.compile(r"[-+]?([\d,_]*)(?:\.(\d*))?(?:e([-+]?\d+))?", re.IGNORECASE)
_QUANTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
_CLEAR, _CLEAR_SPREAD = 1e-3, 1e-2
"""Numbers nearer than this share are not said to contradict: tools sum in single precision, take
quantiles from histograms, and deviations from sums of squares, which cancel."""


def precision(written: str) -> tuple[float, int]:
    """How exactly a number is written.

    Args:
        written: Such as ``0.0120``, ``1,234`` or ``3e-5``.

    Returns:
        Half a unit of its last digit, and its significant digits; (0, 0) for what is no number.
    """
    found = _NUMBER.fullmatch(written.strip())
    if not found or not (found[1] or found[2]):
        return 0.0, 0
    whole, fraction = re.sub(r"\D", "", found[1]), found[2] or ""
    digits = len((whole + fraction).lstrip("0"))
    return 0.5 * 10.0 ** (int(found[3] or 0) - len(fraction)), digits


def level_of(statistic: str) -> float | None:
    """The level of a quantile named ``p99``, inside (0, 1); None for another statistic."""
    found = _QUANTILE.fullmatch(statistic)
    level = float(found[1]) / 100 if found else 0.0
    return level if 0 < level < 1 else None


def agreement(statistic: str, value: float, ordered: FloatArray, room: float,
              slack: float) -> Agreement:
    """Say whether a stated number is a statistic of some values.

    Estimators: any in use. A quantile may lie anywhere between the values beside its place, as
    the definitions differ (Hyndman & Fan 1996); a deviation may divide by n or by n - 1.
    Assumptions: none. Smallest n: 1.

    Args:
        statistic: mean, min, max, total, std, cv (in %), stderr, or pNN.
        value: As stated.
        ordered: The values, ascending, in the same unit.
        room: Half a unit of the last digit of ``value``.
        slack: The same of the values.

    Returns:
        ``exact`` where it is one of the estimators' results within the rounding, ``possible``
        where it may be, ``contradicted`` where it is not by more than one in a thousand.
    """
    level = level_of(statistic)
    if level is not None:
        return _quantile(value, ordered, level, room + slack)
    found = _computed(statistic, ordered)
    if not found:
        return "cannot tell"
    spread = statistic in ("std", "cv", "stderr")
    near = room + (len(ordered) if statistic == "total" else 1) * slack * (2 if spread else 1)
    off = min(abs(one - value) for one in found)
    size = max(abs(value), *map(abs, found))
    if off <= near + 1e-9 * size:
        return "exact"
    clear = (_CLEAR_SPREAD if spread else _CLEAR) * size
    return "possible" if off <= near + clear else "contradicted"


def _computed(statistic: str, ordered: FloatArray) -> list[float]:
    if statistic in ("min", "max"):
        return [float(ordered[0 if statistic == "min" else -1])]
    if statistic == "total":
        return [math.fsum(ordered)]
    mean = float(ordered.mean())
    if statistic == "mean":
        return [mean]
    n = len(ordered)
    deviations = [float(ordered.std())] + ([float(ordered.std(ddof=1))] if n > 1 else [])
    if statistic == "std":
        return deviations
    if statistic == "stderr":
        return [one / math.sqrt(n) for one in deviations]
    return [100 * one / mean for one in deviations] if statistic == "cv" and mean else []


def _quantile(value: float, ordered: FloatArray, level: float, near: float) -> Agreement:
    place = (len(ordered) - 1) * level
    below, above = math.floor(place), math.ceil(place)
    near += 1e-9 * abs(value)
    left, right = float(ordered[below]), float(ordered[above])
    telling = [left + (place - below) * (right - left), left, right]
    if any(abs(one - value) <= near for one in telling):
        return "exact"
    low = float(ordered[max(below - 1, 0)])
    high = float(ordered[min(above + 1, len(ordered) - 1)])
    room = near + _CLEAR * max(abs(low), abs(high))
    return "possible" if low - room <= value <= high + room else "contradicted"


def surprise(values: FloatArray, digits: FloatArray) -> float:
    """Return the digits that different numbers have in all: how surprising it is that all agree.

    Args:
        values: Numbers that agree, shape (n,).
        digits: To how many significant digits each does, shape (n,).
    """
    known: dict[str, float] = {}
    for value, count in zip(values.tolist(), digits.tolist(), strict=True):
        label = f"{value:.2e}"
        known[label] = max(known.get(label, 0.0), count)
    return sum(known.values())

"""Physical bounds: what a metric cannot be, however good the machine.

They are wide on purpose: a value outside was written in another unit than it states, or is no
measurement. Shares, temperatures and clocks of sensors have rules of their own, with thresholds
that can be set (``rules/sensors.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

from baseline_collector import units, vocabulary

NOT_NEGATIVE = ("time", "token rate", "request rate", "operation rate", "size", "tokens",
                "characters")
"""Dimensions of which nothing is less than none."""

COUNTS = frozenset({"request_count", "success_count", "failure_count", "outlier_count",
                    "process_count"})


@dataclass(frozen=True, slots=True)
class Bound:
    """Between which values a metric can be.

    Attributes:
        low: Smallest that can be, in the canonical unit; 0 itself is not judged by it.
        high: Largest that can be.
        source: Why.
    """

    low: float
    high: float
    source: str


_YEAR_S = 31_556_952.0

BY_DIMENSION = {
    "time": Bound(0.0, _YEAR_S, "longer than a year: a point in time, not a duration "
                                "(Unix seconds passed a year in 1971)"),
    "token rate": Bound(0.0, 1e8, "over 3,000 times the 27,804 tok/s that MLPerf Inference lists "
                                  "for a node of eight MI300X (llama2-70b, offline)"),
    "request rate": Bound(0.0, 2.4e9, "more than the smallest frames that 1.6 Tb/s Ethernet "
                                      "carries (IEEE 802.3dj: 84 bytes a frame)"),
    "operation rate": Bound(0.0, 1e12, "an operation shorter than a picosecond"),
    "size": Bound(0.0, 2.0**57, "more than 57 bits address (Intel, 5-Level Paging, 2017)"),
}
"""Bounds of every metric of a dimension."""

BY_METRIC = {
    "time_to_first_token": Bound(1e-7, _YEAR_S, "light travels 30 m in it: no request was served"),
    "accuracy": Bound(0.0, 1.0, "a share is at most 1"),
    "success_rate": Bound(0.0, 1.0, "a share is at most 1"),
}
"""Bounds of single metrics, in place of those of their dimension."""

_ADDED_UP = frozenset({"network_sent", "network_received"})


def bound_of(metric: str) -> Bound | None:
    """The bound of a metric; None where none is known."""
    if metric in BY_METRIC:
        return BY_METRIC[metric]
    if metric in _ADDED_UP:
        return None
    return BY_DIMENSION.get(units.unit(vocabulary.BY_NAME[metric].unit).dimension)


def never_negative(metric: str) -> bool:
    """Whether less than none of it cannot be."""
    return (metric in COUNTS
            or units.unit(vocabulary.BY_NAME[metric].unit).dimension in NOT_NEGATIVE)

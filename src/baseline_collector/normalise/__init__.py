"""Normalise: leaves -> measurements with metric, unit, statistic, context and status.

Meaning is decided once a key, context once a record; the columns are then filled by
whole arrays. Every numeric leaf becomes one row; what no float or no rule can vouch for
is quarantined with its reason, never dropped.
"""

from __future__ import annotations

from baseline_collector.normalise.stage import (
    VERSION,
    Account,
    Normalised,
    normalise,
    normalise_each,
    settle,
)

__all__ = ["VERSION", "Account", "Normalised", "normalise", "normalise_each", "settle"]

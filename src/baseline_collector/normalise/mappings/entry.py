"""One line of a mapping table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["measurement", "parameter", "identity", "time", "repetitions", "context", "setup",
               "outcome", "answer", "unnamed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one key of a format means.

    Attributes:
        role: Kind of leaf.
        metric: Canonical metric of a measurement.
        statistic: ``sample``, ``mean``, ``p99``, ...
        unit: Unit symbol the tool writes, whatever the key says; empty where there is none.
        definition: Which definition of the metric, where several exist.
        target: Column for context, name for parameters, setup and outcomes.
        scope: Template of the object it speaks for; None for the one that holds it.
    """

    role: Role
    metric: str | None = None
    statistic: str = "sample"
    unit: str = ""
    definition: str = ""
    target: str = ""
    scope: str | None = None

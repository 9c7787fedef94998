"""Nsight Compute ``--csv``, raw page and details page: what its columns mean.

Specified in NVIDIA's Nsight Compute CLI documentation (``--page raw``, ``--csv``). In the raw
page the second row holds the units; in the details page every row is one metric with its unit.
"""

from __future__ import annotations

from baseline_collector.normalise.mappings.entry import (
    IDENTITY,
    Entry,
    Table,
    context,
    measure,
    sensed,
)

_TIME = measure("kernel_duration", "ns")
_KERNEL = ("ID", "Process ID", "Context", "Stream", "Device", "CC", "Section Name", "Rule Name")

TABLE: Table = {
    '[]["gpu__time_duration.sum"]': _TIME,
    '[]["gpu__time_duration.avg"]': measure("kernel_duration", "ns", "mean"),
    **{f"[].{name}": IDENTITY for name in _KERNEL},
    "[].Kernel Name": context("run"),
    "[].Block Size": Entry("parameter", target="block_size"),
    "[].Grid Size": Entry("parameter", target="grid_size"),
    **sensed("Duration", {"[].Metric Value": _TIME}),
    **sensed("gpu__time_duration.sum", {"[].Metric Value": _TIME}),
}

"""Nsight Compute ``--csv``, raw page and details page: what its columns mean.

Specified in NVIDIA's Nsight Compute CLI documentation (``--page raw``, ``--csv``). In the raw
page the second row holds the units; in the details page every row is one metric with its unit.

What a device is and how a kernel was launched are configuration, not measurement. Occupancy is
warps a multiprocessor holds / warps it could hold: what registers, shared memory and block size
allow (theoretical), and what was seen (achieved; Kernel Profiling Guide, section Occupancy).
"""

from __future__ import annotations

from baseline_collector.normalise.mappings.definitions import ACHIEVED, THEORETICAL
from baseline_collector.normalise.mappings.entry import (
    IDENTITY,
    OWN_NAME,
    Entry,
    Table,
    aside,
    context,
    measure,
    sensed,
)

_TIME = measure("kernel_duration", "ns")
_DEVICE = ("device__attribute_", "numa__", "nvlink__", "c2clink__", "profiler__",
           "launch__sm_count", "launch__tpc_", "launch__device_id", "launch__uses_vgpu")
_THEORETICAL = measure("occupancy", "%", "max", THEORETICAL)
_WARPS = "sm__warps_active.{}.pct_of_peak_sustained_active"
_STATISTICS = {"avg": "mean", "min": "min", "max": "max"}
_ACHIEVED = {name: measure("occupancy", "%", statistic, ACHIEVED)
             for name, statistic in _STATISTICS.items()}
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
    **{f"[].{start}*": Entry("setup", target=OWN_NAME) for start in _DEVICE},
    **{f"[].launch__{name}": IDENTITY for name in ("context_id", "stream_id")},
    "[].launch__*": Entry("parameter", target=OWN_NAME),
    "[].sm__maximum_warps_per_active_cycle_pct": _THEORETICAL,
    "[].sm__maximum_warps_avg_per_active_cycle": Entry("setup", target=OWN_NAME),
    "[].smsp__maximum_warps_avg_per_active_cycle": Entry("setup", target=OWN_NAME),
    **{f'[]["{_WARPS.format(name)}"]': entry for name, entry in _ACHIEVED.items()},
    f'[]["{_WARPS.format("sum")}"]': aside("%"),  # the ratio that avg is, once more
    **sensed("Theoretical Occupancy", {"[].Metric Value": _THEORETICAL}),
    **sensed("Achieved Occupancy", {"[].Metric Value": _ACHIEVED["avg"]}),
}

"""llama-benchy 0.4: what its fields mean.

Specified in llama-benchy, results.py and README. Rates of the prompt divide by the time to the
first response less the network's latency; rates of generation leave the first token out; a
peak is the best second. Total is of the batch, (req) of one request.
"""

from __future__ import annotations

from dataclasses import replace

from baseline_collector.normalise.mappings.definitions import (
    CLIENT,
    PREFILL,
    REQUEST_MEAN,
    SYSTEM,
)
from baseline_collector.normalise.mappings.entry import (
    Entry,
    Table,
    aside,
    context,
    measure,
    parameters,
    sensed,
)

_RATES = {
    ("pp", "total"): measure("prompt_throughput", "tok/s", definition=SYSTEM),
    ("pp", "req"): measure("prompt_throughput", "tok/s", definition=PREFILL),
    ("tg", "total"): measure("output_throughput", "tok/s", definition=SYSTEM),
    ("tg", "req"): measure("output_throughput", "tok/s", definition=REQUEST_MEAN),
}
_FIRST = measure("time_to_first_token", "ms", definition=CLIENT)
_NO_METRIC = {"peak_throughput": "tok/s", "peak_req_throughput": "tok/s", "ttfr": "ms",
              "est_ppt": "ms"}
_RUN = "benchmarks[]"


def _metric(parent: str, entry: Entry) -> dict[str, Entry]:
    return {f"{parent}.mean": _as(entry, "mean"), f"{parent}.std": _as(entry, "std"),
            f"{parent}.values[]": entry}


def _as(entry: Entry, statistic: str) -> Entry:
    return replace(entry, statistic=statistic) if entry.metric else entry


def _json() -> dict[str, Entry]:
    found = _metric(f"{_RUN}.e2e_ttft", _FIRST)
    for (test, whose), entry in _RATES.items():
        name = f"{test}_throughput" if whose == "total" else f"{test}_req_throughput"
        found |= _metric(f"{_RUN}.{name}", entry)
    for name, unit in _NO_METRIC.items():
        found |= _metric(f"{_RUN}.{name}", aside(unit))
    return found


def _rows() -> dict[str, Entry]:
    """CSV columns and Markdown cells; the row's sense is its kind of test."""
    found: dict[str, Entry] = {}
    for column, said in (("e2e_ttft", _FIRST), ("ttfr", aside("ms")), ("est_ppt", aside("ms")),
                         ("peak_ts", aside("tok/s")), ("peak_ts_req", aside("tok/s"))):
        found |= {f"[].{column}_mean": _as(said, "mean"), f"[].{column}_std": _as(said, "std")}
    for cell, said in (("e2e_ttft (ms)", _FIRST), ("ttfr (ms)", aside("ms")),
                       ("est_ppt (ms)", aside("ms")), ("peak t/s", aside("tok/s")),
                       ("peak t/s (req)", aside("tok/s"))):
        found |= {f"[][].{cell}": _as(said, "mean"), f"[][].{cell} ±": _as(said, "std")}
    for (test, whose), entry in _RATES.items():
        column, cells = (("t_s", ("t/s (total)", "t/s")) if whose == "total"
                         else ("t_s_req", ("t/s (req)",)))
        found |= sensed(test, {
            f"[].{column}_mean": _as(entry, "mean"), f"[].{column}_std": _as(entry, "std"),
            **{f"[][].{cell}": _as(entry, "mean") for cell in cells},
            **{f"[][].{cell} ±": _as(entry, "std") for cell in cells}})
    return found


TABLE: Table = {
    **_json(),
    **_rows(),
    "model": context("model"),
    "timestamp": context("started_at"),
    "version": Entry("setup", target="llama_benchy_version"),
    "latency_ms": aside("ms"),
    "max_concurrency": Entry("parameter", target="max_concurrency"),
    **parameters(_RUN, ("concurrency", "context_size", "prompt_size", "response_size",
                        "is_context_prefill_phase")),
    f"{_RUN}.throughput_over_time[][][]": aside(),
    f"{_RUN}.requests_throughput_over_time.**": aside(),
    f"{_RUN}.requests_throughput_over_time[].**": aside(),
    "[].model": context("model"),
    "[].test_name": Entry("parameter", target="test"),
    "[][].model": context("model"),
    "[][].test": Entry("parameter", target="test"),
}

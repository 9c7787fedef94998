"""Our own run files, schema 1: what their keys mean; see ``runfile.py``.

Times per token leave the first token out; inter-token latencies are all gaps in one pool.
"""

from __future__ import annotations

from baseline_collector.normalise.mappings.definitions import (
    CLIENT,
    EXCLUDING_FIRST,
    PER_GAP,
    SYSTEM,
)
from baseline_collector.normalise.mappings.entry import (
    IDENTITY,
    REPETITIONS,
    Entry,
    Table,
    aside,
    context,
    measure,
    spread,
)

_STATISTICS = {name: name for name in ("mean", "p50", "p90", "p95", "p99")}
_LATENCIES = {
    "time_to_first_token_ms": measure("time_to_first_token", "ms", definition=CLIENT),
    "inter_token_latency_ms": measure("inter_token_latency", "ms", definition=PER_GAP),
    "time_per_output_token_ms":
        measure("time_per_output_token", "ms", definition=EXCLUDING_FIRST),
    "request_latency_ms": measure("request_latency", "ms", definition=CLIENT),
}
_REQUEST = "requests[]"

TABLE: Table = {
    **{key: entry for name, latency in _LATENCIES.items()
       for key, entry in spread(f"summary.{name}", _STATISTICS, latency).items()},
    **{f"summary.{name}.n": REPETITIONS for name in _LATENCIES},
    "summary.requests.ok": measure("success_count", "1", "total"),
    "summary.requests.failed": measure("failure_count", "1", "total"),
    "summary.request_rate_per_s": measure("request_throughput", "req/s", "overall", SYSTEM),
    "summary.output_token_throughput_per_s":
        measure("output_throughput", "tok/s", "overall", SYSTEM),
    f"{_REQUEST}.time_to_first_token_ms": _LATENCIES["time_to_first_token_ms"],
    f"{_REQUEST}.inter_token_latency_ms[]": _LATENCIES["inter_token_latency_ms"],
    f"{_REQUEST}.request_latency_ms": _LATENCIES["request_latency_ms"],
    f"{_REQUEST}.prompt_tokens": measure("prompt_tokens", "tok"),
    f"{_REQUEST}.output_tokens": measure("output_tokens", "tok"),
    f"{_REQUEST}.started_s": IDENTITY,
    f"{_REQUEST}.error": Entry("outcome", target="error"),
    # Of the client, not of the model.
    "client_error.time_to_first_token_ms.mean": aside("ms"),
    "client_error.time_to_first_token_ms.p99": aside("ms"),
    "client_error.ceiling_requests_per_s": aside("req/s"),
    "duration_s": measure("run_duration", "s", "overall"),
    "started_at": context("started_at"),
    "model": context("model"),
    "engine": context("engine"),
    "device": context("device"),
    "parameters.{parameter}": Entry("parameter", target="{parameter}", scope=""),
}

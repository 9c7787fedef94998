"""aiperf 0.2 to 0.13 (and genai-perf before it): metrics by tag, in JSON, JSONL, CSV and console.

Specified in aiperf, docs/metrics_reference.md: inter-token latency is (request latency - time
to first token) / (output tokens - 1), one value a request; output token throughput per user is
its inverse; time to first token counts reasoning, time to first output token does not. A value's
unit stands beside it. Metrics of the warm-up are kept without a metric: the tool leaves them out.
"""

from __future__ import annotations

from baseline_collector.normalise.mappings.definitions import (
    CLIENT,
    OUTPUT_ONLY,
    PER_GAP,
    PER_REQUEST,
    REQUEST_MEAN,
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
    sensed,
    setup,
    spread,
)

WARMUP = "warmup"

PER_RECORD = {
    "time_to_first_token": measure("time_to_first_token", "ms", definition=CLIENT),
    "time_to_first_output_token": measure("time_to_first_token", "ms", definition=OUTPUT_ONLY),
    "inter_token_latency": measure("inter_token_latency", "ms", definition=REQUEST_MEAN),
    "inter_chunk_latency": measure("inter_token_latency", "ms", definition=PER_GAP),
    "request_latency": measure("request_latency", "ms", definition=CLIENT),
    "output_token_throughput_per_user":
        measure("output_throughput", "tok/s", definition=REQUEST_MEAN),
    "e2e_output_token_throughput": measure("output_throughput", "tok/s", definition=PER_REQUEST),
    "prefill_throughput_per_user": measure("prompt_throughput", "tok/s", definition=PER_REQUEST),
    "output_sequence_length": measure("output_tokens", "tok"),
    "input_sequence_length": measure("prompt_tokens", "tok"),
    "usage_total_tokens": measure("total_tokens", "tok"),
    "decode_duration": measure("eval_duration", "ms"),
}
OF_THE_RUN = {
    "output_token_throughput": measure("output_throughput", "tok/s", definition=SYSTEM),
    "input_token_throughput": measure("prompt_throughput", "tok/s", definition=SYSTEM),
    "total_token_throughput": measure("total_throughput", "tok/s", definition=SYSTEM),
    "request_throughput": measure("request_throughput", "req/s", definition=SYSTEM),
    "goodput": measure("goodput", "req/s"),
    "benchmark_duration": measure("run_duration", "s"),
    "request_count": measure("success_count", "1", "total"),
    "error_request_count": measure("failure_count", "1", "total"),
    "completed_request_count": measure("request_count", "1", "total"),
    "total_isl": measure("prompt_tokens", "tok", "total"),
    "total_osl": measure("output_tokens", "tok", "total"),
}
_STATISTICS = {"avg": "mean", "min": "min", "max": "max", "std": "std", "sum": "total"} | {
    f"p{percent}": f"p{percent}" for percent in (1, 5, 10, 25, 50, 75, 90, 95, 99)}
LABELS = {
    "time_to_first_token": "Time to First Token",
    "time_to_first_output_token": "Time to First Output Token",
    "inter_token_latency": "Inter Token Latency", "inter_chunk_latency": "Inter Chunk Latency",
    "request_latency": "Request Latency",
    "output_token_throughput_per_user": "Output Token Throughput Per User",
    "e2e_output_token_throughput": "E2E Output Token Throughput",
    "prefill_throughput_per_user": "Prefill Throughput Per User",
    "output_sequence_length": "Output Sequence Length",
    "input_sequence_length": "Input Sequence Length", "usage_total_tokens": "Usage Total Tokens",
    "decode_duration": "Decode Duration", "output_token_throughput": "Output Token Throughput",
    "input_token_throughput": "Input Token Throughput",
    "total_token_throughput": "Total Token Throughput", "request_throughput": "Request Throughput",
    "goodput": "Goodput", "benchmark_duration": "Benchmark Duration",
    "request_count": "Request Count", "error_request_count": "Error Request Count",
    "completed_request_count": "Completed Requests (Success + Error)",
    "total_isl": "Total Input Sequence Length", "total_osl": "Total Output Sequence Length",
}
"""Tag -> name in CSV and console, without the unit."""


def _run_value(entry: Entry) -> Entry:
    return measure(entry.metric or "", entry.unit,
                   "overall" if entry.statistic == "sample" else entry.statistic, entry.definition)


def _json() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for tag, entry in PER_RECORD.items():
        found |= spread(tag, _STATISTICS, entry)
        if entry.unit == "tok/s":
            found[f"{tag}.sum"] = aside()  # a sum of rates is no rate
        found[f"{tag}.count"] = REPETITIONS
        for value in (f"[].metrics.{tag}.value", f"[].metrics.{tag}.value[]"):
            found[value] = entry
            found |= sensed(WARMUP, {value: aside(entry.unit)})
    for tag, entry in OF_THE_RUN.items():
        found[f"{tag}.avg"] = _run_value(entry)
    found["{_metric}.count"] = REPETITIONS
    found |= {f"{{_metric}}.{name}": aside() for name in _STATISTICS}
    found |= {f"warmup_metrics.{{_metric}}.{name}": aside() for name in (*_STATISTICS, "count")}
    found |= {"[].metrics.{_metric}.value": aside(), "[].metrics.{_metric}.value[]": aside()}
    return found


def _table() -> dict[str, Entry]:
    """CSV rows and console lines: the statistic is the column, the metric the row's sense."""
    found: dict[str, Entry] = {}
    for tag, label in LABELS.items():
        for prefix in ("[]", "[][]"):
            if tag in PER_RECORD:
                entry = PER_RECORD[tag]
                kept = {name: statistic for name, statistic in _STATISTICS.items()
                        if not (name == "sum" and entry.unit == "tok/s")}
                found |= sensed(label, spread(prefix, kept, entry))
            else:
                value = _run_value(OF_THE_RUN[tag])
                found |= sensed(label, {f"{prefix}.Value": value, f"{prefix}.avg": value})
    return found | {f"{prefix}.{name}": aside() for prefix in ("[]", "[][]")
                    for name in (*_STATISTICS, "Value")}


_SERVER_STATISTICS = (*_STATISTICS, "count", "total", "rate", "rate_avg", "rate_min", "rate_max",
                      "rate_std", "count_rate", "sum_rate")
_GPU = {
    **{name: measure("power", "W") for name in ("nvidia_power_usage", "gpu_power_usage",
                                                "amd_power")},
    **{name: measure("gpu_utilization", "%") for name in ("nvidia_gpu_utilization",
                                                          "gpu_utilization")},
    **{name: measure("gpu_memory_utilization", "%") for name in ("nvidia_memory_utilization",
                                                                 "mem_utilization")},
    **{name: measure("memory_used", "GB") for name in ("nvidia_memory_used", "gpu_memory_used",
                                                       "amd_memory_used")},
    **{name: measure("temperature", "°C") for name in ("nvidia_temperature", "gpu_temperature",
                                                       "amd_temperature")},
}


def _telemetry() -> dict[str, Entry]:
    """Samples of GPUs by field; what a server says of itself is kept under its own names."""
    series = "metrics.{_metric}.series[]"
    return {
        **{f"[].telemetry_data.{name}": entry for name, entry in _GPU.items()},
        "[].telemetry_data.{_field}": aside(),
        "[].gpu_model_name": context("device"),
        "[].gpu_index": IDENTITY,
        "[].timestamp_ns": Entry("time", target="started_at"),
        "[].request_sent_ns": IDENTITY,
        "[].first_byte_ns": IDENTITY,
        "[].endpoint_latency_ns": aside("ns"),
        "[].metrics.{_metric}[].value": aside(),
        "[].metrics.{_metric}[].**": aside(),
        f"{series}.stats.{{_statistic}}": aside(),
        "metrics.**": aside(), "warmup_metrics.**": aside(), "summary.**": aside(),
        **{f"[].{name}": aside() for name in _SERVER_STATISTICS},
    }


_NANOSECONDS = ("credit_issued_ns", "request_start_ns", "request_ack_ns", "request_end_ns",
                "cancellation_time_ns")

TABLE: Table = {
    **_json(),
    **_table(),
    **_telemetry(),
    **{f"[].metadata.{name}": IDENTITY for name in (
        *_NANOSECONDS, "session_num", "turn_index", "phase_index", "agent_depth")},
    "[].metadata.was_cancelled": Entry("unnamed"),
    "[].metadata.context_overflow_skip": Entry("unnamed"),
    "input_config.models.items[].name": context("model", ""),
    "input_config.endpoint.model_names[]": context("model", ""),
    "input_config.phases[].concurrency": Entry("parameter", target="concurrency"),
    "input_config.phases[].requests": Entry("parameter", target="requests"),
    "input_config.loadgen.concurrency": Entry("parameter", target="concurrency", scope=""),
    "input_config.loadgen.request_rate": Entry("parameter", target="request_rate", scope=""),
    "start_time": context("started_at"),
    "end_time": Entry("unnamed"),
    **setup("", ("aiperf_version", "schema_version"), ""),
    "phases[].start_ns": IDENTITY,
    "phases[].end_ns": IDENTITY,
    "phases[].phase_index": IDENTITY,
    "phases[].profiling_index": IDENTITY,
    "phases[].error_request_count": measure("failure_count", "1", "total"),
    "phases[].successful_request_count": measure("success_count", "1", "total"),
    "phases[].total_request_count": measure("request_count", "1", "total"),
    "data[].payloads[].messages[].content": Entry("unnamed"),
    "data[].payloads[].model": context("model"),
}

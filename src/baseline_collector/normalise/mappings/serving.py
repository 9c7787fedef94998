"""Serving harnesses with a table each: llmperf, inference-perf, llm-d benchmark reports, MLPerf.

Specified in llmperf's token_benchmark_ray.py, inference-perf's docs/metrics, llm-d-benchmark's
benchmark_report schemas (v0.1, v0.2) and MLPerf loadgen's summary and detail logs.
Traps: llmperf's inter-token latency has the time to first token in it; inference-perf's
normalized time per output token divides the whole latency.
"""

from __future__ import annotations

from dataclasses import replace

from baseline_collector.normalise.mappings.definitions import (
    CLIENT,
    EXCLUDING_FIRST,
    HARNESS,
    INCLUDING_FIRST,
    PER_GAP,
    PER_REQUEST,
    SERVER,
    SYSTEM,
)
from baseline_collector.normalise.mappings.entry import (
    IDENTITY,
    Entry,
    Table,
    aside,
    context,
    measure,
    parameters,
    sensed,
    setup,
    spread,
)
from baseline_collector.paths import join

_TTFT = measure("time_to_first_token", "s", definition=CLIENT)
_LATENCY = measure("request_latency", "s", definition=CLIENT)
_PROMPT, _OUTPUT = measure("prompt_tokens", "tok"), measure("output_tokens", "tok")
_TOTAL = measure("total_tokens", "tok")

_LLMPERF = {
    "inter_token_latency_s": measure("inter_token_latency", "s", definition=INCLUDING_FIRST),
    "ttft_s": _TTFT,
    "end_to_end_latency_s": _LATENCY,
    "request_output_throughput_token_per_s":
        measure("output_throughput", "tok/s", definition=PER_REQUEST),
    "number_input_tokens": _PROMPT,
    "number_output_tokens": _OUTPUT,
    "number_total_tokens": _TOTAL,
}
_LLMPERF_STATISTICS = {f"quantiles_p{p}": f"p{p}" for p in (25, 50, 75, 90, 95, 99)} | {
    "mean": "mean", "min": "min", "max": "max", "stddev": "std"}

LLMPERF: Table = {
    **{key: entry for name, metric in _LLMPERF.items() for key, entry in spread(
        "", {f"results_{name}_{statistic}": canonical
             for statistic, canonical in _LLMPERF_STATISTICS.items()}, metric).items()},
    **{f"[].{name}": metric for name, metric in _LLMPERF.items()},
    "results_mean_output_throughput_token_per_s":
        measure("output_throughput", "tok/s", "overall", SYSTEM),
    "results_num_requests_started": measure("request_count", "1", "total"),
    "results_num_completed_requests": measure("success_count", "1", "total"),
    "results_number_errors": measure("failure_count", "1", "total"),
    "results_num_completed_requests_per_min": aside(),
    "results_error_rate": aside("1"),
    "[].error_code": Entry("outcome", target="error"),
    "[].error_msg": Entry("outcome", target="error"),
    "model": context("model"),
    "timestamp": Entry("time", target="started_at"),
    "name": context("run"),
    **parameters("", ("mean_input_tokens", "stddev_input_tokens", "mean_output_tokens",
                      "stddev_output_tokens", "num_concurrent_requests")),
}

_PERF_STATISTICS = {"mean": "mean", "median": "p50", "min": "min", "max": "max", "std": "std"} | {
    f"p{p}": f"p{p}" for p in ("0.1", "1", "5", "10", "25", "50", "75", "90", "95", "99", "99.9")}
_PERF = {
    "latency.request_latency": _LATENCY,
    "latency.normalized_time_per_output_token":
        measure("time_per_output_token", "s", definition=INCLUDING_FIRST),
    "latency.time_per_output_token":
        measure("time_per_output_token", "s", definition=EXCLUDING_FIRST),
    "latency.time_to_first_token": _TTFT,
    "latency.inter_token_latency": measure("inter_token_latency", "s", definition=PER_GAP),
    "prompt_len": _PROMPT,
    "output_len": _OUTPUT,
    # Prometheus: seen by the server.
    "request_latency": measure("request_latency", "s", definition=SERVER),
    "time_to_first_token": measure("time_to_first_token", "s", definition=SERVER),
    "time_per_output_token":
        measure("time_per_output_token", "s", definition=SERVER),
}
INFERENCE_PERF: Table = {
    **{key: entry for name, metric in _PERF.items()
       for key, entry in spread(f"successes.{name}", _PERF_STATISTICS, metric).items()},
    **spread("load_summary.schedule_delay", _PERF_STATISTICS, aside("s")),
    **{key: aside("s") for key in spread("failures.request_latency", _PERF_STATISTICS, aside())},
    **{key: aside("tok") for key in spread("failures.prompt_len", _PERF_STATISTICS, aside())},
    "successes.throughput.input_tokens_per_sec":
        measure("prompt_throughput", "tok/s", "overall", SYSTEM),
    "successes.throughput.output_tokens_per_sec":
        measure("output_throughput", "tok/s", "overall", SYSTEM),
    "successes.throughput.total_tokens_per_sec":
        measure("total_throughput", "tok/s", "overall", SYSTEM),
    "successes.throughput.requests_per_sec":
        measure("request_throughput", "req/s", "overall", SYSTEM),
    "successes.prompt_len.rate": measure("prompt_throughput", "tok/s", "overall", SYSTEM),
    "successes.output_len.rate": measure("output_throughput", "tok/s", "overall", SYSTEM),
    "successes.rate": measure("request_throughput", "req/s", "overall", SYSTEM),
    "successes.count": measure("success_count", "1", "total"),
    "failures.count": measure("failure_count", "1", "total"),
    "load_summary.count": measure("request_count", "1", "total"),
    "load_summary.send_duration": aside("s"),
    "load_summary.requested_rate": Entry("parameter", target="request_rate", scope=""),
    "load_summary.achieved_rate": aside("req/s"),
    "load_summary.concurrency": Entry("parameter", target="concurrency", scope=""),
    "[].info.input_tokens": _PROMPT,
    "[].info.output_tokens": _OUTPUT,
    "[].info.output_token_times[]": IDENTITY,
    "[].info.**": aside(),
    "[].start_time": IDENTITY,  # of a clock that only counts
    "[].end_time": IDENTITY,
    "[].request": Entry("unnamed"),
    "[].response": Entry("unnamed"),
    "[].error.error_msg": Entry("outcome", target="error", scope="[]"),
    "[].error.error_type": Entry("outcome", target="error", scope="[]"),
    "successes.**": aside(),  # queues, caches, preemptions
    "failures.**": aside(),
}

_REPORT_STATISTICS = {"mean": "mean", "stddev": "std", "min": "min", "max": "max"} | {
    name: f"p{canonical}" for name, canonical in (
        ("p0p1", "0.1"), ("p1", "1"), ("p5", "5"), ("p10", "10"), ("p25", "25"), ("p50", "50"),
        ("p75", "75"), ("p90", "90"), ("p95", "95"), ("p99", "99"), ("p99p9", "99.9"))}
_REPORT = {
    "latency.request_latency": _LATENCY,
    "latency.time_to_first_token": _TTFT,
    "latency.time_per_output_token":
        measure("time_per_output_token", "s", definition=EXCLUDING_FIRST),
    "latency.normalized_time_per_output_token":
        measure("time_per_output_token", "s", definition=INCLUDING_FIRST),
    "latency.inter_token_latency": measure("inter_token_latency", "s", definition=HARNESS),
    "requests.input_length": _PROMPT,
    "requests.output_length": _OUTPUT,
    "throughput.input_token_rate": measure("prompt_throughput", "tok/s", definition=SYSTEM),
    "throughput.output_token_rate": measure("output_throughput", "tok/s", definition=SYSTEM),
    "throughput.total_token_rate": measure("total_throughput", "tok/s", definition=SYSTEM),
    "throughput.request_rate": measure("request_throughput", "req/s", definition=SYSTEM),
}


def _report(parent: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for name, metric in _REPORT.items():
        found |= spread(f"{parent}.{name}", _REPORT_STATISTICS, metric)
    return {
        **found,
        # v0.1 states rates of the run as bare numbers.
        f"{parent}.throughput.input_tokens_per_sec":
            measure("prompt_throughput", "tok/s", "overall", SYSTEM),
        f"{parent}.throughput.output_tokens_per_sec":
            measure("output_throughput", "tok/s", "overall", SYSTEM),
        f"{parent}.throughput.total_tokens_per_sec":
            measure("total_throughput", "tok/s", "overall", SYSTEM),
        f"{parent}.throughput.requests_per_sec":
            measure("request_throughput", "req/s", "overall", SYSTEM),
        f"{parent}.requests.total": measure("request_count", "1", "total"),
        f"{parent}.requests.failures": measure("failure_count", "1", "total"),
    }


_SERIES = "results.request_performance.time_series"
LLM_D: Table = {
    **_report("results.request_performance.aggregate"),
    **_report("metrics"),
    "metrics.time.duration": measure("run_duration", "s", "overall"),
    **{f"{_SERIES}.{kind}.{{_metric}}.series[].{name}": aside()
       for kind in ("latency", "throughput") for name in (*_REPORT_STATISTICS, "value")},
    **{f"results.observability.components[].aggregate.{name}.{statistic}": replace(
        metric, statistic=canonical)
       for name, metric in (("gpu_utilization", measure("gpu_utilization", "%")),
                            ("gpu_memory_usage", measure("memory_used", "byte")),
                            ("cpu_memory_usage", measure("memory_used", "byte")),
                            ("cpu_utilization", measure("cpu_utilization", "%")))
       for statistic, canonical in _REPORT_STATISTICS.items()},
    **{f"results.observability.{{_metric}}.{where}.{name}": aside()
       for where in ("statistics", "aggregated") for name in _REPORT_STATISTICS},
    "results.session_performance.sessions.{_metric}.{_statistic}": aside(),
    "results.**": aside(),
    "metrics.**": aside(),
    "scenario.load.standardized.concurrency":
        Entry("parameter", target="concurrency", scope=""),
    "scenario.load.standardized.rate_qps": Entry("parameter", target="request_rate", scope=""),
    "scenario.load.standardized.tool": Entry("setup", target="tool", scope=""),
    "scenario.load.standardized.tool_version": Entry("setup", target="tool_version", scope=""),
    "scenario.stack[].standardized.model.name": context("model", ""),
    "scenario.model.name": context("model", ""),
    "scenario.stack[].standardized.accelerator.model": context("device", ""),
    "scenario.host.accelerator[].model": context("device", ""),
    "run.time.start": context("started_at", ""),
    "run.uid": context("run", ""),
}

_MLPERF_STATISTICS = {"min": "min", "max": "max", "mean": "mean"} | {
    f"{percent}_percentile": f"p{canonical}" for percent, canonical in (
        ("50.00", "50"), ("80.00", "80"), ("90.00", "90"), ("95.00", "95"), ("97.00", "97"),
        ("99.00", "99"), ("99.90", "99.9"))}
_FIRST, _PER_TOKEN = (measure("time_to_first_token", "ns", definition=CLIENT),
                      measure("time_per_output_token", "ns", definition=EXCLUDING_FIRST))
_END = measure("request_latency", "ns", definition=CLIENT)
_RATE = measure("request_throughput", "req/s", "overall", SYSTEM)
_TOKENS = measure("output_throughput", "tok/s", "overall", SYSTEM)


def _log(name: str, entry: Entry) -> dict[str, Entry]:
    return {join("[][]", name): entry}


def _mlperf() -> dict[str, Entry]:
    """Lines of the summary and keys of the detail log."""
    found: dict[str, Entry] = {}
    for name, statistic in _MLPERF_STATISTICS.items():
        plain = name.replace("_", " ")
        word = plain if plain[0].isdigit() else plain.capitalize()
        digits = plain[0].isdigit()
        first = f"{word} {'first token' if digits else 'First Token'} latency"
        gap = f"{word} {'time to output token' if digits else 'Time to Output Token'}"
        for key, entry in (
            (f"{word} latency (ns)", _END), (f"{first} (ns)", _FIRST), (f"{gap} (ns)", _PER_TOKEN),
            (f"result_{name}_latency_ns", _END),
            (f"result_first_token_{name}_latency_ns", _FIRST),
            (f"result_time_per_output_token_{name}_ns", _PER_TOKEN),
            (f"result_time_to_output_token_{name}", _PER_TOKEN),
        ):
            found |= _log(key, replace(entry, statistic=statistic))
    return found


MLPERF: Table = {
    **_mlperf(),
    **{key: entry for name, metric in (
        ("Samples per second", _RATE), ("Completed samples per second", _RATE),
        ("result_samples_per_second", _RATE), ("result_completed_samples_per_sec", _RATE),
        ("Tokens per second", _TOKENS), ("Completed tokens per second", _TOKENS),
        ("result_tokens_per_second", _TOKENS), ("result_completed_tokens_per_second", _TOKENS),
        ("Scheduled samples per second", aside("req/s")),
        ("result_scheduled_samples_per_sec", aside("req/s")),
        ("result_query_count", measure("request_count", "1", "total")),
        ("num_errors", measure("failure_count", "1", "total")),
        ("SUT name", context("run", "")), ("sut_name", context("run", "")),
        ("Scenario", Entry("parameter", target="scenario", scope="")),
        ("effective_scenario", Entry("parameter", target="scenario", scope="")),
        ("Mode", Entry("parameter", target="mode", scope="")),
        ("loadgen_version", Entry("setup", target="loadgen_version", scope="")),
    ) for key, entry in _log(name, metric).items()},
    **sensed("again", {join("[][]", name): aside("tok/s") for name in (
        "Tokens per second", "Completed tokens per second")}),
    **{join("[][]", name): IDENTITY for name in ("time_ms", "line_no", "pid", "tid")},
    "[][].{_setting}": Entry("identity"),
    **setup("", ("input_data_types", "weight_data_types", "weight_transformations", "retraining",
                 "starting_weights_filename"), ""),
}

"""Serving harnesses kept as JSON: llmperf and inference-perf.

Specified in llmperf's token_benchmark_ray.py (version 2023-08-31) and inference-perf's
reports (0.1 to 0.3).
"""

from __future__ import annotations

from typing import Any

from baseline_collector.readers.told import ToolJson, has


class Llmperf(ToolJson):
    """Summary of a run, and the array of its requests."""

    name = "llmperf"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it is a summary or a request."""
        return has(record, "num_concurrent_requests", "results_ttft_s_mean") or has(
            record, "inter_token_latency_s", "ttft_s", "end_to_end_latency_s",
            "request_output_throughput_token_per_s")

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the summary."""
        return str(record.get("version", ""))


class InferencePerf(ToolJson):
    """Lifecycle metrics of a stage, a run or each request, and what Prometheus saw of it."""

    name = "inference-perf"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it splits requests into successes and failures as the tool does."""
        successes = record.get("successes")
        lifecycle = has(record, "load_summary", "successes", "failures")
        return (lifecycle and has(successes, "count")) or has(
            successes, "prompt_len", "output_len", "queue_len") or has(
            record, "start_time", "end_time", "request", "response", "info", "error")

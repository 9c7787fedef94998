"""vLLM ``bench serve``, ``bench throughput`` and ``bench latency``, 0.6 to 0.12.

Specified in vLLM, vllm/benchmarks/serve.py (``calculate_metrics``), throughput.py, latency.py.
Traps: ``*_ms`` are milliseconds, the arrays ``ttfts`` and ``itls`` are seconds; a file in
which no request worked has 0.0 for every latency; the key of goodput ends with a colon.
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
    Entry,
    Table,
    aside,
    context,
    measure,
    parameters,
    sensed,
    spread,
)
from baseline_collector.paths import join

_LATENCIES = {
    "ttft": measure("time_to_first_token", "ms", definition=CLIENT),
    "tpot": measure("time_per_output_token", "ms", definition=EXCLUDING_FIRST),
    "itl": measure("inter_token_latency", "ms", definition=PER_GAP),
    "e2el": measure("request_latency", "ms", definition=CLIENT),
}
_PERCENTILES = ("1", "5", "10", "25", "50", "75", "80", "90", "95", "99", "99.9", "99.99")
_STATISTICS = {"mean": "mean", "median": "p50", "std": "std"} | {
    f"p{percentile}": f"p{percentile}" for percentile in _PERCENTILES}
_SETTINGS = ("endpoint_type", "backend", "label", "tokenizer_id", "num_prompts", "request_rate",
             "burstiness", "max_concurrency", "best_of", "tensor_parallel_size", "dataset_name",
             "random_input_len", "random_output_len", "endpoint", "num_warmups")


def _run(parent: str) -> dict[str, Entry]:
    """Fields of one run below a parent."""
    at = {
        "duration": measure("run_duration", "s", "overall"),
        "completed": measure("success_count", "1", "total"),
        "failed": measure("failure_count", "1", "total"),
        "total_input_tokens": measure("prompt_tokens", "tok", "total"),
        "total_output_tokens": measure("output_tokens", "tok", "total"),
        "request_throughput": measure("request_throughput", "req/s", "overall", SYSTEM),
        "request_goodput": measure("goodput", "req/s", "overall"),
        "request_goodput:": measure("goodput", "req/s", "overall"),
        "output_throughput": measure("output_throughput", "tok/s", "overall", SYSTEM),
        "total_token_throughput": measure("total_throughput", "tok/s", "overall", SYSTEM),
        "max_output_tokens_per_s": measure("output_throughput", "tok/s", "max", SYSTEM),
        "model_id": context("model"),
        "date": context("started_at"),
        "max_concurrent_requests": Entry("unnamed", unit="1"),
    }
    arrays = {
        "input_lens": measure("prompt_tokens", "tok"),
        "output_lens": measure("output_tokens", "tok"),
        "ttfts": measure("time_to_first_token", "s", definition=CLIENT),
        "start_times": IDENTITY,
        "generated_texts": Entry("unnamed"),
    }
    errors = join(parent, "errors") + "[]"
    return {
        **{join(parent, name): entry for name, entry in at.items()},
        **{join(parent, name) + "[]": entry for name, entry in arrays.items()},
        join(parent, "itls") + "[][]": measure("inter_token_latency", "s", definition=PER_GAP),
        errors: Entry("outcome", target="error", scope=errors),
        **parameters(parent, _SETTINGS),
        **{key: entry for name, latency in _LATENCIES.items() for key, entry in spread(
            parent, {f"{statistic}_{name}_ms": canonical
                     for statistic, canonical in _STATISTICS.items()}, latency).items()},
    }


_THROUGHPUT = {
    "elapsed_time": measure("run_duration", "s", "overall"),
    "num_requests": measure("request_count", "1", "total"),
    "total_num_tokens": measure("total_tokens", "tok", "total"),
    "requests_per_second": measure("request_throughput", "req/s", "overall", SYSTEM),
    "tokens_per_second": measure("total_throughput", "tok/s", "overall", SYSTEM),
}
_LATENCY = {
    "avg_latency": measure("iteration_time", "s", "mean"),
    "latencies[]": measure("iteration_time", "s"),
    **spread("percentiles", {name: f"p{name}" for name in ("10", "25", "50", "75", "90", "99")},
             measure("iteration_time", "s")),
}

_VALUES = "[].metric.benchmark_values[]"


def _pytorch() -> dict[str, Entry]:
    """One metric a record, named as in a run; the record's sense is that name."""
    named = {key: entry for key, entry in {**_run(""), **_THROUGHPUT}.items()
             if entry.metric and key.isidentifier()}
    named["latency"] = measure("iteration_time", "s")
    return {
        **{key: each for name, entry in named.items()
           for key, each in sensed(name, {_VALUES: entry}).items()},
        "[].model.name": context("model", "[]"),
        "[].metric.name": Entry("unnamed"),
        "[].benchmark.name": Entry("unnamed"),
        "[].benchmark.extra_info.args.{parameter}":
            Entry("parameter", target="{parameter}", scope="[]"),
        **parameters("[].metric.extra_info", ("tensor_parallel_size",), "[]"),
        "[].metric.extra_info.**": aside(),
    }


TABLE: Table = {**_run(""), **_run("[]"), **_THROUGHPUT, **_LATENCY, **_pytorch()}

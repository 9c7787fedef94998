"""llama-bench, builds 1000 to 7000: what its fields mean.

Specified in llama.cpp, tools/llama-bench/llama-bench.cpp (``test::get_fields``) and its README.
The same field means another metric in a prompt test, a generation test and one of both; the
reader tells them apart by ``n_prompt`` and ``n_gen``.
"""

from __future__ import annotations

from baseline_collector.normalise.mappings.definitions import DECODE, PER_REQUEST, PREFILL
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
)

PROMPT, GENERATION, BOTH = "pp", "tg", "pp+tg"

_TESTS = {
    PROMPT: (measure("prompt_throughput", "tok/s", definition=PREFILL),
             measure("prompt_eval_duration", "ns")),
    GENERATION: (measure("output_throughput", "tok/s", definition=DECODE),
                 measure("eval_duration", "ns")),
    BOTH: (measure("total_throughput", "tok/s", definition=PER_REQUEST),
           measure("iteration_time", "ns")),
}
_SETTINGS = (
    "model_filename", "model_n_params", "n_batch", "n_ubatch", "n_threads", "cpu_mask",
    "cpu_strict", "poll", "type_k", "type_v", "n_gpu_layers", "n_cpu_moe", "split_mode", "main_gpu",
    "no_kv_offload", "flash_attn", "devices", "tensor_split", "tensor_buft_overrides",
    "defrag_thold", "use_mmap", "use_direct_io", "embeddings", "no_op_offload", "no_host",
    "n_prompt", "n_gen", "n_depth", "backends", "mul_mat_q", "f16_kv", "low_vram", "cuda", "metal",
    "vulkan", "opencl", "kompute", "sycl", "rpc", "gpu_blas", "blas", "mmap", "numa", "fit_target",
    "fit_min_ctx",
)
_COLUMNS = {
    "ngl": "n_gpu_layers", "fa": "flash_attn", "threads": "n_threads", "mmap": "use_mmap",
    "sm": "split_mode", "mg": "main_gpu", "nkvo": "no_kv_offload", "ts": "tensor_split",
    "ot": "tensor_buft_overrides", "dev": "devices", "embd": "embeddings", "nopo": "no_op_offload",
    "ncmoe": "n_cpu_moe", "dio": "use_direct_io", "backend": "backends", "params": "model_n_params",
    "test": "test", "dt": "defrag_thold",
}
"""Short names of the Markdown table's columns."""


def _statistics(test: str, parent: str) -> dict[str, Entry]:
    rate, time = _TESTS[test]
    return sensed(test, {
        f"{parent}avg_ts": _as(rate, "mean"), f"{parent}stddev_ts": _as(rate, "std"),
        f"{parent}samples_ts[]": rate,
        f"{parent}avg_ns": _as(time, "mean"), f"{parent}stddev_ns": _as(time, "std"),
        f"{parent}samples_ns[]": time,
        "[][].t/s": _as(rate, "mean"), "[][].t/s ±": _as(rate, "std"),
    })


def _as(entry: Entry, statistic: str) -> Entry:
    return measure(entry.metric or "", entry.unit, statistic, entry.definition)


def _record(parent: str, scope: str) -> dict[str, Entry]:
    """Fields of one test below a parent, speaking for a record."""
    return {
        **{key: entry for test in _TESTS for key, entry in _statistics(test, parent).items()},
        **parameters(parent.rstrip("."), _SETTINGS, scope),
        **setup(parent.rstrip("."), ("build_commit", "build_number", "cpu_info"), scope),
        f"{parent}gpu_info": context("device", scope),
        f"{parent}model_type": context("model", scope),
        f"{parent}model_size": measure("model_size", "byte"),
        f"{parent}test_time": context("started_at", scope),
    }


TABLE: Table = {
    **_record("[].", "[]"),
    **_record("[].bench_raw.", "[]"),  # records of wrappers that keep the tool's own inside
    "[].tokens_per_sec": aside("tok/s"),  # the wrapper's copy of avg_ts
    "[].duration_s": measure("run_duration", "s", "overall"),
    "[].value": IDENTITY,  # n_prompt or n_gen once more, as the mode says
    **{f"[][].{name}": Entry("parameter", target=target) for name, target in _COLUMNS.items()},
    **parameters("[][]", _SETTINGS),
    "[][].model": context("model"),
    "[][].size": measure("model_size", "byte"),
    "build": Entry("setup", target="build_commit"),
    "build_number": Entry("setup", target="build_number"),
}

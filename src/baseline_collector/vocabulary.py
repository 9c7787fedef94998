"""The vocabulary: what is measured, and by which names artifacts call it.

One table of metrics; spellings found in the wild live only here. A spelling is a
sequence of name parts: ``mean_ttft_s`` and ``MeanTTFT (s)`` are both the parts
``mean ttft s``. Recognition is by rule, never by guess: every part of a name must be
accounted for, or the key stays unnamed (``meaning.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: Canonical name, the field's term.
        unit: Canonical unit symbol of its values.
        better: Which direction is better.
        definition: What it is, one sentence.
        spellings: Name parts that mean it, longest first within a metric does not matter.
        bare_unit: Unit of a value that states none, where tools agree on one; else empty.
        binary: Whether MB and GB mean powers of 1024, as the tools that report it do.
        formula: How it is computed, where it is derived.
        source: Where the definition is from.
    """

    name: str
    unit: str
    better: Better
    definition: str
    spellings: tuple[str, ...]
    bare_unit: str = ""
    binary: bool = False
    formula: str = ""
    source: str = ""


_OLLAMA = "Ollama API, /api/generate response fields"
_NVML = "NVIDIA NVML / nvidia-smi --help-query-gpu"
_PSUTIL = "psutil documentation"
_NIM = "NVIDIA NIM benchmarking guide, metrics"

_TOKENS = ("tok", "toks", "token", "tokens")
_PER_SECOND = ("s", "sec", "second", "per s", "per sec", "per second")


def _rates(*kinds: str) -> tuple[str, ...]:
    """Spellings of tokens a second: every kind, noun and second in every order that is met."""
    plain = [f"{noun} {second}" for noun in _TOKENS for second in _PER_SECOND] + ["tps"]
    return tuple(f"{kind} {style}{rate}".strip() for kind in kinds
                 for style in ("", "throughput ") for rate in plain)


def _throughputs(*kinds: str) -> tuple[str, ...]:
    """Spellings that say throughput and no unit."""
    return tuple(f"{kind} {rest}" for kind in kinds for rest in (
        "throughput", "token throughput", "tokens throughput", "token throughput per s",
        "token throughput per sec", "token throughput per second"))


METRICS: tuple[Metric, ...] = (
    Metric("output_throughput", "tok/s", "higher",
           "Tokens generated per second of generation.",
           (*_rates("", "output", "generated", "generation", "gen", "decode", "completion", "eval"),
            *_throughputs("output", "generation", "decode"), "eval rate", "predicted per second"),
           bare_unit="tok/s", formula="output tokens / evaluation duration", source=_OLLAMA),
    Metric("prompt_throughput", "tok/s", "higher",
           "Prompt tokens evaluated per second of prompt evaluation.",
           (*_rates("prompt", "input", "prefill", "prompt eval"),
            *_throughputs("prompt", "input", "prefill"), "prompt per second", "prompt eval rate"),
           bare_unit="tok/s", formula="prompt tokens / prompt evaluation duration", source=_OLLAMA),
    Metric("total_throughput", "tok/s", "higher",
           "Prompt and output tokens per second.",
           (*_rates("total"), *_throughputs("total")),
           bare_unit="tok/s", source=_NIM),
    Metric("throughput", "tok/s", "higher",
           "Throughput whose kind of token or request is not stated.",
           ("throughput", "token throughput", "tokens throughput"),
           source="none: kept apart until the artifact says more"),
    Metric("request_throughput", "req/s", "higher", "Requests completed per second.",
           ("request throughput", "request throughput per s", "requests per second",
            "requests per sec", "requests per s", "requests s", "rps", "qps", "req s", "req per s",
            "queries per second", "throughput rps", "throughput req s",
            "throughput requests per second", "throughput requests per sec"),
           bare_unit="req/s", source=_NIM),
    Metric("time_to_first_token", "s", "lower",
           "From sending a request to its first output token; where its record shows that it is "
           "load plus prompt evaluation, it has a definition of its own.",
           ("ttft", "time to first token", "first token latency", "first token time",
            "time to first response"), source=_NIM),
    Metric("inter_token_latency", "s", "lower",
           "Time between consecutive output tokens of one request; the first token is left out.",
           ("itl", "inter token latency", "intertoken latency", "token latency"), source=_NIM),
    Metric("time_per_output_token", "s", "lower",
           "Generation time divided by output tokens, the first token left out.",
           ("tpot", "time per output token"), source="vLLM benchmark metrics"),
    Metric("load_duration", "s", "lower", "Loading the model before the first token.",
           ("load", "load duration", "load time", "model load", "model load time",
            "model load duration"), source=_OLLAMA),
    Metric("prompt_eval_duration", "s", "lower", "Evaluating the prompt (prefill).",
           ("prompt eval", "prompt eval duration", "prompt eval time", "prefill", "prefill time",
            "prompt"), source=_OLLAMA),
    Metric("eval_duration", "s", "lower", "Generating the output tokens (decode).",
           ("eval", "eval duration", "eval time", "decode time", "predicted", "decode"),
           source=_OLLAMA),
    Metric("request_latency", "s", "lower",
           "One request from sending to its last token, or one call end to end.",
           ("latency", "request latency", "e2e latency", "e2el", "end to end latency",
            "generation time", "response time", "inference time", "inference latency",
            "total duration", "latencies", "total time", "call time"), source=_NIM),
    Metric("iteration_time", "s", "lower", "One iteration of a repeated benchmark.",
           ("time", "timing", "iteration time", "step time", "run time", "runtime", "wall time",
            "execution time"), source="the benchmark's own loop"),
    Metric("compile_time", "s", "lower", "Compiling or exporting a model before it runs.",
           ("compile time", "compilation time", "compile", "compile duration"),
           source="PyTorch, torch.compile documentation"),
    Metric("kernel_duration", "s", "lower", "One launch of a GPU kernel.",
           ("gpu time duration", "gpu time duration sum", "kernel duration", "kernel time"),
           source="NVIDIA Nsight Compute metrics reference"),
    Metric("output_tokens", "tok", "neither", "Tokens generated.",
           ("eval count", "output tokens", "completion tokens", "generated tokens",
            "tokens generated", "tokens", "predicted n", "tokens predicted", "num tokens",
            "num output tokens", "num completion tokens", "num generated tokens"),
           bare_unit="tok", source=_OLLAMA),
    Metric("prompt_tokens", "tok", "neither", "Tokens of the prompt that were evaluated.",
           ("prompt eval count", "prompt tokens", "input tokens", "prompt n", "tokens evaluated",
            "num prompt tokens", "num input tokens"),
           bare_unit="tok", source=_OLLAMA),
    Metric("total_tokens", "tok", "neither", "Prompt and output tokens, or a sum over calls.",
           ("total tokens",), bare_unit="tok", source=_OLLAMA),
    Metric("output_characters", "char", "neither", "Characters of the answer.",
           ("response chars", "output chars", "response characters", "response length"),
           bare_unit="char"),
    Metric("request_count", "1", "neither", "Requests, prompts or tests attempted.",
           ("total tests", "prompt count", "total requests", "num requests", "request count",
            "total inferences", "requests"), bare_unit="1"),
    Metric("success_count", "1", "higher", "Requests, prompts or tests that succeeded.",
           ("successful tests", "completed", "successful requests", "success count"),
           bare_unit="1"),
    Metric("failure_count", "1", "lower", "Requests that failed.",
           ("failed", "failures", "failed requests", "error count", "errors"), bare_unit="1"),
    Metric("outlier_count", "1", "lower", "Samples the tool calls outliers.",
           ("outliers", "outliers detected"), bare_unit="1"),
    Metric("cpu_utilization", "%", "neither", "Share of CPU time in use.",
           ("cpu percent", "cpu utilization", "cpu usage", "cpu"), bare_unit="%", source=_PSUTIL),
    Metric("memory_utilization", "%", "neither", "Share of memory in use.",
           ("memory percent", "memory utilization", "memory usage"), bare_unit="%", source=_PSUTIL),
    Metric("memory_used", "byte", "lower", "Memory in use.",
           ("memory used", "mem used", "memory", "rss", "memory rss", "vram used",
            "ram used", "process memory", "vram", "vram usage", "gpu memory used"),
           binary=True, source=_PSUTIL),
    Metric("memory_total", "byte", "neither", "Memory installed.",
           ("memory total", "total memory", "mem total", "ram total", "vram total"),
           binary=True, source=_PSUTIL),
    Metric("memory_free", "byte", "neither", "Memory not in use.",
           ("memory free", "mem free", "memory available", "free memory"), binary=True,
           source=_PSUTIL),
    Metric("gpu_utilization", "%", "neither", "Share of time in which a kernel ran.",
           ("utilization gpu", "gpu utilization", "gpu util", "gpu usage"), bare_unit="%",
           source=_NVML),
    Metric("gpu_memory_utilization", "%", "neither",
           "Share of time in which GPU memory was read or written.",
           ("utilization memory", "gpu memory utilization"), bare_unit="%", source=_NVML),
    Metric("occupancy", "%", "neither",
           "Warps on a multiprocessor as a share of those it can hold.",
           ("achieved occupancy", "theoretical occupancy"), bare_unit="%",
           source="NVIDIA Nsight Compute, Kernel Profiling Guide"),
    Metric("power", "W", "lower", "Power drawn.",
           ("power draw", "power", "power usage", "power consumption", "gpu power"),
           bare_unit="W", source=_NVML),
    Metric("power_limit", "W", "neither", "Power the device may draw.", ("power limit",),
           bare_unit="W", source=_NVML),
    Metric("temperature", "°C", "lower", "Temperature of the device.",
           ("gpu temperature", "cpu temperature", "temperature gpu", "device temperature", "temp"),
           bare_unit="°C", source=_NVML),
    Metric("fan_speed", "%", "neither", "Fan speed as a share of its maximum.",
           ("fan speed", "fan"), bare_unit="%", source=_NVML),
    Metric("clock_graphics", "Hz", "higher", "Clock of the graphics cores.",
           ("clock graphics", "graphics clock", "clocks gr", "gpu clock", "sm clock",
            "clocks current graphics", "clocks sm", "clocks current sm"),
           bare_unit="MHz", source=_NVML),
    Metric("clock_memory", "Hz", "higher", "Clock of the memory.",
           ("clock memory", "memory clock", "clocks mem", "clocks current memory"),
           bare_unit="MHz", source=_NVML),
    Metric("disk_utilization", "%", "neither", "Share of the disk in use.",
           ("disk usage percent", "disk usage", "disk percent"), bare_unit="%", source=_PSUTIL),
    Metric("network_sent", "byte", "neither", "Bytes sent since the system started.",
           ("network sent", "bytes sent"), binary=True, source=_PSUTIL),
    Metric("network_received", "byte", "neither", "Bytes received since the system started.",
           ("network recv", "network received", "bytes recv"), binary=True, source=_PSUTIL),
    Metric("accuracy", "1", "higher", "Share of right answers.", ("accuracy", "acc"),
           bare_unit="1"),
    Metric("loss", "1", "lower", "Loss of the model on its evaluation data.", ("loss",),
           bare_unit="1"),
    Metric("model_size", "byte", "lower", "Size of the weights.",
           ("model size", "model file size", "weights size"), source="file size"),
    Metric("success_rate", "1", "higher", "Share of attempts that succeeded.",
           ("success rate",), bare_unit="1"),
    Metric("error_rate", "1", "lower", "Share of attempts that failed.",
           ("error rate", "failure rate"), bare_unit="1"),
    Metric("goodput", "req/s", "higher",
           "Requests per second that met every latency objective.", ("request goodput",),
           bare_unit="req/s", source="vLLM bench serve, --goodput"),
    Metric("run_duration", "s", "lower",
           "The whole measured run, from first request to last answer.",
           ("benchmark duration",), source=_NIM),
    Metric("cpu_time", "s", "lower", "Processor time used, not time passed.", (),
           source="POSIX getrusage, as hyperfine and google-benchmark report it"),
    Metric("operation_rate", "op/s", "higher", "Operations of a benchmark per second.", (),
           bare_unit="op/s", formula="1 / mean iteration time", source="pytest-benchmark, ops"),
    Metric("score", "1", "neither", "Score of an evaluation; its definition names the scorer.", (),
           bare_unit="1", source="lm-evaluation-harness and inspect_ai, metric names"),
    Metric("perplexity", "1", "lower", "Perplexity of the model on its evaluation data.", (),
           bare_unit="1", source="lm-evaluation-harness, metric names"),
    Metric("process_count", "1", "neither", "Processes seen.", ("process count",), bare_unit="1"),
)

BY_NAME = {metric.name: metric for metric in METRICS}
"""Metrics by name; the user's own stand behind those of ``METRICS`` (``own_metrics.py``)."""


def own() -> tuple[str, ...]:
    """Names of the user's own metrics."""
    return tuple(BY_NAME)[len(METRICS):]


def better(name: str) -> Better:
    """Which direction is better; neither where a dataset names a metric that is not known here."""
    return BY_NAME[name].better if name in BY_NAME else "neither"


BINARY = frozenset(metric.name for metric in METRICS if metric.binary)
"""Metrics whose kB, MB and GB are KiB, MiB and GiB, as psutil and NVML write them."""

SIGNED = ("loss", "score")
"""Metrics that can be less than nothing."""

HIGHEST: Mapping[str, float] = {
    **dict.fromkeys(("gpu_utilization", "gpu_memory_utilization", "memory_utilization",
                     "disk_utilization", "fan_speed"), 100.0),
    **dict.fromkeys(("accuracy", "success_rate"), 1.0),
}
"""What a share cannot pass, in its canonical unit: 100 %, or one."""


def possible(low: float, high: float, metric: str | None, smallest: float) -> tuple[float, float]:
    """Ends of an interval, cut to what the metric can be: no negative duration, no share over all.

    Args:
        low: Lower end, canonical unit.
        high: Upper end.
        metric: Canonical metric.
        smallest: Of the values behind it.
    """
    if metric not in SIGNED and smallest >= 0:
        low = max(low, 0.0)
    return low, min(high, HIGHEST.get(metric or "", high))


THROUGHPUT_BY_UNIT = {"token rate": "output_throughput", "request rate": "request_throughput"}
"""What a throughput that names no kind is, by the dimension of its unit."""

OF_A_CALL = frozenset({
    "output_throughput", "prompt_throughput", "total_throughput", "throughput",
    "time_to_first_token", "inter_token_latency", "time_per_output_token", "load_duration",
    "prompt_eval_duration", "eval_duration", "request_latency",
})
"""Metrics of which every call has a value, so that a row of means has means of them."""

STATISTICS = {
    "mean": "mean", "avg": "mean", "average": "mean", "median": "p50", "md": "p50",
    "mdn": "p50", "min": "min",
    "minimum": "min", "max": "max", "maximum": "max", "peak": "max", "std": "std",
    "stdev": "std", "stddev": "std", "sd": "std", "overall": "overall", "cv": "cv",
    "coefficient_of_variation": "cv", "first": "first", "sum": "total", "total": "total",
}
"""Name parts that say which statistic a value is. ``pNN`` parts are recognised by form."""

UNIT_PARTS = {
    "s": "s", "sec": "s", "secs": "s", "seconds": "s", "ms": "ms", "msec": "ms",
    "milliseconds": "ms", "us": "us", "usec": "us", "ns": "ns", "nanoseconds": "ns",
    "percent": "%", "pct": "%", "bytes": "byte", "kb": "kB", "mb": "MB", "gb": "GB",
    "kib": "KiB", "mib": "MiB", "gib": "GiB", "w": "W", "watts": "W", "mw": "mW", "mhz": "MHz",
    "ghz": "GHz", "c": "°C", "tokens": "tok", "min": "min",
}
"""Name parts that are a unit when they stand last and nothing else claims them."""

BINARY_UNITS = {"kB": "KiB", "MB": "MiB", "GB": "GiB"}
"""What tools that count memory in powers of 1024 mean by the decimal spellings."""

PARAMETERS = frozenset({
    "num_gpu", "num_ctx", "n_ctx", "ctx", "context_size", "num_batch", "n_batch", "n_ubatch",
    "batch_size", "batch", "ubatch", "num_thread", "num_threads", "threads", "n_threads",
    "temperature", "top_p", "top_k", "min_p", "repeat_penalty", "seed", "num_predict",
    "max_tokens", "n_predict", "concurrency", "request_rate", "flash_attn", "flash_attention",
    "n_gpu_layers", "ngl", "channels", "height", "width", "input_dim", "hidden_dim", "embed_dim",
    "seq_len", "num_heads", "num_layers", "opset", "workspace_size", "backend", "dtype",
    "config_name", "config", "mode", "fullgraph", "dynamic", "variant", "cache_prompt",
    "warmup_runs", "warmup", "keep_alive", "mmap", "cache_type_k", "cache_type_v", "gpu_layers",
    "context_window", "embedding_length",
})
"""Keys that are settings of a run, whatever their value's type."""

PARAMETER_OBJECTS = frozenset({
    "options", "settings", "config", "configuration", "parameters", "params", "hyperparameters",
    "args", "options_used", "model_config",
})
"""Objects whose leaves are settings of the run that holds them."""

SETUP_OBJECTS = frozenset({
    "environment", "env", "system_info", "hardware", "platform", "machine", "machine_info",
    "host_info", "software", "versions",
})
"""Objects whose leaves describe the environment of the run that holds them."""

SETUP_KEYS = frozenset({
    "python_version", "torch_version", "torch_cuda_version", "cuda_version", "driver_version",
    "nvidia_driver", "driver", "os", "os_version", "platform", "engine_version", "gpu_count",
    "cuda_available", "cpu_model", "cpu_count", "cores", "llama_cpp_version", "ollama_version",
    "ollama_host", "physical_cores", "logical_cores", "memory_total_bytes", "providers",
    "session_type", "ollama_url", "base_clock", "boost_clock", "cuda_cores", "version",
    "document_version",
})
"""Keys that describe the environment."""

CONTEXT_KEYS = {
    "model": "model", "model_name": "model", "model_id": "model", "base_model": "model",
    "quantization": "quantization", "quant": "quantization", "tag": "quantization",
    "quantization_level": "quantization",
    "engine": "engine", "server": "engine", "runtime_engine": "engine",
    "device": "device", "gpu_name": "device", "device_name": "device",
    "prompt": "prompt", "prompt_text": "prompt", "prompt_id": "prompt", "prompt_name": "prompt",
    "run_id": "run", "run": "run", "test_name": "run", "test": "run", "benchmark_name": "run",
    "scenario": "run", "phase": "phase", "context": "run",
    "timestamp": "started_at", "datetime": "started_at", "started_at": "started_at",
    "start_time": "started_at", "created_at": "started_at", "date": "started_at",
    "generated_at": "started_at", "test_datetime": "started_at", "export_datetime": "started_at",
}
"""Keys whose text is context, and the column it goes to; ``kernel name`` and the like are runs."""

RECORD_NAMES = frozenset({
    "name", "benchmark", "case", "test_case", "workload", "label", "task", "task_name",
})
"""Keys whose text tells a row or record of a list from those beside it; elsewhere a title."""

HARDWARE_OBJECTS = frozenset({"cpu", "processor", "gpu", "gpus", "disk", "board", "motherboard"})
"""Objects that describe a part of the machine; their model or name is not an LLM's."""

NAME_COLUMNS = frozenset({"metric", "metrics", "measure", "measurement", "statistic"})
"""Headers of a first column whose cells are names: what the cells beside them measure."""

VALUE_COLUMNS = frozenset({"value", "values", "result", "measured"})
"""Headers of a column that holds what the name in its row says."""

INSTALLED_OR_USED = frozenset({"vram", "ram", "memory", "gpu_memory", "system_memory"})
"""Names that in a list of notes may be what a machine has or what a run took."""

REPETITION_KEYS = frozenset({
    "runs", "samples", "repetitions", "iterations", "samples_per_run", "n_runs", "num_runs",
    "rounds", "reps", "n_samples", "num_samples", "repeats",
})
"""Keys that say how many repetitions stand behind the aggregates beside or below them."""

IDENTITY_KEYS = frozenset({
    "id", "pid", "process id", "gpu_id", "device_id", "prompt_index", "index", "run_index",
    "iteration",
    "request_id", "stream", "context_id", "cc", "record", "row", "rank", "line", "run", "port",
    "metrics_count", "repetition", "rep", "sample", "attempt", "test_id",
})
"""Keys whose numbers name a thing and measure nothing."""

TIME_KEYS = frozenset({
    "timestamp", "test_timestamp", "export_timestamp", "create_time", "created", "start_time",
    "end_time", "time_unix", "epoch", "demo_timestamp", "elapsed", "elapsed_s", "elapsed_ms",
    "offset_s",
})
"""Keys whose numbers are points in time."""

TEXT_KEYS = frozenset({
    "response", "output", "text", "content", "completion", "answer", "message", "banter_text",
    "generated_text", "response_text", "result", "reply",
})
"""Keys whose text is what a model answered; an error message there means the call failed."""

STRUCTURE_PARTS = frozenset({
    "results", "result", "benchmark", "benchmarks", "metrics", "metric", "stats", "statistics",
    "summary", "data", "performance", "records", "samples", "run", "runs", "metadata", "items",
    "entries", "values", "measurements", "percentiles", "percentile", "timings", "system", "gpu",
    "cpu", "compilation", "overall", "detail", "details", "ollama", "processes", "raw", "fence",
    "requests", "telemetry", "server", "client", "timing", "usage", "models",
})
"""Name parts of containers that only hold things together and name no variant."""

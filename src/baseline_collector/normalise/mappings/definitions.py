"""Definition ids: which of several definitions of a metric a value follows.

An id says what is computed, not who computes it, so that values of two tools that mean
the same can be put together and those that do not are kept apart. Evaluation scores are
the exception: their id is the scorer's name.
"""

from __future__ import annotations

from collections.abc import Mapping

EXCLUDING_FIRST = "excluding-first"
INCLUDING_FIRST = "including-first"
PER_GAP = "per-gap"
REQUEST_MEAN = "request-mean"
SYSTEM = "system"
PER_REQUEST = "per-request"
DECODE = "decode"
PREFILL = "prefill"
RATE_SAMPLES = "rate-samples"
CLIENT = "client"
SERVER = "server"
OUTPUT_ONLY = "output-only"
HARNESS = "harness"
LOAD_AND_PROMPT = "load-and-prompt"
WORDS = "words"
GAPS_OVER_TOKENS = "gaps-over-tokens"
ACHIEVED = "achieved"
THEORETICAL = "theoretical"

DEFINITIONS: Mapping[tuple[str, str], str] = {
    ("time_per_output_token", EXCLUDING_FIRST):
        "(request latency - time to first token) / (output tokens - 1), of one request",
    ("time_per_output_token", INCLUDING_FIRST):
        "request latency / output tokens, so that the first token and its wait count",
    ("time_per_output_token", GAPS_OVER_TOKENS):
        "(last token - first token) / output tokens, of one request: one gap too few is shared out",
    ("time_per_output_token", DECODE): "evaluation duration / output tokens, on the server",
    ("inter_token_latency", PER_GAP):
        "every gap between two answers of a stream, the gaps of all requests in one pool",
    ("inter_token_latency", REQUEST_MEAN):
        "(last token - first token) / (output tokens - 1), one value a request",
    ("time_per_output_token", SERVER): "as the server's own histogram counts it",
    ("inter_token_latency", HARNESS):
        "as the harness defines it that the report was made from; the report names it",
    ("inter_token_latency", INCLUDING_FIRST):
        "sum of all gaps, time to first token among them, / output tokens, one value a request",
    ("output_throughput", SYSTEM): "output tokens of all requests / duration of the run",
    ("output_throughput", PER_REQUEST): "output tokens / request latency, of one request",
    ("output_throughput", REQUEST_MEAN):
        "1 / inter-token latency of one request: what one user sees once the answer flows",
    ("output_throughput", DECODE): "output tokens / time of their generation, one sequence alone",
    ("output_throughput", RATE_SAMPLES):
        "distribution of the rate over the time of the run; its mean is the system's rate",
    ("prompt_throughput", SYSTEM): "prompt tokens of all requests / duration of the run",
    ("prompt_throughput", PREFILL): "prompt tokens / time of their evaluation",
    ("prompt_throughput", PER_REQUEST): "prompt tokens / time to first token, of one request",
    ("prompt_throughput", RATE_SAMPLES): "distribution of the rate over the time of the run",
    ("total_throughput", SYSTEM): "prompt and output tokens of all requests / duration of the run",
    ("total_throughput", PER_REQUEST): 
        "prompt and output tokens / time of both, one sequence alone",
    ("total_throughput", RATE_SAMPLES): "distribution of the rate over the time of the run",
    ("request_throughput", SYSTEM): "requests completed / duration of the run",
    ("request_throughput", RATE_SAMPLES): "distribution of the rate over the time of the run",
    ("time_to_first_token", CLIENT): "from sending the request to the first answer of the stream",
    ("time_to_first_token", OUTPUT_ONLY):
        "from sending the request to the first token that is no reasoning",
    ("time_to_first_token", SERVER): "seen by the server, without the network and the client",
    ("time_to_first_token", LOAD_AND_PROMPT):
        "load + prompt evaluation as the server counts them, without queue, network and decoding",
    ("request_latency", CLIENT): "from sending the request to the end of its answer",
    ("request_latency", SERVER): "seen by the server, loading of the model included",
    ("iteration_time", "wall"): "time passed",
    ("cpu_time", "user"): "in user mode",
    ("cpu_time", "system"): "in the kernel",
    ("cpu_time", "process"): "user and kernel, of the benchmark's own threads",
    ("occupancy", ACHIEVED): "warps active / warps a multiprocessor can hold, while the kernel ran",
    ("occupancy", THEORETICAL):
        "warps that registers, shared memory and block size allow / warps it can hold",
    ("accuracy", "acc"): "share of documents answered right",
    ("accuracy", "acc_norm"): "the same, likelihoods divided by the length of the answer",
    ("accuracy", "accuracy"): "mean score, right as 1 and wrong as 0",
}
"""(metric, id) -> how it is computed."""


def definitions_of(metric: str) -> dict[str, str]:
    """The definition ids of a metric, each with how it is computed."""
    return {name: text for (one, name), text in DEFINITIONS.items() if one == metric}

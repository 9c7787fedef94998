"""Ollama: what the fields of API answers and of its ``bench`` tool's CSV mean.

Specified in ollama, docs/api.md (durations are nanoseconds; fields that are 0 are left out)
and cmd/bench/README.md.
"""

from __future__ import annotations

from baseline_collector.normalise.mappings.definitions import CLIENT, DECODE, PREFILL, SERVER
from baseline_collector.normalise.mappings.entry import (
    IDENTITY,
    Entry,
    Table,
    aside,
    context,
    measure,
    sensed,
)
from baseline_collector.paths import join, with_sense

PART = "part"
"""Sense of an answer that is one part of a stream: its text is a fragment, not an answer."""

_FIELDS = {
    "total_duration": measure("request_latency", "ns", definition=SERVER),
    "load_duration": measure("load_duration", "ns"),
    "prompt_eval_count": measure("prompt_tokens", "tok"),
    "prompt_eval_duration": measure("prompt_eval_duration", "ns"),
    "eval_count": measure("output_tokens", "tok"),
    "eval_duration": measure("eval_duration", "ns"),
    "model": context("model"),
    "created_at": context("started_at"),
    "context[]": IDENTITY,
    "response": Entry("answer"),
    "done": Entry("unnamed"),
}
_DEEP = {"message.content": Entry("answer"), "message.thinking": Entry("unnamed")}


def _answers(parent: str) -> dict[str, Entry]:
    named = {join(parent, name.removesuffix("[]")) + ("[]" if name.endswith("[]") else ""): entry
             for name, entry in _FIELDS.items()}
    dot = f"{parent}." if parent else ""
    deep = {dot + name: entry for name, entry in _DEEP.items()}
    parts = {with_sense(dot + name, PART): Entry("unnamed")
             for name in ("response", "message.content")}
    return {**named, **deep, **parts}


def _openai(parent: str) -> dict[str, Entry]:
    """An answer of the OpenAI-compatible endpoint."""
    return {
        f"{parent}usage.prompt_tokens": measure("prompt_tokens", "tok"),
        f"{parent}usage.completion_tokens": measure("output_tokens", "tok"),
        f"{parent}usage.total_tokens": measure("total_tokens", "tok"),
        f"{parent}created": Entry("time", target="started_at"),
        f"{parent}choices[].index": IDENTITY,
        f"{parent}choices[].text": Entry("answer"),
        f"{parent}choices[].message.content": Entry("answer"),
        f"{parent}choices[].delta.content": Entry("unnamed"),
    }


TABLE: Table = {
    "embeddings[][]": IDENTITY,
    "[].embeddings[][]": IDENTITY,
    **_openai(""),
    **_openai("[]."),
    "models[].size": measure("model_size", "byte"),
    "models[].size_vram": measure("memory_used", "byte"),
    "models[].name": context("model"),
    "models[].model": Entry("unnamed"),
    "models[].modified_at": Entry("unnamed"),
    "models[].expires_at": Entry("unnamed"),
    "models[].details.quantization_level": context("quantization", "models[]"),
    "models[].details.{parameter}":
        Entry("parameter", target="{parameter}", scope="models[]"),
    "models[].context_length": Entry("parameter", target="num_ctx"),
    **_answers(""),
    **_answers("[]"),
    "[].NAME": context("model"),
    "[].STEP": Entry("parameter", target="step"),
    **sensed("prefill", {
        "[].COUNT": measure("prompt_tokens", "tok"), "[].NS_PER_COUNT": aside("ns"),
        "[].TOKEN_PER_SEC": measure("prompt_throughput", "tok/s", definition=PREFILL)}),
    **sensed("generate", {
        "[].COUNT": measure("output_tokens", "tok"),
        "[].NS_PER_COUNT": measure("time_per_output_token", "ns", definition=DECODE),
        "[].TOKEN_PER_SEC": measure("output_throughput", "tok/s", definition=DECODE)}),
    **sensed("ttft", {"[].NS_PER_COUNT": measure("time_to_first_token", "ns", definition=CLIENT)}),
    **sensed("load", {"[].NS_PER_COUNT": measure("load_duration", "ns")}),
    **sensed("total", {"[].NS_PER_COUNT": measure("request_latency", "ns", definition=SERVER)}),
    "[].COUNT": IDENTITY,
    "[].TOKEN_PER_SEC": aside("tok/s"),
    "Model": context("model"),
    "Quant": context("quantization"),
    "Size": measure("model_size", "byte"),
    "VRAM": measure("memory_used", "byte"),
    "Params": Entry("parameter", target="params"),
    "Family": Entry("parameter", target="family"),
}

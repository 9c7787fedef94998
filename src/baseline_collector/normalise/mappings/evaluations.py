"""Evaluations: lm-evaluation-harness 0.4 and inspect_ai logs (version 2).

Specified in lm-evaluation-harness, docs/interface.md (a metric's key is ``name,filter``) and
inspect_ai's documentation of eval logs. A score whose scorer the vocabulary does not know is a
``score`` with the scorer as definition.
"""

from __future__ import annotations

from baseline_collector.normalise.mappings.definitions import CLIENT
from baseline_collector.normalise.mappings.entry import (
    IDENTITY,
    REPETITIONS,
    Entry,
    Table,
    aside,
    context,
    measure,
    parameters,
    setup,
)
from baseline_collector.paths import join

_FILTERS = ("none", "strict-match", "flexible-extract", "get-answer", "remove_whitespace",
            "create_test", "extract_abcd", "custom-extract", "score-first", "maj@64", "maj@8")
_SCORES = ("exact_match", "em", "f1", "mcc", "bleu", "chrf", "ter", "rouge1", "rouge2", "rougeL",
           "bleu_max", "bleu_acc", "pass@1", "pass_at_1", "brier_score", "prompt_level_strict_acc",
           "inst_level_strict_acc", "prompt_level_loose_acc", "inst_level_loose_acc", "mc1", "mc2")
LM_EVAL_METRICS = {
    "acc": measure("accuracy", "1", "mean", "acc"),
    "acc_norm": measure("accuracy", "1", "mean", "acc_norm"),
    **{name: measure("perplexity", "1", "mean", name)
       for name in ("perplexity", "word_perplexity", "byte_perplexity")},
    "bits_per_byte": measure("score", "1", "mean", "bits_per_byte"),
    **{name: measure("score", "1", "mean", name) for name in _SCORES},
}
"""Metric of the harness -> what it is; also the definition ids of scores."""


def _lm_eval(parent: str, scope_name: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for name, entry in LM_EVAL_METRICS.items():
        for filter_ in _FILTERS:
            found[join(f"{parent}.{scope_name}", f"{name},{filter_}")] = entry
            found[join(f"{parent}.{scope_name}", f"{name}_stderr,{filter_}")] = measure(
                entry.metric or "", "1", "stderr", entry.definition)
    return found


LM_EVAL: Table = {
    **_lm_eval("results", "{run}"),
    **_lm_eval("groups", "{run}"),
    "results.{run}.sample_len": REPETITIONS,
    "results.{run}.sample_count": REPETITIONS,
    **{f"[].{name}": measure(entry.metric or "", "1", "sample", entry.definition)
       for name, entry in LM_EVAL_METRICS.items()},
    "[].doc_id": IDENTITY,
    "[].resps[][][]": IDENTITY,
    "[].target": Entry("unnamed"),
    "model_name": context("model"),
    "config.model": Entry("setup", target="model_type", scope=""),
    "config.device": context("device", ""),
    "config.model_args": Entry("parameter", target="model_args", scope=""),
    **parameters("config", ("batch_size", "limit", "bootstrap_iters", "random_seed", "numpy_seed",
                            "torch_seed", "fewshot_seed", "gen_kwargs"), ""),
    "date": Entry("time", target="started_at"),
    **setup("", ("lm_eval_version", "transformers_version", "git_hash"), ""),
    "total_evaluation_time_seconds": measure("run_duration", "s", "overall"),
    "start_time": IDENTITY,
    "end_time": IDENTITY,
    "versions.{_task}": IDENTITY,
    "n-shot.{_task}": IDENTITY,
    "n-samples.{_task}.original": IDENTITY,
    "n-samples.{_task}.effective": IDENTITY,
    "configs.{run}.num_fewshot": Entry("parameter", target="num_fewshot", scope="results.{run}"),
    "configs.{run}.repeats": Entry("parameter", target="repeats", scope="results.{run}"),
    "configs.{_task}.generation_kwargs.{_setting}": IDENTITY,
    "configs.{_task}.metadata.{_setting}": IDENTITY,
}


def _inspect(parent: str, sample: str) -> dict[str, Entry]:
    """An eval log: its header below a parent, its samples below another."""
    head = f"{parent}." if parent else ""
    scores, usage = f"{head}results.scores[]", f"{head}stats.model_usage.{{model}}"
    one = f"{sample}.model_usage.{{_model}}"
    deep = f"{sample}.output"
    return {
        f"{scores}.metrics.accuracy.value": measure("accuracy", "1", "mean", "accuracy"),
        f"{scores}.metrics.stderr.value": measure("score", "1", "stderr", "stderr"),
        f"{scores}.metrics.std.value": measure("score", "1", "std", "std"),
        f"{scores}.metrics.mean.value": measure("score", "1", "mean", "mean"),
        f"{scores}.metrics.{{_metric}}.value": aside("1"),
        f"{scores}.name": Entry("parameter", target="scorer"),
        f"{head}results.total_samples": measure("request_count", "1", "total"),
        f"{head}results.completed_samples": measure("success_count", "1", "total"),
        f"{head}results.sample_reductions[].samples[].value": IDENTITY,
        f"{usage}.input_tokens": measure("prompt_tokens", "tok", "total"),
        f"{usage}.output_tokens": measure("output_tokens", "tok", "total"),
        f"{usage}.total_tokens": measure("total_tokens", "tok", "total"),
        f"{usage}.{{_part}}": aside("tok"),
        f"{deep}.usage.input_tokens": measure("prompt_tokens", "tok"),
        f"{deep}.usage.output_tokens": measure("output_tokens", "tok"),
        f"{deep}.usage.total_tokens": measure("total_tokens", "tok"),
        f"{deep}.usage.{{_part}}": aside("tok"),
        f"{deep}.model": Entry("unnamed"),  # the header's name is the one that was asked for
        f"{deep}.time": measure("request_latency", "s", definition=CLIENT),
        f"{sample}.total_time": measure("iteration_time", "s", definition="wall"),
        f"{sample}.working_time": aside("s"),
        **{f"{one}.{name}": aside("tok") for name in (
            "input_tokens", "output_tokens", "total_tokens")},
        f"{sample}.id": Entry("context", target="prompt"),
        f"{sample}.epoch": IDENTITY,
        f"{sample}.scores.{{_scorer}}.value": aside("1"),
        f"{deep}.choices[].message.content": Entry("unnamed"),
        f"{deep}.completion": Entry("unnamed"),
        f"{sample}.error.message": Entry("outcome", target="error", scope=sample),
        f"{head}eval.model": context("model", parent),
        f"{head}eval.task": context("run", parent),
        f"{head}eval.created": context("started_at", parent),
        f"{head}eval.task_version": IDENTITY,
        f"{head}eval.dataset.samples": IDENTITY,
        f"{head}eval.dataset.sample_ids[]": IDENTITY,
        f"{head}eval.packages.inspect_ai": Entry("setup", target="inspect_ai", scope=parent),
        **{f"{head}eval.config.{name}": Entry("parameter", target=name, scope=parent)
           for name in ("limit", "epochs", "max_connections", "max_samples", "max_tasks")},
        **{f"{head}plan.config.{name}": Entry("parameter", target=name, scope=parent)
           for name in ("temperature", "max_tokens", "top_p", "top_k", "seed")},
        # The transcript repeats what the sample says of itself, event by event.
        f"{sample}.events.**": aside(), f"{sample}.events[].**": aside(),
        f"{sample}.transcript.**": aside(), f"{sample}.messages[].**": Entry("unnamed"),
        f"{sample}.metadata.**": aside(), f"{sample}.store.**": aside(),
        "reductions[].**": aside(), f"{head}results.sample_reductions[].**": aside(),
        f"{head}version": IDENTITY,
        f"{head}status": Entry("setup", target="status", scope=parent),
    }


INSPECT: Table = {
    **_inspect("", "samples[]"),
    **_inspect("header", "samples[]"),
    # The model and task of an archive speak for its samples too.
    "header.eval.model": context("model", ""),
    "header.eval.task": context("run", ""),
}

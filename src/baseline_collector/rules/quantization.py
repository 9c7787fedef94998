"""Rule about quantization: speed, size and quality of variants beside each other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from baseline_collector.evidence.cite import cited, derived
from baseline_collector.evidence.cuts import cut, together
from baseline_collector.evidence.rule import Evidence, Rule, Threshold
from baseline_collector.evidence.settings import settings_of

_QUANTIZED = re.compile(
    r"(?:^|[^a-z0-9])(?:i?q\d(?:_[0-9a-z]+)*|int[48]|fp[48]|nf4|qat|awq|gptq|w\da\d+|bnb)"
    r"(?:$|[^a-z0-9])", re.IGNORECASE)
_FULL = re.compile(r"(?:^|[^a-z0-9])(?:baseline|fp32|fp16|f32|f16|bf16|float32|float16|original)"
                   r"(?:$|[^a-z0-9])", re.IGNORECASE)
_WEIGHED = ("output_throughput", "model_size", "accuracy", "loss", "perplexity", "score",
            "request_latency", "iteration_time")
_QUALITY = ("accuracy", "loss", "perplexity", "score")
_MOST_VARIANTS = 6

Variants = dict[str, dict[str, list[int]]]


def quantization_trade(evidence: Evidence) -> None:
    """What each quantized variant of a file gains and costs."""
    for artifact, variants in _variants(evidence).items():
        shared = [metric for metric in _WEIGHED
                  if sum(metric in one for one in variants.values()) >= 2]
        quantized = [name for name in variants if _QUANTIZED.search(name)]
        if len(variants) >= 2 and quantized and len(shared) >= 2:
            _trade(evidence, artifact, variants, shared)


def _variants(evidence: Evidence) -> Mapping[str, Variants]:
    """Rows by artifact, variant and metric."""
    frame = evidence.frame
    rows = np.flatnonzero(frame.counted & frame.column("metric").where(*_WEIGHED)
                          & frame.column("statistic").where("sample", "mean")
                          & ~frame.column("phase").where("cold"))
    found: dict[str, Variants] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    told = ("quantization", "parameters", "model")
    known = [[frame.column(name).names[code] for code in frame.column(name).present(rows).tolist()]
             for name in told]
    if not any(_variant(*(text if at == which else None for at in range(len(told))))
               for which, texts in enumerate(known) for text in texts):
        return found
    label = np.zeros(len(rows), np.int64)
    for name in told:
        label = together(label, frame.column(name).codes[rows])
    alike = cut(rows, label)
    names = [_variant(*(frame.column(name).at(row) for name in told))
             for row in alike.firsts.tolist()]
    named = np.flatnonzero(np.array([bool(name) for name in names]))
    variant = {row: names[at] for at in named.tolist() for row in alike.rows_of(at).tolist()}
    for row in sorted(variant):
        found[str(frame.column("artifact").at(row))][variant[row]][
            str(frame.column("metric").at(row))].append(row)
    return found


def _variant(quantization: str | None, parameters: str | None, model: str | None) -> str:
    if quantization:
        return quantization
    settings = settings_of(parameters)
    for key in ("variant", "quantization", "quant", "dtype", "precision"):
        text = settings.get(key, "")
        if _QUANTIZED.search(text) or _FULL.search(text):
            return text
    return model if model and _QUANTIZED.search(model) else ""


def _trade(evidence: Evidence, artifact: str, variants: Variants, metrics: list[str]) -> None:
    book, frame = evidence.book, evidence.frame
    file = book.name("artifact", artifact)
    ordered = sorted(variants, key=lambda name: (not _FULL.search(name), name))
    base = ordered[0] if _FULL.search(ordered[0]) else None
    facts, clauses, worse = [], [], []
    for name in ordered[:_MOST_VARIANTS]:
        parts = []
        for metric in metrics:
            rows = variants[name].get(metric)
            if not rows:
                continue
            words = metric.replace("_", " ")
            fact = cited(evidence, rows, f"{words.capitalize()} of {book.name('variant', name)} in "
                         f"{file}: {{}}", "mean" if len(rows) > 1 else "value", topic="quality",
                         weight=32.0, scope={"variant": name})
            facts.append(fact)
            parts.append(f"{words} {{{fact}}}")
        clauses.append(f"{book.name('variant', name)} with {', '.join(parts)}")
        if base is not None and name != base:
            drop = _drop(evidence, variants, base, name)
            if drop is not None and drop >= evidence.limits["quantization-trade.loss"]:
                worse.append(name)
    losing = ""
    if worse and base is not None:
        name = worse[0]
        pair = [cited(evidence, variants[one]["accuracy"], f"Accuracy of "
                      f"{book.name('variant', one)} in {file}: {{}}",
                      "mean" if len(variants[one]["accuracy"]) > 1 else "value", topic="quality",
                      weight=32.0, scope={"variant": one}) for one in (base, name)]
        lost = derived(evidence, f"Accuracy that {book.name('variant', name)} loses against "
                       f"{book.name('variant', base)} in {file}: {{}}",
                       float(frame.value[variants[base]["accuracy"]].mean()
                             - frame.value[variants[name]["accuracy"]].mean()), pair,
                       statistic="difference", estimator="accuracy of the base - accuracy",
                       sql="{0} - {1}", unit="1", topic="quality", weight=33.0)
        facts.append(lost)
        losing = (f"; the accuracy of {book.name('variant', name)} is lower than that of "
                  f"{book.name('variant', base)} by {{{lost}}}")
    measured = [one for one in metrics if one in _QUALITY]
    advice = ("" if measured and not worse else
              f"Leave out {book.name('variant', worse[0])} unless its loss is acceptable."
              if worse else "Measure quality beside speed and size before choosing a variant.")
    book.finding("quantization-trade", "warning" if worse else "info",
                 f"Variants in {file}: {'; '.join(clauses)}{losing}.", facts, advice, "quality")


def _drop(evidence: Evidence, variants: Variants, base: str, name: str) -> float | None:
    """Accuracy lost against the base, as a share of one."""
    ours, theirs = variants[base].get("accuracy"), variants[name].get("accuracy")
    if not ours or not theirs:
        return None
    value = evidence.frame.value
    return float(value[ours].mean() - value[theirs].mean())


RULES = (
    Rule("quantization-trade", "What quantization gains and costs", "warning",
         "speed, size and quality are weighed together",
         "two of speed, size and quality of two variants in one file",
         "each variant with its speed, size and quality, and what accuracy it loses",
         "leave out what loses too much; measure quality where it is missing",
         quantization_trade,
         (Threshold("loss", 0.02, "smallest loss of accuracy that is told, as a share of one"),)),
)

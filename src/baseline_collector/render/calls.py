"""Model calls as they are published, and the figures of the whole run.

Every figure of a call is rounded once, to two decimals, and that rounded figure is the
published one: the table, report.json and the totals use the same. So each total can be
recomputed from the printed calls, to the last digit.

    throughput_tok_s    sum of tokens_generated / (sum of eval_duration_ms / 1000)
    ttft_ms             sum of ttft_ms / number of calls
    all other figures   sum over the calls

A total takes in every call. Where one call lacks a figure, the total is None: a sum
with a hole in it is not the total.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from baseline_collector.report import ModelCall

PRECISION = 2
"""Decimals of published milliseconds and rates, as in the example report."""

FORMULAS: Mapping[str, str] = {
    "throughput_tok_s": "sum of tokens_generated / (sum of eval_duration_ms / 1000)",
    "ttft_ms": "sum of ttft_ms / number of calls",
    "total_duration_ms": "sum of total_duration_ms",
    "tokens_generated": "sum of tokens_generated",
    "prompt_eval_ms": "sum of prompt_eval_ms",
    "prompt_tokens": "sum of prompt_tokens",
    "eval_duration_ms": "sum of eval_duration_ms",
    "load_duration_ms": "sum of load_duration_ms",
}
"""How each figure of the whole run is made from the published calls."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The measured figures of one call or of the whole run; None where not known."""

    throughput_tok_s: float | None
    ttft_ms: float | None
    total_duration_ms: float | None
    tokens_generated: int | None
    prompt_eval_ms: float | None
    prompt_tokens: int | None
    eval_duration_ms: float | None
    load_duration_ms: float | None


@dataclass(frozen=True, slots=True)
class PublishedCall:
    """One call: who was asked for what, with which options, and its figures."""

    purpose: str
    model: str
    figures: Figures
    options: Mapping[str, object] = field(default_factory=dict)


def published(call: ModelCall) -> PublishedCall:
    """Round the figures of a call to what is printed of it.

    Throughput is tokens_generated / (eval_duration_ms / 1000) of the rounded figures
    where both are there; otherwise what the adapter measured.
    """
    eval_ms = _rounded(call.eval_duration_ms)
    rate = _rate(call.tokens_generated, eval_ms)
    figures = Figures(
        throughput_tok_s=_rounded(call.throughput_tok_s) if rate is None else rate,
        ttft_ms=_rounded(call.ttft_ms),
        total_duration_ms=_rounded(call.total_duration_ms),
        tokens_generated=call.tokens_generated,
        prompt_eval_ms=_rounded(call.prompt_eval_ms),
        prompt_tokens=call.prompt_tokens,
        eval_duration_ms=eval_ms,
        load_duration_ms=_rounded(call.load_duration_ms),
    )
    return PublishedCall(call.purpose, call.model, figures, call.options)


def whole_run(calls: Sequence[PublishedCall]) -> Figures:
    """Return the figures of all calls together, by ``FORMULAS``.

    Args:
        calls: At least one published call.
    """
    tokens = _sum_counts([call.figures.tokens_generated for call in calls])
    eval_ms = _sum(calls, lambda figures: figures.eval_duration_ms)
    ttft_ms = _sum(calls, lambda figures: figures.ttft_ms)
    return Figures(
        throughput_tok_s=_rate(tokens, eval_ms),
        ttft_ms=None if ttft_ms is None else _rounded(ttft_ms / len(calls)),
        total_duration_ms=_sum(calls, lambda figures: figures.total_duration_ms),
        tokens_generated=tokens,
        prompt_eval_ms=_sum(calls, lambda figures: figures.prompt_eval_ms),
        prompt_tokens=_sum_counts([call.figures.prompt_tokens for call in calls]),
        eval_duration_ms=eval_ms,
        load_duration_ms=_sum(calls, lambda figures: figures.load_duration_ms),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), PRECISION)


def _rate(tokens: int | None, eval_ms: float | None) -> float | None:
    if tokens is None or not eval_ms:
        return None
    return round(tokens / (eval_ms / 1000), PRECISION)


def _sum(
    calls: Sequence[PublishedCall], figure: Callable[[Figures], float | None]
) -> float | None:
    values = [figure(call.figures) for call in calls]
    known = [value for value in values if value is not None]
    return _rounded(sum(known)) if len(known) == len(values) else None


def _sum_counts(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None

"""Which rate is which amount over which time: what ``arithmetic.py`` checks.

Sums are written as such: ``eval_duration + load_duration``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relation:
    """What a rate must agree with.

    Attributes:
        rate: Metric.
        amounts: What is counted, one of which must be there; parts are added.
        others: Further readings of what is counted.
        times: Over what, in the readings that are met; parts are added and subtracted.
        sure: Times that must give the rate, by some amount; where none is there, nothing must.
        whole: Times of the whole call, which the rate's own time is a part of.
    """

    rate: str
    amounts: tuple[str, ...]
    others: tuple[str, ...]
    times: tuple[str, ...]
    sure: tuple[str, ...]
    whole: tuple[str, ...] = ()


_CALL = ("request_latency", "iteration_time")

RELATIONS = (
    Relation("output_throughput", ("output_tokens",),
             ("total_tokens", "prompt_tokens + output_tokens"),
             ("eval_duration", "eval_duration + prompt_eval_duration",
              "eval_duration + prompt_eval_duration + load_duration",
              "eval_duration + time_to_first_token", "request_latency", "iteration_time",
              "request_latency - load_duration", "request_latency - time_to_first_token"),
             ("eval_duration",), _CALL),
    Relation("prompt_throughput", ("prompt_tokens",), (),
             ("prompt_eval_duration", "prompt_eval_duration + load_duration",
              "time_to_first_token", "time_to_first_token - load_duration", *_CALL),
             ("prompt_eval_duration",)),
    Relation("total_throughput", ("total_tokens", "prompt_tokens + output_tokens"), (),
             ("eval_duration + prompt_eval_duration", "eval_duration",
              "eval_duration + prompt_eval_duration + load_duration", "request_latency",
              "iteration_time", "request_latency - load_duration"),
             ("eval_duration + prompt_eval_duration",), _CALL),
)
"""Rates of single calls. Those of whole runs are written by tools, and the tables of their formats
say what they are."""

RATES = tuple(dict.fromkeys(one.rate for one in RELATIONS))
PARTS = tuple(dict.fromkeys(
    part for one in RELATIONS for text in (*one.amounts, *one.others, *one.times)
    for part in re.split(r" [+-] ", text)))
"""Metrics of those, and of what they are made from."""

"""Judge ranks and directions: ``the fastest model``, ``has a higher throughput than``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from baseline_collector import vocabulary
from baseline_collector.audit.claims import Claim, Outcome
from baseline_collector.audit.codes import Mask, codes_in
from baseline_collector.audit.evidence import gather
from baseline_collector.audit.index import Index
from baseline_collector.audit.mentions import Mention
from baseline_collector.audit.rows import listed
from baseline_collector.audit.subject import Subject

_SPEED = frozenset({"output_throughput"})
_OF_SPEED = re.compile(r"fast|quick|slow")
_CLEAR = 0.05
"""Share by which two means must differ before a rank or direction is called wrong."""


def judge_rank(claim: Claim, subject: Subject, here: Sequence[Mention], index: Index) -> Outcome:
    """Judge a claim that orders models, by the means of their counted samples.

    Args:
        claim: A claim in words without a value.
        subject: What it was bound to.
        here: Mentions of its block.
        index: The dataset.
    """
    word = claim.text.lower()
    inside = [one.names for one in here if one.topic == "metric"
              and claim.start <= one.start < claim.end]
    said = subject.metrics if subject.metric_beside and not subject.hinted else frozenset[str]()
    metrics = inside[0] if inside else said or (
        _SPEED if _OF_SPEED.match(word) else subject.metrics)
    start, end = claim.block.sentence(claim.start)
    models = [one for one in here if one.topic == "model" and start <= one.start < end]
    before = [one for one in models if one.end <= claim.start]
    after = [one for one in models if one.start >= claim.end]
    if not metrics or subject.modal or not before:
        return Outcome("unsupported", "What is compared by what is not said.")
    base = (index.counted & index.column("metric").where(metrics)
            & index.column("statistic").where({"sample"}))
    if subject.files:
        base = base & index.column("artifact").where(subject.files)
    if "than" in word:
        return _direction(word, before[-1], after, base, metrics, index)
    return _extreme(word, before[-1], base, metrics, index)


def _up(word: str, metrics: frozenset[str]) -> bool:
    """Whether a word says that the value is larger."""
    if _OF_SPEED.match(word):
        higher = all(vocabulary.better(name) == "higher" for name in metrics)
        return higher != word.startswith("slow")
    return word.startswith(("high", "larg", "great", "more"))


def _direction(word: str, one: Mention, after: Sequence[Mention], base: Mask,
               metrics: frozenset[str], index: Index) -> Outcome:
    if not after:
        return Outcome("unsupported", "What it is compared with is not said.")
    other = after[0]
    means = [_mean(names, base, index) for names in (one.choices[0], other.choices[0])]
    if means[0] is None or means[1] is None:
        return Outcome("unsupported", "One of the two has no such measurement.")
    first, second = means[0], means[1]
    said = (f"{one.text.strip('`')} has a mean of {first:.4g}, "
            f"{other.text.strip('`')} of {second:.4g}.")
    up = _up(word, metrics)
    if (first > second) != up:
        sides = (one.choices[0], other.choices[0])
        for name, part in _files(base, index):
            there = [_mean(names, part, index) for names in sides]
            if None not in there and there[0] != there[1] and (
                    (there[0] or 0.0) > (there[1] or 0.0)) == up:
                return Outcome("unsupported", f"{said} It is so in {name}.", statistic="rank")
    return _verdict((first > second) == up, first, second, said, one.choices[0],
                    base, metrics, index)


def _extreme(word: str, one: Mention, base: Mask, metrics: frozenset[str], index: Index) -> Outcome:
    column = index.column("model")
    means = {name: mean for name in column.names
             if (mean := _mean(frozenset({name}), base, index)) is not None}
    meant = frozenset().union(*one.choices) & means.keys()
    if not meant or len(means) < 2:
        return Outcome("unsupported", "Nothing to rank it among.")
    pick = max if _up(word, metrics) else min
    winner = pick(means, key=lambda name: means[name])
    for file, part in _files(base, index) if winner not in meant else ():
        there = {name: mean for name in means
                 if (mean := _mean(frozenset({name}), part, index)) is not None}
        if len(there) > 1 and pick(there, key=lambda name: there[name]) in meant:
            return Outcome("unsupported", f"{winner} is, over all files; it is so in {file}.",
                           statistic="rank")
    own = pick(means[name] for name in meant)
    said = f"{winner} has a mean of {means[winner]:.4g}, {one.text.strip('`')} of {own:.4g}."
    return _verdict(winner in meant, own, means[winner], said, frozenset({winner}), base, metrics,
                    index)


def _files(base: Mask, index: Index) -> Iterator[tuple[str, Mask]]:
    """The rows file by file, where there are several: one of them may be meant."""
    column = index.column("artifact")
    codes = codes_in(column.codes[base])
    for code in codes if len(codes) > 1 else ():
        yield column.names[code], base & (column.codes == code)


def _mean(names: frozenset[str], base: Mask, index: Index) -> float | None:
    rows = base & index.column("model").where(names)
    return float(np.mean(index.value[rows])) if rows.any() else None


def _verdict(good: bool, first: float, second: float, said: str, names: frozenset[str], base: Mask,
             metrics: frozenset[str], index: Index) -> Outcome:
    rows = tuple(np.flatnonzero(base & index.column("model").where(names)).tolist())
    evidence, _ = gather(index, rows, 2)
    sql = ("SELECT model, avg(value) FROM measurements WHERE counted AND statistic = 'sample' "
           f"AND metric IN ({listed(metrics)}) GROUP BY model ORDER BY 2 DESC")
    metric = " or ".join(sorted(metrics))
    if good:
        return Outcome("supported", said, evidence, "", metric, {}, "rank", sql)
    if abs(first - second) <= _CLEAR * max(abs(first), abs(second)):
        return Outcome("unsupported", f"Too close to order: {said}", evidence, "", metric, {},
                       "rank", sql)
    return Outcome("contradicted", said, evidence, "", metric, {}, "rank", sql)

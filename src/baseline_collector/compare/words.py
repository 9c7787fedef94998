"""What a comparison says, word by word; text, Markdown, JUnit and annotations share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from baseline_collector.compare.decide import ASSUMED_CV, Outcome, Word, cv_of
from baseline_collector.compare.pairing import Refused
from baseline_collector.compare.sides import Cell
from baseline_collector.compare.stage import SAME_VALUES, Candidate, Comparison, Overview
from baseline_collector.stats.intervals import Interval
from baseline_collector.units import show

ORDER: tuple[Word, ...] = ("slower", "worse", "lower", "higher", "faster", "better", "undecided",
                           "same")
"""Verdicts in the order in which they are told."""

_UNITS = {"run": "runs", "value": "repetitions", "prompt": "prompts", "reported": "repetitions"}


def told_first(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Outcomes, regressions first, otherwise in their order."""
    return sorted(outcomes, key=lambda one: ORDER.index(one.verdict))


def change(ratio: float | None) -> str:
    """A ratio as people say it."""
    return "" if ratio is None else f"{100 * (ratio - 1):+.1f} %"


def interval(found: object) -> str:
    """An interval of a ratio as a range of changes; empty for none."""
    if not isinstance(found, Interval):
        return ""
    return f"{100 * (found.low - 1):+.1f} to {100 * (found.high - 1):+.1f} %"


def verdict(one: Outcome) -> str:
    """The verdict with what belongs to it."""
    if one.reason == SAME_VALUES:
        return "same values"
    if one.verdict == "same" and one.within is not None:
        return f"same within {100 * one.within:.1f} %"
    if one.verdict == "undecided" and one.needed is not None:
        return f"undecided; {one.needed} {needed_of(one)} a side would decide"
    return one.verdict


def needed_of(one: Outcome) -> str:
    """What has to be repeated for a decision."""
    return "runs" if "repeat whole runs" in one.reason else _UNITS[one.level]


def why(one: Outcome) -> str:
    """The reason of a verdict, with what was assumed."""
    assumed = one.verdict == "undecided" and one.needed is not None and cv_of(one) is None
    note = f"; reckoned with a CV of {ASSUMED_CV:.0%}, as no spread is known" if assumed else ""
    return one.reason + note


def counts(one: Outcome) -> str:
    """Repetitions of both sides."""
    return str(one.n[0]) if one.n[0] == one.n[1] else f"{one.n[0]}, {one.n[1]}"


def amount(value: float, cell: Cell) -> str:
    """A mean with its unit."""
    return show(value, cell.unit)


class Labels:
    """What each group is about, by what tells the groups of a comparison apart."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        seen: dict[str, dict[str, set[str | None]]] = {}
        for one in outcomes:
            names = seen.setdefault(one.pair.base.metric, {})
            for name in one.pair.base.conditions:
                names.setdefault(name, set())
        for one in outcomes:
            for name, texts in seen[one.pair.base.metric].items():
                texts.add(one.pair.base.conditions.get(name))
        self._telling = {metric: [name for name, texts in sorted(names.items()) if len(texts) > 1]
                         for metric, names in seen.items()}

    def of(self, cell: Cell) -> str:
        """Test, prompt and the conditions that differ from group to group."""
        parts = [cell.test] if cell.test else []
        if len(cell.prompts) == 1 and cell.prompts[0] is not None:
            parts.append(f"prompt {cell.prompts[0]}")
        elif cell.prompted:
            parts.append(f"{len(cell.prompts)} prompts")
        parts += [f"{name.rpartition(' ')[2]}={cell.conditions[name]}"
                  for name in self._telling.get(cell.metric, ()) if name in cell.conditions]
        return ", ".join(parts)


def headline(one: Candidate) -> str:
    """A candidate in one sentence."""
    found = Counter(outcome.verdict for outcome in one.outcomes)
    tally = ", ".join(f"{found[word]} {word}" for word in ORDER if found[word])
    refused = f"{len(one.refused)} refused" if one.refused else ""
    alone = len(one.only_base) + len(one.only_other)
    lone = f"{alone} on one side only" if alone else ""
    said = "; ".join(part for part in (tally, refused, lone) if part) or "nothing in common"
    if one.same_values:
        return f"same: {SAME_VALUES}; {said}"
    bound = f" within {100 * one.within:.1f} %" if one.headline == "same" and one.within else ""
    return f"{one.headline}{bound}: {said}"


def overview(one: Overview) -> str:
    """One metric over all its groups."""
    text = f"{one.metric} over {one.groups} groups: {change(one.ratio)}"
    if one.low is not None and one.high is not None:
        text += f" ({100 * (one.low - 1):+.1f} to {100 * (one.high - 1):+.1f} %)"
    word = f"same within {100 * one.within:.1f} %" if one.within is not None else one.verdict
    floor = f"; halves of one side differ by up to {100 * one.floor:.1f} %" if one.floor else ""
    return f"{text}, {word}{floor}"


def refusals(refused: Sequence[Refused]) -> Iterator[str]:
    """Reasons, each once with the metrics it stands for, most frequent first."""
    by_reason: dict[str, Counter[str]] = {}
    for one in refused:
        by_reason.setdefault(one.reason, Counter())[one.metric] += 1
    for reason, metrics in sorted(by_reason.items(), key=lambda item: -item[1].total()):
        yield f"{', '.join(metrics)} ({metrics.total()}): {reason}"


def notes(outcomes: Sequence[Outcome]) -> list[str]:
    """What differs without forbidding a comparison, each once."""
    return list(dict.fromkeys(note for one in outcomes for note in one.pair.notes))


def left_out(comparison: Comparison) -> str:
    """Metrics that are there and were not compared; empty for none."""
    return ", ".join(f"{metric} ({count})" for metric, count in comparison.left_out)

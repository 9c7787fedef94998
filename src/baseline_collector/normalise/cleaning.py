"""Status of every numeric leaf: ok, failed or quarantined, each with its rule.

Failed calls keep their numbers as written and leave the statistics. Values that no
float holds, that their unit contradicts, that cannot be (``bounds.py``), that stand in for
none (``stand_ins.py``) or that their record contradicts (``arithmetic.py``) are quarantined.
Token counts that are the word counts of the text beside them are not tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from baseline_collector.normalise.arithmetic import conflicts
from baseline_collector.normalise.bounds import bound_of, never_negative
from baseline_collector.normalise.columns import Bools, Ints, Leaves, grouped
from baseline_collector.normalise.context import record_of
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.first_tokens import load_and_prompt
from baseline_collector.normalise.quantities import Quantities
from baseline_collector.normalise.stand_ins import Found, rows_of, stand_ins
from baseline_collector.paths import container
from baseline_collector.readers.cells import NOT_HELD

OK, FAILED, QUARANTINED = 0, 1, 2

RULES = {
    "C01": "no float holds the number, it is not finite, or its key repeats",
    "C02": "the unit is unknown or contradicts the metric",
    "C03": "a duration, rate, size or count is negative",
    "C04": "a duration or rate of zero stands for no measurement",
    "C05": "the call failed: error text, status or success flag",
    "C06": "every call behind this aggregate failed",
    "C07": "the token count is the word count of the text beside it",
    "C08": "a number that stands in for none: -1, 999, the largest integer, repeated and far off",
    "C09": "no machine reaches the value",
    "C10": "the tool writes it where it measured nothing",
    "C11": "amount over time, both in its record, is another rate",
}
"""Cleaning rules by id; reasons name them, and the data package counts what each touched."""

_MAY_BE_ZERO = ("compile_time", "load_duration", "cpu_time", "goodput")
_SPREAD = ("std", "cv", "min")
_NOT_BOUNDED = ("std", "cv", "total")
_ZERO_IS_SEEN = ("per-gap", "rate-samples")
"""Definitions whose values may be 0: answers that come together, moments without traffic."""
_TELLING = 4
"""Fewer tokens than this may be as many words by chance."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Status code and reason, one a numeric leaf.

    Attributes:
        status: OK, FAILED or QUARANTINED.
        reason: Index into ``reasons``; 0 is the empty reason.
        reasons: Distinct reasons, each starting with its rule.
        words: Whether the value counts words where its key says tokens.
        sums: Whether it is a time to first token that is load plus prompt evaluation.
    """

    status: Ints
    reason: Ints
    reasons: list[str]
    words: Bools
    sums: Bools

    @property
    def ok(self) -> Bools:
        """Where statistics may use the value."""
        return np.asarray(self.status == OK)


class _Sheet:
    """Statuses being filled in; the first reason to strike stays."""

    def __init__(self, size: int) -> None:
        self.status = np.zeros(size, np.int64)
        self.reason = np.zeros(size, np.int64)
        self.reasons = [""]
        self._known = {"": 0}

    def mark(self, where: Bools | Ints, status: int, reason: str) -> None:
        """Give rows, by mask or by number, a status unless they have one."""
        rows = np.flatnonzero(where) if where.dtype == bool else where
        rows = rows[self.status[rows] == OK]
        if not len(rows):
            return
        if reason not in self._known:
            self._known[reason] = len(self.reasons)
            self.reasons.append(reason)
        self.status[rows] = status
        self.reason[rows] = self._known[reason]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is true of artifacts as wholes, by their numbers.

    Attributes:
        all_failed: Every call they tell of failed.
        count_words: Their token counts are the word counts of the texts beside them.
        stand_ins: Values that stand in for none, by artifact and key.
    """

    all_failed: frozenset[int]
    count_words: frozenset[int]
    stand_ins: Found = field(default_factory=dict)


def verdicts(leaves: Leaves, quantities: Quantities, contexts: Contexts) -> Verdicts:
    """Decide what is true of each artifact as a whole."""
    failed = [artifact for artifact, around in contexts.surroundings.items() if around.all_failed()]
    pairs = word_counts(leaves, quantities, contexts)
    return Verdicts(frozenset(failed), frozenset(
        artifact for artifact, found in pairs.items() if counts_words(found)), stand_ins(leaves))


def judge(leaves: Leaves, quantities: Quantities, contexts: Contexts, whole: Verdicts) -> Judged:
    """Decide the status of every numeric leaf."""
    rows = leaves.numeric
    sheet = _Sheet(len(rows))
    for code, at in grouped(leaves.reason[rows]):
        if code >= 0:
            rule = "C01" if leaves.reasons[code] in NOT_HELD else "C10"
            sheet.mark(at, QUARANTINED, f"{rule} {leaves.reasons[code]}")
    sheet.mark(quantities.conflict, QUARANTINED, f"C02 {RULES['C02']}")
    _failed(sheet, leaves, contexts)
    _all_failed(sheet, leaves, quantities, whole)
    _negative(sheet, leaves, quantities)
    sheet.mark(rows_of(leaves, whole.stand_ins), QUARANTINED, f"C08 {RULES['C08']}")
    _zero(sheet, leaves, quantities)
    _out_of_bounds(sheet, leaves, quantities)
    for what, at in conflicts(leaves, quantities, contexts, sheet.status == OK).told():
        sheet.mark(at, QUARANTINED, f"C11 {what}")
    words = _words(leaves, quantities, whole)
    sums = load_and_prompt(leaves, quantities, contexts, sheet.status == OK)
    return Judged(sheet.status, sheet.reason, sheet.reasons, words, sums)


def _failed(sheet: _Sheet, leaves: Leaves, contexts: Contexts) -> None:
    """Everything a failed record measured."""
    measured = np.flatnonzero(_measured(leaves))
    for code, at in grouped(contexts.codes[measured]):
        failed = contexts.table[code].failed
        if failed:
            sheet.mark(measured[at], FAILED, f"C05 {failed}")


def _measured(leaves: Leaves) -> Bools:
    roles = np.array([meaning.role in ("measurement", "unnamed") for meaning in leaves.meanings],
                     bool)
    return roles[leaves.key[leaves.numeric]] if len(roles) else np.zeros(0, bool)


def _all_failed(sheet: _Sheet, leaves: Leaves, quantities: Quantities, whole: Verdicts) -> None:
    """Aggregates of artifacts in which no call worked; counts of attempts stay."""
    counts = np.array([dimension in ("", "number") for dimension in quantities.dimensions],
                      bool)
    mine = np.isin(leaves.artifact[leaves.numeric], list(whole.all_failed))
    mine &= ~counts[quantities.metric]
    sheet.mark(mine, FAILED, f"C06 {RULES['C06']}")


def _negative(sheet: _Sheet, leaves: Leaves, quantities: Quantities) -> None:
    measured = np.array([bool(name) and never_negative(name) for name in quantities.metric_names],
                        bool)
    sheet.mark(measured[quantities.metric] & (quantities.value < 0), QUARANTINED,
               f"C03 {RULES['C03']}")


def _zero(sheet: _Sheet, leaves: Leaves, quantities: Quantities) -> None:
    timed = np.array([dimension in ("time", "token rate", "request rate")
                      for dimension in quantities.dimensions], bool)[quantities.metric]
    allowed = np.isin(quantities.metric,
                      [quantities.metric_names.index(name) for name in _MAY_BE_ZERO])
    spread = np.array([meaning.statistic in _SPREAD or meaning.definition in _ZERO_IS_SEEN
                       for meaning in leaves.meanings], bool)
    if len(spread):
        allowed |= spread[leaves.key[leaves.numeric]]
    sheet.mark(timed & ~allowed & (quantities.value == 0), QUARANTINED, f"C04 {RULES['C04']}")


def _out_of_bounds(sheet: _Sheet, leaves: Leaves, quantities: Quantities) -> None:
    """Values outside of what their metric can be; sums and spreads are not judged."""
    if not len(leaves.numeric):
        return
    bounds = [bound_of(name) if name else None for name in quantities.metric_names]
    low = np.array([bound.low if bound else -np.inf for bound in bounds])[quantities.metric]
    high = np.array([bound.high if bound else np.inf for bound in bounds])[quantities.metric]
    value = quantities.value
    outside = ((value < low) & (value > 0)) | (value > high)
    judged = np.array([meaning.statistic not in _NOT_BOUNDED for meaning in leaves.meanings], bool)
    outside &= judged[leaves.key[leaves.numeric]]
    for metric, at in grouped(quantities.metric[outside]):
        bound = bounds[metric]
        sheet.mark(np.flatnonzero(outside)[at], QUARANTINED,
                   f"C09 {bound.source if bound else ''}")


def _words(leaves: Leaves, quantities: Quantities, whole: Verdicts) -> Bools:
    """Token counts and rates of artifacts that count words."""
    names = quantities.metric_names
    counted = [names.index(name) for name in ("output_tokens", "output_throughput", "total_tokens")]
    owner = leaves.artifact[leaves.numeric]
    return np.asarray(np.isin(owner, list(whole.count_words))
                      & np.isin(quantities.metric, counted))


Pairs = list[tuple[float, int]]
"""Token counts, each with the words of the text beside it."""


def counts_words(pairs: Pairs) -> bool:
    """Whether token counts are word counts, in every record that has both."""
    return (all(value == words for value, words in pairs)
            and any(words >= _TELLING for _, words in pairs))


def word_counts(leaves: Leaves, quantities: Quantities, contexts: Contexts) -> dict[int, Pairs]:
    """Token counts of each artifact that has texts of answers beside them."""
    rows = np.flatnonzero(quantities.metric == quantities.metric_names.index("output_tokens"))
    found = {}
    for artifact, at in grouped(leaves.artifact[leaves.numeric][rows]):
        answers = contexts.around(artifact).answers
        if answers:
            found[artifact] = [(value, len(text.split()))
                               for value, text in _texts(leaves, rows[at], answers)]
    return found


def _texts(leaves: Leaves, rows: Ints, answers: dict[tuple[str, tuple[int, ...]], str]
           ) -> list[tuple[float, str]]:
    """Each of some values with the text of the answer in its record."""
    found = []
    for row in leaves.numeric[rows].tolist():
        scope = container(leaves.keys[leaves.key[row]])
        at = tuple(int(column[row]) for column in leaves.at)[: scope.count("[]")]
        text = answers.get(record_of((scope, at)))
        if text is not None:
            found.append((float(leaves.value[row]), text))
    return found

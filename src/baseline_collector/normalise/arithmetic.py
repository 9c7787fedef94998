"""Arithmetic: a rate is held against the amount and the time that stand in its record.

Amount over time must be the rate within 1 %, or within what the digits that are written
leave open. A rate may be over decoding, over prompt and decoding, or over the whole call, with
or without the first token: only what fits none of these is in conflict. Where the times beside
a rate are those of the whole call, a rate is in conflict only where it is too slow for the
call, or off by just the factor of a wrong unit. Rates whose definition the table of a format
tells are not judged: there is no doubt about their unit. Nothing is converted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from baseline_collector.normalise.columns import Bools, Floats, Ints, Leaves
from baseline_collector.normalise.contexts import Contexts
from baseline_collector.normalise.quantities import Quantities
from baseline_collector.normalise.relations import PARTS, RATES, RELATIONS, Relation
from baseline_collector.normalise.together import Together, half_widths, of_metrics

TOLERANCE = 0.01
"""Largest gap between a rate and its amount over its time, as a share of the rate."""

_FACTORS = (1e-9, 1e-6, 1e-3, 1 / 3600, 1 / 60, 60.0, 3600.0, 1e3, 1e6, 1e9)
"""What a rate is off by where a time is written in another unit than it states."""
_THOUSANDS = (1e-9, 1e-6, 1e-3, 1e3, 1e6, 1e9)
_TELLING = 16
"""Amount from which a factor over a whole call is no chance: waits of single tokens vary."""
_SHARED = re.compile(r'"(?:\w*concurren\w*|\w*batch\w*|parallel\w*|\w*clients|\w*users)"')
"""Settings under which a record may hold several calls at once."""


@dataclass(slots=True)
class Conflicts:
    """Rows in conflict, among the numeric leaves, by the factor they are off by; 0 for none."""

    rows: dict[float, list[Ints]] = field(default_factory=dict)

    def add(self, factor: float, rows: Ints) -> None:
        """Take in some rows."""
        if len(rows):
            self.rows.setdefault(factor, []).append(rows)

    def told(self) -> Iterator[tuple[str, Ints]]:
        """Yield what to say of the rows, and the rows."""
        for factor, rows in sorted(self.rows.items()):
            what = ("a rate that its record contradicts: amount over time is another" if not factor
                    else f"the rate is {_spelled(factor)} its amount over its time: "
                         "a unit is wrong")
            yield what, np.unique(np.concatenate(rows))


def _spelled(factor: float) -> str:
    return f"{factor:,.0f} times" if factor > 1 else f"1/{1 / factor:,.0f} of"


def conflicts(leaves: Leaves, quantities: Quantities, contexts: Contexts, usable: Bools
              ) -> Conflicts:
    """Find the rates, and the times beside them, that contradict each other.

    Args:
        leaves: A batch, whole records.
        quantities: Of its numeric leaves.
        contexts: Of its numeric leaves.
        usable: Which of those have no other defect.
    """
    found = Conflicts()
    judged = np.array([meaning.statistic == "sample" for meaning in leaves.meanings], bool)
    usable = usable & judged[leaves.key[leaves.numeric]] if len(judged) else usable
    rates = of_metrics(leaves, quantities, usable, RATES)
    parts = of_metrics(leaves, quantities, usable, PARTS) if len(rates) else rates
    if not len(parts):
        return found
    rows = np.concatenate([rates, parts])
    open_ = rates
    for whole_record in (False, True):
        if not len(open_):
            break
        sheet = _Sheet(leaves, quantities, contexts,
                       Together(leaves, quantities, contexts, rows, whole_record=whole_record))
        for relation in RELATIONS:
            judged = sheet.judge(relation, open_, found, whole_record)
            open_ = np.setdiff1d(open_, judged)
    return found


@dataclass(frozen=True, slots=True)
class _Between:
    """Bounds of a number, one a group; NaN where it is not there."""

    low: Floats
    high: Floats


class _Sheet:
    """The groups of a batch, with their parts looked up once."""

    def __init__(self, leaves: Leaves, quantities: Quantities, contexts: Contexts,
                 together: Together) -> None:
        self._leaves = leaves
        self._quantities = quantities
        self._together = together
        order = np.argsort(together.rows)
        self._rows, self._group = together.rows[order], together.group[order]
        self._parts: dict[str, Ints] = {}
        self._context = contexts.codes
        self._several = np.array([bool((context.n or 0) > 1 or _SHARED.search(
            context.parameters or "")) for context in contexts.table] or [False], bool)

    def judge(self, relation: Relation, rates: Ints, found: Conflicts, alone: bool) -> Ints:
        """Judge those of some rates that a relation is about; returns those it could judge.

        Args:
            relation: The relation.
            rates: Rows of rates.
            found: Takes in what is in conflict.
            alone: Whether a rate must be the only one of its metric in its group.
        """
        rates, group = self._about(relation, rates, alone)
        if not len(rates):
            return rates
        certain = self._there(relation, relation.sure, group)
        known = certain | self._there(relation, relation.whole, group)
        rates, group, certain = rates[known], group[known], certain[known]
        wrong = np.flatnonzero(~self._agrees(relation, rates, group, exact=True))
        wrong = wrong[~self._agrees(relation, rates[wrong], group[wrong], exact=False)]
        rows, group, certain = rates[wrong], group[wrong], certain[wrong]
        several = self._several[self._context[rows]]
        self._mark(relation, relation.sure, rows[certain], group[certain], ~several[certain],
                   found)
        slow = self._too_slow(relation, rows, group) & ~several
        self._mark(relation, relation.whole, rows[~certain], group[~certain], slow[~certain],
                   found)
        return rates

    def _about(self, relation: Relation, rates: Ints, alone: bool) -> tuple[Ints, Ints]:
        """The rates that a relation is about, and the group of each."""
        metric = self._quantities.metric_names.index(relation.rate)
        judged = np.array([not meaning.definition for meaning in self._leaves.meanings], bool)
        rates = rates[(self._quantities.metric[rates] == metric)
                      & judged[self._leaves.key[self._leaves.numeric[rates]]]]
        group = self._group[np.searchsorted(self._rows, rates)]
        if alone:
            single = self._part(relation.rate)[group] >= 0
            rates, group = rates[single], group[single]
        return rates, group

    def _there(self, relation: Relation, times: tuple[str, ...], group: Ints) -> Bools:
        """Groups that have an amount and one of some times."""
        amount = [~np.isnan(self._sum(text, group).low) for text in relation.amounts]
        time = [~np.isnan(self._sum(text, group).low) for text in times]
        none = np.zeros(len(group), bool)
        return np.asarray(np.logical_or.reduce([none, *amount])
                          & np.logical_or.reduce([none, *time]))

    def _agrees(self, relation: Relation, rates: Ints, group: Ints, *, exact: bool) -> Bools:
        """Whether some reading gives each rate."""
        agrees = np.zeros(len(rates), bool)
        rate = self._written(rates, exact)
        for counted in (*relation.amounts, *relation.others):
            amount = self._sum(counted, group)
            for text in relation.times:
                time = self._sum(text, group, exact=exact)
                with np.errstate(divide="ignore", invalid="ignore"):
                    slowest = np.maximum(amount.low - 1, 0) / time.high
                    fastest = np.where(time.low > 0, amount.high / time.low, np.inf)
                agrees |= ((rate.high >= slowest * (1 - TOLERANCE))
                           & (rate.low <= fastest * (1 + TOLERANCE)) & (time.high > 0))
        return agrees

    def _mark(self, relation: Relation, times: tuple[str, ...], rates: Ints, group: Ints,
              wrong: Bools, found: Conflicts) -> None:
        """Put rates aside that are wrong, or off by a unit; in that case their times too.

        A time that is longer than its call is wrong alone; where the time that the rate asks
        for would be, the rate is.
        """
        factors = _FACTORS if times == relation.sure else _THOUSANDS
        factor, time_row = self._off_by(relation, times, rates, group, factors)
        found.add(0.0, rates[(factor == 0) & wrong])
        call = self._sum("request_latency", group)
        itself = time_row == self._part("request_latency")[group]
        call = _Between(np.where(itself, np.nan, call.low), np.where(itself, np.nan, call.high))
        value = np.where(time_row >= 0, self._quantities.value[time_row], np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            too_long = value > call.high * (1 + TOLERANCE)
            asked = value / factor > call.high * (1 + TOLERANCE)
        for one in np.unique(factor[factor > 0]).tolist():
            mine = factor == one
            found.add(one, rates[mine & ~too_long])
            found.add(one, time_row[mine & ~(asked & ~too_long) & (time_row >= 0)])

    def _off_by(self, relation: Relation, times: tuple[str, ...], rates: Ints, group: Ints,
                factors: tuple[float, ...]) -> tuple[Floats, Ints]:
        """The factor of a unit that each rate is off by, 0 for none, and the row of the time."""
        factor, time_row = np.zeros(len(rates)), np.full(len(rates), -1, np.int64)
        rate = self._written(rates, False)
        for text in times:
            time = self._sum(text, group, exact=False)
            for counted in relation.amounts:
                amount = self._sum(counted, group)
                telling = (times == relation.sure) | (amount.high >= _TELLING)
                for one in factors:
                    with np.errstate(divide="ignore", invalid="ignore"):
                        hit = ((rate.high >= one * amount.low / time.high * (1 - TOLERANCE))
                               & (rate.low <= one * amount.high / time.low * (1 + TOLERANCE)))
                    hit &= (factor == 0) & telling
                    factor[hit] = one
                    if "+" not in text:
                        time_row[hit] = self._part(text)[group[hit]]
        return factor, time_row

    def _too_slow(self, relation: Relation, rates: Ints, group: Ints) -> Bools:
        """Rates under the amount over every time of the whole call that is there."""
        slow = np.zeros(len(rates), bool)
        if not relation.whole:
            return slow
        rate = self._written(rates, False)
        longest = np.fmax.reduce([self._sum(text, group, exact=False).high
                                  for text in relation.whole])
        amount = np.fmin.reduce([self._sum(text, group).low for text in relation.amounts])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(rate.high < (amount - 1) / longest * (1 - TOLERANCE))

    def _written(self, rows: Ints, exact: bool) -> _Between:
        value = self._quantities.value[rows]
        half = 0.0 if exact else half_widths(self._leaves, self._quantities, rows)
        return _Between(value - half, value + half)

    def _part(self, name: str) -> Ints:
        if name not in self._parts:
            self._parts[name] = self._together.part(name)
        return self._parts[name]

    def _sum(self, text: str, group: Ints, *, exact: bool = True) -> _Between:
        """A sum of parts, such as ``eval_duration + load_duration``, in some groups."""
        low, high = np.zeros(len(group)), np.zeros(len(group))
        for sign, name in re.findall(r"([+-]?) ?(\w+)", text):
            rows = self._part(name)[group]
            value = np.where(rows >= 0, self._quantities.value[rows], np.nan)
            half = 0.0 if exact else half_widths(self._leaves, self._quantities, rows)
            signed = -value if sign == "-" else value
            low, high = low + signed - half, high + signed + half
        return _Between(low, high)

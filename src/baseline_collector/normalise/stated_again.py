"""Statistics that several files of a folder state of one run, and that count once.

Tools write results in several forms: JSON, CSV and Markdown of one run, a log and its summary.
Of two files that state one run (see ``same_run``) the one that says most keeps its numbers. A
number of the other that is the same within the written rounding restates it; one that is another
number is marked as disagreeing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from baseline_collector.evidence.arrays import Ints
from baseline_collector.evidence.cuts import counts, together
from baseline_collector.normalise.same_run import Pair, Stated, one_run
from baseline_collector.normalise.sample_sets import Gathered

_FOR_ONE = 4
"""Numbers that agree for each that does not, where two contexts are of one run."""

_CLEAR = 1e-3
"""Share up to which numbers are not said to differ; as in ``stats.restated``."""

_MOST = 32
"""Numbers of one file that one of another is held against."""

Held = tuple[int, int, bool]
"""A statistic, that of the other file which it restates, and whether it is the same number."""


def stated_again(of: Gathered, samples: Mapping[int, str]) -> dict[int, str]:
    """Say of reported statistics which of another file they restate.

    Args:
        of: Reported statistics, and samples.
        samples: Row -> what it restates, of those whose samples are at hand.

    Returns:
        Row of the gathered table -> what it restates, as stored; none of those in ``samples``.
    """
    rows = np.flatnonzero(~of.sample)
    if not len(rows):
        return {}
    pairing = _Pairing(Stated(of, rows))
    found: dict[int, str] = {}
    for at, twin, agrees in pairing.held():
        one, its = (int(pairing.stated.rows[place]) for place in (at, twin))
        if agrees and one in samples and its not in samples:
            one, its = its, one
        if one not in samples and one not in found:
            found[one] = samples[its] if agrees and its in samples else _named(of, its, agrees)
    return found


def _named(of: Gathered, row: int, agrees: bool) -> str:
    """What selects a statistic in the table of measurements, as stored."""
    named = {name: of.column(name).at(row) for name in ("artifact", "key", "statistic")}
    pointer = of.pointers(np.array([row]))[0].as_py()
    return json.dumps({**named, "pointer": pointer, "agrees": agrees}, ensure_ascii=False,
                      separators=(",", ":"))


class _Pairing:
    """Pairs the statistics of artifacts that state one run."""

    def __init__(self, stated: Stated) -> None:
        self.stated = stated
        order = np.lexsort((stated.value, stated.subject, stated.artifact))
        self._order = order
        self._starts = np.searchsorted(stated.artifact[order],
                                       np.arange(int(stated.artifact.max(initial=0)) + 2))

    def held(self) -> Iterator[Held]:
        """Yield what is held against what, the artifacts that say most first."""
        ranked: list[tuple[int, int, set[Pair]]] = []
        for pair, apart in one_run(self.stated).items():
            kept, other = sorted(pair, key=self._rank)
            ranked.append((kept, other, apart))
        for kept, other, apart in sorted(ranked, key=lambda one: (
                self._rank(one[0]), self._rank(one[1]))):
            yield from self._between(kept, other, apart)

    @cached_property
    def _alike(self) -> Ints:
        """How many say the same of one context as each; of more it is not told which differs."""
        return counts(together(self.stated.side, self.stated.subject))

    @cached_property
    def _ranks(self) -> dict[int, tuple[bool, float, int, int]]:
        sampled = set(self.stated.of.column("artifact").codes[self.stated.of.sample].tolist())
        digits, found = self.stated.written[1], {}
        for code in np.unique(self.stated.artifact).tolist():
            mine = self._mine(code)
            found[code] = (code not in sampled, -float(np.median(digits[mine])), -len(mine), code)
        return found

    def _rank(self, code: int) -> tuple[bool, float, int, int]:
        """Artifacts with samples first, then those written more exactly, then the longer."""
        return self._ranks[code]

    def _mine(self, artifact: int) -> Ints:
        return self._order[self._starts[artifact]:self._starts[artifact + 1]]

    def _between(self, kept: int, other: int, apart: set[Pair]) -> Iterator[Held]:
        """What of one artifact is held against another, a context at a time."""
        by_side: dict[int, list[Held]] = defaultdict(list)
        theirs = self._mine(kept)
        for at in self._mine(other).tolist():
            held = self._nearest(at, theirs, apart)
            if held is not None:
                by_side[int(self.stated.side[at])].append(held)
        for all_held in by_side.values():
            same = sum(agrees for _, _, agrees in all_held)
            if same >= _FOR_ONE * (len(all_held) - same):
                yield from all_held

    def _nearest(self, at: int, theirs: Ints, apart: set[Pair]) -> Held | None:
        """The number of another artifact that one is; None where that cannot be told."""
        stated, value = self.stated, self.stated.value[at]
        start, stop = np.searchsorted(stated.subject[theirs],
                                      (stated.subject[at], stated.subject[at] + 1))
        few = theirs[start:stop]
        if len(few) > _MOST:
            middle = int(np.searchsorted(stated.value[few], value))
            few = few[max(middle - _MOST // 2, 0):middle + _MOST // 2]
        rivals = [one for one in few.tolist() if self._of_one_run(at, one, apart)]
        if not rivals:
            return None
        best = min(rivals, key=lambda one: abs(float(stated.value[one] - value)))
        off = abs(float(stated.value[best] - value)) - float(
            stated.near(np.array([best]), np.array([at]))[0])
        if off <= _CLEAR * abs(float(value)):
            return at, best, True
        alone = stop - start == 1 and self._alike[at] == 1
        return (at, best, False) if alone else None

    def _of_one_run(self, one: int, other: int, apart: set[Pair]) -> bool:
        sides = int(self.stated.side[one]), int(self.stated.side[other])
        if apart and (sides in apart or sides[::-1] in apart):
            return True
        return not apart and self.stated.likeness(one, other) != "apart"

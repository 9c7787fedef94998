"""Normalise one large artifact piece by piece, with the result that it had as a whole.

A first pass listens to all pieces and keeps what concerns more than one of them: what is said
at places that a cut goes through, how calls ended, which units its keys state. A second pass
normalises a piece at a time. Where cold starts can be told, the rows wait until all are seen.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from baseline_collector.model import Artifact, Outcomes
from baseline_collector.normalise.cleaning import Verdicts, counts_words, word_counts
from baseline_collector.normalise.columns import Ints, Leaves
from baseline_collector.normalise.context import Place, Surroundings, enclosing
from baseline_collector.normalise.contexts import Contexts, Summed, hear, summed
from baseline_collector.normalise.phases import NAMES, Starts, phases_of
from baseline_collector.normalise.quantities import Stated, quantify, stated_units
from baseline_collector.normalise.repeats import Tops
from baseline_collector.normalise.stage import Account, Masks, accounted, normalised_rows
from baseline_collector.normalise.stand_ins import StandIns
from baseline_collector.normalise.twins import richness_of
from baseline_collector.readers.base import Places
from baseline_collector.readers.leaves import LEAVES
from baseline_collector.spool import Spool, joined

_LONGEST = 1 << 20
"""Leaves of one record that are held together; a longer one is cut."""


@dataclass(slots=True)
class Survey:
    """What a first pass over an artifact tells of the whole.

    Attributes:
        shared: What is said at the places that a cut goes through.
        beside: Where means and the like stand.
        stated: Units that keys state.
        attempts: Calls whose outcome is told.
        nested: Those of them below the artifact's top.
        failures: Reasons, by the template of the record and in its order.
        nested_failures: How many of the nested ones failed.
        contradicted: Whether some token count is not the word count of its text.
        telling: Whether some is, and not by chance.
        stand_ins: Samples by key, to tell numbers that stand in for none.
    """

    shared: Surroundings = field(default_factory=Surroundings)
    beside: Summed = field(default_factory=set)
    stated: dict[int, Stated] = field(default_factory=dict)
    attempts: int = 0
    nested: int = 0
    failures: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    nested_failures: int = 0
    contradicted: bool = False
    telling: bool = False
    stand_ins: StandIns = field(default_factory=StandIns)
    _open: Surroundings = field(default_factory=Surroundings)
    _cut: set[Place] = field(default_factory=set)
    _far: set[str] = field(default_factory=set)

    def learn(self, leaves: Leaves) -> None:
        """Take in the keys of a piece, before any is listened to."""
        self.beside |= summed(leaves)
        self._far |= {meaning.scope for key, meaning in zip(leaves.keys, leaves.meanings,
                                                            strict=True)
                      if meaning.scope not in enclosing(key)}
        for artifact, scopes in stated_units(leaves).items():
            mine = self.stated.setdefault(artifact, {})
            for scope, found in scopes.items():
                mine.setdefault(scope, set()).update(found)

    def listen(self, leaves: Leaves, artifact: Artifact, through: set[Place]) -> None:
        """Take in a piece.

        Args:
            leaves: The piece.
            artifact: The artifact.
            through: Places that the cut behind it goes through.
        """
        self.stand_ins.gather(leaves)
        around = hear(leaves, {0: self._open}, self.beside)
        if self._open.answers and not self.contradicted:
            contexts = Contexts(leaves, [artifact], around, assign=False)
            pairs = word_counts(leaves, quantify(leaves, self.stated), contexts).get(0, [])
            self.contradicted = any(value != words for value, words in pairs)
            self.telling |= counts_words(pairs)
        self._close(through)

    def _close(self, through: set[Place]) -> None:
        """Keep what goes on behind the cut; count what is over."""
        done, self._open = self._open, Surroundings()
        self._cut |= through
        for place, said in done.said.items():
            if place in self._cut or place[0] in self._far:
                self.shared.said[place] = said
            if place in through or place[0] in self._far:
                self._open.said[place] = said
        for record in sorted(done.attempts):
            reason = done.failures.get(record)
            if record in through:
                self._open.attempts.add(record)
                if reason is not None:
                    self._open.failures[record] = reason
                if record in done.answers:
                    self._open.answers[record] = done.answers[record]
                continue
            self.attempts += 1
            self.nested += bool(record[0])
            if reason is not None:
                self.failures[record[0]].append(sys.intern(reason))
                self.nested_failures += bool(record[0])
                if record in self._cut:
                    self.shared.failures[record] = reason

    def verdicts(self) -> Verdicts:
        """What is true of the artifact as a whole, as number 0."""
        mine = frozenset({0})
        failed = self.nested > 0 and self.nested == self.nested_failures
        words = self.telling and not self.contradicted
        return Verdicts(mine if failed else frozenset(), mine if words else frozenset(),
                        self.stand_ins.found())

    def outcomes(self, redact: Callable[[str], str]) -> Outcomes | None:
        """How its calls ended; None where it records none."""
        if not self.attempts:
            return None
        masked: dict[str, str] = {}
        reasons = tuple(masked.setdefault(reason, redact(reason))
                        if reason not in masked else masked[reason]
                        for template in sorted(self.failures) for reason in self.failures[template])
        return Outcomes(self.attempts, reasons,
                        sum(reason.startswith("not marked") for reason in reasons))


class Large:
    """One large artifact on its way through.

    Attributes:
        account: What became of its leaves; whole when all tables were yielded.
    """

    def __init__(self, pieces: Spool, artifact: Artifact, places: Places, quoted: bool,
                 masks: Masks, aside: Path) -> None:
        """Take an artifact.

        Args:
            pieces: Its leaves, columns as ``readers.leaves.LEAVES``.
            artifact: The artifact, with format and hash.
            places: Its pointer style.
            quoted: Whether its values are quoted from elsewhere.
            masks: What masks secrets.
            aside: File for rows that wait.
        """
        self.account = Account()
        self._pieces = pieces
        self._artifact = artifact
        self._places: Sequence[Places] = [places]
        self._quoted = [0] if quoted else []
        self._masks = masks
        self._aside = aside
        self._starts = Starts()
        self._tops: Tops = {}
        self._richness = -2

    def tables(self) -> Iterator[pa.Table]:
        """Yield its measurements in pieces, in order."""
        survey = self._survey()
        waiting = Spool(self._aside)
        for leaves, _ in self._leaves():
            table, series = self._rows(leaves, survey)
            waiting.add(table.append_column("_series", pa.array(series)))
        outcomes = None if self._quoted else survey.outcomes(self._masks.text)
        compared = self.account.series and replace(self.account.series, richness=self._richness)
        self.account = replace(self.account, outcomes=outcomes, series=compared)
        decided = self._starts.decide()
        for table in waiting.tables():
            series = table.column("_series").to_numpy()
            records = table.column("record").fill_null(-1).to_numpy()
            phase = phases_of(series, records.astype(np.int64), decided)
            yield _with_phase(table.drop_columns(["_series"]), phase)
        waiting.remove()

    def _survey(self) -> Survey:
        survey, seen = Survey(), set[str]()
        for table in self._pieces.tables():
            (batch,) = table.to_batches()
            keys = set(batch.column("key").dictionary.to_pylist())
            if keys - seen:
                survey.learn(Leaves(batch, [self._artifact.format]))
                seen |= keys
        for leaves, through in self._leaves():
            survey.listen(leaves, self._artifact, through)
        return survey

    def _rows(self, leaves: Leaves, survey: Survey) -> tuple[pa.Table, Ints]:
        """The rows of a piece without phases, and the series of each."""
        around = hear(leaves, {0: Surroundings()}, survey.beside)
        around[0].said |= survey.shared.said
        around[0].failures |= survey.shared.failures
        contexts = Contexts(leaves, [self._artifact], around)
        quantities = quantify(leaves, survey.stated)
        found = normalised_rows(leaves, [self._artifact], self._places, self._quoted, self._masks,
                                contexts, quantities, survey.verdicts(), self._starts, self._tops)
        self.account += accounted(leaves, found, 1, {})[0]
        self._richness = max([self._richness, *map(richness_of, contexts.table)])
        return found.table, found.starts_of

    def _leaves(self) -> Iterator[tuple[Leaves, set[Place]]]:
        """Yield the pieces, whole records each, with the places that the next cut goes through."""
        last: Leaves | None = None
        for table in _by_record(self._pieces.tables()):
            (batch,) = table.combine_chunks().to_batches()
            leaves = Leaves(batch, [self._artifact.format])
            if last is not None:
                yield last, _around(last, -1) & _around(leaves, 0)
            last = leaves
        if last is not None:
            yield last, set()


def _around(leaves: Leaves, row: int) -> set[Place]:
    """The places around a leaf."""
    at = tuple(int(column[row]) for column in leaves.at)
    return {(template, at[: template.count("[]")])
            for template in enclosing(leaves.keys[leaves.key[row]])}


def _by_record(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Cut pieces anew, so that no cut goes through a record unless it is very long."""
    held = LEAVES.empty_table()
    for table in tables:
        if not held.num_rows:
            held = table
            continue
        if _record(held, -1) == _record(table, 0) and held.num_rows < _LONGEST:
            whole = _indices(held)
            cut = int(np.flatnonzero(whole != whole[-1])[-1]) + 1 if (whole != whole[-1]).any() \
                else 0
            if cut:
                yield held.slice(0, cut)
            held = joined([held.slice(cut), table])
        else:
            yield held
            held = table
    if held.num_rows:
        yield held


def _indices(table: pa.Table) -> Ints:
    """Outermost index of every leaf, -1 where it has none."""
    found: Ints = pc.fill_null(table.column("i0"), -1).to_numpy().astype(np.int64)
    return found


def _record(table: pa.Table, row: int) -> int | None:
    at = table.column("i0")[row if row >= 0 else table.num_rows + row].as_py()
    return None if at is None else int(at)


def _with_phase(table: pa.Table, phase: Ints) -> pa.Table:
    if not phase.any():
        return table
    at = table.schema.get_field_index("phase")
    stated = table.column(at).cast(pa.string()).combine_chunks()
    seen = pa.array(NAMES).take(pa.array(phase))
    column = pc.if_else(pa.array(phase > 0), seen, stated)
    return table.set_column(at, table.schema.field(at),
                            column.dictionary_encode().cast(table.schema.field(at).type))

"""Proofs: every number of a fact derived again, from the tables and not from the fact.

A fact is a claim of the dataset about itself. Its query is run again over measurements and
artifacts, n is counted in the rows that the query takes, an interval is made anew from their
values with the estimator that the fact names. What does not come out the same is not proven.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from baseline_collector.audit.claims import Evidence
from baseline_collector.audit.codes import coded
from baseline_collector.audit.database import Database
from baseline_collector.audit.index import Index
from baseline_collector.audit.query import Evaluator
from baseline_collector.audit.sheet import Run, Scalar, Sheet, Unknown
from baseline_collector.audit.spans import MEANS, RUN_MEANS, interval_again
from baseline_collector.units import digits, show

_ROOM = 1e-6
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Proof:
    """A fact and what came of deriving it again.

    Attributes:
        id: Of the fact.
        fact: Its row of the facts table.
        scope: What it is about.
        value: Derived again; None where it could not be.
        n: Counts of observations that the derivation bears out.
        low: Lower end of its interval, derived again; None for none.
        high: Upper end.
        rows: Measurements it rests on.
        why: Why it is not proven; empty where it is.
        shown: The value as a report writes it.
        ends: The ends of the interval likewise.
        counts: The counts of observations likewise.
    """

    id: str
    fact: Mapping[str, Any]
    scope: Mapping[str, str]
    value: Scalar
    n: frozenset[int] = frozenset()
    low: float | None = None
    high: float | None = None
    rows: tuple[int, ...] = ()
    why: str = ""

    shown: str = ""
    ends: tuple[str, ...] = ()
    counts: frozenset[str] = frozenset()

    @property
    def all_shown(self) -> tuple[str, ...]:
        """Everything of it that a report may write."""
        return (self.shown, *self.ends, *self.counts)


def _shown(proof: Proof) -> Proof:
    """A proof with its numbers as a report writes them."""
    unit, value = proof.fact["unit"], proof.value
    text = value if isinstance(value, str) else "" if value is None else show(value, unit)
    ends = tuple(show(end, unit) for end in (proof.low, proof.high) if end is not None)
    return replace(proof, shown=text, ends=ends, counts=frozenset(digits(n) for n in proof.n))


class Proofs:
    """The facts of a dataset, proven one by one when asked."""

    def __init__(self, index: Index, facts: pa.Table) -> None:
        self.index = index
        self._table = facts
        self.facts: dict[str, dict[str, Any]] = {row["id"]: row for row in facts.to_pylist()}
        self._done: dict[str, Proof] = {}

    @cached_property
    def _evaluator(self) -> Evaluator:
        index, facts = self.index, self._table
        return Evaluator({"measurements": Sheet(index.measurements, index.column),
                          "artifacts": Sheet(index.artifacts, index.of_artifacts),
                          "facts": Sheet(facts, lambda name: coded(facts.column(name)))})

    @cached_property
    def _database(self) -> Database:
        index = self.index
        return Database({"measurements": index.measurements, "artifacts": index.artifacts,
                         "facts": self._table})

    def of(self, fact_id: str) -> Proof:
        """Derive a fact again; asked twice, it is done once.

        Raises:
            KeyError: There is no such fact.
        """
        known = self._done.get(fact_id)
        if known is None:
            known = self._done[fact_id] = _shown(self._proven(self.facts[fact_id]))
        return known

    def evidence(self, proof: Proof) -> tuple[Evidence, ...]:
        """Places of the measurements behind a proof, with the text as written there."""
        index = self.index
        return tuple(Evidence(index.text("raw", row), index.text("artifact", row),
                              index.text("pointer", row)) for row in proof.rows[:_MOST_SHOWN])

    def _proven(self, fact: dict[str, Any]) -> Proof:
        proof = Proof(fact["id"], fact, json.loads(fact["scope"]), None)
        if not fact["sql"]:
            return self._otherwise(proof)
        try:
            value, run = self._evaluator.run(fact["sql"])
        except Unknown:
            return self._by_database(proof)
        if not run.placed:
            return self._unplaced(proof, value, None)
        proof = _agreeing(proof, value)
        if proof.why:
            return proof
        rows = run.taken[0] if run.taken else np.zeros(0, np.int64)
        measured = "FROM measurements" in fact["sql"]
        proof = replace(proof, n=self._counts(run, fact, measured),
                        rows=tuple(rows[:_MOST_SHOWN].tolist()) if measured else ())
        return self._with_interval(proof, run) if fact["low"] is not None else proof

    def _by_database(self, proof: Proof) -> Proof:
        """Of a query that the evaluator does not know: what DuckDB gives over the same tables."""
        try:
            value, n = self._database.run(proof.fact["sql"])
        except Unknown as error:
            return replace(proof, why=f"its query cannot be run: {error}")
        return self._unplaced(proof, value, n)

    def _unplaced(self, proof: Proof, value: Scalar, n: int | None) -> Proof:
        """A proof from a value alone: what it rests on is what the fact cites."""
        proof = _agreeing(proof, value)
        if proof.why:
            return proof
        counts = set() if n is None else {n}
        if proof.fact["statistic"] == "count" and isinstance(value, float):
            counts.add(int(value))
        return replace(proof, n=frozenset(counts), rows=self._cited(proof.fact))

    def _cited(self, fact: Mapping[str, Any]) -> tuple[int, ...]:
        """Rows of the first places that a fact names as its sources."""
        sheet, found = self._evaluator.sheets["measurements"], []
        pointers = self.index.measurements.column("pointer")
        for source in json.loads(fact["sources"])[:_MOST_SHOWN]:
            rows = sheet.of_artifact(source["artifact"])
            there = pointers.take(pa.array(rows)).to_pylist()
            if source["pointer"] in there:
                found.append(int(rows[there.index(source["pointer"])]))
        return tuple(found)

    def _counts(self, run: Run, fact: Mapping[str, Any], measured: bool) -> frozenset[int]:
        found = {len(rows) for rows in run.taken}
        if measured and fact["estimator"] not in (*MEANS, *RUN_MEANS):
            stated = self.index.repetitions
            found |= {int(stated[row]) for rows in run.taken if len(rows) == 1
                      for row in rows.tolist() if stated[row] > 0}
        return frozenset(found)

    def _with_interval(self, proof: Proof, run: Run) -> Proof:
        fact = proof.fact
        ends = interval_again(fact, run.taken, self.index)
        if ends is None:
            return proof
        if not all(_same(end, fact[name], _ROOM) for end, name in zip(ends, ("low", "high"),
                                                                     strict=True)):
            return replace(proof, why=f"its interval is {ends[0]} to {ends[1]} when made again")
        return replace(proof, low=ends[0], high=ends[1])

    def _otherwise(self, proof: Proof) -> Proof:
        """Counts that no query over the tables gives."""
        fact, estimator = proof.fact, proof.fact["estimator"]
        found: set[int]
        sources = [(one["artifact"], one["pointer"]) for one in json.loads(fact["sources"])]
        if estimator == "calls with this error text":
            found = self._with_error(proof.scope["error"], sources, int(fact["value"]))
        else:
            return replace(proof, why="it names no query")
        if fact["value"] not in found:
            return replace(proof, why=f"counted again it is {min(found, default=0)}")
        return replace(proof, value=fact["value"], n=frozenset({int(fact["value"])}))

    def _with_error(self, error: str, sources: list[tuple[str, str]], said: int) -> set[int]:
        """How often an error stands in its files, and how many calls failed there at all.

        Where the text is nowhere, since it is masked or its files are gone, all that can be
        said is that no more calls have it than failed there.
        """
        inside = json.dumps(error, ensure_ascii=False)[1:-1].rstrip("…")
        shapes = {re.sub(r"\d+", r"\\d+", re.escape(text)) for text in (error.rstrip("…"), inside)}
        found = 0
        for name in dict.fromkeys(name for name, _ in sources):
            text = self.index.read(name) or ""
            found += max(len(re.findall(shape, text)) for shape in shapes)
        files = self._evaluator.sheets["artifacts"]
        failures = files.numbers("failures")
        rows = [row for name in dict(sources) for row in files.of_artifact(name).tolist()]
        failed = int(failures[rows].sum())
        return {found, failed} if found else {failed, min(said, int(failures.sum()))}


def _agreeing(proof: Proof, value: Scalar) -> Proof:
    """A proof with its value, where the fact says the same; else with the reason."""
    fact = proof.fact
    recorded = fact["text"] if fact["value"] is None else fact["value"]
    why = "" if _same(value, recorded) else (
        f"its query gives {value} and the fact says {recorded}")
    return replace(proof, value=value, why=why)


def _same(found: object, said: object, room: float = 1e-9) -> bool:
    if isinstance(found, float) and isinstance(said, int | float):
        return math.isclose(found, said, rel_tol=room, abs_tol=1e-12)
    return found is not None and found == said

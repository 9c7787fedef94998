"""Rule about compiling: how many iterations until its time is earned back."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from baseline_collector.evidence.book import Book, among, count_of, quoted
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.rule import Evidence, Rule, enumeration
from baseline_collector.evidence.settings import configuration, settings_of
from baseline_collector.model import Interval
from baseline_collector.stats.reported import Reported, difference_of_means, interval_of_mean

_UNCOMPILED = ("eager", "baseline", "uncompiled", "none")
_NAMES = ("backend", "variant")
_NOT_COMPARED = (*_NAMES, "config_name")
_LEVEL = 0.95


@dataclass(slots=True)
class Rows:
    """Rows of the frame about one backend of one benchmark."""

    mean: list[int] = field(default_factory=list)
    std: list[int] = field(default_factory=list)
    sample: list[int] = field(default_factory=list)
    compiling: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Side:
    """One backend of one benchmark: what an iteration takes, and what compiling took.

    Attributes:
        name: As the artifact spells it.
        mean: Seconds an iteration.
        reported: Mean, deviation and n, where n allows an interval.
        n: Iterations behind it.
        rows: Rows it comes from.
        estimator: How it was got.
        compiling: Rows with compile times.
        elsewhere: What it ran on, where that is not the device of the benchmark.
    """

    name: str
    mean: float
    reported: Reported | None
    n: int | None
    rows: tuple[int, ...]
    estimator: str
    compiling: tuple[int, ...]
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One benchmark: where it stands and all that its backends agree on."""

    artifact: str
    model: str
    device: str
    test: str
    settings: tuple[tuple[str, str], ...]

    def scope(self, **more: str) -> dict[str, str]:
        """What its facts are about."""
        named = {"model": self.model, "device": self.device, "test": self.test}
        found = {"artifact": self.artifact} | {key: text for key, text in named.items() if text}
        if self.settings:
            found["configuration"] = configuration(dict(self.settings))
        return found | more


def compile_payback(evidence: Evidence) -> None:
    """What compiling cost and gained in each benchmark that compares backends."""
    frame = evidence.frame
    found = _gathered(frame)
    for place, backends in found.items():
        sides = [side for name, rows in backends.items()
                 if (side := _side(frame, name, rows, _compiles(found, place, name))) is not None]
        base = next((side for wanted in _UNCOMPILED for side in sides
                     if side.name.lower() == wanted), None)
        others = [replace(side, elsewhere=_elsewhere(frame, side, place))
                  for side in sides if side is not base and side.compiling]
        if base is not None and others:
            _compare(evidence, place, base, sorted(others, key=lambda one: (one.mean, one.name)))


Settings = dict[str, str]


def _gathered(frame: Frame) -> Mapping[Place, Mapping[str, Rows]]:
    """Rows by benchmark and backend."""
    found: dict[Place, dict[str, Rows]] = defaultdict(lambda: defaultdict(Rows))
    rows = np.flatnonzero(frame.counted & frame.column("metric").where(
        "iteration_time", "compile_time") & frame.column("statistic").where(
        "sample", "mean", "std"))
    described = [(row, *_described(frame, row)) for row in rows.tolist()]
    varying = _varying(described)
    for row, about, name, settings in described:
        if not name:
            continue
        place = Place(*about, tuple(sorted((key, text) for key, text in settings.items()
                                           if key in varying[about])))
        mine, statistic = found[place][name], frame.column("statistic").at(row)
        if frame.column("metric").at(row) == "iteration_time":
            getattr(mine, str(statistic)).append(row)
        elif statistic != "std":
            mine.compiling.append(row)
    return found


About = tuple[str, str, str, str]


def _described(frame: Frame, row: int) -> tuple[About, str, Settings]:
    """Benchmark, backend and settings of one row."""
    stated = settings_of(frame.column("parameters").at(row))
    name = next((stated[key] for key in _NAMES if stated.get(key)), "")
    settings = {**stated} | {column: text for column in ("quantization", "engine", "prompt")
                             if (text := frame.column(column).at(row)) is not None}
    test = frame.column("run").names[int(frame.tests[row])]
    model, device = (frame.column(column).at(row) or "" for column in ("model", "device"))
    return (str(frame.column("artifact").at(row)), model, device, test or ""), name, settings


def _varying(described: Sequence[tuple[int, About, str, Settings]]) -> Mapping[About, set[str]]:
    """Settings that one backend has several values of: each of them is a benchmark of its own.

    A setting that only tells one backend from another, such as its provider, is not.
    """
    seen: dict[tuple[About, str, str], set[str]] = defaultdict(set)
    for _, about, name, settings in described:
        for key in settings.keys() - set(_NOT_COMPARED):
            seen[about, name, key].add(settings[key])
    found: dict[About, set[str]] = defaultdict(set)
    for (about, _, key), values in seen.items():
        if len(values) > 1:
            found[about].add(key)
    return found


def _compiles(found: Mapping[Place, Mapping[str, Rows]], place: Place, name: str) -> list[int]:
    """Compile times of a backend; of the same benchmark with fewer settings where it has none.

    A compile time is often told once, the iterations batch by batch.
    """
    here = found[place][name].compiling
    if here:
        return here
    wider = [backends[name].compiling for other, backends in found.items()
             if name in backends and backends[name].compiling
             and set(other.settings) < set(place.settings)
             and (other.artifact, other.model, other.device, other.test)
             == (place.artifact, place.model, place.device, place.test)]
    return wider[0] if len(wider) == 1 else []


def _side(frame: Frame, name: str, rows: Rows, compiling: Sequence[int]) -> Side | None:
    """One backend, from its reported mean or its samples; None where several means disagree."""
    if len(rows.mean) == 1 and len(rows.std) <= 1:
        row = rows.mean[0]
        n, mean = int(frame.n[row]), float(frame.value[row])
        reported = (Reported(mean, float(frame.value[rows.std[0]]), n)
                    if rows.std and n >= 3 else None)
        return _checked(Side(name, mean, reported, n or None, (row,),
                             "mean as the artifact reports it", tuple(compiling)))
    if rows.mean or not rows.sample:
        return None
    values = frame.value[rows.sample]
    reported = (Reported(float(values.mean()), float(values.std(ddof=1)), len(values))
                if len(values) >= 3 else None)
    return _checked(Side(name, float(values.mean()), reported, len(values), tuple(rows.sample),
                         "arithmetic mean" if len(values) > 1 else "the only value",
                         tuple(compiling)))


def _elsewhere(frame: Frame, side: Side, place: Place) -> str:
    """The provider of a backend that ran on the CPU in a benchmark of another device."""
    setup = frame.column("setup").at(side.rows[0])
    providers = str(json.loads(setup).get("providers", "")) if setup else ""
    on_cpu = providers.replace(" ", "") == "CPUExecutionProvider"
    return providers if on_cpu and place.device and "cpu" not in place.device.lower() else ""


def _checked(side: Side) -> Side | None:
    return side if side.mean > 0 else None


def _compare(evidence: Evidence, place: Place, base: Side, others: list[Side]) -> None:
    teller = _Teller(evidence, place, base, 1.0 - (1.0 - _LEVEL) / len(others))
    told = [teller.clause(one) for one in others]
    book = evidence.book
    wasted = [one.name for one in told if one.verdict == "lost"]
    book.finding("compile-payback", "warning" if wasted else "info",
                 f"Against {book.name('backend', base.name)} at {{{teller.base_fact}}} an iteration"
                 f"{teller.about} in {teller.file}: " + "; ".join(one.text for one in told) + ".",
                 [teller.base_fact, *(fact for one in told for fact in one.facts)],
                 _advice(teller, told, wasted), "compile", _gain(told))


def _gain(told: Sequence[_Told]) -> float | None:
    """Gain of the fastest backend that pays back, as a share; None where none does."""
    return next((one.ratio - 1 for one in told if one.verdict == "won"), None)


@dataclass(frozen=True, slots=True)
class _Told:
    """A clause about one backend: its slot, words, facts, and how it came out."""

    name: str
    text: str
    facts: tuple[str, ...]
    verdict: str
    iterations: str = ""
    noun: str = ""
    ratio: float = 1.0


def _advice(teller: _Teller, told: list[_Told], wasted: list[str]) -> str:
    """The fastest backend that pays back, from when on; and those to leave out."""
    parts = []
    won = next((one for one in told if one.verdict == "won"), None)
    if won is not None:
        parts.append(f"use {won.name}, {{{won.facts[2]}}} times the speed, beyond "
                     f"{{{won.iterations}}} {won.noun}")
    if wasted:
        parts.append(f"leave out {enumeration(wasted)} unless more iterations show a gain")
    moved = [one.name for one in told if one.verdict == "elsewhere"]
    if moved:
        parts.append(f"run {enumeration(moved)} on the device of the others before comparing")
    if not parts:
        return f"Time more iterations of each backend{teller.about} in {teller.file}."
    words = "; ".join(parts)
    return f"For what {teller.file} measures{teller.about}, {words}."


class _Teller:
    """Enters the facts of one benchmark; holds what they share."""

    def __init__(self, evidence: Evidence, place: Place, base: Side, level: float) -> None:
        self.book: Book = evidence.book
        self.frame = evidence.frame
        self.place = place
        self.base = base
        self.level = level
        self.file = self.book.name("artifact", place.artifact)
        self.about = self._about()
        self.base_fact = self.mean(base)

    def _about(self) -> str:
        found = f" of {self.book.name('model', self.place.model)}" if self.place.model else ""
        if self.place.settings:
            text = configuration(dict(self.place.settings))
            found += f" with {self.book.name('configuration', text)}"
        if self.place.test:
            found += f" for test {self.book.name('test', self.place.test)}"
        return found + (f" on {self.book.name('device', self.place.device)}"
                        if self.place.device else "")

    def mean(self, one: Side) -> str:
        """The mean iteration time of a backend."""
        ends = interval_of_mean(one.reported) if one.reported else None
        interval = Interval(*ends, _LEVEL, "t from mean and standard deviation, "
                            "normality not checked") if ends else None
        return self.book.fact(
            f"Mean iteration time{self.about} with {self.book.name('backend', one.name)} in "
            f"{self.file}: {{}}", one.mean, statistic="mean", estimator=one.estimator,
            metric="iteration_time", unit="s", n=one.n, interval=interval, topic="compile",
            weight=20.0, scope=self.place.scope(backend=one.name),
            sources=self.frame.sources(one.rows), sql=self.sql(one.rows))

    def compiling(self, one: Side) -> tuple[str, float]:
        """Compile time of a backend; the fact and its seconds."""
        values = self.frame.value[list(one.compiling)]
        # A time that an artifact tells in two places is one time.
        rows = one.compiling if values.min() != values.max() else one.compiling[:1]
        took = float(self.frame.value[list(rows)].mean())
        single = len(rows) == 1
        fact = self.book.fact(
            f"Compile time{self.about} with {self.book.name('backend', one.name)} in "
            f"{self.file}: {{}}", took, statistic="value" if single else "mean",
            estimator="the only value" if single else "arithmetic mean", metric="compile_time",
            unit="s", n=len(rows), topic="compile", weight=21.0,
            scope=self.place.scope(backend=one.name), sources=self.frame.sources(rows),
            sql=self.sql(rows))
        return fact, took

    def sql(self, rows: Sequence[int]) -> str:
        """A query for the mean of some values of the benchmark."""
        pointers = [self.frame.source(row).pointer for row in rows]
        return (f"SELECT avg(value) FROM measurements WHERE "
                f"artifact = {quoted(self.place.artifact)} AND {among('pointer', pointers)}")

    def clause(self, one: Side) -> _Told:
        """Say of one backend what it cost and gained against the base."""
        name = self.book.name("backend", one.name)
        if one.elsewhere:
            text = (f"{name} ran on {self.book.name('provider', one.elsewhere)}, not on "
                    f"{self.book.name('device', self.place.device)}, and does not compare")
            return _Told(name, text, (), "elsewhere")
        compiling, took = self.compiling(one)
        facts = (self.mean(one), compiling)
        first, second = self.base.reported, one.reported
        difference = (difference_of_means(first, second, self.level)
                      if first and second else None)
        start = f"{name} compiled for {{{compiling}}} and runs at {{{facts[0]}}}"
        if difference is None:
            return _Told(name, f"{start}, from too few iterations to compare", facts, "open")
        if difference.low > 0:
            runs, iterations = self.payback(one, took, difference.value)
            ratio = self.ratio(one)
            noun = count_of(iterations, "iteration")
            text = f"{start}, {{{ratio}}} times the speed, paid back after {{{runs}}} {noun}"
            return _Told(name, text, (*facts, ratio, runs), "won", runs, noun,
                         self.base.mean / one.mean)
        if difference.high < 0:
            return _Told(name, f"{start}, which is slower, so it never pays back", facts, "lost")
        gained = difference.value > 0
        words = ("n and spread are too poor to tell a gain from none" if gained
                 else "which shows no speed-up, so it does not pay back as measured")
        return _Told(name, f"{start}, {words}", facts, "open" if gained else "lost")

    def payback(self, one: Side, took: float, gain: float) -> tuple[str, int]:
        """Iterations until compiling is earned back; the fact and its number."""
        iterations = int(np.ceil(took / gain))
        fact = self.book.fact(
            f"Iterations until compiling with {self.book.name('backend', one.name)}{self.about} in "
            f"{self.file} pays back: {{}}", float(iterations), statistic="payback",
            estimator="compile time / (mean of the base - mean), rounded up", topic="compile",
            n=one.n, weight=65.0, scope=self.place.scope(backend=one.name),
            sources=self.frame.sources((*one.compiling, *self.base.rows, *one.rows)),
            sql=f"SELECT ceil(({self.sql(one.compiling)}) / (({self.sql(self.base.rows)}) - "
                f"({self.sql(one.rows)})))")
        return fact, iterations

    def ratio(self, one: Side) -> str:
        """How many times the speed of the base."""
        return self.book.fact(
            f"Speed{self.about} with {self.book.name('backend', one.name)} against "
            f"{self.book.name('backend', self.base.name)} in {self.file}, as a ratio: {{}}",
            self.base.mean / one.mean, statistic="ratio",
            estimator="mean iteration time of the base / mean iteration time", topic="compile",
            n=one.n, weight=64.0, scope=self.place.scope(backend=one.name, base=self.base.name),
            sources=self.frame.sources((*self.base.rows, *one.rows)),
            sql=f"SELECT ({self.sql(self.base.rows)}) / ({self.sql(one.rows)})")


RULES = (
    Rule("compile-payback", "Compile time against time gained", "warning",
         "Welch 1947, level shared among the backends; the base of each ratio is named "
         "(Hoefler & Belli 2015, rule 1)",
         "compile times and iteration times of several backends",
         "what each backend cost to compile, runs at, and when it pays back, or never",
         "use the fastest that pays back; leave out the others", compile_payback),
)

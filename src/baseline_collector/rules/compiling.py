"""Rule about compiling: how many iterations until its time is earned back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from baseline_collector.evidence.book import Book, quoted
from baseline_collector.evidence.frame import Frame, settings_of
from baseline_collector.model import Interval
from baseline_collector.evidence.rule import Evidence, Rule
from baseline_collector.stats.reported import Reported, difference_of_means, interval_of_mean

_UNCOMPILED = ("eager", "baseline", "uncompiled", "none")


@dataclass(frozen=True, slots=True)
class Backend:
    """One backend of one compile benchmark; rows of the frame, -1 where there is none."""

    name: str
    mean: int
    std: int
    compiling: int


def compile_payback(evidence: Evidence) -> None:
    """What compiling cost and gained in each benchmark that compares backends."""
    frame = evidence.frame
    found: dict[tuple[str, str, str], dict[str, Backend]] = defaultdict(dict)
    rows = np.flatnonzero(frame.counted & frame.column("metric").where(
        "iteration_time", "compile_time"))
    for row in rows.tolist():
        settings = settings_of(frame.column("parameters").at(row))
        name = settings.get("backend") or settings.get("variant")
        if not name:
            continue
        label = (str(frame.column("artifact").at(row)), str(frame.column("model").at(row) or ""),
                 str(frame.column("device").at(row) or ""))
        known = found[label].get(name, Backend(name, -1, -1, -1))
        found[label][name] = _with(frame, known, row)
    for (artifact, model, device), backends in found.items():
        base = next((backends[name] for name in _UNCOMPILED if name in backends), None)
        if base is not None and base.mean >= 0:
            others = [one for one in backends.values()
                      if one is not base and one.mean >= 0 and one.compiling >= 0]
            if others:
                _compare(evidence, artifact, model, device, base, others)


def _with(frame: Frame, known: Backend, row: int) -> Backend:
    metric, statistic = frame.column("metric").at(row), frame.column("statistic").at(row)
    if metric == "compile_time":
        return Backend(known.name, known.mean, known.std,
                       known.compiling if known.compiling >= 0 else row)
    if statistic == "mean":
        return Backend(known.name, row, known.std, known.compiling)
    if statistic == "std":
        return Backend(known.name, known.mean, row, known.compiling)
    return known


def _compare(evidence: Evidence, artifact: str, model: str, device: str, base: Backend,
             others: list[Backend]) -> None:
    book, frame = evidence.book, evidence.frame
    about = f" of {book.name('model', model)}" if model else ""
    about += f" on {book.name('device', device)}" if device else ""
    clauses, facts, wasted = [], [], []
    base_fact = _mean(book, frame, base, about, artifact)
    for one in sorted(others, key=lambda backend: float(frame.value[backend.mean])):
        clause, used, lost = _clause(book, frame, base, one, about, artifact, base_fact)
        clauses.append(clause)
        facts += used
        if lost:
            wasted.append(book.name("backend", one.name))
    advice = (f"Leave out {', '.join(wasted)}{about} unless more iterations show a gain." if wasted else "")
    book.finding("compile-payback", "warning" if wasted else "info",
                 f"Against {book.name('backend', base.name)} at {{{base_fact}}} an iteration"
                 f"{about} in {book.name('artifact', artifact)}: " + "; ".join(clauses) + ".",
                 [base_fact, *facts], advice, "compile")


def _mean(book: Book, frame: Frame, one: Backend, about: str, artifact: str) -> str:
    interval = None
    reported = _reported(frame, one)
    if reported is not None:
        ends = interval_of_mean(reported)
        if ends is not None:
            interval = Interval(*ends, 0.95, "t from the reported standard deviation, "
                                "normality not checked")
    return book.fact(
        f"Mean iteration time{about} with {book.name('backend', one.name)} in "
        f"{book.name('artifact', artifact)}: {{}}", float(frame.value[one.mean]),
        statistic="mean", estimator="mean as the artifact reports it", metric="iteration_time",
        unit="s", n=int(frame.n[one.mean]) or None, interval=interval, topic="compile",
        weight=20.0, scope={"artifact": artifact, "backend": one.name},
        sources=[frame.source(one.mean)], sql=_value(frame, one.mean))


def _value(frame: Frame, row: int) -> str:
    source = frame.source(row)
    return (f"SELECT value FROM measurements WHERE artifact = {quoted(source.artifact)} "
            f"AND pointer = {quoted(source.pointer)}")


def _reported(frame: Frame, one: Backend) -> Reported | None:
    n = int(frame.n[one.mean])
    if one.std < 0 or n < 3:
        return None
    return Reported(float(frame.value[one.mean]), float(frame.value[one.std]), n)


def _clause(book: Book, frame: Frame, base: Backend, one: Backend, about: str, artifact: str,
            base_fact: str) -> tuple[str, list[str], bool]:
    """Say of one backend what it cost and gained; the facts used; whether it never pays back."""
    name = book.name("backend", one.name)
    mean = _mean(book, frame, one, about, artifact)
    took = float(frame.value[one.compiling])
    compiling = book.fact(
        f"Compile time{about} with {name} in {book.name('artifact', artifact)}: {{}}", took,
        statistic="value", estimator="the only value", metric="compile_time", unit="s", n=1,
        topic="compile", weight=21.0, scope={"artifact": artifact, "backend": one.name},
        sources=[frame.source(one.compiling)], sql=_value(frame, one.compiling))
    facts = [mean, compiling]
    first, second = _reported(frame, base), _reported(frame, one)
    difference = difference_of_means(first, second) if first and second else None
    start = f"{name} compiled for {{{compiling}}} and runs at {{{mean}}}"
    if difference is None:
        return f"{start}, which too few iterations back", facts, False
    if difference.low > 0:
        gain = difference.value
        ratio = _ratio(book, frame, base, one, about, artifact)
        runs = book.fact(
            f"Iterations until compiling with {name}{about} in "
            f"{book.name('artifact', artifact)} pays back: {{}}", float(np.ceil(took / gain)), statistic="payback",
            estimator="compile time / (mean of the base - mean), rounded up", topic="compile",
            n=second.n if second else None, weight=65.0,
            scope={"artifact": artifact, "backend": one.name},
            sources=[frame.source(row) for row in (one.compiling, base.mean, one.mean)],
            sql=f"SELECT ceil(({_value(frame, one.compiling)}) / (({_value(frame, base.mean)}) - "
                f"({_value(frame, one.mean)})))")
        return (f"{start}, {{{ratio}}} times the speed, paid back after {{{runs}}} iterations",
                [*facts, ratio, runs], False)
    words = ("is slower, so it never pays back" if difference.high < 0
             else "shows no speed-up, so it does not pay back as measured")
    return f"{start}, which {words}", facts, True


def _ratio(book: Book, frame: Frame, base: Backend, one: Backend, about: str, artifact: str) -> str:
    return book.fact(
        f"Speed{about} with {book.name('backend', one.name)} against "
        f"{book.name('backend', base.name)} in {book.name('artifact', artifact)}, as a ratio: {{}}",
        float(frame.value[base.mean] / frame.value[one.mean]), statistic="ratio",
        estimator="mean iteration time of the base / mean iteration time", topic="compile",
        n=int(frame.n[one.mean]) or None, weight=64.0,
        scope={"artifact": artifact, "backend": one.name, "base": base.name},
        sources=[frame.source(base.mean), frame.source(one.mean)],
        sql=f"SELECT ({_value(frame, base.mean)}) / ({_value(frame, one.mean)})")


RULES = (
    Rule("compile-payback", "Compile time against time gained", "warning",
         "Welch 1947; the base of each ratio is named (Hoefler & Belli 2015, rule 1)",
         "compile times and mean iteration times of several backends", compile_payback),
)

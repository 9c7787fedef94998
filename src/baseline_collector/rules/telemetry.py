"""Rules about telemetry and setup: what is constant, what is missing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import numpy as np

from baseline_collector.evidence.arrays import Ints
from baseline_collector.evidence.book import Book, among, count_of, equals, quoted
from baseline_collector.evidence.frame import INDEX, SIGNALS, Frame
from baseline_collector.evidence.rule import Evidence, Rule, enumeration, files, listed
from baseline_collector.evidence.summaries import LEADING

_VARYING = ("power", "temperature", "fan_speed", "gpu_utilization", "gpu_memory_utilization",
            "cpu_utilization", "memory_used", "clock_graphics", "clock_memory")
_WANTED = (("power", ("power",)), ("temperature", ("temperature",)),
           ("utilization", ("gpu_utilization", "cpu_utilization")),
           ("memory used", ("memory_used", "gpu_memory_utilization", "memory_utilization")))
_LEVELS = ("gpu_utilization", "gpu_memory_utilization", "cpu_utilization")
_RESTING = ("fan_speed", "memory_used")
_SMALLEST, _SMALLEST_RAISED = 3, 10
_TIMED = ("output_throughput", "time_to_first_token", "request_latency", "iteration_time")


def constant(evidence: Evidence) -> None:
    """Signals that never move.

    Zero thrice is a gap. Another constant needs ten samples, as sensors count in whole
    steps; a fan or a block of memory may well rest there, and a utilisation at its top is
    a full machine.
    """
    frame = evidence.frame
    rows = np.flatnonzero(frame.counted & frame.column("metric").where(*_VARYING)
                          & frame.column("statistic").where("sample"))
    for mine in _signals(frame, rows):
        values, metric = frame.value[mine], str(frame.column("metric").at(mine[0]))
        if len(mine) < _SMALLEST or values.min() != values.max():
            continue
        if values[0] == 0 and "process" in str(frame.column("key").at(mine[0])):
            continue  # a process may well do nothing
        if values[0] != 0 and (len(mine) < _SMALLEST_RAISED or metric in _RESTING):
            continue
        _constant(evidence.book, frame, metric, mine, full=metric in _LEVELS and values[0] >= 100)


def _signals(frame: Frame, rows: Ints) -> list[list[int]]:
    """Rows cut into single signals."""
    found: dict[tuple[int, ...], list[int]] = {}
    columns = [frame.column(name).codes[rows] for name in ("artifact", "key", "device")]
    for row, *label in zip(rows.tolist(), frame.signals(rows).tolist(),
                           *(column.tolist() for column in columns), strict=True):
        found.setdefault(tuple(label), []).append(row)
    return list(found.values())


def _path(paths: list[str]) -> str:
    """The path of a signal: indices in which its samples differ are left open."""
    varying = [len(set(column)) > 1 for column in
               zip(*(INDEX.findall(path) for path in paths), strict=False)]
    left = iter(varying)
    return INDEX.sub(lambda found: "[]" if next(left, False) else found[0], paths[0])


def _constant(book: Book, frame: Frame, metric: str, rows: list[int], *, full: bool) -> None:
    value, artifact = float(frame.value[rows[0]]), str(frame.column("artifact").at(rows[0]))
    paths = frame.table.column("path").take(rows).to_pylist()
    key, file = book.name("key", _path(paths)), book.name("artifact", artifact)
    where = f"counted AND metric = {quoted(metric)} AND artifact = {quoted(artifact)}"
    if int((frame.counted & frame.column("metric").where(metric)
            & frame.column("artifact").where(artifact)).sum()) > len(rows):
        device = frame.column("device").at(rows[0])
        where += f" AND {among('path', sorted(set(paths)))} AND {equals('device', device)}"
    scope = {"artifact": artifact, "key": _path(paths)}
    same = book.fact(f"Constant value of {key} in {file}: {{}}", value,
                     statistic="constant", estimator="smallest equals largest value",
                     metric=metric, unit=frame.column("unit").at(rows[0]), n=len(rows),
                     topic="telemetry", weight=50.0, scope=scope,
                     sources=frame.sources(rows),
                     sql=f"SELECT max(value) FROM measurements WHERE {where}")
    count = book.fact(f"Equal samples of {key} in {file}: {{}}",
                      len(rows), statistic="count", estimator="count of values", n=len(rows),
                      topic="telemetry", weight=40.0, kind="inventory",
                      scope=scope, sources=frame.sources(rows),
                      sql=f"SELECT count(*) FROM measurements WHERE {where}")
    meaning = ("the machine was full, which leaves open by how much" if full
               else "a sensor that never moves tells nothing")
    advice = (f"Repeat the runs of {file} on a machine with room to spare, or say what else ran."
              if full else f"Check that the sensor of {key} is read; a constant is a gap.")
    book.finding("constant-telemetry", "notice",
                 f"{key} stands at {{{same}}} in all {{{count}}} samples of {file}: {meaning}.",
                 [same, count], advice, "telemetry")


def missing_telemetry(evidence: Evidence) -> None:
    """Files with timings that hold no hardware signal beside them."""
    frame, book = evidence.frame, evidence.book
    timed, watched = _artifacts(frame, _TIMED), _artifacts(frame, SIGNALS)
    without = sorted(timed - watched)
    if not without:
        return
    holds = f"FROM measurements WHERE counted AND {among('metric', _TIMED)}"
    total = book.fact("Files with timings or rates: {}", len(timed), statistic="count",
                      estimator="files with a counted timing or rate", n=len(timed),
                      topic="telemetry", weight=70.0, kind="inventory",
                      scope={"of": "timed files"}, sources=files(sorted(timed)),
                      sql=f"SELECT count(DISTINCT artifact) {holds}")
    count = book.fact("Files with timings and no hardware signal: {}", len(without),
                      statistic="count", estimator="timed files without a signal", n=len(timed),
                      topic="telemetry", weight=71.0, kind="inventory",
                      scope={"of": "files without telemetry"}, sources=files(without),
                      sql=f"SELECT count(DISTINCT artifact) {holds} AND artifact NOT IN (SELECT "
                          "artifact FROM measurements WHERE counted AND "
                          f"{among('metric', SIGNALS)})")
    absent = [label for label, metrics in _WANTED if not _artifacts(frame, metrics)]
    apart = sorted(watched - timed)
    more = (f" Signals stand apart from timings in {listed(book, 'artifact', apart)}."
            if apart else "")
    more += f" Nowhere recorded: {enumeration(absent)}." if absent else ""
    words = (("file with timings holds", "it") if len(without) == len(timed) == 1 else
             (f"{count_of(len(timed), 'file')} with timings "
              f"{count_of(len(without), 'holds', 'hold')}",
              count_of(len(without), "it", "them")))
    book.finding("missing-telemetry", "warning",
                 f"{{{count}}} of {{{total}}} {words[0]} no hardware signal beside {words[1]}."
                 f"{more}", [count, total],
                 "Record power, temperature, utilisation and memory at least once a second during "
                 "each run, in the file of the run or under its id.", "telemetry")


def _artifacts(frame: Frame, metrics: Sequence[str]) -> set[str]:
    column = frame.column("artifact")
    codes = column.present(frame.counted & frame.column("metric").where(*metrics))
    return {str(column.names[code]) for code in codes.tolist()}


_VERSION = re.compile(r"(?:^|_)(?:version|commit|build|git_sha|revision)$")
_NOT_SOFTWARE = ("os_version", "kernel_version", "driver_version")


def versioned(setup: str | None) -> bool:
    """Whether a setup names the version of some software that was measured."""
    return setup is not None and any(_VERSION.search(name) and name not in _NOT_SOFTWARE
                                     for name in json.loads(setup))


def missing_setup(evidence: Evidence) -> None:
    """Files with timings that do not say on what, with which version, or when."""
    frame, book = evidence.frame, evidence.book
    timed = frame.counted & frame.column("metric").where(*LEADING)
    artifact = frame.column("artifact")
    codes = artifact.present(timed)
    if not len(codes):
        return
    setup = frame.column("setup")
    known = np.array([versioned(text) for text in setup.names])
    has = {
        "hardware": frame.column("device").codes > 0,
        "software version": known[setup.codes],
        "date": frame.column("started_at").codes > 0,
        "model": frame.column("model").codes > 0,
    }
    holds = f"FROM measurements WHERE counted AND {among('metric', LEADING)}"
    total = book.fact("Files with measurements of speed, quality or size: {}", len(codes),
                      statistic="count", estimator="files with a counted leading metric",
                      n=len(codes), topic="setup", weight=70.0, kind="inventory",
                      scope={"of": "measured files"},
                      sql=f"SELECT count(DISTINCT artifact) {holds}",
                      sources=files([str(artifact.names[code]) for code in codes.tolist()]))
    facts, clauses = [total], []
    for label, present in has.items():
        lacking = sorted(set(codes.tolist()) - set(artifact.present(timed & present).tolist()))
        if not lacking:
            continue
        names = [str(artifact.names[code]) for code in lacking]
        fact = book.fact(f"Measured files that name no {label}: {{}}", len(names),
                         statistic="count", estimator=f"measured files without {label}",
                         n=len(codes), topic="setup", weight=65.0, kind="inventory",
                         scope={"of": f"files without {label}"},
                         sources=files(names), sql=_lacking(holds, label))
        facts.append(fact)
        clauses.append(f"{{{fact}}} {count_of(len(names), 'names', 'name')} no {label}")
    if clauses:
        book.finding("missing-setup", "warning",
                     f"Of {{{total}}} measured {count_of(len(codes), 'file')}, "
                     + enumeration(clauses)
                     + "; numbers without these cannot be placed beside others safely.", facts,
                     "Write model, quantization, engine and its version, device, driver, settings "
                     "and the time into each file.", "setup")


_COLUMNS = {"hardware": "device", "date": "started_at", "model": "model"}


def _lacking(holds: str, label: str) -> str:
    """A query for the measured files in which no row names something."""
    named = f"{_COLUMNS[label]} IS NOT NULL" if label in _COLUMNS else _NAMES_A_VERSION
    return (f"SELECT count(DISTINCT artifact) {holds} AND artifact NOT IN "
            f"(SELECT artifact {holds} AND {named})")


_NAMES_A_VERSION = (
    "regexp_matches(regexp_replace(setup, '\"(" + "|".join(_NOT_SOFTWARE) + ")\":', '', 'g'), "
    "'[\"_](version|commit|build|git_sha|revision)\":')")


RULES = (
    Rule("constant-telemetry", "Telemetry that never moves", "notice", "a constant is a gap",
         "three samples of a signal",
         "a signal stands at one value in all its samples",
         "check that the sensor is read", constant),
    Rule("missing-telemetry", "Timings without hardware signals", "warning",
         "Hoefler & Belli 2015, rule 9", "timings",
         "so many files with timings hold no hardware signal",
         "record power, temperature, utilisation and memory during each run", missing_telemetry),
    Rule("missing-setup", "Measurements that do not say on what", "warning",
         "Hoefler & Belli 2015, rule 9; MLPerf; conbench", "measurements",
         "so many measured files name no hardware, version, date or model",
         "write the setup into each file", missing_setup),
)

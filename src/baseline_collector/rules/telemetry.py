"""Rules about telemetry and setup: what is constant, what is missing."""

from __future__ import annotations

import json

import numpy as np

from baseline_collector.evidence.book import Book, quoted
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.summaries import LEADING
from baseline_collector.evidence.rule import Evidence, Rule, files

SIGNALS = ("power", "temperature", "fan_speed", "gpu_utilization", "gpu_memory_utilization",
           "cpu_utilization", "memory_used", "clock_graphics", "clock_memory", "power_limit")
_VARYING = ("power", "temperature", "fan_speed", "gpu_utilization", "gpu_memory_utilization",
            "cpu_utilization", "memory_used", "clock_graphics", "clock_memory")
_WANTED = ("power", "temperature", "gpu_utilization", "memory_used")
_SMALLEST = 3
_TIMED = ("output_throughput", "time_to_first_token", "request_latency", "iteration_time")


def constant(evidence: Evidence) -> None:
    """Signals that never move."""
    frame, book = evidence.frame, evidence.book
    for metric in _VARYING:
        rows = np.flatnonzero(frame.counted & frame.column("metric").where(metric))
        artifacts = frame.column("artifact").codes
        for code in np.unique(artifacts[rows]).tolist():
            mine = rows[artifacts[rows] == code]
            values = frame.value[mine]
            if len(mine) < _SMALLEST or values.min() != values.max():
                continue
            _constant(book, frame, metric, str(frame.column("artifact").names[code]), mine)


def _constant(book: Book, frame: Frame, metric: str, artifact: str, rows: np.ndarray) -> None:
    value = float(frame.value[rows[0]])
    path = str(frame.table.column("path")[int(rows[0])])
    key = book.name("key", path)
    where = (f"counted AND metric = {quoted(metric)} AND artifact = {quoted(artifact)}")
    same = book.fact(f"Constant value of {key} in {book.name('artifact', artifact)}: {{}}", value,
                     statistic="constant", estimator="smallest equals largest value",
                     metric=metric, unit=frame.column("unit").at(int(rows[0])), n=len(rows),
                     topic="telemetry", weight=50.0, scope={"artifact": artifact},
                     sources=frame.sources(rows),
                     sql=f"SELECT max(value) FROM measurements WHERE {where}")
    count = book.fact(f"Equal samples of {key} in {book.name('artifact', artifact)}: {{}}",
                      len(rows), statistic="count", estimator="count of values", n=len(rows),
                      topic="telemetry", weight=40.0, kind="inventory",
                      scope={"artifact": artifact}, sources=frame.sources(rows),
                      sql=f"SELECT count(*) FROM measurements WHERE {where}")
    book.finding("constant-telemetry", "notice",
                 f"{key} stands at {{{same}}} in all {{{count}}} samples of "
                 f"{book.name('artifact', artifact)}: a sensor that never moves tells nothing.",
                 [same, count], "Check that the sensor is read; a constant is a gap.", "telemetry")


def missing_telemetry(evidence: Evidence) -> None:
    """Files with timings that hold no hardware signal beside them."""
    frame, book = evidence.frame, evidence.book
    timed = _artifacts(frame, _TIMED)
    if not timed:
        return
    watched = _artifacts(frame, SIGNALS)
    without = sorted(timed - watched)
    total = book.fact("Files with timings or rates: {}", len(timed), statistic="count",
                      estimator="files with a counted timing or rate", n=len(timed),
                      topic="telemetry", weight=70.0, kind="inventory",
                      scope={"of": "timed files"}, sources=files(sorted(timed)))
    count = book.fact("Files with timings and no hardware signal: {}", len(without),
                      statistic="count", estimator="timed files without a signal", n=len(timed),
                      topic="telemetry", weight=71.0, kind="inventory",
                      scope={"of": "files without telemetry"}, sources=files(without))
    if not without:
        return
    absent = [metric for metric in _WANTED if not _artifacts(frame, (metric,))]
    nowhere = (" Nowhere recorded: " + ", ".join(name.replace("_", " ") for name in absent) + "."
               if absent else "")
    book.finding("missing-telemetry", "warning",
                 f"{{{count}}} of {{{total}}} files with timings hold no hardware signal beside "
                 f"them.{nowhere}", [count, total],
                 "Record power, temperature, utilisation and memory at least once a second during "
                 "each run, in the file of the run.", "telemetry")


def _artifacts(frame: Frame, metrics: tuple[str, ...]) -> set[str]:
    column = frame.column("artifact")
    codes = np.unique(column.codes[frame.counted & frame.column("metric").where(*metrics)])
    return {str(column.names[code]) for code in codes.tolist()}


_VERSIONS = ("engine_version", "ollama_version", "torch_version", "llama_cpp_version",
             "python_version", "cuda_version")


def missing_setup(evidence: Evidence) -> None:
    """Files with timings that do not say on what, with which version, or when."""
    frame, book = evidence.frame, evidence.book
    timed = frame.counted & frame.column("metric").where(*LEADING)
    artifact = frame.column("artifact")
    codes = np.unique(artifact.codes[timed])
    if not len(codes):
        return
    setup = frame.column("setup")
    versioned = np.array([text is not None and any(name in json.loads(text) for name in _VERSIONS)
                          for text in setup.names])
    has = {
        "hardware": frame.column("device").codes > 0,
        "software version": versioned[setup.codes],
        "date": frame.column("started_at").codes > 0,
        "model": frame.column("model").codes > 0,
    }
    total = book.fact("Files with measurements of speed, quality or size: {}", len(codes),
                      statistic="count", estimator="files with a counted leading metric",
                      n=len(codes), topic="setup", weight=70.0, kind="inventory",
                      scope={"of": "measured files"},
                      sources=files([str(artifact.names[code]) for code in codes.tolist()]))
    facts, clauses = [total], []
    for label, present in has.items():
        lacking = sorted(set(codes.tolist()) - set(np.unique(artifact.codes[timed & present])
                                                   .tolist()))
        if not lacking:
            continue
        names = [str(artifact.names[code]) for code in lacking]
        fact = book.fact(f"Measured files that name no {label}: {{}}", len(names), statistic="count",
                         estimator=f"measured files without {label}", n=len(codes), topic="setup",
                         weight=65.0, kind="inventory", scope={"of": f"files without {label}"},
                         sources=files(names))
        facts.append(fact)
        clauses.append(f"{{{fact}}} name no {label}")
    if clauses:
        book.finding("missing-setup", "warning",
                     f"Of {{{total}}} measured files, " + ", ".join(clauses)
                     + "; numbers without these cannot be placed beside others safely.", facts,
                     "Write model, quantization, engine and its version, device, driver, settings "
                     "and the time into each file.", "setup")


RULES = (
    Rule("constant-telemetry", "Telemetry that never moves", "notice", "a constant is a gap",
         "three samples of a signal", constant),
    Rule("missing-telemetry", "Timings without hardware signals", "warning",
         "Hoefler & Belli 2015, rule 9", "timings", missing_telemetry),
    Rule("missing-setup", "Measurements that do not say on what", "warning",
         "Hoefler & Belli 2015, rule 9; MLPerf; conbench", "measurements", missing_setup),
)

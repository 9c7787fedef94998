"""Gaps: what is missing for which question, and the benchmark that would fill it.

A gap is a function from the evidence to a ``Gap`` or None. It rests on facts, names the
conclusion it blocks, and carries a protocol for the model that the heap measured most.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from baseline_collector import protocol as protocols
from baseline_collector.evidence.arrays import Bools, Ints
from baseline_collector.evidence.book import among, count_of
from baseline_collector.evidence.cite import files_query, of_group, query
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.rule import Evidence, files, listed
from baseline_collector.evidence.summaries import LEADING
from baseline_collector.model import Gap
from baseline_collector.protocol import Api, Protocol
from baseline_collector.rules.telemetry import versioned
from baseline_collector.stats.summary import smallest_n

_TIMED = ("output_throughput", "time_to_first_token", "request_latency", "iteration_time")
_CALLED = ("output_throughput", "time_to_first_token", "request_latency")
_SIGNALS = ("power", "temperature", "gpu_utilization", "cpu_utilization", "memory_used",
            "clock_graphics")
_QUALITY = ("accuracy", "loss", "perplexity", "score")
_LONGEST_PROMPT = 2_000
_MOST_PROMPTS = 8
_TAIL = 0.99


def gaps(evidence: Evidence) -> tuple[Gap, ...]:
    """Find what is missing, what blocks most first."""
    if not len(np.flatnonzero(evidence.frame.counted)):
        return ()
    start = _starting_point(evidence.frame)
    found = [gap for look in _LOOKS if (gap := look(evidence, start)) is not None]
    return tuple(sorted(found, key=lambda gap: (-gap.rank, gap.id)))


def _starting_point(frame: Frame) -> Protocol | None:
    """A protocol for the model that the heap measured most, with its own prompts."""
    model = frame.column("model")
    rows = np.flatnonzero(frame.counted & frame.column("metric").where(*_CALLED)
                          & (model.codes > 0))
    if not len(rows):
        return None
    code = int(np.bincount(model.codes[rows]).argmax())
    mine = rows[model.codes[rows] == code]
    engine = Counter(frame.column("engine").codes[mine].tolist()).most_common(1)[0][0]
    prompts = frame.column("prompt")
    asked = [str(prompts.names[one]) for one in dict.fromkeys(prompts.codes[mine].tolist()) if one]
    name = str(model.names[code])
    return Protocol(model=name, api=_api(name, frame.column("engine").names[engine]),
                    prompts=tuple(text for text in asked if len(text) <= _LONGEST_PROMPT)
                    [:_MOST_PROMPTS])


def _api(model: str, engine: str | None) -> Api:
    text = (engine or "").lower()
    if "ollama" in text:
        return "ollama"
    if "xllamacpp" in text or model.endswith(".gguf"):
        return "embedded"
    return "openai" if text else "ollama"


def _gap(id_: str, title: str, blocks: str, facts: Sequence[str], rank: float,
         plan: Protocol | None) -> Gap:
    """A gap with its protocol, which says what question it answers."""
    text = protocols.write(replace(plan, why=blocks)) if plan is not None else ""
    return Gap(id_, title, blocks, tuple(facts), rank, text)


Start = Protocol | None


def _count(evidence: Evidence, statement: str, names: Sequence[str], of: str) -> str:
    return evidence.book.fact(statement, len(names), statistic="count", n=len(names),
                              estimator="count of files", topic="setup", weight=8.0,
                              kind="inventory", scope={"of": f"gap, {of}"}, sources=files(names),
                              sql=lambda: files_query(names))


def _lacking(evidence: Evidence, measured: Bools, present: Bools) -> list[str]:
    artifact = evidence.frame.column("artifact")
    return artifact.spelled(artifact.held(measured) & ~artifact.held(measured & present))


def _missing(evidence: Evidence, names: Sequence[str], words: str, of: str) -> tuple[str, str]:
    """The fact and the sentence of a gap that files have."""
    fact = _count(evidence, f"Files with measurements and {words}: {{}}", names, of)
    held = count_of(len(names), "file holds", "files hold")
    return fact, (f"{{{fact}}} {held} measurements and {words}: "
                  f"{listed(evidence.book, 'artifact', names)}.")


def no_samples(evidence: Evidence, start: Start) -> Gap | None:
    """Means without the values behind them."""
    frame = evidence.frame
    leading = frame.counted & frame.column("metric").where(*LEADING)
    statistic, artifact = frame.column("statistic"), frame.column("artifact")
    names = artifact.spelled(artifact.held(leading & statistic.where("mean", "p50", "p99"))
                             & ~artifact.held(leading & statistic.where("sample")))
    if not names:
        return None
    fact, title = _missing(evidence, names, "none of the single values behind the means", "samples")
    return _gap("no-samples", title, "whether two means differ by more than chance", [fact], 80.0,
                start and replace(start, requests=30, repetitions=5))


def few_runs(evidence: Evidence, start: Start) -> Gap | None:
    """Groups with fewer than three values, of which no interval can be given."""
    groups = evidence.summaries.groups
    sampled = groups.where("statistic", "sample")
    few = groups.cut.select(sampled & (groups.cut.counts < 3))
    if not len(few.starts):
        return None
    number, of = len(few.starts), int(sampled.sum())
    fact = evidence.book.fact(
        "Groups of like runs with fewer than three values: {}", number, statistic="count",
        estimator="groups with n under 3, each by its first value", n=of, topic="setup",
        weight=8.0, kind="inventory", scope={"of": "gap, few runs"},
        sources=evidence.frame.sources(few.rows),
        sql=lambda: query(evidence.frame, few.firsts, "count(*)"))
    plan = start and replace(start, repetitions=5, requests=10, num_ctx=_levels(evidence))
    return _gap("few-runs", f"{{{fact}}} {count_of(number, 'group')} of like runs have too few "
                "values for an interval.", "which configuration is faster", [fact],
                90.0 * number / of, plan)


def _levels(evidence: Evidence) -> tuple[int, ...]:
    """Context lengths that the heap swept."""
    found: set[int] = set()
    for text in evidence.frame.column("parameters").names:
        value = str(json.loads(text).get("num_ctx", "")) if text else ""
        if value.isdigit() and 0 < int(value) < 2**31:
            found.add(int(value))
    return tuple(sorted(found)[:6]) if len(found) > 1 else ()


def no_tail(evidence: Evidence, start: Start) -> Gap | None:
    """Latencies, and not enough of them for the tail that users feel."""
    groups = evidence.summaries.groups
    latencies = groups.select(groups.where("metric", "time_to_first_token", "request_latency"))
    needed = smallest_n(_TAIL)
    if not len(latencies) or (latencies.cut.counts >= needed).any():
        return None
    most = latencies[int(latencies.cut.counts.argmax())]
    book = evidence.book
    have = book.fact("Most latencies of like calls: {}", most.n, statistic="count",
                     estimator="largest group", n=most.n, topic="setup", weight=8.0,
                     kind="inventory", scope={"of": "gap, tail"}, sources=most.sources(),
                     sql=f"SELECT count(*) FROM {of_group(most)}")
    need = book.fact(f"Values that a {book.name('statistic', 'p99')} needs: {{}}", needed,
                     statistic="count", topic="quality", kind="inventory", weight=2.0,
                     estimator="smallest n with at most a chance of 0.05 that none lies beyond",
                     scope={"of": "needed n"},
                     sql=f"SELECT CAST(ceil(ln(0.05) / ln({_TAIL})) AS INTEGER)")
    plan = start and replace(start, requests=needed + 1, repetitions=1, arrivals="poisson",
                             concurrency=(), rate=(1.0,))
    return _gap("no-tail", f"The largest group of like calls holds {{{have}}} latencies; the tail "
                f"{book.name('statistic', 'p99')} needs {{{need}}}, on a schedule of arrivals.",
                "how long the slowest calls take", [have, need], 60.0, plan)


def no_hardware(evidence: Evidence, start: Start) -> Gap | None:
    """Measurements that do not say on what."""
    frame = evidence.frame
    measured = frame.counted & frame.column("metric").where(*LEADING)
    names = _lacking(evidence, measured, frame.column("device").codes > 0)
    if not names:
        return None
    fact, title = _missing(evidence, names, "no hardware", "hardware")
    return _gap("no-hardware", title, "whether numbers may stand beside those of other machines",
                [fact], 70.0, start and replace(start, repetitions=3))


def no_version(evidence: Evidence, start: Start) -> Gap | None:
    """Measurements that do not say with which version."""
    frame = evidence.frame
    measured = frame.counted & frame.column("metric").where(*LEADING)
    setup = frame.column("setup")
    known = np.array([versioned(text) for text in setup.names])[setup.codes]
    names = _lacking(evidence, measured, known)
    if not names:
        return None
    fact, title = _missing(evidence, names, "no version of the software", "version")
    return _gap("no-version", title, "whether a change comes from an update", [fact], 55.0,
                start and replace(start, repetitions=3))


def no_warmup(evidence: Evidence, start: Start) -> Gap | None:
    """Calls of which nothing says whether the model was warm."""
    frame = evidence.frame
    timed = frame.counted & frame.column("metric").where(*_TIMED)
    known = frame.column("phase").codes > 0
    for name in ("parameters", "setup"):
        column = frame.column(name)
        told = np.array([text is not None and "warm" in text for text in column.names])
        known |= told[column.codes]
    names = _lacking(evidence, timed, known)
    if not names:
        return None
    fact, title = _missing(evidence, names, "no word of a warm-up", "warm-up")
    return _gap("no-warmup", title, "how fast a warm call is, and what a cold start costs", [fact],
                58.0, start and replace(start, cold=True, warmup=3, repetitions=5))


def no_telemetry(evidence: Evidence, start: Start) -> Gap | None:
    """Timings without a hardware signal beside them."""
    frame = evidence.frame
    metric, artifact = frame.column("metric"), frame.column("artifact")
    names = artifact.spelled(artifact.held(frame.counted & metric.where(*_TIMED))
                             & ~artifact.held(frame.counted & metric.where(*_SIGNALS)))
    if not names:
        return None
    fact, title = _missing(evidence, names, "no hardware signal beside them", "telemetry")
    return _gap("no-telemetry", title, "whether the machine throttled, and what a token costs in "
                "energy", [fact], 50.0,
                start and replace(start, telemetry=True, telemetry_interval_s=0.5, requests=60))


def no_failures(evidence: Evidence, start: Start) -> Gap | None:
    """Calls without an outcome each."""
    frame = evidence.frame
    artifact = frame.column("artifact")
    names = artifact.spelled(artifact.held(frame.counted & frame.column("metric").where(*_CALLED)
                                           & frame.column("statistic").where("sample")))
    names = [name for name in names
             if not (one := evidence.outcomes.get(name)) or not one.attempts]
    if not names:
        return None
    fact, title = _missing(evidence, names, "no outcome of each call", "failures")
    return _gap("no-failures", title, "how often calls fail", [fact], 40.0,
                start and replace(start, requests=100, timeout_s=60.0))


def one_model(evidence: Evidence, start: Start) -> Gap | None:
    """Speeds of a single model."""
    frame = evidence.frame
    model = frame.column("model")
    rows = np.flatnonzero(frame.counted & frame.column("metric").where(*_CALLED)
                          & (model.codes > 0))
    names = sorted({str(model.names[code]) for code in model.present(rows).tolist()})
    if len(names) != 1:
        return None
    fact = _models(evidence, rows, names)
    name = evidence.book.name("model", names[0])
    return _gap("one-model", f"All calls are of {{{fact}}} model, {name}.",
                "which model to choose; run this protocol again with the name of another", [fact],
                45.0, start)


def _models(evidence: Evidence, rows: Ints, names: Sequence[str]) -> str:
    return evidence.book.fact("Models whose calls were timed: {}", len(names), statistic="count",
                              estimator="distinct models", n=len(names), topic="setup",
                              weight=8.0, kind="inventory", scope={"of": "gap, models"},
                              sources=evidence.frame.sources(rows),
                              sql=f"SELECT count(DISTINCT model) FROM measurements WHERE counted "
                                  f"AND {among('metric', _CALLED)} AND {among('model', names)}")


def no_load(evidence: Evidence, start: Start) -> Gap | None:
    """Calls at one load only."""
    frame = evidence.frame
    rows = np.flatnonzero(frame.counted & frame.column("metric").where(*_CALLED))
    parameters = frame.column("parameters")
    loads: set[str] = set()
    for code in parameters.present(rows).tolist():
        found = json.loads(parameters.names[code] or "{}")
        loads |= {f"{key}={found[key]}" for key in ("concurrency", "request_rate") if key in found}
    if not len(rows) or len(loads) > 2:
        return None
    fact = evidence.book.fact("Different loads at which calls were timed: {}", len(loads),
                              statistic="count", estimator="distinct concurrency or request rate",
                              n=len(rows), topic="setup", weight=8.0, kind="inventory",
                              scope={"of": "gap, load"}, sources=frame.sources(rows),
                              sql=_LOADS_SQL)
    return _gap("no-load", f"Stated loads at which calls were timed: {{{fact}}}, too few to see "
                "where throughput turns flat.", "how many users the machine can serve",
                [fact], 35.0,
                start and replace(start, concurrency=(1, 2, 4, 8, 16), requests=40, repetitions=3))


_LOADS_SQL = "SELECT " + " + ".join(
    "(SELECT count(DISTINCT json_extract_string(parameters, '$." + name + "')) FROM measurements "
    "WHERE counted AND " + among("metric", _CALLED) + ")"
    for name in ("concurrency", "request_rate"))


def no_quality(evidence: Evidence, start: Start) -> Gap | None:
    """Speeds of several models and no measure of their answers."""
    frame = evidence.frame
    model = frame.column("model")
    rows = np.flatnonzero(frame.counted & frame.column("metric").where("output_throughput")
                          & (model.codes > 0))
    fast = set(model.present(rows).tolist())
    good = set(model.present(frame.counted & frame.column("metric").where(*_QUALITY)).tolist())
    left = sorted(str(model.names[code]) for code in fast - good)
    del start
    if len(fast) < 2 or not left:
        return None
    fact = _models(evidence, rows[np.isin(model.codes[rows], list(fast - good))], left)
    return _gap("no-quality", f"Of {{{fact}}} models speed is known and quality is not: "
                f"{listed(evidence.book, 'model', left)}.",
                "whether the faster model answers well enough; an evaluation must say, no "
                "benchmark of speed does", [fact], 52.0, None)


def no_client_clock(evidence: Evidence, start: Start) -> Gap | None:
    """First tokens that only the server timed."""
    known = [finding for finding in evidence.book.findings
             if finding.rule == "first-token-definition"]
    if not known:
        return None
    (fact,) = known[0].facts
    return _gap("no-client-clock", f"{{{fact}}} times to first token were taken by the server's "
                "own durations.", "how long a user waits for the first token", [fact], 48.0,
                start and replace(start, arrivals="poisson", concurrency=(), rate=(0.5,),
                                  requests=60))


_LOOKS: tuple[Callable[[Evidence, Start], Gap | None], ...] = (
    no_samples, few_runs, no_tail, no_hardware, no_version, no_warmup, no_telemetry, no_failures,
    one_model, no_load, no_quality, no_client_clock,
)

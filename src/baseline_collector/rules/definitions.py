"""Rules about what a number is: first tokens, latencies, rates, units, and how calls arrived."""

from __future__ import annotations

import json

import numpy as np

from baseline_collector.evidence.arrays import Bools, Floats, Ints, taken
from baseline_collector.evidence.book import count_of
from baseline_collector.evidence.cite import cited, counted, derived, span
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.pairing import beside
from baseline_collector.evidence.rule import Evidence, Rule, Threshold, listed

_EXACT = 1e-6
_SMALLEST = 3


def _samples(frame: Frame, metric: str) -> Ints:
    return np.flatnonzero(frame.counted & frame.column("statistic").where("sample")
                          & frame.column("metric").where(metric))


def _files(frame: Frame, rows: Ints) -> list[str]:
    column = frame.column("artifact")
    return sorted(str(column.names[code]) for code in column.present(rows).tolist())


def first_token_definition(evidence: Evidence) -> None:
    """Times to first token that are load plus prompt evaluation in every record of a file."""
    frame, book = evidence.frame, evidence.book
    rows = _samples(frame, "time_to_first_token")
    load = beside(frame, rows, "load_duration")
    prompt = beside(frame, rows, "prompt_eval_duration")
    have = (load >= 0) & (prompt >= 0)
    rows, load, prompt = rows[have], load[have], prompt[have]
    total = frame.value[load] + frame.value[prompt]
    equal = np.abs(total - frame.value[rows]) <= _EXACT * np.maximum(frame.value[rows], _EXACT)
    owner = frame.column("artifact").codes[rows]
    mine = np.array([code for code in np.unique(owner).tolist()
                     if equal[owner == code].all() and (owner == code).sum() >= _SMALLEST])
    chosen = rows[np.isin(owner, mine)]
    if not len(chosen):
        return
    count = counted(evidence, "Times to first token that equal load plus prompt evaluation: {}",
                    len(chosen), of="server-side first tokens", topic="quality", rows=chosen,
                    estimator="equal to load + prompt evaluation of the record", weight=30.0)
    names = _files(frame, chosen)
    book.finding("first-token-definition", "notice",
                 f"{{{count}}} times to first token in {listed(book, 'artifact', names)} are load "
                 "plus prompt evaluation as the server counts them, not a first token that a "
                 "client saw: queueing, network and the first decoding step are left out.",
                 [count], "Take the time to first token at the client, from sending the request "
                 "to the first streamed token, before comparing it with other tools.", "quality")


def impossible_order(evidence: Evidence) -> None:
    """Requests that ended before their first token."""
    frame, book = evidence.frame, evidence.book
    rows = _samples(frame, "time_to_first_token")
    whole = beside(frame, rows, "request_latency")
    wrong = (whole >= 0) & (frame.value[whole] < frame.value[rows] * (1 - _EXACT))
    rows, whole = rows[wrong], whole[wrong]
    if not len(rows):
        return
    worst = int(np.argmax(frame.value[rows] / np.maximum(frame.value[whole], 1e-12)))
    count = counted(evidence, "Requests that end before their first token: {}", len(rows),
                    of="impossible order", topic="quality", rows=rows,
                    estimator="request latency under time to first token", weight=30.0)
    first = cited(evidence, [rows[worst]], "Time to first token of such a request: {}", "value",
                  topic="quality")
    last = cited(evidence, [whole[worst]], "Latency of the same request: {}", "value",
                 topic="quality")
    book.finding("impossible-order", "warning",
                 f"{{{count}}} {count_of(len(rows), 'request ends', 'requests end')} before "
                 f"{count_of(len(rows), 'its', 'their')} first token in "
                 f"{listed(book, 'artifact', _files(frame, rows))}, one with a first token at "
                 f"{{{first}}} and an end at {{{last}}}.", [count, first, last],
                 "Check the units and the clocks of both times; one of them is another quantity.",
                 "quality")


def rate_with_prefill(evidence: Evidence) -> None:
    """Output rates taken over more than the time of decoding."""
    frame, book = evidence.frame, evidence.book
    rows = _samples(frame, "output_throughput")
    tokens, decode, prompt = (beside(frame, rows, metric) for metric in
                              ("output_tokens", "eval_duration", "prompt_eval_duration"))
    have = (tokens >= 0) & (decode >= 0) & (prompt >= 0)
    rows, tokens, decode, prompt = rows[have], tokens[have], decode[have], prompt[have]
    if not len(rows):
        return
    stated, limit = frame.value[rows], evidence.limits["rate-with-prefill.gap"]
    narrow = _rate(frame, tokens, frame.value[decode])
    wide = _rate(frame, tokens, frame.value[decode] + frame.value[prompt])
    mixed = (np.abs(wide - stated) <= 0.01 * stated) & (np.abs(narrow - stated) > limit * stated)
    chosen = rows[mixed]
    if not len(chosen):
        return
    at = int(np.flatnonzero(mixed)[0])
    count = counted(evidence, "Output rates that count the time of the prompt: {}", len(chosen),
                    of="rates with prefill", topic="quality", rows=chosen, weight=30.0,
                    estimator="rate equals tokens / (prompt evaluation + evaluation)")
    told = cited(evidence, [rows[at]], "Output rate as written: {}", "value", topic="quality")
    parts = [cited(evidence, [row], f"{what} of the same call: {{}}", "value", topic="quality",
                   weight=2.0)
             for row, what in ((tokens[at], "Output tokens"), (decode[at], "Evaluation time"))]
    alone = derived(evidence, "Output rate of the same call over evaluation alone: {}",
                    float(narrow[at]), parts, statistic="rate",
                    estimator="output tokens / evaluation time", sql="{0} / {1}", unit="tok/s",
                    metric="output_throughput", topic="quality", n=1)
    book.finding("rate-with-prefill", "notice",
                 f"{{{count}}} output rates in {listed(book, 'artifact', _files(frame, chosen))} "
                 f"count the time of the prompt: one is written as {{{told}}} and is {{{alone}}} "
                 "over decoding alone.", [count, told, alone],
                 "Say what a rate is over; compare decoding rates with decoding rates.", "quality")


def _rate(frame: Frame, tokens: Ints, seconds: Floats) -> Floats:
    return np.asarray(frame.value[tokens] / np.maximum(seconds, 1e-12), np.float64)


_ARRIVALS = ("request_rate", "rate", "qps", "rps", "arrival", "burstiness", "poisson", "schedule")
_LATENCIES = ("request_latency", "time_to_first_token")


def closed_loop(evidence: Evidence) -> None:
    """Latencies of calls of which nothing says that they came by a schedule."""
    frame, book = evidence.frame, evidence.book
    statistic = frame.column("statistic")
    told = np.array([(bool(name) and name.startswith("p") and name[1:2].isdigit()) or name in
                     ("sample", "max") for name in map(str, statistic.names)])
    rows = np.flatnonzero(frame.counted & frame.column("metric").where(*_LATENCIES)
                          & told[statistic.codes])
    rows = rows[~taken(_scheduled(frame), rows)]
    artifact = taken(frame.column("artifact").codes, rows)
    enough = np.bincount(artifact, minlength=1)[artifact] >= _SMALLEST
    tails = ~taken(statistic.where("sample"), rows)
    rows = rows[enough | tails]
    if not len(rows):
        return
    names = _files(frame, rows)
    count = counted(evidence, "Files with latencies and no arrival schedule: {}", len(names),
                    of="closed loop", topic="setup", names=names, weight=45.0,
                    estimator="files with three latencies or a quantile, and no request rate")
    held = count_of(len(names), "file holds", "files hold")
    book.finding("closed-loop", "notice",
                 f"{{{count}}} {held} latencies of calls that name no arrival schedule "
                 f"({listed(book, 'artifact', names)}): where each call waits for the one before, "
                 "a stall delays the calls that would have shown it, so tails may be too short "
                 "(coordinated omission possible).", [count],
                 "Send requests by a schedule (a fixed rate or Poisson arrivals) and time each "
                 "from its planned start before quoting tail latencies.", "setup")


def _scheduled(frame: Frame) -> Bools:
    """Rows whose settings or setup name a request rate."""
    found = np.zeros(frame.size, bool)
    for name in ("parameters", "setup"):
        column = frame.column(name)
        has = np.array([text is not None and any(
            any(word in key.lower() for word in _ARRIVALS) and str(value).lower() not in
            ("", "none", "null", "inf") for key, value in json.loads(text).items())
            for text in column.names], bool)
        if has.any():
            found |= has[column.codes]
    return found


def unit_conflicts(evidence: Evidence) -> None:
    """Numbers put aside because their unit contradicts their name or their parts."""
    frame, book = evidence.frame, evidence.book
    reason = frame.column("reason")
    telling = [name for name in reason.names if name and _about_units(name)]
    for name in telling:
        rows = np.flatnonzero(reason.where(name) & frame.column("status").where("quarantined"))
        if not len(rows):
            continue
        count = cited(evidence, rows, f"Numbers put aside, {book.name('reason', name[4:])}: {{}}",
                      "count", topic="quality", weight=40.0,
                      scope={"of": "unit conflicts", "rule": name[:3]})
        keys = frame.column("key")
        what = ("contradicts its unit", "contradict their unit") if name.startswith("C02") else (
            "disagrees with its record", "disagree with their records")
        spelled = sorted({str(keys.names[code]) for code in keys.codes[rows].tolist()})
        book.finding("unit-conflict", "warning",
                     f"{{{count}}} {count_of(len(rows), 'number')} under "
                     f"{listed(book, 'key', spelled)} in "
                     f"{listed(book, 'artifact', _files(frame, rows))} "
                     f"{count_of(len(rows), *what)}: {book.name('reason', name[4:])}.", [count],
                     "Correct the unit in the artifact, or name the key after what it holds; no "
                     "statistic uses these numbers.", "quality")


def _about_units(reason: str) -> bool:
    return reason.startswith(("C02", "C11"))


def phases_apart(evidence: Evidence) -> None:
    """Cached calls beside others: what a cache saved."""
    frame, book = evidence.frame, evidence.book
    phase = frame.column("phase")
    rows = _samples(frame, "time_to_first_token")
    cached = rows[phase.where("cached")[rows]]
    for artifact in frame.column("artifact").present(cached).tolist():
        here = rows[frame.column("artifact").codes[rows] == artifact]
        if not phase.where("warm", "cold")[here].any():
            continue
        file = book.name("artifact", str(frame.column("artifact").names[artifact]))
        spans, facts = [], []
        for name in ("cached", "warm", "cold"):
            some = here[phase.where(name)[here]]
            if len(some):
                text, ids = span(evidence, some, f"time to first token of {name} calls in {file}",
                                 topic="cold_start")
                spans.append(f"{name} calls {text}")
                facts += ids
        book.finding("cached-calls", "notice",
                     f"Time to first token in {file} by phase: {'; '.join(spans)}.", facts,
                     "Keep calls that a cache answered out of the figures for new prompts.",
                     "cold_start")


RULES = (
    Rule("first-token-definition", "First tokens that no client saw", "notice",
         "NVIDIA NIM metrics; Ollama API", "time to first token, load and prompt evaluation a call",
         "that the time to first token is the server's load plus prompt evaluation",
         "time the first token at the client", first_token_definition),
    Rule("impossible-order", "Requests that end before their first token", "warning",
         "definition of both times", "latency and time to first token of a call",
         "how many, and one of them", "check units and clocks", impossible_order),
    Rule("rate-with-prefill", "Output rates that count the prompt", "notice",
         "NVIDIA NIM metrics; vLLM", "rate, tokens, prompt evaluation and evaluation of a call",
         "a rate as written and over decoding alone", "say what a rate is over",
         rate_with_prefill,
         (Threshold("gap", 0.05, "smallest gap between both rates that is told, as a share"),)),
    Rule("closed-loop", "Tails without an arrival schedule", "notice",
         "Tene 2015, coordinated omission; MLPerf server scenario", "latencies of calls",
         "files whose latencies name no request rate", "send requests by a schedule",
         closed_loop),
    Rule("unit-conflict", "Units that contradict", "warning", "cleaning rules C02 and C11",
         "numbers that cleaning put aside", "which keys contradict their unit, and why",
         "correct the unit in the artifact", unit_conflicts),
    Rule("cached-calls", "Cached calls apart", "notice", "Georges et al. 2007",
         "calls whose artifact says that a cache answered", "times by phase",
         "keep cached calls out of figures for new prompts", phases_apart),
)

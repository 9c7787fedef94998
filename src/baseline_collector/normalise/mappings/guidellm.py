"""guidellm 0.2 to 0.8: what the keys of its JSON and YAML and the columns of its CSV mean.

Specified in guidellm, src/guidellm/benchmark/outputs/csv.py and schemas. Traps: keys ending in
``_ms`` are milliseconds, ``request_latency`` is seconds; time per output token divides the
whole latency, first token included (up to 0.3, the time between first and last token); rates
are distributions over time. Numbers of requests
that failed or were cut off are kept without a metric.
"""

from __future__ import annotations

from baseline_collector.normalise.mappings.definitions import (
    CLIENT,
    GAPS_OVER_TOKENS,
    INCLUDING_FIRST,
    OUTPUT_ONLY,
    RATE_SAMPLES,
    REQUEST_MEAN,
)
from baseline_collector.normalise.mappings.entry import (
    IDENTITY,
    REPETITIONS,
    Entry,
    Table,
    aside,
    context,
    measure,
    parameters,
    sensed,
    setup,
    spread,
)
from baseline_collector.paths import join

_METRICS = {
    "requests_per_second": measure("request_throughput", "req/s", definition=RATE_SAMPLES),
    "request_latency": measure("request_latency", "s", definition=CLIENT),
    "prompt_token_count": measure("prompt_tokens", "tok"),
    "output_token_count": measure("output_tokens", "tok"),
    "total_token_count": measure("total_tokens", "tok"),
    "time_to_first_token_ms": measure("time_to_first_token", "ms", definition=CLIENT),
    "time_to_first_output_token_ms":
        measure("time_to_first_token", "ms", definition=OUTPUT_ONLY),
    "time_per_output_token_ms":
        measure("time_per_output_token", "ms", definition=INCLUDING_FIRST),
    "inter_token_latency_ms": measure("inter_token_latency", "ms", definition=REQUEST_MEAN),
    "prompt_tokens_per_second": measure("prompt_throughput", "tok/s", definition=RATE_SAMPLES),
    "output_tokens_per_second": measure("output_throughput", "tok/s", definition=RATE_SAMPLES),
    "tokens_per_second": measure("total_throughput", "tok/s", definition=RATE_SAMPLES),
}
_ASIDE = {
    "request_concurrency": "1", "request_dispatch_delay": "s", "request_scheduled_latency": "s",
    "turn_predecessor_delay": "s", "turn_scheduling_delay": "s",
    "request_streaming_iterations_count": "1", "output_tokens_per_iteration": "",
    "iter_tokens_per_iteration": "", "time_to_last_round_trip_ms": "ms",
    "avg_round_trip_time_ms": "ms",
}
_PERCENTILES = {
    "p001": "p0.1", "p01": "p1", "p05": "p5", "p10": "p10", "p25": "p25", "p50": "p50",
    "p75": "p75", "p90": "p90", "p95": "p95", "p99": "p99", "p999": "p99.9",
}
_STATISTICS = {"mean": "mean", "median": "p50", "std_dev": "std", "min": "min", "max": "max",
               "total_sum": "total"}


def _distribution(parent: str, entry: Entry) -> dict[str, Entry]:
    """A distribution summary below a parent; without a metric every key is kept aside.

    ``median`` and ``percentiles.p50`` are the same number, so the latter is kept aside.
    """
    percentiles = join(parent, "percentiles")
    named = entry.metric is not None
    half = {} if not named else {join(percentiles, "p50"): aside(entry.unit)}
    if entry.definition == RATE_SAMPLES:
        half[join(parent, "total_sum")] = aside()  # a sum of rates is no rate
    intervals = {
        join(join(parent, "mean_ci"), "{_bound}"): aside(entry.unit),
        join(join(join(parent, "percentile_cis"), "{_percentile}"), "{_bound}"): aside(entry.unit),
    }
    return {
        **spread(parent, _STATISTICS, entry), **spread(percentiles, _PERCENTILES, entry), **half,
        join(parent, "mode"): aside(entry.unit), join(parent, "variance"): aside(),
        join(parent, "count"): REPETITIONS if named else aside("1"), **intervals,
    }


def _statuses(parent: str, entry: Entry) -> dict[str, Entry]:
    """One metric by outcome; only successful requests are measured."""
    found = _distribution(join(parent, "successful"), entry)
    for status in ("errored", "incomplete", "total"):
        found |= _distribution(join(parent, status), aside(entry.unit))
    return found


def _all(parent: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for name, entry in _METRICS.items():
        found |= _statuses(join(parent, name), entry)
    for name, unit in _ASIDE.items():
        found |= _statuses(join(parent, name), aside(unit))
    for name in ("text", "image", "video", "audio", "tool_call"):
        for direction in ("input", "output", "total"):
            found |= _statuses(f"{parent}.{name}.{{_kind}}.{direction}", aside())
    return found


def _load(parent: str) -> dict[str, Entry]:
    """How requests were sent in one benchmark."""
    return {f"{parent}.strategy.{name}": Entry("parameter", target=target, scope=_BENCH)
            for name, target in (("type_", "strategy"), ("streams", "concurrency"),
                                 ("rate", "request_rate"))}


_SENT = ("request_format", "stream", "max_tokens")
"""Settings of the client that change what is measured."""
_BENCH = "benchmarks[]"
_REQUEST = f"{_BENCH}.requests.successful[]"
_JSON: Table = {
    **_all(f"{_BENCH}.metrics"),
    **_distribution(f"{_BENCH}.metrics.root_dispatch_delay", aside("s")),
    **_distribution(f"{_BENCH}.scheduler_metrics.generation_delay", aside("s")),
    f"{_BENCH}.metrics.request_totals.successful": measure("success_count", "1", "total"),
    f"{_BENCH}.metrics.request_totals.errored": measure("failure_count", "1", "total"),
    f"{_BENCH}.metrics.request_totals.total": measure("request_count", "1", "total"),
    f"{_BENCH}.metrics.request_totals.incomplete": aside("1"),
    f"{_BENCH}.metrics.request_goodput": measure("goodput", "req/s", "overall"),
    f"{_BENCH}.duration": measure("run_duration", "s", "overall"),
    f"{_BENCH}.start_time": Entry("time", target="started_at"),
    f"{_BENCH}.end_time": IDENTITY,
    f"{_BENCH}.warmup_duration": aside("s"),
    f"{_BENCH}.cooldown_duration": aside("s"),
    f"{_BENCH}.config.backend.model": context("model", _BENCH),
    f"{_BENCH}.config.run_id": context("run", _BENCH),
    **_load(f"{_BENCH}.config"),
    **parameters(f"{_BENCH}.config.backend", _SENT, _BENCH),
    # How it was started and everything that the tool can be told: no settings of the model's run.
    f"{_BENCH}.config.**": IDENTITY,
    "config.**": IDENTITY,
    f"{_BENCH}.requests.{{_outcome}}[].output": Entry("unnamed"),
    f"{_BENCH}.requests.{{_outcome}}[].info.error": Entry("unnamed"),
    "config.spec.backend.model": context("model", ""),
    "args.model": context("model", ""),
    **setup("metadata", ("guidellm_version", "python_version", "platform"), ""),
    "metadata.version": IDENTITY,
    f"{_REQUEST}.input_metrics.total_tokens": measure("prompt_tokens", "tok"),
    f"{_REQUEST}.output_metrics.total_tokens": measure("output_tokens", "tok"),
    **{f"{_REQUEST}.{name}": _METRICS[name] for name in (
        "request_latency", "time_to_first_token_ms", "time_per_output_token_ms",
        "inter_token_latency_ms")},
    f"{_REQUEST}.prompt_tokens": measure("prompt_tokens", "tok"),
    f"{_REQUEST}.output_tokens": measure("output_tokens", "tok"),
    f"{_BENCH}.request_totals.successful": measure("success_count", "1", "total"),
    f"{_BENCH}.request_totals.errored": measure("failure_count", "1", "total"),
    f"{_BENCH}.request_totals.total": measure("request_count", "1", "total"),
    f"{_BENCH}.request_totals.incomplete": aside("1"),
    f"{_BENCH}.worker.backend_model": context("model", _BENCH),
    **_load(f"{_BENCH}.args"),
    f"{_BENCH}.args.**": IDENTITY,
    f"{_BENCH}.run_stats.**": aside(),
    # Times of day, counters of the scheduler, requests that did not finish.
    f"{_BENCH}.requests.**": aside(),
    f"{_BENCH}.scheduler_state.**": aside(),
    f"{_BENCH}.scheduler_metrics.**": aside(),
    f"{_BENCH}.metrics.**": aside(),
}
_TIMINGS = ("queued_time_avg", "resolve_start_delay_avg", "resolve_targeted_start_delay_avg",
            "request_start_delay_avg", "request_targeted_start_delay_avg", "request_time_avg",
            "resolve_end_delay_avg", "resolve_time_avg", "finalized_delay_avg",
            "processed_delay_avg")
_CSV_METRICS = {
    ("Request Latency", "Sec"): "request_latency",
    ("Time to First Token", "ms"): "time_to_first_token_ms",
    ("Time to First Output Token", "ms"): "time_to_first_output_token_ms",
    ("Time per Output Token", "ms"): "time_per_output_token_ms",
    ("Inter Token Latency", "ms"): "inter_token_latency_ms",
    ("Server Throughput", "Requests/Sec"): "requests_per_second",
    ("Token Metrics", "Input Tokens"): "prompt_token_count",
    ("Token Metrics", "Output Tokens"): "output_token_count",
    ("Token Metrics", "Total Tokens"): "total_token_count",
    ("Token Throughput", "Input Tokens/Sec"): "prompt_tokens_per_second",
    ("Token Throughput", "Output Tokens/Sec"): "output_tokens_per_second",
    ("Token Throughput", "Total Tokens/Sec"): "tokens_per_second",
}
_CSV_STATISTICS = {"Mean": "mean", "Median": "p50", "Std Dev": "std"}
CSV_PERCENTILES = {"min": "min", "p0.1": "p0.1", "p1": "p1", "p5": "p5", "p10": "p10", "p25": "p25",
                   "p75": "p75", "p90": "p90", "p95": "p95", "p99": "p99", "max": "max"}
"""The eleven values of a ``Percentiles`` cell in order; the median is not among them."""


def _csv() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for (group, unit), metric in _CSV_METRICS.items():
        for status, entry in (("Successful", _METRICS[metric]),
                              ("Incomplete", aside(_METRICS[metric].unit)),
                              ("Errored", aside(_METRICS[metric].unit))):
            column = join(join("[]", group), f"{status} {unit}")
            found |= spread(column, _CSV_STATISTICS, entry)
            found |= spread(join(column, "Percentiles"), CSV_PERCENTILES, entry)
    counts, timings = join("[]", "Request Counts"), join("[]", "Timings")
    run, benchmark = join("[]", "Run Info"), join("[]", "Benchmark")
    return {
        **found,
        join(counts, "Successful"): measure("success_count", "1", "total"),
        join(counts, "Errored"): measure("failure_count", "1", "total"),
        join(counts, "Total"): measure("request_count", "1", "total"),
        join(counts, "Incomplete"): aside("1"),
        join(join(timings, "Duration"), "Sec"): measure("run_duration", "s", "overall"),
        join(timings, "Start Time"): context("started_at", "[]"),
        join(run, "Run ID"): context("run", "[]"),
        join(run, "Run Index"): IDENTITY,
        join(join(run, "Backend"), "model"): context("model", "[]"),
        join(benchmark, "Strategy"): Entry("parameter", target="strategy", scope="[]"),
        **parameters(join(run, "Backend"), _SENT, "[]"),
        **{f"{join('[]', group)}.**": IDENTITY for group in (
            "Run Info", "Benchmark", "Runtime Info", "Scheduler State", "Scheduler Metrics")},
        join(join(timings, "Warmup"), "Sec"): aside("s"),
        join(join(timings, "Cooldown"), "Sec"): aside("s"),
        # Intervals of percentiles among them, which are no percentiles.
        "[].**": aside(),
    }


EARLY = "before 0.4"
"""Sense of what a version before 0.4 wrote."""
_EARLY_TPOT = measure("time_per_output_token", "ms", definition=GAPS_OVER_TOKENS)
_EARLY_STATISTICS = {"mean": "mean", "median": "p50", "std dev": "std"}
_ALL_STATISTICS = "[min, 0.1, 1, 5, 10, 25, 75, 90, 95, 99, max]"


def _early_csv() -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for metric, entry in _METRICS.items():
        plain = metric.replace("_", " ").capitalize()
        known = _EARLY_TPOT if metric == "time_per_output_token_ms" else entry
        for status, meant in (("Successful", known), ("Errored", aside(entry.unit)),
                              ("Incomplete", aside(entry.unit)), ("Total", aside(entry.unit))):
            for name, statistic in _EARLY_STATISTICS.items():
                found |= spread("[]", {f"{status} {plain} {name}": statistic}, meant)
            found |= spread(join("[]", f"{status} {plain} {_ALL_STATISTICS}"), CSV_PERCENTILES,
                            meant)
    return found | {
        "[].Successful Requests": measure("success_count", "1", "total"),
        "[].Errored Requests": measure("failure_count", "1", "total"),
        "[].Total Requests": measure("request_count", "1", "total"),
        "[].Incomplete Requests": aside("1"),
        "[].Duration": measure("run_duration", "s", "overall"),
        "[].Run Id": context("run"),
        "[].Start Time": context("started_at"),
        "[].Name": Entry("parameter", target="strategy"),
    }


TABLE: Table = {
    **_JSON,
    **sensed(EARLY, _statuses(f"{_BENCH}.metrics.time_per_output_token_ms", _EARLY_TPOT)),
    **sensed(EARLY, {f"{_REQUEST}.time_per_output_token_ms": _EARLY_TPOT}),
    **_early_csv(),
    **{f"{_BENCH}.scheduler_metrics.{name}": aside("s") for name in _TIMINGS},
    **_csv(),
}

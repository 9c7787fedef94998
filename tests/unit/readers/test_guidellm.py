"""guidellm: milliseconds beside seconds, the first token in TPOT, three header rows."""

import csv
import io
import json

import pytest

METRICS = {
    "requests_per_second": ("request_throughput", "rate-samples", "req/s", 1.0),
    "request_latency": ("request_latency", "client", "s", 1.0),
    "prompt_token_count": ("prompt_tokens", None, "tok", 1.0),
    "output_token_count": ("output_tokens", None, "tok", 1.0),
    "total_token_count": ("total_tokens", None, "tok", 1.0),
    "time_to_first_token_ms": ("time_to_first_token", "client", "s", 1e-3),
    "time_to_first_output_token_ms": ("time_to_first_token", "output-only", "s", 1e-3),
    "time_per_output_token_ms": ("time_per_output_token", "including-first", "s", 1e-3),
    "inter_token_latency_ms": ("inter_token_latency", "request-mean", "s", 1e-3),
    "prompt_tokens_per_second": ("prompt_throughput", "rate-samples", "tok/s", 1.0),
    "output_tokens_per_second": ("output_throughput", "rate-samples", "tok/s", 1.0),
    "tokens_per_second": ("total_throughput", "rate-samples", "tok/s", 1.0),
}
STATISTICS = {"mean": "mean", "median": "p50", "std_dev": "std", "min": "min", "max": "max"}
PERCENTILES = {"p001": "p0.1", "p01": "p1", "p05": "p5", "p10": "p10", "p25": "p25", "p75": "p75",
               "p90": "p90", "p95": "p95", "p99": "p99", "p999": "p99.9"}


def _distribution(base):
    names = [*STATISTICS, *PERCENTILES]
    values = {name: base + at for at, name in enumerate(names, 1)}
    return {name: values[name] for name in STATISTICS} | {
        "mode": base + 90, "variance": base + 91, "count": 400, "total_sum": base + 92,
        "percentiles": {"p50": base + 93, **{name: values[name] for name in PERCENTILES}}}


def _report():
    metrics = {name: {"successful": _distribution(100 * at), "errored": _distribution(7),
                      "incomplete": None, "total": _distribution(8)}
               for at, name in enumerate(METRICS, 1)}
    metrics["request_totals"] = {"successful": 5, "errored": 2, "incomplete": 1, "total": 9}
    benchmark = {"type_": "generative_benchmark", "metrics": metrics, "duration": 19.5,
                 "start_time": 1795435719.5, "config": {"backend": {"model": "m"},
                                                        "strategy": {"streams": 8}}}
    return json.dumps({"metadata": {"version": 2, "guidellm_version": "0.8.1"},
                       "benchmarks": [benchmark]})


def test_every_statistic_of_every_metric(golden):
    found = golden("guidellm", a_DOT_json=_report())
    for at, (name, (metric, definition, unit, factor)) in enumerate(METRICS.items(), 1):
        place = f"/benchmarks/0/metrics/{name}/successful/"
        values = _distribution(100 * at)
        for key, statistic in STATISTICS.items():
            assert found[place + key] == (metric, definition, statistic, unit,
                                          pytest.approx(values[key] * factor)), name
        for key, statistic in PERCENTILES.items():
            assert found[f"{place}percentiles/{key}"] == (
                metric, definition, statistic, unit,
                pytest.approx(values["percentiles"][key] * factor)), name
        assert place + "mode" not in found and f"{place}percentiles/p50" not in found
    totals = "/benchmarks/0/metrics/request_totals/"
    assert found[totals + "successful"] == ("success_count", None, "total", "1", 5.0)
    assert found[totals + "errored"] == ("failure_count", None, "total", "1", 2.0)
    assert found[totals + "total"] == ("request_count", None, "total", "1", 9.0)
    assert found["/benchmarks/0/duration"] == ("run_duration", None, "overall", "s", 19.5)
    assert not [place for place in found if "/errored/" in place or "/total/" in place]


def test_context_and_repetitions(measurements):
    rows = {row["pointer"]: row for row in measurements("guidellm", a_DOT_json=_report())}
    row = rows["/benchmarks/0/metrics/request_latency/successful/mean"]
    assert (row["model"], row["n"]) == ("m", 400)
    assert json.loads(row["parameters"])["concurrency"] == "8"
    assert row["started_at"].startswith("2026-11-23")


def _table(columns):
    out = io.StringIO()
    writer = csv.writer(out)
    for at in range(3):
        writer.writerow([names[at] for names, _ in columns])
    writer.writerow([value for _, value in columns])
    return out.getvalue()


COLUMNS = [
    (("Run Info", "Run ID", ""), "r1"), (("Run Info", "Run Index", ""), "0"),
    (("Run Info", "Backend", ""), '{"kind": "openai_http", "model": "m"}'),
    (("Timings", "Duration", "Sec"), "19.5"),
    (("Request Counts", "Successful", ""), "5"), (("Request Counts", "Errored", ""), "2"),
    (("Request Counts", "Total", ""), "9"),
    (("Request Latency", "Successful Sec", "Mean"), "0.375"),
    (("Request Latency", "Successful Sec", "Median"), "0.25"),
    (("Request Latency", "Successful Sec", "Std Dev"), "0.125"),
    (("Request Latency", "Successful Sec", "Percentiles"), str([n / 8 for n in range(1, 12)])),
    (("Request Latency", "Errored Sec", "Mean"), "77.0"),
    (("Time to First Token", "Successful ms", "Mean"), "60.5"),
    (("Time to First Output Token", "Successful ms", "Mean"), "61.5"),
    (("Time per Output Token", "Successful ms", "Mean"), "5.5"),
    (("Inter Token Latency", "Successful ms", "Mean"), "4.5"),
    (("Server Throughput", "Successful Requests/Sec", "Mean"), "20.5"),
    (("Token Metrics", "Successful Input Tokens", "Mean"), "16.5"),
    (("Token Metrics", "Successful Output Tokens", "Mean"), "64.5"),
    (("Token Metrics", "Successful Total Tokens", "Mean"), "81.5"),
    (("Token Throughput", "Successful Input Tokens/Sec", "Mean"), "327.5"),
    (("Token Throughput", "Successful Output Tokens/Sec", "Mean"), "1309.5"),
    (("Token Throughput", "Successful Total Tokens/Sec", "Mean"), "1637.5"),
]


def test_csv_with_three_header_rows(golden, measurements):
    found = {place.removeprefix("row 1, column "): value
             for place, value in golden("guidellm", a_DOT_csv=_table(COLUMNS)).items()}
    latency = ("request_latency", "client")
    order = ("min", "p0.1", "p1", "p5", "p10", "p25", "p75", "p90", "p95", "p99", "max")
    percentiles = {f"Request Latency.Successful Sec.Percentiles.{name}":
                   (*latency, name, "s", n / 8) for n, name in enumerate(order, 1)}
    assert found == percentiles | {
        "Timings.Duration.Sec": ("run_duration", None, "overall", "s", 19.5),
        "Request Counts.Successful": ("success_count", None, "total", "1", 5.0),
        "Request Counts.Errored": ("failure_count", None, "total", "1", 2.0),
        "Request Counts.Total": ("request_count", None, "total", "1", 9.0),
        "Request Latency.Successful Sec.Mean": (*latency, "mean", "s", 0.375),
        "Request Latency.Successful Sec.Median": (*latency, "p50", "s", 0.25),
        "Request Latency.Successful Sec.Std Dev": (*latency, "std", "s", 0.125),
        "Time to First Token.Successful ms.Mean":
            ("time_to_first_token", "client", "mean", "s", pytest.approx(0.0605)),
        "Time to First Output Token.Successful ms.Mean":
            ("time_to_first_token", "output-only", "mean", "s", pytest.approx(0.0615)),
        "Time per Output Token.Successful ms.Mean":
            ("time_per_output_token", "including-first", "mean", "s", pytest.approx(0.0055)),
        "Inter Token Latency.Successful ms.Mean":
            ("inter_token_latency", "request-mean", "mean", "s", pytest.approx(0.0045)),
        "Server Throughput.Successful Requests/Sec.Mean":
            ("request_throughput", "rate-samples", "mean", "req/s", 20.5),
        "Token Metrics.Successful Input Tokens.Mean": ("prompt_tokens", None, "mean", "tok", 16.5),
        "Token Metrics.Successful Output Tokens.Mean": ("output_tokens", None, "mean", "tok", 64.5),
        "Token Metrics.Successful Total Tokens.Mean": ("total_tokens", None, "mean", "tok", 81.5),
        "Token Throughput.Successful Input Tokens/Sec.Mean":
            ("prompt_throughput", "rate-samples", "mean", "tok/s", 327.5),
        "Token Throughput.Successful Output Tokens/Sec.Mean":
            ("output_throughput", "rate-samples", "mean", "tok/s", 1309.5),
        "Token Throughput.Successful Total Tokens/Sec.Mean":
            ("total_throughput", "rate-samples", "mean", "tok/s", 1637.5)}
    row = measurements("guidellm", a_DOT_csv=_table(COLUMNS))[-1]
    assert (row["model"], row["run"]) == ("m", "r1")

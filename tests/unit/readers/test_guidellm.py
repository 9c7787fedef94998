"""guidellm: milliseconds beside seconds, the first token in TPOT, three header rows."""

import csv
import io
import json

import pytest
import yaml

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
                 "start_time": 1795435719.5, "config": {
                     "id_": "1d71", "run_id": "8bb7", "run_index": 0, "confidence": 0.95,
                     "backend": {"model": "m", "stream": True, "timeout_connect": 5.0},
                     "strategy": {"type_": "concurrent", "streams": 8, "worker_count": 8},
                     "environment": {"str": "<an object at 0x7fcb84f9cfd0>"}}}
    return json.dumps({"metadata": {"version": 2, "guidellm_version": "0.8.1"},
                       "config": {"spec": {"data_loader": {"num_workers": 1}}},
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
    assert (row["model"], row["n"], row["run"]) == ("m", 400, "8bb7")
    assert json.loads(row["parameters"]) == {
        "strategy": "concurrent", "concurrency": "8", "stream": "true"}
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
    (("Run Info", "Backend", ""), '{"kind": "openai_http", "model": "m", "max_tokens": 64}'),
    (("Benchmark", "Strategy", ""), "concurrent@2"),
    (("Timings", "Duration", "Sec"), "19.5"),
    (("Request Counts", "Successful", ""), "5"), (("Request Counts", "Errored", ""), "2"),
    (("Request Counts", "Total", ""), "9"),
    (("Request Latency", "Successful Sec", "Mean"), "0.375"),
    (("Request Latency", "Successful Sec", "Median"), "0.25"),
    (("Request Latency", "Successful Sec", "Std Dev"), "0.125"),
    (("Request Latency", "Successful Sec", "Percentiles"), str([n / 8 for n in range(1, 12)])),
    (("Request Latency", "Errored Sec", "Mean"), "77.0"),
    (("Request Latency", "Successful Sec", "Percentile CIs"), '{"p50": [0.2, 0.3], "p99": [1, 2]}'),
    (("Request Latency", "Successful Sec", "Mean CI"), '{"lower": 0.3, "upper": 0.4}'),
    (("Scheduler State", "", ""), '{"errored_requests": 3}'),
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
    assert json.loads(row["parameters"]) == {"strategy": "concurrent@2", "max_tokens": "64"}


def _early():
    """A report as 0.2 and 0.3 write it: other places, and time per output token by gaps."""
    report = json.loads(_report())
    benchmark = report["benchmarks"][0]
    totals = benchmark["metrics"].pop("request_totals")
    del benchmark["config"]
    return {"benchmarks": [benchmark | {
        "run_stats": {"start_time": 1795435719.25, "total": 9}, "request_totals": totals,
        "args": {"strategy": {"type_": "concurrent", "streams": 4}},
        "worker": {"backend_model": "old"},
        "requests": {"successful": [{
            "request_latency": 1.25, "time_to_first_token_ms": 31.5, "inter_token_latency_ms": 32.5,
            "time_per_output_token_ms": 33.5, "prompt_tokens": 34, "output_tokens": 35}]}}]}


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_before_0_4_a_field_is_computed_another_way(golden, measurements, suffix):
    text = json.dumps(_early())  # JSON in flow style is YAML, but not what the tool writes
    if suffix == "yaml":
        text = yaml.safe_dump(_early())
    found = golden("guidellm", **{f"a_DOT_{suffix}": text})
    place = "/benchmarks/0/metrics/time_per_output_token_ms/successful/mean"
    assert found[place] == ("time_per_output_token", "gaps-over-tokens", "mean", "s",
                            pytest.approx(0.801))
    assert found["/benchmarks/0/metrics/inter_token_latency_ms/successful/mean"] == (
        "inter_token_latency", "request-mean", "mean", "s", pytest.approx(0.901))
    one = "/benchmarks/0/requests/successful/0/"
    assert {key.removeprefix(one): value for key, value in found.items() if one in key} == {
        "request_latency": ("request_latency", "client", "sample", "s", 1.25),
        "time_to_first_token_ms":
            ("time_to_first_token", "client", "sample", "s", pytest.approx(0.0315)),
        "inter_token_latency_ms":
            ("inter_token_latency", "request-mean", "sample", "s", pytest.approx(0.0325)),
        "time_per_output_token_ms":
            ("time_per_output_token", "gaps-over-tokens", "sample", "s", pytest.approx(0.0335)),
        "prompt_tokens": ("prompt_tokens", None, "sample", "tok", 34.0),
        "output_tokens": ("output_tokens", None, "sample", "tok", 35.0)}
    assert found["/benchmarks/0/request_totals/errored"] == (
        "failure_count", None, "total", "1", 2.0)
    row = measurements("guidellm", **{f"a_DOT_{suffix}": text})[-1]
    assert row["model"] == "old" and json.loads(row["parameters"])["concurrency"] == "4"


def test_yaml_says_what_json_says(measurements):
    report = json.loads(_report())
    rows = measurements("guidellm", a_DOT_json=json.dumps(report),
                        b_DOT_yaml=yaml.safe_dump(report, sort_keys=False))
    said = [[(row["pointer"], row["metric"], row["definition"], row["statistic"], row["unit"],
              row["value"]) for row in rows if row["artifact"].endswith(kind)]
            for kind in ("json", "yaml")]
    assert said[0] == said[1] and len(said[0]) > 100


def test_early_csv_with_one_header_row(golden):
    every = "[min, 0.1, 1, 5, 10, 25, 75, 90, 95, 99, max]"
    columns = {
        "Type": "generative_benchmark", "Run Id": "r", "Id": "i", "Name": "concurrent@2",
        "Start Time": "2026-11-25 06:16:30", "End Time": "2026-11-25 06:17:30", "Duration": "32.5",
        "Successful Requests": "4", "Errored Requests": "5", "Total Requests": "9",
        "Successful Request latency mean": "16.25", "Successful Request latency median": "15.25",
        "Successful Request latency std dev": "1.25",
        f"Successful Request latency {every}": str([n / 8 for n in range(1, 12)]),
        "Successful Time to first token ms mean": "61.5",
        "Successful Time per output token ms mean": "62.5",
        "Successful Inter token latency ms mean": "63.5",
        "Successful Output tokens per second mean": "64.5",
        "Successful Tokens per second mean": "65.5", "Errored Request latency mean": "77.5"}
    out = io.StringIO()
    csv.writer(out).writerows([columns.keys(), columns.values()])
    found = {place.removeprefix("row 1, column Successful "): value
             for place, value in golden("guidellm", a_DOT_csv=out.getvalue()).items()}
    order = ("min", "p0.1", "p1", "p5", "p10", "p25", "p75", "p90", "p95", "p99", "max")
    latency = ("request_latency", "client")
    assert found == {f"Request latency {every}.{name}": (*latency, name, "s", n / 8)
                     for n, name in enumerate(order, 1)} | {
        "row 1, column Duration": ("run_duration", None, "overall", "s", 32.5),
        "Requests": ("success_count", None, "total", "1", 4.0),
        "row 1, column Errored Requests": ("failure_count", None, "total", "1", 5.0),
        "row 1, column Total Requests": ("request_count", None, "total", "1", 9.0),
        "Request latency mean": (*latency, "mean", "s", 16.25),
        "Request latency median": (*latency, "p50", "s", 15.25),
        "Request latency std dev": (*latency, "std", "s", 1.25),
        "Time to first token ms mean":
            ("time_to_first_token", "client", "mean", "s", pytest.approx(0.0615)),
        "Time per output token ms mean":
            ("time_per_output_token", "gaps-over-tokens", "mean", "s", pytest.approx(0.0625)),
        "Inter token latency ms mean":
            ("inter_token_latency", "request-mean", "mean", "s", pytest.approx(0.0635)),
        "Output tokens per second mean":
            ("output_throughput", "rate-samples", "mean", "tok/s", 64.5),
        "Tokens per second mean": ("total_throughput", "rate-samples", "mean", "tok/s", 65.5)}

"""aiperf: units beside values, per request and per run, warm-up left out, four layouts."""

import json

import pytest

RECORD = {
    "time_to_first_token": ("ms", 57.5, ("time_to_first_token", "client", "s", 0.0575)),
    "time_to_first_output_token": ("ms", 58.5, ("time_to_first_token", "output-only", "s", 0.0585)),
    "inter_token_latency": ("ms", 5.5, ("inter_token_latency", "request-mean", "s", 0.0055)),
    "inter_chunk_latency": ("ms", 4.5, ("inter_token_latency", "per-gap", "s", 0.0045)),
    "request_latency": ("ms", 374.5, ("request_latency", "client", "s", 0.3745)),
    "output_token_throughput_per_user":
        ("tokens/sec/user", 198.5, ("output_throughput", "request-mean", "tok/s", 198.5)),
    "e2e_output_token_throughput":
        ("tokens/sec/user", 171.5, ("output_throughput", "per-request", "tok/s", 171.5)),
    "prefill_throughput_per_user":
        ("tokens/sec/user", 285.5, ("prompt_throughput", "per-request", "tok/s", 285.5)),
    "output_sequence_length": ("tokens", 64.5, ("output_tokens", None, "tok", 64.5)),
    "input_sequence_length": ("tokens", 16.5, ("prompt_tokens", None, "tok", 16.5)),
    "usage_total_tokens": ("tokens", 81.5, ("total_tokens", None, "tok", 81.5)),
    "decode_duration": ("ms", 317.5, ("eval_duration", None, "s", 0.3175)),
}
RUN = {
    "output_token_throughput": ("tokens/sec", 1335.5, ("output_throughput", "system", "tok/s")),
    "input_token_throughput": ("tokens/sec", 333.5, ("prompt_throughput", "system", "tok/s")),
    "total_token_throughput": ("tokens/sec", 1669.5, ("total_throughput", "system", "tok/s")),
    "request_throughput": ("requests/sec", 20.5, ("request_throughput", "system", "req/s")),
    "benchmark_duration": ("sec", 15.5, ("run_duration", None, "s")),
    "request_count": ("requests", 320.0, ("success_count", None, "1")),
    "error_request_count": ("requests", 3.0, ("failure_count", None, "1")),
    "completed_request_count": ("requests", 323.0, ("request_count", None, "1")),
    "total_isl": ("tokens", 5120.0, ("prompt_tokens", None, "tok")),
    "total_osl": ("tokens", 20480.0, ("output_tokens", None, "tok")),
}
COUNTS = ("request_count", "error_request_count", "completed_request_count", "total_isl",
          "total_osl")


def _export():
    document = {"aiperf_version": "0.13.0", "input_config": {"models": {"items": [{"name": "m"}]}},
                "http_req_data_sent": {"unit": "KB", "avg": 0.5},
                "warmup_metrics": {"request_latency": {"unit": "ms", "avg": 999.0}}}
    for tag, (unit, value, _) in RECORD.items():
        document[tag] = {"unit": unit, "avg": value, "p99": value + 1000, "min": value + 2000,
                         "max": value + 3000, "std": value + 4000, "p50": value + 5000,
                         "count": 320}
    for tag, (unit, value, _) in RUN.items():
        document[tag] = {"unit": unit, "avg": value}
    return json.dumps(document)


def test_json_export(golden, measurements):
    found = golden("aiperf", a_DOT_json=_export())
    steps = (("avg", "mean", 0), ("p99", "p99", 1000), ("min", "min", 2000), ("max", "max", 3000),
             ("std", "std", 4000), ("p50", "p50", 5000))
    for tag, (unit, value, (metric, definition, canonical, _)) in RECORD.items():
        factor = 1e-3 if unit == "ms" else 1.0
        for key, statistic, more in steps:
            assert found.pop(f"/{tag}/{key}") == (metric, definition, statistic, canonical,
                                                  pytest.approx((value + more) * factor))
    for tag, (_, value, (metric, definition, canonical)) in RUN.items():
        statistic = "total" if tag in COUNTS else "overall"
        assert found.pop(f"/{tag}/avg") == (metric, definition, statistic, canonical, value)
    assert found == {}
    rows = {row["pointer"]: row for row in measurements("aiperf", a_DOT_json=_export())}
    assert (rows["/request_latency/p99"]["n"], rows["/request_latency/p99"]["model"]) == (320, "m")
    sent = rows["/http_req_data_sent/avg"]
    assert (sent["metric"], sent["unit"], sent["value"]) == (None, "byte", 512.0)


def test_records_of_the_warmup_are_not_measured(golden):
    def line(phase):
        return json.dumps({
            "metadata": {"x_request_id": "x", "benchmark_phase": phase},
            "metrics": {tag: {"value": [value, 0.0] if tag == "inter_chunk_latency" else value,
                              "unit": unit} for tag, (unit, value, _) in RECORD.items()}})
    found = golden("aiperf", a_DOT_jsonl=f"{line('warmup')}\n{line('profiling')}\n")
    gaps = ("inter_token_latency", "per-gap", "sample", "s")
    assert found.pop("/1/metrics/inter_chunk_latency/value/0") == (*gaps, pytest.approx(0.0045))
    assert found.pop("/1/metrics/inter_chunk_latency/value/1") == (*gaps, 0.0)
    for tag, (_, _, (metric, definition, unit, value)) in RECORD.items():
        if tag != "inter_chunk_latency":
            assert found.pop(f"/1/metrics/{tag}/value") == (
                metric, definition, "sample", unit, pytest.approx(value))
    assert found == {}


CSV = """Metric,avg,min,max,sum,p1,p50,p99,std
Inter Token Latency (ms),5.5,4.5,6.5,1610.5,4.75,5.25,6.25,0.125
Output Token Throughput Per User (tokens/sec/user),198.5,188.5,218.5,63616.5,189.5,199.5,212.5,3.5
HTTP Data Sent (KB),0.5,0.5,0.5,0.5,0.5,0.5,0.5,0.0

Metric,Value
Completed Requests (Success + Error),323.00
Output Token Throughput (tokens/sec),1335.5
"""


def test_csv_export(golden):
    itl = ("inter_token_latency", "request-mean")
    user = ("output_throughput", "request-mean")
    found = golden("aiperf", a_DOT_csv=CSV)
    assert found == {
        **{f"row 1, column {name}": (*itl, statistic, "s", pytest.approx(value * 1e-3))
           for name, statistic, value in (
               ("avg", "mean", 5.5), ("min", "min", 4.5), ("max", "max", 6.5),
               ("sum", "total", 1610.5), ("p1", "p1", 4.75), ("p50", "p50", 5.25),
               ("p99", "p99", 6.25), ("std", "std", 0.125))},
        **{f"row 2, column {name}": (*user, statistic, "tok/s", value)
           for name, statistic, value in (
               ("avg", "mean", 198.5), ("min", "min", 188.5), ("max", "max", 218.5),
               ("p1", "p1", 189.5), ("p50", "p50", 199.5), ("p99", "p99", 212.5),
               ("std", "std", 3.5))},
        "row 5, column Value": ("request_count", None, "total", "1", 323.0),
        "row 6, column Value": ("output_throughput", "system", "overall", "tok/s", 1335.5)}


def test_console_joins_names_over_two_lines(golden):
    text = """                 NVIDIA AIPerf | LLM Metrics
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━┳━━━━━━━━┓
┃                            Metric ┃      avg ┃    p99 ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━╇━━━━━━━━┩
│          Time to First Token (ms) │    57.50 │  90.50 │
│  Output Token Throughput Per User │   198.50 │ 212.50 │
│                 (tokens/sec/user) │          │        │
│           Output Token Throughput │ 1,335.50 │    N/A │
│                      (tokens/sec) │          │        │
│                     Request Count │   320.00 │    N/A │
└───────────────────────────────────┴──────────┴────────┘
"""
    found = golden("aiperf", a_DOT_txt=text)
    assert found["line 5, avg"] == ("time_to_first_token", "client", "mean", "s",
                                    pytest.approx(0.0575))
    assert found["line 5, p99"][2] == "p99"
    assert found["line 6, avg"] == ("output_throughput", "request-mean", "mean", "tok/s", 198.5)
    assert found["line 8, avg"] == ("output_throughput", "system", "overall", "tok/s", 1335.5)
    assert found["line 10, avg"] == ("success_count", None, "total", "1", 320.0)


def test_gpu_telemetry(golden, measurements):
    text = "".join(json.dumps({
        "timestamp_ns": 1795587406837884500 + at, "telemetry_source_url": "http://n:9401/metrics",
        "gpu_index": 0, "gpu_uuid": "GPU-1", "gpu_model_name": "NVIDIA H100",
        "telemetry_data": {"nvidia_power_usage": 310.5 + at, "nvidia_gpu_utilization": 91.5 + at,
                           "nvidia_memory_used": 46.25, "nvidia_temperature": 61.5,
                           "nvidia_xid_errors": 0.0}}) + "\n" for at in range(2))
    found = golden("aiperf", a_DOT_jsonl=text)
    assert {place: value for place, value in found.items() if place.startswith("/1/")} == {
        "/1/telemetry_data/nvidia_power_usage": ("power", None, "sample", "W", 311.5),
        "/1/telemetry_data/nvidia_gpu_utilization": ("gpu_utilization", None, "sample", "%", 92.5),
        "/1/telemetry_data/nvidia_memory_used":
            ("memory_used", None, "sample", "byte", pytest.approx(46.25e9, rel=0.08)),
        "/1/telemetry_data/nvidia_temperature": ("temperature", None, "sample", "°C", 61.5)}
    assert measurements("aiperf", a_DOT_jsonl=text)[0]["device"] == "NVIDIA H100"


def test_server_metrics_are_kept_under_their_own_names(measurements):
    line = json.dumps({
        "endpoint_url": "http://127.0.0.1:1/metrics", "timestamp_ns": 1, "endpoint_latency_ns": 24,
        "metrics": {"llamacpp:prompt_tokens": [{"value": 30.5}]}, "first_byte_ns": 3})
    document = json.dumps({"aiperf_version": "0.13.0", "summary": {"endpoints_configured": ["u"]},
                           "metrics": {"vllm:x": {"type": "gauge", "series": [
                               {"stats": {"avg": 31.5}}]}}})
    table = ("# AIPerf Server Metrics Export (CSV)\n# aiperf_version: 0.13.0\n#\n"
             "Endpoint,Type,Metric,Unit,avg,min,Description\nu,gauge,vllm:x,,32.5,33.5,text\n\n"
             "Endpoint,Type,Metric,Unit,total,rate,Description\nu,counter,vllm:y,,34.5,35.5,more\n")
    for name, text in (("a_DOT_jsonl", line), ("a_DOT_json", document), ("a_DOT_csv", table)):
        rows = [row for row in measurements("aiperf", **{name: text}) if row["role"] != "identity"]
        assert all(row["metric"] is None and row["status"] == "ok" for row in rows), name
    assert [(row["pointer"], row["value"]) for row in rows if row["artifact"].endswith("csv")] == [
        ("row 1, column avg", 32.5), ("row 1, column min", 33.5),
        ("row 2, column total", 34.5), ("row 2, column rate", 35.5)]

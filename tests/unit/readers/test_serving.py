"""llmperf, inference-perf, llm-d benchmark reports, MLPerf: every field distinct."""

import json

import pytest

from baseline_collector.errors import ReadError
from baseline_collector.readers.yaml_text import parse_yaml

LLMPERF = {
    "inter_token_latency_s": ("inter_token_latency", "including-first", "s"),
    "ttft_s": ("time_to_first_token", "client", "s"),
    "end_to_end_latency_s": ("request_latency", "client", "s"),
    "request_output_throughput_token_per_s": ("output_throughput", "per-request", "tok/s"),
    "number_input_tokens": ("prompt_tokens", None, "tok"),
    "number_output_tokens": ("output_tokens", None, "tok"),
}
STATISTICS = {"quantiles_p25": "p25", "quantiles_p99": "p99", "mean": "mean", "min": "min",
              "max": "max", "stddev": "std"}


def test_llmperf_summary(golden):
    document = {"version": "2023-08-31", "model": "m", "num_concurrent_requests": 5,
                "mean_input_tokens": 550, "results_num_requests_started": 150,
                "results_num_completed_requests": 149, "results_number_errors": 1,
                "results_mean_output_throughput_token_per_s": 198.25}
    wanted = {
        "/results_num_requests_started": ("request_count", None, "total", "1", 150.0),
        "/results_num_completed_requests": ("success_count", None, "total", "1", 149.0),
        "/results_number_errors": ("failure_count", None, "total", "1", 1.0),
        "/results_mean_output_throughput_token_per_s":
            ("output_throughput", "system", "overall", "tok/s", 198.25)}
    for at, (name, (metric, definition, unit)) in enumerate(LLMPERF.items(), 1):
        for step, (key, statistic) in enumerate(STATISTICS.items(), 1):
            document[f"results_{name}_{key}"] = 10 * at + step
            wanted[f"/results_{name}_{key}"] = (metric, definition, statistic, unit,
                                                10.0 * at + step)
    assert golden("llmperf", a_DOT_json=json.dumps(document)) == wanted


def test_llmperf_requests_and_their_errors(golden, measurements):
    good = {"error_code": None, "error_msg": "", "number_total_tokens": 71} | {
        name: float(at) for at, name in enumerate(LLMPERF, 1)}
    bad = dict.fromkeys(LLMPERF, 0) | {"error_code": 500, "error_msg": "boom"}
    text = json.dumps([good, bad])
    found = golden("llmperf", a_DOT_json=text)
    assert found == {"/0/number_total_tokens": ("total_tokens", None, "sample", "tok", 71.0)} | {
        f"/0/{name}": (metric, definition, "sample", unit, float(at))
        for at, (name, (metric, definition, unit)) in enumerate(LLMPERF.items(), 1)}
    failed = [row for row in measurements("llmperf", a_DOT_json=text) if row["status"] == "failed"]
    assert {row["pointer"] for row in failed} >= {"/1/ttft_s", "/1/end_to_end_latency_s"}


def test_inference_perf(golden):
    latency = {"request_latency": ("request_latency", "client"),
               "normalized_time_per_output_token": ("time_per_output_token", "including-first"),
               "time_per_output_token": ("time_per_output_token", "excluding-first"),
               "time_to_first_token": ("time_to_first_token", "client"),
               "inter_token_latency": ("inter_token_latency", "per-gap")}
    names = {"mean": "mean", "median": "p50", "min": "min", "p99.9": "p99.9"}
    document = {
        "load_summary": {"count": 60, "requested_rate": 1.5, "achieved_rate": 1.25,
                         "schedule_delay": {"mean": -0.5}},
        "successes": {
            "count": 59,
            "latency": {name: {key: 10 * at + step for step, key in enumerate(names, 1)}
                        for at, name in enumerate(latency, 1)},
            "throughput": {"input_tokens_per_sec": 200.5, "output_tokens_per_sec": 62.5,
                           "total_tokens_per_sec": 263.5, "requests_per_sec": 0.75},
            "prompt_len": {"mean": 201.5}, "output_len": {"mean": 63.5}},
        "failures": {"count": 1}}
    place = "/successes/latency/"
    assert golden("inference-perf", a_DOT_json=json.dumps(document)) == {
        "/load_summary/count": ("request_count", None, "total", "1", 60.0),
        "/successes/count": ("success_count", None, "total", "1", 59.0),
        "/failures/count": ("failure_count", None, "total", "1", 1.0),
        "/successes/throughput/input_tokens_per_sec":
            ("prompt_throughput", "system", "overall", "tok/s", 200.5),
        "/successes/throughput/output_tokens_per_sec":
            ("output_throughput", "system", "overall", "tok/s", 62.5),
        "/successes/throughput/total_tokens_per_sec":
            ("total_throughput", "system", "overall", "tok/s", 263.5),
        "/successes/throughput/requests_per_sec":
            ("request_throughput", "system", "overall", "req/s", 0.75),
        "/successes/prompt_len/mean": ("prompt_tokens", None, "mean", "tok", 201.5),
        "/successes/output_len/mean": ("output_tokens", None, "mean", "tok", 63.5),
        **{f"{place}{name}/{key}": (*meaning, names[key], "s", float(10 * at + step))
           for at, (name, meaning) in enumerate(latency.items(), 1)
           for step, key in enumerate(names, 1)}}


REPORT = """
version: 0.2.1
scenario:
  load:
    standardized: {concurrency: .inf, rate_qps: 10.0}
  stack:
  - standardized:
      model: {name: Qwen/Q}
run:
  uid: u
results:
  request_performance:
    aggregate:
      latency:
        request_latency: {units: ms, mean: 11.5, p99p9: 12.5}
        time_to_first_token: {units: s, mean: 13.5, p0p1: 14.5}
        time_per_output_token: {units: s/token, mean: 15.5}
        normalized_time_per_output_token: {units: s/token, mean: 16.5}
        inter_token_latency: {units: ms/token, mean: 17.5}
      requests:
        total: 500
        failures: 3
        input_length: {units: count, mean: 18.5}
        output_length: {units: count, mean: 19.5}
      throughput:
        input_token_rate: {units: tokens/s, mean: 20.5}
        output_token_rate: {units: tokens/s, mean: 21.5}
        total_token_rate: {units: tokens/s, mean: 22.5}
        request_rate: {units: queries/s, mean: 23.5}
"""


def test_llm_d_report_as_yaml(golden, measurements):
    found = {place.rpartition("aggregate/")[2]: value
             for place, value in golden("llm-d-benchmark-report", a_DOT_yaml=REPORT).items()}
    assert found == {
        "latency/request_latency/mean": ("request_latency", "client", "mean", "s", 0.0115),
        "latency/request_latency/p99p9": ("request_latency", "client", "p99.9", "s", 0.0125),
        "latency/time_to_first_token/mean": ("time_to_first_token", "client", "mean", "s", 13.5),
        "latency/time_to_first_token/p0p1": ("time_to_first_token", "client", "p0.1", "s", 14.5),
        "latency/time_per_output_token/mean":
            ("time_per_output_token", "excluding-first", "mean", "s", 15.5),
        "latency/normalized_time_per_output_token/mean":
            ("time_per_output_token", "including-first", "mean", "s", 16.5),
        "latency/inter_token_latency/mean":
            ("inter_token_latency", "harness", "mean", "s", pytest.approx(0.0175)),
        "requests/total": ("request_count", None, "total", "1", 500.0),
        "requests/failures": ("failure_count", None, "total", "1", 3.0),
        "requests/input_length/mean": ("prompt_tokens", None, "mean", "tok", 18.5),
        "requests/output_length/mean": ("output_tokens", None, "mean", "tok", 19.5),
        "throughput/input_token_rate/mean": ("prompt_throughput", "system", "mean", "tok/s", 20.5),
        "throughput/output_token_rate/mean": ("output_throughput", "system", "mean", "tok/s", 21.5),
        "throughput/total_token_rate/mean": ("total_throughput", "system", "mean", "tok/s", 22.5),
        "throughput/request_rate/mean": ("request_throughput", "system", "mean", "req/s", 23.5)}
    row = measurements("llm-d-benchmark-report", a_DOT_yaml=REPORT)[-1]
    assert row["model"] == "Qwen/Q"
    assert json.loads(row["parameters"])["concurrency"] == ".inf"


@pytest.mark.parametrize(
    "text", ["", "[" * 100, "a: [1\nb", "a: !!python/x 1: 2:"])
def test_yaml_that_is_refused(text):
    with pytest.raises(ReadError):
        parse_yaml(text, 64)


def test_yaml_keeps_numbers_as_written():
    found = parse_yaml("a: 1.50\nb: '7'\nc: 0x1F\nd: 1_000\ne: yes\nf: ~\ng: true\nh: 12:30", 64)
    assert found == {"a": "1.50", "b": "7", "c": "0x1F", "d": "1_000", "e": "yes", "f": None,
                     "g": True, "h": "12:30"}
    assert [type(found[name]).__name__ for name in "abcd"] == ["Written", "str", "str", "str"]


SUMMARY = """
================================================
MLPerf Results Summary
================================================
SUT name : PySUT
Scenario : Server
Completed samples per second    : 81.5
Completed tokens per second: 24593.5
Result is : VALID
Scheduled samples per second : 83.5
Min latency (ns)                : 1000000001
Mean latency (ns)               : 2000000002
99.90 percentile latency (ns)   : 3000000003
Completed tokens per second                 : 24593.5
Mean First Token latency (ns)               : 4000000004
97.00 percentile first token latency (ns)   : 5000000005
Max Time to Output Token (ns)                : 6000000006
50.00 percentile time to output token (ns)   : 7000000007
target_qps : 83.5
"""


def test_mlperf_summary(golden):
    end, first = ("request_latency", "client"), ("time_to_first_token", "client")
    gap = ("time_per_output_token", "excluding-first")
    found = golden("mlperf-loadgen", a_DOT_txt=SUMMARY)
    values = {place.partition(", ")[2]: value for place, value in found.items()}
    assert values.pop("Completed tokens per second") == (
        "output_throughput", "system", "overall", "tok/s", 24593.5)
    assert values == {
        "Completed samples per second": ("request_throughput", "system", "overall", "req/s", 81.5),
        "Min latency (ns)": (*end, "min", "s", pytest.approx(1.000000001)),
        "Mean latency (ns)": (*end, "mean", "s", pytest.approx(2.000000002)),
        "99.90 percentile latency (ns)": (*end, "p99.9", "s", pytest.approx(3.000000003)),
        "Mean First Token latency (ns)": (*first, "mean", "s", pytest.approx(4.000000004)),
        "97.00 percentile first token latency (ns)":
            (*first, "p97", "s", pytest.approx(5.000000005)),
        "Max Time to Output Token (ns)": (*gap, "max", "s", pytest.approx(6.000000006)),
        "50.00 percentile time to output token (ns)":
            (*gap, "p50", "s", pytest.approx(7.000000007)),
    }
    assert sum("tokens per second" in place for place in found) == 1


def test_mlperf_detail(golden):
    keys = {"result_samples_per_second": 92.5, "result_tokens_per_second": 27803.5,
            "result_mean_latency_ns": 2000000002, "result_99.00_percentile_latency_ns": 3000000003,
            "result_query_count": 7, "num_errors": 2, "effective_target_qps": 93}
    text = "".join(f':::MLLOG {{"key": "{key}", "value": {value}, "time_ms": 0.5, '
                   '"namespace": "mlperf::logging", "metadata": {"pid": 4}}\n'
                   for key, value in keys.items())
    assert golden("mlperf-loadgen", a_DOT_txt=text) == {
        "line 1, result_samples_per_second":
            ("request_throughput", "system", "overall", "req/s", 92.5),
        "line 2, result_tokens_per_second":
            ("output_throughput", "system", "overall", "tok/s", 27803.5),
        "line 3, result_mean_latency_ns":
            ("request_latency", "client", "mean", "s", pytest.approx(2.000000002)),
        "line 4, result_99.00_percentile_latency_ns":
            ("request_latency", "client", "p99", "s", pytest.approx(3.000000003)),
        "line 5, result_query_count": ("request_count", None, "total", "1", 7.0),
        "line 6, num_errors": ("failure_count", None, "total", "1", 2.0)}


def test_inference_perf_requests_one_by_one(golden, measurements):
    request = {"start_time": 81.5, "end_time": 82.75, "request": "{}", "response": "text",
               "info": {"input_tokens": 11, "output_tokens": 12, "lora_adapter": None,
                        "output_token_times": [81.75, 82.5]}, "error": None}
    failed = request | {"info": {"input_tokens": 13, "output_tokens": 0, "output_token_times": []},
                        "error": {"error_type": "TimeoutError", "error_msg": "too slow"}}
    text = json.dumps([request, failed])
    assert golden("inference-perf", a_DOT_json=text) == {
        "/0/info/input_tokens": ("prompt_tokens", None, "sample", "tok", 11.0),
        "/0/info/output_tokens": ("output_tokens", None, "sample", "tok", 12.0)}
    statuses = {row["pointer"]: row["status"] for row in measurements("inference-perf",
                                                                      a_DOT_json=text)}
    assert statuses["/1/info/input_tokens"] == "failed"

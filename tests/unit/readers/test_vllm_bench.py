"""vLLM: milliseconds beside seconds, an infinite rate, the key with a colon, runs that failed."""

import json

import pytest

RUN = {
    "date": "20250530-203806", "endpoint_type": "vllm", "model_id": "meta/L3", "tokenizer_id": "t",
    "num_prompts": 3, "request_rate": "inf", "burstiness": 1.0, "max_concurrency": None,
    "duration": 36.5, "completed": 2, "failed": 1, "total_input_tokens": 2997,
    "total_output_tokens": 811, "request_throughput": 8.25, "request_goodput:": 7.75,
    "output_throughput": 2249.5, "total_token_throughput": 10566.25,
    "input_lens": [10, 11], "output_lens": [20, 21], "ttfts": [0.031, 0.032],
    "itls": [[0.0051, 0.0], [0.0053]], "errors": ["", "boom"],
    "mean_ttft_ms": 54.5, "median_ttft_ms": 52.25, "std_ttft_ms": 9.125, "p99_ttft_ms": 89.5,
    "mean_tpot_ms": 13.5, "median_tpot_ms": 13.25, "std_tpot_ms": 0.875, "p99_tpot_ms": 17.5,
    "mean_itl_ms": 14.5, "median_itl_ms": 12.75, "std_itl_ms": 3.75, "p99.9_itl_ms": 34.25,
    "mean_e2el_ms": 1054.5, "p50_e2el_ms": 1052.5,
}
TTFT, TPOT = ("time_to_first_token", "client"), ("time_per_output_token", "excluding-first")
ITL, E2EL = ("inter_token_latency", "per-gap"), ("request_latency", "client")


def near(value):
    return pytest.approx(value)


def test_every_field_of_a_run(golden):
    assert golden("vllm-bench", a_DOT_json=json.dumps(RUN)) == {
        "/duration": ("run_duration", None, "overall", "s", 36.5),
        "/completed": ("success_count", None, "total", "1", 2.0),
        "/failed": ("failure_count", None, "total", "1", 1.0),
        "/total_input_tokens": ("prompt_tokens", None, "total", "tok", 2997.0),
        "/total_output_tokens": ("output_tokens", None, "total", "tok", 811.0),
        "/request_throughput": ("request_throughput", "system", "overall", "req/s", 8.25),
        "/request_goodput:": ("goodput", None, "overall", "req/s", 7.75),
        "/output_throughput": ("output_throughput", "system", "overall", "tok/s", 2249.5),
        "/total_token_throughput": ("total_throughput", "system", "overall", "tok/s", 10566.25),
        "/input_lens/0": ("prompt_tokens", None, "sample", "tok", 10.0),
        "/input_lens/1": ("prompt_tokens", None, "sample", "tok", 11.0),
        "/output_lens/0": ("output_tokens", None, "sample", "tok", 20.0),
        "/output_lens/1": ("output_tokens", None, "sample", "tok", 21.0),
        "/ttfts/0": (*TTFT, "sample", "s", 0.031),
        "/ttfts/1": (*TTFT, "sample", "s", 0.032),
        "/itls/0/0": (*ITL, "sample", "s", 0.0051),
        "/itls/0/1": (*ITL, "sample", "s", 0.0),
        "/itls/1/0": (*ITL, "sample", "s", 0.0053),
        "/mean_ttft_ms": (*TTFT, "mean", "s", near(0.0545)),
        "/median_ttft_ms": (*TTFT, "p50", "s", near(0.05225)),
        "/std_ttft_ms": (*TTFT, "std", "s", near(0.009125)),
        "/p99_ttft_ms": (*TTFT, "p99", "s", near(0.0895)),
        "/mean_tpot_ms": (*TPOT, "mean", "s", near(0.0135)),
        "/median_tpot_ms": (*TPOT, "p50", "s", near(0.01325)),
        "/std_tpot_ms": (*TPOT, "std", "s", near(0.000875)),
        "/p99_tpot_ms": (*TPOT, "p99", "s", near(0.0175)),
        "/mean_itl_ms": (*ITL, "mean", "s", near(0.0145)),
        "/median_itl_ms": (*ITL, "p50", "s", near(0.01275)),
        "/std_itl_ms": (*ITL, "std", "s", near(0.00375)),
        "/p99.9_itl_ms": (*ITL, "p99.9", "s", near(0.03425)),
        "/mean_e2el_ms": (*E2EL, "mean", "s", near(1.0545)),
        "/p50_e2el_ms": (*E2EL, "p50", "s", near(1.0525)),
    }


def test_an_infinite_rate_is_a_setting(measurements):
    row = measurements("vllm-bench", a_DOT_json=json.dumps(RUN))[-1]
    assert json.loads(row["parameters"])["request_rate"] == "inf"
    assert row["model"] == "meta/L3"


def test_a_run_in_which_nothing_was_completed_measures_nothing(golden):
    zero = {name: 0.0 for name in RUN if name.endswith(("_ms", "_throughput", "_goodput:"))}
    failed = {name: value for name, value in RUN.items() if not isinstance(value, list)}
    found = golden("vllm-bench", a_DOT_json=json.dumps(failed | zero | {"completed": 0}))
    assert {value[0] for value in found.values()} == {
        "run_duration", "success_count", "failure_count", "prompt_tokens", "output_tokens"}


def test_throughput_and_latency_benchmarks(golden):
    found = golden(
        "vllm-bench",
        a_DOT_json=json.dumps({"elapsed_time": 5.5, "num_requests": 7, "total_num_tokens": 900,
                               "requests_per_second": 1.25, "tokens_per_second": 163.5}),
        b_DOT_json=json.dumps({"avg_latency": 2.5, "latencies": [2.25, 2.75],
                               "percentiles": {"50": 2.375, "99": 2.875}}))
    assert {pointer: value for pointer, value in found.items() if pointer != ""} == {
        "/elapsed_time": ("run_duration", None, "overall", "s", 5.5),
        "/num_requests": ("request_count", None, "total", "1", 7.0),
        "/total_num_tokens": ("total_tokens", None, "total", "tok", 900.0),
        "/requests_per_second": ("request_throughput", "system", "overall", "req/s", 1.25),
        "/tokens_per_second": ("total_throughput", "system", "overall", "tok/s", 163.5),
        "/avg_latency": ("iteration_time", None, "mean", "s", 2.5),
        "/latencies/0": ("iteration_time", None, "sample", "s", 2.25),
        "/latencies/1": ("iteration_time", None, "sample", "s", 2.75),
        "/percentiles/50": ("iteration_time", None, "p50", "s", 2.375),
        "/percentiles/99": ("iteration_time", None, "p99", "s", 2.875),
    }


def test_sweep_summary_csv(golden):
    names = [name for name, value in RUN.items() if not isinstance(value, list)]
    text = ",".join(names) + "\n" + ",".join(str(RUN[name] or "") for name in names) + "\n"
    found = golden("vllm-bench", summary_DOT_csv=text)
    assert found["row 1, column mean_ttft_ms"] == (*TTFT, "mean", "s", near(0.0545))
    assert found["row 1, column output_throughput"][:2] == ("output_throughput", "system")


def test_runs_appended_line_by_line(golden):
    found = golden("vllm-bench", a_DOT_json="\n".join(
        json.dumps(RUN | {"mean_ttft_ms": value}) for value in (61.5, 62.5)))
    assert found["/0/mean_ttft_ms"] == (*TTFT, "mean", "s", near(0.0615))
    assert found["/1/mean_ttft_ms"] == (*TTFT, "mean", "s", near(0.0625))


def test_pytorch_format_has_a_metric_a_record(golden, measurements):
    values = {"mean_ttft_ms": 11.5, "p99_tpot_ms": 12.5, "median_itl_ms": 13.5,
              "requests_per_second": 14.5, "tokens_per_second": 15.5, "latency": 16.5}
    text = json.dumps([
        {"benchmark": {"name": "vLLM benchmark", "extra_info": {"args": {"max_concurrency": 8}}},
         "model": {"name": "m/x"}, "metric": {"name": name, "benchmark_values": [value],
                                              "extra_info": {"tensor_parallel_size": 2}}}
        for name, value in values.items()])
    assert list(golden("vllm-bench", a_DOT_json=text).values()) == [
        (*TTFT, "mean", "s", near(0.0115)), (*TPOT, "p99", "s", near(0.0125)),
        (*ITL, "p50", "s", near(0.0135)),
        ("request_throughput", "system", "overall", "req/s", 14.5),
        ("total_throughput", "system", "overall", "tok/s", 15.5),
        ("iteration_time", None, "sample", "s", 16.5)]
    row = measurements("vllm-bench", a_DOT_json=text)[0]
    assert row["model"] == "m/x" and json.loads(row["parameters"])["max_concurrency"] == "8"

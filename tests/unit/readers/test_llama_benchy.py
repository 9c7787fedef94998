"""llama-benchy: rates of the batch and of a request, milliseconds, a deviation of one value."""

import json

import pytest

NAMES = {
    "pp_throughput": ("prompt_throughput", "system", "tok/s", 1.0),
    "pp_req_throughput": ("prompt_throughput", "prefill", "tok/s", 1.0),
    "tg_throughput": ("output_throughput", "system", "tok/s", 1.0),
    "tg_req_throughput": ("output_throughput", "request-mean", "tok/s", 1.0),
    "e2e_ttft": ("time_to_first_token", "client", "s", 1e-3),
}
ASIDE = ("peak_throughput", "peak_req_throughput", "ttfr", "est_ppt")


def _report():
    run = {"concurrency": 2, "context_size": 0, "prompt_size": 16, "response_size": 8,
           "is_context_prefill_phase": False}
    for at, name in enumerate((*NAMES, *ASIDE), 1):
        run[name] = {"mean": 10.0 * at + 1, "std": 10.0 * at + 2,
                     "values": [10.0 * at + 3, 10.0 * at + 4]}
    return {"version": "0.4.0", "timestamp": "2026-11-25 06:16:14", "latency_mode": "api",
            "latency_ms": 1.5, "model": "m:1b", "prefix_caching_enabled": False,
            "max_concurrency": 2, "benchmarks": [run]}


def test_json(golden, measurements):
    text = json.dumps(_report())
    wanted = {}
    for at, (name, (metric, definition, unit, factor)) in enumerate(NAMES.items(), 1):
        for offset, (key, statistic) in enumerate((
                ("mean", "mean"), ("std", "std"), ("values/0", "sample"), ("values/1", "sample")),
                1):
            wanted[f"/benchmarks/0/{name}/{key}"] = (
                metric, definition, statistic, unit, pytest.approx((10 * at + offset) * factor))
    assert golden("llama-benchy", a_DOT_json=text) == wanted
    row = measurements("llama-benchy", a_DOT_json=text)[-1]
    assert row["model"] == "m:1b" and json.loads(row["parameters"])["concurrency"] == "2"


def test_one_value_has_no_deviation(measurements):
    report = _report()
    report["benchmarks"][0]["e2e_ttft"] = {"mean": 5.5, "std": 0.0, "values": [5.5]}
    rows = {row["pointer"]: row for row in measurements("llama-benchy",
                                                        a_DOT_json=json.dumps(report))}
    row = rows["/benchmarks/0/e2e_ttft/std"]
    assert (row["value"], row["status"]) == (None, "quarantined")


HEADER = ("model,test_name,t_s_mean,t_s_std,t_s_req_mean,t_s_req_std,peak_ts_mean,peak_ts_std,"
          "peak_ts_req_mean,peak_ts_req_std,ttfr_mean,ttfr_std,est_ppt_mean,est_ppt_std,"
          "e2e_ttft_mean,e2e_ttft_std")


def test_csv(golden):
    text = (f"{HEADER}\nm,pp16 (c2),11,12,13,14,,,,,15,16,17,18,19,20\n"
            "m,tg8 (c2),21,22,23,24,25,26,27,28,,,,,,\n")
    prompt, output = "prompt_throughput", "output_throughput"
    assert golden("llama-benchy", a_DOT_csv=text) == {
        "row 1, column t_s_mean": (prompt, "system", "mean", "tok/s", 11.0),
        "row 1, column t_s_std": (prompt, "system", "std", "tok/s", 12.0),
        "row 1, column t_s_req_mean": (prompt, "prefill", "mean", "tok/s", 13.0),
        "row 1, column t_s_req_std": (prompt, "prefill", "std", "tok/s", 14.0),
        "row 1, column e2e_ttft_mean":
            ("time_to_first_token", "client", "mean", "s", pytest.approx(0.019)),
        "row 1, column e2e_ttft_std":
            ("time_to_first_token", "client", "std", "s", pytest.approx(0.02)),
        "row 2, column t_s_mean": (output, "system", "mean", "tok/s", 21.0),
        "row 2, column t_s_std": (output, "system", "std", "tok/s", 22.0),
        "row 2, column t_s_req_mean": (output, "request-mean", "mean", "tok/s", 23.0),
        "row 2, column t_s_req_std": (output, "request-mean", "std", "tok/s", 24.0)}


def test_markdown(golden):
    text = ("| model | test | t/s | peak t/s | ttfr (ms) | est_ppt (ms) | e2e_ttft (ms) |\n"
            "|:------|-----:|----:|---------:|----------:|-------------:|--------------:|\n"
            "| m | pp16 | 11.50 ± 1.25 | | 13.50 ± 1.50 | 14.50 ± 1.75 | 15.50 ± 2.25 |\n"
            "| m | tg8 | 21.50 ± 0.00 | 22.50 ± 3.25 | | | |\n")
    assert golden("llama-benchy", a_DOT_md=text) == {
        "line 3, t/s": ("prompt_throughput", "system", "mean", "tok/s", 11.5),
        "line 3, t/s ±": ("prompt_throughput", "system", "std", "tok/s", 1.25),
        "line 3, e2e_ttft (ms)":
            ("time_to_first_token", "client", "mean", "s", pytest.approx(0.0155)),
        "line 3, e2e_ttft (ms) ±":
            ("time_to_first_token", "client", "std", "s", pytest.approx(0.00225)),
        "line 4, t/s": ("output_throughput", "system", "mean", "tok/s", 21.5)}

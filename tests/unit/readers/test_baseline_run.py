"""Our own run files: what is written comes back, each value with what it means."""

import json

import pytest

from baseline_collector.runfile import (
    ClientError,
    Count,
    Off,
    Request,
    Run,
    Spread,
    Summary,
    document,
)

from .heap import outcome

NAMES = {"time_to_first_token_ms": ("time_to_first_token", "client"),
         "inter_token_latency_ms": ("inter_token_latency", "per-gap"),
         "time_per_output_token_ms": ("time_per_output_token", "excluding-first"),
         "request_latency_ms": ("request_latency", "client")}
STATISTICS = ("mean", "p50", "p90", "p95", "p99")


def _spread(base):
    return Spread(*(base + at for at in range(5)), n=base)


RUN = Run(
    "2026-01-02T03:04:05Z", 12.5, "m:1b",
    Summary(Count(7, 2), 3.25, 61.5, _spread(100), _spread(200), _spread(300), _spread(400)),
    (Request(0.5, 11.5, 91.5, (1.5, 2.5), 17, 29),
     Request(0.75, None, 95.5, error="timed out")),
    "ollama 0.13", "GPU X", {"concurrency": 8, "request_rate": "inf", "temperature": 0.5},
    ClientError(Off(0.125, 0.625), 1500.5))


def test_every_value_comes_back(golden):
    found = golden("baseline-bench", run_DOT_json=json.dumps(document(RUN)))
    wanted = {
        "/summary/requests/ok": ("success_count", None, "total", "1", 7.0),
        "/summary/requests/failed": ("failure_count", None, "total", "1", 2.0),
        "/summary/request_rate_per_s": ("request_throughput", "system", "overall", "req/s", 3.25),
        "/summary/output_token_throughput_per_s":
            ("output_throughput", "system", "overall", "tok/s", 61.5),
        "/duration_s": ("run_duration", None, "overall", "s", 12.5),
        "/requests/0/time_to_first_token_ms":
            ("time_to_first_token", "client", "sample", "s", pytest.approx(0.0115)),
        "/requests/0/inter_token_latency_ms/0":
            ("inter_token_latency", "per-gap", "sample", "s", pytest.approx(0.0015)),
        "/requests/0/inter_token_latency_ms/1":
            ("inter_token_latency", "per-gap", "sample", "s", pytest.approx(0.0025)),
        "/requests/0/request_latency_ms":
            ("request_latency", "client", "sample", "s", pytest.approx(0.0915)),
        "/requests/0/prompt_tokens": ("prompt_tokens", None, "sample", "tok", 17.0),
        "/requests/0/output_tokens": ("output_tokens", None, "sample", "tok", 29.0)}
    for at, (name, meaning) in enumerate(NAMES.items(), 1):
        for offset, statistic in enumerate(STATISTICS):
            wanted[f"/summary/{name}/{statistic}"] = (
                *meaning, statistic, "s", pytest.approx((100 * at + offset) / 1000))
    assert found == wanted


def test_context_and_the_failed_request(measurements):
    rows = {row["pointer"]: row
            for row in measurements("baseline-bench", run_DOT_json=json.dumps(document(RUN)))}
    row = rows["/summary/time_to_first_token_ms/p99"]
    assert (row["model"], row["engine"], row["device"], row["n"], row["started_at"]) == (
        "m:1b", "ollama 0.13", "GPU X", 100, "2026-01-02T03:04:05Z")
    assert json.loads(row["parameters"]) == {
        "concurrency": "8", "request_rate": "inf", "temperature": "0.5"}
    failed = rows["/requests/1/request_latency_ms"]
    assert (failed["status"], failed["reason"]) == ("failed", "C05 error: timed out")


def test_another_version_is_refused(tmp_path):
    text = json.dumps(document(RUN) | {"schema": "baseline-collector/run/2"})
    status, reason = outcome(tmp_path, run_json=text)
    assert status == "unread" and "another version" in reason

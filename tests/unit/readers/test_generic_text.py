"""Plain text logs: pairs, logfmt, several a line, what stands in front, whose context is whose."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.readers.base import Limits

from .heap import leaves, outcome, pick, rows

OLLAMA = """The sky is blue because of Rayleigh scattering.

total duration:       1m2.5s
load duration:        51.5ms
prompt eval count:    26 token(s)
prompt eval duration: 130.5ms
prompt eval rate:     199.25 tokens/s
eval count:           259 token(s)
eval duration:        4.25s
eval rate:            61.19 tokens/s
"""


def near(value):
    return pytest.approx(value)


def test_ollama_run_verbose(tmp_path):
    found = rows(tmp_path, a_txt=OLLAMA)
    assert pick(found, "pointer", "metric", "unit", "value") == [
        ("line 3, total duration", "request_latency", "s", 62.5),
        ("line 4, load duration", "load_duration", "s", near(0.0515)),
        ("line 5, prompt eval count", "prompt_tokens", "tok", 26.0),
        ("line 6, prompt eval duration", "prompt_eval_duration", "s", near(0.1305)),
        ("line 7, prompt eval rate", "prompt_throughput", "tok/s", 199.25),
        ("line 8, eval count", "output_tokens", "tok", 259.0),
        ("line 9, eval duration", "eval_duration", "s", 4.25),
        ("line 10, eval rate", "output_throughput", "tok/s", 61.19)]


def test_llama_cpp_timings(tmp_path):
    text = ("llama_perf_context_print: prompt eval time =   42.51 ms /    14 tokens "
            "(    3.04 ms per token,   329.34 tokens per second)\n"
            "llama_perf_context_print:        eval time = 1234.56 ms /   127 runs   "
            "(    9.72 ms per token,   102.87 tokens per second)\n")
    found = [row for row in rows(tmp_path, a_log=text) if row["metric"]]
    assert pick(found, "pointer", "metric", "unit", "value") == [
        ("line 1, prompt eval time", "prompt_eval_duration", "s", near(0.04251)),
        ("line 1, prompt eval count", "prompt_tokens", "tok", 14.0),
        ("line 1, prompt eval tokens per second", "prompt_throughput", "tok/s", 329.34),
        ("line 2, eval time", "eval_duration", "s", near(1.23456)),
        ("line 2, eval count", "output_tokens", "tok", 127.0),
        ("line 2, eval tokens per second", "output_throughput", "tok/s", 102.87)]


@pytest.mark.parametrize("line", [
    "ttft_ms=12.5 eval_count=30",
    "INFO ttft_ms=12.5, eval_count=30",
    '2025-01-02T03:04:05Z level=info msg="it is done" ttft_ms=12.5 eval_count=30',
    "2025-01-02 03:04:05,678 - INFO - ttft_ms: 12.5, eval_count: 30",
    "[2025-01-02 03:04:05] [INFO] ttft: 12.5 ms | eval count: 30 tokens",
    "INFO 01-15 12:34:56 [a.py:116] Engine 000: TTFT: 12.5 ms, eval count: 30 tokens",
    "\x1b[32mINFO\x1b[0m ttft=12.5ms eval_count=30",
    "ttft = 12.5 ms; eval count = 30",
    "ttft=12.5 ms eval_count=30",
])
def test_several_pairs_a_line(tmp_path, line):
    found = [row for row in rows(tmp_path, a_log=line + "\n") if row["metric"]]
    assert pick(found, "metric", "unit", "value") == [
        ("time_to_first_token", "s", 0.0125), ("output_tokens", "tok", 30.0)]


def test_a_line_of_a_log_has_its_time(tmp_path):
    (row,) = rows(tmp_path, a_log="2025-01-02T03:04:05Z INFO ttft_ms=12.5\n")
    assert row["started_at"] == "2025-01-02T03:04:05Z"


def test_what_stands_above_speaks_for_the_file(tmp_path):
    text = "Model: m:1b\ntemperature = 0.5\n\nTTFT: 1.5 s\nTTFT: 2.5 s\n"
    found = [row for row in rows(tmp_path, a_log=text) if row["metric"]]
    assert pick(found, "value", "model") == [(1.5, "m:1b"), (2.5, "m:1b")]
    assert found[1]["parameters"] == '{"temperature":"0.5"}'


def test_a_key_that_comes_again_starts_a_block(tmp_path):
    text = "Model: a:1b\nTTFT: 1.5 s\n\nModel: b:2b\nTTFT: 2.5 s\n"
    assert pick(rows(tmp_path, a_log=text), "value", "model") == [(1.5, "a:1b"), (2.5, "b:2b")]


def test_headings_part_blocks(tmp_path):
    text = ("===== a =====\nModel: a:1b\nTTFT: 1.5 s\n[b]\nlatency: 2.5 s\n"
            "# c\nmodel = c:3b\nITL: 3 s\n")
    assert pick([row for row in rows(tmp_path, a_log=text) if row["metric"]], "value", "model") == [
        (1.5, "a:1b"), (2.5, None), (3.0, "c:3b")]


def test_vllm_console_table(tmp_path):
    text = ("============ Serving Benchmark Result ============\n"
            "Successful requests:                     1000      \n"
            "Request throughput (req/s):              8.25      \n"
            "---------------Time to First Token----------------\n"
            "Mean TTFT (ms):                          54.5      \n"
            "P99 TTFT (ms):                           89.5      \n"
            "==================================================\n")
    assert pick(rows(tmp_path, a_txt=text), "metric", "statistic", "unit", "value") == [
        ("success_count", "sample", "1", 1000.0), ("request_throughput", "sample", "req/s", 8.25),
        ("time_to_first_token", "mean", "s", near(0.0545)),
        ("time_to_first_token", "p99", "s", near(0.0895))]


@pytest.mark.parametrize("line", [
    "See http://host:80/a=b?c=5 for more.", "Meet at 12:30 or 14:45.", "ERROR: out of memory",
    "it took 5 seconds", "std::vector<int> x", "C:\\path\\5"])
def test_prose_gives_no_number(tmp_path, line):
    assert rows(tmp_path, a_log=line + "\n") == []


def test_everything_is_a_leaf(tmp_path):
    found = leaves(tmp_path, a_log="a\nb\nx: 1\nc: d, then 5\n")
    assert pick(found, "key", "raw") == [("prose", "a\nb"), ("x", "1"), ("c", "d, then 5")]


def test_json_in_a_text_file_is_json(tmp_path):
    assert pick(rows(tmp_path, a_txt='{"ttft_ms": 12.5}'), "format", "value") == [
        ("generic-json", 0.0125)]
    assert pick(rows(tmp_path, b_log="[INFO] ttft_ms: 12.5\n"), "format", "value") == [
        ("generic-text", 0.0125)]


def test_empty_and_binary_have_a_reason(tmp_path):
    assert outcome(tmp_path, a_log="\n \n") == ("unread", "empty")
    assert outcome(tmp_path, b_log=b"\x00\x01\x02\x03")[0] == "unread"


@pytest.mark.parametrize("text", [
    "a" * 200_000, "a " * 100_000, "a: " * 60_000, "a=" * 90_000, "[" * 200_000,
    "=" * 200_000, "a=1 " * 50_000, "\n" * 200_000, "a, " * 60_000, "12:00:00 " * 20_000,
    "(a pid=1) " * 20_000, "a=\"" * 60_000, "x = 5 " * 30_000, "- " * 90_000, "\x1b[" * 60_000,
    "".join(f"{word}\n" for word in ("a: " * 1300,) * 50),
    "".join(f"{word}\n" for word in ("INFO " * 790,) * 50),
    "".join(f"{word}\n" for word in ("a b " * 990,) * 50),
    "".join(f"{word}\n" for word in ("eval time = 5 ms / 5 " * 190,) * 50),
    "".join(f"{word}\n" for word in ("x" + " " * 3900 + "y",) * 50),
])
def test_no_line_takes_long(tmp_path, text):
    started = time.process_time()
    outcome(tmp_path, Limits(), a_log=text)
    assert time.process_time() - started < 2


@given(st.text(st.sampled_from("ab1.5:=, \n[]()\"'-#|\t\x1bmse/%"), max_size=120))
def test_any_text_is_read_and_pointers_are_unique(tmp_path_factory, text):
    rows(tmp_path_factory.mktemp("t"), a_log=text)

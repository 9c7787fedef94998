"""Ollama: nanoseconds, fields left out, streams, the bench tool's CSV."""

import json

import pytest

ANSWER = {"model": "m:1b", "created_at": "2025-01-02T03:04:05Z", "response": "Hello there.",
          "done": True, "total_duration": 7_000_000_001, "load_duration": 1_000_000_002,
          "prompt_eval_count": 26, "prompt_eval_duration": 300_000_003, "eval_count": 259,
          "eval_duration": 4_000_000_004}


def test_every_field_of_an_answer(golden):
    assert golden("ollama", a_DOT_json=json.dumps(ANSWER)) == {
        "/total_duration": ("request_latency", "server", "sample", "s", pytest.approx(7.000000001)),
        "/load_duration": ("load_duration", None, "sample", "s", pytest.approx(1.000000002)),
        "/prompt_eval_count": ("prompt_tokens", None, "sample", "tok", 26.0),
        "/prompt_eval_duration":
            ("prompt_eval_duration", None, "sample", "s", pytest.approx(0.300000003)),
        "/eval_count": ("output_tokens", None, "sample", "tok", 259.0),
        "/eval_duration": ("eval_duration", None, "sample", "s", pytest.approx(4.000000004)),
    }


def test_what_is_left_out_is_missing(golden):
    cached = {name: value for name, value in ANSWER.items() if name != "prompt_eval_count"}
    found = golden("ollama", a_DOT_json=json.dumps(cached))
    assert "prompt_tokens" not in {value[0] for value in found.values()}


def test_a_stream_has_one_record_of_numbers_and_no_failed_parts(measurements):
    parts = [{"model": "m:1b", "created_at": "2025-01-02T03:04:05Z", "response": text,
              "done": False} for text in (" Error", " codes", " are", " fun")]
    last = ANSWER | {"response": ""}
    text = "\n".join(json.dumps(line) for line in (*parts, last))
    rows = measurements("ollama", a_DOT_jsonl=text)
    assert {row["pointer"] for row in rows if row["metric"]} == {
        f"/4/{name}" for name in ("total_duration", "load_duration", "prompt_eval_count",
                                  "prompt_eval_duration", "eval_count", "eval_duration")}
    assert {row["status"] for row in rows} == {"ok"}


def test_bench_csv(golden, measurements):
    text = ("NAME,STEP,COUNT,NS_PER_COUNT,TOKEN_PER_SEC\n"
            "# Model: gemma3 | Params: 4.3B | Quant: Q4_K_M | Size: 408 | VRAM: 409\n"
            "gemma3,prefill,128,78125.00,12800.00\ngemma3,generate,512,19531.25,51200.00\n"
            "gemma3,ttft,1,45123000,0\ngemma3,load,1,1500000000,0\ngemma3,total,1,2861047625,0\n")
    assert golden("ollama", a_DOT_csv=text) == {
        "preamble, Size": ("model_size", None, "sample", "byte", 408.0),
        "preamble, VRAM": ("memory_used", None, "sample", "byte", 409.0),
        "row 1, column COUNT": ("prompt_tokens", None, "sample", "tok", 128.0),
        "row 1, column TOKEN_PER_SEC":
            ("prompt_throughput", "prefill", "sample", "tok/s", 12800.0),
        "row 2, column COUNT": ("output_tokens", None, "sample", "tok", 512.0),
        "row 2, column NS_PER_COUNT":
            ("time_per_output_token", "decode", "sample", "s", pytest.approx(1.953125e-5)),
        "row 2, column TOKEN_PER_SEC": ("output_throughput", "decode", "sample", "tok/s", 51200.0),
        "row 3, column NS_PER_COUNT":
            ("time_to_first_token", "client", "sample", "s", pytest.approx(0.045123)),
        "row 4, column NS_PER_COUNT": ("load_duration", None, "sample", "s", 1.5),
        "row 5, column NS_PER_COUNT":
            ("request_latency", "server", "sample", "s", pytest.approx(2.861047625)),
    }
    rate = next(row for row in measurements("ollama", a_DOT_csv=text)
                if row["pointer"] == "row 2, column TOKEN_PER_SEC")
    assert (rate["model"], rate["quantization"]) == ("gemma3", "Q4_K_M")


def test_embeddings(golden):
    text = json.dumps({"model": "e", "embeddings": [[0.25, -0.5]], "total_duration": 14_143_917,
                       "load_duration": 1_019_500, "prompt_eval_count": 8})
    assert golden("ollama", a_DOT_json=text) == {
        "/total_duration": ("request_latency", "server", "sample", "s", pytest.approx(0.014143917)),
        "/load_duration": ("load_duration", None, "sample", "s", pytest.approx(0.0010195)),
        "/prompt_eval_count": ("prompt_tokens", None, "sample", "tok", 8.0)}


def test_models_that_are_loaded(golden, measurements):
    text = json.dumps({"models": [{
        "name": "mistral:latest", "model": "mistral:latest", "size": 5137025024, "digest": "2ae6",
        "details": {"family": "llama", "parameter_size": "7.2B", "quantization_level": "Q4_0"},
        "expires_at": "2024-06-04T14:38:31.83753-07:00", "size_vram": 5137025023}]})
    assert golden("ollama", a_DOT_json=text) == {
        "/models/0/size": ("model_size", None, "sample", "byte", 5137025024.0),
        "/models/0/size_vram": ("memory_used", None, "sample", "byte", 5137025023.0)}
    row = measurements("ollama", a_DOT_json=text)[0]
    assert (row["model"], row["quantization"]) == ("mistral:latest", "Q4_0")


def test_openai_answer_of_ollama(golden):
    text = json.dumps({"id": "chatcmpl-1", "object": "chat.completion", "created": 1728933352,
                       "model": "m:1b", "system_fingerprint": "fp_ollama",
                       "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi."},
                                    "finish_reason": "stop"}],
                       "usage": {"prompt_tokens": 11, "completion_tokens": 12, "total_tokens": 23}})
    assert golden("ollama", a_DOT_json=text) == {
        "/usage/prompt_tokens": ("prompt_tokens", None, "sample", "tok", 11.0),
        "/usage/completion_tokens": ("output_tokens", None, "sample", "tok", 12.0),
        "/usage/total_tokens": ("total_tokens", None, "sample", "tok", 23.0)}

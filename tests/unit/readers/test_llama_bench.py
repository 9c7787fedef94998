"""llama-bench: one test in five layouts, every field distinct."""

import json

import pytest

RECORD = {
    "build_commit": "abc123", "build_number": 6865, "cpu_info": "C", "gpu_info": "G",
    "backends": "CUDA", "model_filename": "/m/x.gguf", "model_type": "llama 7B Q4_0",
    "model_size": 3825065984, "model_n_params": 6738415616, "n_batch": 2048, "n_ubatch": 512,
    "n_threads": 8, "type_k": "f16", "type_v": "f16", "n_gpu_layers": 99, "flash_attn": False,
    "n_prompt": 512, "n_gen": 0, "n_depth": 0, "test_time": "2025-04-24T11:57:09Z",
    "avg_ns": 70002000, "stddev_ns": 3000, "avg_ts": 7100.5, "stddev_ts": 140.25,
    "samples_ns": [70001000, 70003000], "samples_ts": [7101.5, 7099.5],
}
PREFILL = ("prompt_throughput", "prefill")
DECODE = ("output_throughput", "decode")


def test_prompt_test_as_json(golden):
    found = golden("llama-bench", a_DOT_json=json.dumps([RECORD]))
    assert found == {
        "/0/model_size": ("model_size", None, "sample", "byte", 3825065984.0),
        "/0/avg_ns": ("prompt_eval_duration", None, "mean", "s", pytest.approx(0.070002)),
        "/0/stddev_ns": ("prompt_eval_duration", None, "std", "s", pytest.approx(3e-6)),
        "/0/avg_ts": (*PREFILL, "mean", "tok/s", 7100.5),
        "/0/stddev_ts": (*PREFILL, "std", "tok/s", 140.25),
        "/0/samples_ns/0": ("prompt_eval_duration", None, "sample", "s", pytest.approx(0.070001)),
        "/0/samples_ns/1": ("prompt_eval_duration", None, "sample", "s", pytest.approx(0.070003)),
        "/0/samples_ts/0": (*PREFILL, "sample", "tok/s", 7101.5),
        "/0/samples_ts/1": (*PREFILL, "sample", "tok/s", 7099.5),
    }


def test_generation_and_mixed_tests_are_other_metrics(golden):
    lines = [json.dumps(RECORD | {"n_prompt": prompt, "n_gen": generated})
             for prompt, generated in ((0, 128), (512, 128))]
    found = golden("llama-bench", a_DOT_jsonl="\n".join(lines))
    assert found["/0/avg_ts"] == (*DECODE, "mean", "tok/s", 7100.5)
    assert found["/0/avg_ns"][:4] == ("eval_duration", None, "mean", "s")
    assert found["/1/avg_ts"][:4] == ("total_throughput", "per-request", "mean", "tok/s")
    assert found["/1/avg_ns"][:4] == ("iteration_time", None, "mean", "s")


def test_context_and_a_single_repetition(measurements):
    one = RECORD | {"stddev_ns": 0, "stddev_ts": 0.0, "samples_ns": [5], "samples_ts": [6.0]}
    rows = {row["pointer"]: row for row in measurements("llama-bench", a_DOT_jsonl=json.dumps(one))}
    assert rows["/0/stddev_ts"]["status"] == "quarantined"
    assert "one repetition" in rows["/0/stddev_ts"]["reason"]
    assert rows["/0/stddev_ns"]["value"] is None
    rate = rows["/0/avg_ts"]
    assert (rate["model"], rate["device"], rate["quantization"]) == ("llama 7B Q4_0", "G", "Q4_0")
    parameters = json.loads(rate["parameters"])
    assert parameters["n_gpu_layers"] == "99" and parameters["n_prompt"] == "512"
    assert json.loads(rate["setup"])["build_commit"] == "abc123"


def _flat(record):
    return {name: str(value) for name, value in record.items() if not isinstance(value, list)}


def test_csv_and_sql_say_the_same(golden, tmp_path):
    flat = _flat(RECORD)
    header = ",".join(flat)
    row = ",".join(f'"{value}"' for value in flat.values())
    found = golden("llama-bench", a_DOT_csv=f"{header}\n{row}\n")
    assert found["row 1, column avg_ts"] == (*PREFILL, "mean", "tok/s", 7100.5)
    assert found["row 1, column stddev_ts"] == (*PREFILL, "std", "tok/s", 140.25)
    assert found["row 1, column avg_ns"][0] == "prompt_eval_duration"
    assert found["row 1, column model_size"][0] == "model_size"


def test_sql(golden):
    flat = _flat(RECORD | {"n_prompt": 0, "n_gen": 16})
    values = ", ".join(f"'{value}'" for value in flat.values())
    text = ("CREATE TABLE IF NOT EXISTS llama_bench (\n  build_commit TEXT\n);\n\n"
            f"INSERT INTO llama_bench ({', '.join(flat)}) VALUES ({values});\n")
    found = golden("llama-bench", a_DOT_sql=text)
    assert found["row 1, column avg_ts"] == (*DECODE, "mean", "tok/s", 7100.5)
    assert found["row 1, column stddev_ns"][:3] == ("eval_duration", None, "std")


def test_markdown(golden, measurements):
    text = ("ggml_cuda_init: found 1 CUDA devices:\n"
            "| model         |     size | params | backend | ngl |          test | t/s |\n"
            "| ------------- | -------: | -----: | ------- | --: | ------------: | ---: |\n"
            "| llama 7B Q4_0 | 3.56 GiB | 6.74 B | CUDA | 99 | pp512 | 2368.8 ± 93.24 |\n"
            "| llama 7B Q4_0 | 3.56 GiB | 6.74 B | CUDA | 99 | tg128 @ d4096 | 131.42 ± 0.59 |\n"
            "\nbuild: d50ac60 (1234)\n")
    found = golden("llama-bench", a_DOT_md=text)
    assert found["line 4, t/s"] == (*PREFILL, "mean", "tok/s", 2368.8)
    assert found["line 4, t/s ±"] == (*PREFILL, "std", "tok/s", 93.24)
    assert found["line 5, t/s"] == (*DECODE, "mean", "tok/s", 131.42)
    assert found["line 5, t/s ±"] == (*DECODE, "std", "tok/s", 0.59)
    assert found["line 4, size"][:4] == ("model_size", None, "sample", "byte")
    assert found["line 4, size"][4] == pytest.approx(3.56 * 2**30)


def test_a_table_inside_a_note_is_the_notes(measurements):
    text = "# Notes\n\nWe ran it:\n\n| model | test | t/s |\n|---|---|---|\n| a | pp512 | 3.5 |\n"
    assert measurements("generic-markdown", a_DOT_md=text)

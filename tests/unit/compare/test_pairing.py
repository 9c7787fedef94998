"""What may be compared with what, and the reason where it may not."""

import json

import pytest

from baseline_collector.compare import compare

VLLM = {"date": "20250530-203806", "endpoint_type": "vllm", "model_id": "m", "tokenizer_id": "m",
        "num_prompts": 400, "request_rate": "inf", "burstiness": 1.0, "max_concurrency": 8,
        "duration": 36.5, "completed": 400, "total_input_tokens": 2997,
        "total_output_tokens": 811, "request_throughput": 8.25, "output_throughput": 2249.5,
        "total_token_throughput": 10566.25,
        "mean_ttft_ms": 54.5, "median_ttft_ms": 52.25, "std_ttft_ms": 9.125, "p99_ttft_ms": 89.5,
        "mean_tpot_ms": 13.5, "median_tpot_ms": 13.25, "std_tpot_ms": 0.875, "p99_tpot_ms": 17.5}


def guidellm(model="m"):
    def spread(mean, std):
        return {"successful": {"mean": mean, "median": mean, "std_dev": std, "min": mean / 2,
                               "max": 2 * mean, "count": 400, "percentiles": {}}}

    benchmark = {"type_": "generative_benchmark", "duration": 19.5,
                 "start_time": 1795435719.5, "config": {"backend": {"model": model}},
                 "metrics": {"requests_per_second": spread(8.0, 1.0),
                             "request_latency": spread(1.0, 0.1),
                             "inter_token_latency_ms": spread(12.0, 0.5),
                             "time_to_first_token_ms": spread(57.0, 9.0),
                             "time_per_output_token_ms": spread(13.0, 0.5)}}
    return {"metadata": {"version": 2, "guidellm_version": "0.8.1"}, "benchmarks": [benchmark]}


def test_two_models_are_refused_with_the_reason_and_compared_when_told(bench):
    base = bench.llama_bench(bench.noisy(100))
    other = bench.llama_bench(bench.noisy(50, seed=2), model="llama 13B Q8_0")
    found = bench.compare(base, other)
    assert not found.outcomes and found.headline == "refused"
    assert "model differs (llama 7B Q4_0 / llama 13B Q8_0)" in found.refused[0].reason
    told = bench.compare(base, other, across=("model", "quantization"))
    assert bench.only(told, "output_throughput").verdict == "slower"


def test_time_per_output_token_of_vllm_and_guidellm_has_two_definitions(bench):
    found = bench.compare(VLLM, guidellm())
    reasons = {one.metric: one.reason for one in found.refused}
    assert "definition differs (excluding-first / including-first)" in \
        reasons["time_per_output_token"]
    assert bench.only(found, "time_to_first_token").ratio == pytest.approx(57 / 54.5)
    told = bench.compare(VLLM, guidellm(), across=("definition",))
    assert bench.only(told, "time_per_output_token").ratio == pytest.approx(13 / 13.5)


def test_a_first_token_that_the_server_adds_up_is_not_one_that_a_client_saw(bench):
    def ollama(network_s=0.0):
        load, prompt = bench.noisy(0.05), bench.noisy(0.01, seed=2)
        return [{"model": "m", "load_s": one, "prompt_eval_s": other,
                 "ttft_s": one + other + network_s} for one, other in zip(load, prompt,
                                                                          strict=True)]

    def refused(other):
        found = bench.compare(ollama(), other)
        return {one.metric: one.reason for one in found.refused}["time_to_first_token"]

    assert "definition differs (load-and-prompt / client)" in refused(guidellm())
    assert "definition differs (load-and-prompt / not stated)" in refused(ollama(0.02))
    assert bench.only(bench.compare(ollama(), ollama()), "time_to_first_token").ratio == 1


def test_hardware_is_refused_and_software_is_noted(bench):
    times = bench.noisy(0.1)
    found = bench.compare(bench.google_benchmark(times), bench.google_benchmark(times, cpus=8))
    assert "hardware num_cpus differs (4 / 8)" in found.refused[0].reason
    for across in ("hardware", "num_cpus"):
        told = bench.compare(bench.google_benchmark(times),
                             bench.google_benchmark(times, cpus=8), across=(across,))
        assert len(told.outcomes) == 2 and "hardware num_cpus: 4 / 8" in told.outcomes[0].pair.notes
    newer = bench.compare(bench.pyperf(times), bench.pyperf(times, version="3.12.1"))
    assert "python_version: 3.11.7 / 3.12.1" in bench.only(newer).pair.notes


def test_two_tools_that_mean_the_same_are_compared(bench):
    """hyperfine's and google-benchmark's times are both wall time, of a test of one name."""
    found = bench.compare(bench.hyperfine(bench.noisy(0.1), "work"),
                          bench.google_benchmark(bench.noisy(0.106, seed=2), name="work"))
    assert bench.only(found, "iteration_time").verdict == "slower"


def test_other_tests_stand_on_one_side_only(bench):
    found = bench.compare(bench.hyperfine(bench.noisy(0.1), "./a"),
                          bench.hyperfine(bench.noisy(0.1), "./b"))
    assert not found.outcomes and not found.refused
    assert [cell.test for cell in (*found.only_base, *found.only_other)] == ["./a", "./b"]


def _answers(prompts, factor=1.0, times=1, ctx=512):
    lines = [{"model": "m", "prompt": prompt, "run": run, "num_ctx": ctx,
              "ttft_s": factor * (0.1 + at / 10) * (1 + 0.01 * ((7 * at + 3 * run) % 5))}
             for at, prompt in enumerate(prompts) for run in range(times)]
    return "\n".join(json.dumps(line) for line in lines)


def _compare(bench, base, other, across=()):
    bench.write("a/x.jsonl", base)
    bench.write("b/x.jsonl", other)
    return compare(bench.side("a"), [bench.side("b")], None, across).candidates[0]


def test_prompts_answered_once_are_paired(bench):
    prompts = [f"question {name}" for name in "abcdefghijkl"]
    found = bench.only(_compare(bench, _answers(prompts), _answers(prompts[1:], 1.06)))
    assert found.level == "prompt" and found.n == (11, 11)
    assert "1 prompts are on one side only and left out" in found.pair.notes
    base = {p: 0.1 + at / 10 for at, p in enumerate(prompts)}
    assert found.base == pytest.approx(
        sum(base[p] * (1 + 0.01 * ((7 * at) % 5)) for at, p in enumerate(prompts) if at) / 11)


def test_prompts_answered_often_are_groups_of_their_own(bench):
    prompts = ["first question", "second question"]
    found = _compare(bench, _answers(prompts, times=12), _answers(prompts, 1.1, times=12))
    assert [one.verdict for one in found.outcomes] == ["slower", "slower"]
    assert [one.pair.base.prompts for one in found.outcomes] == [(p,) for p in prompts]


def test_other_prompts_are_refused_unless_told(bench):
    base, other = _answers(["a question"], times=12), _answers(["another"], 1.1, times=12)
    found = _compare(bench, base, other)
    assert [one.reason for one in found.refused] == ["prompts differ: none is on both sides"]
    assert bench.only(_compare(bench, base, other, ("prompt",))).verdict == "slower"


def test_settings_are_refused_but_not_the_seed(bench):
    prompts = ["a question"]
    found = _compare(bench, _answers(prompts, times=12), _answers(prompts, times=12, ctx=1024))
    assert "setting num_ctx differs (512 / 1024)" in found.refused[0].reason
    assert bench.only(_compare(bench, _answers(prompts, times=12),
                               _answers(prompts, times=12, ctx=1024), ("num_ctx",)))


def test_the_nearest_group_is_taken_and_an_open_choice_is_refused(bench):
    """A side that says less is paired where one group fits, and not where two do."""
    base = _answers(["a question"], times=6)
    both = base + "\n" + _answers(["a question"], times=6, ctx=1024)
    plain = "\n".join(line.replace(', "num_ctx": 512', "") for line in base.split("\n"))
    assert len(_compare(bench, plain, base).outcomes) == 1
    found = _compare(bench, plain, both)
    assert not found.outcomes and "fit equally well" in found.refused[0].reason


def test_reported_means_of_prompts_are_samples_of_their_own(bench):
    def document(factor):
        results = [{"model": "m", "prompt": prompt, "n_runs": 9, "mean_ttft_s": factor * mean,
                    "std_ttft_s": 0.01 * mean} for prompt, mean in (("a", 0.1), ("b", 0.2))]
        return json.dumps({"results": results})

    found = bench.compare(document(1.0), document(1.1))
    assert [(one.pair.base.prompts, one.n, one.verdict) for one in found.outcomes] == [
        (("a",), (9, 9), "slower"), (("b",), (9, 9), "slower")]

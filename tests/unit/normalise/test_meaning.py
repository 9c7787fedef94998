"""What keys mean: rules, not guesses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector import units, vocabulary
from baseline_collector.normalise.meaning import meaning_of
from baseline_collector.paths import with_sense

MEASURED = """
mean_tokens_s                                output_throughput     mean    tok/s
tokens_s                                     output_throughput     sample  tok/s
[].tok/s                                     output_throughput     sample  tok/s
[].Tokens/s                                  output_throughput     sample  tok/s
[].Tokens per Second                         output_throughput     sample  tok/s
tokensPerSecond                              output_throughput     sample  tok/s
summary.avg_tokens_per_second                output_throughput     mean    tok/s
overall_tokens_per_second                    output_throughput     overall tok/s
throughput_tok_s                             output_throughput     sample  tok/s
tokens_s_std                                 output_throughput     std     tok/s
results[].tokens_s.min                       output_throughput     min     tok/s
[].ttft_s                                    time_to_first_token   sample  s
[].ttft_ms                                   time_to_first_token   sample  ms
[].TTFT (s)                                  time_to_first_token   sample  s
[].ttft                                      time_to_first_token   sample  -
results[].ttft_s.p50                         time_to_first_token   p50     s
[].ttft_s_mean                               time_to_first_token   mean    s
[].P95 TTFT (s)                              time_to_first_token   p95     s
[].load_s                                    load_duration         sample  s
[].load_duration                             load_duration         sample  -
[].prompt_eval_s                             prompt_eval_duration  sample  s
[].prompt_eval_s_std                         prompt_eval_duration  std     s
[].eval_s                                    eval_duration         sample  s
[].eval_s_mean                               eval_duration         mean    s
results[].eval_s.min                         eval_duration         min     s
[].eval_count                                output_tokens         sample  tok
[].prompt_eval_count                         prompt_tokens         sample  tok
total_tokens                                 total_tokens          sample  tok
[].total_s                                   request_latency       sample  s
[].total_s_mean                              request_latency       mean    s
results[].total_s.max                        request_latency       max     s
total_generation_time_ms                     request_latency       total   ms
[].Generation Time (ms)                      request_latency       sample  ms
latency_ms.p99                               request_latency       p99     ms
latency.min                                  request_latency       min     -
timing_stats.latency_percentiles.p99         iteration_time        p99     -
timing_stats.overall_mean_ms                 iteration_time        mean    ms
timing.p50_ms                                iteration_time        p50     ms
backends.jit.benchmark.min_time_ms           iteration_time        min     ms
backends.jit.compilation.compile_time_s      compile_time          sample  s
[]["gpu__time_duration.sum"]                 kernel_duration       sample  -
gpu[].fan_speed                              fan_speed             sample  %
gpu[].temperature                            temperature           sample  °C
gpu[].temp                                   temperature           sample  °C
gpu[].power_draw                             power                 sample  W
gpu[].clock_graphics                         clock_graphics        sample  MHz
gpu[].memory_used_mb                         memory_used           sample  MB
system.cpu_percent                           cpu_utilization       sample  %
timing_stats.cv_percent                      iteration_time        cv      %
m[][][][5].latency_ms                        request_latency       sample  ms
latency_ms[][][][5]                          request_latency       sample  ms
"""


@pytest.mark.parametrize("line", MEASURED.strip().splitlines())
def test_measurements(line: str) -> None:
    *name, metric, statistic, unit = line.split()
    found = meaning_of(line[: line.index(metric, len(" ".join(name)))].strip())
    assert (found.role, found.metric, found.statistic, found.unit or "-") == (
        "measurement",
        metric,
        statistic,
        unit,
    )


@pytest.mark.parametrize(
    ("key", "role", "target"),
    [
        ("temperature", "parameter", "temperature"),
        ("[].temp", "parameter", "temperature"),
        ("options.top_p", "parameter", "top_p"),
        ("settings.runs", "repetitions", "runs"),
        ("model.batch_size", "parameter", "batch_size"),
        ("model.name", "context", "model"),
        ("environment.gpu_name", "context", "device"),
        ("environment.torch", "setup", "torch"),
        ("[].prompt_index", "identity", "prompt_index"),
        ("metrics[].timestamp", "time", "started_at"),
        ("metrics[].elapsed_s", "time", "started_at"),
        ("results[].success", "outcome", "success"),
        ("results[].response", "answer", "response"),
        ("results[].eval_s.n", "repetitions", "n"),
        ("Model Name", "context", "model"),
        ("cpu.model", "setup", "cpu_model"),
        ("gpu[].name", "context", "device"),
        ("[][].GPU Layers", "parameter", "gpu_layers"),
        ("[].Boost Clock", "setup", "boost_clock"),
        ("[].Quantization", "context", "quantization"),
        ("[].name", "context", "run"),
        ("results[].benchmark", "context", "run"),
        ("gpus[].name", "context", "device"),
    ],
)
def test_context(key: str, role: str, target: str) -> None:
    found = meaning_of(key)
    assert (found.role, found.target, found.metric) == (role, target, None)


def test_the_name_of_a_file_or_of_a_tools_record_is_no_test() -> None:
    assert meaning_of("name").role == meaning_of("summary.benchmark").role == "unnamed"
    assert meaning_of("benchmarks[].name", "pytest-benchmark").target == ""


@pytest.mark.parametrize(
    ("key", "beside", "metric", "statistic", "unit"),
    [
        ("[][].Mean (ms)", "Compilation Benchmark Report", "iteration_time", "mean", "ms"),
        ("[][].Std (ms)", "Results of the Benchmark", "iteration_time", "std", "ms"),
        ("[][].Mean (ms)", "Results", None, "sample", "ms"),
        ("[][].Value", "Mean TTFT", "time_to_first_token", "mean", None),
        ("[][].Value", "P95 TTFT (ms)", "time_to_first_token", "p95", "ms"),
        ("[][].Value", "Mean TTFT (warm)", None, "sample", None),
        ("[][].Baseline Agent", "Throughput", "throughput", "sample", None),
        ("[][].Delta", "Throughput", None, "sample", None),
        ("[][].Chimera vs Baseline", "Throughput", None, "sample", None),
    ],
)
def test_a_column_is_named_by_its_row_or_heading(key, beside, metric, statistic, unit):
    found = meaning_of(with_sense(key, beside), "generic-markdown")
    assert (found.metric, found.statistic, found.unit) == (metric, statistic, unit)


def test_a_memory_in_a_list_of_notes_may_be_installed_or_used():
    assert meaning_of("[].VRAM", "generic-markdown").metric is None
    assert meaning_of("[][].VRAM (GB)", "generic-markdown").metric == "memory_used"


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("[].TTFT Δ (ms)", "ms"),
        ("[].Throughput Δ", None),
        ("latency_语", None),
        ("warmup_on.first_ttft_s.mean", None),
        ("tok/s/gpu", None),
        ("[].Size (GB)", "GB"),
        ("[].Tokens per GB", None),
        ("words_ms", None),
        ("net_saved_s", None),
        ("overhead_ms", "ms"),
        ("[].power (kW)", None),
        ("n", None),
        ("confidence_interval_95[]", None),
        ("x", None),
        ("other_cpu_percent.mean", None),
        ("success_latency_bucket_ms", "ms"),
        ("eval_s_before_min", None),
    ],
)
def test_what_is_not_accounted_for_stays_unnamed(key: str, unit: str | None) -> None:
    found = meaning_of(key)
    assert (found.role, found.metric, found.unit) == ("unnamed", None, unit)


@pytest.mark.parametrize("metric", vocabulary.METRICS, ids=lambda metric: metric.name)
def test_every_spelling_means_its_metric(metric: vocabulary.Metric) -> None:
    for spelling in metric.spellings:
        for key in (spelling.replace(" ", "_"), spelling.title().replace(" ", "")):
            found = meaning_of("x." + key)
            if found.role == "measurement":
                assert found.metric == metric.name, (key, found)


def test_no_spelling_is_claimed_twice() -> None:
    seen: dict[str, str] = {}
    for metric in vocabulary.METRICS:
        for spelling in metric.spellings:
            assert seen.setdefault(spelling, metric.name) == metric.name, spelling


@pytest.mark.parametrize("metric", vocabulary.METRICS, ids=lambda metric: metric.name)
def test_units_of_the_vocabulary(metric: vocabulary.Metric) -> None:
    canonical = units.unit(metric.unit)
    assert units.canonical(canonical) is canonical
    if metric.bare_unit:
        assert units.unit(metric.bare_unit).dimension == canonical.dimension


rates = st.sampled_from(
    ["tokens", "tok", "toks", "mean_tokens", "avg_tok", "p95_tokens", "tokens_per"]
)


@given(
    rates,
    st.sampled_from(["s", "sec", "second"]),
    st.sampled_from(["", "results[].", "[].", "summary."]),
)
def test_a_rate_is_never_seconds(noun: str, second: str, above: str) -> None:
    found = meaning_of(f"{above}{noun}_{second}")
    assert found.unit in ("tok/s", None)


@given(
    st.lists(
        st.text(
            st.characters(exclude_characters='.[]"\x1f', exclude_categories=["Cs"]),
            min_size=1,
            max_size=12,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_any_key_has_a_meaning(names: list[str]) -> None:
    found = meaning_of(".".join(names))
    assert found.unit is None or units.unit(found.unit)
    assert (found.role == "measurement") == (found.metric is not None)
    assert found.metric is None or found.metric in vocabulary.BY_NAME


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("coefficient_of_variation", "a statistic, of what no name around it says"),
        ("confidence_interval_95[]", "ends of an interval, of what no name around them says"),
        ("wobble", "not accounted for: wobble"),
    ],
)
def test_why_a_key_stays_unnamed(key: str, why: str) -> None:
    """The mean they belong to stands in an object beside them: to take it would be a guess."""
    meaning = meaning_of(key)
    assert (meaning.role, meaning.metric, meaning.why) == ("unnamed", None, why)
    assert meaning_of("timing_stats.cv_percent").metric == "iteration_time"

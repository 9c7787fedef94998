"""Spellings met in the wild: what each is taken for, and those that say too little."""

import pytest

from baseline_collector.normalise.meaning import meaning_of
from baseline_collector.paths import join

MEANT = """
mean_ttft_s | time_to_first_token | mean | s
MD: TTFT (ms) | time_to_first_token | p50 | ms
p99 latency [ms] | request_latency | p99 | ms
throughput_tokens_per_sec | output_throughput | sample | tok/s
Mean TTFT (ms): | time_to_first_token | mean | ms
Median TTFT (ms) | time_to_first_token | p50 | ms
P99 TTFT (ms) | time_to_first_token | p99 | ms
Mean TPOT (ms) | time_per_output_token | mean | ms
Median ITL (ms) | inter_token_latency | p50 | ms
P99 E2EL (ms) | request_latency | p99 | ms
Output token throughput (tok/s) | output_throughput | sample | tok/s
Total Token throughput (tok/s) | total_throughput | sample | tok/s
Request throughput (req/s) | request_throughput | sample | req/s
Successful requests | success_count | sample | 1
Total input tokens | prompt_tokens | total | tok
Total generated tokens | output_tokens | total | tok
Benchmark duration (s) | run_duration | sample | s
Peak output token throughput (tok/s) | output_throughput | max | tok/s
Mean E2E Latency (ms) | request_latency | mean | ms
Median E2E Latency (ms) | request_latency | p50 | ms
Input token throughput (tok/s) | prompt_throughput | sample | tok/s
Max ITL (ms) | inter_token_latency | max | ms
time_to_first_token_ms | time_to_first_token | sample | ms
timeToFirstTokenMs | time_to_first_token | sample | ms
TimeToFirstToken | time_to_first_token | sample | -
first_token_latency_ms | time_to_first_token | sample | ms
first-token-time | time_to_first_token | sample | -
ttft_p50_ms | time_to_first_token | p50 | ms
ttft_p99 | time_to_first_token | p99 | -
ttft_avg | time_to_first_token | mean | -
ttft_mean_ms | time_to_first_token | mean | ms
ttft_seconds | time_to_first_token | sample | s
p50_ttft | time_to_first_token | p50 | -
avg_ttft_ms | time_to_first_token | mean | ms
TTFT(ms) | time_to_first_token | sample | ms
TTFT P90 [s] | time_to_first_token | p90 | s
std_ttft_ms | time_to_first_token | std | ms
ttft stddev (ms) | time_to_first_token | std | ms
tpot_ms | time_per_output_token | sample | ms
mean_tpot_ms | time_per_output_token | mean | ms
time_per_output_token_ms_p95 | time_per_output_token | p95 | ms
itl_ms | inter_token_latency | sample | ms
inter_token_latency_ms | inter_token_latency | sample | ms
inter-token latency (ms) | inter_token_latency | sample | ms
p90_itl_ms | inter_token_latency | p90 | ms
avg_inter_token_latency_s | inter_token_latency | mean | s
ITL mean (ms) | inter_token_latency | mean | ms
tokens_per_second | output_throughput | sample | tok/s
tokens_per_sec | output_throughput | sample | tok/s
tokens/s | output_throughput | sample | tok/s
tok/s | output_throughput | sample | tok/s
toks/sec | output_throughput | sample | tok/s
tokens_s | output_throughput | sample | tok/s
tps | output_throughput | sample | tok/s
TPS | output_throughput | sample | tok/s
avg_tps | output_throughput | mean | tok/s
mean_tps | output_throughput | mean | tok/s
Tokens Per Second | output_throughput | sample | tok/s
tokensPerSec | output_throughput | sample | tok/s
avg_tokens_per_second | output_throughput | mean | tok/s
average_tokens_per_second | output_throughput | mean | tok/s
max_tokens_per_second | output_throughput | max | tok/s
min_tokens_per_second | output_throughput | min | tok/s
median_tokens_per_second | output_throughput | p50 | tok/s
peak_tokens_per_second | output_throughput | max | tok/s
output_tokens_per_second | output_throughput | sample | tok/s
output_tokens_per_sec | output_throughput | sample | tok/s
output_tok_per_s | output_throughput | sample | tok/s
output_tps | output_throughput | sample | tok/s
generated_tokens_per_second | output_throughput | sample | tok/s
generation_tokens_per_second | output_throughput | sample | tok/s
generation_tok_s | output_throughput | sample | tok/s
gen_tps | output_throughput | sample | tok/s
decode_tps | output_throughput | sample | tok/s
decode_tok_s | output_throughput | sample | tok/s
decode_tokens_per_second | output_throughput | sample | tok/s
decode_throughput_tok_s | output_throughput | sample | tok/s
decode throughput (tok/s) | output_throughput | sample | tok/s
eval_rate | output_throughput | sample | tok/s
eval rate (tokens/s) | output_throughput | sample | tok/s
eval_tokens_per_second | output_throughput | sample | tok/s
throughput_tok_s | output_throughput | sample | tok/s
throughput_tps | output_throughput | sample | tok/s
throughput_tok_per_s | output_throughput | sample | tok/s
throughput (tok/s) | output_throughput | sample | tok/s
Throughput (tokens/sec) | output_throughput | sample | tok/s
Throughput [tokens/s] | output_throughput | sample | tok/s
token_throughput | throughput | sample | -
tokens_throughput | throughput | sample | -
output_throughput | output_throughput | sample | tok/s
output_token_throughput | output_throughput | sample | tok/s
output_token_throughput_per_s | output_throughput | sample | tok/s
output_throughput_tok_s | output_throughput | sample | tok/s
completion_tokens_per_second | output_throughput | sample | tok/s
predicted_per_second | output_throughput | sample | tok/s
mean_output_throughput | output_throughput | mean | tok/s
p50_tokens_per_second | output_throughput | p50 | tok/s
std_tokens_per_second | output_throughput | std | tok/s
total_tokens_per_second | total_throughput | sample | tok/s
total_token_throughput | total_throughput | sample | tok/s
total_throughput_tok_s | total_throughput | sample | tok/s
overall_throughput_tok_s | output_throughput | overall | tok/s
prompt_tokens_per_second | prompt_throughput | sample | tok/s
prompt_tok_s | prompt_throughput | sample | tok/s
prompt_per_second | prompt_throughput | sample | tok/s
prompt_eval_rate | prompt_throughput | sample | tok/s
prompt eval rate (tokens/s) | prompt_throughput | sample | tok/s
prefill_tps | prompt_throughput | sample | tok/s
prefill_tok_s | prompt_throughput | sample | tok/s
prefill_tokens_per_second | prompt_throughput | sample | tok/s
prefill_throughput | prompt_throughput | sample | tok/s
input_tokens_per_second | prompt_throughput | sample | tok/s
input_throughput | prompt_throughput | sample | tok/s
requests_per_second | request_throughput | sample | req/s
requests_per_sec | request_throughput | sample | req/s
requests/s | request_throughput | sample | req/s
req_per_s | request_throughput | sample | req/s
rps | request_throughput | sample | req/s
qps | request_throughput | sample | req/s
throughput_rps | request_throughput | sample | req/s
throughput_req_s | request_throughput | sample | req/s
Throughput (req/s) | request_throughput | sample | req/s
queries_per_second | request_throughput | sample | req/s
latency_ms | request_latency | sample | ms
latency_p95_ms | request_latency | p95 | ms
p99_latency_s | request_latency | p99 | s
p99.9 latency (ms) | request_latency | p99.9 | ms
99th percentile latency (ms) | request_latency | p99 | ms
avg_latency | request_latency | mean | -
mean_e2e_latency_ms | request_latency | mean | ms
e2e_latency_p99_ms | request_latency | p99 | ms
end_to_end_latency_s | request_latency | sample | s
response_time_ms | request_latency | sample | ms
avg_response_time | request_latency | mean | -
inference_time_ms | request_latency | sample | ms
total_duration_ms | request_latency | sample | ms
load_duration_ms | load_duration | sample | ms
model_load_time_s | load_duration | sample | s
prompt_eval_duration_ms | prompt_eval_duration | sample | ms
prefill_time_ms | prompt_eval_duration | sample | ms
eval_duration_ns | eval_duration | sample | ns
decode_time_ms | eval_duration | sample | ms
completion_tokens | output_tokens | sample | tok
num_output_tokens | output_tokens | sample | tok
input_tokens | prompt_tokens | sample | tok
num_prompt_tokens | prompt_tokens | sample | tok
gpu_memory_used_mb | memory_used | sample | MB
peak_memory_gb | memory_used | max | GB
vram_used_mb | memory_used | sample | MB
peak_vram_gb | memory_used | max | GB
gpu_util_percent | gpu_utilization | sample | %
gpu_power_w | power | sample | W
power_draw_watts | power | sample | W
gpu_temp_c | temperature | sample | °C
success_rate | success_rate | sample | 1
error_rate | error_rate | sample | 1
request_goodput | goodput | sample | req/s
"""
"""Name | metric | statistic | unit; ``-`` where the name states none and no tools agree on one."""

DOUBTFUL = """
tok/s/gpu
tokens_per_second_per_gpu
tokens_per_second_per_user
throughput_gain
ttft_ratio
delta_ttft_ms
ttft_slo_ms
target_tps
tps_target
baseline_latency_ms
latency_budget_ms
expected_tokens_s
words_per_second
tokens_per_watt
cost_per_token
tokens_per_dollar
chars_per_second
latency_improvement_pct
ms
speed
rate
p99
warm_ttft_ms
cold_start_s
"""
"""Shares, targets, differences, and words that may be anything."""


def test_the_table_is_as_long_as_it_says():
    names = [line.partition(" | ")[0] for line in MEANT.strip().splitlines()]
    assert len(set(names)) == len(names) >= 150


@pytest.mark.parametrize("line", MEANT.strip().splitlines(), ids=lambda line: line.split(" | ")[0])
def test_what_a_spelling_means(line: str) -> None:
    name, *meant = (part.strip() for part in line.split(" | "))
    found = meaning_of(join("[]", name))
    assert [found.metric, found.statistic, found.unit or "-"] == meant


@pytest.mark.parametrize("name", DOUBTFUL.strip().splitlines())
def test_what_is_doubtful_stays_unnamed(name: str) -> None:
    assert meaning_of(join("[]", name)).metric is None

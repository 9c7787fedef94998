"""The mapping tables as data: every entry is sound, every definition is explained."""

import re

import pytest

from baseline_collector import units, vocabulary
from baseline_collector.normalise.context import PLAIN
from baseline_collector.normalise.mappings import TABLES, find
from baseline_collector.normalise.mappings.definitions import DEFINITIONS, LOAD_AND_PROMPT
from baseline_collector.normalise.mappings.evaluations import LM_EVAL_METRICS
from baseline_collector.normalise.meaning import container, parts, statistic_of
from baseline_collector.paths import tokens, with_sense, without_sense
from baseline_collector.readers.catalogue import TOOLS

ENTRIES = [(reader, key, entry) for reader, table in TABLES.items() for key, entry in table.items()]
SCORERS = {*LM_EVAL_METRICS, "stderr", "std", "mean"}


def test_every_table_has_a_reader_and_every_tool_a_table():
    assert {reader.name for reader in TOOLS} == set(TABLES)


@pytest.mark.parametrize("reader", TABLES)
def test_entries_name_what_exists(reader):
    for key, entry in TABLES[reader].items():
        if entry.unit:
            assert units.unit(entry.unit), key
        if entry.role == "measurement":
            metric = vocabulary.BY_NAME[entry.metric]
            if entry.unit:
                stated = units.unit(entry.unit).dimension
                assert stated == units.unit(metric.unit).dimension, key
        if entry.role == "context":
            assert entry.target in PLAIN, key


def test_every_definition_is_explained_and_used():
    used = {(entry.metric, entry.definition) for _, _, entry in ENTRIES if entry.definition}
    unexplained = {
        pair
        for pair in used - DEFINITIONS.keys()
        if pair[0] not in ("score", "perplexity") or pair[1] not in SCORERS
    }
    assert unexplained == set()
    by_record = {("time_to_first_token", LOAD_AND_PROMPT)}
    assert DEFINITIONS.keys() - by_record <= used


def test_metrics_with_several_definitions_always_say_which():
    several = {
        "time_per_output_token",
        "inter_token_latency",
        "output_throughput",
        "prompt_throughput",
        "total_throughput",
        "time_to_first_token",
        "request_latency",
    }
    missing = [
        (reader, key)
        for reader, key, entry in ENTRIES
        if entry.metric in several and not entry.definition
    ]
    assert missing == []


def test_a_sense_goes_before_the_key_alone():
    prompt = find("llama-bench", with_sense("[].avg_ts", "pp"))
    generation = find("llama-bench", with_sense("[].avg_ts", "tg"))
    assert prompt and generation
    assert (prompt.entry.metric, generation.entry.metric) == (
        "prompt_throughput",
        "output_throughput",
    )
    assert find("llama-bench", "[].avg_ts") is None


def test_a_placeholder_gives_its_name():
    found = find("lm-eval", 'results.toy["acc.x"]')
    assert found is None or found.entry.metric is None
    found = find("lm-eval", "results.toy.acc,none")
    assert found and found.names == (("run", "toy"),)
    found = find("lm-eval", "configs.toy.num_fewshot")
    assert found and found.entry.scope == "results.toy"


def test_a_hostile_sense_cannot_reach_the_pointer():
    for sense in ('x"]', "a]b", "\x1f", "ü.[0]"):
        assert without_sense(with_sense("[].value", sense)) == "[].value"
    assert without_sense('["a\x1fb"].c') == '["a\x1fb"].c'


SPELLED = {"p001": "p0.1", "p0p1": "p0.1", "p01": "p1", "p05": "p5", "p999": "p99.9",
           "p99p9": "p99.9", "q1": "p25", "q3": "p75", "std_dev": "std", "avg": "mean",
           "total_sum": "total", "sum": "total", "Std Dev": "std", "p0.1": "p0.1",
           "p99.9": "p99.9"}


def _said(name):
    """The statistic that the last name of a key says, or None where it says none or several."""
    if name in SPELLED:
        return SPELLED[name]
    if name.endswith("±") or "stderr" in name:
        return "stderr" if "stderr" in name else "std"
    said = {statistic_of(part) for part in parts(name)} - {None, "total", "overall", "first"}
    return said.pop() if len(said) == 1 else None


@pytest.mark.parametrize("reader", TABLES)
def test_a_key_that_says_its_statistic_has_it(reader):
    wrong = []
    for key, entry in TABLES[reader].items():
        name = tokens(without_sense(key))[-1]
        if (not name or entry.metric in (None, "outlier_count", "score") or "percentile" in name):
            continue
        said = _said(name.partition(",")[0])
        whole = entry.statistic in ("overall", "total")  # one value of a run, called its average
        if said and said != entry.statistic and not (whole and said == "mean"):
            wrong.append((key, said, entry.statistic))
    assert wrong == []


@pytest.mark.parametrize("reader", TABLES)
def test_statistics_of_one_object_are_of_one_metric(reader):
    groups = {}
    for key, entry in TABLES[reader].items():
        bare = without_sense(key)
        name = (tokens(bare) or [None])[-1]
        if entry.metric and name and (name in SPELLED or statistic_of(name)):
            owner = (container(bare), key[len(bare):])
            groups.setdefault(owner, {}).setdefault(
                (entry.metric, entry.definition, entry.unit), []).append(key)
    mixed = {owner: kinds for owner, kinds in groups.items() if len(kinds) > 1}
    assert mixed == {}


def test_a_score_is_defined_by_the_scorer_its_key_names():
    for key, entry in TABLES["lm-eval"].items():
        name = tokens(key)[-1] or ""
        if entry.metric in ("accuracy", "score", "perplexity"):
            assert entry.definition == name.partition(",")[0].removesuffix("_stderr"), key


def test_google_benchmark_rows_have_the_statistic_and_the_column_the_metric():
    statistics = {"iteration": "sample", "median": "p50", "stddev": "std"}
    metrics = {"real_time": "iteration_time", "cpu_time": "cpu_time"}
    for key, entry in TABLES["google-benchmark"].items():
        bare = without_sense(key)
        if entry.metric:
            sense = key[len(bare) + 1 :]
            assert entry.statistic == statistics.get(sense, sense), key
            assert entry.metric == metrics[tokens(bare)[-1]], key


def test_asv_kinds_have_their_metric():
    kinds = {"time": ("iteration_time", "sample"), "memory": ("memory_used", "sample"),
             "peakmemory": ("memory_used", "max")}
    for key, entry in TABLES["asv"].items():
        if entry.metric:
            sense = key[len(without_sense(key)) + 1 :]
            assert (entry.metric, entry.statistic) == kinds[sense], key


def test_mlperf_keys_say_percentile_and_metric():
    for key, entry in TABLES["mlperf-loadgen"].items():
        name = (tokens(key)[-1] or "").lower().replace("_", " ")
        percent = re.search(r"(\d+\.\d+) percentile", name)
        if percent:
            assert entry.statistic == f"p{float(percent[1]):g}", key
        if "first token" in name:
            assert entry.metric == "time_to_first_token", key
        elif "output token" in name:
            assert entry.metric == "time_per_output_token", key
        elif "latency" in name and entry.metric:
            assert entry.metric == "request_latency", key
        elif entry.metric and "samples per sec" in name:
            assert entry.metric == "request_throughput", key
        elif entry.metric and "tokens per sec" in name:
            assert entry.metric == "output_throughput", key


@pytest.mark.parametrize(
    ("key", "role", "target"),
    [
        ("[].device__attribute_chip", "setup", "device__attribute_chip"),
        ("[].nvlink__count_logical", "setup", "nvlink__count_logical"),
        ("[].launch__sm_count", "setup", "launch__sm_count"),
        ("[].launch__grid_dim_x", "parameter", "launch__grid_dim_x"),
        ("[].launch__stream_id", "identity", ""),
    ],
)
def test_what_a_device_is_and_how_a_kernel_was_launched_is_configuration(key, role, target):
    entry = find("nsight-compute", key).entry
    assert (entry.role, entry.target) == (role, target)

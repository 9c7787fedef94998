"""The mapping tables as data: every entry is sound, every definition is explained."""

import pytest

from baseline_collector import units, vocabulary
from baseline_collector.normalise.context import PLAIN
from baseline_collector.normalise.mappings import TABLES, find
from baseline_collector.normalise.mappings.definitions import DEFINITIONS
from baseline_collector.normalise.mappings.evaluations import LM_EVAL_METRICS
from baseline_collector.paths import with_sense, without_sense
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
    assert DEFINITIONS.keys() <= used


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

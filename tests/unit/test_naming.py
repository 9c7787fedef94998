"""Names taken apart: every part is accounted for, or left over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baseline_collector.errors import UsageError
from baseline_collector.faces.cli import main
from baseline_collector.naming import learn, learned, parts, plain, statistic_of, take_apart


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("meanTTFT (ms)", ("time_to_first_token", "mean", "ms", ())),
        ("tokensPerSecond", ("output_throughput", None, None, ())),
        ("p99_latency_ms", ("request_latency", "p99", "ms", ())),
        ("wobble_ms", (None, None, "ms", ("wobble",))),
    ],
)
def test_take_apart(name, expected):
    apart = take_apart(name)
    assert (apart.metric, apart.statistic, apart.unit, apart.leftover) == expected


def test_parts_and_statistics():
    assert parts("tokensPerSecond") == ("tokens", "per", "second")
    assert plain("Mean Tokens/s") == "mean_tokens_s"
    assert (statistic_of("p99"), statistic_of("95th"), statistic_of("avg"), statistic_of("x")) == (
        "p99",
        "p95",
        "mean",
        None,
    )


@pytest.fixture
def own_spellings():
    yield learn
    learn(())


def test_own_spellings_are_understood_with_statistic_and_unit(own_spellings):
    assert take_apart("mean_first_byte_wait_ms").metric is None
    own_spellings(("first byte wait=time_to_first_token",))
    found = take_apart("mean_first_byte_wait_ms")
    assert (found.metric, found.statistic, found.unit) == ("time_to_first_token", "mean", "ms")
    own_spellings(())
    assert take_apart("mean_first_byte_wait_ms").metric is None


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("wait=time_to_first_tokn", "time_to_first_token"),
        ("=time_to_first_token", "one to 6 words"),
        ("a b c d e f g=power", "one to 6 words"),
        ("ttft=power", "means time_to_first_token already"),
        ("wait", "no such metric"),
    ],
)
def test_a_wrong_own_spelling_is_told(own_spellings, entry, said):
    with pytest.raises(UsageError, match=said):
        own_spellings((entry,))
    assert learned() == ()


def test_the_example_of_the_documentation(own_spellings, tmp_path, monkeypatch, capsys):
    page = Path(__file__).parents[2] / "docs" / "vocabulary.md"
    example = page.read_text("utf-8").split("```toml\n")[1].split("```")[0]
    (tmp_path / "baseline.toml").write_text(example)
    (tmp_path / "x.csv").write_text("mean_first_byte_wait_ms,ChatterRate\n12,30\n")
    monkeypatch.chdir(tmp_path)
    assert main(["vocabulary", "x.csv", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["metric"], row["statistic"], row["unit"]) for row in rows] == [
        ("time_to_first_token", "mean", "ms"),
        ("output_throughput", "sample", "tok/s"),
    ]

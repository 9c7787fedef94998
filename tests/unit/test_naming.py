"""Names taken apart: every part is accounted for, or left over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baseline_collector import vocabulary
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


def described(**fields):
    return tuple(f"metrics.draft_rate.{name}={value}" for name, value in fields.items())


def test_an_own_metric_has_unit_direction_and_spellings(own_spellings):
    own_spellings((*described(unit="ms", better="lower", spellings="draft wait"),
                   "draft pause=draft_rate"))
    metric = vocabulary.BY_NAME["draft_rate"]
    assert (metric.unit, metric.bare_unit, metric.better) == ("s", "ms", "lower")
    for name in ("mean_draft_wait_us", "mean draft pause (us)", "mean_draft_rate_us"):
        found = take_apart(name)
        assert (found.metric, found.statistic, found.unit) == ("draft_rate", "mean", "us")
    own_spellings(())
    assert "draft_rate" not in vocabulary.BY_NAME
    assert take_apart("mean_draft_wait_us").metric is None


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (described(better="lower"), "has no unit"),
        (described(unit="furlong"), "no such unit.*'furlong'"),
        (described(unit="s", better="highest"), "no such direction: 'highest'.*higher"),
        (described(unit="s", spelling="x"), "no such field of a metric: 'spelling'.*spellings"),
        (described(unit="s", spellings="ttft"), "means time_to_first_token already"),
        (described(unit="s", spellings=" "), "one to 6 words"),
        (("metrics.power.unit=W",), "'power' is a metric already"),
        (("metrics.Draft Rate.unit=s",), "no name of a metric"),
        (("metrics.draft_rate=s",), "no field of a metric"),
        ((*described(unit="s", spellings="wait"), "wait=power"), "means draft_rate already"),
    ],
)
def test_a_wrong_own_metric_is_told_and_the_earlier_ones_stay(own_spellings, own, said):
    before = ("metrics.kept.unit=s",)
    own_spellings(before)
    with pytest.raises(UsageError, match=f"(?s){said}") as caught:
        own_spellings(own)
    assert "vocabulary" in str(caught.value)
    assert learned() == before
    assert "kept" in vocabulary.BY_NAME
    assert "draft_rate" not in vocabulary.BY_NAME


def test_the_example_of_own_metrics_in_the_documentation(
    own_spellings, tmp_path, monkeypatch, capsys
):
    page = Path(__file__).parents[2] / "docs" / "vocabulary.md"
    example = page.read_text("utf-8").split("```toml\n")[2].split("```")[0]
    (tmp_path / "baseline.toml").write_text(example)
    for run, shares in (("base", "60,61,62,60,61"), ("new", "70,71,72,70,71")):
        (tmp_path / run).mkdir()
        lines = "".join(f"m,{share},0.5 J\n" for share in shares.split(","))
        (tmp_path / run / "x.csv").write_text(f"model,accept_share,EnergyPerToken\n{lines}")
    monkeypatch.chdir(tmp_path)
    assert main(["vocabulary", "mean_accept_share", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["metric"], row["statistic"], row["unit"]) == ("draft_acceptance", "mean", "%")
    assert (row["better"], row["about"]) == ("higher", "Draft tokens that the model accepted.")
    assert main(["collect", "base", "--no-llm"]) == 0
    capsys.readouterr()
    assert main(["query", "SELECT metric, unit, value FROM measurements WHERE metric IS NOT NULL "
                 "LIMIT 2", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"metric": "draft_acceptance", "unit": "%", "value": 60.0},
        {"metric": "energy_per_token", "unit": "J", "value": 0.5},
    ]
    report = (tmp_path / "baseline-report" / "report.md").read_text("utf-8")
    assert "draft acceptance" in report
    assert main(["compare", "base", "new", "--format", "json"]) == 0
    (candidate,) = json.loads(capsys.readouterr().out)["candidates"]
    verdicts = {one["metric"]: one["verdict"] for one in candidate["comparisons"]}
    assert verdicts["draft_acceptance"] == "better"


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

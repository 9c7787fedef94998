"""compare and history at the command line: exit codes, outputs, the stored baseline."""

import json

import numpy as np
import pytest

from baseline_collector.faces.cli import main


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """hyperfine files of 30 runs each: base, slower by 6 %, the same, and one of single runs."""
    monkeypatch.chdir(tmp_path)
    for seed, (name, mean, n) in enumerate((("base", 0.1, 30), ("slower", 0.106, 30),
                                            ("same", 0.1, 30), ("once", 0.1, 1))):
        times = np.random.default_rng(seed).normal(mean, 0.002, n).tolist()
        result = {"command": "./work", "mean": mean, "stddev": None, "median": mean, "user": 0.01,
                  "system": 0.0, "min": mean, "max": mean, "times": times, "exit_codes": [0] * n}
        (tmp_path / f"{name}.json").write_text(json.dumps({"results": [result]}))
    return tmp_path


@pytest.mark.parametrize("words, code", [
    (["base.json", "slower.json"], 1),
    (["slower.json", "base.json"], 0),
    (["base.json", "same.json"], 0),
    (["base.json", "same.json", "slower.json"], 1),
    (["base.json", "slower.json", "--fail-on", "never"], 0),
    (["base.json", "slower.json", "--margin", "20"], 0),
    (["base.json", "once.json"], 0),
    (["base.json", "once.json", "--fail-on", "undecided"], 1),
    (["base.json", "same.json", "--fail-on", "undecided"], 0),
    (["base.json"], 2),
    (["base.json", "absent.json"], 2),
    (["base.json", "same.json", "--metric", "accuracy"], 2),
    (["base.json", "same.json", "--metric", "nonsense"], 2),
    (["base.json", "same.json", "--margin", "-1"], 2),
])
def test_exit_codes(runs, words, code, capsys):
    assert main(["compare", *words]) == code
    assert (capsys.readouterr().err == "") == (code < 2)


def test_what_cannot_be_compared_is_an_error_with_the_reason(runs, capsys):
    (runs / "other.json").write_text((runs / "base.json").read_text().replace("./work", "./else"))
    assert main(["compare", "base.json", "other.json"]) == 2
    assert "no metric and test that both sides have" in capsys.readouterr().err


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "junit", "github"])
def test_every_format_is_printed(runs, format_, capsys):
    assert main(["compare", "base.json", "slower.json", "--format", format_]) == 1
    assert "slower" in capsys.readouterr().out


def test_a_stored_baseline_takes_the_place_of_its_run(runs, capsys):
    assert main(["compare", "base.json", "--save-baseline", "kept.json"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["compare", "kept.json", "slower.json"]) == 1
    assert main(["compare", "kept.json", "same.json", "--save-baseline", "next.json"]) == 0
    capsys.readouterr()
    assert main(["compare", "same.json", "next.json", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["candidates"][0]["comparisons"][0]["ratio"] == 1.0
    assert main(["compare", "base.json", "--save-baseline", "absent/kept.json"]) == 2


def test_a_baseline_takes_the_place_of_a_baseline_and_of_nothing_else(runs, capsys):
    artifact = (runs / "base.json").read_bytes()
    assert main(["compare", "base.json", "--save-baseline", "base.json"]) == 2
    said = capsys.readouterr().err
    assert "base.json" in said and "--force" in said
    assert (runs / "base.json").read_bytes() == artifact
    for _ in range(2):
        assert main(["compare", "base.json", "--save-baseline", "kept.json"]) == 0
    (runs / "same.json").write_text("[]")
    assert main(["compare", "base.json", "--save-baseline", "same.json", "--force"]) == 0
    assert (runs / "same.json").read_bytes() == (runs / "kept.json").read_bytes()


def test_history_of_files_in_order(runs, capsys):
    words = ["history", "base.json", "same.json", "slower.json", "--format", "json"]
    assert main(words) == 0
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert [one["run"] for one in group["runs"]] == ["base.json", "same.json", "slower.json"]
    assert group["reason"] == "3 of the 10 runs that a change point takes"
    assert main([*words[:-2], "--all"]) == 0
    assert "3 runs" in capsys.readouterr().out


def test_a_run_beside_itself_is_the_same_data_and_no_repetition(runs, capsys):
    for name in ("base", "once"):
        (runs / "copy.json").write_text((runs / f"{name}.json").read_text())
        for other in (f"{name}.json", "copy.json"):
            assert main(["compare", f"{name}.json", other, "--fail-on", "undecided"]) == 0
            shown = capsys.readouterr().out
            assert "same: both sides hold the same values" in shown and "  same values" in shown
            assert "undecided" not in shown and "would decide" not in shown


@pytest.mark.parametrize("command", ["compare", "history"])
def test_what_may_differ_is_one_of_the_conditions(runs, command, capsys):
    words = [command, "base.json", "slower.json", "--across"]
    assert main([*words, "nope"]) == 2
    told = capsys.readouterr().err
    assert "found 'nope'" in told and "expected device, hardware, model, engine" in told
    for known in ("device", "phase", "num_ctx"):
        assert main([*words, known]) in (0, 1)

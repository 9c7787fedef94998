"""The command line: help, wrong words, exit codes, what goes where."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from baseline_collector.faces.cli import MODULES, main
from baseline_collector.faces.grammar import parser

WORDS = sorted(MODULES)


def subparsers():
    for action in parser()._actions:
        if isinstance(action.choices, dict):
            yield from action.choices.items()


def test_every_command_has_a_word_and_every_word_a_command():
    assert {command.get_default("run") for _, command in subparsers()} == {*WORDS}


@pytest.mark.parametrize("word", [name for name, _ in subparsers()])
def test_help_of_each_command(word, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as done:
        main([word, "--help"])
    shown = capsys.readouterr()
    assert done.value.code == 0 and shown.err == ""
    assert max(map(len, shown.out.splitlines())) <= 80
    assert shown.out.startswith(f"usage: baseline {word}")


def test_every_option_says_what_it_does():
    for name, command in subparsers():
        assert command.description, name
        for action in command._actions:
            if action.option_strings:
                assert action.help, (name, action.option_strings)


def test_help_is_short_and_names_every_command(capsys):
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) <= 40
    for name, _ in subparsers():
        assert re.search(rf"^ {{2,4}}{name}\b", shown, re.MULTILINE)


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["collect", "--nonsense"],
        ["collect", "--llm", "gpt"],
        ["query"],
        ["collect", "--max-depth", "x"],
        ["completion", "powershell9"],
        ["models", "steal"],
        ["rules", "--format", "xml"],
    ],
)
def test_wrong_words_exit_2_and_say_where_help_is(words, capsys):
    with pytest.raises(SystemExit) as done:
        main(words)
    shown = capsys.readouterr()
    assert done.value.code == 2 and shown.out == ""
    assert "usage: baseline" in shown.err and "--help" in shown.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["collect", "nowhere"], "usage"),
        (["inventory", "nowhere"], "usage"),
        (["query", "SELECT 1", "--dataset", "nowhere"], "dataset"),
        (["collect", "reports", "--max-depth", "0"], "usage"),
        (["collect", "reports", "--persona", "nowhere.txt"], "usage"),
        (["collect", "reports", "--out", ""], "usage"),
    ],
)
def test_what_cannot_be_done_exits_2_in_one_line(pile, words, code, capsys):
    pile.csv("a.csv", [{"ttft_s": 1}])
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith(f"baseline: error [{code}]: ")
    assert shown.err.count("\n") == 1 and "Traceback" not in shown.err


def test_data_to_stdout_messages_to_stderr(pile, capsys):
    pile.csv("a.csv", [{"model": "m", "ttft_s": 1.5}])
    assert main(["collect", "reports", "--no-llm", "--out", "out", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["files"] == 1 and found["read"] == 1 and found["report"].endswith("report.md")
    sql = (
        "SELECT artifact, value, sum(size) OVER () AS bytes "
        "FROM measurements JOIN artifacts USING (artifact)"
    )
    assert main(["query", sql, "--dataset", "out", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["artifact"] == "reports/a.csv" and row["value"] == 1.5
    assert isinstance(row["bytes"], int | float)
    assert (
        main(["query", "SELECT '=1+1' AS a, -3 AS b", "--dataset", "out", "--format", "csv"]) == 0
    )
    assert capsys.readouterr().out == "a,b\n'=1+1,-3\n"
    assert main(["query", "SELEC", "--dataset", "out"]) == 2


@pytest.mark.parametrize("word", ["readers", "rules", "vocabulary", "models"])
def test_lists_in_both_formats(word, capsys):
    assert main([word]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 1
    assert main([word, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)


def test_one_key_is_explained(capsys):
    assert main(["vocabulary", "mean_ttft_ms"]) == 0
    shown = capsys.readouterr().out
    assert "metric: time_to_first_token\nstatistic: mean\nunit: ms\n" in shown
    assert "  client: from sending the request" in shown
    assert main(["vocabulary", "output_throughput", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["definitions"]["decode"].startswith("output tokens / time of their generation")
    assert "throughput tokens per sec" in row["spellings"]
    assert main(["vocabulary", "ttft", "p99_itl_ms"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("baseline ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_names_every_command(shell, capsys):
    assert main(["completion", shell]) == 0
    shown = capsys.readouterr().out
    for name, _ in subparsers():
        assert name in shown


def test_bash_takes_the_completion(capsys, tmp_path):
    main(["completion", "bash"])
    script = tmp_path / "completion.bash"
    script.write_text(capsys.readouterr().out)
    done = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_imports_no_stage():
    """Help takes at most five times a bare Python; what costs is what it imports."""
    code = (
        "import sys, baseline_collector.faces.cli as c\n"
        "try: c.main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in ('numpy','pyarrow','duckdb','httpcore','importlib.metadata',"
        "'baseline_collector.pipeline','pandas') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_a_closed_pipe_is_no_error(pile):
    script = "from baseline_collector.faces.cli import script; script()"
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-c", script, "vocabulary"],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writer)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr

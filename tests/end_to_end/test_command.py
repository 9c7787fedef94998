"""The command line as scripts rely on it: exit codes, formats, messages, settings."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest


def test_collect_writes_what_the_contract_names(heap: Path, baseline, tmp_path: Path) -> None:
    done = baseline("collect", "reports/", "csv_data/", "--no-llm", "--out", str(tmp_path / "o"),
                    "--format", "json", cwd=heap)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["files"] == sum(len(files) for _, _, files in os.walk(heap))
    names = {path.relative_to(tmp_path / "o").as_posix() for path in (tmp_path / "o").rglob("*")}
    assert names >= {"report.md", "report.html", "report.json", "inventory.md", "inventory.json",
                     "run.jsonl", "dataset/artifacts.parquet", "dataset/measurements.parquet",
                     "dataset/facts.parquet", "dataset/findings.parquet",
                     "dataset/datapackage.json"}
    for line in (tmp_path / "o" / "run.jsonl").read_text("utf-8").splitlines():
        assert {"at", "elapsed_s", "event"} <= json.loads(line).keys()


def test_report_json_has_the_keys_of_the_contract(heap: Path, baseline, tmp_path: Path) -> None:
    assert baseline("collect", "--no-llm", "--out", str(tmp_path / "o"), cwd=heap).returncode == 0
    report = json.loads((tmp_path / "o" / "report.json").read_text("utf-8"))
    assert report["schema"] == "baseline-collector/report/1"
    assert report["agent"].keys() >= {"type", "model", "configuration", "persona"}
    assert report["inventory"].keys() >= {"files", "bytes", "by_type", "by_root", "unread",
                                          "duplicates"}
    assert report["timing"].keys() == {"ingest_s", "analysis_s", "report_s", "total_s"}
    assert report["llm"] is None
    assert report["facts"][0].keys() >= {"id", "statement", "metric", "statistic", "value", "unit",
                                         "n", "interval", "estimator", "scope", "sources", "sql"}
    assert report["findings"][0].keys() >= {"id", "rule", "severity", "title", "facts",
                                            "recommendation"}
    assert report["narrative"].keys() >= {"writer", "sections", "accepted", "rejected"}


def test_query_formats(heap: Path, baseline, tmp_path: Path) -> None:
    out = str(tmp_path / "o")
    assert baseline("collect", "--no-llm", "--out", out, cwd=heap).returncode == 0
    sql = "SELECT count(*) AS files, '=1+1' AS trick FROM artifacts"
    done = baseline("query", sql, "--dataset", out, "--format", "json", cwd=heap)
    assert json.loads(done.stdout)[0]["trick"] == "=1+1"
    text = baseline("query", sql, "--dataset", out, cwd=heap)
    assert text.stdout.splitlines()[0].split() == ["files", "trick"]
    table = baseline("query", sql, "--dataset", out, "--format", "csv", cwd=heap)
    assert table.stdout.splitlines()[1].endswith("'=1+1")


@pytest.mark.parametrize("sql", ["SELECT nothing FROM artifacts", "DROP VIEW artifacts; SELEC",
                                 "SELECT * FROM read_csv('/etc/passwd')", "COPY artifacts TO 'x'"])
def test_a_wrong_or_forbidden_query_is_an_error(heap: Path, baseline, tmp_path: Path,
                                                sql: str) -> None:
    out = str(tmp_path / "o")
    assert baseline("collect", "--no-llm", "--out", out, cwd=heap).returncode == 0
    done = baseline("query", sql, "--dataset", out, cwd=heap)
    assert done.returncode == 2
    assert "baseline: error [usage]" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (heap / "x").exists()


@pytest.mark.parametrize(("words", "said"), [
    (("collect", "no-such-folder", "--no-llm"), "no such file or folder"),
    (("query", "SELECT 1", "--dataset", "nowhere"), "no dataset here"),
    (("collect", "--llm", "telepathy"), "invalid choice"),
    (("frobnicate",), "invalid choice"),
    (("collect", "", "--no-llm"), "a root without a name"),
    (("collect", "reports", "--llm", "openai", "--llm-url", "http://169.254.169.254/"), "169.254"),
    (("collect", "reports", "--llm", "openai", "--llm-url", "file:///etc/passwd"), "http"),
])
def test_wrong_use_exits_2_with_a_message(heap: Path, baseline, words: tuple[str, ...],
                                          said: str) -> None:
    done = baseline(*words, cwd=heap)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (heap / "baseline-report").exists()


def test_no_roots_here_is_said(tmp_path: Path, baseline) -> None:
    done = baseline("collect", "--no-llm", cwd=tmp_path)
    assert done.returncode == 2
    assert "reports/, csv_data/, artifacts/" in done.stderr


def test_flag_beats_environment_beats_file(heap: Path, baseline, tmp_path: Path) -> None:
    work = tmp_path / "w"
    (work / "reports").mkdir(parents=True)
    (work / "reports" / "a.json").write_text('{"ttft_s": 1}')
    (work / "baseline.toml").write_text('out = "from-file"\nllm = "none"\n')
    assert baseline("collect", cwd=work).returncode == 0
    assert (work / "from-file" / "report.md").is_file()
    assert baseline("collect", cwd=work, env={"BASELINE_OUT": "from-env"}).returncode == 0
    assert (work / "from-env" / "report.md").is_file()
    assert baseline("collect", "--out", "from-flag", cwd=work,
                    env={"BASELINE_OUT": "no"}).returncode == 0
    assert (work / "from-flag" / "report.md").is_file()
    (work / "baseline.toml").write_text("colour = 1\n")
    done = baseline("collect", cwd=work)
    assert done.returncode == 2 and "baseline.toml" in done.stderr and "colour" in done.stderr


def test_the_output_folder_below_a_root_is_not_collected(baseline, tmp_path: Path) -> None:
    root = tmp_path / "reports"
    root.mkdir()
    (root / "a.json").write_text('{"ttft_s": 1}')
    for _ in range(2):
        done = baseline("collect", "--no-llm", "--out", "reports/out", "--format", "json",
                        cwd=tmp_path)
        assert json.loads(done.stdout)["files"] == 1


def test_foreign_files_in_the_output_folder_stay(baseline, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.json").write_text('{"ttft_s": 1}')
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    assert baseline("collect", "--no-llm", "--out", "out", cwd=tmp_path).returncode == 0
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"


def test_an_output_that_cannot_be_written_is_said(baseline, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "out").write_text("a file in its place")
    done = baseline("collect", "--no-llm", "--out", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert "error [output]" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_output_stream_is_no_traceback(heap: Path) -> None:
    import subprocess

    from .conftest import command

    with open("/dev/full", "w") as full:
        done = subprocess.run(command("inventory"), cwd=heap, stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("readers",), ("rules",), ("vocabulary",), ("inventory",),
                                   ("models",), ("doctor",),
                                   ("vocabulary", "mean_ttft_s"), ("vocabulary", "reports")])
def test_lists_speak_text_and_json(heap: Path, baseline, words: tuple[str, ...]) -> None:
    assert baseline(*words, cwd=heap).returncode == 0
    done = baseline(*words, "--format", "json", cwd=heap)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


def test_completion_scripts(heap: Path, baseline) -> None:
    for shell in ("bash", "zsh"):
        done = baseline("completion", shell, cwd=heap)
        assert done.returncode == 0 and "collect" in done.stdout


def test_python_api_is_the_same_thing(heap: Path, tmp_path: Path,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    import baseline_collector as bc

    monkeypatch.chdir(heap)
    report = bc.collect(["reports/"], out=tmp_path / "o", llm="none")
    assert report.inventory.artifacts
    assert bc.query("SELECT count(*) AS n FROM artifacts", tmp_path / "o").to_pylist() == [
        {"n": len(report.inventory.artifacts)}]
    assert sorted(bc.__all__) == bc.__all__
    assert [name for name in bc.__all__ if not callable(getattr(bc, name))] == []


def test_importing_the_package_imports_nothing_heavy() -> None:
    import subprocess

    code = ("import sys, baseline_collector, baseline_collector.faces.cli; "
            "print([m for m in ('pyarrow','numpy','duckdb','httpx') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [
    ("--llm", "ollama", "--llm-url", "http://127.0.0.1:9"),
    ("--llm", "openai", "--llm-url", "http://127.0.0.1:9"),
    ("--llm", "embedded", "--model", "none.gguf"),
])
def test_without_the_model_asked_for_templates_write_and_the_report_says_so(
        heap: Path, baseline, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = baseline("collect", "--out", str(tmp_path / "o"), *words, cwd=heap)
    assert done.returncode == 2, done.stderr
    assert "baseline: error [model]: the model asked for did not write" in done.stderr
    report = json.loads((tmp_path / "o" / "report.json").read_text("utf-8"))
    assert report["llm"] is None
    assert report["narrative"]["writer"] == "templates"
    assert "templates write" in (tmp_path / "o" / "report.md").read_text("utf-8")


def test_what_the_terminal_cannot_write_is_escaped(baseline, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a\U0001f600é.json").write_text('{"model": "m", "ttft_s": 0.5}')
    assert baseline("collect", "--no-llm", "--out", "o", cwd=tmp_path).returncode == 0
    for form in ("text", "json", "csv"):
        done = baseline("query", "--dataset", "o", "SELECT artifact FROM artifacts", "--format",
                        form, cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"})
        assert done.returncode == 0, done.stderr
        assert "reports/a\\ud83d\\ude00\\u00e9.json" in done.stdout
        if form == "json":
            assert json.loads(done.stdout) == [{"artifact": "reports/a\U0001f600é.json"}]


INTERRUPTED = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == MODULE:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from baseline_collector.faces.cli import script
script()
"""


@pytest.mark.parametrize("module", [
    "baseline_collector.faces.grammar", "pyarrow", "numpy", "baseline_collector.faces.commands",
    "baseline_collector.pipeline", "duckdb"])
def test_an_interrupt_while_it_starts_is_answered(collected: Path, module: str) -> None:
    import subprocess
    import sys

    code = INTERRUPTED.replace("MODULE", repr(module))
    done = subprocess.run([sys.executable, "-c", code, "query", "--dataset", str(collected),
                           "SELECT 1"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 130 and done.stdout == ""
    assert done.stderr.startswith("baseline: interrupted; ") and done.stderr.count("\n") == 1


def test_what_is_skipped_is_told_with_its_reason(baseline, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.json").write_text('{"model": "m", "ttft_s": 0.5}')
    for at in range(7):
        (tmp_path / "reports" / f"link{at}.json").symlink_to("a.json")
    (tmp_path / "reports" / ".hidden.json").write_text("{}")
    done = baseline("collect", "--no-llm", "--out", "o", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert ("baseline: skipped 7: symbolic link, not followed: reports/link0.json and others\n"
            "baseline: skipped 1: hidden: reports/.hidden.json\n") in done.stderr
    text = (tmp_path / "o" / "report.md").read_text("utf-8")
    assert "- Skipped entries: 7 (`symbolic link, not followed`): `reports/link0.json`, " in text
    changed = text.replace("Skipped entries: 7 ", "Skipped entries: 9 ")
    for name, report in (("right.md", text), ("wrong.md", changed)):
        (tmp_path / name).write_text(report, "utf-8")
        audited = json.loads(baseline("audit", name, "--against", "o", "--format", "json",
                                      cwd=tmp_path).stdout)
        assert (audited["counts"]["supported"] == audited["counts"]["claims"]) == (report == text)

"""Settings: what beats what, and what is wrong is said to be, naming where."""

from __future__ import annotations

import os

import pytest

from baseline_collector.config import Settings, load
from baseline_collector.errors import UsageError


def test_defaults(tmp_path):
    assert load({}, tmp_path, {}) == Settings()


def test_flag_beats_variable_beats_file(tmp_path):
    (tmp_path / "baseline.toml").write_text('model = "file"\nout = "file"\npersona = "file"\n')
    variables = {"BASELINE_MODEL": "variable", "BASELINE_OUT": "variable"}
    found = load({"model": "flag", "out": None}, tmp_path, variables)
    assert (found.model, found.out, found.persona) == ("flag", "variable", "file")


def test_own_file_beats_the_project(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.baseline]\nmodel = "project"\n')
    assert load({}, tmp_path, {}).model == "project"
    (tmp_path / "baseline.toml").write_text('model = "own"\n')
    assert load({}, tmp_path, {}).model == "own"


def test_dashes_in_files_are_fine(tmp_path):
    (tmp_path / "baseline.toml").write_text("max-depth = 9\nllm-timeout-s = 5\n")
    found = load({}, tmp_path, {})
    assert (found.max_depth, found.llm_timeout_s) == (9, 5.0)


def test_lists_in_variables(tmp_path):
    found = load(
        {}, tmp_path, {"BASELINE_ROOTS": os.pathsep.join(("a", "b")), "BASELINE_HIDDEN": "Yes"}
    )
    assert found.roots == ("a", "b") and found.hidden is True


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("modle = 1", "unknown setting 'modle'"),
        ("model = 3", "expected a text"),
        ("max_depth = 'x'", "expected a whole number"),
        ("max_depth = 2.5", "expected a whole number"),
        ("max_depth = true", "expected a whole number"),
        ("max_depth = 0", "above zero"),
        ("max_stream_bytes = -1", "above zero"),
        ("llm_timeout_s = nan", "above zero"),
        ("redact = 'maybe'", "expected true or false"),
        ("redact = []", "expected true or false"),
        ("include = [1]", "expected a list of texts"),
        ("out = ''", "names no folder"),
        ("llm = 'gpt'", "no such kind of model"),
        ("broken", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, said):
    (tmp_path / "baseline.toml").write_text(text + "\n")
    with pytest.raises(UsageError) as caught:
        load({}, tmp_path, {})
    assert said in str(caught.value)


def test_the_error_names_its_place(tmp_path):
    for flags, variables, where in (
        ({"max_depth": "x"}, {}, "flags"),
        ({}, {"BASELINE_MAX_DEPTH": "x"}, "environment"),
    ):
        with pytest.raises(UsageError, match=where):
            load(flags, tmp_path, variables)


def test_keys_are_no_settings(tmp_path):
    """API keys are read where they are used; other variables of ours are left alone."""
    assert load({}, tmp_path, {"BASELINE_API_KEY": "x", "OPENAI_API_KEY": "y"}) == Settings()


def test_a_configuration_file_that_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "baseline.toml")
    with pytest.raises(UsageError, match=r"baseline\.toml: cannot be read: it is a pipe"):
        load({}, tmp_path, {})

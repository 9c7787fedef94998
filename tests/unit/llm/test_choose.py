"""Which model is taken, and what doctor sees."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from baseline_collector.errors import ModelError, UsageError
from baseline_collector.llm import catalogue, embedded
from baseline_collector.llm.choose import choose
from baseline_collector.llm.probe import probe


@pytest.fixture(autouse=True)
def no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASELINE_CACHE", str(tmp_path))


@pytest.fixture
def ollama(server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    server.on_json("/api/version", {"version": "0.12.6"})
    server.on_json("/api/tags", {"models": [{"name": "gemma3:latest"}, {"name": "qwen3:4b"}]})
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    return server


def test_none() -> None:
    assert choose("none") == (None, "no model asked for: templates write")


def test_auto_takes_ollama_where_it_has_the_model(ollama: Any) -> None:
    model, why = choose("auto")
    assert model is not None
    assert (model.adapter, model.name) == ("ollama", "gemma3:latest")
    assert why == f"Ollama 0.12.6 at {ollama.url} has gemma3:latest"


def test_auto_without_the_model_tells_what_to_pull(ollama: Any) -> None:
    model, why = choose("auto", model="mistral")
    assert model is None
    assert "ollama pull mistral" in why
    assert "embedded" not in why  # another model than the one named is no answer
    assert "\n" not in why


def test_auto_with_nobody_there(nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", nobody)
    model, why = choose("auto")
    assert model is None
    assert why.startswith("templates write; Ollama: no server answers")


def test_auto_survives_a_remote_ollama_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "http://192.168.77.1")
    model, why = choose("auto")
    assert model is None
    assert "not on this machine" in why


def test_auto_survives_a_server_that_says_nothing(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("/api/version", 5.0, "{}")
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    model, why = choose("auto", timeout_s=0.2)
    assert model is None
    assert "does not answer as Ollama does" in why


def test_a_url_that_is_not_allowed_is_an_error() -> None:
    for which in ("auto", "ollama", "openai"):
        with pytest.raises(UsageError):
            choose(which, url="http://169.254.169.254/", allow_remote=True)


def test_the_one_asked_for_must_be_there(nobody: str, ollama: Any) -> None:
    with pytest.raises(ModelError, match="no server answers"):
        choose("ollama", url=nobody)
    with pytest.raises(ModelError, match="ollama pull llama9"):
        choose("ollama", model="llama9")
    with pytest.raises(ModelError, match="no server answers"):
        choose("openai", url=nobody)
    with pytest.raises(ModelError, match="baseline models fetch"):
        choose("embedded")
    with pytest.raises(UsageError):
        choose("gpt")


def test_openai(server: Any) -> None:
    server.on_json("/v1/models", {"data": [{"id": "phi"}]})
    model, why = choose("openai", url=server.url)
    assert model is not None
    assert (model.adapter, model.name) == ("openai", "phi")
    assert server.url in why


def test_embedded_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "installed", lambda: False)
    with pytest.raises(ModelError, match=r"baseline-collector\[embedded\]"):
        choose("embedded", model=str(tmp_path / "x.gguf"))


def test_embedded_with_a_broken_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "installed", lambda: True)
    (tmp_path / "x.gguf").write_bytes(b"not a model")
    with pytest.raises(ModelError, match="not a whole GGUF file"):
        choose("embedded", model=str(tmp_path / "x.gguf"))


def test_probe(ollama: Any) -> None:
    found = {entry.adapter: entry for entry in probe(timeout_s=0.5)}
    assert found["ollama"].answers
    assert found["ollama"].version == "0.12.6"
    assert found["ollama"].models == ("gemma3:latest", "qwen3:4b")
    assert not found["embedded"].answers
    assert found["embedded"].models == ()


def test_probe_with_nobody_there(nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", nobody)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://u:hunter2@169.254.169.254")
    found = probe(timeout_s=0.2)
    assert not any(entry.answers for entry in found)
    assert "hunter2" not in repr(found)


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, baseline_collector.llm.choose as c\n"
        "heavy = {'httpx', 'httpcore', 'xllamacpp', 'pyarrow', 'ssl', 'subprocess'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_refused_port_costs_nothing(nobody: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", nobody)
    monkeypatch.setattr(catalogue, "CATALOGUE", catalogue.CATALOGUE)
    knocks: list[Any] = []
    real = socket.create_connection

    def knock(*args: Any, **more: Any) -> socket.socket:
        knocks.append(args)
        return real(*args, **more)

    monkeypatch.setattr(socket, "create_connection", knock)
    choose("auto")
    assert len(knocks) == 1

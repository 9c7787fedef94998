"""The embedded model, with real weights."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from baseline_collector.errors import ModelError
from baseline_collector.llm import embedded, weights
from baseline_collector.llm.choose import choose
from baseline_collector.llm.embedded import Embedded
from baseline_collector.llm.openai import OpenAICompatible
from baseline_collector.llm.port import Ask
from baseline_collector.llm.probe import probe

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        not embedded.installed(), reason="the extra `embedded` (xllamacpp) is not installed"
    ),
]

SCHEMA = {
    "type": "object",
    "properties": {
        "facts": {"type": "array", "items": {"enum": ["F1", "F2", "F3"]}, "maxItems": 2},
        "frame": {"enum": ["highest", "lowest", "typical"]},
    },
    "required": ["facts", "frame"],
    "additionalProperties": False,
}
ASK = Ask("analysis", "You are terse.", "What is a token?", max_tokens=20, timeout_s=120)


@pytest.fixture(scope="module", params=["smollm2-135m", "gemma3-270m"])
def model(request: pytest.FixtureRequest) -> Iterator[Embedded]:
    entry = weights.known(request.param)
    with Embedded(weights.fetch(entry.name), name=entry.title) as started:
        yield started


@pytest.fixture(scope="module")
def smollm2() -> Path:
    return weights.fetch(weights.DEFAULT)


def test_a_call_is_measured(model: Embedded) -> None:
    answer = model.ask(ASK)
    call = answer.call
    assert answer.finish in {"stop", "length"}
    assert call.tokens_generated is not None
    assert 0 < call.tokens_generated <= 20
    assert call.eval_duration_ms is not None
    assert call.ttft_ms is not None
    assert call.prompt_eval_ms is not None
    assert call.prompt_eval_ms <= call.ttft_ms <= call.total_duration_ms
    assert call.options == {
        "temperature": 0,
        "seed": 42,
        "cache_prompt": False,
        "n_predict": 20,
    }


def test_the_same_prompt_gives_the_same_answer(model: Embedded) -> None:
    assert model.ask(ASK).text == model.ask(ASK).text


def test_the_schema_holds(model: Embedded) -> None:
    answer = model.ask(replace(ASK, schema=SCHEMA, max_tokens=120))
    found = json.loads(answer.text)
    assert set(found) == {"facts", "frame"}
    assert set(found["facts"]) <= {"F1", "F2", "F3"}
    assert found["frame"] in {"highest", "lowest", "typical"}


def test_tokens_and_context(model: Embedded) -> None:
    assert model.context_tokens() == 4096
    few, many = model.count_tokens("hello"), model.count_tokens("hello " * 50)
    assert few is not None
    assert many is not None
    assert few < many


def test_a_prompt_that_does_not_fit(model: Embedded) -> None:
    with pytest.raises(ModelError, match=r"refused the prompt.*context"):
        model.ask(replace(ASK, prompt="word " * 5000))
    assert model.ask(ASK).text.strip()


def test_time_runs_out(model: Embedded) -> None:
    # Long enough for a token, too short for two thousand.
    with pytest.raises(ModelError, match="within 2 s"):
        model.ask(replace(ASK, max_tokens=3000, timeout_s=2, options={"ignore_eos": True}))


def test_the_call_that_loads_says_so(smollm2: Path) -> None:
    with Embedded(smollm2) as model:
        cold, warm = model.ask(ASK).call, model.ask(ASK).call
    assert cold.load_duration_ms > 0
    assert warm.load_duration_ms == 0
    assert cold.ttft_ms is not None
    assert cold.load_duration_ms < cold.ttft_ms


def test_a_file_cut_off_in_its_weights(smollm2: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(smollm2.read_bytes()[:20_000_000])
    with Embedded(cut) as model, pytest.raises(ModelError, match="cannot load the model"):
        model.ask(ASK)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_native_crash_is_an_error_and_no_more(smollm2: Path) -> None:
    with Embedded(smollm2) as model:
        model.count_tokens("x")
        assert model._child is not None
        os.kill(model._child._process.pid, signal.SIGSEGV)
        with pytest.raises(ModelError, match=r"process died.*exit code -11"):
            model.ask(ASK)
        # The next call starts a new one.
        assert model.ask(ASK).text


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_the_child_ends_with_its_parent(smollm2: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from baseline_collector.llm.embedded import Embedded\n"
        "model = Embedded(Path(sys.argv[1])); model.count_tokens('x')\n"
        "print(model._child._process.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(smollm2)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 10
    while _alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _alive(child)


def test_the_server_is_not_open_to_others(smollm2: Path) -> None:
    with Embedded(smollm2) as model:
        model.count_tokens("x")
        assert model._child is not None
        with pytest.raises(ModelError, match="HTTP 401"):
            OpenAICompatible(model._child.wire.address, "any").ask(ASK)


def test_choose_and_probe_find_it(smollm2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
    model, why = choose("auto")
    assert model is not None
    assert model.adapter == "embedded"
    assert smollm2.name in why
    found = probe(timeout_s=0.2)[-1]
    assert found.answers
    assert weights.DEFAULT in found.models


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie waits for a parent that is gone; it is dead all the same.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")

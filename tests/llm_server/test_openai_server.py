"""The OpenAI dialect against llama.cpp's own server, with a real model behind it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from baseline_collector.errors import ModelError
from baseline_collector.llm import embedded, weights
from baseline_collector.llm.embedded import Embedded
from baseline_collector.llm.openai import OpenAICompatible
from baseline_collector.llm.port import Ask

pytestmark = pytest.mark.model

SCHEMA = {
    "type": "object",
    "properties": {
        "facts": {"type": "array", "items": {"enum": ["F1", "F2"]}, "minItems": 1, "maxItems": 2},
        "text": {"type": "string", "pattern": r"^(The|A)( (\{F1\}|mean|is)){2,5}\.$"},
    },
    "required": ["facts", "text"],
    "additionalProperties": False,
}
ASK = Ask("analysis", "You are terse.", "Count to 9.", max_tokens=24, timeout_s=60)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Embedded]:
    if not embedded.installed():
        pytest.skip("the extra `embedded` (xllamacpp) is not installed")
    with Embedded(weights.fetch("smollm2-135m"), name="tiny") as model:
        model.count_tokens("x")
        assert model._child is not None
        key = model._child.wire.headers["Authorization"].removeprefix("Bearer ")
        monkeypatch.setenv("BASELINE_LLM_API_KEY", key)
        yield model


@pytest.fixture
def ours(engine: Embedded) -> OpenAICompatible:
    return OpenAICompatible(engine._child.wire.address)


def test_what_the_server_says_of_its_model(engine: Embedded, ours: OpenAICompatible) -> None:
    assert ours.name == "tiny"
    assert ours.context_tokens() == engine.context_tokens() == 4096
    assert ours.parameters() == engine.parameters() == 134_515_008
    assert ours.count_tokens("hello world") == engine.count_tokens("hello world")


def test_an_answer_in_a_schema_measured(ours: OpenAICompatible) -> None:
    options = {"temperature": 0, "seed": 7}
    answer = ours.ask(replace(ASK, schema=SCHEMA, max_tokens=120, options=options))
    found = json.loads(answer.text)
    assert set(found) == {"facts", "text"}
    assert not any(char.isdigit() for char in found["text"].replace("{F1}", ""))
    call = answer.call
    assert call.options == {"temperature": 0, "seed": 7, "max_tokens": 120}
    assert 0 < call.ttft_ms < call.total_duration_ms
    assert 0 < call.tokens_generated <= 120
    assert call.prompt_tokens > 10
    assert call.eval_duration_ms > 0
    assert call.throughput_tok_s == pytest.approx(
        call.tokens_generated / call.eval_duration_ms * 1000)


def test_the_same_seed_says_the_same(ours: OpenAICompatible) -> None:
    def said(seed: int) -> str:
        return ours.ask(replace(ASK, options={"temperature": 1.5, "seed": seed})).text
    assert said(3) == said(3)
    assert len({said(seed) for seed in range(4)}) > 1


def test_a_prompt_beyond_the_window_is_an_error(ours: OpenAICompatible) -> None:
    with pytest.raises(ModelError, match="refused the request"):
        ours.ask(replace(ASK, prompt="word " * 6000))


def test_a_wrong_key(engine: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASELINE_LLM_API_KEY", "wrong")
    with pytest.raises(ModelError, match="HTTP 401") as caught:
        OpenAICompatible(engine._child.wire.address, "tiny").ask(ASK)
    assert "BASELINE_LLM_API_KEY" in caught.value.remedy


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_server_that_dies_in_the_middle(engine: Embedded, ours: OpenAICompatible,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    from baseline_collector.llm import openai

    def die(reply, delta):
        if delta.get("content"):
            os.kill(engine._child._process.pid, signal.SIGKILL)
        taken(reply, delta)

    taken = openai._take
    monkeypatch.setattr(openai, "_take", die)
    with pytest.raises(ModelError, match="broke the answer off after"):
        ours.ask(replace(ASK, max_tokens=400))
    engine._child._process.wait()
    with pytest.raises(ModelError, match="does not answer"):
        ours.ask(ASK)

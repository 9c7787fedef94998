"""The stand-in speaks Ollama's protocol, as the official client shows; our adapter does too."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import replace
from typing import Any

import pytest

from baseline_collector.errors import ModelError
from baseline_collector.llm.address import checked
from baseline_collector.llm.choose import choose
from baseline_collector.llm.ollama import Ollama
from baseline_collector.llm.port import Ask

pytestmark = pytest.mark.model
httpx = pytest.importorskip("httpx", reason="comes with the official client `ollama`")
official = pytest.importorskip("ollama", reason="the official client `ollama` is not installed")

NAME = "smollm2:135m"
SCHEMA = {
    "type": "object",
    "properties": {"chosen": {"type": "array", "items": {"enum": ["F1", "F2"]}, "maxItems": 2}},
    "required": ["chosen"],
    "additionalProperties": False,
}
ASK = Ask("analysis", "Answer briefly.", "Name three colours.", max_tokens=24, timeout_s=60)
MESSAGES = [{"role": "user", "content": "Name three colours."}]


@pytest.fixture
def client(server: Any) -> Any:
    return official.Client(host=server.url)


@pytest.fixture
def ours(server: Any) -> Ollama:
    return Ollama(NAME, address=checked(server.url))


# The official client, to prove the stand-in.


def test_chat(client: Any) -> None:
    options = {"temperature": 0, "num_predict": 12}
    whole = client.chat(NAME, MESSAGES, options=options)
    parts = list(client.chat(NAME, MESSAGES, options=options, stream=True))
    assert whole.message.content == "".join(part.message.content for part in parts) != ""
    last = parts[-1]
    assert last.done
    assert last.done_reason == "length"
    assert last.eval_count == 12
    assert last.prompt_eval_count > 5
    assert 0 < last.eval_duration < last.total_duration


def test_generate_with_a_schema(client: Any) -> None:
    answer = client.generate(
        NAME, "Choose.", format=SCHEMA, options={"temperature": 0, "num_predict": 60}
    )
    assert set(json.loads(answer.response)["chosen"]) <= {"F1", "F2"}


def test_generate_in_pieces_is_generate_whole(client: Any) -> None:
    options = {"temperature": 0, "num_predict": 12, "seed": 7}
    whole = client.generate(NAME, "Name three colours.", options=options)
    parts = list(client.generate(NAME, "Name three colours.", options=options, stream=True))
    assert whole.response == "".join(part.response for part in parts) != ""
    assert len(parts) > 5
    assert parts[-1].eval_count == 12


def test_options_reach_the_model(client: Any) -> None:
    def said(**options: Any) -> str:
        return client.chat(NAME, MESSAGES, options={"num_predict": 16, **options}).message.content
    assert said(temperature=1.5, seed=1) == said(temperature=1.5, seed=1)
    assert len({said(temperature=1.5, seed=seed) for seed in range(4)}) > 1


def test_json_without_a_schema(client: Any) -> None:
    options = {"temperature": 0, "num_predict": 80}
    answer = client.chat(NAME, MESSAGES, format="json", options=options)
    assert answer.message.content.lstrip().startswith("{")


def test_a_stream_that_is_cut_off(client: Any, server: Any) -> None:
    server.load()
    server.fault = "cut"
    seen = []
    with pytest.raises(httpx.RemoteProtocolError):
        seen.extend(client.chat(NAME, MESSAGES, stream=True))
    server.fault = ""
    assert client.chat(NAME, MESSAGES, options={"num_predict": 2}).done


def test_tags_show_ps_version(client: Any, server: Any) -> None:
    assert [model.model for model in client.list().models] == [NAME]
    shown = client.show(NAME)
    assert shown.modelinfo["llama.context_length"] == 8192
    assert shown.modelinfo["general.parameter_count"] == 134_515_008
    assert (shown.details.family, shown.details.quantization_level) == ("llama", "Q4_1")
    assert "num_ctx" in shown.parameters
    client.generate(NAME)
    assert [model.context_length for model in client.ps().models] == [4096]
    assert Ollama(NAME, address=checked(server.url)).version() == "0.12.6"


def test_keep_alive_unloads_and_the_next_call_loads(client: Any, server: Any) -> None:
    client.generate(NAME, keep_alive=0)
    assert not server.loaded
    assert client.ps().models == []
    options = {"num_predict": 2}
    cold = client.chat(NAME, MESSAGES, options=options)
    warm = client.chat(NAME, MESSAGES, options=options)
    assert server.loaded
    assert cold.load_duration > 10 * warm.load_duration


def test_a_missing_model(client: Any) -> None:
    with pytest.raises(official.ResponseError) as caught:
        client.chat("gone", MESSAGES)
    assert caught.value.status_code == 404
    assert caught.value.error == "model 'gone' not found"


def test_an_error_in_the_stream(client: Any, server: Any) -> None:
    server.fault = "error"
    with pytest.raises(official.ResponseError, match="while running the model"):
        list(client.chat(NAME, MESSAGES, stream=True))


# Our adapter, over the same wire.


def test_our_adapter_measures_what_the_server_says(ours: Ollama) -> None:
    answer = ours.ask(replace(ASK, options={"temperature": 0}))
    call = answer.call
    assert answer.text.strip()
    assert call.tokens_generated is not None
    assert 0 < call.tokens_generated <= 24
    assert call.prompt_tokens is not None
    assert call.prompt_tokens > 5
    assert call.ttft_ms is not None
    assert call.eval_duration_ms is not None
    assert call.load_duration_ms is not None
    assert 0 < call.ttft_ms < call.total_duration_ms
    assert call.eval_duration_ms < call.total_duration_ms
    assert call.throughput_tok_s == pytest.approx(
        call.tokens_generated / call.eval_duration_ms * 1000
    )
    assert call.options == {"temperature": 0, "num_predict": 24}


def test_our_adapter_gives_what_the_official_client_gives(ours: Ollama, client: Any) -> None:
    mine = ours.ask(replace(ASK, system="", options={"temperature": 0}, max_tokens=12)).text
    theirs = client.chat(NAME, MESSAGES, options={"temperature": 0, "num_predict": 12})
    assert mine == theirs.message.content


def test_our_adapter_with_a_schema(ours: Ollama) -> None:
    answer = ours.ask(replace(ASK, schema=SCHEMA, max_tokens=60, options={"temperature": 0}))
    assert set(json.loads(answer.text)["chosen"]) <= {"F1", "F2"}


def test_the_model_is_loaded_to_ask_for_its_context(
        ours: Ollama, client: Any, server: Any) -> None:
    client.generate(NAME, keep_alive=0)
    assert not server.loaded
    assert ours.context_tokens() == 4096
    assert server.loaded
    calls = [ours.ask(replace(ASK, max_tokens=2)).call for _ in range(2)]
    assert calls[0].load_duration_ms > 10 * calls[1].load_duration_ms
    assert ours.parameters() == 134_515_008


PATTERN = r"^(The|A) (\{F4\}|mean|of|is)( (\{F4\}|mean|of|is)){2,6}\.$"


def test_a_pattern_leaves_no_room_for_a_digit(ours: Ollama) -> None:
    schema = {"type": "object", "properties": {"text": {"type": "string", "pattern": PATTERN}},
              "required": ["text"], "additionalProperties": False}
    ask = replace(ASK, prompt="Count from 1 to 9.", schema=schema, max_tokens=60)
    for seed in range(3):
        answer = ours.ask(replace(ask, options={"temperature": 1.0, "seed": seed}))
        text = json.loads(answer.text)["text"]
        assert re.fullmatch(PATTERN, text), text


def test_a_slow_first_token_is_waited_for(ours: Ollama, server: Any) -> None:
    server.load()
    server.fault, server.delay_s = "slow", 1.2
    call = ours.ask(replace(ASK, max_tokens=4)).call
    assert 1200 < call.ttft_ms <= call.total_duration_ms


def test_a_server_that_is_gone_says_how_to_start_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(ModelError, match="does not answer") as caught:
        Ollama(NAME, address=checked(f"http://127.0.0.1:{port}")).ask(ASK)
    assert "start it" in caught.value.remedy


def test_auto_takes_it(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", server.url)
    model, why = choose("auto", model=NAME, timeout_s=5)
    assert model is not None
    assert model.adapter == "ollama"
    assert NAME in why


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("cut", "broke the answer off after"),
        ("gone", "broke the answer off before the first token"),
        ("error", "while running the model"),
        ("slow", "no first token within 1 s"),
    ],
)
def test_faults(ours: Ollama, server: Any, fault: str, words: str) -> None:
    server.load()
    server.fault, server.delay_s = fault, 2.0
    with pytest.raises(ModelError, match=words):
        ours.ask(replace(ASK, timeout_s=1.0 if fault == "slow" else 60.0))


def test_a_missing_model_names_the_pull(server: Any) -> None:
    with pytest.raises(ModelError) as caught:
        Ollama("gone:7b", address=checked(server.url)).ask(ASK)
    assert caught.value.remedy == "ollama pull gone:7b"

"""The OpenAI dialect, against a scripted server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from baseline_collector.errors import ModelError
from baseline_collector.llm.address import Address, checked
from baseline_collector.llm.openai import OpenAICompatible, _authorization
from baseline_collector.llm.port import Ask

CHAT = "/v1/chat/completions"
USAGE = {"prompt_tokens": 65, "completion_tokens": 49, "total_tokens": 114}
TIMINGS = {"prompt_n": 61, "prompt_ms": 866.26, "predicted_n": 48, "predicted_ms": 652.5}


def event(content: str | None = None, finish: str | None = None, **more: Any) -> str:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish}
    return f"data: {json.dumps({'choices': [choice], **more})}\n\n"


def closing(**more: Any) -> str:
    return f"data: {json.dumps({'choices': [], 'usage': USAGE, **more})}\n\n"


DONE = "data: [DONE]\n\n"
WHOLE = (event(""), event("Hel"), ": ping\n\n", event("lo"), event(finish="stop"))


def test_every_field_lands_where_it_belongs(server: Any, ask: Ask) -> None:
    server.on(CHAT, 0.05, *WHOLE, closing(timings=TIMINGS), DONE)
    answer = OpenAICompatible(server.address, "m").ask(ask)
    call = answer.call
    assert (answer.text, answer.finish) == ("Hello", "stop")
    assert (call.prompt_tokens, call.tokens_generated) == (65, 49)
    assert (call.prompt_eval_ms, call.eval_duration_ms) == (866.26, 652.5)
    assert call.throughput_tok_s == pytest.approx(49 / 0.6525)
    assert call.load_duration_ms is None
    assert call.ttft_ms is not None
    assert 50 <= call.ttft_ms <= call.total_duration_ms


def test_without_timings_no_rate_is_made_up(server: Any, ask: Ask) -> None:
    server.on(CHAT, *WHOLE, closing(), DONE)
    call = OpenAICompatible(server.address, "m").ask(ask).call
    assert call.tokens_generated == 49
    assert call.eval_duration_ms is call.prompt_eval_ms is call.throughput_tok_s is None


def test_the_request(server: Any, ask: Ask) -> None:
    server.on(CHAT, *WHOLE, DONE)
    asked = replace(ask, schema={"type": "object"}, max_tokens=7, options={"temperature": 0})
    call = OpenAICompatible(server.address, "m").ask(asked).call
    body = server.bodies(CHAT)[0]
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert (body["max_tokens"], body["temperature"]) == (7, 0)
    assert call.options == {"temperature": 0, "max_tokens": 7}


def test_v1_at_the_end_of_the_url_is_the_same_server(server: Any, ask: Ask) -> None:
    server.on(CHAT, *WHOLE, DONE)
    assert OpenAICompatible(checked(server.url + "/v1/"), "m").ask(ask).text == "Hello"


def test_a_refused_schema_is_sent_without_and_said_so(server: Any, ask: Ask) -> None:
    refused = {"error": {"message": "response_format json_schema is not supported"}}
    server.on_json(CHAT, refused, 400)
    server.on(CHAT, *WHOLE, DONE)
    call = OpenAICompatible(server.address, "m").ask(replace(ask, schema={})).call
    assert call.options == {"response_format": "refused by the server, sent without"}
    assert ["response_format" in body for body in server.bodies(CHAT)] == [True, False]


def test_max_completion_tokens(server: Any, ask: Ask) -> None:
    said = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    server.on_json(CHAT, {"error": {"message": said}}, 400)
    server.on(CHAT, *WHOLE, DONE)
    call = OpenAICompatible(server.address, "m").ask(replace(ask, max_tokens=5)).call
    assert call.options == {"max_completion_tokens": 5}
    assert server.bodies(CHAT)[1]["max_completion_tokens"] == 5


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ({"pieces": [event("a")], "cut": True}, "broke the answer off after 1 characters"),
        ({"pieces": [event("a")]}, "broke the answer off"),
        ({"pieces": ['data: {"choi']}, "half an event"),
        ({"pieces": [event("a"), 'data: {"error": {"message": "boom"}}\n\n']}, "boom"),
        ({"pieces": ["error: boom\n"]}, "boom"),
        ({"pieces": [event(finish="stop"), DONE]}, "answered nothing"),
        ({"pieces": ['{"error": {"message": "who are you, sk-12345"}}'], "status": 401}, "KEY"),
        ({"pieces": ['{"error": {"message": "too long"}}'], "status": 400}, "too long"),
        ({"pieces": ["<html>"], "status": 502}, "HTTP 502"),
        ({"pieces": [""], "status": 308}, "redirects are not followed"),
    ],
)
def test_what_goes_wrong_is_named(server: Any, ask: Ask, script: Any, words: str) -> None:
    server.on(CHAT, *script.pop("pieces"), **script)
    with pytest.raises(ModelError) as caught:
        OpenAICompatible(server.address, "m").ask(ask)
    assert words in str(caught.value)
    assert "sk-12345" not in str(caught.value)


def test_a_missing_done_is_no_error_after_the_finish(server: Any, ask: Ask) -> None:
    server.on(CHAT, *WHOLE)
    assert OpenAICompatible(server.address, "m").ask(ask).text == "Hello"


def test_first_listed_model_context_and_tokens(server: Any) -> None:
    server.on_json("/v1/models", {"data": [{"id": "a", "max_model_len": 2048}, {"id": "b"}]})
    server.on_json("/tokenize", {"tokens": [1, 2, 3]})
    model = OpenAICompatible(server.address)
    assert (model.name, model.context_tokens(), model.count_tokens("x")) == ("a", 2048, 3)


def test_context_of_llama_cpp(server: Any) -> None:
    server.on_json("/props", {"default_generation_settings": {"n_ctx": 777}})
    assert OpenAICompatible(server.address, "m").context_tokens() == 777


def test_parameters_of_llama_cpp(server: Any) -> None:
    listed = [{"id": "a", "meta": {"n_params": 134_515_008}}, {"id": "b"}]
    server.on_json("/v1/models", {"data": listed})
    assert OpenAICompatible(server.address, "a").parameters() == 134_515_008
    assert OpenAICompatible(server.address, "b").parameters() is None


def test_a_server_without_models(server: Any) -> None:
    with pytest.raises(ModelError, match="lists no model"):
        OpenAICompatible(server.address)


def test_the_key_comes_from_the_environment_and_is_not_shown(
    server: Any, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-second")
    monkeypatch.setenv("BASELINE_LLM_API_KEY", "sk-first")
    server.on(CHAT, *WHOLE, DONE)
    model = OpenAICompatible(server.address, "m")
    answer = model.ask(ask)
    assert server.requests[-1][2]["Authorization"] == "Bearer sk-first"
    assert "sk-first" not in repr(vars(model)) + repr(answer)


def test_openai_key_never_goes_over_plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-second")
    remote = Address("http", "gpu", 80, "", "10.0.0.9", False)
    assert _authorization(remote) == {}
    assert _authorization(replace(remote, scheme="https")) != {}
    monkeypatch.setenv("BASELINE_LLM_API_KEY", "sk-first")
    assert _authorization(remote) == {"Authorization": "Bearer sk-first"}

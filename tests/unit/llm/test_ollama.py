"""Ollama's wire protocol, against a scripted server."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from baseline_collector.errors import ModelError
from baseline_collector.llm.address import checked
from baseline_collector.llm.ollama import Ollama, same_model
from baseline_collector.llm.port import Ask

FINAL = {
    "done": True,
    "done_reason": "stop",
    "total_duration": 4_883_583_458,
    "load_duration": 1_334_875,
    "prompt_eval_count": 26,
    "prompt_eval_duration": 342_546_000,
    "eval_count": 282,
    "eval_duration": 4_535_599_000,
}


def line(content: str = "", **more: Any) -> str:
    message = {"role": "assistant", "content": content}
    return json.dumps({"model": "m", "message": message, "done": False, **more}) + "\n"


def test_every_field_lands_where_it_belongs(server: Any, ask: Ask) -> None:
    server.on("/api/chat", 0.05, line("Hel"), line("lo"), line(**FINAL))
    answer = Ollama("m", address=server.address).ask(ask)
    call = answer.call
    assert (answer.text, answer.finish) == ("Hello", "stop")
    assert call.load_duration_ms == pytest.approx(1.334875)
    assert call.prompt_eval_ms == pytest.approx(342.546)
    assert call.prompt_tokens == 26
    assert call.eval_duration_ms == pytest.approx(4535.599)
    assert call.tokens_generated == 282
    assert call.throughput_tok_s == pytest.approx(282 / 4.535599)
    assert call.ttft_ms is not None
    assert 50 <= call.ttft_ms <= call.total_duration_ms < 2000
    assert call.options == {}


def test_defaults_send_no_options(server: Any, ask: Ask) -> None:
    server.on("/api/chat", line("x"), line(**FINAL))
    Ollama("m", address=server.address).ask(ask)
    assert server.bodies("/api/chat") == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "be terse"},
                {"role": "user", "content": "say something"},
            ],
            "stream": True,
        }
    ]


def test_schema_and_options_are_sent_and_recorded(server: Any, ask: Ask) -> None:
    server.on("/api/chat", line("{}"), line(**FINAL))
    asked = replace(ask, schema={"type": "object"}, max_tokens=9, options={"seed": 3})
    call = Ollama("m", address=server.address).ask(asked).call
    body = server.bodies("/api/chat")[0]
    assert body["format"] == {"type": "object"}
    assert body["options"] == call.options == {"seed": 3, "num_predict": 9}


def test_absent_fields_are_none(server: Any, ask: Ask) -> None:
    server.on("/api/chat", line("x"), line(done=True))
    call = Ollama("m", address=server.address).ask(ask).call
    assert call.load_duration_ms is call.prompt_eval_ms is call.prompt_tokens is None
    assert call.eval_duration_ms is call.tokens_generated is call.throughput_tok_s is None


def test_lines_split_anywhere(server: Any, ask: Ask) -> None:
    whole = (line("naïve ✓") + line(**FINAL)).encode()
    server.on("/api/chat", *[whole[at : at + 7] for at in range(0, len(whole), 7)])
    assert Ollama("m", address=server.address).ask(ask).text == "naïve ✓"


@pytest.mark.parametrize(
    "said", ["model 'gone:7b' not found", 'model "gone:7b" not found, try pulling it first']
)
def test_a_missing_model_names_the_pull(server: Any, ask: Ask, said: str) -> None:
    server.on_json("/api/chat", {"error": said}, 404)
    with pytest.raises(ModelError) as caught:
        Ollama("gone:7b", address=server.address).ask(ask)
    assert caught.value.remedy == "ollama pull gone:7b"


def test_another_404_is_no_missing_model(server: Any, ask: Ask) -> None:
    with pytest.raises(ModelError, match="HTTP 404") as caught:
        Ollama("m", address=server.address).ask(ask)
    assert "pull" not in caught.value.remedy


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ({"pieces": [line("a")], "cut": True}, "broke the answer off after 1 characters"),
        ({"pieces": [line("a")]}, "broke the answer off"),
        ({"pieces": [line("a"), '{"message": {"con']}, "half a record"),
        ({"pieces": [], "cut": True}, "before the first token"),
        ({"pieces": [line("a"), '{"error": "out of memory"}\n']}, "out of memory"),
        ({"pieces": [line(**FINAL)]}, "answered nothing"),
        ({"pieces": [line("  \n"), line(**FINAL)]}, "answered nothing"),
        ({"pieces": ['{"error": "bad \\u001b[31mred"}'], "status": 500}, "HTTP 500: bad"),
        ({"pieces": ["moved"], "status": 302, "headers": {"Location": "/x"}}, "HTTP 302"),
    ],
)
def test_what_goes_wrong_is_named(server: Any, ask: Ask, script: Any, words: str) -> None:
    server.on("/api/chat", *script.pop("pieces"), **script)
    with pytest.raises(ModelError) as caught:
        Ollama("m", address=server.address).ask(ask)
    assert words in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_redirects_are_not_followed(server: Any, ask: Ask) -> None:
    server.on("/api/chat", "", status=307, headers={"Location": server.url + "/stolen"})
    with pytest.raises(ModelError):
        Ollama("m", address=server.address).ask(ask)
    assert server.bodies("/stolen") == []


def test_slow_first_token(server: Any, ask: Ask) -> None:
    server.on("/api/chat", 1.0, line("late"))
    with pytest.raises(ModelError, match=r"no first token within 0.2 s"):
        Ollama("m", address=server.address).ask(replace(ask, timeout_s=0.2))


def test_the_whole_call_is_bound_even_when_tokens_trickle(server: Any, ask: Ask) -> None:
    server.on("/api/chat", *[step for _ in range(100) for step in (line("a"), 0.05)])
    began = time.perf_counter()
    with pytest.raises(ModelError, match=r"not done within 0.3 s"):
        Ollama("m", address=server.address).ask(replace(ask, timeout_s=0.3))
    assert time.perf_counter() - began < 1.0


def test_server_gone(nobody: str, ask: Ask) -> None:
    with pytest.raises(ModelError, match="does not answer"):
        Ollama("m", address=checked(nobody)).ask(ask)


def test_thoughts_start_the_clock_and_are_no_answer(server: Any, ask: Ask) -> None:
    thinking = json.dumps({"message": {"content": "", "thinking": "hmm"}, "done": False}) + "\n"
    server.on("/api/chat", thinking, 0.2, line("so"), line(**FINAL))
    answer = Ollama("m", address=server.address).ask(ask)
    assert answer.text == "so"
    assert answer.call.ttft_ms is not None
    assert answer.call.ttft_ms < answer.call.total_duration_ms - 150


@pytest.mark.parametrize(
    ("running", "shown", "expected"),
    [
        ([{"name": "m:latest", "context_length": 8192}], {}, 8192),
        ([], {"parameters": 'num_ctx                        2222\nstop  "x"'}, 2222),
        ([], {"model_info": {"gemma3.context_length": 32768}}, 4096),
        ([], {"model_info": {"gemma3.context_length": 1024}}, 1024),
        (
            [{"name": "other:latest", "context_length": 1}],
            {"parameters": "num_ctx 9000", "model_info": {"a.context_length": 8000}},
            8000,
        ),
        ([], {}, None),
    ],
)
def test_context(server: Any, running: Any, shown: Any, expected: int | None) -> None:
    server.on_json("/api/ps", {"models": running})
    server.on_json("/api/show", shown)
    assert Ollama("m", address=server.address).context_tokens() == expected


def test_the_context_is_asked_of_the_loaded_model_and_loading_is_told(
        server: Any, ask: Ask) -> None:
    server.on_json("/api/ps", {"models": []})
    server.on_json("/api/ps", {"models": [{"name": "m:latest", "context_length": 16384}]})
    server.on_json("/api/generate", {"done": True, "load_duration": 3_000_000_000})
    server.on("/api/chat", json.dumps({"message": {"content": "so"}, "done": True,
                                       "load_duration": 5_000_000}) + "\n")
    model = Ollama("m", address=server.address)
    assert model.context_tokens() == 16384
    (body,) = server.bodies("/api/generate")
    assert (body["model"], body["options"]) == ("m", {"num_predict": 1})
    assert [model.ask(ask).call.load_duration_ms for _ in range(2)] == [3005.0, 5.0]


def test_parameters_are_asked_of_the_server(server: Any) -> None:
    server.on_json("/api/show", {"model_info": {"gemma3.context_length": 131072,
                                                "general.parameter_count": 4_299_915_632}})
    assert Ollama("m", address=server.address).parameters() == 4_299_915_632


def test_side_questions_never_raise(nobody: str) -> None:
    model = Ollama("m", address=checked(nobody))
    assert model.version() is None
    assert model.models() == ()
    assert model.context_tokens() is model.count_tokens("x") is model.parameters() is None


def test_names_without_a_tag_mean_latest() -> None:
    assert same_model("gemma3", "gemma3:latest")
    assert same_model("host:5000/gemma3", "host:5000/gemma3:latest")
    assert not same_model("gemma3:1b", "gemma3")

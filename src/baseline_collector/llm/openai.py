"""Any OpenAI-compatible server: streamed ``POST /v1/chat/completions``, server-sent events.

Covers llama.cpp's server, vLLM, LM Studio, SGLang, OpenAI and others. They differ in what
they accept, so a request refused because of one named parameter is sent again without
it, at most three times, and the call's options say so. llama.cpp's ``timings`` give the
server's own durations; other servers send none, and then those fields are None.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from baseline_collector.errors import ModelError
from baseline_collector.llm.address import Address
from baseline_collector.llm.events import events
from baseline_collector.llm.port import Answer, Ask
from baseline_collector.llm.reply import Reply, decimal, items, mapping, refusal, whole
from baseline_collector.llm.wire import GoneError, Incoming, TooLateError, Wire

QUESTION_TIMEOUT_S = 5.0

# Parameter of ours -> words in a refusal that blame it. Order matters: a server that
# rejects one often names its neighbours.
_BLAME: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("max_tokens", ("max_completion_tokens",)),
    ("response_format", ("response_format", "json_schema", "schema", "grammar", "guided")),
    ("stream_options", ("stream_options", "include_usage")),
    ("temperature", ("temperature",)),
    ("seed", ("seed",)),
)


class OpenAICompatible:
    """A model of an OpenAI-compatible server.

    Args:
        address: The server, with or without ``/v1`` at its end.
        model: Name of the model; empty for the first one the server lists.
        timeout_s: Bound on asking for that, seconds.

    Raises:
        ModelError: No name was given and the server lists no model.
    """

    adapter = "openai"

    def __init__(
        self, address: Address, model: str = "", *, timeout_s: float = QUESTION_TIMEOUT_S
    ) -> None:
        self._wire = Wire(_without_v1(address), _authorization(address))
        self._model = model or self._first_model(timeout_s)

    @property
    def name(self) -> str:
        """The model, as asked for or as listed first."""
        return self._model

    @property
    def configuration(self) -> str:
        """One line for the report's header."""
        return "OpenAI-compatible server, its defaults"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing was started."""

    def models(self, *, timeout_s: float = QUESTION_TIMEOUT_S) -> tuple[str, ...]:
        """Names of the models the server lists, in its order."""
        listed = items(_question(self._wire, "/v1/models", timeout_s).get("data"))
        return tuple(str(entry["id"]) for entry in listed if entry.get("id"))

    def version(self, *, timeout_s: float = QUESTION_TIMEOUT_S) -> str | None:
        """Version as vLLM (``/version``) or llama.cpp (``build_info``) give it, else None."""
        found = _question(self._wire, "/version", timeout_s).get("version")
        found = found or _question(self._wire, "/props", timeout_s).get("build_info")
        return found if isinstance(found, str) else None

    def context_tokens(self) -> int | None:
        """Tokens of prompt and answer together: llama.cpp's slot, or vLLM's ``max_model_len``."""
        props = _question(self._wire, "/props", QUESTION_TIMEOUT_S)
        slot = whole(mapping(props.get("default_generation_settings")).get("n_ctx"))
        if slot:
            return slot
        spellings = ("max_model_len", "context_length", "max_context_length")
        lengths = [whole(self._entry().get(key)) for key in spellings]
        return next((length for length in lengths if length), None)

    def parameters(self) -> int | None:
        """``meta.n_params`` of the list of models, which llama.cpp gives."""
        return whole(mapping(self._entry().get("meta")).get("n_params"))

    def _entry(self) -> Mapping[str, object]:
        """What ``/v1/models`` says of the model."""
        listed = items(_question(self._wire, "/v1/models", QUESTION_TIMEOUT_S).get("data"))
        return next((entry for entry in listed if entry.get("id") == self._model), {})

    def count_tokens(self, text: str) -> int | None:
        """Tokens by the server's ``/tokenize`` (llama.cpp, vLLM); None where it has none."""
        body = {"content": text, "prompt": text, "model": self._model}
        try:
            status, found = self._wire.post("/tokenize", body, timeout_s=QUESTION_TIMEOUT_S)
        except (TooLateError, GoneError):
            return None
        counted = mapping(found)
        tokens = counted.get("tokens")
        if status != 200:
            return None
        return len(tokens) if isinstance(tokens, list) else whole(counted.get("count"))

    def ask(self, ask: Ask) -> Answer:
        """Send one prompt, stream and measure the answer.

        The clock starts anew with each sending, so that a refused request is no part of
        the time to first token; the bound on the whole call does not.

        Raises:
            ModelError: Server gone, request refused, an error in the stream, a stream broken
                off, nothing within the time, an empty answer.
        """
        body = self._body(ask)
        options: dict[str, object] = dict(ask.options)
        if ask.max_tokens is not None:
            options["max_tokens"] = ask.max_tokens
        deadline = time.perf_counter() + ask.timeout_s
        for _ in range(4):
            reply = Reply(ask, self._model, self._wire.address.url, deadline=deadline)
            with (
                reply.guarded(),
                self._wire.stream(
                    "POST", "/v1/chat/completions", body, deadline=reply.deadline
                ) as incoming,
            ):
                if incoming.status == 200:
                    return _read(reply, incoming, options)
                _amend(reply, body, options, incoming.status, incoming.json())
        raise reply.error("the server refused the request in every form")

    def _body(self, ask: Ask) -> dict[str, object]:
        messages = [{"role": "system", "content": ask.system}] if ask.system else []
        messages.append({"role": "user", "content": ask.prompt})
        body: dict[str, object] = {
            **ask.options,
            "model": self._model,
            "messages": messages,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if ask.max_tokens is not None:
            body["max_tokens"] = ask.max_tokens
        if ask.schema is not None:
            schema = {"name": "answer", "strict": True, "schema": dict(ask.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    def _first_model(self, timeout_s: float) -> str:
        listed = self.models(timeout_s=timeout_s)
        if not listed:
            raise ModelError(
                "the server lists no model",
                where=self._wire.address.url,
                remedy="start it, or name the model with --model",
            )
        return listed[0]


def _question(wire: Wire, path: str, timeout_s: float) -> Mapping[str, object]:
    """A side question to a server: its JSON object, empty where it does not answer."""
    try:
        status, found = wire.get(path, timeout_s=timeout_s)
    except (TooLateError, GoneError):
        return {}
    return mapping(found) if status == 200 else {}


def _read(reply: Reply, incoming: Incoming, options: Mapping[str, object]) -> Answer:
    finish: str | None = None
    usage: Mapping[str, object] = {}
    timings: Mapping[str, object] = {}
    for event in events(reply, incoming):
        for choice in items(event.get("choices"))[:1]:
            _take(reply, mapping(choice.get("delta")))
            reason = choice.get("finish_reason")
            finish = reason if isinstance(reason, str) else finish
        usage = mapping(event.get("usage")) or usage
        timings = mapping(event.get("timings")) or timings
    if finish is None:
        raise reply.broken_off()
    return reply.answer(
        finish,
        prompt_ms=decimal(timings.get("prompt_ms")),
        prompt_tokens=whole(usage.get("prompt_tokens")),
        eval_ms=decimal(timings.get("predicted_ms")),
        tokens=whole(usage.get("completion_tokens")) or whole(timings.get("predicted_n")),
        options=options,
    )


def _take(reply: Reply, delta: Mapping[str, object]) -> None:
    for key, thought in (("reasoning_content", True), ("reasoning", True), ("content", False)):
        piece = delta.get(key)
        if isinstance(piece, str):
            reply.add(piece, thought=thought)


def _amend(
    reply: Reply, body: dict[str, object], options: dict[str, object], status: int, found: object
) -> None:
    """Take out of the request what the server blames, or fail.

    Raises:
        ModelError: The refusal is about something else.
    """
    # Bodies of 401 and 403 are not quoted: some servers repeat part of the key in them.
    said = "" if status in {401, 403} else refusal(found)
    parameter = _blamed(body, said) if status in {400, 404, 422, 500, 501} else None
    if parameter is None:
        raise reply.error(
            "the server refused the request",
            found=f"HTTP {status}{': ' + said if said else ''}",
            remedy=_remedy(status),
        )
    value = body.pop(parameter)
    if parameter == "max_tokens":
        body["max_completion_tokens"] = value
        options["max_completion_tokens"] = options.pop(parameter)
    else:
        options[parameter] = "refused by the server, sent without"


def _blamed(body: Mapping[str, object], said: str) -> str | None:
    lowered = said.lower()
    for parameter, words in _BLAME:
        if parameter in body and any(word in lowered for word in words):
            return parameter
    return None


def _remedy(status: int) -> str:
    if status in {401, 403}:
        return "set BASELINE_LLM_API_KEY to a key the server accepts"
    if 300 <= status < 400:
        return "redirects are not followed: give the URL it leads to"
    return "name one of the server's models with --model" if status == 404 else ""


def _without_v1(address: Address) -> Address:
    path = address.path.removesuffix("/v1")
    return Address(address.scheme, address.host, address.port, path, address.ip, address.loopback)


def _authorization(address: Address) -> dict[str, str]:
    """The key for a server, from the environment only.

    ``OPENAI_API_KEY`` belongs to a service on the internet: it never goes over plain
    http to another machine. ``BASELINE_LLM_API_KEY`` was set for this server and does.
    """
    key = os.environ.get("BASELINE_LLM_API_KEY", "")
    if not key and (address.scheme == "https" or address.loopback):
        key = os.environ.get("OPENAI_API_KEY", "")
    return {"Authorization": f"Bearer {key}"} if key else {}

"""Ollama over its native API: streamed ``POST /api/chat``, newline-delimited JSON.

Wire format: https://docs.ollama.com/api (chat, show, ps, tags, version). Durations are
nanoseconds there and milliseconds here. Ollama leaves out fields that are zero, and the
prompt counts where the prompt was cached: what is absent is None, never 0.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from baseline_collector.errors import ModelError
from baseline_collector.llm.address import Address, checked, ollama_url
from baseline_collector.llm.port import Answer, Ask
from baseline_collector.llm.reply import Reply, decimal, items, mapping, refusal, whole
from baseline_collector.llm.wire import GoneError, TooLateError, Wire

DEFAULT_MODEL = "gemma3:latest"
QUESTION_TIMEOUT_S = 5.0
LOAD_TIMEOUT_S = 120.0

# What a server gives a model for which nothing else is set, where it does not have the
# memory for more (docs.ollama.com/context-length). Servers with much VRAM give more; that
# shows in /api/ps once the model is loaded, so this is the safe side, not a guess upward.
DEFAULT_CONTEXT_TOKENS = 4096

_NS_PER_MS = 1_000_000


class Ollama:
    """A model of an Ollama server.

    Args:
        model: As in ``ollama list``; without a tag it means ``:latest``.
        address: The server; None for ``OLLAMA_HOST``, or 127.0.0.1:11434 without it.
        allow_remote: Whether ``OLLAMA_HOST`` may name another machine.

    Raises:
        UsageError: ``OLLAMA_HOST`` names a server that is not allowed.
    """

    adapter = "ollama"

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        *,
        address: Address | None = None,
        allow_remote: bool = False,
    ) -> None:
        self._model = model
        self._untold_load_ms: float | None = None
        self._wire = Wire(address or default_address(allow_remote=allow_remote))

    @property
    def name(self) -> str:
        """The model, as asked for."""
        return self._model

    @property
    def configuration(self) -> str:
        """One line for the report's header."""
        return "Ollama defaults"

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
        """Nothing was started; the server and its loaded model stay as they are."""

    def version(self, *, timeout_s: float = QUESTION_TIMEOUT_S) -> str | None:
        """Version of the server, None where none answers as Ollama does."""
        found = self._question("GET", "/api/version", None, timeout_s).get("version")
        return found if isinstance(found, str) else None

    def models(self, *, timeout_s: float = QUESTION_TIMEOUT_S) -> tuple[str, ...]:
        """Names of the models the server has, in its order."""
        listed = items(self._question("GET", "/api/tags", None, timeout_s).get("models"))
        return tuple(str(entry["name"]) for entry in listed if entry.get("name"))

    def context_tokens(self) -> int | None:
        """Tokens of prompt and answer together, as the server allots them.

        The server tells it of a loaded model only (``/api/ps``), so the model is loaded. What
        remains for servers that do not tell is ``num_ctx`` of the Modelfile, else their
        default of 4,096 or the model's limit, whichever is smaller. The model's limit alone
        (``*.context_length``) says nothing: Ollama cuts longer prompts silently.
        """
        loaded = self._loaded_context()
        if loaded is None and self._load():
            loaded = self._loaded_context()
        if loaded is not None:
            return loaded
        shown = self._shown()
        limit = _of_model(shown, "context_length")
        asked = _num_ctx(shown.get("parameters"))
        if asked is None and limit is None:
            return None
        return min(asked or DEFAULT_CONTEXT_TOKENS, limit or asked or DEFAULT_CONTEXT_TOKENS)

    def parameters(self) -> int | None:
        """``general.parameter_count`` of ``/api/show``."""
        return _of_model(self._shown(), "parameter_count")

    def count_tokens(self, text: str) -> int | None:
        """None: Ollama has no endpoint that counts tokens."""
        return None

    def ask(self, ask: Ask) -> Answer:
        """Send one prompt, stream and measure the answer.

        Raises:
            ModelError: Server gone, model missing (with the ``ollama pull`` to run), an error in
                the stream, a stream broken off, nothing within the time, an empty answer.
        """
        options = dict(ask.options)
        if ask.max_tokens is not None:
            options["num_predict"] = ask.max_tokens
        reply = Reply(ask, self._model, self._wire.address.url)
        with (
            reply.guarded(),
            self._wire.stream(
                "POST", "/api/chat", self._body(ask, options), deadline=reply.deadline
            ) as incoming,
        ):
            if incoming.status != 200:
                raise self._refusal(reply, incoming.status, incoming.json())
            for line in incoming.lines():
                record = self._record(reply, line)
                if record.get("done") is True:
                    return _answer(reply, record, options, self._told_load_ms())
        raise reply.broken_off()

    def _told_load_ms(self) -> float | None:
        told, self._untold_load_ms = self._untold_load_ms, None
        return told

    def _body(self, ask: Ask, options: Mapping[str, object]) -> dict[str, object]:
        messages = [{"role": "system", "content": ask.system}] if ask.system else []
        messages.append({"role": "user", "content": ask.prompt})
        body: dict[str, object] = {"model": self._model, "messages": messages, "stream": True}
        if ask.schema is not None:
            body["format"] = dict(ask.schema)
        if options:
            body["options"] = options
        return body

    def _record(self, reply: Reply, line: str) -> Mapping[str, object]:
        if not line.strip():
            return {}
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            # A connection cut inside a line leaves half a record.
            raise reply.broken_off("half a record") from None
        record = mapping(record)
        if record.get("error"):
            raise reply.error("the server stopped with an error", found=refusal(record))
        message = mapping(record.get("message"))
        for key, thought in (("thinking", True), ("content", False)):
            piece = message.get(key)
            if isinstance(piece, str):
                reply.add(piece, thought=thought)
        return record

    def _refusal(self, reply: Reply, status: int, body: object) -> ModelError:
        said = refusal(body)
        if status == 404 and "model" in said and "not found" in said:
            return missing_model(self._model, self._wire.address.url)
        return reply.error(
            "the server refused the request",
            found=f"HTTP {status}{': ' + said if said else ''}",
            remedy="" if said else "is this an Ollama server?",
        )

    def _load(self) -> bool:
        """Load the model; what loading took is told with the first call.

        An empty prompt would load it too, but the answer to that does not say how long it took.
        """
        body = {"model": self._model, "prompt": "Hi", "stream": False,
                "options": {"num_predict": 1}}
        found = self._question("POST", "/api/generate", body, LOAD_TIMEOUT_S)
        self._untold_load_ms = decimal(found.get("load_duration"), per=_NS_PER_MS)
        return found.get("done") is True

    def _shown(self) -> Mapping[str, object]:
        return self._question("POST", "/api/show", {"model": self._model}, QUESTION_TIMEOUT_S)

    def _loaded_context(self) -> int | None:
        running = items(self._question("GET", "/api/ps", None, QUESTION_TIMEOUT_S).get("models"))
        for entry in running:
            if same_model(str(entry.get("name", "")), self._model):
                return whole(entry.get("context_length"))
        return None

    def _question(
        self, method: str, path: str, body: object, timeout_s: float
    ) -> Mapping[str, object]:
        """A side question: an unanswered one is an empty answer, only ``ask`` may fail."""
        try:
            if method == "GET":
                status, found = self._wire.get(path, timeout_s=timeout_s)
            else:
                status, found = self._wire.post(path, body, timeout_s=timeout_s)
        except (TooLateError, GoneError):
            return {}
        return mapping(found) if status == 200 else {}


def default_address(*, allow_remote: bool = False) -> Address:
    """Where ``OLLAMA_HOST`` says the server is, 127.0.0.1:11434 without it.

    Raises:
        UsageError: It names a server that is not allowed.
    """
    return checked(ollama_url(os.environ.get("OLLAMA_HOST", "")), allow_remote=allow_remote)


def same_model(one: str, other: str) -> bool:
    """Whether two names mean one model: without a tag a name means ``:latest``."""
    return _tagged(one) == _tagged(other)


def missing_model(model: str, where: str) -> ModelError:
    """The error for a server that answers and does not have the model."""
    return ModelError(
        f"the server does not have the model {model}", where=where, remedy=f"ollama pull {model}"
    )


def _tagged(name: str) -> str:
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def _answer(reply: Reply, record: Mapping[str, object], options: Mapping[str, object],
            loaded_ms: float | None) -> Answer:
    """The answer; what loading took before the first call is told with it."""
    reason = record.get("done_reason")
    load_ms = decimal(record.get("load_duration"), per=_NS_PER_MS)
    if loaded_ms is not None:
        load_ms = loaded_ms + (load_ms or 0.0)
    return reply.answer(
        reason if isinstance(reason, str) else "stop",
        load_ms=load_ms,
        prompt_ms=decimal(record.get("prompt_eval_duration"), per=_NS_PER_MS),
        prompt_tokens=whole(record.get("prompt_eval_count")),
        eval_ms=decimal(record.get("eval_duration"), per=_NS_PER_MS),
        tokens=whole(record.get("eval_count")),
        options=options,
    )


def _of_model(shown: Mapping[str, object], name: str) -> int | None:
    """A whole number out of ``model_info``, whose keys begin with the architecture."""
    info = mapping(shown.get("model_info"))
    found = [whole(value) for key, value in info.items() if key.endswith(f".{name}")]
    return next((value for value in found if value), None)


def _num_ctx(parameters: object) -> int | None:
    """``num_ctx`` out of a Modelfile's parameters, which /api/show gives as aligned text."""
    for line in str(parameters or "").splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == "num_ctx" and words[1].isdigit():
            return int(words[1])
    return None

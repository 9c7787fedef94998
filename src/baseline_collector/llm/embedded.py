"""llama.cpp embedded through ``xllamacpp``, in a child process of ours.

Native code that crashes, or a model file that breaks it, must not take ``collect`` with
it: the model runs in ``embedded_server``, llama.cpp's own HTTP server on a free loopback
port, and ends with its parent. Deterministic unless told otherwise: temperature 0, a
fixed seed, no prompt cache, all recorded in the call's options.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from baseline_collector.errors import ModelError
from baseline_collector.llm import gguf
from baseline_collector.llm.child import START_TIMEOUT_S, Child
from baseline_collector.llm.events import events
from baseline_collector.llm.port import Answer, Ask
from baseline_collector.llm.reply import Reply, decimal, mapping, refusal, whole
from baseline_collector.llm.wire import GoneError, Incoming, TooLateError

DETERMINISTIC: Mapping[str, object] = {"temperature": 0, "seed": 42, "cache_prompt": False}

# Prompts are held to 2,000 tokens on this model; the rest is room for the answer.
CONTEXT_TOKENS = 4096
# A small model at temperature 0 can repeat itself until the context is full.
MAX_ANSWER_TOKENS = 512

# Without it small models fill the space between JSON tokens with line breaks, up to half
# of the answer. A word of LLGuidance, which xllamacpp is built with; others ignore it.
_COMPACT: Mapping[str, object] = {"x-guidance": {"whitespace_flexible": False}}

QUESTION_TIMEOUT_S = 30.0


def installed() -> bool:
    """Whether the extra is there; looks for it without importing it."""
    return importlib.util.find_spec("xllamacpp") is not None


class Embedded:
    """A GGUF model in a child process, started when it is first needed.

    Args:
        path: The GGUF file.
        name: Name for reports; empty for the file's own, else its file name.
        threads: Threads of llama.cpp; None for all processors but one. One is left free
            because llama.cpp's threads wait for each other by spinning: with as many
            threads as processors, any other busy process slows generation tenfold.

    Raises:
        ModelError: The extra is not installed, or the file is no GGUF file.
    """

    adapter = "embedded"

    def __init__(self, path: Path, *, name: str = "", threads: int | None = None) -> None:
        if not installed():
            raise ModelError(
                "the embedded model needs llama.cpp",
                expected="the package xllamacpp",
                remedy='pip install "baseline-collector[embedded]"',
            )
        self._path = path
        self._head = gguf.head(path)
        self._name = name or self._head.name or path.stem
        self._threads = threads or max(1, _processors() - 1)
        self._context = min(CONTEXT_TOKENS, self._head.context_tokens or CONTEXT_TOKENS)
        self._child: Child | None = None
        self._untold_load_ms = 0.0

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._name

    @property
    def configuration(self) -> str:
        """One line for the report's header."""
        threads = "thread" if self._threads == 1 else "threads"
        return f"llama.cpp embedded, {self._threads} {threads}"

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
        """Stop the child process; may be called twice."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()

    def context_tokens(self) -> int | None:
        """The context the server is started with: 4,096 or the model's limit. Starts nothing."""
        return self._context

    def parameters(self) -> int | None:
        """Parameters, counted from the tensors in the file's head. Starts nothing."""
        return self._head.parameters

    def count_tokens(self, text: str) -> int | None:
        """Tokens of a text by the model's own tokenizer.

        Raises:
            ModelError: The child does not start.
        """
        child = self._running(time.perf_counter() + START_TIMEOUT_S)
        try:
            _, found = child.wire.post("/tokenize", {"content": text}, timeout_s=QUESTION_TIMEOUT_S)
        except (TooLateError, GoneError):
            return None
        tokens = mapping(found).get("tokens")
        return len(tokens) if isinstance(tokens, list) else None

    def ask(self, ask: Ask) -> Answer:
        """Send one prompt, stream and measure the answer.

        Models with a chat template get it through llama.cpp; base models get system text,
        prompt and nothing else. The load duration is told with the first call, whose total
        holds it only where no token was counted before; later calls load nothing.

        Raises:
            ModelError: The child does not start or dies, the prompt is too long, nothing
                within the time, an empty answer.
        """
        options = {**DETERMINISTIC, "n_predict": MAX_ANSWER_TOKENS, **ask.options}
        if ask.max_tokens is not None:
            options["n_predict"] = ask.max_tokens
        reply = Reply(ask, self._name, "embedded llama.cpp")
        child = self._running(reply.deadline)
        load_ms, self._untold_load_ms = self._untold_load_ms, 0.0
        try:
            with reply.guarded():
                body: dict[str, object] = {
                    **options,
                    "prompt": self._prompt(child, ask, reply),
                    "stream": True,
                }
                if ask.schema is not None:
                    body["json_schema"] = {**ask.schema, **_COMPACT}
                with child.wire.stream(
                    "POST", "/completion", body, deadline=reply.deadline
                ) as incoming:
                    return _read(reply, incoming, load_ms, options)
        except ModelError:
            self._raise_if_dead(child)
            raise

    def _running(self, deadline: float) -> Child:
        """The child, started where it is not; its load duration is told with the next call."""
        if self._child is not None:
            return self._child
        setup = {
            "model": str(self._path),
            "name": self._name,
            "context_tokens": self._context,
            "threads": self._threads,
        }
        timeout_s = min(START_TIMEOUT_S, deadline - time.perf_counter())
        self._child = Child(setup, self._path, timeout_s)
        self._untold_load_ms = self._child.load_ms or 0.0
        return self._child

    def _prompt(self, child: Child, ask: Ask, reply: Reply) -> str:
        if not self._head.chat:
            return "\n\n".join(part for part in (ask.system, ask.prompt) if part)
        messages = [{"role": "system", "content": ask.system}] if ask.system else []
        messages.append({"role": "user", "content": ask.prompt})
        timeout_s = reply.deadline - time.perf_counter()
        status, found = child.wire.post(
            "/apply-template", {"messages": messages}, timeout_s=timeout_s
        )
        prompt = mapping(found).get("prompt")
        if status != 200 or not isinstance(prompt, str):
            raise reply.error("the model's chat template cannot be applied", found=refusal(found))
        return prompt

    def _raise_if_dead(self, child: Child) -> None:
        code = child.exit_code()
        if code is None:
            return
        self.close()
        raise ModelError(
            "the embedded model's process died",
            where=self._path.name,
            found=f"exit code {code}{child.last_words()}",
            remedy="try another model file, or pass --llm none",
        )


def _read(
    reply: Reply, incoming: Incoming, load_ms: float | None, options: Mapping[str, object]
) -> Answer:
    if incoming.status != 200:
        raise reply.error(
            "llama.cpp refused the prompt",
            found=refusal(incoming.json()) or f"HTTP {incoming.status}",
        )
    for event in events(reply, incoming):
        piece = event.get("content")
        if isinstance(piece, str):
            reply.add(piece)
        if event.get("stop") is True:
            timings = mapping(event.get("timings"))
            return reply.answer(
                {"eos": "stop", "word": "stop", "limit": "length"}.get(
                    str(event.get("stop_type")), str(event.get("stop_type"))
                ),
                load_ms=load_ms,
                prompt_ms=decimal(timings.get("prompt_ms")),
                prompt_tokens=whole(event.get("tokens_evaluated")),
                eval_ms=decimal(timings.get("predicted_ms")),
                tokens=whole(event.get("tokens_predicted")),
                options=options,
            )
    raise reply.broken_off()


def _processors() -> int:
    """Processors this process may use, which in a container is fewer than there are."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

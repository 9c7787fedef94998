"""One call under way: its clock, the text so far, and what went wrong in plain words."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from baseline_collector.errors import ModelError
from baseline_collector.llm.port import Answer, Ask
from baseline_collector.llm.wire import GoneError, TooLateError
from baseline_collector.report import ModelCall

MAX_ANSWER_CHARACTERS = 1 << 20


class Reply:
    """What has come back of one prompt so far, and when.

    The clock runs from the making of the object, which is the sending of the request,
    to the answer. The first token counts wherever it comes from, also from a thinking
    model's thoughts, because that is when the server began to produce.

    Args:
        ask: The prompt.
        model: Name of the model, as the server gives it.
        where: The server, for messages.
        deadline: ``time.perf_counter()`` seconds at which the call is over, whatever has
            come; None for ``ask.timeout_s`` from now.
    """

    def __init__(self, ask: Ask, model: str, where: str, *, deadline: float | None = None) -> None:
        self.ask = ask
        self.model = model
        self.where = where
        self._pieces: list[str] = []
        self._length = 0
        self._thought = False
        self._first: float | None = None
        self._sent = time.perf_counter()
        self.deadline = self._sent + ask.timeout_s if deadline is None else deadline

    def add(self, text: str, *, thought: bool = False) -> None:
        """Take one piece of the stream; thoughts count for the clock and not for the answer.

        Raises:
            ModelError: The answer grows beyond all measure.
        """
        if not text:
            return
        if self._first is None:
            self._first = time.perf_counter()
        if thought:
            self._thought = True
            return
        self._pieces.append(text)
        self._length += len(text)
        if self._length > MAX_ANSWER_CHARACTERS:
            raise self.error(
                "the answer does not end", expected=f"{MAX_ANSWER_CHARACTERS} characters"
            )

    def answer(
        self,
        finish: str,
        *,
        load_ms: float | None = None,
        prompt_ms: float | None = None,
        prompt_tokens: int | None = None,
        eval_ms: float | None = None,
        tokens: int | None = None,
        options: Mapping[str, object],
    ) -> Answer:
        """Close the call.

        Args:
            finish: How the server says it ended.
            load_ms: Server's load duration, milliseconds.
            prompt_ms: Server's prompt evaluation, milliseconds.
            prompt_tokens: Tokens of the prompt.
            eval_ms: Server's evaluation, milliseconds.
            tokens: Tokens generated.
            options: What was asked of the server.

        Raises:
            ModelError: There is no text in it.
        """
        ended = time.perf_counter()
        text = "".join(self._pieces)
        if not text.strip():
            found = "thoughts and no answer" if self._thought else f"nothing (ended by {finish!r})"
            raise self.error("the model answered nothing", expected="text", found=found)
        call = ModelCall(
            purpose=self.ask.purpose,
            model=self.model,
            ttft_ms=None if self._first is None else (self._first - self._sent) * 1000,
            total_duration_ms=(ended - self._sent) * 1000,
            load_duration_ms=load_ms,
            prompt_eval_ms=prompt_ms,
            prompt_tokens=prompt_tokens,
            eval_duration_ms=eval_ms,
            tokens_generated=tokens,
            throughput_tok_s=tokens / (eval_ms / 1000) if tokens and eval_ms else None,
            options=dict(options),
        )
        return Answer(text, finish, call)

    def error(
        self, what: str, *, expected: str = "", found: str = "", remedy: str = ""
    ) -> ModelError:
        """The ``ModelError`` of this call."""
        return ModelError(what, where=self.where, expected=expected, found=found, remedy=remedy)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Turn a broken connection or a passed deadline into a ``ModelError`` that says when."""
        try:
            yield
        except TooLateError:
            raise self._late() from None
        except GoneError as error:
            if not error.reached:
                raise self.error(
                    "the model server does not answer",
                    found=str(error),
                    remedy="start it, or pass --llm none",
                ) from None
            raise self.broken_off(str(error)) from None

    def broken_off(self, found: str = "the end of the stream") -> ModelError:
        """The error for a stream that ended before the server said it was done."""
        when = "before the first token" if self._first is None else f"after {self._said()}"
        return self.error(
            f"the server broke the answer off {when}",
            expected="its closing record",
            found=found,
            remedy="see the server's log",
        )

    def _late(self) -> ModelError:
        bound = f"{self.ask.timeout_s:g} s"
        if self._first is None:
            return self.error(
                f"no first token within {bound}",
                remedy="the server may still be loading the model: wait, take a smaller one, "
                "or allow more time",
            )
        return self.error(
            f"the answer was not done within {bound}",
            found=self._said(),
            remedy="take a smaller model, or allow more time",
        )

    def _said(self) -> str:
        return f"{self._length} characters" if self._pieces else "thoughts only"


def refusal(body: object) -> str:
    """What a server says about a refused request, shortened and safe for a terminal.

    Args:
        body: Parsed JSON; Ollama's ``{"error": "text"}``, OpenAI's
            ``{"error": {"message": "text"}}`` or vLLM's ``{"message": "text"}``.
    """
    error = body.get("error", body) if isinstance(body, Mapping) else None
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("detail")
    text = error if isinstance(error, str) else ""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text)[:300].strip()


def whole(value: object) -> int | None:
    """A count as sent, None where it is missing or no count."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def decimal(value: object, *, per: float = 1.0) -> float | None:
    """A duration as sent, divided by ``per``; None where it is missing or no number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value / per


def mapping(value: object) -> Mapping[str, object]:
    """A JSON object as sent, empty where it is something else."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[Mapping[str, object]]:
    """The objects of a JSON array as sent, empty where it is something else."""
    return [mapping(item) for item in value] if isinstance(value, list) else []

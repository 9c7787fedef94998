"""The port to a language model: what narrate asks for and what an adapter gives.

An adapter sends one prompt, streams the answer, measures it, and raises
``ModelError`` for everything that keeps it from answering. What it had to change to be
heard stands in the call's options; it follows no redirects, knows no proxies and talks
to no address but the one that was checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from baseline_collector.report import ModelCall


@dataclass(frozen=True, slots=True)
class Ask:
    """One prompt.

    Attributes:
        purpose: ``analysis: summary``, ``report: findings, again``; recorded with the call.
        system: System text (persona and rules); empty for none.
        prompt: User text.
        schema: JSON schema the answer must follow, or None for free text. Ollama gets it
            as ``format``, llama.cpp as ``json_schema``, OpenAI servers as ``response_format``.
            Objects need ``additionalProperties: false``: without it llama.cpp lets small
            models invent keys until their tokens run out.
        max_tokens: Upper bound of the answer, or None for the server's default (512 on the
            embedded model, which could go on until its context is full).
        options: Sampling options to send (``temperature``, ``seed``, ...); empty leaves the
            server at its defaults (the embedded model at temperature 0 and a fixed seed).
        timeout_s: Bound on the whole call, wall clock seconds.
    """

    purpose: str
    system: str
    prompt: str
    schema: Mapping[str, object] | None = None
    max_tokens: int | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    timeout_s: float = 300.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the text, how it ended (``stop``, ``length``, ...) and the measured call."""

    text: str
    finish: str
    call: ModelCall


class LanguageModel(Protocol):
    """A model that answers prompts; ``close`` frees what it started.

    No model is loaded before the first ``ask``, ``count_tokens`` or ``context_tokens``.
    """

    @property
    def name(self) -> str:
        """Model name as the server gives it."""

    @property
    def adapter(self) -> str:
        """``ollama``, ``openai`` or ``embedded``."""

    @property
    def configuration(self) -> str:
        """One line for the report's header, e.g. ``Ollama defaults``."""

    def context_tokens(self) -> int | None:
        """Context window in tokens, asked from the server; None where it does not say."""

    def parameters(self) -> int | None:
        """Number of the model's parameters, asked from the server; None where it does not say."""

    def count_tokens(self, text: str) -> int | None:
        """Tokens of a text by the model's own tokenizer; None where the server cannot count.

        Raises:
            ModelError: The embedded model, which counting starts, cannot be started.
        """

    def ask(self, ask: Ask) -> Answer:
        """Send one prompt, stream and measure the answer.

        Raises:
            ModelError: Not reachable, model missing, broken stream, timeout, empty answer.
        """

    def close(self) -> None:
        """Stop what was started."""

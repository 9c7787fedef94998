"""Ollama: API answers (one, many, or a saved stream of parts) and the CSV of its bench tool.

Specified in ollama, docs/api.md and cmd/bench/README.md, versions 0.1 to 0.13. Ollama leaves
out fields that are 0; what is left out stays missing.
"""

from __future__ import annotations

from typing import Any

from baseline_collector.paths import join
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import TEXT
from baseline_collector.readers.leaves import TOP, Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import first_row, put, rows
from baseline_collector.readers.told import Told, ToolJson, first, has

_HEADER = ["NAME", "STEP", "COUNT", "NS_PER_COUNT", "TOKEN_PER_SEC"]
_RATED = ("prefill", "generate")


class OllamaApi(ToolJson):
    """Answers of /api (generate, chat, embed, tags, ps), and of /v1 where they are Ollama's."""

    name = "ollama"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it has the fields that every answer has, or those of a list of models."""
        return (_answer(record) or has(record, "model", "embeddings", "total_duration")
                or _models(record) or _openai(record))

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """A part of a stream says so; the last one, which has the numbers, ends with no text."""
        del key
        if "done" not in value or "model" not in value:
            return above
        last = value["done"] is True
        whole = last and (value.get("response") or _content(value))
        return Told() if whole else Told(sense="part")


def _answer(record: dict[str, Any]) -> bool:
    return has(record, "model", "created_at", "done") and (
        "response" in record or "message" in record)


def _models(record: dict[str, Any]) -> bool:
    """The list of models that are there (tags) or loaded (ps)."""
    return list(record) == ["models"] and has(first(record["models"]), "digest", "size", "details")


def _openai(record: dict[str, Any]) -> bool:
    """An answer of the OpenAI-compatible endpoint; only Ollama's fingerprint says whose it is."""
    return record.get("system_fingerprint") == "fp_ollama" and has(record, "object", "choices")


def _content(value: dict[str, Any]) -> object:
    message = value.get("message")
    return message.get("content") if isinstance(message, dict) else None


class OllamaBench:
    """CSV of ``cmd/bench``: a row a step of an epoch, model facts in comment lines."""

    name = "ollama"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the header is the tool's."""
        return first_row(opened) == _HEADER

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell, and the model's facts where the file is of one model.

        Raises:
            ReadError: A field is longer than the limit.
        """
        body = list(rows(opened))[1:]
        comments = [",".join(row) for row in body if row[0].startswith("#")]
        for comment in comments:
            _comment(comment, len(comments) == 1, leaves)
        steps = (row for row in body if not row[0].startswith("#"))
        for index, row in enumerate(steps):
            step = row[1] if len(row) > 1 else ""
            for name, text in zip(_HEADER, row, strict=False):
                # The tool prints 0 where a step has no rate.
                empty = name == "TOKEN_PER_SEC" and step not in _RATED
                put(leaves, join("[]", name), (index, None, None), text, "", step,
                    f"the step {step} has no rate" if empty else "")
        return Outcome()


def _comment(comment: str, alone: bool, leaves: Leaves) -> None:
    """``# Model: gemma3 | Params: 4.3B | ...`` as leaves where it speaks for the whole file."""
    if not alone:
        leaves.add("comment", TOP, TEXT, comment)
        return
    for part in comment.strip("# ").split("|"):
        name, _, text = part.partition(":")
        put(leaves, name.strip(), TOP, text.strip())

"""Server-sent events, as OpenAI-compatible servers and llama.cpp's ``/completion`` stream them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from baseline_collector.llm.reply import Reply, mapping, refusal
from baseline_collector.llm.wire import Incoming


def events(reply: Reply, incoming: Incoming) -> Iterator[Mapping[str, object]]:
    """The JSON objects of a stream, up to ``[DONE]`` or its end.

    Whether the end was a proper one is for the caller to judge: the closing record
    differs between the two dialects.

    Args:
        reply: The call, for its errors.
        incoming: The answer coming in.

    Raises:
        ModelError: The server sends an error, or half an event.
    """
    for line in incoming.lines():
        # Older llama.cpp servers send errors under a field name of their own.
        if line.startswith("error:"):
            raise reply.error(
                "the server stopped with an error", found=refusal({"error": line[6:]})
            )
        if not line.startswith("data:"):
            continue  # comments that keep the connection alive, event names, blank lines
        data = line[5:].strip()
        if data == "[DONE]":
            return
        try:
            event = mapping(json.loads(data))
        except (ValueError, RecursionError):
            raise reply.broken_off("half an event") from None
        if event.get("error"):
            raise reply.error("the server stopped with an error", found=refusal(event))
        yield event

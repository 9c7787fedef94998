"""run.jsonl: one event a line, what happened when, redacted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime


class Journal:
    """Collects the events of a run.

    Args:
        redact: Masks secrets and personal paths in every text.
        tell: Told of progress, one line a step; None for silence.
    """

    def __init__(self, redact: Callable[[str], str], tell: Callable[[str], None] | None = None
                 ) -> None:
        self._redact = redact
        self._tell = tell
        self._lines: list[str] = []
        self._started = time.perf_counter()

    def event(self, name: str, **details: object) -> None:
        """Write one event with the seconds since the run began."""
        entry = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                 "elapsed_s": round(time.perf_counter() - self._started, 6), "event": name}
        entry |= {key: self._clean(value) for key, value in details.items()}
        self._lines.append(json.dumps(entry, ensure_ascii=False, default=str))

    def progress(self, text: str) -> None:
        """Say what is going on, to a person."""
        if self._tell is not None:
            self._tell(text)

    def _clean(self, value: object) -> object:
        if isinstance(value, str):
            return self._redact(value)
        if isinstance(value, Mapping):
            return {str(key): self._clean(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(inner) for inner in value]
        return value

    def text(self) -> str:
        """The whole log so far."""
        return "".join(line + "\n" for line in self._lines)

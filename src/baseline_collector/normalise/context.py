"""What an artifact says of model, settings, environment, prompt and outcome, and where.

A leaf of context speaks for the object or row that holds it, and for everything
inside. ``merge.py`` puts together what a value's surroundings say.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from baseline_collector.normalise.meaning import Meaning
from baseline_collector.paths import container, outer, tokens
from baseline_collector.readers.cells import BOOL, EXACT_INT, NULL, NUMBER, TEXT

Place = tuple[str, tuple[int, ...]]
"""Template of an object or row, and its indices."""

PLAIN = ("model", "quantization", "engine", "device", "prompt", "run", "started_at", "phase")

ERROR_TEXT = re.compile(
    r"^\W*(?:error\b|exception\b|traceback \(most recent|failed to (?:connect|generate|load)|"
    r"http(?:error|/\d)|timed? ?out\b|connection (?:refused|reset|error|aborted))"
    r"|all connection attempts failed|connection refused|max retries exceeded"
    r"|\[winerror \d+\]|\[errno \d+\]|out of memory\b.{0,40}$|request timed out",
    re.IGNORECASE)
"""Text of an answer that is an error message. Long answers may quote one; see ``_is_error``."""

_LONGEST_ERROR = 400
_LONGEST_LIST = 1_000
_BAD_STATUS = {"failed", "failure", "error", "timeout", "timed_out", "aborted", "cancelled",
               "false", "no"}


@dataclass(slots=True)
class Said:
    """What the leaves of one object or row say."""

    plain: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    setup: dict[str, str] = field(default_factory=dict)
    repetitions: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Surroundings:
    """Everything one artifact says about context, by place."""

    said: dict[Place, Said] = field(default_factory=dict)
    failures: dict[Place, str] = field(default_factory=dict)
    attempts: set[Place] = field(default_factory=set)
    answers: dict[Place, str] = field(default_factory=dict)

    def hear(self, meaning: Meaning, at: tuple[int, ...], kind: int, raw: str,
             value: float | None) -> None:
        """Take in one leaf that is no measurement."""
        place = (meaning.scope, at[: meaning.scope.count("[]")])
        if meaning.role == "outcome":
            self._outcome(meaning, place, kind, raw)
            return
        if meaning.role == "answer":
            self._answer(place, kind, raw)
            return
        if kind == NULL or not raw.strip():
            return
        said = self.said.get(place)
        if said is None:
            said = self.said[place] = Said()
        hear_said(said, meaning, kind, raw, value)

    def _outcome(self, meaning: Meaning, place: Place, kind: int, raw: str) -> None:
        record = record_of(place)
        self.attempts.add(record)
        text = raw.strip()
        if meaning.target in ("success", "ok"):
            if kind in (BOOL, TEXT) and text.lower() in ("false", "no", "0"):
                self.failures.setdefault(record, "the artifact says it did not succeed")
        elif meaning.target == "status":
            if text.lower() in _BAD_STATUS:
                self.failures.setdefault(record, f"status: {text}")
        elif kind == TEXT and text.lower() not in ("", "none", "null", "false", "no error", "ok"):
            self.failures[record] = f"error: {text[:300]}"

    def _answer(self, place: Place, kind: int, raw: str) -> None:
        if kind != TEXT:
            return
        record = record_of(place)
        self.attempts.add(record)
        if len(raw) > len(self.answers.get(record, "")):
            self.answers[record] = raw
        if _is_error(raw) and record not in self.failures:
            self.failures[record] = f"not marked as failed, but its text is an error: {raw[:300]}"

    def all_failed(self) -> bool:
        """Whether every attempt of the artifact failed, and there were attempts below its top."""
        records = {place for place in self.attempts if place[0]}
        return bool(records) and records <= self.failures.keys()


def _is_error(text: str) -> bool:
    return len(text) <= _LONGEST_ERROR and ERROR_TEXT.search(text) is not None


def hear_said(said: Said, meaning: Meaning, kind: int, raw: str, value: float | None) -> None:
    """Take in one leaf of context, settings, environment or time."""
    text = raw.strip()
    if meaning.role == "parameter":
        if text.startswith("{") and kind == TEXT:
            said.parameters.update(_object(text))
        elif meaning.target:  # a list of settings, such as those of a sweep, is no setting
            said.parameters[meaning.target] = _setting(kind, text, value)
    elif meaning.role == "setup":
        known = said.setup.get(meaning.target)
        if known is None or len(known) < _LONGEST_LIST:
            said.setup[meaning.target] = f"{known}, {text}" if known and known != text else text
    elif meaning.role == "repetitions":
        if value is not None and 0 < value < EXACT_INT and value == int(value):
            said.repetitions[meaning.target] = value
    elif meaning.role == "time":
        stamp = text if kind != NUMBER else _instant(value)
        if stamp:
            said.plain.setdefault("started_at", stamp)
    elif meaning.target in PLAIN and (kind != NUMBER or meaning.target in ("prompt", "run")):
        if meaning.target == "started_at":
            said.plain["started_at"] = text
        else:
            said.plain.setdefault(meaning.target, text)


def _setting(kind: int, text: str, value: float | None) -> str:
    """A setting in one spelling: 0.50 and 0.5, True and true are the same."""
    if kind == BOOL:
        return text.lower()
    if kind == NUMBER and value is not None:
        return str(int(value)) if value == int(value) else repr(value)
    return text


def _object(text: str) -> dict[str, str]:
    try:
        document = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return {}
    return {str(key): str(value) for key, value in document.items()
            if not isinstance(value, dict | list)} if isinstance(document, dict) else {}


def _instant(value: float | None) -> str:
    """An epoch in seconds, milliseconds or nanoseconds as ISO 8601; empty where it is none."""
    if value is None:
        return ""
    for scale in (1.0, 1e3, 1e6, 1e9):
        seconds = value / scale
        if 9e8 < seconds < 4e9:  # 1998 to 2096
            return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    return ""


@lru_cache(maxsize=10_000)
def _record_template(scope: str) -> str:
    if "[]" in scope:
        return scope[: scope.rindex("[]") + 2]
    names = tokens(scope)
    for at, name in enumerate(names[:-1]):
        if name in ("backends", "devices", "variants", "configs", "engines", "models", "results"):
            while len([token for token in tokens(scope) if token]) > at + 2:
                scope = container(scope)
            return scope
    return scope


def record_of(place: Place) -> Place:
    """The record a place belongs to: the nearest array item, or named entry of a collection."""
    template = _record_template(place[0])
    return template, place[1][: template.count("[]")]


@lru_cache(maxsize=100_000)
def enclosing(template: str) -> tuple[str, ...]:
    """The objects and rows around a leaf, outermost first, the artifact's top included."""
    found = [""]
    scope = container(template)
    inner = []
    while scope:
        inner.append(scope)
        scope = outer(scope)
    return tuple(found + inner[::-1])

"""PROTOCOL.toml: what a benchmark of a live model measures, and how. The one definition of it.

``baseline bench run`` will take such a file; gaps of a report are written as such files. Every
setting is a field below; its comment in a written file says what it is.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from typing import Literal, get_args

from baseline_collector.errors import UsageError

SCHEMA = "baseline-collector/protocol/1"

Api = Literal["ollama", "openai", "embedded"]
Arrivals = Literal["closed", "constant", "poisson"]

MEANING: Mapping[str, str] = {
    "model": "name of the model as the server knows it, or a GGUF file",
    "why": "the question that this measurement answers",
    "api": "how it is called: ollama, openai or embedded",
    "url": "base URL of the server; empty for the default of the API",
    "prompts": "texts to send, in turn; empty for the built-in ones",
    "requests": "timed requests in each repetition",
    "warmup": "requests before those, left out of every figure",
    "repetitions": "times the whole is repeated; intervals are over these",
    "cold":
        "whether the model is unloaded before each repetition and its first call "
        "reported apart",
    "arrivals": "closed: each call waits for the one before; constant or poisson: by a schedule",
    "concurrency": "calls at a time, where arrivals are closed",
    "rate": "requests a second, where arrivals follow a schedule",
    "max_tokens": "longest answer, tokens",
    "temperature": "sampling temperature; 0 for the likeliest token",
    "seed": "seed of sampling and of the order of settings",
    "num_ctx": "context lengths to measure; empty for the server's own",
    "randomize": "whether settings are measured in random order",
    "telemetry":
        "whether power, temperature, clocks, utilisation and memory are sampled beside "
        "the calls",
    "telemetry_interval_s": "seconds between two samples",
    "timeout_s": "bound on each call, seconds; one that passes it counts as failed",
}
"""What each setting is; stands above it in a written file, and in the docs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One benchmark of one model; raises UsageError where a field cannot be.

    Lists (``concurrency``, ``rate``, ``num_ctx``) are swept: each value is measured.
    """

    model: str
    why: str = ""
    api: Api = "ollama"
    url: str = ""
    prompts: tuple[str, ...] = ()
    requests: int = 30
    warmup: int = 3
    repetitions: int = 5
    cold: bool = False
    arrivals: Arrivals = "closed"
    concurrency: tuple[int, ...] = (1,)
    rate: tuple[float, ...] = ()
    max_tokens: int = 128
    temperature: float = 0.0
    seed: int = 42
    num_ctx: tuple[int, ...] = ()
    randomize: bool = True
    telemetry: bool = True
    telemetry_interval_s: float = 1.0
    timeout_s: float = 300.0

    def __post_init__(self) -> None:
        """Check every field; say what was expected and what was found."""
        _check(bool(self.model.strip()), "model", "the name of a model", self.model)
        _check(self.api in get_args(Api), "api", ", ".join(get_args(Api)), self.api)
        _check(self.arrivals in get_args(Arrivals), "arrivals", ", ".join(get_args(Arrivals)),
               self.arrivals)
        for name in ("requests", "repetitions", "max_tokens"):
            _check(getattr(self, name) >= 1, name, "at least 1", getattr(self, name))
        _check(self.warmup >= 0, "warmup", "at least 0", self.warmup)
        _check(self.temperature >= 0, "temperature", "at least 0", self.temperature)
        for name in ("telemetry_interval_s", "timeout_s"):
            _check(getattr(self, name) > 0, name, "above 0", getattr(self, name))
        for name in ("concurrency", "rate", "num_ctx"):
            _check(all(one > 0 for one in getattr(self, name)), name, "values above 0",
                   list(getattr(self, name)))
        if self.arrivals == "closed":
            _check(bool(self.concurrency), "concurrency", "at least one value", [])
            _check(not self.rate, "rate", "none where arrivals are closed", list(self.rate))
        else:
            _check(bool(self.rate), "rate", "at least one value where arrivals follow a schedule",
                   [])


def _check(holds: bool, name: str, expected: str, found: object) -> None:
    if not holds:
        raise UsageError(f"protocol: setting {name!r} cannot be", expected=expected,
                         found=repr(found))


def read(text: str, where: str = "") -> Protocol:
    """Read a protocol.

    Args:
        text: TOML with the fields of ``Protocol`` at its top, and ``schema``.
        where: Name of the file, for messages.

    Raises:
        UsageError: It is no TOML, its schema is another, a field is unknown, of the wrong type
            or impossible.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"protocol cannot be read: {error}", where=where) from error
    schema = found.pop("schema", None)
    if schema != SCHEMA:
        raise UsageError("not a protocol of this version", where=where, expected=SCHEMA,
                         found=repr(schema))
    known = {one.name: one for one in fields(Protocol)}
    for name in found:
        if name not in known:
            raise UsageError(f"protocol: unknown setting {name!r}", where=where,
                             expected=", ".join(known))
    if "model" not in found:
        raise UsageError("protocol: setting 'model' is missing", where=where,
                         expected="the name of a model")
    typed = {name: _typed(known[name], value, where) for name, value in found.items()}
    return Protocol(**typed)  # type: ignore[arg-type]  # _typed checked each


_ITEMS: Mapping[str, tuple[type, ...]] = {
    "tuple[str, ...]": (str,), "tuple[int, ...]": (int,), "tuple[float, ...]": (int, float)}
_SINGLE: Mapping[str, tuple[type, ...]] = {
    "str": (str,), "Api": (str,), "Arrivals": (str,), "int": (int,), "float": (int, float),
    "bool": (bool,)}


def _typed(one: Field[object], value: object, where: str) -> object:
    """A value of TOML as its field has it."""
    kind = str(one.type)
    items = _ITEMS.get(kind)
    if items is not None:
        listed = value if isinstance(value, list) else [value]
        if all(_is(each, items) for each in listed):
            return tuple(float(str(each)) if float in items else each for each in listed)
    elif _is(value, _SINGLE[kind]):
        return float(str(value)) if kind == "float" else value
    raise UsageError(f"protocol: setting {one.name!r} is of the wrong type", where=where,
                     expected=kind.replace("Api", "str").replace("Arrivals", "str"),
                     found=repr(value))


def _is(value: object, kinds: tuple[type, ...]) -> bool:
    return isinstance(value, kinds) and (not isinstance(value, bool) or kinds == (bool,))


def write(protocol: Protocol) -> str:
    """Write a protocol as TOML; ``read`` gives it back.

    Returns:
        Every setting with what it means as a comment above it.
    """
    lines = [f'schema = "{SCHEMA}"']
    for one in fields(Protocol):
        value = getattr(protocol, one.name)
        if one.name == "url" and not value:
            continue
        lines += ["", f"# {MEANING[one.name]}", f"{one.name} = {_toml(value)}"]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON escapes are TOML escapes, but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)

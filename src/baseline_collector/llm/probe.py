"""What model servers answer on this machine, for ``baseline doctor``."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from importlib import metadata

from baseline_collector.errors import ModelError, UsageError
from baseline_collector.llm import address as law
from baseline_collector.llm import catalogue

# Where local OpenAI-compatible servers listen unless told otherwise.
USUAL_SERVERS: tuple[tuple[str, int], ...] = (
    ("llama.cpp", 8080),
    ("vLLM", 8000),
    ("LM Studio", 1234),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """One place where a model could be, and what is there.

    Attributes:
        adapter: ``ollama``, ``openai`` or ``embedded``.
        where: Base URL, or the folder of the weights.
        answers: Whether a model could be asked there.
        version: Of the server or of xllamacpp, None where it does not say.
        models: Names of the models it has.
        note: Why not, or what to do; empty where all is well.
    """

    adapter: str
    where: str
    answers: bool
    version: str | None
    models: tuple[str, ...]
    note: str


def probe(*, allow_remote: bool = False, timeout_s: float = 1.0) -> tuple[Probe, ...]:
    """Look for every server and for the embedded model; never raises, asks no model anything.

    Args:
        allow_remote: Whether servers that the environment names may be other machines.
        timeout_s: Bound on each question, seconds.

    Returns:
        Ollama, then OpenAI-compatible servers (the one of ``OPENAI_BASE_URL``, and those
        usual ports of this machine where something listens), then the embedded model.
    """
    return (
        _ollama(allow_remote, timeout_s),
        *_openai_servers(allow_remote, timeout_s),
        _embedded(),
    )


def _ollama(allow_remote: bool, timeout_s: float) -> Probe:
    url = law.ollama_url(os.environ.get("OLLAMA_HOST", ""))
    try:
        address = law.checked(url, allow_remote=allow_remote)
    except UsageError as error:
        return Probe("ollama", url, False, None, (), str(error))
    if not _listens(address, timeout_s):
        return Probe("ollama", address.url, False, None, (), "nothing listens; ollama serve")
    from baseline_collector.llm.ollama import Ollama

    server = Ollama(address=address)
    version = server.version(timeout_s=timeout_s)
    if version is None:
        return Probe("ollama", address.url, False, None, (), "does not answer as Ollama does")
    models = server.models(timeout_s=timeout_s)
    note = "" if models else "has no model; ollama pull gemma3:latest"
    return Probe("ollama", address.url, True, version, models, note)


def _openai_servers(allow_remote: bool, timeout_s: float) -> list[Probe]:
    found: list[Probe] = []
    named = os.environ.get("OPENAI_BASE_URL", "")
    if named:
        try:
            address = law.checked(named, allow_remote=allow_remote)
        except UsageError as error:
            # The URL itself may hold credentials, so only the verdict is shown.
            return [Probe("openai", "OPENAI_BASE_URL", False, None, (), error.what)]
        found.append(_openai(address, "OPENAI_BASE_URL", timeout_s))
    for maker, port in USUAL_SERVERS:
        address = law.checked(f"http://127.0.0.1:{port}")
        if _listens(address, timeout_s) and address.url not in {entry.where for entry in found}:
            found.append(_openai(address, f"usual port of {maker}", timeout_s))
    return found


def _openai(address: law.Address, why: str, timeout_s: float) -> Probe:
    if not _listens(address, timeout_s):
        return Probe("openai", address.url, False, None, (), f"{why}: nothing listens")
    from baseline_collector.llm.openai import OpenAICompatible

    try:
        server = OpenAICompatible(address, timeout_s=timeout_s)
    except ModelError:
        return Probe("openai", address.url, False, None, (), f"{why}: lists no model")
    models = server.models(timeout_s=timeout_s)
    return Probe("openai", address.url, True, server.version(timeout_s=timeout_s), models, "")


def _embedded() -> Probe:
    try:
        version = metadata.version("xllamacpp")
    except metadata.PackageNotFoundError:
        version = None
    models = tuple(entry.name for entry in catalogue.available())
    where = str(catalogue.cache_folder())
    note = ""
    if version is None:
        note = 'pip install "baseline-collector[embedded]"'
    elif not models:
        note = f"no weights; baseline models fetch {catalogue.DEFAULT}"
    return Probe("embedded", where, version is not None and bool(models), version, models, note)


def _listens(address: law.Address, timeout_s: float) -> bool:
    try:
        socket.create_connection((address.ip, address.port), timeout_s).close()
    except OSError:
        return False
    return True

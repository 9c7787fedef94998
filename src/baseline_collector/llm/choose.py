"""Which language model writes: the one asked for, or the best one that is there.

Imported by every run, so nothing heavy at the top: adapters, and with them the HTTP
client, are imported only once a server has been found listening.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from baseline_collector.errors import ModelError, UsageError
from baseline_collector.llm import address as law
from baseline_collector.llm import catalogue

if TYPE_CHECKING:
    from baseline_collector.llm.port import LanguageModel

Which = Literal["auto", "ollama", "openai", "embedded", "none"]

LOOK_TIMEOUT_S = 1.0
OLLAMA_MODEL = "gemma3:latest"
OPENAI_URL = "http://127.0.0.1:8080"


def choose(
    which: Which,
    *,
    model: str | None = None,
    url: str | None = None,
    allow_remote: bool = False,
    timeout_s: float = LOOK_TIMEOUT_S,
) -> tuple[LanguageModel | None, str]:
    """Pick the model and say why, in one line.

    ``auto`` is Ollama where it answers within ``timeout_s`` and has the model, else the
    embedded model where its extra is installed and its weights are in the cache, else
    none; a model that is named is that one or none. It never fails because something is
    missing; only a ``url`` given with it that is not allowed is an error. Nothing is downloaded.

    Args:
        which: ``auto``, ``ollama``, ``openai``, ``embedded`` or ``none``.
        model: Ollama or OpenAI: model name. Embedded: name in the catalogue or path of
            a GGUF file. None for the default of each.
        url: Base URL of the server; None for ``OLLAMA_HOST`` or ``OPENAI_BASE_URL``,
            else the usual loopback port.
        allow_remote: Whether the server may be another machine.
        timeout_s: How long to wait for a server to show itself, seconds.

    Returns:
        The model, not started, or None; and the reason as a sentence without a full stop.

    Raises:
        UsageError: The URL is not allowed, or there is no such choice.
        ModelError: The one asked for is not there.
    """
    if which == "none":
        return None, "no model asked for: templates write"
    if which == "auto":
        return _auto(model, url, allow_remote, timeout_s)
    makers: dict[str, Callable[[], tuple[LanguageModel, str]]] = {
        "ollama": lambda: _ollama(model, url, allow_remote, timeout_s),
        "openai": lambda: _openai(model, url, allow_remote, timeout_s),
        "embedded": lambda: _embedded(model),
    }
    if which not in makers:
        raise UsageError(
            "no such kind of model",
            expected="auto, ollama, openai, embedded or none",
            found=repr(which),
        )
    return makers[which]()


def _auto(
    model: str | None, url: str | None, allow_remote: bool, timeout_s: float
) -> tuple[LanguageModel | None, str]:
    tried: list[str] = []
    # A path or a name of the catalogue can only mean the embedded model.
    if model is None or not _means_embedded(model):
        try:
            return _ollama(model, url, allow_remote, timeout_s)
        except ModelError as error:
            tried.append(f"Ollama: {error.what}" + (f" ({error.remedy})" if error.remedy else ""))
        except UsageError as error:
            if url is not None:
                raise
            # OLLAMA_HOST was set for other programs; it must not make this one fail.
            tried.append(f"Ollama: OLLAMA_HOST: {error.what}")
    if tried and model is not None:
        # Another model than the one named is not what was asked for.
        return None, "templates write; " + "; ".join(tried)
    try:
        found, why = _embedded(model)
    except ModelError as error:
        tried.append(f"embedded: {error.what}" + (f" ({error.remedy})" if error.remedy else ""))
        return None, "templates write; " + "; ".join(tried)
    return found, "; ".join([why, *tried])


def _ollama(
    model: str | None, url: str | None, allow_remote: bool, timeout_s: float
) -> tuple[LanguageModel, str]:
    value = url if url is not None else os.environ.get("OLLAMA_HOST", "")
    address = law.checked(law.ollama_url(value), allow_remote=allow_remote)
    _must_listen(address, "ollama serve", timeout_s)
    from baseline_collector.llm.ollama import Ollama, missing_model, same_model

    wanted = model or OLLAMA_MODEL
    found = Ollama(wanted, address=address)
    version = found.version(timeout_s=timeout_s)
    if version is None:
        raise ModelError(
            "what listens there does not answer as Ollama does",
            where=address.url,
            remedy="for other servers pass --llm openai",
        )
    if not any(same_model(name, wanted) for name in found.models(timeout_s=max(timeout_s, 5.0))):
        raise missing_model(wanted, address.url)
    return found, f"Ollama {version} at {address.url} has {wanted}"


def _openai(
    model: str | None, url: str | None, allow_remote: bool, timeout_s: float
) -> tuple[LanguageModel, str]:
    address = law.checked(
        url or os.environ.get("OPENAI_BASE_URL", "") or OPENAI_URL, allow_remote=allow_remote
    )
    _must_listen(address, "start it, or give its URL with --llm-url", timeout_s)
    from baseline_collector.llm.openai import OpenAICompatible

    found = OpenAICompatible(address, model or "")
    return found, f"OpenAI-compatible server at {address.url} has {found.name}"


def _embedded(model: str | None) -> tuple[LanguageModel, str]:
    path, title = _weights(model or catalogue.DEFAULT)
    from baseline_collector.llm.embedded import Embedded

    return Embedded(path, name=title), f"embedded llama.cpp with {path.name}"


def _weights(model: str) -> tuple[Path, str]:
    """Path of a model file and its name in reports; empty for the file's own.

    Raises:
        ModelError: The file, or the weights in the cache, are not there.
        UsageError: The catalogue has no such name.
    """
    if _is_path(model):
        return Path(model).expanduser(), ""
    entry = catalogue.known(model)
    path = catalogue.path_of(entry.name)
    if path is None:
        raise ModelError(
            f"the weights of {entry.name} are not in the cache",
            remedy=f"baseline models fetch {entry.name}",
        )
    return path, entry.title


def _means_embedded(model: str) -> bool:
    return _is_path(model) or any(entry.name == model for entry in catalogue.CATALOGUE)


def _is_path(model: str) -> bool:
    return model.lower().endswith(".gguf")


def _must_listen(address: law.Address, remedy: str, timeout_s: float) -> None:
    """Knock at the port with a bare socket: the usual case is that nobody is there.

    Raises:
        ModelError: Nobody listens.
    """
    try:
        socket.create_connection((address.ip, address.port), timeout_s).close()
    except OSError:
        raise ModelError(
            f"no server answers at {address.url}", where=address.url, remedy=remedy
        ) from None

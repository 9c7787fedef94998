"""Settings: a flag beats an environment variable, which beats a configuration file.

Files: ``baseline.toml`` in the working folder, else ``[tool.baseline]`` of its
``pyproject.toml``. Variables: ``BASELINE_`` and the name of the setting in capitals.
API keys are read from the environment only, where they are used, and never kept here.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from baseline_collector.errors import UsageError
from baseline_collector.plain_file import content

LLM_CHOICES = ("auto", "ollama", "openai", "embedded", "none")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything ``collect`` can be told.

    Attributes:
        roots: Folders and files to collect from; empty for the default ones.
        out: Output folder.
        include: Globs of files to take; empty for all.
        exclude: Globs of files to leave.
        hidden: Whether hidden files count.
        ignored: Whether files named by ignore files count.
        llm: ``auto``, ``ollama``, ``openai``, ``embedded`` or ``none``.
        model: Model name, or path of a GGUF file; empty for the default.
        llm_url: Base URL of the model server; empty for the default.
        llm_timeout_s: Bound on each model call, seconds.
        allow_remote: Whether a model server may be another machine.
        free_writing: Whether a small model may word sentences itself, as large ones do.
        llm_seed: Seed sent with each model call.
        llm_temperature: Temperature sent with each model call.
        persona: File with a persona; empty for the default one.
        redact: Whether secrets and personal paths are masked.
        plugins: Whether readers that other installed packages offer are used.
        rules: Rules switched off and thresholds set, ``RULE=off``, ``RULE.THRESHOLD=NUMBER``; a
            table ``[rules]`` in a file. Those of a file, the environment and the flags add up.
        vocabulary: Spellings of your own, ``SPELLING=METRIC``, and metrics of your own,
            ``metrics.NAME.FIELD=VALUE``; a table ``[vocabulary]`` in a file. They add up like the
            rules.
        max_document_bytes: Largest file that is parsed whole.
        max_stream_bytes: Largest file that is read line by line.
        max_depth: Deepest nesting.
        workers: Processes that read and normalise; 0 to choose by cores and size of the heap.
        cache: Whether files that did not change since the last run into ``out`` are taken
            from its dataset.
        rehash: Whether their contents are compared too, not size, times and inode alone.
    """

    roots: tuple[str, ...] = ()
    out: str = "baseline-report"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hidden: bool = False
    ignored: bool = False
    llm: str = "auto"
    model: str = ""
    llm_url: str = ""
    llm_timeout_s: float = 300.0
    allow_remote: bool = False
    free_writing: bool = False
    llm_seed: int = 42
    llm_temperature: float = 0.0
    persona: str = ""
    redact: bool = True
    plugins: bool = False
    rules: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()
    max_document_bytes: int = 64 * 1024 * 1024
    max_stream_bytes: int = 2 * 1024 * 1024 * 1024
    max_depth: int = 64
    workers: int = 0
    cache: bool = True
    rehash: bool = False


_ADDING = ("rules", "vocabulary")
"""Settings of which every source adds to the others."""


def load(flags: Mapping[str, object], where: Path | None = None,
         environment: Mapping[str, str] | None = None) -> Settings:
    """Put settings together.

    Args:
        flags: What the caller gave; None counts as not given.
        where: Folder to look for configuration files in; the working folder by default.
        environment: Variables; the process's own by default.

    Raises:
        UsageError: A setting is unknown or of the wrong type, naming file and key.
    """
    found: dict[str, object] = {}
    for source, values in (
        *_files(where or Path()),
        ("environment", _variables(os.environ if environment is None else environment)),
        ("flags", {key: value for key, value in flags.items() if value is not None}),
    ):
        for key, value in values.items():
            name, typed = key.replace("-", "_"), _typed(key, value, source)
            before = found.get(name)
            found[name] = (*before, *typed) if name in _ADDING and isinstance(before, tuple) \
                and isinstance(typed, tuple) else typed
    settings = Settings(**found)  # type: ignore[arg-type]  # _typed checked each
    for name in ("max_document_bytes", "max_stream_bytes", "max_depth", "llm_timeout_s"):
        if not getattr(settings, name) > 0:
            raise UsageError(f"setting {name!r} must be above zero",
                             found=repr(getattr(settings, name)))
    if settings.workers < 0:
        raise UsageError("setting 'workers' must not be below zero", found=repr(settings.workers))
    if not settings.out.strip():
        raise UsageError("setting 'out' names no folder", expected="a folder", found="''")
    if settings.llm not in LLM_CHOICES:
        raise UsageError("no such kind of model", expected=", ".join(LLM_CHOICES),
                         found=repr(settings.llm))
    return settings


def _files(folder: Path) -> list[tuple[str, Mapping[str, object]]]:
    own, project = folder / "baseline.toml", folder / "pyproject.toml"
    if own.exists():
        return [(str(own), _toml(own))]
    if project.exists():
        tool = _toml(project).get("tool", {})
        table = tool.get("baseline", {}) if isinstance(tool, dict) else {}
        if isinstance(table, dict) and table:
            return [(str(project), table)]
    return []


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(content(path).decode("utf-8").replace("\r\n", "\n"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"cannot be read: {why}", where=str(path)) from error


def _variables(environment: Mapping[str, str]) -> dict[str, object]:
    names = {f"BASELINE_{field.name.upper()}": field.name for field in fields(Settings)}
    return {names[key]: value for key, value in environment.items() if key in names}


_KINDS = {"tuple[str, ...]": tuple, "str": str, "bool": bool, "int": int, "float": float}
_KIND_WORDS = {tuple: "a list of texts", str: "a text", bool: "true or false",
               int: "a whole number", float: "a number"}
_WORDS = {"true": True, "yes": True, "1": True, "on": True,
          "false": False, "no": False, "0": False, "off": False}


def _typed(key: str, value: object, source: str) -> object:
    kinds = {field.name: _KINDS[str(field.type)] for field in fields(Settings)}
    name = key.replace("-", "_")
    if name not in kinds:
        raise UsageError(f"unknown setting {key!r}", where=source,
                         expected=", ".join(sorted(kinds)))
    kind = kinds[name]
    try:
        return _converted(kind, value)
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(f"setting {key!r} is of the wrong type", where=source,
                         expected=_KIND_WORDS[kind], found=repr(value)) from error


def _flat(table: Mapping[str, object], above: str = "") -> Iterator[str]:
    """A table of settings as texts: ``{"unstable": {"cv": 0.2}}`` is ``unstable.cv=0.2``.

    A list of texts is a text each.
    """
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        elif isinstance(value, bool):
            yield f"{above}{key}={'on' if value else 'off'}"
        elif isinstance(value, str | int | float):
            yield f"{above}{key}={value}"
        elif isinstance(value, list) and all(isinstance(one, str) for one in value):
            yield from (f"{above}{key}={one}" for one in value)
        else:
            raise TypeError


def _converted(kind: type, value: object) -> object:
    if kind is tuple:
        if isinstance(value, Mapping):
            return tuple(_flat(value))
        if isinstance(value, str):
            return tuple(part for part in value.split(os.pathsep) if part)
        if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
            return tuple(value)
        raise TypeError
    if kind is bool:
        return value if isinstance(value, bool) else _WORDS[str(value).lower()]
    if kind is str and not isinstance(value, str):
        raise TypeError
    if isinstance(value, bool) or (kind is int and isinstance(value, float)):
        raise TypeError
    return kind(value)

"""What the keys of known formats mean: one table a format, data that tests can walk.

A format without a table, and keys that its table leaves out, are read by the rules of
``meaning.py``. Tables are listed in ``TABLES`` by the reader's name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module

from baseline_collector.normalise.mappings.entry import OWN_NAME, REST_OF_NAME, Entry, Table
from baseline_collector.paths import join, sense_of, tokens, without_sense

_HOME = {
    "aiperf": "aiperf.TABLE", "asv": "micro.ASV", "baseline-bench": "baseline_run.TABLE",
    "conbench": "micro.CONBENCH",
    "google-benchmark": "micro.GOOGLE", "guidellm": "guidellm.TABLE",
    "hyperfine": "micro.HYPERFINE", "inference-perf": "serving.INFERENCE_PERF",
    "inspect_ai": "evaluations.INSPECT", "llama-bench": "llama_bench.TABLE",
    "llama-benchy": "llama_benchy.TABLE",
    "llm-d-benchmark-report": "serving.LLM_D", "llmperf": "serving.LLMPERF",
    "lm-eval": "evaluations.LM_EVAL", "mlperf-loadgen": "serving.MLPERF",
    "nsight-compute": "nsight_compute.TABLE", "ollama": "ollama.TABLE",
    "pyperf": "micro.PYPERF", "pytest-benchmark": "micro.PYTEST",
    "vllm-bench": "vllm_bench.TABLE",
}


class _Tables(Mapping[str, Table]):
    """The tables by reader; a table is imported when its format is first met."""

    def __getitem__(self, reader: str) -> Table:
        module, name = _HOME[reader].split(".")
        table: Table = getattr(import_module(f"{__name__}.{module}"), name)
        return table

    def __iter__(self) -> Iterator[str]:
        return iter(_HOME)

    def __len__(self) -> int:
        return len(_HOME)


TABLES: Mapping[str, Table] = _Tables()
"""Reader name -> key template -> what it means."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Found:
    """An entry, and the names that its placeholders stood for."""

    entry: Entry
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Pattern:
    names: tuple[str | None, ...]
    sense: str
    entry: Entry


def find(reader: str, key: str) -> Found | None:
    """Look a key up in the table of its format.

    Args:
        reader: Name of the reader.
        key: Template, with its sense where it has one. An entry for the key in this sense
            goes before one for the key alone, an exact one before one with placeholders.
    """
    table = TABLES.get(reader)
    if table is None:
        return None
    bare = without_sense(key)
    exact = table.get(key) or table.get(bare)
    if exact is not None:
        return Found(exact)
    names = tokens(bare)
    sense = sense_of(key)
    for pattern in _patterns(reader).get(len(names), ()):
        if pattern.sense in ("", sense) and (bound := _bound(pattern, names)) is not None:
            return _filled(pattern.entry, bound)
    top = next((one for one in _starts(reader) if bare.startswith(one[0])), None)
    return None if top is None else Found(_own_name(*top, names[-1]))


def _own_name(start: str, entry: Entry, name: str | None) -> Entry:
    """An entry for many names that is to be filed under each name, or what tells it apart."""
    if entry.target == REST_OF_NAME:
        return replace(entry, target=(name or "").removeprefix(start.rpartition(".")[2]))
    return replace(entry, target=name or "") if entry.target == OWN_NAME else entry


def _filled(entry: Entry, bound: dict[str, str]) -> Found:
    """Put what the placeholders stand for where it belongs: into the target, else the context."""
    if entry.scope and _PLACEHOLDER.search(entry.scope):
        entry = replace(entry, scope=_scope(entry.scope, bound))
    if _PLACEHOLDER.fullmatch(entry.target):
        return Found(replace(entry, target=bound[entry.target.strip("{}")]))
    return Found(entry, tuple(item for item in bound.items() if not item[0].startswith("_")))


def _scope(template: str, bound: Mapping[str, str]) -> str:
    """A scope with the names that its placeholders stand for."""
    scope = ""
    for name in tokens(template):
        placeholder = _PLACEHOLDER.fullmatch(name or "")
        scope = f"{scope}[]" if name is None else join(
            scope, bound[placeholder[1]] if placeholder else name)
    return scope


def _bound(pattern: _Pattern, names: list[str | None]) -> dict[str, str] | None:
    """What the placeholders of a pattern stand for, or None where it does not fit."""
    found: dict[str, str] = {}
    for wanted, name in zip(pattern.names, names, strict=True):
        if wanted == name:
            continue
        placeholder = _PLACEHOLDER.fullmatch(wanted or "")
        if placeholder is None or name is None:
            return None
        found[placeholder[1]] = name
    return found


@lru_cache(maxsize=64)
def _starts(reader: str) -> list[tuple[str, Entry]]:
    """Entries for all keys that start alike, the longest start first."""
    found = [(key.rstrip("*"), entry) for key, entry in TABLES[reader].items()
             if key.endswith("*")]
    return sorted(found, key=lambda item: -len(item[0]))


@lru_cache(maxsize=64)
def _patterns(reader: str) -> dict[int, list[_Pattern]]:
    """Entries with placeholders by number of names; those of a sense, then the narrower, first."""
    found: dict[int, list[_Pattern]] = defaultdict(list)
    for key, entry in TABLES[reader].items():
        bare = without_sense(key)
        names = tokens(bare)
        if any(_PLACEHOLDER.fullmatch(name or "") for name in names):
            sense = sense_of(key)
            found[len(names)].append(_Pattern(tuple(names), sense, entry))
    for patterns in found.values():
        patterns.sort(key=lambda pattern: (
            not pattern.sense,
            sum(bool(_PLACEHOLDER.fullmatch(name or "")) for name in pattern.names)))
    return dict(found)

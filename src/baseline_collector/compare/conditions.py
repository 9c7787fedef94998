"""What two groups must share before their numbers may be put side by side.

A group is of one metric, unit and test; beyond that it has conditions. Some of those may
differ and only be noted (the software: comparing two versions is what comparing is for), the
others make a pair unlike.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping

from baseline_collector.errors import UsageError
from baseline_collector.evidence.frame import SIGNALS
from baseline_collector.vocabulary import BY_NAME, PARAMETERS

_LEFT_OUT = frozenset((*SIGNALS, "success_count", "failure_count", "outlier_count", "model_size",
                       "run_duration"))


def directed() -> tuple[str, ...]:
    """Metrics compared unless others are asked for: those with a better direction.

    Left out are sensors, whose readings follow one another too closely to be repetitions, and
    counts.
    """
    return tuple(one.name for one in BY_NAME.values()
                 if one.better != "neither" and one.name not in _LEFT_OUT)


COLUMNS = ("definition", "phase", "model", "quantization", "engine", "device")
"""Columns of the dataset that are conditions as they stand."""

KINDS = ("device", "hardware", "model", "engine", "quantization", "definition", "phase", "prompt",
         "setting")
"""Kinds of conditions that a caller may let differ."""

_STRICT = ("definition", "phase")
_TUNED = frozenset({"seed", "loops", "current_index", "model_filename"})
_HARDWARE = re.compile(
    r"(cpu|gpu)_?(model|info|name|count|brand)|num_(cpus|gpus)|cores|memory_total|^(machine|arch"
    r"|processor|brand_raw|count|physical_|logical_)", re.IGNORECASE)
_UNIQUE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,}",
                     re.IGNORECASE)
_VERSIONED = re.compile(r"(.*\S)[ /-]v?(\d[\w.+-]*)")
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_LONGEST = 60


def conditions_of(parameters: str | None) -> dict[str, str]:
    """Settings of a run as conditions, ``setting NAME`` -> value.

    Left out are the seed, what a tool tunes by itself and what only names one execution.
    """
    return {f"setting {name}": str(value) for name, value in _object(parameters).items()
            if name not in _TUNED and not names_an_execution(str(value))}


def hardware_of(setup: str | None) -> dict[str, str]:
    """The hardware in a recorded environment as conditions, ``hardware NAME`` -> value."""
    return {f"hardware {name}": str(value) for name, value in _object(setup).items()
            if _HARDWARE.search(name)}


def software_of(setup: str | None) -> dict[str, str]:
    """The rest of a recorded environment: may differ, and is then noted."""
    return {name: str(value) for name, value in _object(setup).items()
            if not _HARDWARE.search(name) and not names_an_execution(str(value))}


def engine_and_version(text: str) -> tuple[str, str]:
    """An engine's name and the version behind it, empty for none: ``ollama 0.13``."""
    found = _VERSIONED.fullmatch(text)
    return (found[1], found[2]) if found else (text, "")


def names_an_execution(text: str) -> bool:
    """Whether a text is a UUID or a hash, which is new with each run and says nothing."""
    return _UNIQUE.fullmatch(text.strip()) is not None


def one_line(text: str) -> str:
    """A name from outside on one line, without control characters."""
    return "".join(f"\\x{ord(char):02x}" if unicodedata.category(char) in _HIDDEN else char
                   for char in " ".join(text.split()))


def short(text: str) -> str:
    """A name that can be printed; long texts are cut and still told apart."""
    text = one_line(text)
    if len(text) <= _LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[:_LONGEST - 12].rstrip()}… #{digest}"


def known_to_differ(across: Iterable[str], conditions: Iterable[str]) -> frozenset[str]:
    """What the caller lets differ.

    Args:
        across: Kinds of conditions, or settings by their name.
        conditions: Names of all conditions there are.

    Raises:
        UsageError: One is neither; the message lists those that may differ here.
    """
    names = {name.partition(" ")[2] for name in conditions} - {""}
    for word in across:
        if word not in (*KINDS, *PARAMETERS, *conditions) and word not in names:
            raise UsageError("--across: no such condition", found=repr(word),
                             expected=", ".join((*KINDS, *sorted(names))))
    return frozenset(across)


def crossed(name: str, across: frozenset[str]) -> bool:
    """Whether a condition is one that the caller lets differ, by its name or its kind."""
    kind, _, rest = name.partition(" ")
    return name in across or kind in across or (bool(rest) and rest in across)


def unlike(base: Mapping[str, str], other: Mapping[str, str], across: frozenset[str]
           ) -> dict[str, tuple[str, str]]:
    """Conditions that forbid a comparison: name -> what each side says.

    A definition or phase that only one side states is unlike too: what is not known to be the
    same is not compared. Other conditions must be stated on both sides to contradict.
    """
    names = [name for name in dict.fromkeys((*base, *other)) if not crossed(name, across)]
    return {name: (base.get(name, "not stated"), other.get(name, "not stated")) for name in names
            if base.get(name) != other.get(name)
            and (name in _STRICT or (name in base and name in other))}


def differing(base: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...]:
    """Notes on conditions that differ, or that one side leaves open, one clause each."""
    return tuple(f"{name}: {base.get(name, 'not stated')} / {other.get(name, 'not stated')}"
                 for name in dict.fromkeys((*base, *other)) if base.get(name) != other.get(name))


def _object(text: str | None) -> dict[str, object]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}

"""Neighbours: files beside an artifact that say where and how it was measured.

``system_info.json`` and its like describe the machine and the run for the files of their own
folder and of the folders below it, within one root. What an artifact states itself, a
neighbour never overrides; of two levels the nearer folder speaks; where two neighbours of
one folder contradict each other, neither is used and the column ``origin`` says so.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc

from baseline_collector.listing import Levels, Listing
from baseline_collector.model import Beside
from baseline_collector.naming import parts
from baseline_collector.normalise.context import Said, hear_said
from baseline_collector.normalise.meaning import Meaning, meaning_of
from baseline_collector.paths import names
from baseline_collector.readers.cells import NULL

_SAYS = "info|information|metadata|spec|specs|details|environment|setup"
_ALONE = "machine|environment|hardware|platform|testbed"
_NAME = re.compile(
    r"(?:system|sys|machine|host|hardware|hw|env|environment|run|platform|device|gpu|cpu|bench"
    rf"|benchmark|test)[ ._-]?(?:{_SAYS})|{_ALONE}", re.IGNORECASE)
_SUFFIXES = frozenset({"json", "yaml", "yml"})
_ENDING = rf"(?:{_SAYS}|{_ALONE})\.(?:{'|'.join(sorted(_SUFFIXES))})$"
"""How the names of such files end; cheap to ask of very many."""
_DEVICES = frozenset({"gpu", "gpus", "device", "devices", "accelerator", "accelerators"})
_DEVICE_NAMES = frozenset({"name", "model", "product", "product_name"})
_LARGEST = 1 << 20
"""Bytes of the largest file that describes a machine or run; every one is held at once."""
_HEARD = frozenset({"context", "parameter", "setup", "time"})
_NOT_SHARED = ("prompt", "phase")
"""Columns that belong to one record and that no file can say for another."""


def speaks_for_others(artifact: str) -> bool:
    """Whether a file, by its name, describes the machine or run of the files around it."""
    stem, _, suffix = artifact.rpartition("/")[2].rpartition(".")
    return suffix.lower() in _SUFFIXES and _NAME.fullmatch(stem) is not None


def neighbours_of(artifacts: Listing) -> list[Levels]:
    """The neighbours of every artifact."""
    speakers = _speakers(artifacts)
    by_folder: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at in speakers:
        if artifacts.stamps[at, 0] <= _LARGEST:
            by_folder[artifacts.root(at), _folder(artifacts.names[at])].append(at)
    if not by_folder:
        return [()] * len(artifacts)
    known: dict[tuple[str, str], Levels] = {}
    found = []
    for at, name in enumerate(artifacts.names):
        place = (artifacts.root(at), _folder(name))
        if place not in known:
            known[place] = tuple(tuple(dict.fromkeys(by_folder[place[0], folder]))
                                 for folder in _upwards(place[1], place[0])
                                 if (place[0], folder) in by_folder)
        found.append(known[place])
    for at in speakers:
        found[at] = ()
    return found


def _speakers(artifacts: Listing) -> list[int]:
    """Numbers of the files that speak for others, by name."""
    may = pc.match_substring_regex(artifacts.column, _ENDING, ignore_case=True).to_numpy(
        zero_copy_only=False)
    return [at for at in np.flatnonzero(may).tolist() if speaks_for_others(artifacts.names[at])]


def _folder(artifact: str) -> str:
    return artifact.rpartition("/")[0]


def _upwards(folder: str, root: str) -> list[str]:
    """A folder and those above it, to the root."""
    found = [folder]
    while folder not in (root, "") and "/" in folder:
        folder = _folder(folder)
        found.append(folder)
    return found


def as_neighbour(key: str, reader: str) -> Meaning:
    """What a key of a neighbour says: context as everywhere; all else is about the environment."""
    meaning = meaning_of(key, reader)
    path = [part for name in names(key) for part in ("_".join(parts(name)),)]
    above = path[-2] if len(path) > 1 else ""
    if (above in _DEVICES and path[-1] in _DEVICE_NAMES) or (
            path and path[-1] in ("gpu", "accelerator")):
        return replace(meaning, role="context", target="device", scope="")
    if meaning.role == "context" and above in ("cpu", "processor", "os", "system"):
        return replace(meaning, role="setup", target=f"{above}_{path[-1]}", scope="")
    if meaning.role in _HEARD and meaning.target:
        return replace(meaning, scope="")
    return replace(meaning, role="setup", target=".".join(path) or "value", scope="")


def put_together(levels: Sequence[Sequence[tuple[str, Said]]]) -> Beside:
    """What neighbours say: the nearest folder first, nothing where those of one folder differ.

    Args:
        levels: The neighbours of each folder, nearest first: artifact and what it says.
    """
    if not levels:
        return Beside()
    values: dict[str, str] = {}
    contradicted: dict[str, tuple[str, ...]] = {}
    for level in levels:
        heard: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for artifact, said in level:
            for name, value in _flat(said).items():
                heard[name][value].append(artifact)
        for name, found in heard.items():
            if name in values or name in contradicted:
                continue
            if len(found) > 1:
                contradicted[name] = tuple(sorted(one for who in found.values() for one in who))
            else:
                values[name] = next(iter(found))

    def below(group: str) -> tuple[tuple[str, str], ...]:
        return tuple((name.removeprefix(group), value) for name, value in values.items()
                     if name.startswith(group))

    return Beside(below("plain."), below("parameters."), below("setup."),
                  tuple((name.removeprefix("plain."), who) for name, who in contradicted.items()),
                  tuple(artifact for level in levels for artifact, _ in level))


def _flat(said: Said) -> dict[str, str]:
    return ({f"plain.{name}": value for name, value in said.plain.items()
             if name not in _NOT_SHARED}
            | {f"parameters.{name}": value for name, value in said.parameters.items()}
            | {f"setup.{name}": value for name, value in said.setup.items()})


def hear_neighbour(said: Said, key: str, reader: str, kind: int, raw: str,
                   value: float | None) -> None:
    """Take in one leaf of a neighbour."""
    if kind != NULL and raw.strip():
        hear_said(said, as_neighbour(key, reader), kind, raw, value)

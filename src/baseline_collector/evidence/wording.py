"""What a group is about, in words with names in slots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from baseline_collector.evidence.arrays import Bools, Ints
from baseline_collector.evidence.book import Book
from baseline_collector.evidence.groups import Group, Groups, shortened
from baseline_collector.evidence.settings import configuration, settings_of


def describe(book: Book, group: Group) -> str:
    """What a group is about, in words with names in slots."""
    metric = str(group.name("metric")).replace("_", " ")
    parts = [metric]
    if group.name("definition") == "words":
        parts.append("(counted in words)")
    phase = group.name("phase")
    if phase is not None:
        word = phase if phase in _PHASES else book.name("phase", phase)
        parts.append(f"of {word} calls")
    model = group.name("model")
    if model is not None:
        parts.append(f"of {book.name('model', model)}")
    parts += _kinds(book, group, model or "")
    settings = group.settings
    if settings:
        parts.append(f"with {book.name('configuration', configuration(settings))}")
    device = group.name("device")
    if device is not None:
        parts.append(f"on {book.name('device', device)}")
    parts += _subjects(book, group)
    place = group.place
    if place is not None:
        parts.append(f"as {book.name('key', place)}")
    artifacts = group.artifacts
    if len(artifacts) == 1:
        parts.append(f"in {book.name('artifact', artifacts[0])}")
    elif len(artifacts) > 1:
        parts.append("across files")
    return " ".join(parts)


_PHASES = ("cold", "warm", "cached")


def _kinds(book: Book, group: Group, model: str) -> list[str]:
    """Quantization and engine, where the model's name and the heap leave them open."""
    quantization, engine = group.name("quantization"), group.name("engine")
    found = []
    if quantization is not None and quantization.lower() not in model.lower():
        found.append(f"({book.name('quantization', quantization)})")
    if engine is not None and len(group.frame.column("engine").names) > 2:
        found.append(f"through {book.name('engine', engine)}")
    return found


def _subjects(book: Book, group: Group) -> list[str]:
    """Prompt and test, or that they differ from value to value."""
    found = []
    for kind, names in (("prompt", group.prompts), ("test", group.tests)):
        if len(names) > 1:
            found.append(f"over different {kind}s")
        elif names[0] is not None:
            found.append(f"for {kind} {book.name(kind, names[0])}")
    return found


def enter_names(book: Book, groups: Groups, statistics: Sequence[tuple[str, Bools]]) -> None:
    """Enter every name that the facts of groups speak of, group by group, each once.

    Args:
        book: Where they are entered.
        groups: What the facts are about.
        statistics: Those that are told by name, and of which groups.
    """
    first: dict[tuple[str, str], tuple[int, int]] = {}
    one = np.zeros(len(groups), np.int64)
    told: Iterable[Named] = (("statistic", [name], one, said) for name, said in statistics)
    for order, (kind, texts, codes, said) in enumerate(chain(_named(groups), told)):
        known, at = np.unique(codes[said], return_index=True)
        places = np.flatnonzero(said)[at].tolist()
        for code, place in zip(known.tolist(), places, strict=True):
            text = texts[code]
            if text is not None:
                first.setdefault((kind, text), (place, order))
    for kind, text in sorted(first, key=first.__getitem__):
        book.name(kind, text)


Named = tuple[str, Sequence[str | None], Ints, Bools]
"""A kind of names, the texts, a code a group, and which groups say it."""


def _named(groups: Groups) -> Iterator[Named]:
    """The kinds of names in the order in which ``describe`` says them, then those of scopes."""
    column, every = groups.frame.column, np.ones(len(groups), bool)
    for kind in ("model", "quantization", "engine"):
        yield kind, column(kind).names, groups.codes(kind), every
    settings = [configuration(known) if (known := settings_of(text)) else None
                for text in column("parameters").names]
    yield "configuration", settings, groups.codes("parameters"), every
    yield "device", column("device").names, groups.codes("device"), every
    for kind, names in (("prompt", list(map(shortened, column("prompt").names))),
                        ("test", column("run").names)):
        several = groups.mixed(kind)
        yield kind, names, groups.codes(kind), ~several
        yield kind, ["several"], np.zeros(len(groups), np.int64), several
    places = [groups[at].place for at in np.flatnonzero(groups.apart).tolist()]
    yield "key", places, np.cumsum(groups.apart) - 1, groups.apart
    yield "artifact", column("artifact").names, groups.codes("artifact"), groups.alone
    for kind in ("definition", "phase"):
        yield kind, column(kind).names, groups.codes(kind), every

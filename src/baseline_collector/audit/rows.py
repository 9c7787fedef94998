"""Rows of the dataset that a subject can mean, and the query that selects them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from baseline_collector.audit.bind import Subject
from baseline_collector.audit.index import Index, Mask

QUOTES = frozenset({"markdown", "text"})
"""Types of file that quote measurements of others; their values count where they are named."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows and the conditions that select them.

    Attributes:
        mask: The rows.
        where: Conditions over the table of measurements.
        words: The same for people; empty for the whole heap.
        narrow: Whether a model, file or setting limits them.
        firm: Whether what limits them stands beside the claim.
    """

    mask: Mask
    where: tuple[str, ...]
    words: str
    narrow: bool
    firm: bool

    @property
    def sql(self) -> str:
        """The conditions as one text."""
        return " AND ".join(self.where) or "true"


def selections(subject: Subject, index: Index) -> Iterator[Selection]:
    """Yield what a subject can mean, the closest reading first.

    Args:
        subject: What a claim is about.
        index: The dataset.
    """
    base, where = _named(subject, index)
    bare = replace(subject, files=frozenset(), file_words="")
    if subject.files and subject.models and not _together(base, subject, index):
        subject = bare  # a model and a file that have nothing in common: the model is what counts
        subject.firm = False
    base, where, limits = _limited(base, where, subject, index)
    models: tuple[frozenset[str] | None, ...] = subject.models or (None,)
    narrow = bool(subject.models or subject.files or limits)
    for names in models:
        mask, terms = base, where
        if names is not None:
            mask = mask & index.column("model").where(names)
            terms = (*terms, f"model IN ({listed(names)})")
        words = ", ".join(filter(None, (subject.model_words, subject.file_words, *limits)))
        yield Selection(mask, terms, words, narrow, subject.firm)


def _together(mask: Mask, subject: Subject, index: Index) -> bool:
    files = mask & index.in_files(subject.files)
    return any((files & index.column("model").where(names)).any() for names in subject.models)


def _named(subject: Subject, index: Index) -> tuple[Mask, tuple[str, ...]]:
    """Rows of the key or of the metrics."""
    if subject.key is None:
        mask = index.column("metric").where(subject.metrics)
        quoting = subject.kind in QUOTES or bool(subject.files)
        if quoting:
            return mask, (f"metric IN ({listed(subject.metrics)})",)
        return mask & ~index.kind.where(QUOTES), (
            f"metric IN ({listed(subject.metrics)})", "format <> 'generic-markdown'")
    key = subject.key
    names = [index.column("key").names[code] for code in sorted(key.codes)]
    mask = index.column("key").where(names)
    where: tuple[str, ...] = (f"key IN ({listed(names)})",)
    if key.place:
        paths = index.column("path")
        fitting = [path for path in paths.names if path.endswith(key.place)]
        mask = mask & paths.where(fitting)
        where = (*where, f"ends_with(path, {quoted(key.place)})")
    return mask, where


def _limited(mask: Mask, where: tuple[str, ...], subject: Subject, index: Index
             ) -> tuple[Mask, tuple[str, ...], tuple[str, ...]]:
    kinds = subject.key.kinds if subject.key and subject.key.kinds else (
        frozenset({subject.kind}) if subject.kind else frozenset())
    limits: list[str] = []
    if kinds and not subject.files:
        mask = mask & index.kind.where(kinds)
        where = (*where, "artifact IN (SELECT artifact FROM artifacts "
                         f"WHERE kind IN ({listed(kinds)}))")
    if subject.files:
        mask = mask & index.in_files(subject.files)
        where = (*where, f"artifact IN ({listed(subject.files)})")
    for name, value in subject.settings:
        codes = [text for text, held in zip(index.column("parameters").names, index.settings,
                                            strict=True) if _equal(held.get(name), value)]
        if codes:
            mask = mask & index.column("parameters").where(codes)
            where = (*where, f"json_extract_string(parameters, '$.{name}') = {quoted(value)}")
            limits.append(f"{name}={value}")
    if subject.device and (mask & index.column("device").where(subject.device)).any():
        mask = mask & index.column("device").where(subject.device)
        where = (*where, f"device IN ({listed(subject.device)})")
        limits.append(", ".join(sorted(subject.device)))
    if subject.phase:
        mask = mask & index.column("phase").where({subject.phase})
        where = (*where, f"phase = {quoted(subject.phase)}")
        limits.append(subject.phase)
    return mask, where, tuple(limits)


def _equal(held: str | None, said: str) -> bool:
    if held is None:
        return False
    try:
        return float(held) == float(said)
    except ValueError:
        return held.lower() == said.lower()


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def listed(names: frozenset[str] | list[str]) -> str:
    """Texts as SQL literals, in order."""
    return ", ".join(quoted(name) for name in sorted(names))


def numbers(mask: Mask) -> list[int]:
    """Row numbers of a mask."""
    return [int(row) for row in np.flatnonzero(mask)]

"""Rows of the dataset that a subject can mean, and the query that selects them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from baseline_collector.audit.codes import Mask
from baseline_collector.audit.index import Index
from baseline_collector.audit.subject import Subject
from baseline_collector.paths import tokens

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
        clash: Whether a model and a file are named that have nothing in common.
        parts: What the text further limits them to, and whether its sentence or row says so.
    """

    mask: Mask
    where: tuple[str, ...]
    words: str
    narrow: bool
    firm: bool
    clash: bool = False
    parts: tuple[tuple[str, bool], ...] = ()

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
    subject = _without_void(base, subject, index)
    if subject.files and subject.models and not _together(base, subject, index):
        yield from (replace(one, firm=False, clash=True) for part in (
            replace(subject, models=(), model_words=""),
            replace(subject, files=frozenset(), file_words="")) for one in selections(part, index))
        return
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


def _without_void(base: Mask, subject: Subject, index: Index) -> Subject:
    """Leave out what only the lines above name, where nothing there is what the claim speaks of."""
    if subject.models and not subject.model_beside and not _together(base, subject, index):
        subject = replace(subject, models=(), model_words="", firm=subject.file_beside)
    if subject.files and subject.model_beside and not subject.file_beside and not _together(
            base, subject, index):
        subject = replace(subject, files=frozenset(), file_words="", firm=False)
    if subject.files and not subject.file_beside and not (
            base & index.in_files(subject.files)).any():
        subject = replace(subject, files=frozenset(), file_words="", firm=False)
    return subject


def _together(mask: Mask, subject: Subject, index: Index) -> bool:
    files = mask & index.in_files(subject.files) if subject.files else mask
    return any((files & index.column("model").where(names)).any() for names in subject.models)


def _named(subject: Subject, index: Index) -> tuple[Mask, tuple[str, ...]]:
    """Rows of the key or of the metrics."""
    if subject.key is None:
        mask = index.column("metric").where(subject.metrics)
        quoting = subject.kind in QUOTES or bool(subject.files)
        if quoting:
            return mask, (f"metric IN ({listed(subject.metrics)})",)
        return mask & ~index.column("format").where({"generic-markdown"}), (
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
        stated = mask & index.column("parameters").where(codes)
        if codes and stated.any():
            mask = stated
            where = (*where, f"json_extract_string(parameters, '$.{name}') = {quoted(value)}")
            limits.append(f"{name}={value}")
        elif codes:
            mask, term = _beside(mask, name, value, index)
            where, limits = (*where, term), [*limits, f"{name}={value}"]
    if subject.device and (mask & index.column("device").where(subject.device)).any():
        mask = mask & index.column("device").where(subject.device)
        where = (*where, f"device IN ({listed(subject.device)})")
        limits.append(", ".join(sorted(subject.device)))
    if subject.phase:
        mask = mask & index.column("phase").where({subject.phase})
        where = (*where, f"phase = {quoted(subject.phase)}")
        limits.append(subject.phase)
    return mask, where, tuple(limits)


def _beside(mask: Mask, name: str, value: str, index: Index) -> tuple[Mask, str]:
    """Rows of the records that hold a setting as a value of its own."""
    keys, artifact = index.column("key"), index.column("artifact").codes
    named = keys.where(key for key in keys.names if tokens(key)[-1:] == [name])
    rows = [row for row in np.flatnonzero(named).tolist()
            if _equal(index.text("raw", row), value)]
    records = {(int(artifact[row]), int(index.record[row])) for row in rows}
    held = np.array([pair in records for pair in zip(artifact.tolist(), index.record.tolist(),
                                                     strict=True)], bool)
    return mask & held, (
        "(artifact, record) IN (SELECT (artifact, record) FROM measurements WHERE "
        f"(key = {quoted(name)} OR ends_with(key, {quoted('.' + name)})) "
        f"AND raw = {quoted(value)})")


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

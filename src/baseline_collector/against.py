"""Reports held against data: a dataset, folders, single files, or the files that a report names."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from baseline_collector.audit import Audit, Tables, audit, open_index
from baseline_collector.config import Settings
from baseline_collector.dataset import MEASUREMENTS, Dataset
from baseline_collector.errors import ReadError, UsageError
from baseline_collector.plain_file import content
from baseline_collector.readers.encoding import decode

if TYPE_CHECKING:
    from baseline_collector.ingest import Collected

MOST_EVIDENCE_BYTES = 64 * 1024 * 1024
"""Largest part of an artifact that is read again for evidence."""

MOST_NAMED = 1000
"""Most files that a report may name to be held against."""

_MARKED = re.compile(r"`+([^`\n]{1,400})`+")
_WORD = re.compile(r"[^\s`\"'()<>|,;*\[\]]{3,400}")


def check(report: Path, against: Sequence[Path], settings: Settings) -> tuple[Audit, str]:
    """Audit a report.

    Args:
        report: Markdown, HTML or plain text, also text that came out of a PDF.
        against: One output folder of ``collect`` or its dataset; or folders and files of
            artifacts, which are then read as ``collect`` would, in memory; or nothing, for the
            files that the report names, from here or from where it lies.
        settings: Limits and which files count.

    Returns:
        The audit and the text it is about.

    Raises:
        UsageError: The report or what it is held against is not there.
        DatasetError: The dataset is broken or of an unknown version.
    """
    text = _text(report)
    chosen = held_against(report, against)
    index = open_index(tables(chosen, replace(settings, redact=False)), raw_text(chosen[0]),
                       run=run_record(chosen[0]))
    return audit(text, index, name=str(report), today=datetime.now(UTC).date()), text


def held_against(report: Path, against: Sequence[Path]) -> list[Path]:
    """What a report is held against: what is said, else the files that it names.

    Raises:
        UsageError: Nothing is said and it names none, or it cannot be read.
    """
    chosen = list(against) or list(_named(_text(report), report))
    if not chosen:
        raise UsageError("it names no file that is here", where=str(report),
                         remedy="say what to hold it against: --against DIR")
    return chosen


def holds(path: Path, chosen: Sequence[Path]) -> bool:
    """Whether a path lies in what a report is held against, or is an artifact of the dataset."""
    real = path.resolve()
    folders = [one.resolve() for one in chosen]
    if any(real == folder or folder in real.parents for folder in folders):
        return True
    if not Dataset.lies_in(chosen[0]):
        return False
    names = Dataset(chosen[0]).table("artifacts", ["artifact"]).column(0).to_pylist()
    return any(os.path.normpath(place.resolve() / name) == str(real)
               for place in _places(chosen[0]) for name in names)


def tables(chosen: Sequence[Path], settings: Settings) -> Tables:
    """The tables of a dataset; of folders and files, those that collecting would give.

    Raises:
        UsageError: A dataset stands among others, or a path is not there.
        DatasetError: The dataset is broken or of an unknown version.
    """
    if len(chosen) == 1 and Dataset.is_meant_by(chosen[0]):
        return Dataset(chosen[0])
    mixed = next((one for one in chosen if Dataset.is_meant_by(one)), None)
    if mixed is not None:
        raise UsageError("a dataset is held against alone", where=str(mixed),
                         remedy="name the dataset, or folders and files of artifacts")
    from baseline_collector.discover import Selection, discover  # a dataset needs none
    from baseline_collector.ingest import ingest
    from baseline_collector.journal import Journal

    found = discover([str(one) for one in chosen], Selection(
        settings.include, settings.exclude, settings.hidden, settings.ignored))
    with TemporaryDirectory() as aside:
        return InMemory(ingest(found, settings, Path(aside), Journal(str)))


def _text(report: Path) -> str:
    try:
        data = content(report)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(report),
                         expected="a file") from error
    if data.startswith(b"%PDF-"):
        raise UsageError("a PDF is not read, its text is", where=str(report),
                         expected="Markdown, HTML or text",
                         remedy=f"pdftotext -layout {report.name} report.txt, then audit that")
    return data.decode("utf-8-sig", "replace")


def _named(text: str, report: Path) -> Iterator[Path]:
    """The files that a report names, in its order, where they are below here or beside it."""
    words = (match[match.lastindex or 0].strip().rstrip(".:") for pattern in (_MARKED, _WORD)
             for match in pattern.finditer(text))
    found: set[Path] = {report.resolve()}
    for word in dict.fromkeys(words):
        if not ("/" in word or "." in word) or PurePosixPath(word).is_absolute() \
                or ".." in PurePosixPath(word).parts or len(found) > MOST_NAMED:
            continue
        for place in (Path(word), report.parent / word):
            if _is_file(place) and place.resolve() not in found:
                found.add(place.resolve())
                yield place
                break


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # no name that a file can have
        return False


class InMemory:
    """Tables of a heap that was read and normalised, not stored."""

    def __init__(self, collected: Collected) -> None:
        from baseline_collector.publish import artifacts_table  # a dataset needs none
        from baseline_collector.spool import joined

        self._tables = {"artifacts": artifacts_table(collected),
                        "measurements": joined([MEASUREMENTS.empty_table(), *collected.tables()])}

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """One table; see ``dataset.Dataset.table``."""
        table = self._tables[name]
        return table if columns is None else table.select(columns)


class Staged:
    """Tables of a dataset that was just written, the measurements from memory where whole."""

    def __init__(self, folder: Path, measurements: pa.Table) -> None:
        self._folder = folder
        self._whole = measurements if "raw" in measurements.column_names else None

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """One table; see ``dataset.Dataset.table``."""
        if name == "measurements" and self._whole is not None:
            return self._whole if columns is None else self._whole.select(columns)
        return pq.read_table(self._folder / f"{name}.parquet", columns=columns)


def run_record(against: Path) -> Callable[[], Mapping[str, object] | None]:
    """Return what reads the record of the run that made a dataset, from beside it.

    Args:
        against: The output folder or its dataset.
    """
    def read() -> Mapping[str, object] | None:
        for folder in (against, against.parent):
            try:
                record = json.loads(content(folder / "report.json"))
            except (OSError, ValueError):
                continue
            if isinstance(record, dict) and str(record.get("schema", "")).startswith(_OURS):
                told = record.get("narrative") or {}
                sentences = {"printed": told.get("accepted"),
                             "refused": len(told.get("rejected") or ())}
                skipped = Counter(one["reason"] for one in
                                  (record.get("inventory") or {}).get("skipped") or ())
                further = [one["count"] for section in told.get("sections") or ()
                           for one in section.get("left_out") or ()]
                return {name: record.get(name) for name in _RECORDED} | {
                    "sentences": sentences, "skipped": dict(skipped), "further": further}
        return None

    return read


_RECORDED = ("generated_at", "agent", "timing", "llm", "rules_changed")
_OURS = "baseline-collector/report/"


def raw_text(against: Path) -> Callable[[str], str | None]:
    """Return what reads an artifact by its name: from here, or from beside the dataset.

    Args:
        against: The dataset or folder that names the artifacts.
    """
    places = _places(against)

    def read(artifact: str) -> str | None:
        for place in places:
            path = place / artifact
            try:
                if path.is_file() and not path.is_symlink():
                    return decode(content(path, MOST_EVIDENCE_BYTES)).text
            except (OSError, ReadError):
                continue
        return None

    return read


def _places(against: Path) -> tuple[Path, ...]:
    """Where the names of artifacts may start from: here, or beside the dataset."""
    return Path(), against.parent, against.parent.parent

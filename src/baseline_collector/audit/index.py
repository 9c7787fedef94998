"""The dataset as the judge looks at it: files, columns by code, keys and models by name."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from baseline_collector import units
from baseline_collector.audit.codes import Codes, Floats, Mask, coded, codes_in, whole
from baseline_collector.audit.spelled import plain, spelled
from baseline_collector.naming import parts as name_parts
from baseline_collector.paths import tokens

if TYPE_CHECKING:
    from baseline_collector.audit.known import Known

Read: TypeAlias = Callable[[str], str | None]
"""Artifact name -> its text, or None where it is not at hand."""

_Made = TypeVar("_Made")
_MOST_KEPT = 1000
"""Most things that are kept because they may be asked for again."""

_PREFIX = re.compile(r"(csv|jsonl|json|markdown|md|txt)_(.+)", re.I)
_LETTERS = re.compile(r"[A-Za-z]+")
_INDEX = re.compile(r"\[\d+\]")
_FAMILY_NAME = re.compile(r"[a-z]{4,}(?![a-z])")
_FAMILY = re.compile(r"([a-z]{3,})(\d+(?:\.\d+)?)")
_COMMON_KINDS = frozenset({"json", "jsonl", "csv", "markdown", "yaml", "xml", "html", "parquet",
                           "text", "log", "none", "other", "unknown"})
_KIND_NAMES = {"md": "markdown", "txt": "text", "yml": "yaml", "htm": "html"}


class Tables(Protocol):
    """What gives tables by name, such as an open dataset."""

    def table(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """One table."""


@dataclass(frozen=True, slots=True)
class File:
    """One artifact as the inventory lists it."""

    artifact: str
    root: str
    kind: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Key:
    """A key as a report names it, found in the dataset.

    Attributes:
        label: As the report spells it.
        codes: Keys of the dataset that it can mean.
        kinds: Types of file that its prefix limits it to; empty for none.
        place: Path with indices that its values must end in; empty for any.
    """

    label: str
    codes: frozenset[int]
    kinds: frozenset[str]
    place: str


class Index:
    """A dataset opened for judging."""

    def __init__(self, artifacts: pa.Table, measurements: pa.Table, read: Read,
                 known: Callable[[Index], Known | None] = lambda _: None,
                 run: Callable[[], Mapping[str, object] | None] = lambda: None) -> None:
        self.read = read
        self._table = self.measurements = measurements
        self.artifacts = artifacts
        self._known = known
        self._run = run
        self._columns: dict[str, Codes] = {}
        self._made: dict[tuple[str, bytes], Any] = {}
        self._few = frozenset(field.name for field in measurements.schema
                              if pa.types.is_dictionary(field.type))
        self.files = tuple(_files(artifacts))
        self.count = measurements.num_rows

    def column(self, name: str) -> Codes:
        """A text column as codes."""
        if name not in self._columns:
            self._columns[name] = coded(self._table.column(name))
        return self._columns[name]

    def once(self, what: str, rows: Mask, make: Callable[[], _Made]) -> _Made:
        """What is made of some rows and of no text, kept for the next that ask for the same.

        Args:
            what: What sort of thing.
            rows: The rows it is made of.
            make: Makes it.
        """
        key = what, blake2b(rows.tobytes(), digest_size=16).digest()
        if key not in self._made:
            if len(self._made) >= _MOST_KEPT:
                self._made.clear()
            self._made[key] = make()
        found: _Made = self._made[key]
        return found

    @cached_property
    def known(self) -> Known | None:
        """What the dataset words about itself, where it holds facts."""
        return self._known(self)

    @cached_property
    def _names(self) -> frozenset[str]:
        found = {spelled(name) for column in ("model", "prompt", "artifact")
                 for name in self.column(column).names}
        return self.known.names | found if self.known else frozenset(found)

    def named(self, text: str) -> bool:
        """Whether a text in code marks is a name that the dataset holds."""
        return plain(text) in self._names

    @cached_property
    def run(self) -> Mapping[str, object] | None:
        """The record of the run that made the dataset, where it is at hand."""
        return self._run()

    @cached_property
    def copies(self) -> Mapping[str, str]:
        """Artifacts that hold the content of another, which was read instead."""
        if "duplicate_of" not in self.artifacts.column_names:
            return {}
        names, kept = (self.artifacts.column(name).to_pylist()
                       for name in ("artifact", "duplicate_of"))
        return {name: other for name, other in zip(names, kept, strict=True) if other}

    def in_files(self, names: Iterable[str]) -> Mask:
        """Rows of some artifacts; a copy stands for what was read instead of it."""
        return self.column("artifact").where(self.copies.get(name, name) for name in names)

    def of_artifacts(self, name: str) -> Codes:
        """A text column of the artifacts as codes."""
        return coded(self.artifacts.column(name))

    @cached_property
    def repetitions(self) -> NDArray[np.int64]:
        """Repetitions behind each value as its artifact states them; 0 where it does not."""
        return whole(self._table.column("n"), 0)

    @cached_property
    def value(self) -> Floats:
        """Values in canonical units; NaN where there is none."""
        column: Any = self._table.column("value")
        return np.asarray(column.to_numpy(), np.float64)

    @cached_property
    def counted(self) -> Mask:
        """Rows that statistics may use."""
        return np.asarray(self._table.column("counted").to_numpy(), bool)

    @cached_property
    def record(self) -> NDArray[np.int64]:
        """Number of the record a row stands in; -1 at the top of its file."""
        return whole(self._table.column("record"), -1)

    @cached_property
    def by_record(self) -> dict[str, dict[tuple[int, int], float]]:
        """Output tokens and evaluation times by artifact and record, for rates of totals."""
        artifact = self.column("artifact").codes
        found: dict[str, dict[tuple[int, int], float]] = {}
        for metric in ("output_tokens", "eval_duration"):
            rows = np.flatnonzero(self.column("metric").where({metric})
                                  & self.column("statistic").where({"sample"}))
            found[metric] = {(int(artifact[row]), int(self.record[row])): float(self.value[row])
                             for row in rows.tolist()}
        return found

    @cached_property
    def kind(self) -> Codes:
        """Type of the file a row stands in."""
        artifact = self.column("artifact")
        kinds = sorted({file.kind for file in self.files})
        of = {file.artifact: kinds.index(file.kind) for file in self.files}
        lookup = np.array([of.get(name, -1) for name in artifact.names] or [-1], np.int64)
        return Codes(lookup[artifact.codes], kinds)

    @cached_property
    def file_words(self) -> Mapping[str, frozenset[str]]:
        """Artifacts by the words that their names are made of, as these are spelled."""
        found: dict[str, set[str]] = defaultdict(set)
        for file in self.files:
            for word in _LETTERS.findall(file.artifact.rpartition(".")[0]):
                found[word].add(file.artifact)
        return {word: frozenset(names) for word, names in found.items()}

    @cached_property
    def rare_kinds(self) -> frozenset[str]:
        """Types of file by their endings that are no words of the language of reports."""
        return frozenset(file.kind for file in self.files) - _COMMON_KINDS

    @cached_property
    def written(self) -> Floats:
        """The numbers as they stand in the files, without their units."""
        return np.array([plain_number(text) for text in self._table.column("raw").to_pylist()])

    def text(self, name: str, row: int) -> str:
        """A text of one row; empty for null."""
        if name in self._few:
            held = self.column(name)
            code = int(held.codes[row])
            return held.names[code] if code >= 0 else ""
        return str(self._table.column(name)[row].as_py() or "")

    def unit(self, row: int) -> units.Unit | None:
        """Canonical unit of a row."""
        symbol = self.text("unit", row)
        return units.unit(symbol) if symbol and units.recognise(symbol) else None

    @cached_property
    def settings(self) -> list[dict[str, str]]:
        """Settings behind each code of the column of parameters."""
        return [{str(name): str(value) for name, value in json.loads(text).items()}
                for text in self.column("parameters").names]

    @cached_property
    def setting_names(self) -> frozenset[str]:
        """Names of all settings of runs."""
        return frozenset(name for held in self.settings for name in held)

    @cached_property
    def backends(self) -> tuple[str, ...]:
        """Backends that runs name; reports name them without saying backend."""
        found = {held["backend"] for held in self.settings if "backend" in held}
        return tuple(sorted(name for name in found if len(name) > 2 and name[0].isalpha()))

    @cached_property
    def _keys(self) -> tuple[dict[str, list[int]], list[list[str]]]:
        names = [[part for part in tokens(key) if part] for key in self.column("key").names]
        last: dict[str, list[int]] = defaultdict(list)
        for code, parts in enumerate(names):
            if parts:
                last[parts[-1]].append(code)
                bare, _, more = parts[-1].partition(",")
                if more:  # lm-eval writes the filter behind the name: acc,none
                    last["\0," + bare].append(code)
                if parts[-1] != parts[-1].lower():
                    last["\0" + parts[-1].lower()].append(code)
        return last, names

    @cached_property
    def path_names(self) -> frozenset[str]:
        """Names that keys have before their last: of kernels, of tests, of groups."""
        return frozenset(part for parts in self._keys[1] for part in parts[:-1])

    def key(self, label: str) -> Key | None:
        """Find the keys a report may mean by a label; exact spelling first, then any case."""
        found = self._key_codes(label)
        if found:
            place = label if _INDEX.search(label) else ""
            return Key(label, frozenset(found), frozenset(), place)
        prefix = _PREFIX.fullmatch(label)
        if prefix:
            found = self._key_codes(prefix[2])
            kind = prefix[1].lower()
            if found:
                return Key(label, frozenset(found), frozenset({kind_named(kind)}), "")
        return None

    def _key_codes(self, label: str) -> list[int]:
        parts = [part for part in tokens(label) if part and not part.isdigit()]
        if not parts or not parts[-1]:
            return []
        last, names = self._keys
        exact = [code for code in last.get(parts[-1], ()) if names[code][-len(parts):] == parts]
        exact += [code for code in last.get("\0," + parts[-1], ())
                  if names[code][-len(parts):-1] == parts[:-1]]
        if exact:
            return exact
        lower = [part.lower() for part in parts]
        folded = [*last.get("\0" + lower[-1], ()), *last.get(lower[-1], ())]
        return [code for code in folded
                if [part.lower() for part in names[code][-len(parts):]] == lower]

    def key_of_word(self, word: str, files: Iterable[str]) -> Key | None:
        """The keys of some files whose last name is a word or has it as a part."""
        column = self.column("key")
        stem = word.removesuffix("s")
        found = frozenset(code for code in codes_in(column.codes[self.in_files(files)])
                          if stem in {part.removesuffix("s") for part in name_parts(
                              str((tokens(column.names[code]) or [""])[-1]))})
        return Key(word, found, frozenset(), "") if found else None

    @cached_property
    def _models(self) -> list[tuple[str, frozenset[str]]]:
        return [(name, frozenset(model_parts(name))) for name in self.column("model").names]

    @cached_property
    def model_words(self) -> frozenset[str]:
        """Parts of names of models: what words that name one are made of."""
        return frozenset(part for _, parts in self._models for part in parts)

    @cached_property
    def families(self) -> frozenset[str]:
        """Words that names of models begin with, each of one model: it alone is called so."""
        first = Counter(match[0] for name, _ in self._models
                        if (match := _FAMILY_NAME.match(name.rpartition("/")[2].lower())))
        return frozenset(word for word, count in first.items() if count == 1)

    def models(self, phrase: str) -> tuple[frozenset[str], ...]:
        """What a phrase can mean: the models of exactly this name, those it is part of."""
        bare = phrase.strip().lower()
        exact = frozenset(name for name, _ in self._models if name.lower() == bare)
        wanted = frozenset(model_parts(phrase))
        wider = frozenset(name for name, parts in self._models if wanted and wanted <= parts)
        return tuple(found for found in dict.fromkeys((exact, wider)) if found)


def model_parts(name: str) -> list[str]:
    """Parts of a model's name: ``gemma3:1b-it-qat`` -> gemma3, gemma, 3, 1b, it, qat."""
    found: list[str] = []
    for word in re.split(r"[^a-z0-9._]+", name.lower()):
        found.append(word)
        family = _FAMILY.fullmatch(word)
        if family:
            found += [family[1], family[2]]
    return [part for part in found if part]


def kind_named(name: str) -> str:
    """The type of file a word or an ending names."""
    return _KIND_NAMES.get(name.lower(), name.lower())


def _files(artifacts: pa.Table) -> Iterable[File]:
    for row in artifacts.select(["artifact", "root", "kind", "size", "modified"]).to_pylist():
        modified = row["modified"]
        if modified.tzinfo is None:
            modified = modified.replace(tzinfo=UTC)
        yield File(row["artifact"], row["root"], row["kind"], row["size"],
                   modified.astimezone(UTC))


_LEADING = re.compile(r"\s*[~≈<>≤≥]?\s*([-+−]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?)")


def plain_number(text: str) -> float:
    """The number a text begins with; NaN where there is none."""
    try:
        return float(text)
    except ValueError:
        match = _LEADING.match(text)
        return float(match[1].replace(",", "").replace("−", "-")) if match else float("nan")

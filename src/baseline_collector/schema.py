"""The tables: every column of every table, with type, unit and meaning, in one place.

``dataset.py`` turns this into Arrow schemas, ``store.py`` writes it into the field
metadata and the data package. A change of a column is a change of ``VERSION``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

VERSION = "4"
"""Version of the dataset schema; stands in the metadata of every Parquet file."""

Type = Literal["string", "code", "int32", "int64", "float64", "bool", "timestamp"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: Column name.
        type: ``code`` is a string stored by dictionary; ``timestamp`` is UTC, microseconds.
        description: What it says.
        unit: Unit of the values where they are quantities.
        required: Never null.
    """

    name: str
    type: Type
    description: str
    unit: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the dataset, stored as ``NAME.parquet``."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


ARTIFACTS = Table(
    "artifacts",
    "One row a file below the roots, whatever became of it.",
    (
        Column("artifact", "string", "Root as given, '/', path below it, forward slashes.",
               required=True),
        Column("root", "code", "Root as given.", required=True),
        Column("kind", "code", "File type: csv, json, jsonl, markdown, ...", required=True),
        Column("format", "code", "Reader that read it, named after the tool; generic-* otherwise."),
        Column("version", "code", "Version of the format, where the file says so."),
        Column("size", "int64", "Size of the file.", "byte", required=True),
        Column("modified", "timestamp", "Modification time, UTC.", required=True),
        Column("sha256", "string", "SHA-256 of the content; null where it could not be read."),
        Column("status", "code", "read, partly_read, unread or duplicate.", required=True),
        Column("reason", "string", "Why, where not read whole."),
        Column("duplicate_of", "string", "Artifact with the same content that was read instead."),
        Column("twin_of", "string",
               "Artifact that holds the same measurements in another form and is counted instead."),
        Column("leaves", "int64", "Values in the file, of any type.", "1"),
        Column("numbers", "int64", "Numeric values among them: rows of measurements.", "1"),
        Column("texts", "int64", "Text, boolean and null values among them.", "1"),
        Column("rejected", "int64", "Numeric values that are quarantined.", "1"),
        Column("attempts", "int64", "Calls the file tells the outcome of.", "1"),
        Column("failures", "int64", "Those of them that failed.", "1"),
        Column("disguised", "int64", "Failed ones that the file does not mark as failed.", "1"),
    ),
    ("artifact",),
)

MEASUREMENTS = Table(
    "measurements",
    "One row a numeric value of an artifact that was read, with its meaning and context.",
    (
        Column("artifact", "code", "As in artifacts.", required=True),
        Column("sha256", "code", "SHA-256 of the artifact.", required=True),
        Column("format", "code", "Reader that read it.", required=True),
        Column("pointer", "string",
               "Where in the artifact: RFC 6901 pointer (JSON), row and column, line and column.",
               required=True),
        Column("path", "string", "The same place as people write it.", required=True),
        Column("key", "code", "The path without indices, as the artifact spells it.",
               required=True),
        Column("record", "int32", "Index of the record in the artifact, from 0; null at its top."),
        Column("raw", "string", "The number as written.", required=True),
        Column("value", "float64", "The number in `unit`; null where no float holds it.",
               "as in column unit"),
        Column("unit", "code", "Canonical unit; null where unknown."),
        Column("metric", "code", "Canonical metric; null where the key is not recognised."),
        Column("definition", "code", "Which definition of the metric, where several exist."),
        Column("statistic", "code", "sample, mean, p50, min, max, std, count, total, ...",
               required=True),
        Column("n", "int64", "Repetitions behind the value, where stated.", "1"),
        Column("role", "code", "measurement, parameter, identity, time or unnamed.",
               required=True),
        Column("model", "code", "Model, as the artifact or its path names it."),
        Column("quantization", "code", "Quantization of the weights."),
        Column("engine", "code", "Serving or running engine."),
        Column("device", "code", "Device it ran on."),
        Column("parameters", "code", "Settings of the run, JSON object with sorted keys."),
        Column("setup", "code", "Environment of the run, JSON object with sorted keys."),
        Column("prompt", "code", "Prompt or its id."),
        Column("run", "code", "Run, test or scenario the value belongs to."),
        Column("started_at", "code", "When, as the artifact says."),
        Column("phase", "code", "cold, warm or cached, stated or seen in the load time."),
        Column("origin", "code",
               "Where each context column comes from, JSON object: stated, neighbour (a file "
               "beside it such as system_info.json) or inferred (from the model's or file's name); "
               "`setup.driver` speaks for one entry of `setup`; `neighbours` lists the files that "
               "were used, `contradicted` what they say differently, which is then not used."),
        Column("status", "code", "ok, failed or quarantined.", required=True),
        Column("reason", "code", "Why, where not ok."),
        Column("restates", "code",
               "What a reported statistic says again, JSON object with artifact, key and `agrees`, "
               "false where that is another number: samples at hand, with n and what else selects "
               "them (`below` is the beginning of their pointers), or a statistic of another file "
               "of the run, with its pointer and statistic."),
        Column("counted", "bool",
               "A measurement that statistics may use: named, ok, first hand, not a twin's copy, "
               "not restating what counts.",
               required=True),
    ),
    ("artifact", "pointer"),
)

FACTS = Table(
    "facts",
    "One row a fact: a number with estimator, n, interval, scope, sources and a query.",
    (
        Column("id", "string", "F1, F2, ... as in the report.", required=True),
        Column("statement", "string", "The fact as a sentence.", required=True),
        Column("topic", "code", "Part of the report it belongs to.", required=True),
        Column("metric", "code", "Canonical metric; null for counts of files and the like."),
        Column("statistic", "code", "mean, median, min, max, count, ratio, ...", required=True),
        Column("value", "float64", "The number in `unit`; null where the fact is a text.",
               "as in column unit"),
        Column("text", "string", "The value where it is a text, such as a date."),
        Column("unit", "code", "Canonical unit."),
        Column("n", "int64", "Observations behind it.", "1"),
        Column("low", "float64", "Lower end of the interval.", "as in column unit"),
        Column("high", "float64", "Upper end of the interval.", "as in column unit"),
        Column("level", "float64", "Level of the interval.", "1"),
        Column("estimator", "string", "How it was computed.", required=True),
        Column("scope", "string", "What it is about, JSON object.", required=True),
        Column("sources", "string", "JSON array of {artifact, pointer}.", required=True),
        Column("sql", "string", "Query over this dataset that gives the value again."),
    ),
    ("id",),
)

FINDINGS = Table(
    "findings",
    "One row a finding: a rule that fired and the facts it rests on.",
    (
        Column("id", "string", "Unique in the report.", required=True),
        Column("rule", "code", "Rule that fired.", required=True),
        Column("severity", "code", "info, notice, warning or critical.", required=True),
        Column("topic", "code", "Part of the report it belongs to.", required=True),
        Column("title", "string", "The finding as a sentence.", required=True),
        Column("facts", "string", "JSON array of fact ids.", required=True),
        Column("recommendation", "string", "What to do; null where nothing follows."),
    ),
    ("id",),
)

GAPS = Table(
    "gaps",
    "One row a gap: what is missing, which question that blocks, what would fill it.",
    (
        Column("id", "code", "Short name, also of its protocol's file.", required=True),
        Column("title", "string", "What is missing, in a sentence.", required=True),
        Column("blocks", "string", "The question that cannot be answered without it.",
               required=True),
        Column("facts", "string", "Ids of the facts it rests on, JSON array.", required=True),
        Column("rank", "float64", "How much it blocks, larger first.", "1", required=True),
        Column("protocol", "string", "The protocol that would fill it, TOML; null where no "
               "measurement does."),
    ),
    ("id",),
)

MANIFEST = Table(
    "manifest",
    "One row a file, in the order of artifacts: what the next run compares it with, to read "
    "again only what changed.",
    (
        Column("artifact", "string", "As in artifacts.", required=True),
        Column("size", "int64", "Size of the file.", "byte", required=True),
        Column("modified_ns", "int64", "Modification time since the epoch.", "ns", required=True),
        Column("changed_ns", "int64", "Time of the last change of content, name or rights.", "ns",
               required=True),
        Column("inode", "int64", "Number of the file in its file system.", required=True),
        Column("key", "code", "Digest of what else the result depends on: code, vocabulary, "
               "settings, neighbours; null where the file is to be read again."),
        Column("cleaning", "code", "Values touched by each cleaning rule, JSON object."),
        Column("outcomes", "string", "Calls, reasons of failure, disguised ones, JSON array."),
        Column("series", "string", "What twins are told by: richness of the context; per metric "
               "count, range and digest of its samples, JSON array."),
    ),
    ("artifact",),
)

TABLES = (ARTIFACTS, MEASUREMENTS, FACTS, FINDINGS, GAPS, MANIFEST)

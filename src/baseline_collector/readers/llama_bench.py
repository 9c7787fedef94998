"""llama-bench: JSON, JSONL, CSV, SQL and Markdown, builds of 2023 to 2026.

Specified in llama.cpp, tools/llama-bench/README.md and its five printers. The standard
deviation of a single repetition is written as 0; it is withheld here, because one value has
none. CSV, SQL and Markdown say nothing of repetitions: there a 0 is withheld too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from baseline_collector.errors import ReadError
from baseline_collector.paths import join
from baseline_collector.readers.base import Outcome, Places
from baseline_collector.readers.cells import TEXT
from baseline_collector.readers.leaves import Depth, Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.rows import first_row, head_lines, put, records
from baseline_collector.readers.told import Told, ToolJson, has

_ONE = "one repetition has no standard deviation"
_FIELDS = ("build_commit", "model_filename", "n_prompt", "n_gen")
_INSERT = re.compile(r"INSERT INTO (?:llama_bench|test) \(([^)]{1,4000})\) VALUES \((.*)\);?\s*")
_TEST = re.compile(r"(pp\s?\d+)?\+?(tg\s?\d+)?(\s*@\s*d\d+)?")
_SPREAD = re.compile(r"([\d.]+)\s*±\s*([\d.]+)")
_LOG = re.compile(r"(?:ggml_|load_backend|register_|\s*Device \d|warning:|\|)")


def _sense(record: Mapping[str, Any]) -> str:
    prompt, generated = str(record.get("n_prompt")) != "0", str(record.get("n_gen")) != "0"
    return "pp+tg" if prompt and generated else "pp" if prompt else "tg"


def _withheld(record: Mapping[str, Any]) -> dict[str, str]:
    samples = record.get("samples_ns")
    single = len(samples) == 1 if isinstance(samples, list) else _zero(record.get("stddev_ns"))
    return {"stddev_ns": _ONE, "stddev_ts": _ONE} if single else {}


def _zero(text: object) -> bool:
    try:
        return float(str(text)) == 0
    except ValueError:
        return False


class LlamaBenchJson(ToolJson):
    """JSON and JSONL, and the JSONL of wrappers that keep the record as ``bench_raw``."""

    name = "llama-bench"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it is a test record, bare or wrapped."""
        return has(record, *_FIELDS) or has(record.get("bench_raw"), *_FIELDS)

    def tell(self, key: str, value: dict[str, Any], above: Told) -> Told:
        """A test record says which test it is and whether its deviation means anything."""
        del key
        if has(value, *_FIELDS):
            return Told(sense=_sense(value), withheld=_withheld(value))
        return above

    def version_of(self, record: dict[str, Any]) -> str:
        """The build."""
        inner = record if has(record, *_FIELDS) else record["bench_raw"]
        return f"build {inner.get('build_number', '')}"


class LlamaBenchCsv:
    """CSV: every field quoted, a row a test."""

    name = "llama-bench"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether the header has the tool's fields."""
        return set(_FIELDS) <= set(first_row(opened))

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell.

        Raises:
            ReadError: A field is longer than the limit.
        """
        return _records(records(opened), leaves)


class LlamaBenchSql:
    """SQL: a CREATE TABLE and one INSERT a test, every value a quoted string."""

    name = "llama-bench"
    version = "1"
    places: Places = "rows"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether it starts with the tool's table or a row for it."""
        start = " ".join(head_lines(opened, 1))
        older = start.startswith("CREATE TABLE IF NOT EXISTS test") and b"avg_ts" in opened.data
        return older or start.startswith(
            ("CREATE TABLE IF NOT EXISTS llama_bench", "INSERT INTO llama_bench"))

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every value of every INSERT.

        Raises:
            ReadError: There is none.
        """
        matches = (_INSERT.fullmatch(line.strip()) for line in opened.lines())
        tests = [_inserted(match[1], match[2]) for match in matches if match]
        if not tests:
            raise ReadError("no rows", expected="INSERT INTO llama_bench (...) VALUES (...);")
        return _records(iter(tests), leaves)


def _inserted(fields: str, values: str) -> dict[str, str]:
    names = [name.strip() for name in fields.split(",")]
    # The tool does not escape quotes inside values, so the separator is what it prints.
    texts = values.strip().removeprefix("'").removesuffix("'").split("', '")
    return dict(zip(names, texts, strict=False))


def _records(tests: Iterator[dict[str, str]], leaves: Leaves) -> Outcome:
    build = ""
    for index, record in enumerate(tests):
        build = record.get("build_number", "")
        withheld = _withheld(record)
        for name, text in record.items():
            put(leaves, join("[]", name), (index, None, None), text, "", _sense(record),
                withheld.get(name, ""))
    return Outcome(version=f"build {build}" if build else "")


class LlamaBenchMarkdown:
    """The Markdown table that the tool prints by itself; a table quoted in a note is a note's."""

    name = "llama-bench"
    version = "1"
    places: Places = "lines"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether every line is the tool's: log lines, one table, the build."""
        lines = [line.strip() for line in head_lines(opened, 400)]
        tables = [line for line in lines if line.startswith("|")]
        names = {cell.strip() for cell in tables[0].split("|")} if tables else set()
        return {"model", "size", "test", "t/s"} <= names and all(
            _LOG.match(line) or line.startswith("build: ") for line in lines)

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every cell, ``mean ± deviation`` as two, and the build.

        Raises:
            ReadError: The content is no text.
        """
        names: list[str] = []
        build = ""
        for at, line in enumerate(opened.text.splitlines()):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            place: Depth = (at, 0, None)
            if line.startswith("build: "):
                build = line.removeprefix("build: ").strip()
                leaves.add("build", place, TEXT, build)
            elif not line.strip().startswith("|"):
                if line.strip():
                    leaves.add("log", place, TEXT, line)
            elif not names:
                names = cells
            elif not set(line) <= set("|-: "):
                _table_row(dict(zip(names, cells, strict=False)), place, leaves)
        return Outcome(version=f"build {build}" if build else "")


def _table_row(record: dict[str, str], place: Depth, leaves: Leaves) -> None:
    match = _TEST.fullmatch(record.get("test", "").strip())
    sense = ""
    if match:
        sense = "+".join(name for name, there in (("pp", match[1]), ("tg", match[2])) if there)
    for name, text in record.items():
        spread = _SPREAD.fullmatch(text) if name == "t/s" else None
        key = join("[][]", name)
        if spread is None:
            put(leaves, key, place, text, "", sense)
            continue
        put(leaves, key, place, spread[1], "", sense)
        put(leaves, join("[][]", f"{name} ±"), place, spread[2], "", sense,
            _ONE if _zero(spread[2]) else "")

"""Commands that list and explain: readers, rules, vocabulary, models, doctor."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import metadata, util
from pathlib import Path
from typing import TYPE_CHECKING, cast

from baseline_collector import config
from baseline_collector import vocabulary as words
from baseline_collector.discover import discover
from baseline_collector.errors import ModelError, UsageError
from baseline_collector.faces.printing import print_json, print_table, safe
from baseline_collector.naming import learn
from baseline_collector.normalise.mappings.definitions import definitions_of
from baseline_collector.normalise.meaning import meaning_of
from baseline_collector.paths import sense_of, without_sense
from baseline_collector.read import read
from baseline_collector.readers.base import Limits
from baseline_collector.readers.catalogue import GENERIC, TOOLS
from baseline_collector.readers.cells import NUMBER

if TYPE_CHECKING:
    from baseline_collector.evidence.rule import Rule

_SPELLINGS = 24
"""Spellings of a metric shown to people; programs get all."""


def readers(given: argparse.Namespace) -> int:
    """List the readers."""
    rows = [{"reader": one.name, "version": one.version,
             "about": (one.__doc__ or "").strip().splitlines()[0]} for one in (*TOOLS, *GENERIC)]
    _print(given.format, rows)
    return 0


def rules(given: argparse.Namespace) -> int:
    """List the rules, or explain some."""
    from baseline_collector.rules.catalogue import BY_ID, RULES

    if given.rule:
        unknown = [name for name in given.rule if name not in BY_ID]
        if unknown:
            raise UsageError(f"no such rule: {unknown[0]!r}", found=repr(unknown[0]),
                             expected=", ".join(sorted(BY_ID)))
        explained = [_rule(BY_ID[name]) for name in given.rule]
        if given.format == "json":
            print_json(explained)
        else:
            _print_rules(explained)
        return 0
    _print(given.format, [{"rule": one.id, "severity": one.severity, "title": one.title,
                           "needs": one.needs, "source": one.source} for one in RULES])
    return 0


def _rule(one: Rule) -> dict[str, object]:
    return {"rule": one.id, "title": one.title, "severity": one.severity, "source": one.source,
            "needs": one.needs, "says": one.says, "do": one.do,
            "thresholds": [{"setting": f"{one.id}.{each.name}", "default": each.value,
                            "meaning": each.meaning} for each in one.thresholds]}


def _print_rules(explained: Sequence[Mapping[str, object]]) -> None:
    for one in explained:
        print(f"{one['rule']}: {one['title']} ({one['severity']})")
        for label in ("needs", "says", "do", "source"):
            print(f"  {label}: {one[label]}")
        for each in cast("Sequence[Mapping[str, object]]", one["thresholds"]):
            print(f"  {each['setting']} = {each['default']}: {each['meaning']}")
        print(f"  switch off: --rule {one['rule']}=off, or in baseline.toml [rules] "
              f"{one['rule']} = false")


def vocabulary(given: argparse.Namespace) -> int:
    """List metrics, or explain keys and files."""
    learn(config.load({}).vocabulary)
    if not given.what:
        _print(given.format, [{"metric": one.name, "unit": one.unit, "better": one.better,
                               "definition": one.definition} for one in words.BY_NAME.values()])
        return 0
    if len(given.what) == 1 and not Path(given.what[0]).exists():
        return _explain(given.what[0], given.format)
    rows: list[dict[str, object]] = []
    for what in given.what:
        if Path(what).exists():
            rows += _keys_of(what, given.unnamed)
        else:
            rows.append(_explained("", what))
    _print(given.format, rows)
    return 0


def _explain(key: str, form: str) -> int:
    """Say what one key is taken for, and all that the vocabulary says of its metric."""
    row = _explained("", key) | _metric(meaning_of(key).metric)
    if form == "json":
        print_json([row])
    else:
        _print_record(row)
    return 0


def _metric(name: str | None) -> dict[str, object]:
    """All that the vocabulary says of a metric."""
    if name is None:
        return {}
    metric = words.BY_NAME[name]
    return {"canonical_unit": metric.unit, "better": metric.better, "about": metric.definition,
            "gb_means": "GiB" if metric.binary else None,
            "formula": metric.formula or None, "definitions": definitions_of(name),
            "spellings": list(metric.spellings), "source": metric.source or None}


def _print_record(row: Mapping[str, object]) -> None:
    """One key with what it means, a line a fact."""
    for name, value in row.items():
        if isinstance(value, Mapping):
            print(f"{name}:" if value else f"{name}: one, see about")
            for inner, text in value.items():
                print(f"  {inner}: {text}")
        elif isinstance(value, list):
            shown = ", ".join(value[:_SPELLINGS])
            more = len(value) - _SPELLINGS
            print(f"{name}: {shown}" + (f" and {more} more by the same rule" if more > 0 else ""))
        else:
            print(f"{name}: {safe(str(value)) if value is not None else '-'}")


def _explained(artifact: str, key: str, reader: str = "", count: int | None = None
               ) -> dict[str, object]:
    meaning = meaning_of(key, reader)
    found: dict[str, object] = {"artifact": artifact} if artifact else {}
    if sense_of(key):
        found["said_beside"] = sense_of(key)
    found |= {"key": without_sense(key), "role": meaning.role, "metric": meaning.metric,
              "statistic": meaning.statistic, "unit": meaning.unit, "why": meaning.why}
    if count is not None:
        found["numbers"] = count
    return found


def _keys_of(path: str, only_unnamed: bool) -> list[dict[str, object]]:
    """What the keys of a file, or of all files of a folder, are taken for."""
    reading = read(discover([path]).artifacts, Limits())
    if reading.batch is None:
        return []
    batch = reading.batch
    names = batch.column("key").dictionary.to_pylist()
    counts: dict[tuple[int, int], int] = {}
    for artifact, key, kind in zip(batch.column("artifact").to_pylist(),
                                   batch.column("key").indices.to_pylist(),
                                   batch.column("kind").to_pylist(), strict=True):
        counts.setdefault((artifact, key), 0)
        counts[artifact, key] += kind == NUMBER
    rows = [_explained(reading.artifacts[artifact].artifact, names[key],
                       reading.artifacts[artifact].format, count)
            for (artifact, key), count in counts.items()]
    if only_unnamed:
        return [row for row in rows if row["role"] == "unnamed" and row["numbers"]]
    return rows


def models(given: argparse.Namespace) -> int:
    """List weights, or fetch some."""
    from baseline_collector.llm import weights

    if given.action == "fetch":
        path = weights.fetch(given.name or weights.DEFAULT,
                             progress=lambda text: print(f"baseline: {text}", file=sys.stderr))
        print(safe(str(path)))
        return 0
    _print(given.format, [{
        "name": one.name, "title": one.title, "size": one.size_bytes, "licence": one.licence,
        "path": str(weights.path_of(one.name) or "not fetched"),
    } for one in weights.CATALOGUE])
    return 0


def doctor(given: argparse.Namespace) -> int:
    """Say what is installed and what answers."""
    from baseline_collector.llm.probe import probe

    found: dict[str, object] = {
        "python": platform.python_version(), "platform": platform.platform(terse=True),
        "packages": {name: _version(name) for name in
                     ("baseline-collector", "pyarrow", "duckdb", "numpy", "httpcore", "xllamacpp")},
        "embedded_extra": util.find_spec("xllamacpp") is not None,
        "terminal": {"stdout": sys.stdout.isatty(), "stderr": sys.stderr.isatty(),
                     "encoding": sys.stdout.encoding, "colour": "NO_COLOR" not in os.environ,
                     "columns": shutil.get_terminal_size().columns},
        "disk_free_bytes": shutil.disk_usage(Path()).free,
        "writable": os.access(Path(), os.W_OK),
        "models": [asdict(one) for one in probe(allow_remote=bool(given.allow_remote))],
    }
    if given.writing_check:
        found["writing_check"] = _writing_check(given)
    if given.format == "json":
        print_json(found)
    else:
        _print_doctor(found)
    return 0


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _writing_check(given: argparse.Namespace) -> dict[str, object]:
    from baseline_collector.llm.choose import choose
    from baseline_collector.narrate import check_writing

    model, note = choose(given.llm or "auto", model=given.model, url=given.llm_url,
                         allow_remote=bool(given.allow_remote))
    if model is None:
        raise ModelError("no model to check", found=note)
    try:
        return {"model": model.name, **asdict(check_writing(model))}
    finally:
        model.close()


def _print_doctor(found: dict[str, object]) -> None:
    for name, value in found.items():
        if isinstance(value, dict):
            print(name)
            for key, inner in value.items():
                print(f"  {key}: {safe(str(inner)) if inner is not None else 'not installed'}")
        elif isinstance(value, list):
            print(name)
            for one in value:
                state = "answers" if one["answers"] else "no"
                listed = ", ".join(one["models"][:5])
                print(f"  {one['adapter']} {safe(one['where'])}: {state}"
                      + (f", version {safe(str(one['version']))}" if one["version"] else "")
                      + (f", models {safe(listed)}" if listed else "")
                      + (f" ({safe(one['note'])})" if one["note"] else ""))
        else:
            print(f"{name}: {safe(str(value))}")


def _print(form: str, rows: Sequence[Mapping[str, object]]) -> None:
    if form == "json":
        print_json(rows)
    elif rows:
        header = list(dict.fromkeys(key for row in rows for key in row))
        print_table(header, [[row.get(key) for key in header] for row in rows])



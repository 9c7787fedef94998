"""Write the reference pages from the code, so that they cannot drift.

    python docs/generate.py            write docs/reference/*.md
    python docs/generate.py --check    exit 1 where one is out of date
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baseline_collector.evidence.rule import Rule

REFERENCE = Path(__file__).parent / "reference"


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(header)
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    for row in rows:
        cells = (str(value).replace("|", "\\|").replace("\n", " ") for value in row)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def cli() -> str:
    """Help of every command."""
    os.environ["COLUMNS"] = "100"
    from baseline_collector.faces.grammar import parser

    top = parser()
    parts = ["# Commands\n", "```", top.format_help().rstrip(), "```\n"]
    subparsers = next(action for action in top._actions if action.dest == "command")
    for name, command in subparsers.choices.items():  # type: ignore[union-attr]
        parts += [f"## baseline {name}\n", "```", command.format_help().rstrip(), "```\n"]
    return "\n".join(parts)


def vocabulary() -> str:
    """Every metric, and every definition where a metric has several."""
    from baseline_collector.normalise.mappings.definitions import DEFINITIONS
    from baseline_collector.vocabulary import METRICS

    return ("# Vocabulary\n\n`baseline vocabulary ttft` explains one metric with its spellings, "
            "`baseline vocabulary FILE` says what each key of a file was taken for and why.\n\n"
            + _table(
        ("metric", "unit", "better", "definition", "formula", "spellings", "source"),
        ((f"`{one.name}`", one.unit, one.better, one.definition, one.formula,
          _first(one.spellings), one.source) for one in METRICS))
        + "\n## Definitions\n\nValues of unlike definitions are not compared.\n\n" + _table(
        ("metric", "definition", "how it is computed"),
        ((f"`{metric}`", f"`{name}`", text) for (metric, name), text in DEFINITIONS.items())))


def _first(spellings: tuple[str, ...], count: int = 24) -> str:
    more = len(spellings) - count
    return ", ".join(spellings[:count]) + (f" and {more} more by the same rule" if more > 0 else "")


_RULES_SET = """
`baseline rules RULE` prints what stands below. A rule is switched off, or one of its thresholds
set, in `baseline.toml`, by the environment or by a flag; they add up, the flag last:

```toml
[rules]
pareto = false
unstable.cv = 0.2
```

    BASELINE_RULES="pareto=off" baseline collect --rule unstable.cv=0.2

`report.md` and `report.json` (`rules_changed`) say which were changed.

"""


def _rule(one: Rule) -> str:
    lines = [f"### {one.id}\n", f"{one.title}. Needs {one.needs}. Says {one.says}. "
             f"What to do: {one.do}. Source: {one.source}.\n"]
    if one.thresholds:
        lines.append(_table(("threshold", "default", "what it bounds"), (
            (f"`{one.id}.{each.name}`", f"{each.value:g}", each.meaning)
            for each in one.thresholds)))
    return "\n".join(lines) + "\n"


def rules() -> str:
    """Every finding rule and cleaning rule."""
    from baseline_collector.normalise.bounds import BY_DIMENSION, BY_METRIC
    from baseline_collector.normalise.cleaning import RULES as CLEANING
    from baseline_collector.rules.catalogue import RULES

    return ("# Rules\n\n## Findings\n\n" + _table(
        ("rule", "severity", "what it looks for", "what it needs", "source"),
        ((f"`{one.id}`", one.severity, one.title, one.needs, one.source) for one in RULES))
        + _RULES_SET + "".join(_rule(one) for one in RULES)
        + "\n## Cleaning\n\n" + _table(("rule", "what it says"), CLEANING.items())
        + "\nBounds of C09, in canonical units:\n\n" + _table(
            ("of", "from", "to", "why"),
            ((name, f"{one.low:g}", f"{one.high:g}", one.source)
             for name, one in (*BY_DIMENSION.items(), *BY_METRIC.items()))))


def protocol() -> str:
    """Every setting of a protocol, and a protocol with the defaults."""
    from dataclasses import MISSING, fields

    from baseline_collector import protocol as module

    rows = [(f"`{one.name}`", str(one.type).replace("tuple[", "list[").replace(", ...", ""),
             "required" if one.default is MISSING else f"`{one.default!r}`",
             module.MEANING[one.name]) for one in fields(module.Protocol)]
    text = module.write(module.Protocol(model="gemma3:latest"))
    return ("# PROTOCOL.toml\n\nWhat a benchmark of a live model measures, and how. "
            "`baseline collect` writes one for each gap it finds, below `protocols/` of its output "
            "folder. The command that runs it, `baseline bench run PROTOCOL.toml`, is not part of "
            "this version yet; the format is what it will take.\n\n"
            + _table(("setting", "type", "default", "what it is"), rows)
            + "\nLists are swept: each value is measured. Unknown settings, wrong types and "
            "impossible values are errors that name the setting.\n\nWith every default:\n\n"
            f"```toml\n{text}```\n")


def dataset() -> str:
    """Every table and column."""
    from baseline_collector.schema import TABLES, VERSION

    parts = [f"# Dataset, schema version {VERSION}\n"]
    for table in TABLES:
        parts += [f"## {table.name}\n", table.description + "\n", _table(
            ("column", "type", "unit", "null", "what it says"),
            ((f"`{one.name}`", one.type, one.unit, "" if one.required else "may be",
              one.description) for one in table.columns))]
    return "\n".join(parts)


def readers() -> str:
    """Every reader."""
    from baseline_collector.readers.catalogue import GENERIC, TOOLS

    return "# Readers\n\n" + _table(
        ("reader", "version", "what it reads"),
        ((f"`{one.name}`", one.version, (one.__doc__ or "").strip().splitlines()[0])
         for one in (*TOOLS, *GENERIC)))


README = Path(__file__).parent.parent / "README.md"
EXAMPLES = README.parent / "examples" / "artifacts"
_BLOCK = re.compile(r"(<!-- run in examples/artifacts -->\n```console\n)(.*?)(```\n)", re.DOTALL)
_TIMES = re.compile(r"\d+\.\d+ s\b")


def readme() -> str:
    """The README with the output of its commands as they print today."""
    with tempfile.TemporaryDirectory() as folder:
        heap = Path(folder) / "artifacts"
        shutil.copytree(EXAMPLES, heap)
        return _BLOCK.sub(lambda found: found[1] + _session(found[2], heap) + found[3],
                          README.read_text("utf-8"))


def _session(block: str, heap: Path) -> str:
    """The commands of a block, each with what it prints."""
    lines = []
    for command in (line for line in block.splitlines() if line.startswith("$ ")):
        words = shlex.split(command[2:])
        program = str(Path(sys.executable).with_name(words[0]))
        done = subprocess.run([program, *words[1:]], cwd=heap, capture_output=True, text=True,
                              check=True, env={**os.environ, "COLUMNS": "100"})
        lines += [command, *done.stdout.rstrip().splitlines()]
    return "\n".join(lines) + "\n"


def _same(one: str, other: str) -> bool:
    """Whether two texts are equal, seconds aside."""
    return _TIMES.sub("", one) == _TIMES.sub("", other)


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli, "vocabulary.md": vocabulary, "rules.md": rules, "dataset.md": dataset,
    "readers.md": readers, "protocol.md": protocol, "../../README.md": readme,
}


def main() -> int:
    """Write or check the pages."""
    stale = []
    REFERENCE.mkdir(exist_ok=True)
    for name, write in PAGES.items():
        path, text = REFERENCE / name, write()
        if path.exists() and _same(path.read_text("utf-8"), text):
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(text, "utf-8")
            print(f"wrote {path}")
    if "--check" in sys.argv and stale:
        print(f"out of date: {', '.join(stale)}; run make docs")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The grammar of the command line: commands, options, help. Nothing heavy is imported for it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, NoReturn

FAILED = 2

_EPILOG = """\
exit codes: 0 done; 1 done, with findings at or above the asked level; 2 wrong use, or it could
not work. Settings: a flag beats an environment variable (BASELINE_*), which beats baseline.toml
or [tool.baseline] in pyproject.toml. Data goes to stdout, messages to stderr."""


if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction["_Parser"]


class _Parser(argparse.ArgumentParser):
    """A parser whose errors look like ours."""

    def error(self, message: str) -> NoReturn:
        """Print usage and the message, exit 2."""
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"baseline: {message}; see {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """Build the whole command-line grammar."""
    top = _Parser(prog="baseline", epilog=_EPILOG,
                  formatter_class=argparse.RawDescriptionHelpFormatter,
                  description="From a heap of benchmark artifacts to a report in which every "
                              "number leads back to the file and field it came from.")
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    _collect(commands)
    _inventory(commands)
    _query(commands)
    _audit(commands)
    _compare(commands)
    _history(commands)
    _lists(commands)
    _models(commands)
    _doctor(commands)
    _completion(commands)
    return top


def _choosing(command: argparse.ArgumentParser) -> None:
    """Options on which files count; shared by collect and inventory."""
    command.add_argument("roots", nargs="*", metavar="ROOT",
                         help="folder or file (default: those of reports/ csv_data/ artifacts/ "
                              "that exist here)")
    command.add_argument("--include", action="append", metavar="GLOB",
                         help="take only files that match (repeatable)")
    command.add_argument("--exclude", action="append", metavar="GLOB",
                         help="leave files that match (repeatable)")
    command.add_argument("--hidden", action="store_true", default=None,
                         help="take hidden files and folders too")
    command.add_argument("--ignored", action="store_true", default=None,
                         help="take files named by .gitignore and .baselineignore too")
    command.add_argument("--plugins", action="store_true", default=None,
                         help="use readers that other installed packages offer too")
    command.add_argument("--max-document-bytes", type=int, metavar="N",
                         help="largest file that is parsed whole (default 64 MiB)")
    command.add_argument("--max-stream-bytes", type=int, metavar="N",
                         help="largest file that is read line by line (default 2 GiB)")
    command.add_argument("--max-depth", type=int, metavar="N",
                         help="deepest nesting that is read (default 64)")


def _format(command: argparse.ArgumentParser, default: str = "text", *more: str) -> None:
    command.add_argument("--format", choices=("text", "json", *more), default=default,
                         help=f"how data is printed (default {default})")


def _collect(commands: _Commands) -> None:
    command = commands.add_parser(
        "collect", help="collect artifacts, write dataset and report",
        description="The main job: read every artifact below the roots, write one dataset, find "
                    "what the numbers say and what is missing, and write the report.")
    _choosing(command)
    command.add_argument("--out", metavar="DIR", help="output folder (default baseline-report)")
    command.add_argument("--rule", action="append", dest="rules", metavar="RULE=off|RULE.LIMIT=N",
                         help="switch a rule off or set one of its thresholds (repeatable); "
                              "`baseline rules` lists them")
    model = command.add_argument_group("who writes")
    model.add_argument("--llm", choices=("auto", "ollama", "openai", "embedded", "none"),
                       help="which language model writes (default auto: Ollama, else embedded, "
                            "else templates)")
    model.add_argument("--no-llm", action="store_const", const="none", dest="llm",
                       help="templates write; same as --llm none")
    model.add_argument("--model", metavar="NAME",
                       help="model name (Ollama: gemma3:latest), or a GGUF file for embedded; "
                            "where what was named does not answer, templates write and the exit "
                            "code is 2")
    model.add_argument("--llm-url", metavar="URL", help="base URL of the model server")
    model.add_argument("--llm-timeout-s", type=float, metavar="S",
                       help="bound on each model call (default 300)")
    model.add_argument("--allow-remote", action="store_true", default=None,
                       help="allow a model server on another machine")
    model.add_argument("--free-writing", action="store_true", default=None,
                       help="let a small model word sentences itself, as large ones do; "
                            "each still passes the door")
    model.add_argument("--llm-seed", type=int, metavar="N", help="seed of the model (42)")
    model.add_argument("--llm-temperature", type=float, metavar="T",
                       help="temperature of the model (0)")
    model.add_argument("--persona", metavar="FILE", help="persona prompt to use instead")
    command.add_argument("--no-redact", action="store_false", default=None, dest="redact",
                         help="do not mask secrets, personal paths and host names")
    _again(command)
    command.add_argument("--workers", type=int, metavar="N",
                         help="processes that read; 1 for none beside this one (default: by cores "
                              "and size of the heap)")
    _format(command)
    command.set_defaults(run="collect")


def _again(command: argparse.ArgumentParser) -> None:
    again = command.add_argument_group("what is read again")
    again.add_argument("--no-cache", action="store_false", default=None, dest="cache",
                       help="read every file, also those that did not change since the last run "
                            "into the output folder")
    again.add_argument("--rehash", action="store_true", default=None,
                       help="tell whether a file changed by its content too, not by size, times "
                            "and inode alone")


def _inventory(commands: _Commands) -> None:
    command = commands.add_parser("inventory", help="print what lies below the roots",
                                  description="The inventory alone; nothing is written.")
    _choosing(command)
    _format(command)
    command.set_defaults(run="inventory")


def _query(commands: _Commands) -> None:
    command = commands.add_parser(
        "query", help="run SQL over a dataset",
        description="Run SQL (DuckDB) over the tables artifacts, measurements, facts, findings "
        "and gaps.")
    command.add_argument("sql", metavar="SQL")
    command.add_argument("--dataset", default="baseline-report", metavar="DIR",
                         help="output folder of collect, or its dataset (default baseline-report)")
    _format(command, "text", "csv")
    command.set_defaults(run="query")


def _audit(commands: _Commands) -> None:
    command = commands.add_parser(
        "audit", help="check a report against the data, claim by claim",
        description="Check every quantitative claim of a report against a collected dataset, "
                    "folders or single files of artifacts. Exit code 1 when something is "
                    "contradicted.")
    command.add_argument("report", metavar="REPORT", help="Markdown, HTML or text file, also "
                         "text that came out of a PDF")
    command.add_argument("--against", nargs="+", metavar="DIR",
                         help="output folder of collect or its dataset; or folders and files of "
                         "artifacts; without it, the files that the report names")
    command.add_argument("--all", action="store_true", help="show supported claims too (text)")
    command.add_argument("--fix", metavar="FILE",
                         help="write a copy with contradicted numbers corrected and marked; FILE "
                         "must not be there yet")
    command.add_argument("--force", action="store_true",
                         help="let --fix replace a file that is there; never the report itself or "
                         "what it is held against")
    _format(command, "text", "markdown", "html", "sarif", "github")
    command.set_defaults(run="audit")


def _compare(commands: _Commands) -> None:
    command = commands.add_parser(
        "compare", help="compare runs: what got faster, slower, stayed the same",
        description="Compare candidates with a base: effect with interval, tests adjusted for "
                    "their number, a verdict a group. Each RUN is a folder of artifacts, one "
                    "artifact, an output folder of collect or a stored baseline. Exit code 1 on "
                    "a decided regression, 2 when nothing could be compared.")
    command.add_argument("base", metavar="BASE", help="what is compared with")
    command.add_argument("candidates", nargs="*", metavar="CANDIDATE",
                         help="what is compared (none: only save BASE as a baseline)")
    _comparing(command)
    command.add_argument("--margin", type=float, default=1.0, metavar="PCT",
                         help="difference too small to matter, in percent (default 1)")
    command.add_argument("--tolerance", type=float, default=5.0, metavar="PCT",
                         help="widest 'same within' still called the same (default 5)")
    command.add_argument("--fail-on", choices=("regression", "undecided", "never"),
                         default="regression",
                         help="what makes the exit code 1 (default regression; undecided takes "
                              "regressions and refusals too)")
    command.add_argument("--save-baseline", metavar="FILE",
                         help="keep the last RUN named as one small file to compare with later; "
                              "takes the place of an older one, of nothing else")
    command.add_argument("--force", action="store_true",
                         help="let --save-baseline take the place of any file")
    _format(command, "text", "markdown", "junit", "github")
    command.set_defaults(run="compare")


def _comparing(command: argparse.ArgumentParser) -> None:
    """Options shared by compare and history."""
    command.add_argument("--across", action="append", default=[], metavar="WHAT",
                         help="let this differ: device, hardware, model, engine, quantization, "
                              "definition, phase, prompt, setting, or one setting by name "
                              "(repeatable)")
    command.add_argument("--metric", action="append", metavar="NAME",
                         help="compare this metric alone (repeatable; default: all with a better "
                              "direction, without sensors and counts)")
    command.add_argument("--all", action="store_true", help="show every row (text)")


def _history(commands: _Commands) -> None:
    command = commands.add_parser(
        "history", help="follow one configuration from run to run, with change points",
        description="Follow every group through runs, oldest first, and say where its level "
                    "changed. A single folder is taken apart: each entry is a run, by name.")
    command.add_argument("runs", nargs="+", metavar="RUN",
                         help="as for compare, oldest first; or one folder of runs")
    _comparing(command)
    _format(command)
    command.set_defaults(run="history")


def _lists(commands: _Commands) -> None:
    for name, text in (("readers", "list the formats that are read"),
                       ("rules", "list the rules that make findings")):
        command = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        if name == "rules":
            command.add_argument("rule", nargs="*", metavar="RULE",
                                 help="explain these: what they need and say, their thresholds")
        _format(command)
        command.set_defaults(run=name)
    command = commands.add_parser(
        "vocabulary", help="list metrics, or say what keys are taken for",
        description="List the metrics; with files or keys, say what each key is taken for and why.")
    command.add_argument("what", nargs="*", metavar="FILE_OR_KEY")
    command.add_argument("--unnamed", action="store_true",
                         help="with files or folders: only numeric keys that stay unnamed")
    _format(command)
    command.set_defaults(run="vocabulary")


def _models(commands: _Commands) -> None:
    command = commands.add_parser(
        "models", help="list or fetch weights for the embedded model",
        description="List the weights that can be fetched, or fetch one into the user's cache, "
                    "pinned by hash. Nothing else ever downloads.")
    command.add_argument("action", nargs="?", choices=("list", "fetch"), default="list")
    command.add_argument("name", nargs="?", metavar="NAME", help="which weights to fetch")
    _format(command)
    command.set_defaults(run="models")


def _doctor(commands: _Commands) -> None:
    command = commands.add_parser(
        "doctor", help="say what is installed and which model servers answer",
        description="Say what is installed, which model servers answer, and what terminal and "
                    "disk allow.")
    command.add_argument("--writing-check", action="store_true",
                         help="also ask the model for sentences and show which pass the door")
    command.add_argument("--llm", choices=("auto", "ollama", "openai", "embedded"),
                         help="which model the writing check asks")
    command.add_argument("--model", metavar="NAME", help="its name, or a GGUF file")
    command.add_argument("--llm-url", metavar="URL", help="base URL of its server")
    command.add_argument("--allow-remote", action="store_true", default=None,
                         help="allow a model server on another machine")
    _format(command)
    command.set_defaults(run="doctor")


def _completion(commands: _Commands) -> None:
    command = commands.add_parser(
        "completion", help="print a completion script for a shell",
        description='Print a completion script: eval "$(baseline completion bash)".')
    command.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    command.set_defaults(run="completion")

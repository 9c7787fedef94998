"""Errors of Baseline Collector.

One root, a stable code each, and a message that answers five questions: what
happened, where (file, field, row), what was expected, what was found, what to do.

    BaselineError            root; never raised itself
    ├── UsageError           the command, option or configuration is wrong        (exit 2)
    ├── ReadError            one artifact cannot be read; becomes a counted row
    ├── DatasetError         a dataset is missing, foreign, newer or broken        (exit 2)
    ├── ModelError           a language model cannot answer; templates take over
    ├── OutputError          the output folder cannot be written                   (exit 2)
    ├── WorkerError          a process that reads a share of the heap ended         (exit 2)
    └── RefusedError         a report holds a number that the audit does not bear out (exit 2)

Bad input is data: readers raise ReadError, the pipeline turns it into a row of the
inventory. Everything else is the caller's to see.
"""

from __future__ import annotations


class BaselineError(Exception):
    """Root of all errors this package raises on purpose.

    Args:
        what: What happened, one clause.
        where: File, field or row concerned; empty where there is none.
        expected: What would have been right.
        found: What was there instead.
        remedy: What the reader of the message can do.
    """

    code = "baseline"

    def __init__(
        self, what: str, *, where: str = "", expected: str = "", found: str = "", remedy: str = ""
    ) -> None:
        self.what = what
        self.where = where
        self.expected = expected
        self.found = found
        self.remedy = remedy
        super().__init__(self.message())

    def message(self) -> str:
        """The whole message on one line, without the code."""
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.found:
            parts.append(f"found {self.found}")
        if self.remedy:
            parts.append(self.remedy)
        return "; ".join(parts)


class UsageError(BaselineError):
    """The command line, the environment or a configuration file asks for something impossible."""

    code = "usage"


class ReadError(BaselineError):
    """An artifact cannot be read (too deep, too large, not what it says it is)."""

    code = "unreadable"


class DatasetError(BaselineError):
    """A dataset folder is missing, broken, or of a schema this version does not know."""

    code = "dataset"


class ModelError(BaselineError):
    """A language model is not there, refuses, breaks off or takes too long."""

    code = "model"


class OutputError(BaselineError):
    """The output folder cannot be written."""

    code = "output"


class WorkerError(BaselineError):
    """A worker process that reads a share of the heap ended or failed."""

    code = "worker"

    def __reduce__(self) -> tuple[object, ...]:
        """Through a pipe goes the message."""
        return type(self), (self.what,)


class RefusedError(BaselineError):
    """A finished report holds a number that the audit does not bear out; it is not published."""

    code = "refused"

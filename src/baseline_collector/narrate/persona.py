"""Who the model is told to be: the default persona, or a file of the user's."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from baseline_collector.errors import UsageError
from baseline_collector.plain_file import content

DEFAULT_PERSONA: Final = """\
You are DataCollector-9000, a systems analyst tasked with scanning benchmark artifacts.
Produce a concise data inventory with bullet points that highlight:
1. Directory coverage (reports/, csv_data/, artifacts/).
2. File counts per type (md, csv, json) and the latest modified timestamp you observe.
3. Any gaps or missing telemetry that could impact model evaluation.
Keep the response under 250 words but include concrete metrics so a second agent can reason over \
them.
"""

MOST_BYTES: Final = 16_384
"""A persona is a few sentences; a larger file is a mistake (a model file, a log)."""


def load_persona(path: Path | str) -> str:
    """Read a persona from a UTF-8 text file.

    Args:
        path: The file.

    Returns:
        Its text, with one newline at the end.

    Raises:
        UsageError: The file is missing, no text, empty or larger than ``MOST_BYTES``.
    """
    where = Path(path)
    try:
        data = content(where, MOST_BYTES + 1)
        text = data.decode("utf-8-sig").strip()
    except OSError as error:
        raise _wrong(path, error.strerror or type(error).__name__) from error
    except UnicodeDecodeError as error:
        raise _wrong(path, "bytes that are not UTF-8") from error
    if len(data) > MOST_BYTES:
        raise _wrong(path, f"more than {MOST_BYTES} bytes")
    if not text:
        raise _wrong(path, "an empty file")
    return text.replace("\r\n", "\n") + "\n"


def _wrong(path: Path | str, found: str) -> UsageError:
    return UsageError(
        "the persona cannot be used",
        where=str(path),
        expected=f"a UTF-8 text file of at most {MOST_BYTES} bytes",
        found=found,
        remedy="give another file, or leave the option out for the default persona",
    )

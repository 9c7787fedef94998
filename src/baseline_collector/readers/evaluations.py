"""Evaluations: lm-evaluation-harness results and samples, inspect_ai logs.

Specified in lm-evaluation-harness, docs/interface.md (0.4) and inspect_ai's eval log reference
(version 2). An ``.eval`` file is a zip of JSON: ``header.json`` and a member a sample. It is
read within bounds and never unpacked to disk; pointers count samples in the archive's order.
``_journal/`` and summaries repeat what stands there and are not read.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from baseline_collector.errors import ReadError
from baseline_collector.readers.base import Limits, Outcome, Places
from baseline_collector.readers.encoding import decode
from baseline_collector.readers.json_text import parse
from baseline_collector.readers.leaves import Leaves
from baseline_collector.readers.opened import Opened
from baseline_collector.readers.told import ToolJson, Walk, has, inherit

_MEMBERS = 100_000


class LmEval(ToolJson):
    """``results_*.json``, and ``samples_*.jsonl`` of one task."""

    name = "lm-eval"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it is a report by task, or a sample with its metrics."""
        return has(record, "results", "configs", "versions", "n-shot") or has(
            record, "doc_id", "doc", "target", "resps", "filtered_resps")

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the harness."""
        return str(record.get("lm_eval_version", ""))


class InspectJson(ToolJson):
    """An eval log as JSON."""

    name = "inspect_ai"

    def owns(self, record: dict[str, Any]) -> bool:
        """Whether it has the log's parts."""
        return has(record, "version", "status", "eval") and has(
            record["eval"], "task", "model", "dataset")

    def version_of(self, record: dict[str, Any]) -> str:
        """Of the log format."""
        return str(record["version"])


class InspectEval:
    """An eval log as a zip of JSON."""

    name = "inspect_ai"
    version = "1"
    places: Places = "json"
    quotes = False

    def claims(self, opened: Opened) -> bool:
        """Whether it is a zip that has a start or a header of a log."""
        return opened.data.startswith(b"PK\x03\x04") and opened.whole and (
            b"_journal/start.json" in opened.data or b"header.json" in opened.data)

    def read(self, opened: Opened, leaves: Leaves) -> Outcome:
        """Write every leaf of header and samples.

        Raises:
            ReadError: The archive is broken, larger than the limits, or holds no log.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(opened.data)) as archive:
                document, version = _log(archive, opened.limits)
        except (zipfile.BadZipFile, NotImplementedError, zlib.error, RuntimeError, EOFError,
                OSError, ValueError, KeyError, struct.error) as error:
            raise ReadError(f"the archive cannot be read: {error}",
                            expected="a zip of JSON, stored or deflated") from error
        Walk(leaves, inherit).go(document)
        return Outcome(version=version)


def _log(archive: zipfile.ZipFile, limits: Limits) -> tuple[dict[str, Any], str]:
    """Header and samples as one document, and the version of the log."""
    names = archive.namelist()
    if len(names) > _MEMBERS:
        raise ReadError("too many members", found=str(len(names)), expected=f"at most {_MEMBERS}")
    head = next((name for name in ("header.json", "_journal/start.json") if name in names), "")
    if not head:
        raise ReadError("no eval log", expected="header.json in the archive")
    left = limits.document_bytes
    header, left = _member(archive, head, left, limits)
    samples = []
    for name in names:
        if name.startswith("samples/") and name.endswith(".json"):
            sample, left = _member(archive, name, left, limits)
            samples.append(sample)
    version = str(header.get("version", "")) if isinstance(header, dict) else ""
    return {"header": header, "samples": samples}, version


def _member(archive: zipfile.ZipFile, name: str, left: int, limits: Limits) -> tuple[Any, int]:
    """One member parsed, and how many bytes may still be unpacked; sizes in a zip can lie."""
    if archive.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReadError("the archive is packed in a way that is not read", where=name,
                        expected="members stored or deflated")
    with archive.open(name) as file:
        data = file.read(left + 1)
    if len(data) > left:
        raise ReadError("the archive unpacks to more than the limit",
                        expected=f"at most {limits.document_bytes} bytes",
                        remedy="raise --max-document-bytes")
    return parse(decode(data).text, limits.depth), left - len(data)

"""One share of a heap: its artifacts read and normalised, their rows put aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from baseline_collector.config import Settings
from baseline_collector.model import Artifact
from baseline_collector.naming import learn
from baseline_collector.normalise import Account, normalise_each
from baseline_collector.normalise.large import Large
from baseline_collector.normalise.stage import Masks
from baseline_collector.read import PORTION, portions
from baseline_collector.readers.base import Limits, Reader
from baseline_collector.readers.catalogue import TOOLS, plugins
from baseline_collector.redact import Redactor
from baseline_collector.spool import Spool


@dataclass(frozen=True, slots=True)
class Share:
    """What became of the artifacts of one share.

    Attributes:
        artifacts: Each with hash, reader, status and reason, in order.
        accounts: What became of their leaves.
        rows: Their measurements, in the same order.
    """

    artifacts: list[Artifact]
    accounts: list[Account]
    rows: Spool


def limits(settings: Settings) -> Limits:
    """The readers' limits, as set."""
    return Limits(settings.max_document_bytes, settings.max_stream_bytes, settings.max_depth)


def tools(settings: Settings) -> tuple[Reader, ...]:
    """Our readers of known tools; those of other packages where the settings ask for them."""
    return (*TOOLS, *plugins()) if settings.plugins else TOOLS


def take(artifacts: Sequence[Artifact], settings: Settings, aside: Path) -> Share:
    """Read and normalise some artifacts, a portion at a time.

    Args:
        artifacts: As discovered.
        settings: Limits, readers, masking.
        aside: File for the rows, where they are many.
    """
    learn(settings.vocabulary)
    redactor = Redactor(enabled=settings.redact)
    masks = Masks(redactor.text, redactor.value)
    share = Share([], [], Spool(aside))
    for reading in portions(artifacts, limits(settings), tools(settings), PORTION,
                            aside.with_suffix(".leaves")):
        share.artifacts.extend(reading.artifacts)
        if reading.pieces is not None:
            large = Large(reading.pieces, reading.artifacts[0], reading.places[0],
                          bool(reading.quoted), masks, aside.with_suffix(".waiting"))
            for table in large.tables():
                share.rows.add(table)
            share.accounts.append(large.account)
        else:
            normalised = normalise_each(reading.batch, reading.artifacts, reading.places,
                                        reading.quoted, masks.text, masks.value)
            share.accounts.extend(normalised.accounts)
            share.rows.add(normalised.measurements)
    share.rows.close()
    return share

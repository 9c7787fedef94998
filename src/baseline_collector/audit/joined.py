"""Records that a report shows: values of one listing must stand in one file together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from baseline_collector.audit.claims import AuditedClaim
from baseline_collector.audit.index import Index
from baseline_collector.audit.rounding import fits
from baseline_collector.audit.subject import Subject


def judge_joined(claims: Sequence[AuditedClaim], subjects: Sequence[Subject], index: Index
                 ) -> Iterator[AuditedClaim]:
    """Take back what supports single values of a listed record that no file holds together.

    Args:
        claims: All claims with verdicts.
        subjects: What each was bound to.
        index: The dataset.
    """
    records: dict[int, list[int]] = {}
    for at, one in enumerate(claims):
        if one.claim.block.kind == "json" and subjects[at].key is not None:
            records.setdefault(one.claim.block.group, []).append(at)
    apart = {at for members in records.values() if len(members) > 1
             and not _together([(claims[at], subjects[at]) for at in members], index)
             for at in members}
    for at, one in enumerate(claims):
        if at in apart and one.verdict == "supported":
            why = "Such a value exists, but no file holds the listed values together."
            yield AuditedClaim(one.claim, replace(one.outcome, verdict="unsupported", why=why))
        else:
            yield one


def _together(members: Sequence[tuple[AuditedClaim, Subject]], index: Index) -> bool:
    held: set[int] | None = None
    artifact, keys = index.column("artifact"), index.column("key")
    for one, subject in members:
        assert subject.key is not None
        rows = np.flatnonzero(keys.where(keys.names[code] for code in subject.key.codes))
        here = {int(artifact.codes[row]) for row in rows.tolist()
                if fits(one.claim, float(index.written[row]))}
        held = here if held is None else held & here
    return bool(held)

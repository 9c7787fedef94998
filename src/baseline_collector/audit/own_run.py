"""Figures of the run that wrote a report: they stand in its record and in no artifact."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from baseline_collector import units
from baseline_collector.audit.claims import Claim, Evidence, Outcome
from baseline_collector.audit.rounding import fits

RECORD = "report.json"
_WORD = re.compile(r"[a-z]+")
_SPLIT = re.compile(r"[(|;,]")
_UNITS = frozenset({"ms", "s", "tok", "llm", "record"})
_UNIT = {"ms": "ms", "s": "s"}
_SPOKEN = {"execution": "total", "time": "timing", "report": "report", "first": "ttft",
           "calls": "calls", "purpose": "calls"}


def judge_own(claim: Claim, record: Mapping[str, object]) -> Outcome | None:
    """Judge a figure that the record of the run holds under the name beside it.

    Args:
        claim: A claim that no artifact bears out.
        record: The run's own record: generated_at, timing, llm, rules_changed.
    """
    if claim.kind == "date":
        made = str(record.get("generated_at", ""))
        good = claim.moment is not None and made.startswith(f"{claim.moment:%Y-%m-%d}")
        return _supported("generated_at", made) if good else None
    if _of_header(claim, record):
        return _supported("agent", "its own header")
    if claim.kind != "number" or claim.value is None:
        return None
    if threshold := _threshold(claim, record):
        return threshold
    words = _named(claim)
    for path, value in _numbers(record, ""):
        names = set(_WORD.findall(path.lower())) - _UNITS
        if names & words and _fits(claim, path, value):
            return _supported(path, f"{value:g}")
    return None


def _of_header(claim: Claim, record: Mapping[str, object]) -> bool:
    """Whether a claim is part of how the run names itself: ``one process, 2 threads``."""
    agent = record.get("agent")
    if not isinstance(agent, Mapping):
        return False
    text = claim.block.text
    return any(isinstance(name, str) and name and 0 <= (at := text.find(name)) <= claim.start
               < at + len(name) for name in agent.values())


def _threshold(claim: Claim, record: Mapping[str, object]) -> Outcome | None:
    """A threshold that the run was given, or the usual one, behind the rule's name."""
    changed = record.get("rules_changed")
    before = claim.block.text[: claim.start]
    told = list(enumerate(changed)) if isinstance(changed, list) else []
    named = [(at, place, one) for place, one in told if one["threshold"]
             and (at := before.rfind(f"{one['rule']}.{one['threshold']}")) >= 0]
    if not named:
        return None
    _, place, nearest = max(named, key=lambda item: item[0])
    return next((_supported(f"rules_changed/{place}/{name}", nearest[name])
                 for name in ("value", "default") if fits(claim, float(nearest[name]))), None)


def _named(claim: Claim) -> set[str]:
    """Words beside a number, or of its column: what a record may call it."""
    block = claim.block
    before, after = block.text[: claim.start], block.text[claim.end :]
    label = block.cell.name if block.cell else " ".join(
        (_SPLIT.split(before)[-1], _SPLIT.split(after)[0]))
    found = set(_WORD.findall(label.lower()))
    return found | {_SPOKEN[word] for word in found if word in _SPOKEN}


def _numbers(value: object, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _numbers(inner, f"{path}/{name}")
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            yield from _numbers(inner, f"{path}/{at}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


def _fits(claim: Claim, path: str, value: float) -> bool:
    """Whether a number of the record is the claim, in the unit that its name ends in."""
    unit = None if path.endswith("tok_s") else _UNIT.get(path.rpartition("_")[2])
    if claim.unit is None or unit is None:
        return fits(claim, value)
    held = units.unit(unit)
    if claim.unit.dimension != held.dimension:
        return False
    return fits(claim, units.convert(value, held, claim.unit))


def _supported(path: str, value: str) -> Outcome:
    pointer = path if path.startswith("/") else f"/{path}"
    return Outcome("supported", "The run's own record says so.",
                   (Evidence(value, RECORD, pointer),), statistic="value")

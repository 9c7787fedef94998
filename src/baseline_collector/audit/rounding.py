"""Does a number as written stand for a value? Rounding as the writing shows it."""

from __future__ import annotations

import math

from baseline_collector.audit.claims import Claim

_ABOUT_SHARE = 0.02
_HALF = 0.501
"""Half a unit, and what rounding twice may add: 0.16749996 is 0.1675 and that is 0.168."""


def fits(claim: Claim, value: float, *, scale: float = 1.0) -> bool:
    """Whether a value, rounded as the claim is written, gives the claim.

    A bare number must be the rounded value: 7.25 stands for 7.2508 and not for 7.257.
    An approximate one may be off by one half in its last digit that is no trailing zero, or
    by 2 %. ``more than 100`` stands for what lies above.

    Args:
        claim: A claim with a value.
        value: The value, in the unit the claim is compared in.
        scale: What one unit of the claim is in that unit.
    """
    if claim.value is None or not math.isfinite(value):
        return False
    said, step = claim.value * scale, claim.step * abs(scale)
    slack = 1e-9 * max(abs(said), abs(value))
    if claim.bound == "over" and value > said:
        return True
    if claim.bound == "under" and value < said:
        return True
    room = _HALF * step
    if claim.about:
        room = max(0.5 * _last_digit(claim) * abs(scale), _ABOUT_SHARE * abs(said))
    return abs(value - said) <= room + slack


def _last_digit(claim: Claim) -> float:
    """Size of the last digit that is not zero: 100 for 1200."""
    if claim.step < 1 or not claim.value:
        return claim.step
    size = 1.0
    while claim.value % (size * 10) == 0:
        size *= 10
    return size


def written(value: float, step: float) -> str:
    """Write a value as exactly as a claim is written, with at least three digits that count."""
    places = max(0, round(-math.log10(step))) if step < 1 else 0
    if value and value != round(value):
        places = max(places, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(places, 9)}f}"

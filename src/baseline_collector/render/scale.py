"""Axes: where a value stands between the edges of a chart, and which ticks to label."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from baseline_collector.units import convert, digits, show, shown_in, unit

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_INTERVALS = 4
_NARROW = 0.65
"""Values all above this part of the largest are drawn without zero: a dot has no length."""

_MOST_DECADES = 4


@dataclass(frozen=True, slots=True)
class Tick:
    """One labelled position, in percent of the axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """A value axis in canonical units.

    Attributes:
        low: Value at the left edge.
        high: Value at the right edge.
        logarithmic: Equal ratios are equal distances.
        unit: What the labels are in; empty where each label carries its own unit.
        ticks: From left to right.
    """

    low: float
    high: float
    logarithmic: bool
    unit: str
    ticks: tuple[Tick, ...]

    def at(self, value: float) -> float:
        """Return where a value stands, in percent from the left, kept within the edges."""
        return position(value, self.low, self.high, self.logarithmic)


def axis(values: Sequence[float], symbol: str, logarithmic: bool) -> Axis:
    """Choose edges and ticks for some values.

    Args:
        values: Finite values in the canonical unit ``symbol``; at least one.
        symbol: Canonical unit symbol.
        logarithmic: Asked for; a value of zero or below makes the axis linear.
    """
    if logarithmic and min(values) > 0:
        return _log_axis(values, symbol)
    return _linear_axis(values, symbol)


def position(value: float, low: float, high: float, logarithmic: bool) -> float:
    """Return a position in percent between two edges."""
    if logarithmic:
        value, low, high = math.log10(max(value, low)), math.log10(low), math.log10(high)
    return round(100 * min(max((value - low) / (high - low), 0.0), 1.0), 2)


def _linear_axis(values: Sequence[float], symbol: str) -> Axis:
    shown = _unit(max(values, key=abs), symbol)
    scale = 1.0 if shown == symbol else convert(1.0, unit(symbol), unit(shown))
    least, most = min(values) * scale, max(values) * scale
    if 0 <= least < _NARROW * most or least == most:
        least = min(least, 0.0)
    if least == most:
        most = least + 1.0
    step = _nice((most - least) / _INTERVALS)
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    low, high = first * step, last * step
    ticks = tuple(Tick(position(place * step, low, high, False), _label(place * step))
                  for place in range(first, last + 1))
    return Axis(low / scale, high / scale, False, "" if shown == "1" else shown, ticks)


def _log_axis(values: Sequence[float], symbol: str) -> Axis:
    least, most = min(values), max(values)
    first, last = math.floor(math.log10(least) + 1e-9), math.ceil(math.log10(most) - 1e-9)
    last = max(last, first + 1)
    stride = math.ceil((last - first) / _MOST_DECADES)
    low, high = 10.0**first, 10.0**last
    ticks = tuple(Tick(position(10.0**power, low, high, True), show(float(f"1e{power}"), symbol))
                  for power in range(first, last + 1, stride))
    return Axis(low, high, True, "", ticks)


def _unit(value: float, symbol: str) -> str:
    return shown_in(value, symbol).symbol if symbol in ("s", "byte") else symbol


def _label(value: float) -> str:
    # A ruler shows 0.5 where a measurement shows 0.5000.
    return digits(value) if abs(value) >= 1000 else f"{round(value, 12):g}"


def _nice(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in _STEPS if step <= power * factor * (1 + 1e-9))

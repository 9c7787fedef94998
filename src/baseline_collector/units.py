"""Units: how artifacts spell them, how they convert, how a value is shown.

The only file that holds a conversion factor. A unit is canonical when it is the
one in which measurements of its dimension are stored: seconds, bytes, tokens,
tokens per second, percent, watts, degrees Celsius, hertz.

Source of the factors: SI brochure, 9th edition; IEC 80000-13 for binary prefixes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of measure.

    Attributes:
        symbol: How this package writes it.
        dimension: What can be converted into what: units of one dimension only.
        factor: Multiply a value in this unit by it to get the canonical unit.
        spellings: Lower-case spellings met in artifacts, without the symbol.
    """

    symbol: str
    dimension: str
    factor: float
    spellings: tuple[str, ...] = ()


UNITS: tuple[Unit, ...] = (
    Unit("s", "time", 1.0, ("sec", "secs", "second", "seconds")),
    Unit("ms", "time", 1e-3, ("msec", "msecs", "millisecond", "milliseconds", "millis")),
    Unit("us", "time", 1e-6, ("µs", "μs", "usec", "usecs", "usecond", "microsecond",
                              "microseconds", "micros")),
    Unit("ns", "time", 1e-9, ("nsec", "nsecs", "nsecond", "nanosecond", "nanoseconds", "nanos")),
    Unit("min", "time", 60.0, ("mins", "minute", "minutes")),
    Unit("h", "time", 3600.0, ("hr", "hrs", "hour", "hours")),
    Unit("tok/s", "token rate", 1.0, ("tokens/s", "token/s", "t/s", "tps", "toks/s", "tokens/sec",
                                      "tok/sec", "tokens_per_second", "tokens per second",
                                      "tokens/second", "tokens/sec/user")),
    Unit("req/s", "request rate", 1.0, ("requests/s", "requests/sec", "request/s", "rps", "qps",
                                        "req/sec", "queries/s")),
    Unit("op/s", "operation rate", 1.0, ("ops/s", "operations/s")),
    Unit("tok", "tokens", 1.0, ("token", "tokens", "toks")),
    Unit("word", "words", 1.0, ("words",)),
    Unit("word/s", "word rate", 1.0, ("words/s", "words per second")),
    Unit("char", "characters", 1.0, ("chars", "character", "characters")),
    Unit("byte", "size", 1.0, ("b", "bytes")),
    Unit("kB", "size", 1e3, ("kbyte", "kbytes", "kilobyte", "kilobytes")),
    Unit("MB", "size", 1e6, ("mbyte", "mbytes", "megabyte", "megabytes")),
    Unit("GB", "size", 1e9, ("gbyte", "gbytes", "gigabyte", "gigabytes")),
    Unit("KiB", "size", 1024.0, ("kib",)),
    Unit("MiB", "size", 1024.0**2, ("mib",)),
    Unit("GiB", "size", 1024.0**3, ("gib",)),
    Unit("%", "share", 1.0, ("percent", "pct", "percentage")),
    Unit("W", "power", 1.0, ("watt", "watts")),
    Unit("mW", "power", 1e-3, ("milliwatt", "milliwatts")),
    Unit("J", "energy", 1.0, ("joule", "joules")),
    Unit("°C", "temperature", 1.0, ("c", "degc", "celsius", "deg c")),
    Unit("Hz", "frequency", 1.0, ("hertz",)),
    Unit("MHz", "frequency", 1e6, ("megahertz",)),
    Unit("GHz", "frequency", 1e9, ("gigahertz",)),
    Unit("1", "number", 1.0, ("count", "ratio")),
)

_BY_SYMBOL = {unit.symbol: unit for unit in UNITS}
_BY_SPELLING = {
    spelling: unit
    for unit in UNITS
    for spelling in (*unit.spellings, unit.symbol.lower())
}
_OTHER_PREFIX = frozenset({"MW", "mHz", "MJ", "Mb", "Gb", "Kb"})
"""Spellings whose case says another unit (megawatt, megabit) than the lower-case one."""
_CANONICAL = {unit.dimension: unit.symbol for unit in UNITS if unit.factor == 1.0}


def unit(symbol: str) -> Unit:
    """Return the unit with exactly this symbol.

    Raises:
        KeyError: No such unit; a programmer's error.
    """
    return _BY_SYMBOL[symbol]


def recognise(spelling: str) -> Unit | None:
    """Return the unit an artifact means by a spelling, or None where it is not known.

    Case matters only between ``mW`` and ``MW``-like pairs: the exact symbol wins,
    otherwise the lower-case spelling is looked up.
    """
    text = spelling.strip()
    if text in _OTHER_PREFIX:
        return None
    return _BY_SYMBOL.get(text) or _BY_SPELLING.get(text.lower())


def canonical(unit_: Unit) -> Unit:
    """Return the unit in which values of the same dimension are stored."""
    return _BY_SYMBOL[_CANONICAL[unit_.dimension]]


def convert(value: float, source: Unit, target: Unit) -> float:
    """Convert a value between two units of one dimension.

    Raises:
        ValueError: The dimensions differ.
    """
    if source.dimension != target.dimension:
        raise ValueError(f"cannot convert {source.symbol} ({source.dimension}) "
                         f"to {target.symbol} ({target.dimension})")
    if source.factor == target.factor:
        return value
    if source.factor < target.factor:  # by a whole number: dividing rounds once, multiplying twice
        return value / _whole(target.factor / source.factor)
    return value * _whole(source.factor / target.factor)


def _whole(ratio: float) -> float:
    """A ratio of two factors, without the rounding error of 1 / 1e-9."""
    nearest = round(ratio)
    return float(nearest) if math.isclose(ratio, nearest, rel_tol=1e-12) else ratio


_TIME_STEPS = (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9))
_SIZE_STEPS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("byte", 1.0))


def shown_in(value: float, symbol: str) -> Unit:
    """Return the unit in which a canonical value reads best (0.0042 s -> ms)."""
    steps = {"s": _TIME_STEPS, "byte": _SIZE_STEPS}.get(symbol)
    if steps and math.isfinite(value):
        size = abs(value)
        for name, floor in steps:
            if size >= floor:
                return _BY_SYMBOL[name]
        if size == 0:
            return _BY_SYMBOL[symbol]
        return _BY_SYMBOL[steps[-1][0]]
    return _BY_SYMBOL.get(symbol, _BY_SYMBOL["1"])


def digits(value: float, significant: int = 4) -> str:
    """Write a number with a number of significant digits, never in exponent form.

    Numbers that are whole to twelve digits keep all their digits and are not grouped, so that
    a number in a report is one word; others keep ``significant`` digits, at least those before
    the point.
    """
    if not math.isfinite(value):
        return str(value)
    whole = round(value)
    if abs(value) < 1e15 and math.isclose(value, whole, rel_tol=1e-12):  # sums in another order
        return str(whole)
    magnitude = math.floor(math.log10(abs(value)))
    places = min(max(significant - 1 - magnitude, 0), 12)
    return f"{value:.{places}f}"


def show(value: float, symbol: str | None, significant: int = 4) -> str:
    """Write a canonical value for people, with the unit that reads best.

    Args:
        value: The value, in the canonical unit ``symbol``.
        symbol: Canonical unit symbol, or None for a bare number.
        significant: Significant digits of a number that is not whole.

    Returns:
        ``"94.13 ms"``, ``"182.3 tok/s"``, ``"44"``, ``"27.72 %"``.
    """
    if symbol is None or symbol == "1":
        return digits(value, significant)
    shown = shown_in(value, symbol) if symbol in _BY_SYMBOL else None
    if shown is None:
        return f"{digits(value, significant)} {symbol}"
    return f"{digits(convert(value, _BY_SYMBOL[symbol], shown), significant)} {shown.symbol}"

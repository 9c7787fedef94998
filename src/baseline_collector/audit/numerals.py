"""Numbers as people write them: digits, words, units, dates, and what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from baseline_collector import units
from baseline_collector.audit.claims import Precision

_NUMBER = re.compile(
    r"(?<![\w.,/\\#@^])(?P<sign>(?<![\d\w)`.])[-−+](?=\d))?"
    r"(?P<digits>\d{1,3}(?:[,\u00a0\u202f\u2009]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<power>[eE][-+]?\d{1,3})?")
_WORDS_BEFORE = frozenset({
    "report", "section", "figure", "fig", "table", "appendix", "chapter", "step", "phase",
    "version", "run", "test", "trial", "iteration", "rule", "page", "line", "row", "column",
    "item", "option", "no", "number", "id", "rank", "top", "tier", "part", "issue", "pr",
    "note", "equation", "listing", "stage", "week", "day", "level", "v", "exhibit",
    "scenario", "experiment", "agent", "round", "batch", "release", "build", "llama", "gemma",
    "qwen", "mistral", "mixtral", "phi", "gpt", "claude", "falcon", "yi", "deepseek",
    "smollm", "olmo", "starcoder", "rtx", "gtx", "quadro", "tesla", "radeon", "cuda", "rocm",
    "python", "pytorch", "torch", "torchvision", "windows", "ubuntu", "linux", "macos",
    "tensorrt", "onnx", "triton", "driver", "ollama", "vllm", "core", "ryzen", "xeon", "epyc",
    "intel", "amd", "nvidia", "geforce", "opset",
})
"""Words that a number behind them only tells apart: sections, products, versions."""
_WORD_BEFORE = re.compile(r"([A-Za-z]+)\.?\s$")
_JOINED = re.compile(r"[A-Za-z_]-$|\w:$")
_GOES_ON = re.compile(r"\.\d|:\d|/\d|-[A-Za-z]{2}|-\d{1,4}-")
_AFTER_UNIT = r"(?![\w°])"
_SKIPPED_UNITS = frozenset({"b", "c", "h", "j", "w", "s", "t/s", "min", "count", "ratio", "1", "%"})
_EXACT_UNITS = ("s", "h", "W", "J", "B", "t/s")


_KIND_OF_TOKENS = (r"\s(?:output|input|prompt|completion|generated|total|new)"
                   r"(?=\s+tok(?:en)?s?\b)")
_SEPARATED = re.compile(r"(?<=\d)[.,](?=\d)")


def _unit_pattern() -> re.Pattern[str]:
    spellings = {name for unit in units.UNITS for name in (unit.symbol, *unit.spellings)}
    spellings |= {"token per second", "tokens a second", "tokens/s", "requests per second",
                  "samples per second", "samples/s", "queries per second", "operations per second",
                  "requests a second"}
    loose = sorted((name for name in spellings if name.lower() not in _SKIPPED_UNITS),
                   key=len, reverse=True)
    any_case = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in loose)
    exact = "|".join(re.escape(name) for name in _EXACT_UNITS)
    return re.compile(
        rf"(?:{_KIND_OF_TOKENS})?\s?(?:(?P<percent>%|percentage points?\b|percent\b|pct\b)|"
        rf"(?P<multiple>[x×](?!\w)|-?fold\b|times\b)|(?P<unit>(?i:{any_case})|(?:{exact})){_AFTER_UNIT})")


_UNIT = _unit_pattern()
UNIT_WORDS = re.compile(
    r"\bin\s+(?P<unit>(?i:nanoseconds|microseconds|milliseconds|seconds|minutes|hours|ms|µs|us|"
    r"tokens(?:\s+per\s+|/)(?:second|s|sec)\b|tok/s|requests\s+per\s+second|bytes|kilobytes|"
    r"megabytes|gigabytes|[kMG]i?B|percent|watts|(?:degrees\s+)?celsius|[MG]?Hz))(?![\w/])", re.I)

_MONTHS = {name: n for n, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}
_MONTH = (r"(?P<{0}>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
          r"Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?")
_DATES = (
    re.compile(r"(?<![\w/.-])(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:[T ](?P<H>\d{2}):(?P<M>\d{2})"
               r"(?::(?P<S>\d{2})(?:\.\d+)?)?(?P<zone>\s?(?:UTC|GMT|Z|[+-]\d{2}:?\d{2}))?)?(?![\w-])"),
    re.compile(_MONTH.format("name") + r"\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})\b"),
    re.compile(r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+" + _MONTH.format("name")
               + r",?\s+(?P<y>\d{4})\b"),
    re.compile(r"\b" + _MONTH.format("name") + r",?\s+(?P<y>\d{4})\b"),
)
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in a text.

    Attributes:
        start: Offset of its first character, the sign included.
        end: Offset after its unit.
        digits_end: Offset after its last digit.
        value: The number.
        step: One unit in the last place written; trailing zeros of a whole number count.
        unit: The unit beside it.
        shape: ``number``, ``percent`` or ``multiple``.
    """

    start: int
    end: int
    digits_end: int
    value: float
    step: float
    unit: units.Unit | None
    shape: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A date in a text, and how exactly it is written."""

    start: int
    end: int
    at: datetime
    precision: Precision


def swapped(text: str) -> str:
    """A text with points for commas between digits and the other way round."""
    return _SEPARATED.sub(lambda found: "," if found[0] == "." else ".", text)


def moments(text: str, start: int = 0) -> Iterator[Moment]:
    """Yield dates that name at least year and month, from an offset on."""
    for pattern in _DATES:
        for match in pattern.finditer(text, start):
            found = _moment(match)
            if found:
                yield found


def _moment(match: re.Match[str]) -> Moment | None:
    part = match.groupdict()
    month = int(part["m"]) if part.get("m") else _MONTHS[part["name"][:3].lower()]
    try:
        at = datetime(int(part["y"]), month, int(part.get("d") or 1), int(part.get("H") or 0),
                      int(part.get("M") or 0), int(part.get("S") or 0), tzinfo=UTC)
    except ValueError:
        return None
    precision: Precision = "month"
    for name, exact in (("d", "day"), ("H", "minute"), ("S", "second")):
        if part.get(name):
            precision = exact  # type: ignore[assignment]  # one of the literals above
    zone = re.fullmatch(r"\s?([+-])(\d{2}):?(\d{2})", part.get("zone") or "")
    if zone:
        ahead = timedelta(hours=int(zone[2]), minutes=int(zone[3]))
        at = at - ahead if zone[1] == "+" else at + ahead
    return Moment(match.start(), match.end(), at, precision)


def clocks(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield spans of times of day and slashed dates, which are no numbers, from an offset on."""
    for match in _CLOCK.finditer(text, start):
        yield match.span()


def numerals(text: str, start: int = 0) -> Iterator[Numeral]:
    """Yield numbers that may be claims: no versions, no parts of names, no counted headings.

    Args:
        text: The text, masked where nothing is claimed.
        start: Offset to begin at; what stands before is only looked at.
    """
    for match in _NUMBER.finditer(text, start):
        if _part_of_name(text, match):
            continue
        unit = _UNIT.match(text, match.end())
        end = match.end()
        shape, known = "number", None
        if unit:
            shape = "percent" if unit["percent"] else "multiple" if unit["multiple"] else "number"
            known = units.recognise(re.sub(r"\s+", " ", unit["unit"])) if unit["unit"] else None
            if unit["unit"] and known is None:
                known = _spoken(unit["unit"])
            end = unit.end()
        elif text[end : end + 1].isalpha() or text[end : end + 1] == "_":
            continue
        yield Numeral(match.start(), end, match.end(), _value(match), _step(match), known, shape)


_RATES = {"requests per second": "req/s", "queries per second": "req/s",
          "samples per second": "req/s", "samples/s": "req/s", "operations per second": "op/s"}


def _spoken(text: str) -> units.Unit | None:
    plain = text.lower().replace("token ", "tokens ").replace(" a ", " per ")
    return units.recognise(_RATES.get(plain, plain))


def unit_named(text: str) -> units.Unit | None:
    """The unit that words such as ``milliseconds`` or ``tokens per second`` name."""
    bare = re.sub(r"\s+", " ", text.strip())
    return units.recognise(bare) or units.recognise(
        bare.lower().removeprefix("degrees ")) or _spoken(bare)


def _part_of_name(text: str, match: re.Match[str]) -> bool:
    start = match.start()
    if _GOES_ON.match(text, match.end()):
        return True
    if _JOINED.search(text, max(0, start - 3), start) and not re.search(
            r"\b[A-Za-z]+:$", text[:start]):
        return True
    word = _WORD_BEFORE.search(text, max(0, start - 40), start)
    return bool(word and word[1].lower() in _WORDS_BEFORE and not _UNIT.match(text, match.end()))


def _value(match: re.Match[str]) -> float:
    digits = re.sub(r"[,\u00a0\u202f\u2009]", "", match["digits"])
    value = float(digits + (match["power"] or ""))
    return -value if match["sign"] in ("-", "−") else value


def _step(match: re.Match[str]) -> float:
    digits = match["digits"]
    places = len(digits.rpartition(".")[2]) if "." in digits else 0
    power = int(match["power"][1:]) if match["power"] else 0
    return float(10.0 ** (power - places))

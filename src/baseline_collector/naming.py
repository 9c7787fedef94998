"""What a name says: metric, statistic and unit, by the vocabulary, part by part.

A name is cut into parts (``meanTTFT (ms)`` -> mean, ttft, ms). All parts must be accounted
for: a unit at the end or in brackets, statistics, and one spelling from the vocabulary.
The keys of artifacts and the words of reports are recognised by the same rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from baseline_collector import units, vocabulary
from baseline_collector.errors import UsageError
from baseline_collector.own_metrics import START, add, own_metrics

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")
_SPLIT = re.compile(r"(?:[^\w%°.]|_|(?<!\d)\.|\.(?!\d))+")
_SLASHES = re.compile(r"/([^/\s]*)/")
_BRACKETS = re.compile(r"[(\[]\s*([^)\]]{1,24})\s*[)\]]\s*$")
_QUANTILE = re.compile(r"p(\d{1,2}(?:[._]\d+)?|99[._]?9+|100)")
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
_NOISE = frozenset({"the", "of", "per run", "value", "overall", "gpu", "csv", "avg", "measured"})
PERCENTILE_WORDS = frozenset({"percentile", "percentiles", "quantile", "quantiles", "pct"})
"""Name parts that say a quantile follows or stands below."""


def parts(name: str) -> tuple[str, ...]:
    """Cut a name into lower-case parts: ``tokensPerSecond`` -> tokens, per, second."""
    spaced = _SLASHES.sub(r" \1 per ", _CAMEL.sub(" ", name))
    return tuple(part.lower() for part in _SPLIT.split(spaced) if part)


def plain(name: str) -> str:
    """A name as lower-case parts joined by underscores, for look-ups."""
    return "_".join(parts(name))


_LONGEST = 6
"""Most parts of a spelling."""
_learned: tuple[str, ...] = ()


def learn(own: tuple[str, ...]) -> None:
    """Take in the user's own metrics and spellings, in place of those of an earlier call.

    Args:
        own: ``SPELLING=METRIC`` or ``metrics.NAME.FIELD=VALUE`` each, as ``[vocabulary]`` of the
            settings gives them.

    Raises:
        UsageError: A metric is unknown or badly described, or a spelling is empty, too long, or
            means another metric.
    """
    global _learned  # noqa: PLW0603  # one process reads under one set of settings at a time
    if own == _learned:
        return
    metrics = own_metrics(entry for entry in own if entry.startswith(START))
    before, _learned = _learned, ()
    add(metrics)
    try:
        _check([*(f"{spelling}={metric.name}" for metric in metrics
                  for spelling in (metric.name, *metric.spellings)),
                *(entry for entry in own if not entry.startswith(START))])
    except UsageError:
        add(own_metrics(entry for entry in before if entry.startswith(START)))
        _learned = before
        raise
    _learned = own


def _check(entries: list[str]) -> None:
    """Refuse spellings that are none or mean another metric."""
    known = dict(_built_in())
    for entry in entries:
        spelling, _, metric = (part.strip() for part in entry.rpartition("="))
        words = parts(spelling)
        if metric not in vocabulary.BY_NAME:
            near = get_close_matches(metric, vocabulary.BY_NAME, 3)
            raise UsageError(f"no such metric: {metric!r}", where=f"vocabulary, {spelling!r}",
                             expected=", ".join(near) or "a metric's canonical name",
                             remedy="baseline vocabulary lists them")
        if not 0 < len(words) <= _LONGEST:
            raise UsageError("no spelling", where=f"vocabulary, {spelling!r}",
                             expected=f"one to {_LONGEST} words", found=str(len(words)))
        if known.get(words, metric) != metric:
            raise UsageError(f"{spelling!r} means {known[words]} already", where="vocabulary",
                             expected="a spelling of your own", found=f"{spelling!r} = {metric!r}")
        known[words] = metric


def learned() -> tuple[str, ...]:
    """The user's own spellings; what any name means depends on them."""
    return _learned


def spellings() -> dict[tuple[str, ...], str]:
    """Every spelling as name parts, the user's own among them, and the metric it means."""
    return _spellings(_learned)


@lru_cache(maxsize=1)
def _built_in() -> dict[tuple[str, ...], str]:
    return {tuple(spelling.split()): metric.name for metric in vocabulary.METRICS
            for spelling in (*metric.spellings, metric.name.replace("_", " "))}


@lru_cache(maxsize=4)
def _spellings(own: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    table = dict(_built_in())
    for metric in own_metrics(entry for entry in own if entry.startswith(START)):
        for spelling in (metric.name, *metric.spellings):
            table[parts(spelling)] = metric.name
    for entry in own:
        if not entry.startswith(START):
            spelling, _, name = entry.rpartition("=")
            table[parts(spelling)] = name.strip()
    return table


def statistic_of(part: str) -> str | None:
    """Return the statistic a name part says, or None."""
    if part in vocabulary.STATISTICS:
        return vocabulary.STATISTICS[part]
    match = _QUANTILE.fullmatch(part)
    if match:
        return "p" + match[1].replace("_", ".")
    ordinal = _ORDINAL.fullmatch(part)
    return f"p{ordinal[1]}" if ordinal else None


@dataclass(frozen=True, slots=True)
class TakenApart:
    """One name taken apart: what it says of metric, statistic and unit, and what is left over.

    ``others`` are further statistics that a name without a metric says, as ``total`` in
    ``mean_total_s``; where there is a metric, they are left over.
    """

    metric: str | None
    statistic: str | None
    unit: str | None
    leftover: tuple[str, ...]
    others: tuple[str, ...] = ()


def take_apart(name: str) -> TakenApart:
    """Account for every part of a name by the rules of this module.

    Args:
        name: One name, as an artifact or a report spells it.
    """
    return _apart(name, _learned)


@lru_cache(maxsize=50_000)
def _apart(name: str, own: tuple[str, ...]) -> TakenApart:
    unit, bare = bracketed_unit(name)
    metric, rest = longest_spelling(list(parts(bare)))
    if unit is None and rest and rest[-1] != "min":  # the least, before it is minutes
        unit = _last_unit(rest)
    statistic, rest = _statistics(rest)
    unit = unit or _last_unit(rest)
    leftover = tuple(part for part in rest if part not in _NOISE)
    if metric is None and leftover:
        metric, again = longest_spelling(list(leftover))
        leftover = tuple(again)
    others: tuple[str, ...] = ()
    if metric is None and unit and leftover == ("total",):
        others, leftover = leftover, ()
    return TakenApart(metric, statistic, unit, leftover, others)


def _last_unit(rest: list[str]) -> str | None:
    """Take the unit off the end of some parts, where one stands there."""
    return vocabulary.UNIT_PARTS[rest.pop()] if rest and rest[-1] in vocabulary.UNIT_PARTS else None


def bracketed_unit(name: str) -> tuple[str | None, str]:
    """The unit in brackets at the end of a name, if there is one, and the name without it."""
    match = _BRACKETS.search(name)
    found = units.recognise(match[1]) if match else None
    if match and found:
        return found.symbol, name[: match.start()]
    return None, name


def longest_spelling(rest: list[str]) -> tuple[str | None, list[str]]:
    """Find the longest run of parts that is a spelling; return its metric and the other parts."""
    table = spellings()
    for length in range(min(len(rest), _LONGEST), 0, -1):
        for start in range(len(rest) - length + 1):
            metric = table.get(tuple(rest[start : start + length]))
            if metric and (length > 1 or _alone(rest, start)):
                return metric, rest[:start] + rest[start + length :]
    return None, rest


def _alone(rest: list[str], at: int) -> bool:
    """Whether a one-part spelling stands with nothing but units, statistics and noise."""
    return all(
        statistic_of(part) or part in vocabulary.UNIT_PARTS or part in _NOISE
        or part in PERCENTILE_WORDS
        for n, part in enumerate(rest) if n != at
    )


def _statistics(rest: list[str]) -> tuple[str | None, list[str]]:
    joined = "_".join(rest)
    if joined == "coefficient_of_variation":
        return "cv", []
    said = [statistic for part in rest if (statistic := statistic_of(part))]
    found: str | None = None
    left = []
    for part in rest:
        statistic = statistic_of(part)
        if statistic == "total" and set(said) - {"total", "overall"}:
            left.append(part)  # the mean of a total is a mean
        elif statistic and (found in (None, "overall") or statistic == "overall"):
            found = statistic if found in (None, "overall") else found
        elif part not in PERCENTILE_WORDS:
            left.append(part)
    return found, left

"""What a key means: metric, statistic, unit, or what kind of context it is.

A key is cut into object names; the last one is taken apart by ``naming.py``. Where it is
only a statistic (``p99``), the names above it are asked for the metric, nearest first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from baseline_collector import units, vocabulary
from baseline_collector.naming import (
    TakenApart,
    bracketed_unit,
    learned,
    parts,
    plain,
    statistic_of,
    take_apart,
)
from baseline_collector.normalise.mappings import find
from baseline_collector.normalise.mappings.entry import Role
from baseline_collector.paths import container, sense_of, without_sense
from baseline_collector.paths import names as path_names

_OUTCOME = {"error", "error_message", "exception", "success", "ok", "status", "error_text",
            "failure", "failure_reason"}
_TRANSPARENT = vocabulary.PARAMETER_OBJECTS | vocabulary.SETUP_OBJECTS | {"metadata", "details"}
_CLEAR_UNITS = frozenset(part for part in vocabulary.UNIT_PARTS
                         if len(part) > 1 and part not in ("min", "tokens"))
_LOOPS = frozenset({"benchmark", "benchmarks", "microbenchmark"})
"""Words of a heading that say a table times the iterations of a benchmark's loop."""
_INTERVAL = frozenset({"confidence", "interval"})
_DIFFERENCE = frozenset({"delta", "δ", "vs", "change", "difference", "diff", "improvement"})
_SERIES = frozenset({"metrics", "telemetry", "trace", "timeline"})
_MEASURED_HERE = frozenset({"gpu", "cpu", "device", "sensor", "sensors", "telemetry", "thermal"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a key was taken for, and why.

    Attributes:
        role: Kind of leaf.
        metric: Canonical metric of a measurement.
        statistic: ``sample`` where the name says none.
        unit: Unit the name states, or the metric's own where tools agree; None where unknown.
        binary: Whether MB and GB of this key are powers of 1024.
        target: Column for context, name for parameters and setup.
        scope: Template of the object or row the leaf speaks for.
        variant: Settings that the names of containers give, such as backend = eager.
        why: The rule that decided, for ``baseline vocabulary``.
        definition: Which definition of the metric, where several exist and the format says.
    """

    role: Role
    metric: str | None
    statistic: str
    unit: str | None
    binary: bool
    target: str
    scope: str
    variant: tuple[tuple[str, str], ...]
    why: str
    definition: str = ""


def meaning_of(key: str, reader: str = "") -> Meaning:
    """Say what a key means: by the table of its format, else by its name and those above it.

    Args:
        key: Path template, e.g. ``metrics[].gpu[].fan_speed``.
        reader: Name of the reader that read it.
    """
    return _meaning(key, reader, learned())


@lru_cache(maxsize=200_000)
def _meaning(key: str, reader: str, own: tuple[str, ...]) -> Meaning:
    found = find(reader, key)
    if found is not None:
        entry = found.entry
        binary = entry.metric is not None and vocabulary.BY_NAME[entry.metric].binary
        return Meaning(entry.role, entry.metric, entry.statistic, entry.unit or None, binary,
                       entry.target, container(key) if entry.scope is None else entry.scope,
                       found.names, f"table of {reader}", entry.definition)
    key, said = without_sense(key), sense_of(key)
    names = path_names(key)
    scope = container(key)
    if not names:
        return _other("unnamed", scope, "no name")
    if said == "mean" and take_apart(names[-1]).metric:
        return _a_mean(_meaning(key, reader, own))
    if said:
        return _told_beside(names[-1], said, key, scope)
    if reader == "generic-markdown" and plain(names[-1]) in vocabulary.INSTALLED_OR_USED and (
            key.startswith("[].")):
        return _other("unnamed", scope, "installed or used: a line of a note does not say")
    last, above = names[-1], [plain(name) for name in names[:-1]]
    bare = plain(last)
    context = _context(bare, last, above, key, _owner(scope))
    if context is not None:
        return replace(context, target="") if _lists_settings(context, key) else context
    tabled = reader and not reader.startswith("generic")
    if bare in vocabulary.RECORD_NAMES and scope.endswith("[]") and not tabled:
        return _other("context", scope, "names a record among others", "run")
    return _measurement(last, names[:-1], key, scope)


def _told_beside(last: str, said: str, key: str, scope: str) -> Meaning:
    """A column whose header names no metric, by the name in its row or the heading above it."""
    if take_apart(last).statistic:
        heading = [part for part in parts(said) if part in _LOOPS]
        name = "iteration time" if heading else said
        return _measurement(last, [name], key, scope)
    if _DIFFERENCE & set(parts(last)):
        return _other("unnamed", scope, "a difference between the columns beside it")
    found = _measurement(said, [], key, scope)
    variant = () if plain(last) in vocabulary.VALUE_COLUMNS else (("variant", last),)
    return replace(found, variant=variant, why=f"{found.why}, in its row")


def _a_mean(found: Meaning) -> Meaning:
    """A column among columns of means that names no statistic itself."""
    if found.role != "measurement" or found.statistic != "sample":
        return found
    return replace(found, statistic="mean", why=f"{found.why}; a mean, as the columns beside it")


def _lists_settings(meaning: Meaning, key: str) -> bool:
    return meaning.role == "parameter" and key.endswith("[]")


def _other(role: Role, scope: str, why: str, target: str = "",
           variant: tuple[tuple[str, str], ...] = ()) -> Meaning:
    return Meaning(role, None, "sample", None, False, target, scope, variant, why)


def _context(bare: str, last: str, above: list[str], key: str, scope: str) -> Meaning | None:
    """The meaning of a key that names no measurement, or None."""
    parent = above[-1] if above else ""
    if bare in _OUTCOME:
        return _other("outcome", scope, "says whether it worked", bare)
    if parent in vocabulary.HARDWARE_OBJECTS and bare in ("model", "name", "brand"):
        device = parent in ("gpu", "gpus")
        return _other("context" if device else "setup", scope, "names a part of the machine",
                      "device" if device else f"{parent}_model")
    if parent == "model" and bare in ("name", "id"):
        return _other("context", scope, "name of the model object", "model")
    in_parameters = any(name in vocabulary.PARAMETER_OBJECTS for name in above)
    in_setup = any(name in vocabulary.SETUP_OBJECTS for name in above)
    if (in_parameters or parent == "model") and bare not in ("device",):
        if bare in vocabulary.REPETITION_KEYS:
            return _other("repetitions", scope, "repetitions among settings", bare)
        return _other("parameter", scope, "inside an object of settings", bare)
    if parent == "model":
        return _other("context", scope, "inside the model object", bare)
    if in_setup:
        target = "device" if bare in ("gpu_name", "device_name") else bare
        role: Role = "context" if target == "device" else "setup"
        return _other(role, scope, "inside an object about the environment", target)
    return _by_name(bare, last, above, key, scope)


def _by_name(bare: str, last: str, above: list[str], key: str, scope: str) -> Meaning | None:
    if bare in vocabulary.SETUP_KEYS:
        return _other("setup", scope, "names the environment", bare)
    if bare in ("temperature", "temp") and any(name in _MEASURED_HERE for name in above):
        return Meaning("measurement", "temperature", "sample", "°C", False, "", scope, (),
                       "temperature below a device")
    if bare == "temp":
        return _other("parameter", scope, "a setting by name", "temperature")
    if bare.startswith("elapsed") and any(name in _SERIES for name in above):
        return _other("time", scope, "when a sample of a series was taken", "started_at")
    if bare == "options":
        return _other("parameter", scope, "settings as JSON text", bare)
    if bare in vocabulary.PARAMETERS:
        return _other("parameter", scope, "a setting by name", bare)
    if bare in vocabulary.REPETITION_KEYS and not key.endswith("[]"):
        return _other("repetitions", scope, "repetitions by name", bare)
    if bare in vocabulary.TIME_KEYS:
        return _other("time", scope, "a point in time", "started_at")
    if bare in vocabulary.CONTEXT_KEYS:
        return _other("context", scope, "context by name", vocabulary.CONTEXT_KEYS[bare])
    if bare in vocabulary.IDENTITY_KEYS or last.lower() in vocabulary.IDENTITY_KEYS:
        return _other("identity", scope, "names a thing", bare)
    if bare in vocabulary.TEXT_KEYS:
        return _other("answer", scope, "text of an answer", bare)
    return None


def _owner(scope: str) -> str:
    """The object that settings or an environment speak for: the one that holds theirs."""
    names = path_names(scope)
    while names and (plain(names[-1]) in _TRANSPARENT or plain(names[-1]) == "model"):
        scope, names = container(scope), names[:-1]
    inner = [at for at, name in enumerate(names) if plain(name) in _TRANSPARENT]
    for _ in range(len(names) - inner[0] if inner else 0):
        scope = container(scope)
    return scope


def _measurement(last: str, above: list[str], key: str, scope: str) -> Meaning:
    own = take_apart(last)
    if own.leftover:
        if last.lower() == "n" and above and _says(above[-1]).metric:
            return _other("repetitions", scope, "how many stand behind the metric above", "n")
        why = "ends of an interval, of what no name around them says" if (
            set(own.leftover) >= _INTERVAL and own.metric is None) else (
            f"not accounted for: {' '.join(own.leftover)}")
        return _unnamed(last, above, scope, why)
    used, why = len(above), "named by its key"
    if own.metric is None and (own.statistic or own.unit):
        own, used = _from_above(own, above)
        why = f"a statistic below {above[used]!r}" if own.metric else why
    own = _total_time(own)
    if own.metric is None:
        return _unnamed(last, above, scope, "a statistic, of what no name around it says"
                        if own.statistic and not own.unit else "no spelling in the vocabulary")
    metric = own.metric
    if metric == "throughput" and own.unit:
        metric = vocabulary.THROUGHPUT_BY_UNIT.get(units.unit(own.unit).dimension, metric)
    unit, statistic, entry = own.unit, own.statistic or "sample", vocabulary.BY_NAME[metric]
    if statistic == "cv":
        unit = unit or "%"
    elif unit is None or units.unit(unit).dimension == "number":
        unit = entry.bare_unit or None
    return Meaning("measurement", metric, statistic, unit, entry.binary, "", scope,
                   _variant(above[:used] + above[used + 1 :]), why)


def _unnamed(last: str, above: list[str], scope: str, why: str) -> Meaning:
    """A number that no metric covers, with the unit that its name states beyond doubt."""
    unit, _ = bracketed_unit(last)
    words = parts(last)
    clear = len(words) > 1 and words[-1] in _CLEAR_UNITS and "per" not in words
    if unit is None and clear and not words[-2].endswith("s"):  # words_ms may be words in a ms
        unit = vocabulary.UNIT_PARTS[words[-1]]
    return replace(_other("unnamed", scope, why, variant=_variant(above)), unit=unit)


def _total_time(own: TakenApart) -> TakenApart:
    """``total_s`` names no metric, but a total that is a time is that of the whole call."""
    if own.metric is None and own.unit and units.unit(own.unit).dimension == "time":
        if own.statistic == "total":
            return replace(own, metric="request_latency", statistic=None)
        if "total" in own.others:
            return replace(own, metric="request_latency")
    return own


def _says(name: str) -> TakenApart:
    """A container's name taken apart, without the words that only say it holds something."""
    unit, bare = bracketed_unit(name)
    words = [part for part in parts(bare) if part not in ("stats", "statistics", "results")]
    found = _total_time(take_apart("_".join(words)))
    return replace(found, unit=unit or found.unit)


def _from_above(own: TakenApart, above: list[str]) -> tuple[TakenApart, int]:
    """A statistic or unit completed by the nearest name above that says a metric, and its place.

    A name above that is another statistic itself, such as ``first_ttft`` above ``mean``, is
    not the metric and ends the search.
    """
    for at in range(len(above) - 1, -1, -1):
        says = _says(above[at])
        if says.metric is None or says.leftover:
            continue
        if own.statistic and says.statistic not in (None, "overall", own.statistic):
            break
        metric = says.metric
        if metric == "request_latency" and any(
                _says(name).metric == "iteration_time" for name in above[:at]):
            metric = "iteration_time"  # "latency" below "timing": latency of an iteration
        return replace(own, metric=metric, unit=own.unit or says.unit,
                       statistic=own.statistic or says.statistic), at
    return own, len(above)


def _variant(above: list[str]) -> tuple[tuple[str, str], ...]:
    """Settings in the names of containers: ``backends.eager`` -> backend = eager."""
    found: list[tuple[str, str]] = []
    loose: list[str] = []
    container = ""
    for name in above:
        bare = plain(name)
        if container:
            found.append((container, name))
            container = ""
        elif bare in ("backends", "devices", "variants", "configs", "engines", "kernels"):
            container = bare[:-1]
        elif not _structural(bare):
            loose.append(name)
    if loose:
        found.append(("variant", ".".join(loose)))
    return tuple(found)


def _structural(bare: str) -> bool:
    words = bare.split("_")
    return all(word in vocabulary.STRUCTURE_PARTS or statistic_of(word) for word in words) or (
        take_apart(bare).metric is not None and not take_apart(bare).leftover
    )

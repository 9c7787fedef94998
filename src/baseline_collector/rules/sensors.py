"""Rules about what sensors say: impossible values, throttling, power under load."""

from __future__ import annotations

import numpy as np

from baseline_collector.evidence.arrays import Ints
from baseline_collector.evidence.book import count_of
from baseline_collector.evidence.cite import cited
from baseline_collector.evidence.cuts import cut, together
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.pairing import containers
from baseline_collector.evidence.rule import Evidence, Rule, Threshold, listed

_SHARES = ("gpu_utilization", "gpu_memory_utilization", "cpu_utilization", "memory_utilization",
           "disk_utilization", "fan_speed")
_SMALLEST = 10


def _rows(frame: Frame, *metrics: str) -> Ints:
    return np.flatnonzero(frame.counted & frame.column("metric").where(*metrics)
                          & frame.column("statistic").where("sample"))


def implausible(evidence: Evidence) -> None:
    """Values that a sensor cannot have seen."""
    frame, limits = evidence.frame, evidence.limits
    value, metric = frame.value, frame.column("metric")
    process = np.array(["process" in str(name) for name in frame.column("key").names])
    shares = metric.where(*_SHARES) & ~process[frame.column("key").codes]
    wrong = shares & ((value < 0) | (value > limits["implausible-telemetry.share"]))
    heat = metric.where("temperature")
    wrong |= heat & ((value > limits["implausible-telemetry.hottest"]) | (value < -40))
    wrong |= metric.where("power", "clock_graphics", "clock_memory") & (value < 0)
    rows = np.flatnonzero(wrong & frame.counted & frame.column("statistic").where("sample"))
    rows = np.union1d(rows, _over_limit(frame, limits["implausible-telemetry.power"]))
    keys = frame.column("key")
    for code in keys.present(rows).tolist():
        mine = rows[keys.codes[rows] == code]
        book = evidence.book
        key = book.name("key", str(keys.names[code]))
        names = sorted({str(frame.column("artifact").at(row)) for row in mine.tolist()})
        count = cited(evidence, mine, f"Values of {key} that no sensor can have seen: {{}}",
                      "count", topic="telemetry", weight=45.0)
        worst = mine[int(np.abs(frame.value[mine]).argmax())]
        value_fact = cited(evidence, [worst], f"Farthest of them under {key}: {{}}", "value",
                           topic="telemetry")
        book.finding("implausible-telemetry", "warning",
                     f"{{{count}}} {count_of(len(mine), 'value')} of {key} in "
                     f"{listed(book, 'artifact', names)} cannot be, such as {{{value_fact}}}.",
                     [count, value_fact], f"Check the unit and the sensor behind {key}.",
                     "telemetry")


def _over_limit(frame: Frame, factor: float) -> Ints:
    """Power drawn far above the limit that stands beside it."""
    aligned = _aligned(frame, ("power", "power_limit"))
    if not aligned:
        return np.zeros(0, np.int64)
    drawn, limit = aligned["power"], aligned["power_limit"]
    over = (frame.value[limit] > 0) & (frame.value[drawn] > factor * frame.value[limit])
    return np.asarray(drawn[over], np.int64)


def _aligned(frame: Frame, metrics: tuple[str, ...]) -> dict[str, Ints]:
    """Rows of several metrics that stand in one container, in order; empty where none does."""
    rows = _rows(frame, *metrics)
    if len(set(frame.column("metric").codes[rows].tolist())) < len(metrics):
        return {}
    metric = frame.column("metric")
    found: dict[tuple[int, str], dict[str, list[int]]] = {}
    for row, place in zip(rows.tolist(), containers(frame, rows), strict=True):
        found.setdefault(place, {}).setdefault(str(metric.at(row)), []).append(row)
    whole = [one for one in found.values()
             if len(one) == len(metrics) and all(len(mine) == 1 for mine in one.values())]
    return {name: np.array([one[name][0] for one in whole], np.int64)
            for name in metrics} if whole else {}


def _by_signal(frame: Frame, rows: Ints) -> list[Ints]:
    """Positions of rows, cut by artifact, key and device."""
    label = frame.signals(rows)
    for name in ("artifact", "key", "device"):
        label = together(label, frame.column(name).codes[rows])
    parts = cut(np.arange(len(rows)), label)
    return [parts.rows_of(at) for at in range(len(parts.starts))]


def throttling(evidence: Evidence) -> None:
    """Clocks that fall while the temperature stands at its top."""
    frame, book, limits = evidence.frame, evidence.book, evidence.limits
    aligned = _aligned(frame, ("clock_graphics", "temperature"))
    if not aligned:
        return
    for at in _by_signal(frame, aligned["temperature"]):
        clock, heat = aligned["clock_graphics"][at], aligned["temperature"][at]
        if len(at) < _SMALLEST:
            continue
        degrees, speed = frame.value[heat], frame.value[clock]
        top = degrees >= degrees.max() - 1
        first = int(np.argmax(top))
        before = np.arange(len(at)) < first
        if (degrees.max() < limits["throttling.hot"] or top.sum() < 3 or before.sum() < 3
                or np.median(speed[top]) > (1 - limits["throttling.fall"])
                * np.median(speed[before])):
            continue
        file = book.name("artifact", str(frame.column("artifact").at(int(heat[0]))))
        ids = [cited(evidence, rows, f"{word} in {file}: {{}}", which, topic="telemetry",
                     weight=48.0) for rows, word, which in (
                        (heat, "Highest temperature", "max"),
                        (clock[before], "Median clock before it was reached", "median"),
                        (clock[top], "Median clock at the highest temperature", "median"))]
        book.finding("throttling", "warning",
                     f"In {file} the clock falls from {{{ids[1]}}} to {{{ids[2]}}} while the "
                     f"temperature stands at {{{ids[0]}}}: the device throttles.", ids,
                     f"Cool the device or cap its power before comparing figures of {file}.",
                     "telemetry")


def power_under_load(evidence: Evidence) -> None:
    """Power drawn while the device worked, beside power drawn while it did not."""
    frame, book, limits = evidence.frame, evidence.book, evidence.limits
    aligned = _aligned(frame, ("power", "gpu_utilization"))
    if not aligned:
        return
    for at in _by_signal(frame, aligned["power"]):
        drawn, used = aligned["power"][at], frame.value[aligned["gpu_utilization"][at]]
        busy, idle = drawn[used >= limits["power-under-load.busy"]], drawn[used <= 10]
        if len(busy) < 3:
            continue
        file = book.name("artifact", str(frame.column("artifact").at(int(drawn[0]))))
        facts = [cited(evidence, busy, f"Mean power under load in {file}: {{}}", "mean",
                       topic="telemetry", weight=46.0)]
        told = ""
        if len(idle) >= 3:
            facts.append(cited(evidence, idle, f"Mean power at rest in {file}: {{}}", "mean",
                               topic="telemetry", weight=45.0))
            told = f", and {{{facts[1]}}} at rest"
        book.finding("power-under-load", "info",
                     f"In {file} the device draws {{{facts[0]}}} under load{told}.", facts, "",
                     "telemetry")


RULES = (
    Rule("implausible-telemetry", "Sensor values that cannot be", "warning",
         "NVML and psutil ranges", "telemetry", "how many values, and the farthest",
         "check unit and sensor", implausible,
         (Threshold("share", 101.0, "largest share, %"),
          Threshold("hottest", 125.0, "highest temperature, degrees Celsius"),
          Threshold("power", 1.25, "largest power against the limit beside it, as a ratio"))),
    Rule("throttling", "Throttling", "warning", "NVML clocks and temperature",
         "ten samples of clock and temperature together",
         "the clock before and at the highest temperature", "cool the device or cap its power",
         throttling,
         (Threshold("hot", 75.0, "temperature from which it may throttle, degrees Celsius"),
          Threshold("fall", 0.05, "smallest fall of the clock that is told, as a share"))),
    Rule("power-under-load", "Power under load", "info", "NVML power",
         "three samples of power at high utilisation", "mean power under load and at rest",
         "weigh the rate against the power", power_under_load,
         (Threshold("busy", 50.0, "utilisation from which the device works, %"),)),
)

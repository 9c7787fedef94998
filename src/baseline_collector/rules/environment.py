"""Rules about where and when: setups that drift between runs, hosts, clocks and time zones."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from baseline_collector.evidence.book import among, count_of, equals
from baseline_collector.evidence.cite import counted, files_query
from baseline_collector.evidence.cuts import together
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.rule import (
    Evidence,
    Rule,
    Threshold,
    enumeration,
    files,
    listed,
)
from baseline_collector.evidence.summaries import LEADING

_COMPARED = ("metric", "model", "quantization", "device")
_MOST = 4
_QUARTER_S = 900.0


def setup_drift(evidence: Evidence) -> None:
    """Runs of one series of files whose recorded setups differ."""
    frame = evidence.frame
    setup = frame.column("setup")
    rows = np.flatnonzero(frame.counted & frame.column("metric").where(*LEADING)
                          & (setup.codes > 0))
    if not len(rows):
        return
    columns = [frame.series, *(frame.column(name).codes for name in _COMPARED), setup.codes,
               frame.column("artifact").codes]
    label = np.zeros(len(rows), np.int64)
    for column in columns:
        label = together(label, column[rows])
    firsts = np.sort(rows[np.unique(label, return_index=True)[1]])
    found: dict[tuple[int, ...], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for *where, code, artifact in zip(*(column[firsts].tolist() for column in columns),
                                      strict=True):
        found[tuple(where)][code].add(artifact)
    told: dict[tuple[str, ...], tuple[dict[str, set[str]], set[str]]] = {}
    for setups in found.values():
        artifacts = {name for members in setups.values() for name in members}
        if len(setups) < 2 or len(artifacts) < 2:
            continue
        differing = _differing([json.loads(str(setup.names[code])) for code in setups])
        names = {str(frame.column("artifact").names[code]) for code in artifacts}
        if differing:
            told.setdefault(tuple(sorted(names)), (differing, names))
    for differing, names in told.values():
        _drifted(evidence, differing, sorted(names))


_BY_RUN = ("session_type", "memory_total_bytes", "gpu_count")


def _differing(setups: Sequence[Mapping[str, object]]) -> dict[str, set[str]]:
    """Keys that several setups state with different values."""
    found: dict[str, set[str]] = {}
    for key in sorted(set().union(*setups)):
        values = {str(one[key]) for one in setups if one.get(key) not in (None, "")}
        if len(values) > 1 and key not in _BY_RUN:
            found[key] = values
    return found


def _drifted(evidence: Evidence, differing: Mapping[str, set[str]], names: Sequence[str]) -> None:
    book = evidence.book
    count = book.fact(f"Runs beside each other whose setups differ, "
                      f"{listed(book, 'artifact', names)}: {{}}", len(names), statistic="count",
                      estimator="files of one series with different setups", n=len(names),
                      topic="setup", weight=40.0, kind="inventory", sources=files(names),
                      sql=files_query(names), scope={"of": "setup drift", "artifact": names[0]})
    parts = [f"{book.name('setting', key)} ("
             + " and ".join(book.name("setup", text) for text in sorted(values)[:2]) + ")"
             for key, values in list(differing.items())[:_MOST]]
    more = " and others" if len(differing) > _MOST else ""
    book.finding("setup-drift", "warning",
                 f"{{{count}}} runs that stand beside each other, "
                 f"{listed(book, 'artifact', names)}, differ in {enumeration(parts)}{more}: a "
                 "difference between them may come from there.", [count],
                 "Compare runs of one setup, or change one thing at a time.", "setup")


_KINDS = ("cpu", "cuda", "gpu", "mps", "cuda:0")


def hosts(evidence: Evidence) -> None:
    """Measurements of several devices in one heap."""
    frame = evidence.frame
    device = frame.column("device")
    measured = frame.counted & frame.column("metric").where(*LEADING) & (device.codes > 0)
    codes = [code for code in device.present(measured).tolist()
             if str(device.names[code]).lower() not in _KINDS]
    if len(codes) < 2:
        return
    book = evidence.book
    names = [str(device.names[code]) for code in codes]
    count = book.fact("Different devices that measurements name: {}", len(codes),
                      statistic="count", estimator="distinct devices", n=len(codes),
                      topic="setup", weight=35.0, kind="inventory", scope={"of": "devices"},
                      sources=frame.sources([int(np.flatnonzero(measured & (device.codes == code))
                                                 [0]) for code in codes]),
                      sql=f"SELECT count(DISTINCT device) FROM measurements WHERE counted AND "
                          f"{among('metric', LEADING)} AND {among('device', names)}")
    book.finding("hosts", "info",
                 f"Measurements name {{{count}}} devices ({listed(book, 'device', names)}); "
                 "figures of different devices are kept apart.", [count], "", "setup")


def clocks(evidence: Evidence) -> None:
    """Times without a zone, zones that are off, and times that run backwards."""
    _zones(evidence)
    _backwards(evidence)
    _modified_before(evidence)


def _moments(frame: Frame) -> dict[str, tuple[list[datetime], list[datetime]]]:
    """Times that each artifact states, in the order of its rows: without and with a zone."""
    column, artifact = frame.column("started_at"), frame.column("artifact")
    rows = np.flatnonzero(column.codes > 0)
    parsed = [_parsed(text) for text in column.names]
    width = len(column.names)
    pairs = artifact.codes[rows] * width + column.codes[rows]
    _, first = np.unique(pairs, return_index=True)
    found: dict[str, tuple[list[datetime], list[datetime]]] = {}
    for pair in pairs[np.sort(first)].tolist():
        moment = parsed[pair % width]
        if moment is not None:
            mine = found.setdefault(str(artifact.names[pair // width]), ([], []))
            mine[moment.tzinfo is not None].append(moment)
    return found


def _parsed(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat((text or "").strip().replace(" UTC", "+00:00"))
    except ValueError:
        return None


def _zones(evidence: Evidence) -> None:
    book = evidence.book
    bare, shifted = [], {}
    for name, (naive, aware) in _moments(evidence.frame).items():
        if naive:
            bare.append(name)
            offset = _offset(naive, aware)
            if offset:
                shifted[name] = offset
    if shifted:
        hours = sorted(set(shifted.values()))
        names = sorted(shifted)
        count = book.fact("Files whose times of day are off their own epoch times: {}",
                          len(names), statistic="count", n=len(names), topic="setup",
                          estimator="times without zone that differ from epoch times of the file "
                          "by whole quarters of an hour", weight=38.0, kind="inventory",
                          scope={"of": "shifted clocks"}, sources=files(names),
                          sql=files_query(names))
        gaps = [_offset_fact(evidence, seconds,
                             [name for name in names if shifted[name] == seconds])
                for seconds in hours[:2]]
        told = " and ".join(f"{{{gap}}}" for gap in gaps)
        book.finding("clock", "notice",
                     f"In {{{count}}} {count_of(len(names), 'file')} times of day lie {told} from "
                     f"epoch times of the same record ({listed(book, 'artifact', names)}): they "
                     "are local time, and the zone was left out.", [count, *gaps],
                     "Write times with their zone, best in UTC.", "setup")
        bare = [name for name in bare if name not in shifted]
    if bare:
        count = book.fact("Files whose times name no zone: {}", len(bare), statistic="count",
                          estimator="files with a time without zone", n=len(bare), topic="setup",
                          weight=37.0, kind="inventory", scope={"of": "times without zone"},
                          sources=files(sorted(bare)), sql=files_query(sorted(bare)))
        book.finding("clock", "notice",
                     f"Times in {{{count}}} {count_of(len(bare), 'file')} name no zone: "
                     f"{listed(book, 'artifact', sorted(bare))}.", [count],
                     "Write times with their zone, best in UTC.", "setup")


_ZONED = "regexp_matches(started_at, '(Z|UTC|[+-][0-9]{2}:?[0-9]{2})$')"


def _offset_fact(evidence: Evidence, seconds: float, names: Sequence[str]) -> str:
    """Enter by how much times without zone are off in some files; derived from the first."""
    # Cast to TIMESTAMP, DuckDB leaves a written offset out; to TIMESTAMPTZ, it reads a time
    # without one in the zone of the session.
    bare, zoned = (f"SELECT DISTINCT epoch(TRY_CAST(started_at AS {kind})) AS at FROM measurements "
                   f"WHERE {equals('artifact', names[0])} AND"
                   for kind in ("TIMESTAMP", "TIMESTAMPTZ"))
    return evidence.book.fact(
        "Times without zone against epoch times of the file: {}", seconds / 3600,
        statistic="offset", estimator="time of day - epoch time, in UTC", unit="h", n=1,
        topic="setup", weight=4.0, kind="inventory", scope={"of": "clock offset"},
        sources=files(names),
        sql=f"SELECT min_by(round(gap / {_QUARTER_S:g}) / 4, abs(gap - {_QUARTER_S:g} * round(gap "
            f"/ {_QUARTER_S:g}))) FROM (SELECT bare.at - zoned.at AS gap FROM ({bare} NOT {_ZONED}"
            f") AS bare, ({zoned} {_ZONED}) AS zoned)")


def _offset(naive: Sequence[datetime], aware: Sequence[datetime]) -> float:
    """Seconds by which times without zone differ from others of the file; 0 for no clear offset."""
    if not aware:
        return 0.0
    known = np.array([one.timestamp() for one in aware])
    found = set()
    for one in naive:
        gaps = one.replace(tzinfo=UTC).timestamp() - known
        steps = np.round(gaps / _QUARTER_S) * _QUARTER_S
        near = np.abs(gaps - steps) <= 2.0
        if not near.any():
            return 0.0
        found.add(float(steps[near][np.abs(gaps[near] - steps[near]).argmin()]))
    offset = found.pop() if len(found) == 1 else 0.0
    return offset if abs(offset) <= 14 * 3600 else 0.0


def _backwards(evidence: Evidence) -> None:
    """Records of one file whose times run backwards."""
    frame, book = evidence.frame, evidence.book
    column, artifact = frame.column("started_at"), frame.column("artifact")
    rows = np.flatnonzero((column.codes > 0) & (frame.record >= 0))
    if not len(rows):
        return
    stamps = np.array([moment.timestamp() if (moment := _parsed(text)) and moment.tzinfo
                       else np.nan for text in column.names])[column.codes[rows]]
    rows, stamps = rows[~np.isnan(stamps)], stamps[~np.isnan(stamps)]
    keys = frame.column("key").codes[rows]
    order = np.lexsort((frame.record[rows], keys, artifact.codes[rows]))
    rows, stamps, keys = rows[order], stamps[order], keys[order]
    same = (np.diff(artifact.codes[rows]) == 0) & (np.diff(keys) == 0)
    same &= np.diff(frame.record[rows]) == 1
    back = same & (np.diff(stamps) < -evidence.limits["clock.backwards"])
    forth = same & (np.diff(stamps) > 0)
    wrong = []
    for code in artifact.present(rows[1:][back]).tolist():
        mine = artifact.codes[rows[1:]] == code
        if (back & mine).sum() < (forth & mine).sum():  # a list in falling order is no fault
            wrong.append(str(artifact.names[code]))
    if not wrong:
        return
    count = counted(evidence, "Files in which times run backwards: {}", len(wrong),
                    of="times backwards", topic="setup", weight=39.0,
                    estimator="files with a record that is earlier than the one before it",
                    names=sorted(wrong))
    book.finding("clock", "warning",
                 f"In {{{count}}} {count_of(len(wrong), 'file')} a record is earlier than the one "
                 f"before it: {listed(book, 'artifact', sorted(wrong))}.", [count],
                 "Take times from a monotonic clock, and keep records in the order measured.",
                 "setup")


def _modified_before(evidence: Evidence) -> None:
    """Files that are older than the times they hold."""
    book, limit = evidence.book, evidence.limits["clock.ahead"]
    modified = {one.artifact: one.modified_ns / 1e9 for one in evidence.artifacts}
    ahead = sorted(name for name, (_, aware) in _moments(evidence.frame).items()
                   if aware and name in modified
                   and max(one.timestamp() for one in aware) > modified[name] + limit)
    if not ahead:
        return
    count = book.fact("Files that are older than a time they hold: {}", len(ahead),
                      statistic="count", estimator="latest time in the file after its "
                      "modification time", n=len(modified), topic="setup", weight=39.0,
                      kind="inventory", scope={"of": "times ahead"}, sources=files(ahead),
                      sql=files_query(ahead))
    book.finding("clock", "warning",
                 f"{{{count}}} {count_of(len(ahead), 'file is', 'files are')} older than a time "
                 f"that stands in {count_of(len(ahead), 'it', 'them')}: "
                 f"{listed(book, 'artifact', ahead)}.", [count],
                 "Check the clock of the machine that wrote these files, or how they were copied.",
                 "setup")


RULES = (
    Rule("setup-drift", "Setups that drift between runs", "warning", "Hoefler & Belli 2015, rule 9",
         "setups of two files of one series", "which keys differ between runs, with their values",
         "compare runs of one setup", setup_drift),
    Rule("hosts", "One host or many", "info", "conbench: one hardware a comparison",
         "names of devices", "how many devices were measured on",
         "keep figures of different devices apart", hosts),
    Rule("clock", "Clocks and time zones", "warning", "ISO 8601",
         "times in artifacts", "times without zone, off their epoch, backwards, or after the file",
         "write times in UTC from a clock that was set", clocks,
         (Threshold("backwards", 1.0, "seconds that a time may run backwards"),
          Threshold("ahead", 86_400.0, "seconds that a time may lie after the file's own"))),
)

"""Facts about the heap itself: files, kinds, sizes, dates, and what became of the values."""

from __future__ import annotations

from collections.abc import Sequence

from baseline_collector.evidence.book import Book, count_of, quoted
from baseline_collector.evidence.frame import Frame
from baseline_collector.evidence.places import MOST_SOURCES
from baseline_collector.model import Artifact, Source, modified_text

_STATUS = {"read": "read whole", "partly_read": "read in part", "unread": "that could not be read",
           "duplicate": "that are copies of others and were read once"}


def _files(artifacts: Sequence[Artifact]) -> list[Source]:
    return [Source(artifact.artifact, "") for artifact in artifacts[:MOST_SOURCES]]


def inventory_facts(artifacts: Sequence[Artifact], book: Book) -> None:
    """Enter counts, sizes, shares and dates of files, whole and by kind and root."""
    size = book.fact("Bytes in all files: {}", sum(one.size for one in artifacts),
                     statistic="total", estimator="sum of file sizes", unit="byte",
                     n=len(artifacts), kind="inventory", scope={"of": "bytes"},
                     sql="SELECT coalesce(sum(size), 0) FROM artifacts", topic="inventory",
                     weight=-1.0, sources=_files(artifacts))
    latest = _latest(book, "Newest file modified at {}", artifacts, "true", {"of": "files"})
    noun = count_of(len(artifacts), "file")
    told = f"{noun} {count_of(len(artifacts), 'holds', 'hold')}"
    _count(book, f"{{}} {told} {{{size}}}, the newest modified at {{{latest}}}" if latest
           else f"{{}} {noun}", artifacts, "true", 1000.0, {"of": "files"})
    for kind in dict.fromkeys(sorted(one.kind for one in artifacts)):
        mine = [one for one in artifacts if one.kind == kind]
        _kind(book, kind, mine, len(artifacts))
    for root in dict.fromkeys(one.root for one in artifacts):
        mine = [one for one in artifacts if one.root == root]
        _count(book, f"{{}} {count_of(len(mine), 'file')} below {book.name('root', root)}", mine,
               f"root = {quoted(root)}", 800.0, {"of": "files", "root": root})
    for status, words in _STATUS.items():
        mine = [one for one in artifacts if one.status == status]
        if mine or status == "read":
            _count(book, f"Files {words}: {{}}", mine, f"status = {quoted(status)}", 700.0,
                   {"of": "files", "status": status})


def _kind(book: Book, kind: str, mine: Sequence[Artifact], of: int) -> None:
    """One kind of file: how many, which share, how new."""
    where, label = f"kind = {quoted(kind)}", book.name("kind", kind)
    scope = {"of": "files", "kind": kind}
    share = book.fact(f"Share of {label} files: {{}}", 100.0 * len(mine) / of, statistic="share",
                      estimator="files of the type / all files", unit="%", n=of,
                      kind="inventory", scope=scope, topic="inventory", weight=-1.0,
                      sql=f"SELECT 100.0 * count(*) FILTER ({where}) / count(*) FROM artifacts",
                      sources=_files(mine))
    latest = _latest(book, f"Newest {label} file modified at {{}}", mine, where, scope)
    _count(book, f"{{}} {label} {count_of(len(mine), 'file')}, {{{share}}} of all, the newest "
           f"modified at {{{latest}}}", mine, where, 900.0 + len(mine) / 1e6, scope)


def _count(book: Book, statement: str, artifacts: Sequence[Artifact], where: str, weight: float,
           scope: dict[str, str]) -> str:
    return book.fact(statement, len(artifacts), statistic="count", estimator="count of files",
                     n=len(artifacts), kind="inventory", topic="inventory", weight=weight,
                     sql=f"SELECT count(*) FROM artifacts WHERE {where}", scope=scope,
                     sources=_files(artifacts))


def _latest(book: Book, statement: str, artifacts: Sequence[Artifact], where: str,
            scope: dict[str, str]) -> str:
    if not artifacts:
        return ""
    newest = max(artifacts, key=lambda one: one.modified_ns)
    return book.fact(statement, modified_text(newest.modified_ns), statistic="latest",
                     estimator="latest modification time", n=len(artifacts), kind="inventory",
                     topic="inventory", weight=-1.0, scope=scope,
                     sql="SELECT strftime(max(modified) AT TIME ZONE 'UTC', "
                         f"'%Y-%m-%d %H:%M:%S UTC') FROM artifacts WHERE {where}",
                     sources=[Source(newest.artifact, "")])


_VALUES = (
    ("Numbers read: {}", "true", "numbers"),
    ("Measurements that statistics use: {}", "counted", "counted"),
    ("Numbers of failed calls, out of every statistic: {}", "status = 'failed'", "failed"),
    ("Numbers in quarantine, with a reason each: {}", "status = 'quarantined'", "quarantined"),
    ("Numbers under keys that the vocabulary does not name: {}",
     "status = 'ok' AND role = 'unnamed'", "unnamed"),
    ("Numbers that are settings, identities or points in time: {}",
     "status = 'ok' AND role IN ('parameter', 'identity', 'time')", "settings"),
    ("Reported statistics of samples that are at hand, stored and not counted beside them: {}",
     "restates IS NOT NULL", "restating"),
    ("Numbers repeated in twins or quoted in notes, stored and not counted again: {}",
     "status = 'ok' AND role = 'measurement' AND NOT counted AND restates IS NULL", "aside"),
)


def value_facts(frame: Frame, book: Book) -> None:
    """Enter what became of the numbers; the counts add up to all of them."""
    status, role = frame.column("status"), frame.column("role")
    ok = status.where("ok")
    measured, restating = role.where("measurement"), frame.column("restates").codes > 0
    masks = {
        "numbers": ok | ~ok, "counted": frame.counted, "failed": status.where("failed"),
        "quarantined": status.where("quarantined"), "unnamed": ok & role.where("unnamed"),
        "settings": ok & role.where("parameter", "identity", "time"),
        "restating": restating, "aside": ok & measured & ~frame.counted & ~restating,
    }
    for at, (statement, where, name) in enumerate(_VALUES):
        book.fact(statement, int(masks[name].sum()), statistic="count",
                  estimator="count of values", n=frame.size, kind="inventory", topic="ingestion",
                  weight=500.0 - at, scope={"of": "values", "which": name},
                  sql=f"SELECT count(*) FROM measurements WHERE {where}")
    for column in ("model", "metric"):
        names = sorted({str(frame.column(column).names[code])
                        for code in frame.column(column).present(frame.counted).tolist()
                        if code})
        book.fact(f"Different {column}s measured: {{}}", len(names), statistic="count",
                  estimator="distinct names", kind="inventory", topic="ingestion", weight=480.0,
                  scope={"of": column + "s"}, n=len(names),
                  sql=f"SELECT count(DISTINCT {column}) FROM measurements WHERE counted")

"""Rules about the heap: copies, twins, what could not be read, what was quarantined."""

from __future__ import annotations

from baseline_collector.evidence.book import count_of, quoted
from baseline_collector.evidence.rule import Evidence, Rule, enumeration, files, listed


def duplicates(evidence: Evidence) -> None:
    """Files with the same content."""
    copies = sorted((one for one in evidence.artifacts if one.status == "duplicate"),
                    key=lambda one: one.artifact)
    if not copies:
        return
    book = evidence.book
    fact = book.fact("Files with the same content as another: {}",
                     len(copies), statistic="count", estimator="equal SHA-256 of the content",
                     n=len(evidence.artifacts), kind="inventory", topic="duplicate", weight=50.0,
                     scope={"of": "duplicates"}, sources=files([one.artifact for one in copies]),
                     sql="SELECT count(*) FROM artifacts WHERE status = 'duplicate'")
    names = listed(book, "artifact", [one.artifact for one in copies])
    told = count_of(len(copies), "file is a byte-identical copy",
                    "files are byte-identical copies")
    book.finding("duplicate", "notice",
                 f"{{{fact}}} {told}: "
                 f"{names}. Each content counts once.",
                 [fact], "Keep one copy of each, or leave the copies out with an exclude pattern.",
                 "duplicate")


_MOST_PAIRS = 4


def twins(evidence: Evidence) -> None:
    """The same measurements in two forms, such as a CSV and a JSON."""
    if not evidence.twin_of:
        return
    book = evidence.book
    pairs = sorted(evidence.twin_of.items())
    fact = book.fact("Files that repeat the measurements of another in another form: {}",
                     len(pairs), statistic="count",
                     estimator="every sampled metric equal, value by value",
                     n=len(evidence.artifacts), kind="inventory", topic="duplicate", weight=49.0,
                     scope={"of": "twins"}, sources=files([twin for twin, _ in pairs]),
                     sql="SELECT count(*) FROM artifacts WHERE twin_of IS NOT NULL")
    examples = "; ".join(f"{book.name('artifact', twin)} repeats {book.name('artifact', kept)}"
                         for twin, kept in pairs[:_MOST_PAIRS])
    book.finding("twin", "notice",
                 f"{{{fact}}} {count_of(len(pairs), 'file repeats', 'files repeat')} measurements "
                 f"of another: {examples}{' and others' if len(pairs) > _MOST_PAIRS else ''}. "
                 "Each measurement counts once.", [fact],
                 "Write one machine-readable form of each run, so that no reader counts it again.",
                 "duplicate")


_MOST = 3


def unread(evidence: Evidence) -> None:
    """Files that hold something this program cannot read."""
    lost = sorted((one for one in evidence.artifacts
                   if one.status in ("unread", "partly_read")), key=lambda one: one.artifact)
    if not lost:
        return
    book = evidence.book
    fact = book.fact("Files not read whole: {}", len(lost), statistic="count",
                     estimator="count of files", n=len(evidence.artifacts), kind="inventory",
                     topic="ingestion", weight=60.0, scope={"of": "unread"},
                     sources=files([one.artifact for one in lost]),
                     sql="SELECT count(*) FROM artifacts WHERE status IN ('unread','partly_read')")
    told = [f"{book.name('artifact', one.artifact)} ({book.name('reason', one.reason)})"
            for one in lost[:_MOST]]
    names = ", ".join(told) + " and others" if len(lost) > _MOST else enumeration(told)
    book.finding("unread", "warning",
                 f"{{{fact}}} {count_of(len(lost), 'file was', 'files were')} not read whole: "
                 f"{names}.", [fact],
                 f"Mend or remove {listed(book, 'artifact', [one.artifact for one in lost])}.",
                 "ingestion")


def quarantined(evidence: Evidence) -> None:
    """Numbers that cannot be right or cannot be held."""
    frame = evidence.frame
    rows = frame.column("status").where("quarantined").nonzero()[0]
    if not len(rows):
        return
    book = evidence.book
    reasons: dict[str, list[int]] = {}
    for row in rows.tolist():
        reasons.setdefault(str(frame.column("reason").at(row)), []).append(row)
    for reason, mine in sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0])):
        fact = book.fact(
            f"Numbers in quarantine, {book.name('reason', reason[4:])}: {{}}", len(mine),
            statistic="count", estimator="count of values", n=frame.size, topic="ingestion",
            kind="inventory", weight=40.0, scope={"of": "quarantined", "rule": reason[:3]},
            sources=frame.sources(mine),
            sql=f"SELECT count(*) FROM measurements WHERE reason = {quoted(reason)}")
        artifacts = sorted({frame.source(row).artifact for row in mine})
        book.finding("quarantine", "notice",
                     f"{{{fact}}} {count_of(len(mine), 'number')} in "
                     f"{listed(book, 'artifact', artifacts)} went into quarantine: "
                     f"{book.name('reason', reason[4:])}.", [fact],
                     "Look at quarantined numbers where they stand; no statistic uses them.",
                     "ingestion")


RULES = (
    Rule("duplicate", "Files with the same content", "notice", "content hash (SHA-256)",
         "two files",
         "files with the same bytes; each content counts once",
         "keep one copy", duplicates),
    Rule("twin", "The same measurements in two files", "notice",
         "values equal metric by metric", "samples in two files",
         "a file repeats the measurements of another in another form; they count once",
         "write one machine-readable form of a run", twins),
    Rule("unread", "Files that were not read whole", "warning", "the readers' own limits",
         "nothing",
         "files that could not be read whole, with the reason",
         "mend or remove them", unread),
    Rule("quarantine", "Numbers that cannot be right", "notice",
         "cleaning rules C01 to C04, C08 to C11",
         "nothing",
         "numbers that cannot be right, by the cleaning rule that put them aside",
         "look at them where they stand", quarantined),
)

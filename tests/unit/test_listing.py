"""The listing: columns and records say the same, in the order of names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from baseline_collector.listing import Listing, kind_of, stamp_of


def two_folders() -> Listing:
    listing = Listing()
    listing.extend("r", "here/b", ["r/b/z.csv", "r/b/a"], ["z.csv", "a"],
                   [1, 2, 3, 4, 5, 6, 7, 8])
    listing.extend("r", "here", ["r/b.json"], ["odd"], [9, 10, 11, 12])
    return listing


def test_sorting_keeps_what_belongs_together() -> None:
    listing = two_folders()
    listing.sort(0)
    assert listing.names == ["r/b.json", "r/b/a", "r/b/z.csv"] == listing.column.to_pylist()
    assert listing.stamps.tolist() == [[9, 10, 11, 12], [5, 6, 7, 8], [1, 2, 3, 4]]
    one = listing[2]
    assert (one.artifact, one.root, one.kind, one.location) == (
        "r/b/z.csv", "r", "csv", os.path.join("here/b", "z.csv"))
    assert (one.size, one.modified_ns, one.changed_ns, one.inode) == (1, 2, 3, 4)
    assert listing[-3].location == os.path.join("here", "odd")
    assert list(listing) == listing[:] == [listing[0], listing[1], listing[2]]


def test_what_stands_before_stays_before() -> None:
    listing = two_folders()
    listing.sort(2)
    assert listing.names == ["r/b/z.csv", "r/b/a", "r/b.json"]
    listing.sort(1)
    assert [one.size for one in listing] == [1, 9, 5]


def test_times_that_no_column_holds() -> None:
    listing = Listing()
    listing.extend("r", "r", ["r/a", "r/b"], ["a", "b"], [1, -5, 2, 3, 1, 2**70, 2, 3])
    assert listing.stamps[:, 1].tolist() == [0, 2**63 - 1]


def test_a_stamp_tells_size_times_and_number(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    os.utime(path, ns=(7, 11_000_000_013))
    info = path.stat()
    size, modified_ns, changed_ns, inode = stamp_of(info)
    assert (size, modified_ns) == (5, info.st_mtime_ns)
    assert (changed_ns, inode) == (info.st_ctime_ns, info.st_ino & 0x7FFFFFFFFFFFFFFF)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "csv"),
        ("a.TSV", "tsv"),
        ("a.ndjson", "jsonl"),
        ("a.json.gz", "gz"),
        (".json", "other"),
        ("r/a", "other"),
        ("a.md", "markdown"),
        ("a.weird-suffix", "other"),
        ("a.b.yml", "yaml"),
    ],
)
def test_kinds(name: str, kind: str) -> None:
    assert kind_of(name) == kind

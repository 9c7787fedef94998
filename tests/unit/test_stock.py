"""The inventory: every file once, by kind and root."""

from __future__ import annotations

from baseline_collector.model import Artifact, Skipped
from baseline_collector.stock import FIRST, take_stock


def file(at, kind="csv", root="r", **more):
    return Artifact(
        f"{root}/{at}.{kind}", root, "", kind, 10 + at, at * 10**9, status="read", **more
    )


def test_nothing():
    found = take_stock((), ())
    assert found.by_type == {} and found.by_root == {} and found.duplicates == ()


def test_counts_bytes_and_dates():
    found = take_stock(
        [file(at) for at in range(7)] + [file(1, "json", "s")], [Skipped("x", "a link")]
    )
    csv = found.by_type["csv"]
    assert (csv.count, csv.bytes, csv.more) == (7, 91, 7 - FIRST)
    assert csv.latest_modified == "1970-01-01T00:00:06Z"
    assert csv.first == tuple(f"r/{at}.csv" for at in range(FIRST))
    assert found.by_type["json"].more == 0
    assert {root: one.count for root, one in found.by_root.items()} == {"r": 7, "s": 1}
    assert found.skipped == (Skipped("x", "a link"),)


def test_duplicates_stand_behind_the_one_that_was_read():
    found = take_stock(
        [
            file(0),
            file(1, duplicate_of="r/0.csv"),
            file(2),
            file(3, duplicate_of="r/0.csv"),
            file(4, duplicate_of="r/2.csv"),
        ],
        (),
    )
    assert found.duplicates == (("r/0.csv", "r/1.csv", "r/3.csv"), ("r/2.csv", "r/4.csv"))


def test_a_full_heap_through_the_readers(pile):
    pile.csv("a.csv", [{"x": 1}]).csv("b.csv", [{"x": 1}]).text("c.json", "{")
    found, collected = pile.ingested()
    stock = take_stock(collected.artifacts, found.skipped)
    assert [one.status for one in stock.artifacts] == ["read", "duplicate", "unread"]
    assert stock.duplicates == (("reports/a.csv", "reports/b.csv"),)

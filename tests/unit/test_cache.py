"""What the result of a file depends on, as keys of the cache hold it."""

from __future__ import annotations

from baseline_collector import cache, pipeline
from baseline_collector.config import Settings
from baseline_collector.model import Artifact


def test_the_fingerprint_holds_what_matters() -> None:
    plain = cache.fingerprint(Settings(), ())
    assert plain == cache.fingerprint(Settings(out="x", llm="none", workers=3), ())
    assert plain != cache.fingerprint(Settings(redact=False), ())
    assert plain != cache.fingerprint(Settings(), pipeline.tools(Settings()))


def test_a_stamp_tells_size_times_and_inode() -> None:
    one = Artifact("r/a", "r", "r/a", "json", 1, 2, inode=3, changed_ns=4)
    assert cache.stamp(one) == (1, 2, 4, 3)


def test_a_neighbour_that_changed_changes_the_key() -> None:
    one = Artifact("r/system_info.json", "r", "r/system_info.json", "json", 1, 2)
    other = Artifact("r/system_info.json", "r", "r/system_info.json", "json", 1, 3)
    alone, beside, changed = cache.keys_of("k", [(), (one,), (other,)])
    assert alone == "k" and len({alone, beside, changed}) == 3
    assert cache.keys_of("k", [(one,)]) == [beside] != cache.keys_of("l", [(one,)])

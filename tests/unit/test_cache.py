"""What the result of a file depends on, as keys of the cache hold it."""

from __future__ import annotations

from baseline_collector import cache, pipeline
from baseline_collector.config import Settings
from baseline_collector.listing import Listing


def test_the_fingerprint_holds_what_matters() -> None:
    plain = cache.fingerprint(Settings(), ())
    assert plain == cache.fingerprint(Settings(out="x", llm="none", workers=3), ())
    assert plain != cache.fingerprint(Settings(redact=False), ())
    assert plain != cache.fingerprint(Settings(), pipeline.tools(Settings()))


def listing(changed_ns: int) -> Listing:
    found = Listing()
    found.extend("r", "r", ["r/a", "r/system_info.json"], ["a", "system_info.json"],
                 [1, 2, 3, 4, 1, 2, changed_ns, 5])
    return found


def test_a_neighbour_that_changed_changes_the_key() -> None:
    alone, beside = cache.keys_of("k", listing(3), [(), ((1,),)])
    (changed,) = cache.keys_of("k", listing(4), [((1,),)])
    assert alone == "k" and len({alone, beside, changed}) == 3
    assert cache.keys_of("k", listing(3), [((1,),)]) == [beside]
    assert cache.keys_of("l", listing(3), [((1,),)]) != [beside]

"""How a heap is cut among worker processes, and when it is."""

from __future__ import annotations

import json
import os

from baseline_collector import workers
from baseline_collector.config import Settings
from baseline_collector.errors import WorkerError
from baseline_collector.model import Artifact


def artifacts(sizes: list[int]) -> list[Artifact]:
    return [Artifact(f"r/{at}", "r", f"r/{at}", "json", size, 0) for at, size in enumerate(sizes)]


def test_shares_are_cut_by_cost_and_in_order() -> None:
    listed = artifacts([5, 10**6, 7, 7, 10**6, 1])
    shares = workers._cut(listed, 2)
    assert [one for share in shares for one in share] == listed
    assert [len(share) for share in shares] == [5, 1] or len(shares) <= 3
    assert workers._cut([], 3) == []


def test_small_heaps_use_none() -> None:
    assert workers.workers(artifacts([100] * 101), Settings()) < 2
    assert workers.workers(artifacts([100] * 100), Settings(workers=3)) == 3
    assert workers.workers(artifacts([100]), Settings(workers=3)) == 1
    if (os.cpu_count() or 1) > 1:
        assert workers.workers(artifacts([10**8] * 4), Settings()) >= 2


def test_what_goes_through_the_pipe_comes_back() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(WorkerError("x y")))
    assert isinstance(error, WorkerError) and error.what == "x y"
    assert json.dumps(str(error)) == '"x y"'

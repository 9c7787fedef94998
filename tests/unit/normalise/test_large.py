"""A large artifact read in pieces becomes what it becomes as a whole, wherever it is cut."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.readers.heap import artifact

from baseline_collector import read, share
from baseline_collector.config import Settings
from baseline_collector.dataset import MEASUREMENTS
from baseline_collector.readers import leaves
from baseline_collector.spool import joined

LOADS = [9.0, 0.1, 0.11, 0.1, 0.12, 0.1, 0.13, 0.1]


def calls(count: int = 8, **more: object) -> list[dict[str, object]]:
    return [{"prompt": f"p{at}", "load_duration_s": LOADS[at % 8], "ttft_s": 0.5 + at / 7,
             "options": {"num_ctx": 4096, "seed": at}, "itl_ms": [5.0, 6.5, 7.25], **more}
            for at in range(count)]


HEAPS = {
    "lines.jsonl": "".join(json.dumps(one) + "\n" for one in calls(20)),
    "context_behind.json": json.dumps({"requests": calls(), "model": "m", "engine": "e"}),
    "context_before.json": json.dumps({"model": "m", "n_runs": 3, "requests": calls()}),
    "models.jsonl": "".join(json.dumps({"model": "ab"[at % 2], **one}) + "\n"
                            for at, one in enumerate(calls(20))),
    "failed.json": json.dumps({"results": [
        {"success": at % 3 > 0, "ttft_s": 0.5, "tokens": [1, 2, 3], "error": "boom" if at % 3 == 1
         else None, "latency_s": at} for at in range(9)]}),
    "all_failed.json": json.dumps({"mean_ttft_s": 5, "results": [
        {"success": False, "ttft_s": at + 0.5} for at in range(9)], "p99_ttft_s": 7}),
    "disguised.jsonl": "".join(json.dumps({"response": "Error: connection refused", "ttft_s": at})
                               + "\n" for at in range(5)),
    "words.jsonl": "".join(json.dumps({"response": "one two three four " * at, "tokens": 4 * at,
                                       "tokens_per_second": 5}) + "\n" for at in range(1, 9)),
    "tokens.jsonl": "".join(json.dumps({"response": "one two three four " * at, "tokens": 4 * at
                                        + (at == 8), "tokens_per_second": 5}) + "\n"
                            for at in range(1, 9)),
    "deep.json": json.dumps([{"model": "m", "runs": [{"run": at, "calls": calls(3)}
                                                      for at in range(4)]}]),
    "units.json": json.dumps({"t": {"a": [{"latency": at} for at in range(9)],
                                    "mean_latency_ms": 5}}),
    "repeats.json": json.dumps({"ttft_s": 0.125, "results": calls(4), "summary": {"ttft_s": 0.125},
                                "more": [{"ttft_s": at, "x": {"ttft_s": at}} for at in range(9)]}),
    "counts.json": json.dumps({"a": {"n": 5, "xs": list(range(9)), "mean_ttft_s": 3.5},
                               "b": {"n": 7, "xs": list(range(9))}}),
    "twice.json": '{"model": "m", "ttft_s": [1, 2, 3], "model": "o", "ttft_s": [4, 5, 6, 7, 8]}',
    "table.csv": "# model: m\nprompt,ttft_s,load_duration_s\n" + "".join(
        f"p{at},{0.5 + at / 7},{LOADS[at % 8]}\n" for at in range(20)),
    "phase.jsonl": "".join(json.dumps({"phase": "Cached" if at == 3 else None, **one}) + "\n"
                           for at, one in enumerate(calls(9))),
    "stand_ins.jsonl": "".join(json.dumps({"ttft_ms": 999 if at % 4 == 1 else at + 5,
                                           "temp": [-1, 40 + at], "itl_ms": [5, 999 + at]}) + "\n"
                               for at in range(12)),
    "rates.jsonl": "".join(json.dumps({
        "eval_count": 100, "eval_s": 2.001, "tokens_per_second": 50.0 + at % 3, "load_s": 0.125,
        "prompt_eval_s": 0.25, "ttft_s": 0.375 + (at % 4 == 1)}) + "\n" for at in range(12)),
    "rates.json": json.dumps({"model": "m", "eval_count": 100, "eval_s": 2001.0,
                              "tokens_per_second": 50.0, "more": [{"ttft_s": 5}] * 9}),
    "broken.jsonl": '{"ttft_s": 1}\n{"ttft_s": \n' * 9,
    "not.json": '{"a": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12',
}


@pytest.mark.parametrize("name", HEAPS)
def test_the_result_is_that_of_the_whole(tmp_path: Path, monkeypatch, name: str) -> None:
    path = tmp_path / name
    path.write_text(HEAPS[name])

    def taken(large: int, portion: int) -> tuple[object, ...]:
        monkeypatch.setattr(read, "LARGE", large)
        monkeypatch.setattr(share, "PORTION", portion)
        monkeypatch.setattr(leaves, "_CHUNK", max(portion // 2, 1))
        done = share.take([artifact(path)], Settings(), tmp_path / "rows.arrow")
        table = joined([MEASUREMENTS.empty_table(), *done.rows.tables()])
        assert sorted(tmp_path.iterdir()) == [path]
        return done.artifacts, done.accounts, table.to_pylist()

    whole = taken(1 << 40, 1 << 17)
    for portion in (1, 3, 13):
        assert taken(1, portion) == whole, portion


def test_large_and_small_ones_in_turn(tmp_path: Path, monkeypatch) -> None:
    listed = []
    for at, name in enumerate(HEAPS):
        path = tmp_path / f"{at:02}{name}"
        path.write_text(HEAPS[name] if at % 3 else "")
        (tmp_path / f"{at:02}z.json").write_text('{"ttft_s": 5}')
        listed += [artifact(path), artifact(tmp_path / f"{at:02}z.json")]
    settings = Settings(redact=False)
    whole = share.take(listed, settings, tmp_path / "rows.arrow")
    monkeypatch.setattr(read, "LARGE", 100)
    monkeypatch.setattr(share, "PORTION", 9)
    monkeypatch.setattr(leaves, "_CHUNK", 4)
    cut = share.take(listed, settings, tmp_path / "rows.arrow")
    assert cut.artifacts == whole.artifacts and cut.accounts == whole.accounts
    assert joined(list(cut.rows.tables())).to_pylist() == joined(
        list(whole.rows.tables())).to_pylist()

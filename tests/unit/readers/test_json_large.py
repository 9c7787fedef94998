"""A large document read in pieces gives the leaves that the whole one gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baseline_collector.read import read
from baseline_collector.readers import json_outline, opened
from baseline_collector.readers.base import Limits
from baseline_collector.readers.opened import Opened

from .heap import artifact

RECORD = {"model": "gemma3:4b", "success": True, "ttft_s": 0.25, "options": {"num_ctx": 4096},
          "itl_ms": [1.5, 2, 3e0], "text": 'a "b" [c], {d}\\'}
RECORDS = [{**RECORD, "ttft_s": at / 8} for at in range(9)]


def leaves(path: Path, window: int, limits: Limits | None = None) -> tuple[str, str, list[Any]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_outline, "WINDOW", window)
        patch.setattr(opened, "WINDOW", window)
        done = read([artifact(path)], limits or Limits())
    assert done.batch is not None
    return done.artifacts[0].status, done.artifacts[0].reason, done.batch.to_pylist()


def same(path: Path, text: str, windows: tuple[int, ...] = (120, 300)) -> list[Any]:
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    whole = leaves(path, 1 << 20)
    for window in windows:
        assert leaves(path, window) == whole
    return whole[2]


def has_outline(path: Path, window: int) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_outline, "WINDOW", window)
        patch.setattr(opened, "WINDOW", window)
        return Opened(artifact(path), Limits()).outline is not None


@pytest.mark.parametrize("document", [
    RECORDS,
    {"tool": "x", "requests": RECORDS, "end": {"p50_ms": 3}},
    {"requests": RECORDS, "again": {"deep": [RECORDS[0], *RECORDS]}},
    {"benchmarks": [{"config": {"rate": 1}, "requests": {"successful": RECORDS, "failed": []}},
                    {"config": {"rate": 2}, "requests": {"successful": RECORDS, "failed": []}}]},
    [[[RECORDS, RECORDS], [RECORDS]]],
    {"ids": list(range(500))},
    {"mixed": [1, "a", None, *RECORDS, [], {}, [1, [2, [3, [4]]]]] * 3},
    {"é": [{"ü": "€😀"}] * 60},
])
@pytest.mark.parametrize("indent", [None, 1])
def test_documents(tmp_path: Path, document: Any, indent: int | None) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    assert same(tmp_path / "a.json", text)
    assert has_outline(tmp_path / "a.json", 300)
    same(tmp_path / "a.json", "\ufeff" + text + "\n")


@pytest.mark.parametrize("text", [
    '{"a": 1, "r": %s, "a": 2}', '{"r": [1,,2, %s]}', '[%s,]', '[%s', '{"r": %s}}', '{"r": %s} x',
    '{"r" %s}', '{"r": %s "s": 1}', '[%s]\n[%s]', '{"r": [%s {"a":1}]}', '{"r": %s}\n{"r": %s}',
    '{"x": "%s"}', '{"n": [{"t": "a\nb"}, %s]}', '{"d": [' + "[" * 70 + "]" * 70 + ", %s]}",
    '{"n": [NaN, 1e400, -Infinity, %s]}', '{"d": [{"a":1,"a":2}, %s]}', "[1 2, %s]", "[,%s]",
    '{"s": "\udc80", "r": %s}', '{"r": [01, %s]}', '[%s, nul]', '{"": {"": %s}}',
])
def test_what_is_odd_is_read_as_a_whole_document_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text.replace("%s", json.dumps(RECORDS)).encode("utf-8", "surrogateescape"))
    status, reason, found = leaves(path, 1 << 20)
    for window in (120, 300):
        other = leaves(path, window)
        assert (other[0], other[2]) == (status, found)
        assert bool(other[1]) == bool(reason)


scalar = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False),
                   st.text(max_size=4))
value = st.recursive(scalar, lambda inner: st.one_of(
    st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=2), inner, max_size=4)),
    max_leaves=12)


@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(value, min_size=1, max_size=4), st.integers(8, 90))
def test_any_document_at_any_window(tmp_path: Path, records: list[Any], window: int) -> None:
    text = json.dumps({"a": records * 8, "b": [{"c": records}, 1]})
    same(tmp_path / "a.json", text, (window,))


def test_a_document_beyond_the_limit_of_whole_ones_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"tool": "x", "requests": RECORDS * 40, "end": 1}))
    limits = Limits(document_bytes=3_000)
    assert leaves(path, 1 << 20, limits)[0] == "unread"
    status, _, found = leaves(path, 500, limits)
    assert status == "read"
    assert found == leaves(path, 1 << 20)[2]


@pytest.mark.parametrize("text", [
    json.dumps([{"ttft_s": at / 8, "inter_token_latency_s": 0.5, "end_to_end_latency_s": 1,
                 "request_output_throughput_token_per_s": 20.5, "x": {"itl": [1, 2]}}
                for at in range(1, 40)]),
    json.dumps({"benchmarks": [], "machine_info": {"a": list(range(99))}, "datetime": "x"}),
])
def test_a_tool_is_known_by_the_outline(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    assert same(path, text)
    assert has_outline(path, 300)
    lines = tmp_path / "b.jsonl"
    if text.startswith("["):
        lines.write_text("".join(json.dumps(one) + "\n" for one in json.loads(text)))
        assert [{**row, "artifact": 0} for row in leaves(lines, 300)[2]] == leaves(path, 300)[2]


def test_a_document_that_changes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(RECORDS * 40))
    one = Opened(artifact(path), Limits(document_bytes=3_000))
    path.write_text("[]")
    with pytest.raises(Exception, match="changed"):
        one.take(0, 10)

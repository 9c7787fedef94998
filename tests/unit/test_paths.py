"""Paths: templates, containers and pointers, also for keys that nobody would choose."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baseline_collector import paths


@pytest.mark.parametrize(
    ("names", "template"),
    [
        (["a"], "a"),
        (["a", None, "b"], "a[].b"),
        ([None, "x"], "[].x"),
        (["a.b"], '["a.b"]'),
        (["m", "a.b", "c"], 'm["a.b"].c'),
        ([""], '[""]'),
        (['q"r'], '["q\\"r"]'),
        (["back\\slash"], "back\\slash"),
        (["a[0]"], '["a[0]"]'),
        (["gpu", None, "fan_speed"], "gpu[].fan_speed"),
    ],
)
def test_written_as_people_do(names: list[str | None], template: str) -> None:
    assert _joined(names) == template
    assert paths.tokens(template) == names


def _joined(names: list[str | None]) -> str:
    template = ""
    for name in names:
        template = template + "[]" if name is None else paths.join(template, name)
    return template


any_key = st.text(max_size=8) | st.sampled_from(
    ["", "a.b", "c/d", "e~f", 'g"h', "i[0]", "]", '"]', '["', "\\", "x\x1fy", "line\nbreak", "[]"]
)


@given(st.lists(st.none() | any_key, min_size=1, max_size=6))
def test_tokens_undo_join(names: list[str | None]) -> None:
    assert paths.tokens(_joined(names)) == names
    assert paths.names(_joined(names)) == [name for name in names if name is not None]


@given(st.lists(st.none() | any_key, min_size=1, max_size=6), any_key)
def test_a_container_is_what_a_key_was_joined_to(names: list[str | None], last: str) -> None:
    parent = _joined(names)
    assert paths.container(paths.join(parent, last)) == parent
    assert paths.container(paths.join(parent, last) + "[]") == parent


@example(["["])
@given(st.lists(st.none() | any_key, min_size=1, max_size=6))
def test_going_outwards_ends(names: list[str | None]) -> None:
    scope, steps = _joined(names) + "[7][]", 0
    while scope:
        inner, scope, steps = scope, paths.outer(scope), steps + 1
        assert len(scope) < len(inner)
    assert steps == len(names) + 2


def test_indices_spelled_in_a_template_belong_to_their_list() -> None:
    assert paths.container("m[][][][5]") == ""
    assert paths.container("a.m[][][][5]") == "a"
    assert paths.outer("m[][][][5]") == "m[][][]"
    assert paths.names("a.m[][][][5].x") == ["a", "m", "x"]
    assert paths.last_names("a.b.c.d.e", 2) == ["d", "e"]


def test_a_sense_is_no_part_of_the_key() -> None:
    assert paths.without_sense(paths.with_sense("results[].avg_ts", "pp")) == "results[].avg_ts"
    assert paths.with_sense("x", "") == "x"
    quoted = paths.join("", "x\x1fy")
    assert paths.without_sense(quoted) == quoted


def test_reference_tokens_are_escaped_by_rfc_6901() -> None:
    assert paths.escape_pointer("a/b~c") == "a~1b~0c"


@pytest.mark.parametrize(("pointer", "path"), [
    ("/gpu/0/fan_speed", "gpu[0].fan_speed"),
    ("/latency_percentiles/p99", "latency_percentiles.p99"),
    ("/a.b/c~1d", '["a.b"].c/d'),
    ("/0/x", "[0].x"),
    ("row 2, column tokens_s", "row 2, column tokens_s"),
    ("", ""),
])
def test_pointers_as_people_write_them(pointer: str, path: str) -> None:
    assert paths.readable_pointer(pointer) == path

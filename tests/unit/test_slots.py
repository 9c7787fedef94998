"""Slots: found where they stand, and nowhere else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.slots import Slot, ids, parts, pieces, plain


def test_each_field_of_a_fact_and_a_name() -> None:
    text = "{N3} ran at {F12} ({F13.n} runs, {F14.low} to {F15.high})."
    assert list(parts(text)) == [
        Slot("N3", "value"),
        " ran at ",
        Slot("F12", "value"),
        " (",
        Slot("F13", "n"),
        " runs, ",
        Slot("F14", "low"),
        " to ",
        Slot("F15", "high"),
        ").",
    ]
    assert ids(text) == ("N3", "F12", "F13", "F14", "F15")
    assert plain(text) == " ran at  ( runs,  to )."


def test_a_piece_of_a_name_that_lists_settings() -> None:
    assert list(parts("with {N3.2}, {N4}")) == ["with ", Slot("N3", piece=2), ", ", Slot("N4")]
    assert ids("{N3.12}{F1.n}") == ("N3", "F1")
    assert pieces("block=(8, 1, 1), grid=[2, 4], mode=a, b, opset=17") == (
        "block=(8, 1, 1)", "grid=[2, 4]", "mode=a, b", "opset=17")
    assert pieces("fact") == ("fact",)


def test_braces_around_anything_else_are_text() -> None:
    for text in ("{}", "{F}", "{G1}", "{F1.mean}", "{F1.2}", "{N1.n}", "{{F1}", "{ F1}",
                 "{F1234567890}"):
        assert "".join(part if isinstance(part, str) else "" for part in parts(text)) in (text, "{")


@given(
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_characters="{}"), min_size=1),
            st.builds(Slot, st.from_regex(r"[FN][0-9]{1,9}", fullmatch=True), st.just("value")),
        )
    )
)
def test_what_is_joined_is_split_again(pieces: list[str | Slot]) -> None:
    text = "".join(one if isinstance(one, str) else "{" + one.id + "}" for one in pieces)
    assert ids(text) == tuple(one.id for one in pieces if isinstance(one, Slot))
    assert plain(text) == "".join(one for one in pieces if isinstance(one, str))

import pytest

from baseline_collector.render.slots import PlainPen, Slots, shown

from .sample import analysis


def test_every_slot_is_filled():
    slots = Slots(analysis("gemma3"))
    text = "{N1}: {F1}, n {F1.n}, {F1.low} to {F1.high}; {F4}"
    assert slots.plain(text) == (
        "gemma3: 182.3 tok/s, n 8, 179.1 tok/s to 185.6 tok/s; 2025-11-14 18:54:07 UTC")


@pytest.mark.parametrize("text", ["{F99}", "{N9}", "{F2.n}", "{F2.low}"])
def test_unknown_slot_is_a_programmers_error(text):
    with pytest.raises(KeyError):
        Slots(analysis("x")).plain(text)


def test_braces_of_code_stay():
    assert Slots(analysis("x")).plain('{"a": {}} {F1.mean} {f1}') == '{"a": {}} {F1.mean} {f1}'


def test_slots_inside_names_stay_closed():
    assert Slots(analysis("{F1}")).plain("{N1}") == "{F1}"


def test_spaces_around_slots_are_kept():
    assert Slots(analysis("x")).write("a {F3} b", PlainPen()) == "a 101 b"


def test_shown_refuses_unknown_fields():
    with pytest.raises(KeyError):
        shown(analysis("x").facts[0], "mean")

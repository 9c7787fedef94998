"""Units: every factor, the round trip, and what is shown."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector import units

FACTORS = {
    "s": 1.0,
    "ms": 0.001,
    "us": 1e-6,
    "ns": 1e-9,
    "min": 60.0,
    "h": 3600.0,
    "byte": 1.0,
    "kB": 1000.0,
    "MB": 1e6,
    "GB": 1e9,
    "KiB": 1024.0,
    "MiB": 1048576.0,
    "GiB": 1073741824.0,
    "W": 1.0,
    "mW": 0.001,
    "MHz": 1e6,
    "GHz": 1e9,
    "%": 1.0,
    "tok/s": 1.0,
}


@pytest.mark.parametrize(("symbol", "factor"), FACTORS.items())
def test_one_of_a_unit_is_its_factor_in_the_canonical_one(symbol: str, factor: float) -> None:
    unit = units.unit(symbol)
    assert units.convert(1.0, unit, units.canonical(unit)) == factor


finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200)


@given(st.sampled_from(units.UNITS), finite)
def test_there_and_back(unit: units.Unit, value: float) -> None:
    target = units.canonical(unit)
    back = units.convert(units.convert(value, unit, target), target, unit)
    assert math.isclose(back, value, rel_tol=1e-14, abs_tol=1e-300)


@given(st.sampled_from(units.UNITS), st.sampled_from(units.UNITS))
def test_dimensions_do_not_mix(one: units.Unit, other: units.Unit) -> None:
    if one.dimension == other.dimension:
        assert units.convert(0.0, one, other) == 0
    else:
        with pytest.raises(ValueError, match="cannot convert"):
            units.convert(1.0, one, other)


def test_decimal_prefixes_round_once() -> None:
    ms = units.unit("ms")
    assert units.convert(15.584, ms, units.unit("s")) == 15.584 / 1000
    assert units.convert(94.0, units.unit("ns"), units.unit("s")) == 94 / 10**9


def test_every_dimension_has_one_canonical_unit() -> None:
    for unit in units.UNITS:
        assert units.canonical(unit).factor == 1.0
        assert units.canonical(unit).dimension == unit.dimension


def test_no_spelling_means_two_units() -> None:
    seen: dict[str, str] = {}
    for unit in units.UNITS:
        for spelling in {*unit.spellings, unit.symbol.lower()}:
            owner = seen.setdefault(spelling, unit.symbol)
            assert owner.lower() == unit.symbol.lower(), spelling


@pytest.mark.parametrize(
    ("spelling", "symbol"),
    [
        ("s", "s"),
        ("Seconds", "s"),
        ("ms", "ms"),
        ("MSEC", "ms"),
        ("µs", "us"),
        ("μs", "us"),
        ("nsecond", "ns"),
        ("tokens/s", "tok/s"),
        ("TPS", "tok/s"),
        ("req/s", "req/s"),
        ("MiB", "MiB"),
        ("mib", "MiB"),
        ("MB", "MB"),
        ("mW", "mW"),
        ("%", "%"),
        ("C", "°C"),
        ("min", "min"),
    ],
)
def test_spellings(spelling: str, symbol: str) -> None:
    found = units.recognise(spelling)
    assert found is not None
    assert found.symbol == symbol


@pytest.mark.parametrize(
    "spelling", ["MW", "Gb", "Mb", "kW", "x", "layers", "", "GB/s", "tok/s/gpu"]
)
def test_what_is_no_unit_here(spelling: str) -> None:
    assert units.recognise(spelling) is None


@pytest.mark.parametrize(
    ("value", "symbol", "text"),
    [
        (0.0941341, "s", "94.13 ms"),
        (182.3, "tok/s", "182.3 tok/s"),
        (44, None, "44"),
        (27.716, "%", "27.72 %"),
        (0, "s", "0 s"),
        (1.5e-7, "s", "150 ns"),
        (3.3e9, "byte", "3.300 GB"),
        (-0.25, "s", "-250 ms"),
        (12345.678, None, "12346"),
    ],
)
def test_shown(value: float, symbol: str | None, text: str) -> None:
    assert units.show(value, symbol) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e14, max_value=1e14))
def test_digits_never_use_an_exponent(value: float) -> None:
    text = units.digits(value)
    assert "e" not in text
    assert float(text) == pytest.approx(value, rel=1e-3, abs=1e-12)


def test_a_whole_number_summed_in_another_order_reads_the_same():
    assert units.show(0.4 - 5e-17, "s") == units.show(0.4, "s") == "400 ms"
    assert units.digits(399.99, 4) == "400.0"

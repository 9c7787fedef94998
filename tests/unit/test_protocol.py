"""PROTOCOL.toml: what is written is read back; what cannot be is an error that names the field."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline_collector.errors import UsageError
from baseline_collector.protocol import MEANING, SCHEMA, Protocol, read, write

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WHOLE = st.integers(1, 10**9)
ABOVE_ZERO = st.floats(1e-6, 1e9)


@st.composite
def protocols(draw):
    closed = draw(st.booleans())
    return Protocol(
        model=draw(TEXT.filter(str.strip)),
        why=draw(TEXT),
        api=draw(st.sampled_from(["ollama", "openai", "embedded"])),
        url=draw(TEXT),
        prompts=tuple(draw(st.lists(TEXT, max_size=4))),
        requests=draw(WHOLE),
        warmup=draw(st.integers(0, 100)),
        repetitions=draw(WHOLE),
        cold=draw(st.booleans()),
        arrivals="closed" if closed else draw(st.sampled_from(["constant", "poisson"])),
        concurrency=tuple(draw(st.lists(WHOLE, min_size=1, max_size=4))) if closed else (),
        rate=() if closed else tuple(draw(st.lists(ABOVE_ZERO, min_size=1, max_size=4))),
        max_tokens=draw(WHOLE),
        temperature=draw(st.floats(0, 10)),
        seed=draw(st.integers(-(2**40), 2**40)),
        num_ctx=tuple(draw(st.lists(WHOLE, max_size=3))),
        randomize=draw(st.booleans()),
        telemetry=draw(st.booleans()),
        telemetry_interval_s=draw(ABOVE_ZERO),
        timeout_s=draw(ABOVE_ZERO),
    )


@given(protocols())
def test_what_is_written_is_read_back(protocol):
    assert read(write(protocol)) == protocol


def test_every_setting_says_what_it_is():
    assert set(MEANING) == {one.name for one in fields(Protocol)}
    text = write(Protocol(model="m"))
    assert all(f"# {MEANING[one.name]}\n{one.name} = " in text
               for one in fields(Protocol) if one.name != "url")


HEAD = f'schema = "{SCHEMA}"\nmodel = "m"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('model = "m"', "not a protocol of this version"),
        (f'schema = "{SCHEMA}"', "'model' is missing"),
        (HEAD + "speed = 1", "unknown setting 'speed'"),
        (HEAD + 'requests = "many"', "'requests' is of the wrong type"),
        (HEAD + "requests = true", "'requests' is of the wrong type"),
        (HEAD + "requests = 0", "'requests' cannot be"),
        (HEAD + 'api = "soap"', "'api' cannot be"),
        (HEAD + 'arrivals = "poisson"', "'rate' cannot be"),
        (HEAD + "rate = [1.0]", "'rate' cannot be"),
        (HEAD + "concurrency = [0]", "'concurrency' cannot be"),
        (HEAD + "timeout_s = -1", "'timeout_s' cannot be"),
        ("= no toml", "protocol cannot be read"),
    ],
)
def test_what_cannot_be_is_named(text, told):
    with pytest.raises(UsageError, match=told):
        read(text, "p.toml")

"""Names taken apart: every part is accounted for, or left over."""

from __future__ import annotations

import pytest

from baseline_collector.naming import parts, plain, statistic_of, take_apart


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("meanTTFT (ms)", ("time_to_first_token", "mean", "ms", ())),
        ("tokensPerSecond", ("output_throughput", None, None, ())),
        ("p99_latency_ms", ("request_latency", "p99", "ms", ())),
        ("wobble_ms", (None, None, "ms", ("wobble",))),
    ],
)
def test_take_apart(name, expected):
    apart = take_apart(name)
    assert (apart.metric, apart.statistic, apart.unit, apart.leftover) == expected


def test_parts_and_statistics():
    assert parts("tokensPerSecond") == ("tokens", "per", "second")
    assert plain("Mean Tokens/s") == "mean_tokens_s"
    assert (statistic_of("p99"), statistic_of("95th"), statistic_of("avg"), statistic_of("x")) == (
        "p99",
        "p95",
        "mean",
        None,
    )

"""Compile time against time gained: which backend pays back, when, and against which base."""

from __future__ import annotations

import pytest


def backend(mean_ms, compile_s=0.0, std_ms=1.0, n=30, **more):
    return {
        "compile_time_s": compile_s,
        "benchmark": {"mean_time_ms": mean_ms, "std_time_ms": std_ms, "iterations": n},
    } | more


def bench(backends, **more):
    return {"model": "conv", "device": "cuda", "backends": backends} | more


EAGER = {"eager": backend(20)}


@pytest.mark.parametrize(
    ("backends", "told", "advice"),
    [
        (
            {"jit": backend(10, 2.0)},
            "jit compiled for 2 s and runs at 10 ms, 2 times the speed, paid back after 200 "
            "iterations.",
            "use jit, 2 times the speed, beyond 200 iterations.",
        ),
        (
            {"jit": backend(19, 0.0005, 0.1)},
            "jit compiled for 500 us and runs at 19 ms, 1.053 times the speed, paid back after 1 "
            "iteration.",
            "use jit, 1.053 times the speed, beyond 1 iteration.",
        ),
        (
            {"jit": backend(30, 2.0)},
            "jit compiled for 2 s and runs at 30 ms, which is slower, so it never pays back.",
            "leave out jit unless more iterations show a gain.",
        ),
        (
            {"jit": backend(20.1, 2.0, 5)},
            "jit compiled for 2 s and runs at 20.10 ms, which shows no speed-up, so it does "
            "not pay back "
            "as measured.",
            "leave out jit unless more iterations show a gain.",
        ),
        (
            {"jit": backend(10, 2.0, n=2)},
            "jit compiled for 2 s and runs at 10 ms, from too few iterations to compare.",
            "Time more iterations of each backend of conv on cuda in reports/b.json.",
        ),
        (
            {"jit": backend(10, 2.0), "onnx": backend(5, 3.0), "tvm": backend(40, 1.0)},
            "onnx compiled for 3 s and runs at 5 ms, 4 times the speed, paid back after 200 "
            "iterations; "
            "jit compiled for 2 s and runs at 10 ms, 2 times the speed, paid back after 200 "
            "iterations; "
            "tvm compiled for 1 s and runs at 40 ms, which is slower, so it never pays back.",
            "use onnx, 4 times the speed, beyond 200 iterations; leave out tvm unless more "
            "iterations show a gain.",
        ),
    ],
)
def test_fires(pile, look, backends, told, advice):
    analysis = pile.json("b.json", bench(EAGER | backends)).analysis()
    (title,) = look.texts(analysis, "compile-payback")
    assert title == (
        "Against eager at 20 ms an iteration of conv on cuda in reports/b.json: " + told
    )
    (finding,) = look.findings(analysis, "compile-payback")
    assert look.told(analysis, finding.recommendation).endswith(advice)


@pytest.mark.parametrize(
    "document",
    [
        bench({"jit": backend(10, 2.0)}),  # no base
        bench(EAGER),  # nothing to compare
        bench(EAGER | {"jit": {"compile_time_s": 2.0, "error": "Cannot find triton"}}),
        bench(
            EAGER | {"jit": {"benchmark": {"mean_time_ms": 10, "std_time_ms": 1}}}
        ),  # no compile time
        {"model": "conv", "compile_time_s": 3.0, "mean_time_ms": 4.0},  # no backends
        bench({"eager": backend(0), "jit": backend(10, 2.0)}),  # a mean of zero is no base
    ],
)
def test_is_silent(pile, look, document):
    assert look.findings(pile.json("b.json", document).analysis(), "compile-payback") == []


def test_every_number_of_the_finding_is_derived_again(pile):
    import duckdb

    pile.json("b.json", bench(EAGER | {"jit": backend(7, 2.3), "onnx": backend(5, 3.1)}))
    analysis, measurements = pile.analysis(), pile.table()
    connection = duckdb.connect()
    connection.register("measurements", measurements)
    told = [fact for fact in analysis.facts if fact.topic == "compile"]
    assert {fact.statistic for fact in told} >= {"payback", "ratio", "mean", "value"}
    for fact in told:
        assert connection.sql(fact.sql).fetchall()[0][0] == pytest.approx(fact.value), (
            fact.statement
        )


def test_batches_are_compared_apart(pile, look):
    rows = [
        {
            "model": "conv",
            "backend": name,
            "batch_size": batch,
            "compile_time_s": took,
            "mean_time_ms": mean * batch,
            "std_time_ms": 0.5,
            "iterations": 30,
        }
        for batch in (1, 8)
        for name, took, mean in (("eager", "", 20), ("jit", 2.0, 10))
    ]
    titles = look.texts(pile.csv("b.csv", rows).analysis(), "compile-payback")
    assert len(titles) == 2
    assert "batch_size=1" in titles[0] and "at 20 ms an iteration" in titles[0]
    assert "batch_size=8" in titles[1] and "at 160 ms an iteration" in titles[1]
    assert "after 200 iterations" in titles[0] and "after 25 iterations" in titles[1]


def test_single_iterations_do_as_well(pile, look):
    rows = [
        {"backend": name, "compile_time_s": took if at == 0 else "", "iteration_time_ms": mean + at}
        for name, took, mean in (("eager", "", 20), ("jit", 2.0, 10))
        for at in (-1, 0, 1)
    ]
    titles = look.texts(pile.csv("b.csv", rows).analysis(), "compile-payback")
    assert "after 200 iterations" in titles[0]


def test_a_backend_that_ran_elsewhere_is_not_compared(pile, look):
    onnx = backend(5, 3.0)
    onnx["benchmark"]["metadata"] = {"providers": ["CPUExecutionProvider"]}
    analysis = pile.json("b.json", bench(EAGER | {"onnx": onnx})).analysis()
    (title,) = look.texts(analysis, "compile-payback")
    assert title.endswith("onnx ran on CPUExecutionProvider, not on cuda, and does not compare.")
    assert not look.facts(analysis, statistic="ratio")


def test_on_its_own_device_it_is(pile, look):
    onnx = backend(5, 3.0)
    onnx["benchmark"]["metadata"] = {"providers": ["CPUExecutionProvider"]}
    analysis = pile.json("b.json", bench(EAGER | {"onnx": onnx}, device="cpu")).analysis()
    assert "4 times the speed" in look.texts(analysis, "compile-payback")[0]


def test_the_level_is_shared_among_backends(pile, look):
    """Equal backends: with twenty, one of twenty would be called slower or faster by chance."""
    others = {f"b{at}": backend(20 + (0.55 if at == 7 else 0), 1.0, 1.0) for at in range(20)}
    one = pile.json("b.json", bench(EAGER | {"b7": others["b7"]})).analysis()
    assert "is slower" in look.texts(one, "compile-payback")[0]
    many = pile.json("b.json", bench(EAGER | others)).analysis()
    assert "is slower" not in look.texts(many, "compile-payback")[0]

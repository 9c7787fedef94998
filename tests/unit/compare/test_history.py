"""One configuration over time: the step is found where it is, noise is left alone."""

import json

import pytest

from baseline_collector import pipeline
from baseline_collector.compare import directed, show_history
from baseline_collector.compare.history import history
from baseline_collector.config import Settings


def _runs(bench, means):
    for at, mean in enumerate(means):
        bench.write(f"runs/{at:02}.json", bench.hyperfine(bench.noisy(mean, n=10, seed=at)))
    return pipeline.open_runs([bench.folder / "runs"], Settings(), directed())


def test_a_step_is_found_where_it_is(bench):
    sides = _runs(bench, [0.1] * 9 + [0.108] * 9)
    (line,) = history(sides)
    assert [(one.at, one.verdict) for one in line.changes] == [(9, "slower")]
    assert line.changes[0].after / line.changes[0].before == pytest.approx(1.08, abs=0.015)
    text = show_history.as_text([line])
    assert "slower from" in text and "09.json on" in text and "1 groups: 1 changed" in text


def test_two_steps(bench):
    (line,) = history(_runs(bench, [0.1] * 12 + [0.12] * 12 + [0.1] * 12))
    assert [(one.at, one.verdict) for one in line.changes] == [(12, "slower"), (24, "faster")]


def test_no_step_in_noise_and_none_from_nine_runs(bench):
    (line,) = history(_runs(bench, [0.1] * 16))
    assert line.changes == () and line.reason == ""
    (line,) = history(_runs(bench, [0.1] * 5 + [0.2] * 4)[:9])
    assert line.changes == () and line.reason == "9 of the 10 runs that a change point takes"


def test_json_has_every_run(bench):
    found = json.loads(show_history.as_json(history(_runs(bench, [0.1] * 10))))
    assert len(found["groups"][0]["runs"]) == 10

"""The stored baseline: compared with as the run itself, small, versioned, readable."""

import json

import pytest

from baseline_collector.compare import compare, directed, show, stored
from baseline_collector.errors import UsageError


def test_compared_with_as_the_run_itself(bench):
    run = bench.side("base.json", bench.pyperf(bench.noisy(0.1)))
    path = bench.write("kept.json", stored.as_text(run, created_at="2025-01-01T00:00:00Z"))
    other = bench.side("other.json", bench.pyperf(bench.noisy(0.106, seed=2)))
    direct, kept = (json.loads(show.as_json(compare(base, [other])))
                    for base in (run, bench.side("kept.json")))
    assert direct["candidates"] == kept["candidates"]
    assert stored.is_stored(path) and not stored.is_stored(bench.folder / "base.json")


def test_prompts_and_reports_survive(bench):
    lines = [{"model": "m", "prompt": f"q{at}", "ttft_s": 0.1 + at / 7} for at in range(9)]
    text = "\n".join(json.dumps(line) for line in lines)
    run = bench.side("a.jsonl", text)
    bench.write("kept.json", stored.as_text(run, created_at=""))
    (cell,) = bench.side("kept.json").cells
    assert cell.prompts == run.cells[0].prompts and cell.prompt.tolist() == list(range(9))


def test_one_group_a_line_and_at_most_some_hundred_values(bench):
    run = bench.side("a.json", bench.hyperfine(bench.noisy(0.1, n=5000)))
    text = stored.as_text(run, created_at="")
    assert len(text.splitlines()) == 3
    (cell,) = json.loads(text)["groups"]
    assert len(cell["values"]) == 200 and cell["of"] == 5000


@pytest.mark.parametrize("text", [
    '{"schema": "baseline-collector/baseline/9", "groups": []}',
    '{"schema": "baseline-collector/baseline/1"}',
    '{"schema": "baseline-collector/baseline/1", "groups": [{"metric": "iteration_time"}]}',
    '{"schema": "baseline-collector/baseline/1", "groups": [}',
])
def test_what_cannot_be_read_is_an_error_with_a_remedy(bench, text):
    path = bench.write("kept.json", text)
    assert stored.is_stored(path)
    with pytest.raises(UsageError, match="save it again"):
        stored.read(path, directed())

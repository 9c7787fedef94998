"""Headlines, several candidates, A/A on the shipped examples."""

import csv
import json
import random
from pathlib import Path

import pytest

from baseline_collector.compare import compare

EXAMPLES = Path(__file__).parents[3] / "examples" / "artifacts"


def test_headlines(bench):
    def document(*means):
        return {"results": [bench.hyperfine(bench.noisy(mean, seed=at), f"./{at}")["results"][0]
                            for at, mean in enumerate(means)]}

    base = document(0.1, 0.2)
    assert bench.compare(base, document(0.1, 0.22)).headline == "regression"
    assert bench.compare(base, document(0.1, 0.18)).headline == "improvement"
    assert bench.compare(base, document(0.11, 0.18)).headline == "mixed"
    assert bench.compare(base, document(0.1, 0.2)).headline == "same"
    assert bench.compare(base, bench.hyperfine([0.1, 0.11], "./0")).headline == "undecided"


def test_candidates_share_one_adjustment(bench):
    base = bench.side("base.json", bench.hyperfine(bench.noisy(0.1)))
    others = [bench.side(f"{at}.json", bench.hyperfine(bench.noisy(0.1, seed=at)))
              for at in range(2, 5)]
    one, three = compare(base, others[:1]), compare(base, others)
    assert (one.tests, three.tests) == (1, 3) and len(three.candidates) == 3
    assert three.candidates[0].outcomes[0].p >= one.candidates[0].outcomes[0].p


def _dealt(rows, rng):
    at = list(range(len(rows)))
    rng.shuffle(at)
    half = len(rows) // 2
    return [[rows[i] for i in sorted(part)] for part in (at[:half], at[half:])]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_halves_of_the_examples_are_the_same(bench, seed):
    """Calls dealt at random into two heaps: nothing differs, and nothing is said to."""
    rng = random.Random(seed)
    for path in EXAMPLES.rglob("*_runs.csv"):
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        for side, part in zip("ab", _dealt(rows, rng), strict=True):
            target = bench.write(f"{side}/{path.relative_to(EXAMPLES)}", "")
            with target.open("w", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(part)
    for path in EXAMPLES.rglob("requests.jsonl"):
        for side, part in zip("ab", _dealt(path.read_text().splitlines(), rng), strict=True):
            bench.write(f"{side}/{path.relative_to(EXAMPLES)}", "\n".join(part))
    found = compare(bench.side("a"), [bench.side("b")]).candidates[0]
    assert len(found.outcomes) > 100
    assert {one.verdict for one in found.outcomes} <= {"same", "undecided"}
    assert found.headline == "same"
    for metric in found.overview:
        if metric.verdict == "same":
            assert metric.low <= 1 <= metric.high
            assert metric.within <= max(0.05, min(metric.floor, 0.5))


def test_the_geometric_mean_over_groups(bench):
    def document(factor):
        return {"results": [bench.hyperfine([factor * (1 + at / 50) * (0.1 + at / 99)] * 2,
                                            f"./{at}")["results"][0] for at in range(6)]}

    (metric,) = bench.compare(document(1.0), document(1.5)).overview
    assert metric.ratio == pytest.approx(1.5) and metric.groups == 6


def test_reported_quantiles_are_counted_among_what_is_not_compared(bench):
    line = {"model": "m", "mean_ttft_ms": 100, "p95_ttft_ms": 150, "p99_ttft_ms": 190}
    side = bench.side("x.jsonl", "\n".join(json.dumps(line) for _ in range(4)))
    assert side.left_out == {"time_to_first_token, reported quantiles": 8}


def test_what_is_left_out_is_counted(bench):
    line = {"model": "m", "ttft_s": 0.1, "temperature_gpu": 50, "eval_count": 7}
    side = bench.side("x.jsonl", "\n".join(json.dumps(line) for _ in range(4)))
    assert side.left_out["output_tokens"] == 4

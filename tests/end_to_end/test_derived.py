"""Every fact of any heap gives its value again by its query over the written dataset."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baseline_collector.dataset import Dataset

CELL = st.sampled_from([0.1, 0.25, 0.5, 1.0, 2.5, 7.5])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "model": st.sampled_from(["m", "o'n", "x:1b"]),
            "threads": st.sampled_from([1, 2]),
            "device": st.sampled_from(["cpu", "RTX 4080"]),
            "prompt": st.sampled_from(["p", "q"]),
            "ttft_s": CELL,
            "load_s": CELL,
            "eval_count": st.integers(1, 50),
            "eval_s": CELL,
            "error": st.sampled_from(["", "", "", "boom"]),
        }
    ),
    min_size=1,
    max_size=14,
)


def with_rates(rows):
    return [row | {"tokens_s": row["eval_count"] / row["eval_s"]} for row in rows]


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(ROWS, min_size=1, max_size=3))
def test_every_fact_is_derived_again_through_duckdb(pile, heaps):
    for old in pile.root.iterdir():
        old.unlink()
    for at, rows in enumerate(heaps):
        pile.csv(f"f{at}.csv", with_rates(rows))
    dataset = Dataset(pile.collect())
    facts = dataset.table("facts").to_pylist()
    with dataset.connect() as connection:
        for fact in facts:
            if not fact["sql"]:
                continue
            got = connection.execute(fact["sql"]).fetchall()
            assert len(got) == len(got[0]) == 1, fact
            if fact["text"] is not None:
                assert got[0][0] == fact["text"], fact
            else:
                assert float(got[0][0]) == pytest.approx(fact["value"], rel=1e-9), fact
    assert sum(bool(fact["sql"]) for fact in facts) > 0.9 * len(facts) - 8

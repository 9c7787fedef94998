"""Cold starts: seen in the load time, or in the first time to first token."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.readers.heap import rows

from baseline_collector.normalise.phases import is_cold


def phases(folder: Path, text: str) -> list[object]:
    return [row["phase"] for row in rows(folder, a_csv=text) if row["key"] in ("load_s", "ttft_s")]


def test_the_record_that_loaded_is_cold_and_the_others_of_its_model_are_warm(
    tmp_path: Path,
) -> None:
    text = "model,load_s,eval_s\n" + "".join(
        f"{model},{load},1.5\n"
        for model, load in [
            ("a", 2.5),
            ("a", 0.11),
            ("a", 0.12),
            ("b", 0.11),
            ("b", 0.12),
            ("b", 0.13),
            ("a", 0.1),
        ]
    )
    assert phases(tmp_path, text) == ["cold", "warm", "warm", None, None, None, "warm"]


def test_all_values_of_a_record_share_its_phase(tmp_path: Path) -> None:
    found = rows(tmp_path, a_csv="load_s,eval_s\n3,1\n0.1,2\n0.1,3\n0.1,4\n")
    assert [row["phase"] for row in found] == ["cold"] * 2 + ["warm"] * 6


def test_without_load_times_only_the_first_call_can_be_cold(tmp_path: Path) -> None:
    assert phases(tmp_path, "ttft_s\n5\n1\n1.1\n1\n5\n") == ["cold"] + ["warm"] * 4
    assert phases(tmp_path, "ttft_s\n1\n1.1\n5\n1\n") == [None] * 4


def test_a_stated_phase_stands(tmp_path: Path) -> None:
    found = rows(tmp_path, a_csv="phase,ttft_s\nWarm,1\ncold,2\nwarm,3\n")
    assert [row["phase"] for row in found] == ["warm", "cold", "warm"]


def test_too_few_to_tell(tmp_path: Path) -> None:
    assert phases(tmp_path, "load_s\n5\n0.1\n") == [None, None]


@given(st.lists(st.floats(0.001, 1000), max_size=12), st.floats(0.01, 100), st.randoms())
def test_scale_and_order_do_not_matter(values: list[float], scale: float, random: object) -> None:
    cold = is_cold(np.array(values))
    shuffled = list(range(len(values)))
    random.shuffle(shuffled)
    assert cold[shuffled].tolist() == is_cold(np.array(values)[shuffled]).tolist()
    assert cold.sum() * 2 <= max(len(values), 1)
    powers = np.array(values) * 2.0 ** round(np.log2(scale))
    assert is_cold(powers).tolist() == cold.tolist()

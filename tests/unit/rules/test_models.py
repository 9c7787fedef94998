"""Models side by side: only what one file measured alike, fastest first."""

from __future__ import annotations

import pytest
from tests.conftest import texts

KEYS = ("model", "tokens_s", "num_ctx", "device", "engine_version")


def rows(model, values, **more):
    given = {"model": model, **more}
    return [{key: given.get(key, "") for key in KEYS} | {"tokens_s": value} for value in values]


def titles(pile):
    return texts(pile.analysis(), "models")


FAST, SLOW = (100.0, 101.0, 102.0, 103.0), (50.0, 51.0, 52.0, 53.0)


def test_two_models_of_one_file(pile):
    pile.csv("a.csv", rows("fast", FAST) + rows("slow", SLOW))
    (title,) = titles(pile)
    assert title.index("fast") < title.index("slow")
    assert "101.5 tok/s" in title and "51.50 tok/s" in title and "1.971 times" in title


def test_three_models_are_listed_in_order(pile):
    pile.csv("a.csv", rows("b", SLOW) + rows("a", FAST) + rows("c", (10.0, 11.0, 12.0)))
    (title,) = titles(pile)
    assert title.index("a") < title.index("51.50") < title.index("11 tok/s")


def test_noise_is_said_to_be_noise(pile):
    pile.csv("a.csv", rows("x", (90.0, 100.0, 111.0)) + rows("y", (91.0, 99.0, 112.0)))
    (title,) = titles(pile)
    assert "not told apart" in title


@pytest.mark.parametrize("second", [
    rows("slow", SLOW, num_ctx=2048), rows("slow", SLOW, device="gpu"),
    rows("slow", SLOW, engine_version="9"), rows("slow", SLOW[:2]), rows("fast", SLOW),
])
def test_unlike_or_too_few_are_not_compared(pile, second):
    pile.csv("a.csv", rows("fast", FAST) + second)
    assert titles(pile) == []


def test_models_compare_over_the_prompts_that_all_answered(pile):
    asked = ("one", "two", "three", "four")
    first = [{"model": "fast", "prompt": name, "tokens_s": value}
             for name, value in zip((*asked, "five"), (100.0, 101.0, 102.0, 103.0, 900.0),
                                    strict=True)]
    second = [{"model": "slow", "prompt": name, "tokens_s": value}
              for name, value in zip(asked, SLOW, strict=True)]
    pile.csv("a.csv", first + second)
    (title,) = titles(pile)
    assert "101.5 tok/s" in title and "51.50 tok/s" in title


def test_models_without_common_prompts_are_not_compared(pile):
    first = [{"model": "fast", "prompt": f"a{at}", "tokens_s": 100.0 + at} for at in range(4)]
    second = [{"model": "slow", "prompt": f"b{at}", "tokens_s": 50.0 + at} for at in range(4)]
    pile.csv("a.csv", first + second)
    assert titles(pile) == []


def test_other_files_are_not_compared(pile):
    pile.csv("a.csv", rows("fast", FAST)).csv("b.csv", rows("slow", SLOW))
    assert titles(pile) == []

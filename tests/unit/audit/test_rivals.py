"""A number is called wrong only if nothing else that its words leave open bears it out."""

from __future__ import annotations

import pytest

from baseline_collector.audit import audit


@pytest.mark.parametrize(
    ("text", "claim", "verdict", "why"),
    [
        # a part of the rows: 105.25 is the mean of alpha, 71.25 or 80.04 that of all
        ("`tokens_s` averaged 105.25.", "105.25", "unsupported", "mean of reports/alpha.json"),
        ("`tokens_s` averaged 99.5.", "99.5", "contradicted", "mean of"),
        # all files of a type are said: a part of them is not meant
        ("- `csv_tokens_s`: (Avg: 55.375)", "55.375", "supported", ""),
        ("- `csv_tokens_s`: (Avg: 50.5)", "50.5", "contradicted", ""),
        # a statistic that a number before has taken is not this one's
        (
            "The throughput of alpha:8b is 105.25 tok/s on average and 110.0 tok/s when hot.",
            "110.0 tok/s",
            "unsupported",
            "it is",
        ),
        (
            "The throughput of alpha:8b is 105.25 tok/s on average and 130.0 tok/s when hot.",
            "130.0 tok/s",
            "contradicted",
            "",
        ),
        # one that is its own binds, although another statistic would bear it out
        ("The mean throughput of alpha:8b is 110.0 tok/s.", "110.0 tok/s", "contradicted", ""),
        # so does a model, unless a number has taken it
        (
            "With 105.25 tok/s alpha:8b leads, the other one has a mean throughput of 55.38 tok/s.",
            "55.38 tok/s",
            "unsupported",
            "it is",
        ),
        # what differs by a number is not a value
        ("The throughput of alpha:8b is 130.0 tok/s higher.", "130.0 tok/s", "unsupported",
         "difference"),
        # files of a folder that is not named, or that were spoken of
        ("All of it comes from the 2 JSON files above.", "2", "unsupported", "cannot be told"),
        ("There are 2 files.", "2", "unsupported", "lie in reports"),
        ("There are 5 files.", "5", "contradicted", ""),
        # types summed up
        (
            "CSV and Markdown together are 67% of the files.",
            "67%",
            "unsupported",
            "sums up",
        ),
    ],
)
def test_a_rival_makes_it_unsupported(text, claim, verdict, why, index):
    found = next(one for one in audit(text, index).claims if one.claim.text == claim)
    assert (found.verdict, why in found.outcome.why) == (verdict, True), found.outcome.why

"""Recommendations: what gains most first, each with facts, or that there is not enough data."""

from __future__ import annotations

from baseline_collector.analyse.advise import MOST_LEADING, NOT_ENOUGH, advise
from baseline_collector.evidence.book import Book
from baseline_collector.model import Finding


def runs(backend, mean, compiled):
    return {
        "backend": backend,
        "compilation": {"compile_time_s": compiled},
        "benchmark": {"mean_time_ms": mean, "std_time_ms": mean / 50},
    }


def bench(**speeds):
    return {
        "model": {"name": "net", "device": "cpu"},
        "settings": {"runs": 20},
        "backends": {name: runs(name, mean, 0.0 if name == "eager" else 1.0)
                     for name, mean in speeds.items()},
    }


def test_the_largest_gain_comes_first_with_its_numbers(pile, look):
    pile.json("a.json", bench(eager=10.0, jit=8.0))
    pile.json("b.json", bench(eager=10.0, onnx=2.0))
    analysis = pile.analysis()
    first, second = (one for one in analysis.advice if one.kind == "change")
    assert (round(first.gain, 2), round(second.gain, 2)) == (4.0, 0.25)
    assert "use onnx, 5 times the speed, beyond 125 iterations" in look.told(analysis, first.text)
    assert all(one.facts for one in analysis.advice)


def test_without_a_difference_there_is_not_enough_data(pile):
    analysis = pile.csv("a.csv", [{"model": "m", "tokens_s": 50}]).analysis()
    assert analysis.advice[0].kind == "none" and analysis.advice[0].text == NOT_ENOUGH
    assert [one for one in analysis.advice if one.kind == "measure"]
    assert all(one.facts for one in analysis.advice if one.kind != "none")


def test_gaps_come_last_and_name_their_protocol(pile, look):
    analysis = pile.csv("a.csv", [{"model": "m", "tokens_s": 50}]).analysis()
    kinds = [one.kind for one in analysis.advice]
    assert kinds == sorted(kinds, key=("change", "none", "mend", "measure").index)
    assert "protocols/no-load.toml" in look.told(analysis, analysis.advice[-1].text)


def found(rule, at, severity="notice", gain=None):
    return Finding(f"{rule}-{at}", rule, severity, f"{rule} {at}", (), f"do {rule} {at}",
                   "performance", gain)


def test_a_report_prints_ten_at_most_two_changes_and_one_repair_of_a_rule():
    findings = [*(found("payback", at, gain=10.0 - at) for at in range(7)),
                *(found("models", at, gain=0.1) for at in range(3)),
                *(found(rule, at) for rule in "abcdefgh" for at in range(3)),
                found("broken", 0, "critical")]
    advice = advise(findings, (), Book())
    leading = [one.text for one in advice if one.leading]
    assert len(advice) == 35 and len(leading) == MOST_LEADING
    assert leading == ["do payback 0", "do payback 1", "do models 0", "do models 1",
                       "do broken 0", *(f"do {rule} 0" for rule in "abcde")]


def test_few_are_printed_whole():
    advice = advise([found("payback", at, gain=1.0) for at in range(MOST_LEADING)], (), Book())
    assert all(one.leading for one in advice)

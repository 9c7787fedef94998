"""Gaps: what is missing is told with the protocol that fills it; what is there is no gap."""

from __future__ import annotations

from baseline_collector import protocol


def call(**more):
    return {"model": "m:1b", "engine": "ollama", "prompt": "hi", "tokens_s": 50.0,
            "ttft_s": 0.2} | more


def ids(analysis):
    return [gap.id for gap in analysis.gaps]


def test_a_bare_file_lacks_nearly_everything_and_each_gap_rests_on_facts(pile, look):
    analysis = pile.csv("a.csv", [call()]).analysis()
    assert set(ids(analysis)) == {"few-runs", "no-tail", "no-hardware", "no-version", "no-warmup",
                                  "no-telemetry", "no-failures", "one-model", "no-load"}
    ranks = [gap.rank for gap in analysis.gaps]
    assert ranks == sorted(ranks, reverse=True)
    known = {fact.id for fact in analysis.facts}
    for gap in analysis.gaps:
        assert gap.facts and set(gap.facts) <= known
        plan = protocol.read(gap.protocol)
        assert (plan.model, plan.api, plan.why) == ("m:1b", "ollama", gap.blocks)
        assert plan.prompts == ("hi",)


def test_what_is_there_is_no_gap(pile):
    rows = [call(device="GPU", ollama_version="1.2", warmup=3, error="", concurrency=load,
                 power_w=30.0 + at, ttft_s=0.2 + at / 1e4)
            for load in (1, 2, 4) for at in range(310)]
    analysis = pile.csv("a.csv", rows).analysis()
    assert ids(analysis) == ["one-model"]


def test_means_without_samples(pile, look):
    analysis = pile.json("a.json", {"model": "m", "mean_ttft_s": 0.2, "runs": 5}).analysis()
    (gap,) = [gap for gap in analysis.gaps if gap.id == "no-samples"]
    assert look.told(analysis, gap.title).startswith("1 file holds measurements and none of")


def test_speed_without_quality_needs_an_evaluation_and_no_benchmark(pile):
    analysis = pile.csv("a.csv", [call(), call(model="n:4b")]).analysis()
    (gap,) = [gap for gap in analysis.gaps if gap.id == "no-quality"]
    assert gap.protocol == ""
    assert "one-model" not in ids(analysis)


def test_an_empty_heap_has_no_gaps(pile):
    assert pile.text("a.md", "nothing").analysis().gaps == ()


def test_protocols_stand_beside_the_report(pile):
    out = pile.csv("a.csv", [call()]).collect()
    written = {path.stem: protocol.read(path.read_text("utf-8"))
               for path in (out / "protocols").iterdir()}
    assert "few-runs" in written and written["no-load"].concurrency == (1, 2, 4, 8, 16)
    assert "`protocols/no-load.toml`" in (out / "report.md").read_text("utf-8")

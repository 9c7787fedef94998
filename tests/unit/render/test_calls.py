from dataclasses import replace
from decimal import Decimal

from baseline_collector.render.calls import FORMULAS, Figures, published, whole_run

from .sample import calls


def test_totals_are_recomputed_from_the_published_calls():
    made = [published(call) for call in calls()]
    total = whole_run(made)
    figures = [call.figures for call in made]

    def exact(name):
        return sum(Decimal(str(getattr(one, name))) for one in figures)

    for name in ("total_duration_ms", "prompt_eval_ms", "eval_duration_ms", "load_duration_ms"):
        assert Decimal(str(getattr(total, name))) == exact(name)
    assert total.tokens_generated == 861 + 1548
    assert total.prompt_tokens == 611 + 1402
    assert total.ttft_ms == round(float(exact("ttft_ms")) / 2, 2)
    assert total.throughput_tok_s == round(2409 / (float(exact("eval_duration_ms")) / 1000), 2)


def test_a_sum_with_a_hole_is_none():
    first, second = (published(call) for call in calls())
    hole = replace(second, figures=replace(second.figures, load_duration_ms=None, ttft_ms=None))
    total = whole_run([first, hole])
    assert total.load_duration_ms is None
    assert total.ttft_ms is None
    assert total.eval_duration_ms is not None


def test_every_figure_has_a_formula():
    assert set(FORMULAS) == set(Figures.__slots__)


def test_without_server_durations_the_adapters_rate_stands():
    call = replace(calls()[0], eval_duration_ms=None, throughput_tok_s=12.345)
    assert published(call).figures.throughput_tok_s in (12.34, 12.35)

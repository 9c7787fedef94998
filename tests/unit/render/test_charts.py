import math
import re

import pytest

from baseline_collector.model import Bar, Chart, Point, Source
from baseline_collector.render.charts import MOST_BARS, chart_figure, most_informative
from baseline_collector.render.html_text import HtmlPen
from baseline_collector.render.scale import axis
from baseline_collector.render.slots import Slots

from .sample import analysis
from .walker import Page

SLOTS = Slots(analysis("x"))


def bar(place: int, values=(1.0,), low=None, series="") -> Bar:
    points = tuple(Point(value, Source("a.csv", f"row {row}")) for row, value in enumerate(values))
    finite = [value for value in values if math.isfinite(value)]
    estimate = sum(finite) / len(finite) if finite else None
    return Bar(f"g{place}", series, points, estimate, low, None if low is None else low + 1, "")


def draw(*bars: Bar, logarithmic=False, unit="s") -> str:
    return chart_figure(Chart("c", "T", "duration", unit, logarithmic, bars), SLOTS, HtmlPen())


@pytest.mark.parametrize(("values", "unit", "log", "labels", "shown"), [
    ([0, 310], "tok/s", False, ["0", "100", "200", "300", "400"], "tok/s"),
    ([180, 190], "tok/s", False, ["180", "182.5", "185", "187.5", "190"], "tok/s"),
    ([0.02, 0.09], "s", False, ["0", "25", "50", "75", "100"], "ms"),
    ([0, 0], "s", False, ["0", "0.25", "0.5", "0.75", "1"], "s"),
    ([-3, 5], "W", False, ["-4", "-2", "0", "2", "4", "6"], "W"),
    ([3e-5, 48], "s", True, ["10 us", "1 ms", "100 ms", "10 s"], ""),
    ([10, 10], "tok/s", True, ["10 tok/s", "100 tok/s"], ""),
    ([0, 10], "tok/s", True, ["0", "2.5", "5", "7.5", "10"], "tok/s"),
])
def test_axes(values, unit, log, labels, shown):
    scale = axis(values, unit, log)
    assert [tick.label for tick in scale.ticks] == labels
    assert scale.unit == shown
    assert all(0 <= scale.at(value) <= 100 for value in values)


def test_positions():
    assert axis([0, 400], "tok/s", False).at(100) == 25
    assert axis([1, 10_000], "W", True).at(100) == 50


def test_what_is_not_a_number_is_not_drawn():
    assert draw() == ""
    assert draw(bar(1, (math.nan,)), bar(2, (math.inf,))) == ""
    assert draw(bar(1, (math.nan, 1.0))).count("<circle") == 1


def test_a_dot_names_its_source_and_stands_for_its_neighbours():
    drawn = draw(bar(1, (1.0, 1.0, 1.0, 0.5)))
    assert drawn.count("<circle") == 2
    assert "<title>1 s: a.csv, row 0 (and 2 more at this spot)</title>" in drawn


def test_series_share_a_row_and_differ_by_class():
    drawn = draw(bar(1, series="cold"), bar(2, series="cold"), bar(1, series="warm"))
    assert drawn.count('class="row"') == 2
    assert re.findall(r'class="lane (s\d)"', drawn) == ["s0", "s1", "s0"]


def test_no_lines_between_groups():
    assert not re.search(r"<path|<poly", draw(bar(1), bar(2, (3.0,))))


def test_most_informative_bars_keep_their_order():
    bars = [bar(place, (float(place),), low=1.0 if place == 20 else None) for place in range(50)]
    kept = most_informative(bars)
    labels = [one.label for one in kept]
    assert len(kept) == MOST_BARS
    assert {"g0", "g20", "g49"} <= set(labels)
    assert "g24" not in labels
    assert [bars.index(one) for one in kept] == sorted(bars.index(one) for one in kept)
    assert "Only part of the rows is drawn" in draw(*bars)
    assert "Only part" not in draw(*bars[:MOST_BARS])


def test_a_cut_axis_says_so():
    assert "does not start at zero" in draw(bar(1, (180.0, 190.0)), unit="tok/s")
    assert "does not start at zero" not in draw(bar(1, (1.0, 190.0)), unit="tok/s")


def test_the_lane_has_words_for_those_who_do_not_see_it():
    spoken = [text for text, stack in Page(draw(bar(1, (1.0, 2.0), low=1.0))).texts
              if [tag for tag, _ in stack[-2:]] == ["svg", "title"]]
    assert spoken == ["g1, measurements from 1 s to 2 s, estimate 1.500 s, interval 1 s to 2 s"]

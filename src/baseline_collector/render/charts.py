"""Charts: dots for single measurements, a mark for the estimate, a band for its interval.

A chart is a list of rows that are its own table: the label, a lane drawn in SVG, the
estimate as a link to its evidence. Positions are percentages of the lane, so the same
picture fits 360 and 1280 pixels with text of the page's own size; colours are classes,
so it follows dark mode. No lines join dots: between two configurations there is nothing
to interpolate. Why not a chart library: ``docs/decisions/0004-charts.md``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from baseline_collector.model import Bar, Chart, Point
from baseline_collector.paths import readable_pointer
from baseline_collector.render.elements import Html, code, el, joined
from baseline_collector.render.scale import Axis, axis
from baseline_collector.render.slots import Pen, Slots, shown
from baseline_collector.units import show
from baseline_collector.visible import visible

MOST_BARS = 30
SERIES_STYLES = 4
_HEIGHT = 26
_MIDDLE = "13"
_SAME_SPOT = 0.5
"""Percent of the lane: dots closer than this are one dot that says how many it stands for."""


def chart_figure(chart: Chart, slots: Slots, pen: Pen) -> Html:
    """Draw one chart as a figure of HTML and SVG.

    Args:
        chart: What to show. Bars without a finite value are left out.
        slots: Facts and names of the report.
        pen: Writes the title.

    Returns:
        A ``figure`` element; empty where nothing can be drawn.
    """
    drawable = [bar for bar in chart.bars if _values(bar)]
    bars = most_informative(drawable)
    if not bars:
        return Html("")
    scale = axis([value for bar in bars for value in _values(bar)], chart.unit, chart.logarithmic)
    styles = {name: place % SERIES_STYLES
              for place, name in enumerate(dict.fromkeys(bar.series for bar in bars))}
    groups: dict[str, list[Bar]] = {}
    for bar in bars:
        groups.setdefault(bar.label, []).append(bar)
    rows = joined(_group(group, scale, chart.unit, styles, slots) for group in groups.values())
    return el(
        "figure",
        el("figcaption", el("h3", Html(slots.write(chart.title, pen))),
           _legend(chart, bars, scale, len(bars) < len(drawable))),
        el("ul", rows, _axis_row(scale), class_="rows"),
        class_="chart" if any(styles) else "chart single", id=f"chart-{chart.id}")


def most_informative(bars: Sequence[Bar]) -> list[Bar]:
    """Keep at most ``MOST_BARS`` bars, in their order.

    Bars with an interval go first, then those with more points, then the extremes: the
    ones furthest from the middle estimate.
    """
    if len(bars) <= MOST_BARS:
        return list(bars)
    centres = sorted(_centre(bar) for bar in bars)
    middle = centres[len(centres) // 2]
    ranked = sorted(range(len(bars)), key=lambda place: (
        bars[place].low is None, -len(bars[place].points),
        -abs(_centre(bars[place]) - middle), place))
    return [bars[place] for place in sorted(ranked[:MOST_BARS])]


def _legend(chart: Chart, bars: Sequence[Bar], scale: Axis, cut: bool) -> Html:
    measure = chart.axis[:1].upper() + chart.axis[1:]
    unit = f" in {scale.unit}" if scale.unit else ""
    kind = ", logarithmic scale" if scale.logarithmic else ""
    words = [f"{measure}{unit}{kind}.", "Dot: one measurement."]
    if any(bar.estimate is not None for bar in bars):
        words.append("Upright mark: the estimate printed beside it.")
    if any(bar.low is not None for bar in bars):
        words.append("Band: its confidence interval.")
    if not scale.logarithmic and scale.low > 0:
        words.append("The axis does not start at zero.")
    if cut:
        words.append("Only part of the rows is drawn: those with an interval first, then those "
                     "with most measurements, then the extremes. report.json has them all.")
    return el("p", " ".join(words), class_="legend")


def _group(
    bars: Sequence[Bar], scale: Axis, unit: str, styles: dict[str, int], slots: Slots
) -> Html:
    lanes = joined(_lane(bar, scale, unit, styles[bar.series], slots) for bar in bars)
    label = el("div", code(bars[0].label), class_="label")
    return el("li", label, el("div", lanes, class_="lanes"), class_="row")


def _lane(bar: Bar, scale: Axis, unit: str, style: int, slots: Slots) -> Html:
    marks = joined((*_grid(scale), *_band(bar, scale), *_dots(bar.points, scale, unit),
                    *_estimate(bar, scale)))
    title = el("title", _spoken(bar, unit))
    drawing = el("svg", title, marks, width="100%", height=str(_HEIGHT), role="img")
    series = code(bar.series, class_="series") if bar.series else Html("")
    return el("div", drawing, el("div", series, _linked(bar, slots), class_="estimate"),
              class_=f"lane s{style}")


def _linked(bar: Bar, slots: Slots) -> Html:
    if not bar.fact:
        return Html("")
    return el("a", shown(slots.fact(bar.fact)), href=f"#{bar.fact}", class_="n")


def _spoken(bar: Bar, unit: str) -> str:
    """The lane in words, for those who do not see it."""
    words = [visible(bar.label)]
    if bar.series:
        words.append(visible(bar.series))
    values = [point.value for point in bar.points if math.isfinite(point.value)]
    if values:
        words.append(f"measurements from {show(min(values), unit)} to {show(max(values), unit)}")
    if bar.estimate is not None:
        words.append(f"estimate {show(bar.estimate, unit)}")
    if bar.low is not None and bar.high is not None:
        words.append(f"interval {show(bar.low, unit)} to {show(bar.high, unit)}")
    return ", ".join(words)


def _grid(scale: Axis) -> Iterator[Html]:
    for tick in scale.ticks:
        yield _line("grid", tick.at, tick.at, "0", "100%")


def _band(bar: Bar, scale: Axis) -> Iterator[Html]:
    if bar.low is not None and bar.high is not None:
        yield _line("band", scale.at(bar.low), scale.at(bar.high), _MIDDLE, _MIDDLE)


def _estimate(bar: Bar, scale: Axis) -> Iterator[Html]:
    if bar.estimate is not None:
        at = scale.at(bar.estimate)
        yield _line("mark", at, at, "4", "22")


def _dots(points: Iterable[Point], scale: Axis, unit: str) -> Iterator[Html]:
    spots: dict[int, list[Point]] = {}
    for point in points:
        if math.isfinite(point.value):
            spots.setdefault(round(scale.at(point.value) / _SAME_SPOT), []).append(point)
    for spot in sorted(spots):
        yield _dot(spots[spot], scale, unit)


def _dot(points: Sequence[Point], scale: Axis, unit: str) -> Html:
    first = points[0]
    place = visible(first.source.artifact)
    if first.source.pointer:
        place += f", {visible(readable_pointer(first.source.pointer))}"
    more = f" (and {len(points) - 1} more at this spot)" if len(points) > 1 else ""
    title = el("title", f"{show(first.value, unit)}: {place}{more}")
    return el("circle", title, class_="dot", cx=_percent(scale.at(first.value)), cy=_MIDDLE,
              r="3.5")


def _axis_row(scale: Axis) -> Html:
    """Tick labels are the ruler of the picture, not data: hidden from screen readers."""
    labels = joined(_tick_label(place, len(scale.ticks), tick.at, tick.label)
                    for place, tick in enumerate(scale.ticks))
    ruler = el("svg", labels, width="100%", height="18", aria_hidden="true", class_="ticks")
    lane = el("div", ruler, el("div", scale.unit, class_="estimate unit"), class_="lane")
    return el("li", el("div", class_="label"), el("div", lane, class_="lanes"),
              class_="row axis", aria_hidden="true")


def _tick_label(place: int, count: int, at: float, label: str) -> Html:
    anchor = "start" if place == 0 else "end" if place == count - 1 else "middle"
    return el("text", label, x=_percent(at), y="13", text_anchor=anchor)


def _line(class_: str, x1: float, x2: float, y1: str, y2: str) -> Html:
    return el("line", class_=class_, x1=_percent(x1), x2=_percent(x2), y1=y1, y2=y2)


def _percent(at: float) -> str:
    return f"{at:g}%"


def _values(bar: Bar) -> list[float]:
    ends = (bar.estimate, bar.low, bar.high)
    values = [point.value for point in bar.points]
    values += [end for end in ends if end is not None]
    return [value for value in values if math.isfinite(value)]


def _centre(bar: Bar) -> float:
    if bar.estimate is not None:
        return bar.estimate
    values = sorted(_values(bar))
    return values[len(values) // 2]

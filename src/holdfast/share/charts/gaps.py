"""The gap between groups: how wide it would have been, how wide it is, and how sure we are of the difference."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from holdfast.records import Gap, Measure
from holdfast.records.vocabularies import ALL_SETTINGS
from holdfast.share.charts.chart import Chart, Table
from holdfast.share.charts.palette import BETTER, FAINT, NEUTRAL, TEXT, WORSE
from holdfast.share.charts.svg import draw
from holdfast.share.disclosure import Released, require_released
from holdfast.share.words import chance, clean, effect, inside, number, places, scale, shortened
from holdfast.share.words.headline import PROBABLY, WIDENS

KEY: Final = (
    "Open circle: the gap had the change not been made. Filled mark: the gap with it, and the line its 95% interval. "
    "Blue circle: probably narrower. Orange diamond: may be wider. Grey square: no clear change. The difference is "
    "between the most and the least disadvantaged group; the slope index draws on every group."
)
NAMES: Final[dict[str, str]] = {
    "difference": "Difference",
    "slope index": "Slope index",
    "relative index": "Relative index",
    "relative index (ratio)": "Relative index, as a ratio",
    "ratio": "Ratio",
}
ABSOLUTE: Final = ("difference", "slope index")
_LEFT: Final = 195
_WIDTH: Final = 300
Spec = dict[str, Any]


def gap_chart(
    released: Released,
    study: str,
    measure: Measure,
    setting: str = ALL_SETTINGS,
    dimensions: Collection[str] = (),
) -> Chart | None:
    """The absolute gaps of the dimensions named (all, when none is); the relative ones are in the table.

    None when no gap may be shown.
    """
    released = require_released(released)
    rows = [
        g
        for g in released.rows("gaps", study, measure.measure)
        if g.setting == setting and (not dimensions or g.dimension in dimensions)
    ]
    drawn = [g for g in rows if g.kind in ABSOLUTE and None not in (g.before, g.after, g.estimate)]
    if not drawn:
        return None
    title = f"The gap in {inside(measure.label)}, without and with the change"
    description = " ".join(f"{_name(g)}: {_said(g, measure)}." for g in drawn)
    return Chart(
        draw(_spec(drawn, measure), title, description, (study, measure.measure, setting)),
        title,
        description,
        KEY,
        gap_table(rows, measure, title),
    )


def _name(g: Gap) -> str:
    return f"{clean(g.dimension).capitalize()}, {NAMES.get(g.kind, g.kind).lower()}"


def _state(g: Gap) -> tuple[str, str]:
    """Colour and shape. Above an even chance of a wider gap the mark is a warning."""
    if g.p_widens is not None and g.p_widens > WIDENS:
        return WORSE, "diamond"
    return (BETTER, "circle") if g.p_widens is not None and g.p_widens <= 1 - PROBABLY else (NEUTRAL, "square")


def _spec(drawn: list[Gap], measure: Measure) -> Spec:
    f = scale(measure).factor
    data = []
    for i, g in enumerate(drawn):
        colour, shape = _state(g)
        before, after = (g.before or 0.0) * f, (g.after or 0.0) * f
        ends = [None if v is None else before + v * f for v in (g.low, g.high)]
        name = shortened(f"{clean(g.dimension).capitalize()}: {NAMES.get(g.kind, g.kind).lower()}", 40)
        data.append({"row": f"{i:02d}", "name": name, "before": before, "after": after, "low": ends[0],
                     "high": ends[1], "colour": colour, "shape": shape, "said": _moved(g, measure)})  # fmt: skip
    y: Spec = {"field": "row", "type": "ordinal", "axis": None}
    unit = scale(measure).unit
    axis = {"title": [shortened(f"Gap in {inside(measure.label)}", 56), *([unit] if unit else [])], "grid": False,
            "tickCount": 6, "format": ",~f"}  # fmt: skip
    x: Spec = {"type": "quantitative", "scale": {"zero": True, "nice": True, "padding": 12}, "axis": axis}
    colour_of = {"field": "colour", "type": "nominal", "scale": None}
    values = {"values": data}
    layers: list[Spec] = [
        {"data": {"values": [{}]}, "mark": {"type": "rule", "color": TEXT, "strokeWidth": 1.5},
         "encoding": {"x": {"datum": 0, "type": "quantitative"}}},
        {"data": values, "mark": {"type": "rule", "color": FAINT, "strokeWidth": 9},
         "encoding": {"y": y, "x": {**x, "field": "before"}, "x2": {"field": "after"}}},
        {"data": values, "mark": {"type": "rule", "strokeWidth": 2.5},
         "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": colour_of}},
        {"data": values, "mark": {"type": "point", "filled": True, "fill": "white", "size": 90, "stroke": TEXT,
                                  "strokeWidth": 1.8, "opacity": 1},
         "encoding": {"y": y, "x": {**x, "field": "before"}}},
        {"data": values, "mark": {"type": "point", "filled": True, "size": 95, "opacity": 1},
         "encoding": {"y": y, "x": {**x, "field": "after"}, "color": colour_of,
                      "shape": {"field": "shape", "type": "nominal", "scale": None}}},
        {"data": values, "mark": {"type": "text", "align": "left", "baseline": "middle", "limit": _LEFT - 10},
         "encoding": {"x": {"value": -_LEFT}, "y": y, "text": {"field": "name", "type": "nominal"}}},
        {"data": values, "mark": {"type": "text", "align": "left", "baseline": "middle"},
         "encoding": {"x": {"value": _WIDTH + 16}, "y": y, "text": {"field": "said", "type": "nominal"}}},
    ]  # fmt: skip
    return {"width": _WIDTH, "height": {"step": 44}, "layer": layers}


def _moved(g: Gap, measure: Measure) -> str:
    """The effect on the gap, as the for-whom chart writes effects."""
    return effect(measure, g.estimate, g.low, g.high)


def _said(g: Gap, measure: Measure) -> str:
    f = scale(measure).factor if g.kind in ABSOLUTE else 1.0
    d = places(*(None if v is None else v * f for v in (g.low, g.high)))
    before, after = (number(None if v is None else v * f, d) for v in (g.before, g.after))
    return f"{before} without the change and {after} with it; chance that it is wider {chance(g.p_widens)}"


def gap_table(rows: list[Gap], measure: Measure, title: str) -> Table:
    """Every form of the gap, absolute and relative, with its interval."""
    out = []
    for g in rows:
        f = scale(measure).factor if g.kind in ABSOLUTE else 1.0
        v, a, b = (None if x is None else x * f for x in (g.estimate, g.low, g.high))
        d = places(a, b, v)
        change = f"{number(v, d, sign=True)} ({number(a, d, sign=True)} to {number(b, d, sign=True)})"
        before, after = (number(None if x is None else x * f, d) for x in (g.before, g.after))
        unit = scale(measure).unit if g.kind in ABSOLUTE else "times"
        out.append((_name(g), before, after, change if v is not None else "–", unit, chance(g.p_widens)))
    heads = ("Gap", "Without the change", "With it", "Difference (95% interval)", "Unit", "Chance it is wider")
    return Table(title, heads, tuple(out))

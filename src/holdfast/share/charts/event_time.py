"""The effect by time since adoption, with each point's interval and the band that holds them all."""

from __future__ import annotations

from typing import Any, Final

from holdfast.records import Effect, Measure
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.charts.chart import Chart, Table
from holdfast.share.charts.forest import state
from holdfast.share.charts.palette import BAND, COLOURS, LINE, QUIET, SHAPES, TEXT
from holdfast.share.charts.svg import draw
from holdfast.share.disclosure import Released, require_released
from holdfast.share.words import effect, inside, number, places, scale, shortened

KEY: Final = (
    "Each point is the effect so many periods after adoption, with its own 95% interval. The shaded band between the "
    "dashed lines holds all the points at once with 95% confidence. Left of the upright line are the periods before "
    "adoption, where there should be nothing to see."
)
_SIZE: Final = {"width": 560, "height": 250}
Spec = dict[str, Any]


def event_time_chart(
    released: Released,
    study: str,
    measure: Measure,
    dimension: str = EVERYONE,
    level: str = EVERYONE,
    setting: str = ALL_SETTINGS,
    period: str = "month",
) -> Chart | None:
    """The chart for one cell; None when there are fewer than two points to show."""
    released = require_released(released)
    cell = (dimension, level, setting)
    points = sorted(
        (
            e
            for e in released.rows("effects", study, measure.measure)
            if e.kind == "event time" and (e.dimension, e.level, e.setting) == cell and e.estimate is not None
        ),
        key=lambda e: float(e.at),
    )
    if len(points) < 2:
        return None
    title = f"The effect on {inside(measure.label)}, by {period}s since adoption"
    description = _description(points, measure, period)
    return Chart(
        draw(_spec(points, measure, period), title, description, (study, measure.measure, *cell)),
        title,
        description,
        KEY,
        _table(points, measure, title, period),
    )


def _spec(points: list[Effect], measure: Measure, period: str) -> Spec:
    f = scale(measure).factor
    data = [
        {
            "e": float(p.at),
            "side": "before" if float(p.at) < 0 else "after",
            "y": (p.estimate or 0.0) * f,
            **{n: None if v is None else v * f for n, v in _ends(p)},
            "colour": COLOURS[state(measure, p)],
            "shape": SHAPES[state(measure, p)],
        }
        for p in points
    ]
    x: Spec = {
        "field": "e",
        "type": "quantitative",
        "scale": {"nice": False, "padding": 12},
        "axis": {"title": f"{period.capitalize()}s since adoption (0: the {period} of adoption)", "grid": False,
                 "tickMinStep": 1, "format": "d"},
    }  # fmt: skip
    y: Spec = {
        "type": "quantitative",
        "scale": {"zero": True, "nice": True},
        "axis": {"title": None, "tickCount": 6, "format": ",~f"},
    }
    banded = [d for d in data if d["band_low"] is not None and d["band_high"] is not None]
    colour = {"field": "colour", "type": "nominal", "scale": None}
    side = {"field": "side", "type": "nominal"}
    dashed = {"type": "line", "color": LINE, "strokeDash": [4, 3], "strokeWidth": 1.2}
    layers: list[Spec] = [
        {"data": {"values": banded}, "mark": {"type": "area", "color": BAND, "opacity": 1},
         "encoding": {"x": x, "detail": side, "y": {**y, "field": "band_low"}, "y2": {"field": "band_high"}}},
        {"data": {"values": banded}, "mark": dashed,
         "encoding": {"x": x, "detail": side, "y": {**y, "field": "band_low"}}},
        {"data": {"values": banded}, "mark": dashed,
         "encoding": {"x": x, "detail": side, "y": {**y, "field": "band_high"}}},
        {"data": {"values": [{}]}, "mark": {"type": "rule", "color": TEXT, "strokeWidth": 1.5},
         "encoding": {"y": {"datum": 0, "type": "quantitative"}}},
        {"data": {"values": [{}]}, "mark": {"type": "rule", "color": QUIET, "strokeDash": [2, 3], "strokeWidth": 1.5},
         "encoding": {"x": {"datum": -0.5, "type": "quantitative"}}},
        {"data": {"values": data}, "mark": {"type": "rule", "strokeWidth": 2},
         "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour}},
        {"data": {"values": data}, "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
         "encoding": {"x": x, "y": {**y, "field": "y"}, "color": colour,
                      "shape": {"field": "shape", "type": "nominal", "scale": None}}},
        _note(_title(measure), 0, -12, "left"),
    ]  # fmt: skip
    return {**_SIZE, "layer": layers}


def _ends(p: Effect) -> list[tuple[str, float | None]]:
    return [("low", p.low), ("high", p.high), ("band_low", p.band_low), ("band_high", p.band_high)]


def _title(measure: Measure) -> str:
    way = {1: "up is better", -1: "down is better", 0: ""}[measure.sign]
    parts = [f"Effect on {inside(measure.label)}", scale(measure).unit, way]
    return shortened(", ".join(part for part in parts if part), 90)


def _note(text: str, x: int, y: int, align: str) -> Spec:
    mark = {"type": "text", "text": text, "align": align, "baseline": "bottom", "limit": _SIZE["width"] + 20}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": x}, "y": {"value": y}}}


def _description(points: list[Effect], measure: Measure, period: str) -> str:
    f = scale(measure).factor
    before = [e for e in points if float(e.at) < 0]
    after = [e for e in points if float(e.at) >= 0]
    said = [f"Effect on {inside(measure.label)} from {_at(points[0])} to {_at(points[-1])} {period}s since adoption."]
    outside = sum(1 for e in before if _out(e))
    if before:
        said.append(f"Before adoption {outside} of {len(before)} points lie outside the band around no effect.")
    if after:
        last = after[-1]
        d = places(*(None if v is None else v * f for v in (last.low, last.high)))
        said.append(
            f"After adoption {sum(1 for e in after if _out(e))} of {len(after)} do; the last is "
            f"{number((last.estimate or 0.0) * f, d, sign=True)} {scale(measure).unit}."
        )
    return " ".join(said)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _at(e: Effect) -> str:
    return number(float(e.at), 0)


def _out(e: Effect) -> bool:
    low, high = (e.low, e.high) if e.band_low is None else (e.band_low, e.band_high)
    return low is not None and high is not None and (low > 0 or high < 0)


def _table(points: list[Effect], measure: Measure, title: str, period: str) -> Table:
    def band(e: Effect) -> str:
        if e.band_low is None or e.band_high is None:
            return "–"
        f = scale(measure).factor
        d = places(e.band_low * f, e.band_high * f)
        return f"{number(e.band_low * f, d, sign=True)} to {number(e.band_high * f, d, sign=True)}"

    rows = tuple((number(float(e.at), 0), effect(measure, e.estimate, e.low, e.high), band(e)) for e in points)
    unit = scale(measure).unit
    caption = f"{title}. In {unit}" if unit else title
    heads = (f"{period.capitalize()}s since adoption", "Effect (95% interval)", "Simultaneous 95% band")
    return Table(caption, heads, rows)

"""The Vega-Lite specification of the for-whom chart."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from holdfast.records import Effect, Measure
from holdfast.share.charts.palette import BAND, COLOURS, QUIET, SHAPES, TEXT
from holdfast.share.words import clean, effect, inside, scale, shortened

if TYPE_CHECKING:
    from holdfast.share.charts.forest import Row

_ROW, _WIDTH, _LEFT, _RIGHT = 25, 290, 190, 175
Spec = dict[str, Any]


def forest_picture(rows: Sequence[Row], states: Sequence[str], measure: Measure) -> Spec:
    """A line for each row: its label, the interval with its marks, and its numbers."""
    s = scale(measure)
    domain = _domain([row.effect for row in rows if row.effect is not None], measure)
    data = [_datum(i, row, kind, measure, domain) for i, (row, kind) in enumerate(zip(rows, states, strict=True))]
    points = [d for d in data if "x" in d]
    order = [d["row"] for d in data]
    y: Spec = {"field": "row", "type": "ordinal", "sort": order, "axis": None, "scale": {"domain": order}}
    title = [shortened(f"Effect on {inside(measure.label)}", 52), *([s.unit] if s.unit else [])]
    x: Spec = {
        "type": "quantitative",
        "scale": {"domain": list(domain), "nice": False, "zero": False},
        "axis": {"title": title, "grid": False, "tickCount": 6, "format": ",~f"},
    }
    band = measure.smallest_important * s.factor
    return {
        "width": _WIDTH,
        "height": {"step": _ROW},
        "layer": [
            {
                "data": {"values": [{"a": -band, "b": band}]},
                "mark": {"type": "rect", "color": BAND},
                "encoding": {"x": {**x, "field": "a"}, "x2": {"field": "b"}},
            },
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "color": TEXT, "strokeWidth": 1.5},
                "encoding": {"x": {"datum": 0, "type": "quantitative"}},
            },
            *_marks(points, x, y),
            *_edges(points, y),
            _words([d for d in data if d["heading"]], y, -_LEFT, "label", _LEFT, "bold"),
            _words([d for d in data if not d["heading"]], y, -_LEFT + 12, "label", _LEFT - 24),
            _words(data, y, _WIDTH + 14, "text", _RIGHT),
            *_corners(measure.sign),
        ],
    }


def _domain(drawn: Sequence[Effect], measure: Measure) -> tuple[float, float]:
    """All the intervals, but one very wide interval does not press the others flat."""
    f = scale(measure).factor
    ends = [(e.low * f, (e.estimate or 0.0) * f, e.high * f) for e in drawn if e.low is not None and e.high is not None]
    reach = 4 * median(b - a for a, _, b in ends) if ends else 0.0
    least = 1.3 * measure.smallest_important * f
    points = [(e.estimate or 0.0) * f for e in drawn]
    low = min([max(a, p - reach) for a, p, _ in ends] + points + [-least])
    high = max([min(b, p + reach) for _, p, b in ends] + points + [least])
    pad = 0.04 * ((high - low) or 1.0)
    return low - pad, high + pad


def _datum(i: int, row: Row, kind: str, measure: Measure, domain: tuple[float, float]) -> Spec:
    base: Spec = {"row": f"{i:03d}", "label": clean(row.label), "heading": row.heading, "text": row.said}
    found = row.effect
    if found is None or found.estimate is None:
        return base
    f = scale(measure).factor
    low, high = domain

    def within(value: float | None) -> float | None:
        return None if value is None else min(max(value * f, low), high)

    cut = [
        side
        for side, out in (
            ("left", found.low is not None and found.low * f < low),
            ("right", found.high is not None and found.high * f > high),
        )
        if out
    ]
    return {
        **base,
        "x": found.estimate * f,
        "low": within(found.low),
        "high": within(found.high),
        "pooled": within(found.pooled),
        "beyond": cut,
        "colour": COLOURS[kind],
        "shape": SHAPES[kind],
        "text": effect(measure, found.estimate, found.low, found.high),
    }


def _marks(points: list[Spec], x: Spec, y: Spec) -> list[Spec]:
    colour = {"field": "colour", "type": "nominal", "scale": None}
    return [
        {
            "data": {"values": points},
            "mark": {"type": "rule", "strokeWidth": 2.5},
            "encoding": {"y": y, "color": colour, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "data": {"values": [d for d in points if d["pooled"] is not None]},
            "mark": {"type": "tick", "color": TEXT, "thickness": 2.5, "size": 15, "orient": "vertical"},
            "encoding": {"y": y, "x": {**x, "field": "pooled"}},
        },
        {
            "data": {"values": points},
            "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
            "encoding": {
                "y": y,
                "color": colour,
                "x": {**x, "field": "x"},
                "shape": {"field": "shape", "type": "nominal", "scale": None},
            },
        },
    ]


def _edges(points: list[Spec], y: Spec) -> list[Spec]:
    """Arrowheads on intervals that go on beyond the picture."""
    colour = {"field": "colour", "type": "nominal", "scale": None}
    out = []
    for side, place in (("left", 0), ("right", _WIDTH)):
        cut = [d for d in points if side in d["beyond"]]
        mark = {"type": "point", "shape": f"triangle-{side}", "filled": True, "size": 70, "opacity": 1}
        if cut:
            out.append(
                {"data": {"values": cut}, "mark": mark, "encoding": {"x": {"value": place}, "y": y, "color": colour}}
            )
    return out


def _words(data: list[Spec], y: Spec, x: int, field: str, limit: int, weight: str = "normal") -> Spec:
    mark = {"type": "text", "align": "left", "baseline": "middle", "limit": limit, "fontWeight": weight}
    kept = [{"row": d["row"], field: d[field]} for d in data if d[field]]
    return {
        "data": {"values": kept},
        "mark": mark,
        "encoding": {"x": {"value": x}, "y": y, "text": {"field": field, "type": "nominal"}},
    }


def _corners(sign: int) -> list[Spec]:
    """Which side is better, in words above the picture."""
    if sign == 0:
        return []
    left, right = ("← worse", "better →") if sign > 0 else ("← better", "worse →")
    return [_corner(left, 0, "left"), _corner(right, _WIDTH, "right")]


def _corner(text: str, x: int, align: str) -> Spec:
    mark = {"type": "text", "text": text, "align": align, "baseline": "bottom", "color": QUIET}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": x}, "y": {"value": -6}}}

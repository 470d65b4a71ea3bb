"""Levels over time: adopters, what would have happened without the change, and comparison sites."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from holdfast.records import Measure, Path
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.charts.chart import Chart, Table
from holdfast.share.charts.palette import BETTER, NEUTRAL, TEXT
from holdfast.share.charts.svg import draw
from holdfast.share.disclosure import Released, require_released
from holdfast.share.words import clean, inside, level, listed, period, scale, shortened

KEY: Final = (
    "Each line is named at its end; solid, dashed and dotted lines tell them apart. “Had they not changed” is the same "
    "places as “With the change”, as they would have been. A break in a line is a time that may not be shown or that "
    "has no data."
)
Look = tuple[str, str, list[int], float]
LINES: Final[dict[str, Look]] = {
    "adopters": ("With the change", BETTER, [1, 0], 2.8),
    "counterfactual": ("Had they not changed", TEXT, [2, 3], 2.2),
    "comparison": ("Comparison", NEUTRAL, [7, 4], 2.0),
    "weighted comparison": ("Weighted comparison", NEUTRAL, [7, 4], 2.0),
}
"""Name, colour, dashes and width of each line."""
OTHERS: Final[tuple[tuple[str, list[int], float], ...]] = (
    (BETTER, [1, 0], 2.8),
    (NEUTRAL, [7, 4], 2.0),
    (TEXT, [2, 3], 2.2),
)
"""Looks for lines of any other group, such as thirds by dose; lines beyond these are left to the table."""
Spec = dict[str, Any]


def levels_chart(
    released: Released,
    study: str,
    measure: Measure,
    dimension: str = EVERYONE,
    level_name: str = EVERYONE,
    setting: str = ALL_SETTINGS,
) -> Chart | None:
    """The chart for one cell, by period where there are periods and by event time otherwise; None without levels."""
    released = require_released(released)
    cell = (dimension, level_name, setting)
    rows = [p for p in released.rows("paths", study, measure.measure) if (p.dimension, p.level, p.setting) == cell]
    axis = "period" if any(p.axis == "period" for p in rows) else "event time"
    rows = sorted((p for p in rows if p.axis == axis and _placed(p)), key=lambda p: _order(p, axis))
    if len({p.at for p in rows if p.value is not None}) < 2:
        return None
    over = "over time" if axis == "period" else "by time since adoption"
    looks = _looks(rows)
    title = f"{clean(measure.label)} {over}: {listed([inside(name) for name, *_ in looks.values()])}"
    description = _description(rows, looks, measure)
    return Chart(
        draw(_spec(rows, looks, measure, axis), title, description, (study, measure.measure, *cell)),
        title,
        description,
        KEY,
        _table(rows, looks, measure, title, axis),
    )


def _looks(rows: list[Path]) -> dict[str, Look]:
    """How each group's line is drawn: the usual three as always, others in order of appearance."""
    groups = dict.fromkeys(p.group for p in rows)
    known = {g: look for g, look in LINES.items() if g in groups}
    spare = iter(OTHERS if not known else ())
    others = {
        g: (clean(g)[:1].upper() + clean(g)[1:], *look)
        for g, look in zip([g for g in groups if g not in known], spare, strict=False)
    }
    return known | others


def _placed(p: Path) -> bool:
    """Whether the row says when it is in a way that can be drawn."""
    try:
        dt.date.fromisoformat(p.at) if p.axis == "period" else float(p.at)
    except ValueError:
        return False
    return True


def _order(p: Path, axis: str) -> tuple[float, str]:
    return (0.0, p.at) if axis == "period" else (float(p.at), "")


def _spec(rows: list[Path], looks: dict[str, Look], measure: Measure, axis: str) -> Spec:
    f = scale(measure).factor
    x: Spec = {"field": "x", "type": "temporal" if axis == "period" else "quantitative", "scale": {"nice": False}}
    x["axis"] = {"title": None if axis == "period" else "Periods since adoption", "grid": False, "tickCount": 8}
    if axis == "period":
        x["axis"] |= {
            "format": "%b %Y",
            "labelAngle": 0,
            "labelOverlap": True,
            "labelFlush": False,
            "labelSeparation": 12,
            "tickCount": 6,
        }
    y: Spec = {"field": "y", "type": "quantitative", "scale": {"zero": False, "nice": True}}
    y["axis"] = {"title": None, "tickCount": 5, "format": ",~f"}
    layers: list[Spec] = []
    for group, (_, colour, dash, width) in reversed(looks.items()):
        data = [{"x": p.at, "y": None if p.value is None else p.value * f} for p in rows if p.group == group]
        if any(d["y"] is not None for d in data):
            mark = {
                "type": "line",
                "color": colour,
                "strokeDash": dash,
                "strokeWidth": width,
                "invalid": "break-paths-filter-domains",
            }
            layers.append({"data": {"values": data}, "mark": mark, "encoding": {"x": x, "y": y}})
    return {"width": 470, "height": 240, "layer": [*layers, *_ends(rows, looks, f, x, y), _heading(measure)]}


def _ends(rows: list[Path], looks: dict[str, Look], f: float, x: Spec, y: Spec) -> list[Spec]:
    """Each line named at its right-hand end, kept apart where lines end close together."""
    known = [p for p in rows if p.value is not None]
    low, high = min(p.value or 0.0 for p in known) * f, max(p.value or 0.0 for p in known) * f
    last = {p.group: (p.at, (p.value or 0.0) * f) for p in known if p.group in looks}
    gap, above = 0.085 * ((high - low) or 1.0), float("-inf")
    out = []
    for group, (at, value) in sorted(last.items(), key=lambda item: item[1][1]):
        place = max(value, above + gap)
        above = place
        name, colour, _, _ = looks[group]
        mark = {
            "type": "text",
            "text": name,
            "align": "left",
            "baseline": "middle",
            "dx": 8,
            "color": colour,
            "fontWeight": "bold",
        }
        out.append({"data": {"values": [{"x": at, "y": place}]}, "mark": mark, "encoding": {"x": x, "y": y}})
    return out


def _heading(measure: Measure) -> Spec:
    unit = scale(measure).level_unit
    text = shortened(f"{clean(measure.label)}, {unit}" if unit else measure.label, 90)
    mark = {"type": "text", "text": text, "align": "left", "baseline": "bottom", "limit": 620}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": 0}, "y": {"value": -12}}}


def _description(rows: list[Path], looks: dict[str, Look], measure: Measure) -> str:
    said = []
    for group, (name, *_) in looks.items():
        known = [p for p in rows if p.group == group and p.value is not None]
        if known:
            first, last = known[0], known[-1]
            said.append(
                f"{name}: {level(measure, first.value)} in {period(first.at)}, {level(measure, last.value)} in "
                f"{period(last.at)}."
            )
    return f"{clean(measure.label)}. " + " ".join(said)


def _table(rows: list[Path], looks: dict[str, Look], measure: Measure, title: str, axis: str) -> Table:
    groups = list(dict.fromkeys(p.group for p in rows))
    names = {g: looks[g][0] if g in looks else g for g in groups}
    values = {(p.at, p.group): level(measure, p.value) if p.value is not None else "–" for p in rows}
    first = "Period" if axis == "period" else "Since adoption"
    body = tuple((_when(at), *(values.get((at, g), "–") for g in groups)) for at in dict.fromkeys(p.at for p in rows))
    return Table(title, (first, *(names[g] for g in groups)), body)


def _when(at: str) -> str:
    try:
        dt.date.fromisoformat(at)
    except ValueError:
        return at
    return period(at)

"""Who started when: the number of sites that had adopted by each period."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.charts.chart import Chart, Table
from holdfast.share.charts.palette import BAND, BETTER
from holdfast.share.charts.svg import draw
from holdfast.share.disclosure import Released, require_released
from holdfast.share.words import clean, period, plural

KEY: Final = (
    "The step line counts the sites that had started by each time. Sites are organisations, so counts are exact."
)


def adoption_chart(released: Released, study: str, measure: str, title: str) -> Chart | None:
    """Cumulative adopters by period, from the study's cohorts.

    None when there are fewer than two, when they are not dated, or when they do not add up to the study's adopters.
    """
    released = require_released(released)
    whole = (EVERYONE, EVERYONE, ALL_SETTINGS)
    starts = sorted(
        (e.at, e.adopters)
        for e in released.rows("effects", study, measure)
        if e.kind == "cohort" and _is_date(e.at) and (e.dimension, e.level, e.setting) == whole
    )
    asked = released.rows("evaluability", study, measure)
    known = [r.adopters for r in asked if (r.dimension, r.level, r.setting) == whole]
    if len(starts) < 2 or sum(n for _, n in starts) != next(iter(known), None):
        return None
    total, rows = 0, []
    for at, started in starts:
        total += started
        rows.append((at, started, total))
    heading = f"When sites started: {clean(title)}"
    description = (
        f"{plural(rows[0][1], 'site')} started in {period(rows[0][0])}; {rows[-1][2]} had by {period(rows[-1][0])}."
    )
    table = Table(
        heading, ("Period", "Started", "Started so far"), tuple((period(a), f"{n:,}", f"{t:,}") for a, n, t in rows)
    )
    return Chart(draw(_spec(rows), heading, description, (study, measure)), heading, description, KEY, table)


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _spec(rows: list[tuple[str, int, int]]) -> dict[str, Any]:
    last = dt.date.fromisoformat(rows[-1][0]) + dt.timedelta(days=27)
    data = [{"x": at, "y": total} for at, _, total in rows] + [{"x": last.isoformat(), "y": rows[-1][2]}]
    x = {"field": "x", "type": "temporal", "axis": {"title": None, "format": "%b %Y", "grid": False, "tickCount": 6,
                                                  "labelOverlap": True}}  # fmt: skip
    y = {"field": "y", "type": "quantitative", "scale": {"zero": True},
         "axis": {"title": "Sites that had started", "tickMinStep": 1, "tickCount": 5}}  # fmt: skip
    return {
        "width": 560,
        "height": 160,
        "data": {"values": data},
        "layer": [
            {"mark": {"type": "area", "interpolate": "step-after", "color": BAND}, "encoding": {"x": x, "y": y}},
            {"mark": {"type": "line", "interpolate": "step-after", "color": BETTER, "strokeWidth": 2.5},
             "encoding": {"x": x, "y": y}},
        ],
    }  # fmt: skip

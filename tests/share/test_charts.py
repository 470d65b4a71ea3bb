"""Charts: data first, accessible pictures, no trace of what is not shown."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import builders
import pytest

from holdfast.records.vocabularies import EVERYONE
from holdfast.share import Released, charts, release
from holdfast.share.charts import palette
from holdfast.share.charts.svg import accessible

WAITS = builders.MEASURES[0]
DRAWN = {
    "for whom": lambda r, s: charts.for_whom_chart(r, s, WAITS),
    "event time": lambda r, s: charts.event_time_chart(r, s, WAITS),
    "levels": lambda r, s: charts.levels_chart(r, s, WAITS),
    "gap": lambda r, s: charts.gap_chart(r, s, WAITS),
    "adoption": lambda r, s: charts.adoption_chart(r, s, "over_4h", "Video clinics"),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_can_be_read_without_seeing_it(name: str, released: Released) -> None:
    chart = DRAWN[name](released, "video-study")
    assert chart is not None
    root = ET.fromstring(chart.svg)
    ids = {e.get("id"): e.text for e in root.iter() if e.get("id")}
    label, description = (root.get("aria-labelledby") or "").split()
    assert root.get("role") == "img"
    assert ids[label] == chart.title
    assert ids[description] == chart.description
    assert root.get("viewBox")
    assert "width" not in root.attrib
    assert len(chart.table.rows) >= 2
    assert all(len(row) == len(chart.table.columns) for row in chart.table.rows)
    assert chart.key


def test_ids_are_each_chart_s_own(released: Released) -> None:
    every = [DRAWN[name](released, study).svg for name in DRAWN for study in ("video-study", "slots-study")]
    ids = [i for svg in every for i in re.findall(r'\bid="([^"]+)"', svg)]
    assert len(ids) == len(set(ids))


def test_nothing_runs_and_nothing_is_fetched(released: Released) -> None:
    for draw in DRAWN.values():
        svg = draw(released, "video-study").svg
        assert "<script" not in svg
        assert not re.search(r"(href|src)=", svg)
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_the_same_data_give_the_same_picture(found: object, released: Released) -> None:
    again = release(builders.findings(), measures=builders.MEASURES)
    for draw in DRAWN.values():
        assert draw(released, "video-study") == draw(again, "video-study")


@pytest.mark.parametrize("name", DRAWN)
def test_nothing_is_drawn_where_nothing_may_be_shown(name: str, released: Released) -> None:
    assert DRAWN[name](released, "hubs-study") is None
    assert DRAWN[name](released, "no such study") is None


def test_silent_rows_say_why(released: Released) -> None:
    chart = charts.for_whom_chart(released, "interp-study", WAITS)
    assert chart is not None
    said = {row[0]: row[1] for row in chart.table.rows}
    assert said["Ethnicity: Mixed"] == "not shown: few people"
    assert "(" in said["Ethnicity: White"]


def test_a_cannot_tell_row_stands_among_the_others() -> None:
    found = builders.findings((builders.PLOTS[0],))
    mute = tuple(dataclasses.replace(e, design="cannot tell yet") if e.level == "2" else e for e in found.evaluability)
    chart = charts.for_whom_chart(
        release(dataclasses.replace(found, evaluability=mute), measures=builders.MEASURES), "slots-study", WAITS
    )
    assert chart is not None
    assert dict(row[:2] for row in chart.table.rows)["Deprivation: 2"] == "cannot tell yet"


def test_colour_never_stands_alone(released: Released) -> None:
    """Each state has a shape of its own, and the table says it in words."""
    assert len(set(palette.SHAPES.values())) == len(palette.SHAPES)
    chart = charts.for_whom_chart(released, "triage-study", WAITS)
    assert chart is not None
    assert {row[3] for row in chart.table.rows} <= {"better", "worse", "no clear difference"}
    assert "worse" in {row[3] for row in chart.table.rows}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", [palette.PAPER, palette.BAND])
def test_text_has_contrast_of_four_and_a_half_and_marks_of_three(ground: str) -> None:
    for colour in (palette.TEXT, palette.QUIET):
        assert contrast(colour, ground) >= 4.5
    for colour in (palette.BETTER, palette.WORSE, palette.NEUTRAL, palette.LINE):
        assert contrast(colour, ground) >= 3.0


def test_text_in_the_colour_of_its_line_can_be_read_too() -> None:
    for colour in (palette.BETTER, palette.NEUTRAL, palette.WORSE):
        assert contrast(colour, palette.PAPER) >= 4.5


def test_a_wide_interval_does_not_press_the_others_flat() -> None:
    found = builders.findings((builders.PLOTS[0],))
    wild = tuple(
        dataclasses.replace(e, low=-0.9, high=0.9) if e.level == "Mixed" and e.kind == "overall" else e
        for e in found.effects
    )
    chart = charts.for_whom_chart(
        release(dataclasses.replace(found, effects=wild), measures=builders.MEASURES), "slots-study", WAITS
    )
    assert chart is not None
    ticks = [t.text.replace("−", "-") for t in ET.fromstring(chart.svg).iter() if t.tag.endswith("text") and t.text]
    numbers = [float(t) for t in ticks if (re.fullmatch(r"-?\d+(\.\d+)?", t) and abs(float(t)) != 2) or t == "0"]
    assert max(map(abs, numbers)) < 20
    assert any("−90" in row[1] for row in chart.table.rows), "the table keeps the whole interval"


def test_hostile_labels_are_text(found: object) -> None:
    hostile, changes, measures = builders.hostile(1)
    released = release(hostile, measures=measures)
    for draw in (charts.for_whom_chart, charts.event_time_chart, charts.levels_chart, charts.gap_chart):
        chart = draw(released, f"{changes[0].change}-study", measures[0])
        assert chart is not None
        root = ET.fromstring(chart.svg)
        assert not [e for e in root.iter() if e.tag.endswith(("script", "foreignObject", "image"))]
        assert not [a for e in root.iter() for a in e.attrib if a.startswith("on")]
        assert "\u202e" not in chart.svg


def test_levels_break_where_they_may_not_be_shown() -> None:
    found = builders.with_people(builders.findings((builders.PLOTS[0],)), {(EVERYONE, EVERYONE): 90.0})
    chart = charts.levels_chart(release(found, measures=builders.MEASURES), "slots-study", WAITS)
    assert chart is not None
    assert any("–" in row for row in chart.table.rows)


def test_lines_by_dose_are_drawn_under_their_own_names() -> None:
    found = builders.findings((builders.PLOTS[5],))
    names = {"adopters": "highest third of dose", "comparison": "lowest third of dose"}
    dosed = tuple(dataclasses.replace(p, group=names[p.group]) for p in found.paths if p.group in names)
    chart = charts.levels_chart(
        release(dataclasses.replace(found, paths=dosed), measures=builders.MEASURES), "phone-study", WAITS
    )
    assert chart is not None
    assert set(chart.table.columns[1:]) == {"Highest third of dose", "Lowest third of dose"}
    assert "Highest third of dose" in chart.svg


def test_cohorts_that_do_not_add_up_to_the_adopters_are_not_counted() -> None:
    found = builders.findings((builders.PLOTS[0],))
    every = tuple(dataclasses.replace(e, adopters=24) if e.kind == "cohort" else e for e in found.effects)
    released = release(dataclasses.replace(found, effects=every), measures=builders.MEASURES)
    assert charts.adoption_chart(released, "slots-study", "over_4h", "x") is None


def test_adoption_counts_only_upwards(released: Released) -> None:
    chart = DRAWN["adoption"](released, "video-study")
    totals = [int(row[2]) for row in chart.table.rows]
    assert all(a < b for a, b in pairwise(totals))


def test_an_svg_without_ids_or_groups_is_made_accessible() -> None:
    inner = '<g/><path id="a" d="M0,0h1"/>'
    raw = f'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="5" viewBox="0 0 10 5">{inner}</svg>'
    root = ET.fromstring(accessible(raw, "T", "D", "x"))
    assert [e.tag.rsplit("}", 1)[-1] for e in root] == ["title", "desc", "path"]
    assert root[2].get("id") == "x-a"

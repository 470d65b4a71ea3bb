"""For whom: the effect in each population and setting, with its interval, raw and pooled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.records import Effect, Evaluability, Measure
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.charts.chart import Chart, Table
from holdfast.share.charts.forest_picture import forest_picture
from holdfast.share.charts.svg import draw
from holdfast.share.disclosure import Released, require_released
from holdfast.share.words import clean, clear, effect, inside, number, places, scale

KEY: Final = (
    "Blue circle: better. Orange diamond: worse. Grey square: no clear difference, or neither better nor worse. The "
    "line through each is its 95% interval. The short upright tick is the estimate that borrows from the other groups. "
    "The pale band is smaller than the least change that matters. The dark upright line is no effect."
)
CANNOT: Final = "cannot tell yet"
FEW: Final = "not shown: few people"


@dataclass(frozen=True)
class Row:
    """One line of the chart: a heading, an effect, or what is said in place of an effect."""

    label: str
    effect: Effect | None = None
    said: str = ""

    @property
    def heading(self) -> bool:
        """Whether the line only names those below it."""
        return self.effect is None and not self.said


def for_whom_chart(
    released: Released, study: str, measure: Measure, kind: str = "overall", at: str = ""
) -> Chart | None:
    """The chart of one study and measure; None when no group has an effect that may be shown."""
    rows = for_whom_rows(require_released(released), study, measure, kind, at)
    drawn = [row.effect for row in rows if row.effect is not None]
    if not drawn:
        return None
    title = f"For whom: the effect on {inside(measure.label)}, by group and setting"
    states = [state(measure, row.effect) if row.effect else "" for row in rows]
    svg = draw(
        forest_picture(rows, states, measure),
        title,
        _description(drawn, measure, rows),
        (study, measure.measure, kind, at),
    )
    return Chart(svg, title, _description(drawn, measure, rows), KEY, _table(rows, measure, title))


def for_whom_rows(released: Released, study: str, measure: Measure, kind: str, at: str) -> tuple[Row, ...]:
    """Everyone, then each dimension's levels over all settings, then each setting for everyone."""
    effects = {
        (e.dimension, e.level, e.setting): e
        for e in released.rows("effects", study, measure.measure)
        if (e.kind, e.at) == (kind, at)
    }
    asked = released.rows("evaluability", study, measure.measure)
    places_ = list(dict.fromkeys([*((r.dimension, r.level, r.setting) for r in asked), *effects]))
    judged = {(r.dimension, r.level, r.setting): r for r in asked}
    groups: dict[str, list[Row]] = {}
    for key in places_:
        dimension, level, setting = key
        heading = dimension if setting == ALL_SETTINGS else "setting" if dimension == EVERYONE else ""
        if heading:
            name = "Everyone" if heading == EVERYONE else level if setting == ALL_SETTINGS else setting
            groups.setdefault(heading, []).append(
                _row(name[:1].upper() + name[1:], effects.get(key), judged.get(key), released)
            )
    out = list(groups.pop(EVERYONE, []))
    for heading, rows in sorted(groups.items(), key=lambda item: item[0] == "setting"):
        out += [Row(heading[:1].upper() + heading[1:]), *rows]
    return tuple(out)


def _row(name: str, found: Effect | None, judged: Evaluability | None, released: Released) -> Row:
    if found is not None and found.estimate is not None:
        return Row(name, found)
    if found is not None and released.is_withheld(found, "estimate"):
        return Row(name, said=FEW)
    return Row(name, said=CANNOT if judged is not None else "no result")


READINGS: Final = {"better": "better", "worse": "worse", "neutral": "no clear difference"}


def reading(measure: Measure, found: Effect) -> str:
    """The state in words; a clear effect on a measure that is neither good nor bad is higher or lower."""
    if measure.sign == 0 and clear(found):
        return "higher" if (found.estimate or 0.0) > 0 else "lower"
    return READINGS[state(measure, found)]


def state(measure: Measure, found: Effect) -> str:
    """better, worse or neutral."""
    if not clear(found) or measure.sign == 0:
        return "neutral"
    return "better" if measure.sign * (found.estimate or 0.0) > 0 else "worse"


def _description(drawn: Sequence[Effect], measure: Measure, rows: Sequence[Row]) -> str:
    kinds = [state(measure, e) for e in drawn]
    values = [(e.estimate or 0.0) * scale(measure).factor for e in drawn]
    d = places(min(values), max(values))
    span = f"from {number(min(values), d)} to {number(max(values), d)} {scale(measure).unit}".rstrip()
    return (
        f"Effects on {inside(measure.label)} for {len(drawn)} groups and settings, {span}: {kinds.count('better')} "
        f"clearly better, {kinds.count('worse')} clearly worse, {kinds.count('neutral')} not clear; "
        f"{sum(1 for row in rows if row.said)} have no effect shown. The table below the chart holds every number."
    )


def _table(rows: Sequence[Row], measure: Measure, title: str) -> Table:
    out, group = [], ""
    for row in rows:
        if row.heading:
            group = clean(row.label)
            continue
        name = f"{group}: {clean(row.label)}" if group else clean(row.label)
        e = row.effect
        if e is None:
            out.append((name, row.said, "–", "–"))
            continue
        f = scale(measure).factor
        d = places(*(None if x is None else x * f for x in (e.low, e.high)))
        pooled = "–" if e.pooled is None else number(e.pooled * f, d, sign=True)
        out.append((name, effect(measure, e.estimate, e.low, e.high), pooled, reading(measure, e)))
    caption = f"{title}. In {scale(measure).unit}" if scale(measure).unit else title
    return Table(caption, ("Group", "Effect (95% interval)", "Pooled", "Reading"), tuple(out))

"""The tables of a study's section, as text."""

from __future__ import annotations

from collections import Counter

from holdfast.records import CheckResult, Measure
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.charts import Table
from holdfast.share.charts.forest import reading
from holdfast.share.report.index import WHOLE, Index, Place
from holdfast.share.report.reading import population
from holdfast.share.words import (
    clean,
    effect,
    effect_in_full,
    inside,
    level,
    number,
    p_value,
    places,
    plain,
    scale,
    sentence,
    size,
)

_STATUS = {"pass": "✓ Pass", "concern": "! Concern", "fail": "✕ Fail", "not applicable": "– Not applicable"}
_HORIZONS = {"early": "Early", "later": "Later", "lasting": "Lasting"}


def measures_table(index: Index, study: str) -> Table:
    """Every measure of the study for everyone: the overall effect, and how it reads."""
    rows = []
    for measure in index.measures_of(study):
        found = index.headline(study, measure.measure)
        name, family = clean(measure.label), measure.family
        if found is None or found.estimate is None:
            hidden = found is not None and index.released.is_withheld(found, "estimate")
            rows.append((name, family, "not shown: few people" if hidden else "cannot tell yet", "–", "–", "–"))
            continue
        value = effect_in_full(measure, found.estimate, found.low, found.high)
        usual = level(measure, found.counterfactual)
        people = "*" if index.released.is_withheld(found, "denominator") else number(found.denominator, 0)
        rows.append((name, family, value, reading(measure, found), usual, people))
    heads = (
        "Measure",
        "Family",
        "Effect (95% interval)",
        "Reading",
        "Level without the change",
        "People or events a period",
    )
    return Table("Every measure, for everyone in all settings", heads, tuple(rows))


def horizons_table(index: Index, study: str, measure: Measure) -> Table | None:
    """The effect soon after, later and lasting, in figures and in words."""
    rows = []
    for found in index.effects(study, measure.measure):
        if found.kind in ("horizon", "stopping", "level change", "slope change") and found.estimate is not None:
            name = _HORIZONS.get(found.at, found.at) if found.kind == "horizon" else found.kind.capitalize()
            anytime = "–"
            if found.anytime_low is not None and found.anytime_high is not None:
                f = scale(measure).factor
                a, b = found.anytime_low * f, found.anytime_high * f
                d = places(a, b)
                anytime = f"{number(a, d, sign=True)} to {number(b, d, sign=True)}"
            in_words = size(measure, found) if found.kind != "slope change" else "a period, on top of the level change"
            rows.append((name, effect(measure, found.estimate, found.low, found.high), anytime, in_words))
    if not rows:
        return None
    caption = f"The effect on {inside(measure.label)}, by time since the change"
    unit = scale(measure).unit
    heads = ("When", "Effect (95% interval)", "Interval that allows a look every period", "In words")
    return Table(f"{caption}. In {unit}" if unit else caption, heads, tuple(rows))


def checks_table(checks: list[CheckResult]) -> Table:
    """The checks of the main effect."""
    rows = tuple(
        (
            clean(c.check)[:1].upper() + clean(c.check)[1:],
            _STATUS.get(c.status, c.status),
            plain(c.value),
            plain(c.threshold),
            sentence(c.meaning),
        )
        for c in checks
    )
    return Table("Checks of the main effect", ("Check", "Result", "Value", "Held against", "What it says"), rows)


def other_checks(checks: list[CheckResult], place: Place = WHOLE) -> str:
    """How the same checks came out for the other groups and settings."""
    others = [
        c for c in checks if (c.dimension, c.level, c.setting) != place and c.status in ("pass", "concern", "fail")
    ]
    if not others:
        return ""
    n = Counter(c.status for c in others)
    where = sorted({population((c.dimension, c.level, c.setting)) for c in others if c.status == "fail"})
    said = (
        f"In the other groups and settings {n['pass']:,} checks pass, {n['concern']:,} raise a concern and "
        f"{n['fail']:,} fail."
    )
    if not where:
        return said
    named = ", ".join(clean(w) for w in where[:8]) + (f" and {len(where) - 8} more" if len(where) > 8 else "")
    return f"{said} At least one fails for {named}."


def groups_table(index: Index, study: str) -> Table:
    """The overall effect on every measure but the primary for every population over all settings."""
    rows = []
    for measure in index.measures_of(study)[1:]:
        for place in index.places(study, measure.measure):
            found = index.headline(study, measure.measure, place)
            if place[0] == EVERYONE or place[2] != ALL_SETTINGS:
                continue
            if found is None or found.estimate is None:
                rows.append(
                    (
                        population(place),
                        clean(measure.label),
                        "cannot tell yet" if found is None else "not shown: few people",
                        "–",
                        "–",
                    )
                )
                continue
            words = reading(measure, found)
            q = p_value(found.q)
            rows.append(
                (
                    population(place),
                    clean(measure.label),
                    effect_in_full(measure, found.estimate, found.low, found.high),
                    words,
                    q,
                )
            )
    heads = ("Group", "Measure", "Effect (95% interval)", "Reading", "q over the portfolio")
    return Table("The other measures, by group, over all settings", heads, tuple(rows))


def exclusions_table(index: Index, study: str) -> Table:
    """What was left out or assumed, and why."""

    def count(row: object, value: int) -> str:
        return "*" if index.released.is_withheld(row, "count") else f"{value:,}"

    rows = tuple(
        (
            clean(r.what)[:1].upper() + clean(r.what)[1:],
            clean(r.who) or "–",
            count(r, r.count),
            sentence(r.reason),
            sentence(r.consequence) or "–",
        )
        for r in index.exclusions(study)
    )
    heads = ("What", "Who", "How many", "Why", "What it means for the answer")
    return Table("Left out, or assumed", heads, rows)

"""The rule for findings that hold counts of people: effects with their denominators, levels over time, and gaps."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

import numpy as np

from holdfast.records import Effect, Gap, Path
from holdfast.share.disclosure.cells import Behind, key_of
from holdfast.share.disclosure.rounding import protected
from holdfast.share.disclosure.rule import Changed, Rule, emptied, replaced

_KEPT: Final = (
    "study change measure dimension level setting kind at design inference sites adopters smallest_important ecological"
)
_NUMBERS: Final = tuple(f.name for f in dataclasses.fields(Effect) if f.name not in _KEPT.split())


def effects(rows: Sequence[Effect], rule: Rule) -> list[Changed]:
    """Few people: nothing but that it exists. Otherwise the count by the rule and the levels from rounded counts."""
    people = np.array([np.nan if row.denominator is None else row.denominator for row in rows], dtype=np.float64)
    bases = rule.levels(rows, [row.counterfactual for row in rows], people)
    counts = protected(people, rule.profile)
    shown = [None if np.isnan(n) else float(n) for n in counts]
    return [_effect(row, rule, base, count) for row, base, count in zip(rows, bases, shown, strict=True)]


def _effect(row: Effect, rule: Rule, base: float | None, count: float | None) -> Changed:
    if rule.hiding.is_few(row):
        return emptied(row, _NUMBERS)
    if key_of(row) in rule.hiding.cover:
        return emptied(row, ["denominator", "counterfactual", "relative", "relative_low", "relative_high"])
    parts = {
        "denominator": count,
        "counterfactual": base,
        "relative": _ratio(row.estimate, base),
        "relative_low": _ratio(row.low, base),
        "relative_high": _ratio(row.high, base),
    }
    return replaced(row, parts)


def paths(rows: Sequence[Path], rule: Rule) -> list[Changed]:
    """Levels over time, from rounded counts of the people behind each line."""
    people = np.array([_people_on_line(row, rule.hiding.behind.get(key_of(row))) for row in rows], dtype=np.float64)
    values = rule.levels(rows, [row.value for row in rows], people)
    return [_path(row, rule, value) for row, value in zip(rows, values, strict=True)]


def _path(row: Path, rule: Rule, value: float | None) -> Changed:
    if rule.hiding.is_few(row) or key_of(row) in rule.hiding.cover:
        return emptied(row, ["value"])
    return replaced(row, {"value": value})


def _people_on_line(row: Path, behind: Behind | None) -> float:
    """People behind one line of a picture: the cell's, shared out as its sites are.

    A line that is neither of adopters nor of comparison sites is of a third of the sites (by dose).
    """
    if behind is None or behind.people is None:
        return float("nan")
    adopting = behind.adopters / behind.sites if behind.sites else 1.0
    part = {
        "adopters": adopting,
        "counterfactual": adopting,
        "comparison": 1.0 - adopting,
        "weighted comparison": 1.0 - adopting,
    }.get(row.group, 1.0 / 3.0)
    return behind.people * part


def gap(row: Gap, rule: Rule) -> Changed:
    """Hidden when either end is about too few people; the levels also when either end is a cover."""
    ends = [(row.study, row.measure, row.dimension, level, row.setting) for level in (row.most, row.least)]
    if any(end in rule.hiding.few or (rule.hiding.closed and end not in rule.hiding.behind) for end in ends):
        return emptied(row, ["before", "after", "estimate", "se", "low", "high", "p", "p_widens"])
    if any(end in rule.hiding.cover for end in ends):
        return emptied(row, ["before", "after"])
    if rule.profile.rounding == "none":
        return row, frozenset()
    return dataclasses.replace(row, before=_figures(row.before), after=_figures(row.after)), frozenset()


def _ratio(value: float | None, base: float | None) -> float | None:
    return None if value is None or base is None or base <= 0 else value / base


def _figures(value: float | None, figures: int = 3) -> float | None:
    """Three significant figures: more would give back the exact level that rounding took away."""
    return None if value is None else float(f"{value:.{figures}g}")

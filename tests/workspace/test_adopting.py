"""Adoption from spells, from a dose, and by a rule from a measure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from holdfast.records import AdoptionRule
from holdfast.workspace import Workspace
from holdfast.workspace.adopting import as_dose, by_threshold, from_spells, onto
from holdfast.workspace.dates import between
from holdfast.workspace.registers import Spell

MONTHS = between(dt.date(2024, 1, 1), dt.date(2024, 12, 1), "month")


def spell(adopted: str | None, lapsed: str | None = None, dose: float | None = None, site: str = "A") -> Spell:
    day = dt.date.fromisoformat
    return Spell("c", site, day(adopted) if adopted else None, day(lapsed) if lapsed else None, dose)


def on(*spells: Spell) -> list[int]:
    found = from_spells("c", spells, ("A",), MONTHS, "month")
    return [int(value) for value in found.on[0]]


def test_a_month_is_on_when_any_day_of_it_is() -> None:
    assert on(spell("2024-03-15", "2024-05-01")) == [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert on(spell("2024-03-01", "2024-05-02")) == [0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_spells_come_and_go_and_come_back() -> None:
    assert on(spell("2024-02-01", "2024-04-01"), spell("2024-11-01")) == [0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]


def test_before_the_first_and_after_the_last_period() -> None:
    assert on(spell("2023-06-01")) == [1] * 12
    found = from_spells("c", [spell("2025-06-01")], ("A", "B"), MONTHS, "month")
    assert not found.on.any()
    assert any("after the last period" in note for note in found.notes)
    assert any("1 of 2 sites are not in the adoptions table" in note for note in found.notes)


def test_a_row_without_a_date_has_never_adopted_and_is_not_unknown() -> None:
    found = from_spells("c", [spell(None)], ("A",), MONTHS, "month")
    assert not found.on.any()
    assert not any("not in the adoptions table" in note for note in found.notes)


def test_doses_lie_in_their_spells() -> None:
    found = from_spells(
        "c", [spell("2024-02-01", "2024-04-01", 2.5), spell("2024-03-01", site="B")], ("A", "B"), MONTHS, "month"
    )
    assert found.dose is not None
    assert found.dose[0, :5].tolist() == [0, 2.5, 2.5, 0, 0]
    assert np.isnan(found.dose[1, 2:]).all()
    assert (found.dose[1, :2] == 0).all()


def test_a_threshold_is_passed_once_and_for_all_unless_it_may_end() -> None:
    values = np.array([[5, 25, 10, np.nan, 30, 0], [20, 20, 20, 20, 20, 20], [np.nan] * 6])
    rule = AdoptionRule(change="c", measure="m", above=20)
    found = by_threshold(rule, values, MONTHS[:6], "month")
    assert found.on.astype(int).tolist() == [[0, 1, 1, 1, 1, 1], [0] * 6, [0] * 6]
    assert "exceeds 20" in found.rule
    assert any("1 sites never report" in note for note in found.notes)
    ending = by_threshold(rule.model_copy(update={"until_below": 10}), values, MONTHS[:6], "month")
    assert ending.on[0].astype(int).tolist() == [0, 1, 0, 0, 1, 0]


@given(st.lists(st.floats(0, 40) | st.just(float("nan")), min_size=1, max_size=12))
def test_a_threshold_is_the_first_period_above(values: list[float]) -> None:
    rule = AdoptionRule(change="c", measure="m", above=20)
    found = by_threshold(rule, np.array([values]), MONTHS[: len(values)], "month").on[0]
    first = next((t for t, value in enumerate(values) if value > 20), len(values))
    assert found.tolist() == [t >= first for t in range(len(values))]


def test_a_dose_is_the_change_of_a_ratio() -> None:
    top = np.array([[10.0, 10, 60, 50], [0, 0, 0, 0], [np.nan] * 4])
    bottom = np.array([[100.0, 100, 100, 200], [10, 10, 10, 10], [np.nan] * 4])
    rule = AdoptionRule(change="c", measure="m", as_dose=True, adopted_on=dt.date(2024, 3, 1), minus_before=True)
    found = as_dose(rule, top, bottom, MONTHS[:4], "month")
    assert found.dose is not None
    np.testing.assert_allclose(found.dose[0], [0, 0, 110 / 300 - 0.1, 110 / 300 - 0.1])
    assert found.dose[1].tolist() == [0, 0, 0, 0]
    assert np.isnan(found.dose[2]).all()
    assert found.on.astype(int).tolist() == [[0, 0, 1, 1]] * 3
    assert "March 2024" in found.rule


def test_adoption_judged_on_other_periods_is_carried_over() -> None:
    rule = AdoptionRule(change="c", measure="m", above=20)
    measured = MONTHS[3:6]
    found = onto(by_threshold(rule, np.array([[0.0, 25, 0]]), measured, "month"), measured, MONTHS)
    assert found.on[0].astype(int).tolist() == [0] * 4 + [1] * 8


def test_a_rule_counts_months_before_the_study_begins(tables: dict[str, Any]) -> None:
    rule = {"change": "c", "measure": "calls", "above": 11}
    study = {"study": "s", "change": "c", "primary": "missed", "start": dt.date(2024, 4, 1)}
    space = Workspace.from_tables(**tables, adoption_rules=[rule], studies=[study])
    panel = space.panel(space.studies[0])
    found = space.adoption(space.studies[0], panel)
    assert [p.month for p in panel.periods] == [4, 5, 6]
    assert found.on.astype(int).tolist() == [[0, 0, 0], [1, 1, 1], [1, 1, 1]]


def test_other_changes_are_told_by_their_first_period(tables: dict[str, Any]) -> None:
    tables["changes"] = [*tables["changes"], {"change": "d", "title": "Another"}, {"change": "e", "title": "Nobody's"}]
    tables["adoptions"] = [*tables["adoptions"], {"change": "d", "site": "B", "adopted_on": "2024-05-01"}]
    space = Workspace.from_tables(**tables)
    panel = space.panel(space.studies[0])
    others = space.other_adoptions(space.studies[0], panel)
    assert others.shape == (3, 1)
    assert others[1, 0] == 4
    assert np.isnan(others[[0, 2], 0]).all()

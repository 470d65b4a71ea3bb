"""The truth tables: against many replications, against a design that should recover them, and against arithmetic."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import cache

import numpy as np
import pyarrow.compute as pc
import pytest
from numpy.typing import NDArray

from holdfast.simulate import Dials, Plan, World, make_plan, simulate_world
from holdfast.simulate.draws import draw
from holdfast.simulate.gaps import indices
from holdfast.simulate.levels import Expected, expect, shape
from holdfast.simulate.truth import Paths, effect_table, paths

START = dt.date(2020, 4, 1)
REPLICATIONS = 120
CASES = [
    ("video-clinics", "outpatient-missed"),  # proportion
    ("pharmacy-consult", "serious-illness-late"),  # rate
    ("seven-day-therapy", "msk-wait"),  # mean
    ("discharge-hub", "delayed-days"),  # count
    ("volunteer-response", "frail-admissions"),  # spells that end
]


@cache
def _plan(**dials: float) -> Plan:
    return make_plan(4, 40, 36, START, None, Dials(**dials))


def _true(world: World, change: str, measure: str, **where: str) -> float:
    about = {"change": change, "measure": measure, "dimension": "everyone", "setting": "all settings"}
    return _one(world.truth.effects.to_pylist(), {**about, "kind": "overall", **where})["effect"]


def _one(rows: list[dict[str, object]], wanted: dict[str, str]) -> dict[str, float]:
    found = [row for row in rows if all(row[k] == v for k, v in wanted.items())]
    assert len(found) == 1
    return found[0]  # type: ignore[return-value]


def _ratio(plan: Plan, expected: Expected, change: str, part: int) -> NDArray[np.float64]:
    """Realised level (n × T × P) on the scale of effects."""
    counts = draw(plan, expected, part)
    if counts.denominator is not None:
        return counts.numerator / np.where(counts.denominator > 0, counts.denominator, np.nan)
    start = int(plan.uptakes[change].first.min())
    usual = expected.level(without=change)[:, :start].mean(axis=1, keepdims=True)
    return counts.numerator / (expected.volume[:, :, None] * expected.weight[:, None, :] * usual)


@pytest.mark.parametrize(("change", "measure"), CASES)
def test_truth_is_what_many_replications_average_to(change: str, measure: str) -> None:
    """Realised with minus realised without, drawn afresh each time; tolerance is four Monte Carlo standard errors."""
    plan = _plan(size=3.0)
    expected = expect(plan, plan.measures[measure])
    without = dataclasses.replace(expected, acts={k: v for k, v in expected.acts.items() if k != change})
    path = paths(plan, expected, change)
    window = path.on[:, :, None] * path.weight[:, None, :]
    truth = (path.effect * window).sum(axis=(0, 1)) / window.sum(axis=(0, 1))
    realised = np.empty((REPLICATIONS, len(truth)))
    for k in range(REPLICATIONS):
        gained = _ratio(plan, expected, change, 100 + k) - _ratio(plan, without, change, 10_000 + k)
        mass = np.where(np.isfinite(gained), window, 0.0)
        realised[k] = np.nansum(gained * window, axis=(0, 1)) / mass.sum(axis=(0, 1))
    error = realised.std(axis=0, ddof=1) / np.sqrt(REPLICATIONS)
    assert (np.abs(realised.mean(axis=0) - truth) < 4 * error).all()
    assert (np.abs(truth) > 4 * error)[0]


def _staggered(y: NDArray[np.float64], first: NDArray[np.int64], weight: NDArray[np.float64]) -> float:
    """Callaway & Sant'Anna with never-adopters, averaged over site-months, each site against its mean before."""
    months = y.shape[1]
    never, total, mass = first >= months, 0.0, 0.0
    for g in np.unique(first[first < months]):
        change = y[:, g:] - y[:, :g].mean(axis=1, keepdims=True)
        apart = [np.average(change[who], axis=0, weights=weight[who]) for who in (first == g, never)]
        total += weight[first == g].sum() * (apart[0] - apart[1]).sum()
        mass += weight[first == g].sum() * (months - g)
    return total / mass


def _before_after(y: NDArray[np.float64], path: Paths) -> float:
    adopters = path.on.any(axis=1)
    y, on = y[adopters], path.on[adopters]
    after, before = (np.nanmean(np.where(x, y, np.nan), axis=1) for x in (on, ~on))
    return float(np.average(after - before, weights=path.weight[adopters, 0]))


def _large(change: str) -> tuple[Plan, Expected, Paths, NDArray[np.float64]]:
    plan = make_plan(7, 60, 36, START, [change], Dials(noise=0.0, size=400.0, missing=0.0))
    expected = expect(plan, plan.measures[plan.changes[change].primary])
    path = paths(plan, expected, change)
    counts = draw(plan, expected)
    y = counts.numerator[:, :, 0]
    if counts.denominator is None:
        y = y / y[:, : int(plan.uptakes[change].first.min())].mean(axis=1, keepdims=True)
    else:
        y = y / counts.denominator[:, :, 0]
    return plan, expected, path, y


@pytest.mark.parametrize(
    "change",
    ["video-clinics", "booked-slots", "discharge-hub", "link-workers", "patient-led-follow-up", "pharmacy-consult"],
)
def test_a_valid_design_recovers_the_truth_where_counts_are_large(change: str) -> None:
    """With huge counts and no disturbance, difference-in-differences is off by less than a tenth of what matters."""
    plan, expected, path, y = _large(change)
    first = plan.uptakes[change].first[expected.members]
    weight = path.weight[:, 0]
    truth = np.average((path.effect[:, :, 0] * path.on).sum(axis=1), weights=weight)
    truth /= np.average(path.on.sum(axis=1), weights=weight)
    assert abs(_staggered(y, first, weight) - truth) < 0.1 * expected.spec.important


def test_before_and_after_is_fooled() -> None:
    """The trend makes changes that do nothing look good, and one that works look useless."""
    for change, at_least in (("link-workers", 1.5), ("pharmacy-consult", 1.5)):
        _, expected, path, y = _large(change)
        assert -_before_after(y, path) / expected.spec.important > at_least, change
    _, expected, path, y = _large("booked-slots")
    assert -_before_after(y, path) / expected.spec.important < 1.0


def test_comparing_adopters_with_others_is_fooled() -> None:
    """Needier sites adopt, so that those who adopted look worse even where the change does nothing."""
    _, expected, path, y = _large("link-workers")
    ever = path.on.any(axis=1)
    apart = y[ever, -6:].mean() - y[~ever, -6:].mean()
    assert apart / expected.spec.important > 0.5


def test_diverging_trends_break_the_design_when_asked_for() -> None:
    plan = make_plan(7, 60, 36, START, ["booked-slots"], Dials(noise=0.0, size=400.0, missing=0.0, trends=2.0))
    expected = expect(plan, plan.measures["ed-over-four-hours"])
    path, counts = paths(plan, expected, "booked-slots"), draw(plan, expected)
    assert counts.denominator is not None
    y = counts.numerator[:, :, 0] / counts.denominator[:, :, 0]
    weight, first = path.weight[:, 0], plan.uptakes["booked-slots"].first[expected.members]
    truth = np.average((path.effect[:, :, 0] * path.on).sum(axis=1), weights=weight)
    truth /= np.average(path.on.sum(axis=1), weights=weight)
    assert abs(_staggered(y, first, weight) - truth) > 0.5 * expected.spec.important


def test_when_effects_are_off_every_true_effect_is_zero_and_nothing_is_to_be_retained() -> None:
    world = simulate_world(2, 30, 24, dials=Dials(effects=0.0))
    assert pc.max(pc.abs(world.truth.effects["effect"])).as_py() < 1e-12
    assert not any("retain" in row["right"] for row in world.truth.cells.to_pylist())


def test_the_overall_effect_is_the_site_month_average_of_event_times(world: World) -> None:
    rows = [
        r
        for r in world.truth.effects.to_pylist()
        if (r["change"], r["measure"], r["level"], r["setting"])
        == ("link-workers", "link-referrals", "everyone", "all settings")
    ]
    assert {r["at"] for r in rows if r["kind"] == "horizon"} == {"early", "later", "lasting"}
    spans = {"early": range(6), "later": range(6, 12), "lasting": range(12, 36)}
    times = {int(r["at"]): r for r in rows if r["kind"] == "event time"}
    for name, span in spans.items():
        there = [times[e] for e in span if e in times]
        assert sum(r["site_periods"] for r in there) == _one(rows, {"at": name})["site_periods"]
    assert sum(r["site_periods"] for r in times.values()) == _one(rows, {"kind": "overall"})["site_periods"]


def test_an_effect_that_grows_is_larger_later(world: World) -> None:
    at = [
        _true(world, "booked-slots", "ed-over-four-hours", kind="horizon", at=h) for h in ("early", "later", "lasting")
    ]
    assert at[0] > at[1] > at[2]
    assert at[2] == pytest.approx(-2.6 * 0.02, rel=0.25)


def test_one_unit_of_dose_is_worth_what_the_catalogue_says(world: World) -> None:
    """Six smallest important differences at 18 to 64, times 1.2; sites vary about it by a fifth."""
    value = _true(world, "digital-triage", "gp-same-day", dimension="age", level="18-64", kind="per dose")
    assert value == pytest.approx(6 * 1.2 * 0.02, rel=0.2)


def test_stopping_takes_away_what_being_on_gave(world: World) -> None:
    gave = _true(world, "volunteer-response", "frail-admissions")
    lost = _true(world, "volunteer-response", "frail-admissions", kind="stopping")
    assert gave < 0 < lost
    assert lost == pytest.approx(-gave, rel=0.2)


def test_a_change_can_widen_the_gap_while_helping_on_average(world: World) -> None:
    rows = world.truth.gaps.to_pylist()
    about = {"at": "lasting", "kind": "difference", "setting": "all settings"}
    widens = _one(rows, {**about, "change": "patient-led-follow-up", "measure": "overdue-follow-up"})
    level = _one(rows, {**about, "change": "booked-slots", "measure": "ed-over-four-hours"})
    assert widens["disadvantage"] > 4 * 0.02
    assert abs(level["disadvantage"]) < 0.3 * 0.02
    assert _true(world, "patient-led-follow-up", "overdue-follow-up") < 0


def test_gap_effects_are_differences_of_the_level_effects(world: World) -> None:
    where = {"kind": "horizon", "at": "lasting", "dimension": "deprivation"}
    most = _true(world, "video-clinics", "outpatient-missed", level="1 most deprived", **where)
    least = _true(world, "video-clinics", "outpatient-missed", level="5 least deprived", **where)
    gap = _one(
        world.truth.gaps.to_pylist(),
        {"change": "video-clinics", "measure": "outpatient-missed", "setting": "all settings", "at": "lasting",
         "kind": "difference"},
    )  # fmt: skip
    assert gap["effect"] == pytest.approx(most - least, abs=1e-12)


def test_slope_and_relative_index_of_a_straight_line() -> None:
    """Five equal groups rising by 1 a step: ends half a step beyond the middles, so the slope is 5 and the mean 3."""
    found = {name: (low, high) for name, low, high in indices(np.arange(5.0, 0, -1), np.ones(5), np.full(5, 0.2))}
    assert found["difference"] == pytest.approx((4.0, 0.0))
    assert found["slope index"] == pytest.approx((5.0, 0.0))
    assert found["relative index"] == pytest.approx((5 / 3, 0.0))


def test_shapes_of_effects() -> None:
    since = np.array([-1, 0, 8, 20])
    assert shape("step", since).tolist() == [0, 1, 1, 1]
    assert shape("grow", since) == pytest.approx([0, 1 / 9, 1, 1])
    assert shape("fade", since)[[0, 1]].tolist() == [0, 1]
    assert shape("fade", since)[3] < 0.4


def test_truth_of_a_site_level_group_is_everyone_at_those_sites() -> None:
    plan = _plan()
    expected = expect(plan, plan.measures["frequent-attenders"])
    path = paths(plan, expected, "link-workers")
    table = effect_table(plan, expected, path).to_pylist()
    urban = [r for r in table if r["level"] == "urban" and r["kind"] == "overall"]
    sites = plan.places.rurality[expected.members] == "urban"
    assert [r["adopters"] for r in urban] == [int((sites & path.on.any(axis=1)).sum())]
    assert 0 < urban[0]["adopters"] < len(sites)

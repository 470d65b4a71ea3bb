"""Who adopts what and when."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow.compute as pc

from holdfast.simulate import Dials, Plan, World, make_plan

START = dt.date(2020, 4, 1)


def _many(confounding: float = 1.0) -> Plan:
    return make_plan(11, 600, 36, START, None, Dials(confounding=confounding))


def test_each_way_of_spreading_is_there(world: World) -> None:
    uptakes = world.plan.uptakes
    acute = world.plan.places.setting == "acute"
    assert (uptakes["shared-list"].first[acute] == 26).all()
    assert uptakes["remote-monitoring"].on.any(axis=1).sum() == 2
    triage = uptakes["digital-triage"]
    doses = triage.dose[triage.on.any(axis=1)]
    assert len(set(triage.first.tolist())) == 2
    assert doses.std() / doses.mean() > 0.2
    ever = uptakes["volunteer-response"].on.any(axis=1)
    assert (~uptakes["volunteer-response"].on[ever, -1]).mean() > 0.4
    assert len(set(uptakes["booked-slots"].first.tolist())) >= 4


def test_staggered_changes_leave_sites_to_compare_with_and_months_before(world: World) -> None:
    for name, spec in world.plan.changes.items():
        if spec.pattern == "staggered":
            uptake = world.plan.uptakes[name]
            eligible = np.isin(world.plan.places.setting, spec.settings)
            assert (eligible & ~uptake.on.any(axis=1)).sum() >= 5, name
            assert uptake.first.min() >= 6, name
            assert not uptake.on[~eligible].any(), name


def test_need_brings_adoption_forward() -> None:
    for name, sign in (("booked-slots", 1), ("e-rostering", 1), ("patient-led-follow-up", -1)):
        plan = _many()
        eligible = np.isin(plan.places.setting, plan.changes[name].settings)
        ever = plan.uptakes[name].on.any(axis=1)
        apart = plan.places.need[eligible & ever].mean() - plan.places.need[eligible & ~ever].mean()
        assert sign * apart > 0.5, name


def test_need_has_no_part_when_confounding_is_off() -> None:
    plan = _many(confounding=0.0)
    eligible = np.isin(plan.places.setting, plan.changes["e-rostering"].settings)
    ever = plan.uptakes["e-rostering"].on.any(axis=1)
    apart = plan.places.need[eligible & ever].mean() - plan.places.need[eligible & ~ever].mean()
    assert abs(apart) < 0.3


def test_two_changes_are_adopted_together_by_many_sites() -> None:
    plan = _many()
    therapy, hub = plan.uptakes["seven-day-therapy"].first, plan.uptakes["discharge-hub"].first
    adopted = therapy < 36
    same = (therapy == hub)[adopted].mean()
    assert same > 0.5
    by_chance = (plan.uptakes["seven-day-therapy"].first == plan.uptakes["booked-slots"].first)[adopted].mean()
    assert by_chance < 0.2


def test_the_dose_is_lower_where_people_are_older() -> None:
    plan = _many()
    gp = plan.places.setting == "primary care"
    assert np.corrcoef(plan.uptakes["digital-triage"].dose[gp], plan.places.mix["age"][gp, 3])[0, 1] < -0.3


def test_the_adoption_table_says_the_same_as_the_grid(world: World) -> None:
    rows = world.adoptions.filter(pc.equal(world.adoptions["change"], "volunteer-response")).to_pylist()
    periods, sites = list(world.plan.periods), list(world.plan.places.sites)
    on = np.zeros((len(sites), len(periods)), dtype=bool)
    for row in rows:
        stop = periods.index(row["lapsed_on"]) if row["lapsed_on"] else len(periods)
        on[sites.index(row["site"]), periods.index(row["adopted_on"]) : stop] = True
    assert (on == world.plan.uptakes["volunteer-response"].on).all()
    assert any(row["lapsed_on"] is None for row in rows)


def test_periods_since_adoption_start_again_with_each_spell() -> None:
    from holdfast.simulate.adopt import Uptake

    uptake = Uptake(np.array([[0, 1, 1, 0, 1, 1]], dtype=bool), np.ones(1))
    assert uptake.since.tolist() == [[-1, 0, 1, -1, 0, 1]]
    assert uptake.first.tolist() == [1]

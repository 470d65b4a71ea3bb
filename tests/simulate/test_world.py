"""What is in a simulated world, and that it is the same for a seed."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from holdfast.records import INPUTS
from holdfast.records.vocabularies import FAMILIES, MEASURE_KINDS
from holdfast.simulate import Dials, World, make_plan, observations, simulate_world
from holdfast.simulate.levels import expect
from holdfast.simulate.plan import watched
from holdfast.simulate.specs import LEVELS

START = dt.date(2020, 4, 1)


@pytest.mark.parametrize("name", list(INPUTS))
def test_tables_keep_the_contract(world: World, name: str) -> None:
    table, contract = world.tables[name], INPUTS[name]
    assert set(contract.required) <= set(table.column_names)
    if not contract.open_ended:
        assert set(table.column_names) <= set(contract.names)
    for column in contract.columns:
        if column.name not in table.column_names:
            continue
        values = table[column.name]
        if column.required:
            assert values.null_count == 0, column.name
        if column.allowed:
            assert set(values.drop_null().to_pylist()) <= set(column.allowed), column.name
        if column.minimum is not None:
            assert pc.min(values).as_py() >= column.minimum, column.name
        if column.references:
            known = set(world.tables[column.references][column.name].to_pylist())
            assert set(values.unique().to_pylist()) <= known, column.name
    keys = table.select(list(contract.key)).group_by(list(contract.key)).aggregate([([], "count_all")])
    assert keys.num_rows == table.num_rows


def test_the_default_world_is_as_large_as_promised(world: World) -> None:
    assert world.sites.num_rows == 60
    assert len(pc.unique(world.sites["setting"])) == 5
    assert len(pc.unique(world.observations["period"])) == 36
    assert world.changes.num_rows == 12
    assert set(world.measures["kind"].to_pylist()) == set(MEASURE_KINDS)


def test_every_change_is_watched_by_all_four_families(world: World) -> None:
    for spec in world.plan.changes.values():
        assert {world.plan.measures[m].family for m in watched(spec)} == set(FAMILIES), spec.change
        assert world.plan.measures[spec.primary].family == "outcome"


def test_some_practices_are_displaced_and_measured(world: World) -> None:
    assert sum(bool(d) for d in world.changes["displaced"].to_pylist()) >= 8
    assert world.measures["practice"].to_pylist().count("displaced") >= 3


def test_the_same_seed_gives_the_same_world_and_another_does_not() -> None:
    few = ("booked-slots", "link-workers")
    one, two, other = (simulate_world(seed, 20, 18, changes=few) for seed in (5, 5, 6))
    for name, table in one.tables.items():
        assert table.equals(two.tables[name]), name
    assert one.truth.effects.equals(two.truth.effects)
    assert not one.observations.equals(other.observations)


def test_a_measure_is_the_same_alone_as_among_others(world: World) -> None:
    alone = simulate_world(changes=["link-workers"])
    there = world.observations.filter(pc.equal(world.observations["measure"], "frequent-attenders"))
    here = alone.observations.filter(pc.equal(alone.observations["measure"], "frequent-attenders"))
    assert here.equals(there)


def test_streaming_gives_the_same_rows(world: World) -> None:
    assert pa.concat_tables(observations(world.plan)).equals(world.observations)


def test_every_dimension_adds_up_to_everyone(world: World) -> None:
    keys = ["measure", "site", "period", "dimension"]
    sums = world.observations.group_by(keys).aggregate([("numerator", "sum"), ("denominator", "sum")]).to_pylist()
    everyone = {tuple(r[k] for k in keys[:3]): r for r in sums if r["dimension"] == "everyone"}
    assert {r["dimension"] for r in sums} == {"everyone", *LEVELS}
    for row in sums:
        whole = everyone[tuple(row[k] for k in keys[:3])]
        assert row["numerator_sum"] == pytest.approx(whole["numerator_sum"], abs=1e-6)
        assert row["denominator_sum"] == whole["denominator_sum"]


def test_no_proportion_exceeds_one_and_nothing_is_negative(world: World) -> None:
    kinds = dict(zip(world.measures["measure"].to_pylist(), world.measures["kind"].to_pylist(), strict=True))
    shares = pc.is_in(world.observations["measure"], pa.array([m for m, k in kinds.items() if k == "proportion"]))
    rows = world.observations.filter(shares)
    assert pc.all(pc.less_equal(rows["numerator"], rows["denominator"])).as_py()
    assert pc.min(world.observations["numerator"]).as_py() >= 0
    counts = world.observations.filter(
        pc.is_in(world.observations["measure"], pa.array([m for m, k in kinds.items() if k == "count"]))
    )
    assert counts["denominator"].null_count == counts.num_rows > 0


def _reported(world: World, measure: str) -> dict[str, set[dt.date]]:
    rows = world.observations.filter(
        pc.and_(pc.equal(world.observations["measure"], measure), pc.equal(world.observations["dimension"], "everyone"))
    )
    found: dict[str, set[dt.date]] = {}
    for site, period in zip(rows["site"].to_pylist(), rows["period"].to_pylist(), strict=True):
        found.setdefault(site, set()).add(period)
    return found


def test_between_one_and_five_in_a_hundred_site_months_are_missing(world: World) -> None:
    rows = world.observations.filter(pc.equal(world.observations["dimension"], "everyone")).num_rows
    due = sum(len(world.plan.members(spec)) for spec in world.plan.measures.values()) * 36
    assert 0.01 < 1 - rows / due < 0.05


def test_two_pilot_sites_report_no_four_hour_waits_and_adopted(world: World) -> None:
    seen = _reported(world, "ed-over-four-hours")
    silent = {site for site, periods in seen.items() if len(periods) <= 8}
    adopters = world.adoptions.filter(pc.equal(world.adoptions["change"], "booked-slots"))["site"].to_pylist()
    assert len(silent) == 2
    assert silent <= set(adopters)


def test_some_data_are_lost_because_of_the_change() -> None:
    plan = make_plan(3, 400, 36, START, ["video-clinics"], Dials(size=0.2))
    from holdfast.simulate.draws import draw

    expected = expect(plan, plan.measures["clinic-experience"])
    reported = draw(plan, expected).reported
    since = plan.uptakes["video-clinics"].since[expected.members]
    after = (since >= 0) & (since < 6)
    assert 0.2 < 1 - reported[after].mean() < 0.32
    assert 1 - reported[since < 0].mean() < 0.06


def test_nothing_is_missing_when_the_dial_is_off() -> None:
    plan = make_plan(1, 60, 36, START, None, Dials(missing=0))
    rows = sum(t.filter(pc.equal(t["dimension"], "everyone")).num_rows for t in observations(plan))
    assert rows == sum(len(plan.members(spec)) for spec in plan.measures.values()) * 36


def test_no_text_has_the_shape_of_an_nhs_number(world: World) -> None:
    for table in world.tables.values():
        for column in table.columns:
            if column.type == pa.string():
                told = column.unique().drop_null().to_pylist()
                assert not any(re.search(r"\d{3}[ -]?\d{3}[ -]?\d{4}", text) for text in told)


def test_protocols_name_measures_and_populations_that_exist(world: World) -> None:
    assert [s.change for s in world.studies] == world.changes["change"].to_pylist()
    known = set(world.measures["measure"].to_pylist())
    for study in world.studies:
        assert {study.primary, *study.measures} <= known
    assert sum(s.equity_dimension == "deprivation" for s in world.studies) == 11


@pytest.mark.parametrize(("sites", "months"), [(20, 12), (33, 24), (200, 48)])
def test_worlds_of_other_sizes(sites: int, months: int) -> None:
    world = simulate_world(2, sites, months, changes=["booked-slots", "volunteer-response", "shared-list"])
    assert world.sites.num_rows == sites
    assert Counter(world.plan.places.setting.tolist()).keys() == set(world.sites["setting"].to_pylist())
    first = np.array([u.first.min() for u in world.plan.uptakes.values()])
    assert (first >= 1).all()
    assert (first < months).all()


def test_a_world_too_small_or_an_unknown_change_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 20 sites"):
        simulate_world(sites=5)
    with pytest.raises(ValueError, match="no such change: telepathy"):
        simulate_world(changes=["telepathy"])


@pytest.mark.parametrize("seed", range(6))
def test_expected_levels_never_reach_their_bounds(seed: int) -> None:
    """Where a share were cut off at 0 or 1 the untreated paths would no longer be parallel."""
    plan = make_plan(seed, 60, 36, START, None, Dials())
    for spec in plan.measures.values():
        expected = expect(plan, spec)
        whole = expected.untouched + sum(expected.acts.values())
        assert np.allclose(expected.cells(), whole, rtol=0, atol=1e-12), spec.measure

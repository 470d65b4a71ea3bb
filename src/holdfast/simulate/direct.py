"""A study's panel and adoption straight from the plan, without files: for calibration over many worlds."""

from __future__ import annotations

import numpy as np

from holdfast.records import Adoption, Panel, Population
from holdfast.records.panel import Floats
from holdfast.simulate.draws import draw
from holdfast.simulate.levels import expect
from holdfast.simulate.places import Integers
from holdfast.simulate.plan import Plan, watched
from holdfast.simulate.specs import LEVELS, SITE_LEVELS, VERSIONS


def direct_panel(plan: Plan, change: str) -> tuple[Panel, Adoption]:
    """The panel and adoption of one change's protocol, number for number those of the written workspace."""
    settings = plan.changes[change].settings
    measures = [plan.measures[name] for name in watched(plan.changes[change])]
    found = np.flatnonzero(np.isin(plan.places.setting, settings))
    members = found[np.argsort([plan.places.sites[m] for m in found])]
    outcomes: list[tuple[str, Population]] = []
    tops, bottoms = [], []
    for spec in measures:
        expected = expect(plan, spec)
        counts = draw(plan, expected)
        lost = ~counts.reported[:, :, None]
        if counts.denominator is not None:
            lost = lost | (counts.denominator == 0)
        bottom = np.ones_like(counts.numerator) if counts.denominator is None else counts.denominator
        outcomes += [(spec.measure, population) for population in expected.populations]
        tops.append(_widened(np.where(lost, np.nan, counts.numerator), expected.members, members))
        bottoms.append(_widened(np.where(lost, np.nan, bottom), expected.members, members))
    counted = {population.dimension for _, population in outcomes}
    levels = {name: each for name, each in {**LEVELS, **SITE_LEVELS}.items() if name in counted or name in SITE_LEVELS}
    table = plan.places.table()
    names = [name for name in table.column_names if name not in ("site", "name", "setting")]
    panel = Panel(
        sites=tuple(plan.places.sites[m] for m in members),
        periods=plan.periods,
        outcomes=tuple(outcomes),
        numerator=np.concatenate(tops),
        denominator=np.concatenate(bottoms),
        setting=plan.places.setting[members],
        attributes={name: np.array(table[name].to_pylist())[members] for name in names},
        site_dimensions=tuple(SITE_LEVELS),
        levels=levels,
        versions={dimension: VERSIONS[dimension] for dimension in levels},
    )
    uptake = plan.uptakes[change]
    on = uptake.on[members]
    dose = np.where(on, uptake.dose[members, None], 0.0) if uptake.by_dose else None
    return panel, Adoption(change, on, dose, "simulated")


def _widened(values: Floats, own: Integers, members: Integers) -> Floats:
    """n × T × P on the measure's own sites to P × N × T on the study's, NaN where it is not reported."""
    wide = np.full((values.shape[2], len(members), values.shape[1]), np.nan)
    place = {member: k for k, member in enumerate(members.tolist())}
    shared = np.isin(own, members)
    wide[:, [place[member] for member in own[shared].tolist()]] = values[shared].transpose(2, 0, 1)
    return wide

"""The truth: what each change did on average, from the expected levels with it minus those without it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa

from holdfast.records import Population
from holdfast.records.panel import Bools, Floats
from holdfast.records.vocabularies import ALL_SETTINGS, HORIZONS
from holdfast.simulate.levels import Expected
from holdfast.simulate.places import Integers
from holdfast.simulate.plan import Plan
from holdfast.simulate.specs import SITE_LEVELS

EFFECTS: Final = pa.schema(
    [(name, pa.string()) for name in ("change", "measure", "dimension", "level", "setting", "kind", "at")]
    + [(name, pa.float64()) for name in ("effect", "counterfactual")]
    + [(name, pa.int64()) for name in ("adopters", "site_periods")]
)
Window = tuple[str, str]
"""Kind and name of an average: overall, a horizon, an event time, stopping."""


@dataclass(frozen=True)
class Paths:
    """One change on one measure: expected level with and without it (n × T × P) on the scale of effects.

    ``on`` and ``since`` are n × T, ``dose`` n, ``weight`` n × P: the usual denominator (for a count, the usual
    count). ``lost`` (n × T × P) is what stopping cost: zero unless the site had the change and has it no more.
    """

    change: str
    measure: str
    populations: tuple[Population, ...]
    present: Floats
    absent: Floats
    lost: Floats
    weight: Floats
    on: Bools
    since: Integers
    dose: Floats
    by_dose: bool

    @property
    def effect(self) -> Floats:
        """With minus without (n × T × P)."""
        return self.present - self.absent

    @cached_property
    def windows(self) -> dict[Window, Bools]:
        """Site-periods (n × T) that each average is over."""
        found = {("overall", ""): self.on}
        for name, (start, stop) in HORIZONS.items():
            inside = self.on & (self.since >= start)
            found["horizon", name] = inside if stop is None else inside & (self.since <= stop)
        for event_time in range(int(self.since.max()) + 1):
            found["event time", str(event_time)] = self.on & (self.since == event_time)
        return found


def paths(plan: Plan, expected: Expected, change: str) -> Paths:
    """Expected levels with and without ``change``, on the reporting sites of one measure.

    A count is put on the scale of its site's usual level: its mean before anyone adopted, without the change.
    """
    uptake, members = plan.uptakes[change], expected.members
    present, absent = expected.level(), expected.level(without=change)
    weight = expected.weight * expected.volume[:, :1]
    if expected.spec.kind == "count":
        start = max(int(uptake.first.min()), 1)
        usual = absent[:, :start].mean(axis=1, keepdims=True)
        present, absent, weight = present / usual, absent / usual, weight * usual[:, 0]
    on = uptake.on[members]
    return Paths(
        change, expected.spec.measure, expected.populations, present, absent, _lost(present - absent, on), weight,
        on, uptake.since[members], uptake.dose[members], uptake.by_dose,
    )  # fmt: skip


def _lost(effect: Floats, on: Bools) -> Floats:
    """Minus the site's mean effect while it was on, in the periods since it stopped.

    Every lapsing change of the catalogue acts as a step, so that its effect had it gone on is its effect while on.
    """
    while_on = np.where(on[:, :, None], effect, 0.0).sum(axis=1) / np.maximum(on.sum(axis=1), 1)[:, None]
    stopped = ~on & (np.cumsum(on, axis=1) > 0)
    return np.asarray(-while_on[:, None, :] * stopped[:, :, None], dtype=np.float64)


@dataclass(frozen=True)
class Groups:
    """Sets of sites (Q × n, 0 or 1), each with its setting and, where it is one, its site-level population."""

    names: tuple[tuple[str, Population], ...]
    sites: Floats


def groups(plan: Plan, expected: Expected) -> Groups:
    """All settings together, each setting, and within them each level of the sites' attributes."""
    setting = plan.places.setting[expected.members]
    names: list[tuple[str, Population]] = []
    sites: list[Bools] = []
    for where in (ALL_SETTINGS, *(s for s in expected.spec.settings if len(expected.spec.settings) > 1)):
        here = np.ones(len(setting), dtype=bool) if where == ALL_SETTINGS else setting == where
        names.append((where, Population()))
        sites.append(here)
        for dimension, levels in SITE_LEVELS.items():
            attribute = getattr(plan.places, dimension)[expected.members]
            names += [(where, Population(dimension, level)) for level in levels]
            sites += [here & (attribute == level) for level in levels]
    return Groups(tuple(names), np.array(sites, dtype=np.float64))


def mean_over(inside: Floats, values: Floats, weight: Floats, sites: Floats) -> tuple[Floats, Floats]:
    """Weighted mean of ``values`` (n × T × P) over windows (W × n × T) and sets of sites (Q × n), and its weight.

    Both come back Q × W × P; the mean is NaN where nothing is inside.
    """
    total = np.matmul(inside.transpose(1, 0, 2), values) * weight[:, None, :]
    mass = inside.sum(axis=2).T[:, :, None] * weight[:, None, :]
    top, bottom = (np.tensordot(sites, x, axes=1) for x in (total, mass))
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0), bottom


def effect_table(plan: Plan, expected: Expected, path: Paths) -> pa.Table:
    """True effects of one change on one measure: every population, setting, horizon and event time."""
    sets = groups(plan, expected)
    names = list(path.windows)
    inside = np.array(list(path.windows.values()), dtype=np.float64)
    effect, _ = mean_over(inside, path.effect, path.weight, sets.sites)
    usual, _ = mean_over(inside, path.absent, path.weight, sets.sites)
    tables = [_rows(path, sets, names, inside, effect, usual)]
    if path.by_dose:
        slope, _ = mean_over(inside[:1], path.effect / path.dose[:, None, None], path.weight, sets.sites)
        tables.append(_rows(path, sets, [("per dose", "")], inside[:1], slope, np.full_like(slope, np.nan)))
    stopped = (~path.on & (np.cumsum(path.on, axis=1) > 0))[None].astype(np.float64)
    if stopped.any():
        lost, _ = mean_over(stopped, path.lost, path.weight, sets.sites)
        tables.append(_rows(path, sets, [("stopping", "")], stopped, lost, np.full_like(lost, np.nan)))
    return pa.concat_tables(tables)


def _rows(path: Paths, sets: Groups, names: list[Window], inside: Floats, effect: Floats, usual: Floats) -> pa.Table:
    """Long form of Q × W × P averages; a site-level population is only ever everyone at those sites."""
    keep = np.isfinite(effect)
    keep[[population != Population() for _, population in sets.names], :, 1:] = False
    group, window, kind = np.nonzero(keep)
    periods = (sets.sites @ inside.sum(axis=2).T).astype(int)
    adopters = (sets.sites @ (inside.any(axis=2).T)).astype(int)
    population = [
        path.populations[k] if sets.names[g][1] == Population() else sets.names[g][1]
        for g, k in zip(group.tolist(), kind.tolist(), strict=True)
    ]
    columns = [
        [path.change] * len(group),
        [path.measure] * len(group),
        [p.dimension for p in population],
        [p.level for p in population],
        [sets.names[g][0] for g in group.tolist()],
        [names[w][0] for w in window.tolist()],
        [names[w][1] for w in window.tolist()],
        effect[keep],
        usual[keep],
        adopters[group, window],
        periods[group, window],
    ]
    arrays = [pa.array(c, f.type, from_pandas=True) for c, f in zip(columns, EFFECTS, strict=True)]
    return pa.table(arrays, schema=EFFECTS)

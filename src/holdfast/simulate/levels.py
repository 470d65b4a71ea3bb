"""Expected levels: what each site, period and kind of person would show with and without each change."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from holdfast.records import Population
from holdfast.records.panel import Floats
from holdfast.simulate.places import Integers
from holdfast.simulate.plan import Plan
from holdfast.simulate.specs import LEVELS, Act, MeasureSpec

RHO: Final = 0.5
"""Autocorrelation of the monthly disturbance."""
_ETHNIC: Final = (0.2, 0.25, 0.05, -0.05, 0.05, 0.0)


@dataclass(frozen=True)
class Expected:
    """One measure's expected levels on n reporting sites × T periods × C cells (every combination of its levels).

    ``untouched`` is the level had no change been made, ``acts`` what each change adds. ``share`` (n × C) is each
    cell's share of a site's people; ``volume`` (n × T) the expected denominator, or the usual count.
    """

    spec: MeasureSpec
    members: Integers
    untouched: Floats
    acts: Mapping[str, Floats]
    share: Floats
    volume: Floats

    @cached_property
    def populations(self) -> tuple[Population, ...]:
        """Everyone, then each level of each dimension."""
        levels = [Population(d, level) for d in self.spec.dimensions for level in LEVELS[d]]
        return (Population(), *levels)

    @cached_property
    def belongs(self) -> Floats:
        """Cells × populations: 1 where the cell is part of the population."""
        cells = list(itertools.product(*(LEVELS[d] for d in self.spec.dimensions)))
        columns = [np.ones(len(cells))]
        for axis, dimension in enumerate(self.spec.dimensions):
            columns += [np.array([float(cell[axis] == level) for cell in cells]) for level in LEVELS[dimension]]
        return np.stack(columns, axis=1)

    @property
    def weight(self) -> Floats:
        """Share of each site's people in each population (n × P)."""
        return self.share @ self.belongs

    def cells(self, without: str | None = None) -> Floats:
        """Expected level of each cell (n × T × C), with every change or leaving one out."""
        total = self.untouched + sum(effect for change, effect in self.acts.items() if change != without)
        top = 0.999 if self.spec.kind == "proportion" else np.inf
        return np.clip(total, 0.001 * self.spec.level, top)

    def level(self, without: str | None = None) -> Floats:
        """Expected numerator over denominator of each population (n × T × P)."""
        weighted = (self.cells(without) * self.share[:, None, :]) @ self.belongs
        return np.asarray(weighted / self.weight[:, None, :], dtype=np.float64)


def expect(plan: Plan, spec: MeasureSpec) -> Expected:
    """Expected levels of one measure."""
    members = plan.members(spec)
    share = _shares(plan, spec, members)
    acts = {
        name: _effect(plan, name, act, spec, members)
        for name, change in plan.changes.items()
        for act in change.acts
        if act.measure == spec.measure
    }
    return Expected(spec, members, _untouched(plan, spec, members), acts, share, _volume(plan, spec, members))


def _untouched(plan: Plan, spec: MeasureSpec, members: Integers) -> Floats:
    """n × T × C: usual level, need, deprivation, age, ethnicity, trend, wave, season and AR(1), added together.

    Addition keeps the untouched paths of all sites parallel, which is what the designs assume; ``dials.trends``
    breaks it on purpose. The AR(1) disturbance is held within ±2.5 standard deviations, to keep shares inside their
    bounds. A count is analysed as a ratio to the site's own usual level, so there only what changes
    over time is added; how much a site counts is in its volume.
    """
    years = np.arange(len(plan.periods)) / 12
    need = plan.places.need[members]
    rng = plan.rng(spec.measure, 1)
    own = 0.5 * spec.need * np.clip(rng.standard_normal(len(members)), -2, 2)
    site = (spec.need * need + own) * (spec.kind != "count")
    clock = spec.trend * years + spec.wave * plan.wave + spec.season * plan.season
    drift = plan.dials.trends * need[:, None] * years
    noise = plan.dials.noise * spec.noise * np.clip(autoregressive(rng, (len(members),), len(years), RHO), -2.5, 2.5)
    worse = site[:, None] + clock + drift + noise
    shift = worse[:, :, None] + _kinds_of_people(spec)
    return np.asarray(spec.level + spec.worse * spec.important * shift, dtype=np.float64)


def _kinds_of_people(spec: MeasureSpec) -> Floats:
    """Shift of each cell (C); none for a count, whose levels are each their own usual."""
    shifts = {
        "deprivation": spec.gradient * np.linspace(0.5, -0.5, 5),
        "age": np.array(spec.ages),
        "ethnicity": spec.gradient * np.array(_ETHNIC),
    }
    shift = [sum(cell) for cell in itertools.product(*(shifts[d] for d in spec.dimensions))]
    return np.array(shift, dtype=np.float64) * (spec.kind != "count")


def autoregressive(rng: np.random.Generator, shape: tuple[int, ...], months: int, rho: float) -> Floats:
    """Stationary AR(1) paths of unit variance, ``shape`` × months."""
    draws = rng.standard_normal((*shape, months))
    for t in range(1, months):
        draws[..., t] = rho * draws[..., t - 1] + np.sqrt(1 - rho**2) * draws[..., t]
    return draws


def _shares(plan: Plan, spec: MeasureSpec, members: Integers) -> Floats:
    share = np.ones((len(members), 1))
    for dimension in spec.dimensions:
        mix = plan.places.mix[dimension][members]
        share = (share[:, :, None] * mix[:, None, :]).reshape(len(members), -1)
    return share


def _volume(plan: Plan, spec: MeasureSpec, members: Integers) -> Floats:
    usual = spec.baseline if spec.kind == "count" else spec.size
    site = plan.dials.size * usual * plan.places.scale[members]
    if spec.kind == "count":
        site = site * (1 + 0.15 * plan.places.need[members])
        return np.repeat(site[:, None], len(plan.periods), axis=1)
    clock = 1 - 0.2 * np.minimum(plan.wave, 2) + 0.04 * plan.season
    volume: Floats = site[:, None] * clock
    for name, change in plan.changes.items():
        for act in change.acts:
            if act.measure == spec.measure and act.volume:
                on = plan.uptakes[name].on[members] * plan.uptakes[name].dose[members, None]
                volume = volume * (1 + act.volume * on)
    return volume


def _effect(plan: Plan, name: str, act: Act, spec: MeasureSpec, members: Integers) -> Floats:
    """n × T × C: what one change adds to one measure."""
    uptake = plan.uptakes[name]
    direction = 1 if spec.better == "neither" else -spec.worse
    full = plan.dials.effects * direction * act.size * spec.important
    setting = np.array([act.settings.get(s, 1.0) for s in plan.places.setting[members]])
    strength = (setting * plan.variation[name][members] * uptake.dose[members])[:, None]
    path = full * strength * shape(act.shape, uptake.since[members])
    people = [act.by.get(dimension, (1.0,) * len(LEVELS[dimension])) for dimension in spec.dimensions]
    multiplier = np.array([np.prod(cell) for cell in itertools.product(*people)], dtype=np.float64)
    return np.asarray(path[:, :, None] * multiplier, dtype=np.float64)


def shape(kind: str, since: Integers) -> Floats:
    """Share of the full effect by periods since adoption; 0 where not adopted (−1)."""
    reached = {
        "step": np.ones(since.shape),
        "grow": np.minimum(1.0, (since + 1) / 9),
        "fade": 0.35 + 0.65 * np.exp(-np.maximum(since, 0) / 5),
    }[kind]
    return np.where(since >= 0, reached, 0.0)

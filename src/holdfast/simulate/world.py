"""A whole integrated care system with known truth: its tables, its protocols, and what is really so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from holdfast.records import CHANGES, MEASURES, Study
from holdfast.simulate.adopt import adoption_table
from holdfast.simulate.draws import draw, rows
from holdfast.simulate.folder import write_folder
from holdfast.simulate.gaps import DIMENSION, gap_table
from holdfast.simulate.levels import expect
from holdfast.simulate.plan import Dials, Plan, make_plan, watched
from holdfast.simulate.specs import LEVELS, SITE_LEVELS, ChangeSpec
from holdfast.simulate.truth import effect_table, paths
from holdfast.simulate.verdicts import cell_table


@dataclass(frozen=True)
class Truth:
    """What is really so. ``effects``: every change × measure × population × setting at each horizon and event time.
    ``gaps``: effects on the deprivation gap. ``cells``: the right verdicts and what each verdict loses.
    ``designs``: change → the designs that can answer it over all settings, best first."""

    effects: pa.Table
    gaps: pa.Table
    cells: pa.Table
    designs: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class World:
    """The tables a workspace reads, the protocols, and the truth."""

    plan: Plan
    sites: pa.Table
    changes: pa.Table
    adoptions: pa.Table
    measures: pa.Table
    observations: pa.Table
    studies: tuple[Study, ...]
    truth: Truth

    @property
    def tables(self) -> dict[str, pa.Table]:
        """The five input tables by name."""
        names = ("sites", "changes", "adoptions", "measures", "observations")
        return {name: getattr(self, name) for name in names}

    def write(self, folder: Path | str, *, truth: bool = False) -> Path:
        """Write a workspace that ``holdfast learn`` reads; with ``truth``, the answers too, in ``truth/``."""
        answers = {"effects": self.truth.effects, "gaps": self.truth.gaps, "cells": self.truth.cells} if truth else {}
        return write_folder(Path(folder), self.tables, self.studies, answers)


def simulate_world(
    seed: int = 2020,
    sites: int = 60,
    months: int = 36,
    *,
    start: dt.date = dt.date(2020, 4, 1),
    changes: Sequence[str] | None = None,
    dials: Dials | None = None,
) -> World:
    """A world of ``sites`` sites and ``months`` months with twelve changes (or those named), the same for a seed."""
    plan = make_plan(seed, sites, months, start, changes, dials or Dials())
    seen, effects, gaps = [], [], []
    for spec in plan.measures.values():
        expected = expect(plan, spec)
        seen.append(rows(plan, expected, draw(plan, expected)))
        for change in plan.changes.values():
            if spec.measure in watched(change):
                path = paths(plan, expected, change.change)
                effects.append(effect_table(plan, expected, path))
                gaps.append(gap_table(plan, expected, path))
    true_effects, true_gaps = pa.concat_tables(effects), pa.concat_tables(gaps)
    designs = {name: DESIGNS[spec.pattern] for name, spec in plan.changes.items()}
    return World(
        plan=plan,
        sites=plan.places.table(),
        changes=change_table(plan),
        adoptions=adoption_table(plan.uptakes, plan.places.sites, plan.periods),
        measures=measure_table(plan),
        observations=pa.concat_tables(seen),
        studies=tuple(_study(plan, change) for change in plan.changes.values()),
        truth=Truth(true_effects, true_gaps, cell_table(plan, true_effects, true_gaps), designs),
    )


DESIGNS = {
    "staggered": ("staggered difference-in-differences",),
    "lapsing": ("switching on and off",),
    "few": ("synthetic difference-in-differences",),
    "everyone at once": ("interrupted time series", "cannot tell yet"),
    "everyone by dose": ("dose-response",),
}
"""Designs that can answer each way of spreading."""


def change_table(plan: Plan) -> pa.Table:
    """The changes table."""
    told = [
        {
            "change": spec.change,
            "title": spec.title,
            "description": spec.description,
            "introduced": spec.introduced,
            "displaced": "; ".join(spec.displaced),
            "status": "under evaluation",
            **spec.details,
        }
        for spec in plan.changes.values()
    ]
    numbers = {column.name for column in CHANGES.columns if column.kind == "number"}
    return pa.table(
        {
            name: pa.array([row.get(name) for row in told], pa.float64() if name in numbers else pa.string())
            for name in CHANGES.names
        }
    )


def measure_table(plan: Plan) -> pa.Table:
    """The measures table, each smallest important difference as its owner would write it."""
    specs = list(plan.measures.values())
    columns = {name: [getattr(spec, name) for spec in specs] for name in MEASURES.names}
    columns["per"] = [spec.per if spec.kind == "rate" else None for spec in specs]
    return pa.table(columns)


def _study(plan: Plan, spec: ChangeSpec) -> Study:
    equity = DIMENSION if DIMENSION in plan.measures[spec.primary].dimensions else None
    return Study(
        study=spec.change,
        change=spec.change,
        primary=spec.primary,
        measures=watched(spec)[1:],
        populations=(*LEVELS, *SITE_LEVELS),
        settings=spec.settings if len(spec.settings) > 1 else (),
        equity_dimension=equity,
        equity_most_deprived=LEVELS[DIMENSION][0] if equity else None,
        rationale=f"Does it help, whom, and at what cost to others? {spec.description}",
    )

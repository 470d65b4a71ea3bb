"""The plan of a world: its calendar, sites, adoption and dials. Small; every observation follows from it."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from holdfast.records.panel import Floats
from holdfast.simulate.adopt import Uptake, spread, together
from holdfast.simulate.changes import CHANGES
from holdfast.simulate.measures import MEASURES
from holdfast.simulate.places import Integers, Places, make_places
from holdfast.simulate.specs import ChangeSpec, MeasureSpec

WAVES: Final = ((2020, 4, 1.0), (2021, 1, 0.9), (2022, 1, 0.5), (2022, 7, 0.3))
"""Year, month and height of each pandemic wave."""


@dataclass(frozen=True)
class Dials:
    """How hard the world is. At 1 each is as the documentation describes; ``trends`` is off by default."""

    effects: float = 1.0
    confounding: float = 1.0
    trends: float = 0.0
    """Extra worsening of the needier sites, in smallest important differences a year per unit of need."""
    shock: float = 1.0
    noise: float = 1.0
    missing: float = 1.0
    size: float = 1.0


@dataclass(frozen=True)
class Plan:
    """Everything about a world except its observations. ``variation`` is each site's own multiplier (n) by change."""

    seed: int
    periods: tuple[dt.date, ...]
    places: Places
    changes: dict[str, ChangeSpec]
    measures: dict[str, MeasureSpec]
    uptakes: dict[str, Uptake]
    variation: dict[str, Floats]
    dials: Dials

    @property
    def wave(self) -> Floats:
        """Height of the pandemic wave in each period (T)."""
        months = np.array([12 * p.year + p.month for p in self.periods])
        peaks = [height * np.exp(-0.5 * ((months - 12 * year - month) / 1.2) ** 2) for year, month, height in WAVES]
        return np.asarray(self.dials.shock * np.sum(peaks, axis=0), dtype=np.float64)

    @property
    def season(self) -> Floats:
        """Winter's part of each period, −1 to 1 (T)."""
        return np.array([np.cos(2 * np.pi * (p.month - 1) / 12) for p in self.periods])

    def rng(self, name: str, part: int) -> np.random.Generator:
        """A stream of its own for each named thing, so that any measure can be made alone and in any order."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode()), part])

    def members(self, measure: MeasureSpec) -> Integers:
        """Indices of the sites that report a measure."""
        return np.flatnonzero(np.isin(self.places.setting, measure.settings))


def calendar(start: dt.date, months: int) -> tuple[dt.date, ...]:
    """First days of ``months`` months from ``start``."""
    return tuple(
        dt.date(start.year + (start.month - 1 + m) // 12, (start.month - 1 + m) % 12 + 1, 1) for m in range(months)
    )


def make_plan(seed: int, sites: int, months: int, start: dt.date, changes: Sequence[str] | None, dials: Dials) -> Plan:
    """Draw the sites and who adopts what."""
    if sites < 20 or months < 12:
        raise ValueError(f"a world needs at least 20 sites and 12 months; {sites} and {months} were asked for")
    unknown = sorted(set(changes or ()) - set(CHANGES))
    if unknown:
        raise ValueError(f"no such change: {', '.join(unknown)}; the changes are {', '.join(CHANGES)}")
    specs = {name: spec for name, spec in CHANGES.items() if changes is None or name in changes}
    places = make_places(np.random.default_rng([seed, 0]), sites)
    plan = Plan(seed, calendar(start, months), places, specs, _watched(specs), {}, {}, dials)
    for name, spec in specs.items():
        rng = plan.rng(name, 0)
        uptake = spread(rng, spec, places, months, dials.confounding)
        if spec.beside in plan.uptakes:
            uptake = together(rng, spec, places, uptake, plan.uptakes[spec.beside])
        plan.uptakes[name] = uptake
        plan.variation[name] = np.clip(rng.normal(1.0, 0.2, sites), 0.5, 1.5)
    return plan


def _watched(specs: dict[str, ChangeSpec]) -> dict[str, MeasureSpec]:
    wanted = {name for spec in specs.values() for name in watched(spec)}
    return {name: spec for name, spec in MEASURES.items() if name in wanted}


def watched(spec: ChangeSpec) -> tuple[str, ...]:
    """Every measure of a change's protocol, the primary first."""
    return (*(act.measure for act in spec.acts), *spec.also_watch)

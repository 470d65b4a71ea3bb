"""Cutting the panel: one outcome for each measure × population × setting, on the scale it is analysed on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.records import Measure, Panel, Population
from holdfast.records.vocabularies import ALL_SETTINGS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Key:
    """What one outcome is about."""

    measure: str
    population: Population
    setting: str = ALL_SETTINGS

    @property
    def name(self) -> str:
        """``measure|dimension|level``, as covariances name it."""
        return f"{self.measure}|{self.population.dimension}|{self.population.level}"


@dataclass(frozen=True)
class Cut:
    """One outcome over the panel's n sites and T periods.

    ``y`` is numerator over denominator (for a count: the numerator over the site's own mean before ``start``), NaN
    where missing or where the site does not belong; ``weight`` each site's mean denominator before ``start``, or 1.
    """

    key: Key
    y: Floats
    weight: Floats
    numerator: Floats
    denominator: Floats
    belongs: Bools

    @property
    def ecological(self) -> bool:
        """Whether the population is an attribute of sites rather than of people (set by the panel's dimensions)."""
        return bool(not self.belongs.all()) and self.key.population != Population()


def cut(panel: Panel, measure: Measure, population: Population, setting: str | None, start: int, equal: bool) -> Cut:
    """The outcome of one measure × population × setting; ``start`` is the first period in which anybody adopts."""
    numerator, denominator, belongs = panel.cut(measure.measure, population, setting)
    numerator = np.where(belongs[:, None], numerator, np.nan)
    counted = measure.kind == "count" or not np.isfinite(denominator).any()
    size = numerator if measure.kind == "count" else denominator
    weight = _mean_before(size, start)
    if measure.kind == "count":
        scale = weight[:, None]
    elif counted:
        scale, weight = np.ones_like(numerator), np.ones(len(numerator))
    else:
        scale = np.where(denominator > 0, denominator, np.nan)
    y = np.divide(numerator, scale, out=np.full_like(numerator, np.nan), where=np.isfinite(scale) & (scale != 0))
    usable = np.isfinite(weight) & (weight > 0)
    y = np.where(usable[:, None], y, np.nan)
    weight = np.ones(len(weight)) if equal else np.where(usable, weight, 0.0)
    return Cut(Key(measure.measure, population, setting or ALL_SETTINGS), y, weight, numerator, denominator, belongs)


def as_counted(one: Cut, start: int) -> Cut:
    """The denominator of the same cells as a count: over each site's own mean before ``start``."""
    held = np.where(np.isfinite(one.y), one.denominator, np.nan)
    usual = _mean_before(held, start)
    usual = np.where(usual > 0, usual, np.nan)
    return replace(one, y=held / usual[:, None], numerator=held, denominator=np.ones_like(held))


def _mean_before(values: Floats, start: int) -> Floats:
    """Each site's mean over the periods before ``start``, or over all it has where it has none before."""
    with np.errstate(invalid="ignore"):
        before = _row_mean(values[:, : max(start, 1)])
        return np.where(np.isfinite(before), before, _row_mean(values))


def _row_mean(values: Floats) -> Floats:
    seen = np.isfinite(values)
    count = seen.sum(axis=1)
    total = np.where(seen, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)

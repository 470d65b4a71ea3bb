"""The panel: the only form in which observations reach an estimator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holdfast.records.vocabularies import EVERYONE

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, order=True)
class Population:
    """A dimension and one of its levels; ``Population()`` is everyone."""

    dimension: str = EVERYONE
    level: str = EVERYONE

    def __str__(self) -> str:
        return EVERYONE if self.dimension == EVERYONE else f"{self.dimension}: {self.level}"


@dataclass(frozen=True)
class Adoption:
    """Adoption of one change as spells on a grid of sites × periods.

    ``on`` (n × T) says whether the site had the change for the period; ``dose`` (n × T, NaN unknown) how strongly,
    or None when adoption is only on or off. ``rule`` states how it was obtained, in words. ``unknown_sites`` are
    sites of the panel about which the adoption table says nothing and that are taken as never adopting.
    """

    change: str
    on: Bools
    dose: Floats | None
    rule: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """Numerators and denominators on a full grid, NaN where a site-period was not reported.

    ``numerator`` and ``denominator`` are (outcomes × sites × periods); ``outcomes`` names each slice as
    (measure, population). A count measure has denominator 1. ``attributes`` holds one array of length n for each
    site attribute, and ``setting`` each site's setting. ``site_dimensions`` are the dimensions that are attributes
    of the site (ecological): for them every site belongs to one level and no separate slice is held.
    ``versions`` gives the coding version of each dimension (for instance IMD 2019), ``levels`` their ordered levels.
    """

    sites: tuple[str, ...]
    periods: tuple[dt.date, ...]
    outcomes: tuple[tuple[str, Population], ...]
    numerator: Floats
    denominator: Floats
    setting: NDArray[np.str_]
    attributes: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)
    site_dimensions: tuple[str, ...] = ()
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def populations(self, measure: str) -> tuple[Population, ...]:
        """Populations for which ``measure`` can be shown: everyone, observed levels, then site-level ones."""
        observed = [population for name, population in self.outcomes if name == measure]
        ecological = [
            Population(dimension, level) for dimension in self.site_dimensions for level in self.levels[dimension]
        ]
        return (*observed, *ecological)

    def cut(self, measure: str, population: Population, setting: str | None = None) -> tuple[Floats, Floats, Bools]:
        """Numerator, denominator (each sites × periods, all n sites) and the mask of sites that belong.

        Sites outside a site-level population or the setting are False in the mask; their values are left as
        they are so that indices stay those of the panel.
        """
        belongs = np.ones(len(self.sites), dtype=bool)
        key = population
        if population.dimension in self.site_dimensions:
            belongs &= self.attributes[population.dimension].astype(str) == population.level
            key = Population()
        if setting is not None:
            belongs &= self.setting == setting
        index = self.outcomes.index((measure, key))
        return self.numerator[index], self.denominator[index], belongs

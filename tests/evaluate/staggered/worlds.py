"""Simulated staggered panels with known effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Y: (O, n, T); cohort: (n,) `inf` never; periods: (T,); weights: (O, n); effect: the truth after adoption."""

    Y: Floats
    cohort: Floats
    periods: Floats
    weights: Floats
    effect: float


def world(
    n: int = 60,
    T: int = 10,
    cohorts: tuple[float, ...] = (4, 6, 8),
    *,
    outcomes: int = 1,
    effect: float = 1.0,
    never: bool = True,
    level: float = 50.0,
    seed: int = 0,
) -> World:
    """Sites with levels, common months, a wandering error and a constant effect; two sites or more a cohort."""
    rng = np.random.default_rng(seed)
    labels = np.array([*cohorts, np.inf] if never else cohorts)
    cohort = np.concatenate([np.repeat(labels, 2), rng.choice(labels, n - 2 * len(labels))])
    rng.shuffle(cohort)
    periods = np.arange(1.0, T + 1)
    noise = rng.normal(size=(outcomes, n, T)).cumsum(axis=-1) * 0.3 + rng.normal(size=(outcomes, n, T))
    site, month = rng.normal(size=(outcomes, n, 1)) * 5 + level, rng.normal(size=(outcomes, 1, T)) * 2
    treated = periods >= cohort[:, None]
    weights = rng.uniform(0.5, 4.0, size=(outcomes, n))
    return World(site + month + noise + effect * treated, cohort, periods, weights, effect)

"""Simulated panels with doses."""

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261123)


@pytest.fixture
def ragged(rng):
    """Twelve sites, nine months, unequal weights, three site-months missing."""
    sites, months, start = 12, 9, 5
    dose = rng.normal(2, 1, sites)
    y = rng.normal(size=(sites, months)) + rng.normal(size=sites)[:, None]
    y += 0.5 * dose[:, None] * (np.arange(months) >= start)
    y[3, 2] = y[7, 6] = y[0, 0] = np.nan
    return y, dose, start, rng.uniform(1, 5, (sites, months))

"""Simulated panels in which a change is switched on and off."""

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261124)


@pytest.fixture
def quiet():
    """Site levels and a common path with almost no noise (sites, months): estimates must be exact."""

    def make(sites, months):
        wiggle = 1e-9 * np.sin(np.arange(sites * months) ** 2).reshape(sites, months)
        return np.arange(sites)[:, None] + np.sin(np.arange(months)) + wiggle

    return make

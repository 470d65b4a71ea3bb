"""One default world, shared by the tests of this room."""

from __future__ import annotations

import pytest

from holdfast.simulate import World, simulate_world


@pytest.fixture(scope="session")
def world() -> World:
    return simulate_world()

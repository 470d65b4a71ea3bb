"""Fixtures that several rooms share."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real open data beside the project, or a skip that says so."""
    if not SHARED.is_dir():
        pytest.skip("the shared data folder (../shared/data beside the project) is absent")
    return SHARED

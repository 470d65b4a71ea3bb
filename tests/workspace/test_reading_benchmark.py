"""The reading benchmark compares like with like: hand-written SQL and the seam give the same panel."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture
def reading() -> ModuleType:
    """benchmarks/reading.py as a module."""
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "reading.py"
    spec = importlib.util.spec_from_file_location("reading", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_seam_gives_the_numbers_of_hand_written_sql(reading: ModuleType, tmp_path: Path) -> None:
    reading.make(tmp_path, 30_000)
    by_hand, ours = reading.by_hand(tmp_path), reading.through_the_seam(tmp_path)
    assert by_hand.shape == ours.shape
    assert np.nansum(by_hand) > 0
    np.testing.assert_array_equal(ours, by_hand)

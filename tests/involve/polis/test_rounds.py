"""Delphi rounds: consensus and stability are two questions."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.involve.rounds import in_band, stability


def test_consensus_is_a_share_in_a_band_with_its_interval() -> None:
    found = in_band([7, 8, 9, 9, 3, np.nan], 7, 9)
    assert (found.share, found.raters, found.reached) == (0.8, 5, True)
    assert found.low < 0.5 < found.high, "five raters settle little"
    assert not in_band([7, 8, 9, 9, 3], 7, 9, enough=0.9).reached
    nobody = in_band([], 7, 9)
    assert np.isnan(nobody.share) and not nobody.reached


def test_agreeing_and_no_longer_changing_are_not_the_same() -> None:
    split = [1, 1, 9, 9, 1, 9]
    assert not in_band(split, 7, 9).reached and stability(split, split).kappa == 1.0
    moved = stability([8, 7, 9, 8], [7, 8, 8, 9])
    assert moved.share == 0.0 and in_band([7, 8, 8, 9], 7, 9).reached


def test_weighted_kappa_is_that_of_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    a = rng.integers(1, 10, 60)
    b = np.clip(a + rng.integers(-2, 3, 60), 1, 9)
    assert stability(a, b).kappa == pytest.approx(sklearn.cohen_kappa_score(a, b, weights="quadratic"), abs=1e-12)


def test_who_left_is_counted_and_raters_must_match() -> None:
    found = stability([5, 6, np.nan], [5, np.nan, 7])
    assert (found.raters, found.left, found.share) == (1, 1, 1.0)
    assert np.isnan(found.kappa)
    with pytest.raises(ValueError, match="same raters"):
        stability([1, 2], [1])

"""Simultaneous bands: known critical values, coverage, and determinism."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from holdfast.evaluate.estimate.staggered import Moments, pointwise, study, sup_t, wald

from .worlds import world


@pytest.mark.parametrize("k", [2, 10, 60])
def test_independent_effects_have_the_sidak_value(k: int) -> None:
    known = stats.norm.ppf((1 + 0.95 ** (1 / k)) / 2)
    assert sup_t(np.eye(k), draws=40_000) == pytest.approx(known, abs=0.03)


def test_one_effect_many_times_needs_no_widening() -> None:
    assert sup_t(np.ones((20, 20)), draws=40_000) == pytest.approx(1.96, abs=0.03)
    assert sup_t(np.ones((20, 20))) >= float(pointwise())


def test_few_degrees_of_freedom_widen() -> None:
    known = stats.t.ppf(0.975, 5)
    assert sup_t(np.eye(1), df=5, draws=200_000) == pytest.approx(known, abs=0.05)


def test_the_same_seed_gives_the_same_band_and_units_do_not_matter() -> None:
    draw = np.random.default_rng(0).normal(size=(30, 8))
    covariance = draw.T @ draw
    assert sup_t(covariance) == sup_t(covariance)
    assert sup_t(covariance) == pytest.approx(sup_t(covariance * 1e-8), abs=1e-5)
    assert sup_t(covariance, seed=1) == pytest.approx(sup_t(covariance, seed=2), abs=0.1)


def test_effects_without_a_standard_error_are_left_aside() -> None:
    covariance = np.diag([1.0, 0.0, 1.0])
    assert sup_t(covariance) == sup_t(np.eye(2))
    assert np.isnan(sup_t(np.zeros((2, 2))))


def test_bands_cover_every_effect_at_once() -> None:
    """300 panels of 400 sites: the share whose whole band covers the truth, within 3.5 binomial errors of 95 %."""
    inside = 0
    for seed in range(300):
        f = study(
            Moments.from_panel(
                *(lambda w: (w.Y, w.cohort))(world(400, 8, (3, 5), seed=seed)), periods=np.arange(1.0, 9)
            )
        )
        made = f.functional("event")
        covariance, truth = f.covariance(made)[:-1, :-1], np.array(made.scheme.labels[:-1], dtype=float) >= 0
        far = np.abs(made.estimate[:-1] - truth) / np.sqrt(np.diag(covariance))
        inside += bool(far.max() <= sup_t(covariance, draws=4000))
    assert abs(inside / 300 - 0.95) < 3.5 * np.sqrt(0.95 * 0.05 / 300)


def test_wald_says_why_there_is_no_test() -> None:
    assert "no estimate before adoption" in wald(np.zeros(0), np.zeros((0, 0))).note
    assert "singular" in wald(np.ones(2), np.ones((2, 2))).note
    known = wald(np.array([1.0, 2.0]), np.eye(2))
    assert (known.W, known.df) == (5.0, 2)
    assert known.p_value == pytest.approx(stats.chi2.sf(5, 2))

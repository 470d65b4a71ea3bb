"""Welch's t from moments: the textbook in the simplest case, honest counts in the others."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from holdfast.evaluate.estimate.small import Aggregates, choose_inference, t_interval, welch
from holdfast.evaluate.estimate.staggered import Moments

sys.path.insert(0, str(Path(__file__).parent))
from few_worlds import T, world


def state(
    Y: np.ndarray, label: np.ndarray, onset: np.ndarray, weight: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """The arguments of `welch` from the engine's own mergeable type."""
    cohort = np.where(onset[label] >= T, np.inf, onset[label].astype(float))
    made = Moments.from_panel(Y, cohort, weights=weight)
    gram = made.block(0)
    return {"mean": made.mean[0], "gram": gram[:, :T, :T], "mass": made.mass[0], "squares": gram[:, T, T]}


@pytest.mark.parametrize("pooled", [False, True])
def test_two_groups_and_two_periods_are_welchs_t_test(pooled: bool) -> None:
    """With one start date an aggregate is a difference of two means, so scipy's `ttest_ind` must agree exactly."""
    at = world([20] * 6, 11, np.random.default_rng(1), 0.5, noisy=2.0)
    row = at.names.index("event 3")
    found = welch(at.aggregates, **state(at.Y, at.label, at.aggregates.onset), pooled=pooled)
    change = at.Y[:, 23] - at.Y[:, 19]
    wanted = stats.ttest_ind(change[at.label == 0], change[at.label == 1], equal_var=False)
    interval = wanted.confidence_interval(0.95)
    assert found.p[row] == pytest.approx(wanted.pvalue, rel=1e-9)
    assert found.df[row] == pytest.approx(wanted.df, rel=1e-9)
    assert (found.low[row], found.high[row]) == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_states_of_two_holders_added_give_the_pooled_answer() -> None:
    at = world([18, 18, 20, 22, 22, 22, 24], 20, np.random.default_rng(2), 0.5)
    cohort = np.where(at.aggregates.onset[at.label] >= T, np.inf, at.aggregates.onset[at.label].astype(float))
    half = np.arange(len(cohort)) % 2 == 0
    together = Moments.from_panel(at.Y[half], cohort[half]) + Moments.from_panel(at.Y[~half], cohort[~half])
    gram = together.block(0)
    merged = welch(at.aggregates, together.mean[0], gram[:, :T, :T], together.mass[0], gram[:, T, T])
    whole = welch(at.aggregates, **state(at.Y, at.label, at.aggregates.onset))
    np.testing.assert_allclose(merged.low, whole.low, rtol=1e-9)
    assert np.isfinite(whole.low[0])  # though one cohort has a single site


def test_one_adopter_has_no_welch_interval() -> None:
    at = world([20], 20, np.random.default_rng(3))
    found = welch(at.aggregates, **state(at.Y, at.label, at.aggregates.onset))
    assert np.isnan(found.se).all()
    assert np.isnan(found.p).all()


def test_pooled_variance_is_unbiased_when_cohorts_hold_one_site_each() -> None:
    """The mean variance over 800 studies is the variance of the estimates (error 5 %; 4,000 gave 0.98–1.00)."""
    rng = np.random.default_rng(11)
    estimates, variances = [], []
    for _ in range(800):
        at = world([16, 18, 20, 22, 24, 26], 40, rng)
        found = welch(at.aggregates, **state(at.Y, at.label, at.aggregates.onset))
        estimates.append(found.estimate[:3])
        variances.append(found.se[:3] ** 2)
    ratio = np.mean(variances, axis=0) / np.var(estimates, axis=0)
    np.testing.assert_allclose(ratio, 1.0, atol=0.15)


def test_coverage_with_weights_noisier_adopters_and_few_of_them() -> None:
    """At 300 studies the Monte Carlo error of 95 % is 1.3 points; weights make the interval wide, never short.

    In one study of twenty less than a degree of freedom is left, and there is no interval.
    """
    rng = np.random.default_rng(5)
    hit = []
    for _ in range(300):
        weight = np.exp(rng.normal(size=36) * 0.7)
        at = world([18, 18, 22, 22, 24, 26], 30, rng, 0.5, noisy=1.5, weight=weight)
        found = welch(at.aggregates, **state(at.Y, at.label, at.aggregates.onset, weight))
        if np.isfinite(found.low[0]):
            hit.append((found.low[0] <= 0.5) & (found.high[0] >= 0.5))
    assert len(hit) >= 270 and np.mean(hit) >= 0.92


@pytest.mark.parametrize(
    ("sites", "options", "method"),
    [
        ((1, 100, 24), {}, "permutation"),
        ((2, 100, 24), {}, "permutation"),
        ((19, 100, 24), {}, "permutation"),
        ((20, 100, 24), {}, "welch"),
        ((50, 100, 24), {"randomised": True}, "permutation"),
        ((50, 100, 24), {"weighted": True}, "permutation"),
        ((10, 50, 24), {"complete": False}, "welch"),
        ((1, 50, 24), {"complete": False}, "none"),
        ((1, 10, 24), {}, "none"),
        ((0, 50, 24), {}, "none"),
    ],
)
def test_route_by_number_of_sites(sites: tuple[int, int, int], options: dict[str, bool], method: str) -> None:
    chosen = choose_inference(*sites, **options)  # type: ignore[arg-type]
    assert chosen.method == method
    assert chosen.reason


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="onset needs 3 entries"):
        Aggregates(np.zeros((2, 3, 5)), np.zeros(2, dtype=int), np.zeros(2, dtype=int), np.zeros(2, dtype=int))


def test_less_than_one_degree_of_freedom_gives_no_error_rather_than_billions() -> None:
    got = t_interval(np.array([0.005, 0.005]), np.array([0.005, 0.005]), np.array([0.1, 1.0]))
    assert np.isnan([got.se[0], got.low[0], got.high[0], got.p[0]]).all()
    assert np.isfinite([got.se[1], got.low[1], got.high[1], got.p[1]]).all()

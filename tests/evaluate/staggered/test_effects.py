"""Truth, invariances, covariances and inference of the group-time effects and their aggregates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.evaluate.estimate.staggered import HORIZONS, Moments, Panel, aggregate_weights, estimate, study

from .worlds import World, world

seeds = st.integers(0, 10_000)
comparisons = st.sampled_from(["never", "not_yet"])
bases = st.sampled_from(["varying", "universal"])


def state(w: World, **options: Any) -> Moments:
    return Moments.from_panel(w.Y, w.cohort, periods=w.periods, **options)


def as_panel(w: World, **parts: Any) -> Panel:
    return Panel(np.arange(w.Y.shape[1]), w.periods, w.cohort, w.Y[0], **parts)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, comparison=comparisons, base=bases)
def test_site_and_month_constants_do_not_matter(seed: int, comparison: Any, base: Any) -> None:
    w = world(seed=seed)
    rng = np.random.default_rng(seed)
    moved = w.Y + rng.normal(size=(1, 60, 1)) * 20 + rng.normal(size=(1, 1, 10)) * 20
    options = {"comparison": comparison, "base": base}
    a = study(state(w), **options)
    b = study(Moments.from_panel(moved, w.cohort, periods=w.periods), **options)
    np.testing.assert_allclose(a.cells[0].att, b.cells[0].att, atol=1e-11)
    np.testing.assert_allclose(a.cell_se(), b.cell_se(), rtol=1e-9)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, comparison=comparisons)
def test_the_order_of_sites_does_not_matter(seed: int, comparison: Any) -> None:
    w = world(seed=seed)
    order = np.random.default_rng(seed).permutation(60)
    shuffled = Moments.from_panel(w.Y[:, order], w.cohort[order], periods=w.periods)
    a, b = study(state(w), comparison=comparison), study(shuffled, comparison=comparison)
    np.testing.assert_allclose(a.cells[0].att, b.cells[0].att, atol=1e-12)
    np.testing.assert_allclose(a.cell_se(), b.cell_se(), rtol=1e-12)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, comparison=comparisons, base=bases, weighted=st.booleans(), never=st.booleans())
def test_moments_and_influence_functions_are_the_same_estimator(
    seed: int, comparison: Any, base: Any, weighted: bool, never: bool
) -> None:
    """The fast path and the general one share no arithmetic below the aggregation weights."""
    w = world(seed=seed, never=never)
    weights = w.weights[0] if weighted else None
    options = {"comparison": comparison, "base": base}
    fast = estimate(as_panel(w, weights=weights), **options)
    slow = estimate(as_panel(w, weights=weights, cluster=np.arange(60)), **options)
    assert (fast.path, slow.path) == ("moments", "influence")
    np.testing.assert_allclose(fast.att, slow.att, atol=1e-11)
    np.testing.assert_allclose(fast.se, slow.se, rtol=1e-9)
    for kind in ("simple", "event", "group", "calendar"):
        a, b = fast.aggregate(kind, band=False), slow.aggregate(kind, band=False)
        np.testing.assert_allclose(a.estimate, b.estimate, atol=1e-11)
        np.testing.assert_allclose(a.covariance, b.covariance, atol=1e-11)
    assert pytest.approx(slow.pretest().W, rel=1e-7) == fast.pretest().W


def test_an_effect_without_noise_is_found_exactly() -> None:
    rng = np.random.default_rng(1)
    cohort, periods = np.r_[np.repeat([3.0, 5.0, np.inf], 6)], np.arange(1.0, 9)
    event = periods - cohort[:, None]
    truth = np.where(event >= 0, 1.0 + 0.5 * event, 0.0)
    Y = rng.normal(size=(18, 1)) + rng.normal(size=(1, 8)) + truth
    fit = estimate(Panel(np.arange(18), periods, cohort, Y))
    expected = np.where(fit.event >= 0, 1 + 0.5 * fit.event, 0)
    np.testing.assert_allclose(fit.att, expected, atol=1e-12)
    assert np.isnan(fit.se).all()  # no noise: nothing but rounding, which is not a standard error
    windows = fit.aggregate("window", windows={"first two": (0, 1), "third on": (2, 5)})
    np.testing.assert_allclose(windows.estimate, [1.25, np.mean([2, 2.5, 3, 3.5])], atol=1e-12)


def test_standard_errors_match_the_spread_of_estimates() -> None:
    """400 panels of 200 sites: the overall effect's spread against its mean error, within 4 Monte Carlo errors."""
    draws = []
    for seed in range(400):
        f = study(state(world(n=200, T=8, cohorts=(4, 6), seed=seed)))
        made = f.functional("simple")
        draws.append((made.estimate[0], np.sqrt(f.covariance(made)[0, 0])))
    value, se = np.array(draws).T
    assert abs(value.mean() - 1.0) < 4 * value.std() / 20
    assert se.mean() == pytest.approx(value.std(), rel=4 / np.sqrt(2 * 400))


def test_covariance_between_outcomes_is_that_of_their_difference() -> None:
    """Var(a − b) from the joint state equals the variance of the effect on the site-by-site difference of outcomes."""
    w = world(outcomes=2, n=90)
    both = study(state(w, joint=True))
    made = [(o, both.functional("event", o)) for o in range(2)]
    joint = both.joint_covariance(made)
    k = len(made[0][1].estimate)
    gap = np.hstack([np.eye(k), -np.eye(k)])
    one = study(Moments.from_panel(w.Y[0] - w.Y[1], w.cohort, periods=w.periods))
    own = one.functional("event")
    np.testing.assert_allclose(made[0][1].estimate - made[1][1].estimate, own.estimate, atol=1e-12)
    np.testing.assert_allclose(gap @ joint @ gap.T, one.covariance(own), atol=1e-12)


def test_outcomes_with_their_own_weights_keep_their_own_answers() -> None:
    w = world(outcomes=2)
    both = study(state(w, weights=w.weights, joint=True))
    for o in range(2):
        alone = study(Moments.from_panel(w.Y[o], w.cohort, periods=w.periods, weights=w.weights[o]))
        made, own = both.functional("event", o), alone.functional("event")
        np.testing.assert_allclose(made.estimate, own.estimate, atol=1e-12)
        np.testing.assert_allclose(both.covariance(made, o), alone.covariance(own), atol=1e-12)


@pytest.mark.parametrize("kind", ["simple", "event", "group", "calendar", "window"])
@pytest.mark.parametrize("comparison", ["never", "not_yet"])
@pytest.mark.parametrize("never", [True, False])
def test_aggregates_are_linear_in_cohort_means(kind: Any, comparison: Any, never: bool) -> None:
    w = world(T=16, cohorts=(1, 4, 6, 8, 40), never=never)  # one always treated, one adopting after the end
    m = state(w)
    found = aggregate_weights(m, kind, comparison=comparison)
    made = study(m, comparison=comparison).functional(kind)
    assert found.labels == made.scheme.labels
    np.testing.assert_allclose(np.einsum("akt,kt->a", found.W, m.mean[0]), made.estimate, atol=1e-12)
    sizes = aggregate_weights(m.cohorts, kind, periods=m.periods, mass=m.n, comparison=comparison)
    np.testing.assert_array_equal(sizes.W, found.W)


def test_horizons_are_the_means_of_their_event_times() -> None:
    fit = estimate(as_panel(world(T=24, cohorts=(6, 9))))
    event, window = fit.aggregate("event", band=False), fit.aggregate("window")
    assert window.labels == tuple(HORIZONS)
    times = np.array(event.labels, dtype=float)
    for i, (low, high) in enumerate(HORIZONS.values()):
        held = (times >= low) & (times <= high)
        assert window.estimate[i] == pytest.approx(event.estimate[held].mean(), abs=1e-12)
        assert window.se[i] == pytest.approx(np.sqrt(event.covariance[np.ix_(held, held)].mean()), rel=1e-10)


def test_two_groups_two_periods_is_the_welch_test() -> None:
    """With one change and one base period the small-sample error and its freedom are those of Welch's t-test."""
    from scipy import stats

    rng = np.random.default_rng(3)
    Y = np.c_[np.zeros(16), np.r_[rng.normal(1, 2, 5), rng.normal(0, 1, 11)]]
    fit = estimate(Panel(np.arange(16), np.array([1.0, 2.0]), np.r_[np.full(5, 2.0), np.full(11, np.inf)], Y))
    simple = fit.aggregate("simple")
    known = stats.ttest_ind(Y[:5, 1], Y[5:, 1], equal_var=False)
    assert simple.estimate[0] / simple.small_sample_se[0] == pytest.approx(known.statistic, rel=1e-10)
    assert simple.df[0] == pytest.approx(known.df, rel=1e-10)


def test_small_sample_error_refuses_what_rests_on_one_site() -> None:
    w = world()
    lonely = np.where(np.arange(60) == 0, 9.0, w.cohort)
    event = estimate(Panel(np.arange(60), w.periods, lonely, w.Y[0])).aggregate("event", band=False)
    reach = np.array(event.labels, dtype=float)
    touched = (reach <= 1) & (reach >= -7)  # event times at which cohort 9 is seen
    np.testing.assert_array_equal(np.isnan(event.small_sample_se), touched)
    assert np.isfinite(event.se).all()


def test_balance_keeps_the_same_cohorts_over_event_time() -> None:
    fit = estimate(as_panel(world(T=12, cohorts=(4, 7, 11))))
    event = fit.aggregate("event", balance_e=3, band=False)
    kept = (fit.group <= 12 - 3) & np.isin(fit.event, event.labels)
    assert max(event.labels) == 3
    assert set(fit.group[kept]) == {4.0, 7.0}
    last = event.labels.index(3.0)
    held = kept & (fit.event == 3)
    share = np.array([fit.n[g] for g in fit.group[held]], dtype=float)
    assert event.estimate[last] == pytest.approx(np.average(fit.att[held], weights=share), abs=1e-12)

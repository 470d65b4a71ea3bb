"""Permutation inference against brute force, and against what must not change it."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

from holdfast.evaluate.estimate.small import arrangements, permutation, permutations

sys.path.insert(0, str(Path(__file__).parent))
from few_worlds import World, world


def by_hand(at: World, labels: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Σ W · cohort means for one arrangement, the slow way."""
    means = np.stack([Y[labels == k].mean(axis=0) for k in range(len(at.aggregates.onset))])
    return np.einsum("akt,kt->a", at.aggregates.W, means)


@pytest.mark.parametrize("comparison", ["never", "not_yet"])
def test_estimate_is_the_aggregate_of_cohort_means(comparison: str) -> None:
    at = world([18, 18, 20, 24, 24, 24, 30], 15, np.random.default_rng(1), 0.7, comparison=comparison)
    found = permutation(at.Y, at.label, at.aggregates, arrangements(at.label, draws=49))
    np.testing.assert_allclose(found.estimate, by_hand(at, at.label, at.Y), atol=1e-12)


def test_p_value_of_a_block_design_is_the_share_of_arrangements_as_extreme() -> None:
    """One start date and no studentising: nothing but the definition of a permutation test."""
    at = world([20, 20], 10, np.random.default_rng(2), 1.0)
    every = arrangements(at.label)
    assert every.enumerated
    found = permutation(at.Y, at.label, at.aggregates, every, scale="none")
    slow = np.array([by_hand(at, row, at.Y) for row in every.labels])
    wanted = (np.abs(slow) >= np.abs(found.estimate) - 1e-9).mean(axis=0)
    rows = [at.names.index(name) for name in ("simple overall", "event 0", "event 5", "event -2")]
    np.testing.assert_allclose(found.p[rows[0]], wanted[rows[0]], atol=1e-12)
    # an event time is tested with the other event times' estimated effects taken away, hence not to the last digit
    np.testing.assert_allclose(found.p[rows], wanted[rows], atol=0.06)


def test_interval_holds_exactly_the_effects_whose_p_value_exceeds_five_per_cent() -> None:
    """Brute force: subtract each hypothesised effect from the real adopters, permute, count."""
    at = world([20, 20, 20], 9, np.random.default_rng(3), 0.8)
    every = arrangements(at.label)
    found = permutation(at.Y, at.label, at.aggregates, every, scale="none")
    on = (np.arange(at.Y.shape[1]) >= 20) & (at.label == 0)[:, None]

    def p(effect: float) -> float:
        slow = np.array([by_hand(at, row, at.Y - effect * on)[0] for row in every.labels])
        return float((np.abs(slow) >= abs(found.estimate[0] - effect) - 1e-9).mean())

    for end, inwards in ((found.low[0], 1e-3), (found.high[0], -1e-3)):
        assert p(end + inwards) > 0.05
        assert p(end - inwards) <= 0.05
    assert (found.low[0] > 0 or found.high[0] < 0) == (found.p[0] <= 0.05)


@pytest.mark.parametrize("scale", ["none", "noise", "dispersion", "auto"])
def test_interval_and_p_value_agree(scale: str) -> None:
    rng = np.random.default_rng(4)
    for effect in (0.0, 0.3, 0.6):
        at = world([18, 20, 20, 22, 24, 26, 28], 30, rng, effect)
        found = permutation(at.Y, at.label, at.aggregates, arrangements(at.label, draws=199), scale=scale)  # type: ignore[arg-type]
        seen = np.isfinite(found.p) & np.isfinite(found.low)
        outside = (found.low > 0) | (found.high < 0)
        assert (outside == (found.p <= 0.05))[seen].all()


def test_one_adopter_among_too_few_gives_no_bound_rather_than_a_false_one() -> None:
    at = world([20], 12, np.random.default_rng(5), 3.0)
    found = permutation(at.Y, at.label, at.aggregates, arrangements(at.label))
    assert found.smallest_p == pytest.approx(1 / 13)
    assert np.isinf(found.low[0])
    assert np.isinf(found.high[0])


def test_units_and_a_shift_of_every_site_change_nothing() -> None:
    at = world([18, 22, 24, 26, 28], 25, np.random.default_rng(6), 0.5)
    ways = arrangements(at.label, draws=99)
    one = permutation(at.Y, at.label, at.aggregates, ways)
    two = permutation(1000 * (at.Y + np.sin(np.arange(at.Y.shape[1]))), at.label, at.aggregates, ways)
    np.testing.assert_allclose(one.p, two.p)
    np.testing.assert_allclose(1000 * one.low, two.low, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(one.simultaneous_p, two.simultaneous_p)


def test_adding_an_effect_moves_the_interval_by_it() -> None:
    at = world([18, 22, 24, 26, 28], 25, np.random.default_rng(7))
    ways = arrangements(at.label, draws=99)
    since = np.arange(at.Y.shape[1]) >= at.aggregates.onset[at.label][:, None]
    one = permutation(at.Y, at.label, at.aggregates, ways)
    two = permutation(at.Y + 2.5 * since, at.label, at.aggregates, ways)
    after = at.aggregates.first >= 0
    np.testing.assert_allclose(two.low[after], one.low[after] + 2.5, atol=1e-6)
    np.testing.assert_allclose(two.high[after], one.high[after] + 2.5, atol=1e-6)


def test_band_is_wider_than_each_interval_and_simultaneous_p_larger() -> None:
    at = world([18, 20, 22, 24, 26, 28], 40, np.random.default_rng(8), 0.4)
    found = permutation(at.Y, at.label, at.aggregates, arrangements(at.label, draws=499))
    width = found.high - found.low
    assert np.isfinite(width).all()
    assert (found.band[:, 1] - found.band[:, 0] >= width).all()
    assert (found.simultaneous_p >= found.p - 0.02).all()


def test_equal_weights_are_no_weights() -> None:
    at = world([18, 20, 22, 24, 26, 28], 20, np.random.default_rng(9), 0.4)
    ways = arrangements(at.label, draws=99)
    one = permutation(at.Y, at.label, at.aggregates, ways)
    two = permutation(at.Y, at.label, at.aggregates, ways, weight=np.full(len(at.Y), 7.0))
    np.testing.assert_allclose(one.low, two.low, atol=1e-9)


def rejections(starts: list[int], n0: int, scale: str, studies: int, seed: int, noisy: float) -> float:
    rng = np.random.default_rng(seed)
    ways = arrangements(world(starts, n0, rng).label, draws=399, limit=50)
    out = []
    for _ in range(studies):
        at = world(starts, n0, rng, noisy=noisy)
        found = permutation(at.Y, at.label, at.aggregates, ways, scale=scale)  # type: ignore[arg-type]
        out.append(found.p[0] <= 0.05)
    return float(np.mean(out))


@pytest.mark.parametrize("starts", [[20], [18, 24], [18, 20, 22, 24, 26]])
def test_false_positives_with_few_adopters_alike_and_noisier(starts: list[int]) -> None:
    """At 200 studies the Monte Carlo error is 1.5 points; analytic errors give 86, 36 and 15 % here."""
    assert rejections(starts, 40, "auto", 200, 11, noisy=1.0) <= 0.095
    assert rejections(starts, 40, "auto", 200, 12, noisy=2.0) <= 0.095


def test_without_studentising_noisier_adopters_are_called_effects() -> None:
    """The reason `auto` divides: this test fails if the plain difference were honest after all."""
    assert rejections([18, 24], 40, "none", 150, 13, noisy=2.0) > 0.15


def test_speed() -> None:
    """94 adopters in 16 cohorts among 118 sites, 1,999 arrangements: promised in 0.3 s, on an idle machine."""
    rng = np.random.default_rng(14)
    at = world(np.sort(rng.integers(14, 30, 94)).tolist(), 24, rng)
    start = time.process_time()
    permutation(at.Y, at.label, at.aggregates, arrangements(at.label))
    assert time.process_time() - start < 1.0


def test_outcomes_together_are_each_outcome_alone_and_covary_as_they_should() -> None:
    one = world([18, 20, 22, 24, 26, 28], 30, np.random.default_rng(15), 0.4)
    two = one.Y + np.random.default_rng(16).normal(size=one.Y.shape) * 0.1
    ways = arrangements(one.label, draws=199)
    both = permutations(np.stack([one.Y, two]), one.label, (one.aggregates,), ways)
    for Y, found in zip((one.Y, two), both, strict=True):
        alone = permutation(Y, one.label, one.aggregates, ways)
        np.testing.assert_allclose(found.low, alone.low)
    assert np.corrcoef(both[0].draws[:, 0], both[1].draws[:, 0])[0, 1] > 0.9


def test_missing_site_periods_are_refused_with_what_to_do() -> None:
    at = world([18, 20], 10, np.random.default_rng(17))
    at.Y[3, 4] = np.nan
    with pytest.raises(ValueError, match=r"1 site-periods are missing.*Welch"):
        permutation(at.Y, at.label, at.aggregates, arrangements(at.label))

"""Partial pooling and post-stratification, held to integrals, to a mixed model, and to simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import betaln, expit

from holdfast.involve.weights import joint, pool, poststratify


def test_the_pooled_mean_is_that_of_integrating_the_model_out() -> None:
    """The same posterior by adaptive quadrature over the logit centre and log kappa: 0.005, the grid's coarseness."""
    k, n = np.array([3.0, 12.0, 5.0]), np.array([20.0, 20.0, 10.0])

    def density(log_kappa: float, logit: float) -> float:
        a, b = expit(logit) * np.exp(log_kappa), expit(-logit) * np.exp(log_kappa)
        return float(np.exp((betaln(a + k, b + n - k) - betaln(a, b)).sum() - log_kappa / 2 + 30))

    def mean_of(log_kappa: float, logit: float, i: int) -> float:
        a, kappa = expit(logit) * np.exp(log_kappa), np.exp(log_kappa)
        return (a + k[i]) / (kappa + n[i]) * density(log_kappa, logit)

    box = (-5, 5, np.log(0.5), np.log(2000))
    whole = integrate.dblquad(density, *box, epsabs=1e-4, epsrel=1e-4)[0]
    means = [integrate.dblquad(mean_of, *box, args=(i,), epsabs=1e-4, epsrel=1e-4)[0] / whole for i in range(3)]
    assert np.allclose(pool(k, n).share, means, atol=0.005)


def test_groups_alike_borrow_and_groups_apart_do_not() -> None:
    alike, apart = pool([5, 6, 5, 6, 5], [10] * 5), pool([2, 98, 50, 10, 90], [100] * 5)
    assert np.ptp(alike.share) < 0.5 * 0.1
    assert np.allclose(apart.share, [0.02, 0.98, 0.5, 0.1, 0.9], atol=0.015)
    assert alike.kappa > 5 * apart.kappa


def test_a_group_nobody_spoke_from_is_as_unsure_as_a_new_one() -> None:
    found = pool([50, 55, 0], [100, 100, 0])
    assert found.high[2] - found.low[2] > 2 * (found.high[0] - found.low[0])
    with pytest.raises(ValueError, match="0 ≤ successes ≤ trials"):
        pool([3], [2])


def test_pooled_intervals_cover_simulated_groups() -> None:
    """Three hundred groups of 15 in sets of five, true shares spread by a beta: 95 % less three standard errors."""
    rng = np.random.default_rng(3)
    inside = []
    for _ in range(60):
        truth = rng.beta(6, 4, 5)
        found = pool(rng.binomial(15, truth), np.full(5, 15))
        inside.append((found.low <= truth) & (truth <= found.high))
    assert 0.912 < np.mean(inside) < 0.99


GRID = np.stack(np.meshgrid(np.arange(5), np.arange(3), indexing="ij"), -1).reshape(-1, 2)


def test_with_many_voices_it_is_the_sum_over_cells_by_people() -> None:
    rng = np.random.default_rng(1)
    p, people = rng.uniform(0.2, 0.8, 15), rng.uniform(1, 5, 15)
    n = np.full(15, 40_000.0)
    found = poststratify(p * n, n, GRID.T, people)
    assert found.share == pytest.approx(float(people @ p / people.sum()), abs=1e-3)
    assert np.allclose(found.cells, p, atol=0.01) and found.converged


def test_cells_are_near_those_of_a_mixed_model() -> None:
    """statsmodels' BinomialBayesMixedGLM on the same crossed effects, without a term for each cell and with another
    prior on the spreads: so 0.06 at most and 0.03 on average, on shares that range over half the scale."""
    from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

    rng = np.random.default_rng(2)
    truth = expit(rng.normal(0, 1, 5)[GRID[:, 0]] + rng.normal(0, 0.5, 3)[GRID[:, 1]])
    n = rng.integers(20, 60, 15)
    k = rng.binomial(n, truth)
    cell = np.repeat(np.arange(15), n)
    y = np.concatenate([np.r_[np.ones(b), np.zeros(a - b)] for a, b in zip(n, k, strict=True)])
    z = np.hstack([np.eye(5)[GRID[cell, 0]], np.eye(3)[GRID[cell, 1]]])
    peer = BinomialBayesMixedGLM(
        y, np.ones((len(y), 1)), z, np.r_[np.zeros(5, int), np.ones(3, int)], vcp_p=1
    ).fit_map()
    theirs = expit(
        peer.fe_mean[0] + np.eye(5)[GRID[:, 0]] @ peer.vc_mean[:5] + np.eye(3)[GRID[:, 1]] @ peer.vc_mean[5:]
    )
    ours = poststratify(k, n, GRID.T, np.ones(15)).cells
    assert np.ptp(theirs) > 0.4
    assert np.abs(ours - theirs).max() < 0.06 and np.abs(ours - theirs).mean() < 0.03


def test_a_level_nobody_spoke_from_widens_the_answer() -> None:
    n = np.where(GRID[:, 0] == 4, 0, 30)
    reached = poststratify(n * 0.5, n, GRID.T, np.where(GRID[:, 0] == 4, 0.0, 1.0))
    whole = poststratify(n * 0.5, n, GRID.T, np.ones(15))
    assert whole.se > 1.15 * reached.se
    empty = GRID[:, 0] == 4
    assert (whole.cells_high - whole.cells_low)[empty].min() > 1.2 * (whole.cells_high - whole.cells_low)[~empty].max()
    with pytest.raises(ValueError, match="people who spoke"):
        poststratify(np.zeros(15), np.zeros(15), GRID.T, np.ones(15))


def test_a_joint_make_up_keeps_both_margins_and_the_pattern_of_those_who_spoke() -> None:
    rng = np.random.default_rng(5)
    age = rng.integers(0, 2, 4000)
    area = np.where(rng.random(4000) < 0.8, age, 1 - age)
    table = joint([age, area], [[0.3, 0.7], [0.6, 0.4]]).reshape(2, 2)
    assert np.allclose(table.sum(axis=1), [0.3, 0.7]) and np.allclose(table.sum(axis=0), [0.6, 0.4])
    odds = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    seen = stats.contingency.crosstab(age, area).count
    assert odds == pytest.approx(seen[0, 0] * seen[1, 1] / (seen[0, 1] * seen[1, 0]), rel=0.02)

"""Partial pooling of group effects."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from holdfast.evaluate.forwhom.pooling import pool, tau_paule_mandel, tau_reml

# Rubin (1981), eight schools: effects and standard errors of coaching.
SCHOOLS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
SCHOOLS_SE = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def test_eight_schools():
    """Published: mean about 8 (posterior sd about 5), REML and Paule-Mandel tau zero, school A near 11 and
    everyone between 5 and 11 (Gelman et al., Bayesian Data Analysis, 5.5, flat prior on tau)."""
    found = pool(SCHOOLS, np.diag(SCHOOLS_SE**2))
    assert found.tau_reml == 0
    assert found.tau_pm == 0
    assert found.overall == pytest.approx(8, abs=0.7)
    assert found.overall_se == pytest.approx(5, abs=0.7)
    assert found.mean[0] == pytest.approx(11, abs=1)
    assert found.mean.min() > 4.5
    assert (found.raw == SCHOOLS).all()


def test_posterior_against_direct_integration():
    """Two correlated groups, the same model integrated numerically over tau without the rotation."""
    b, v = np.array([1.0, 3.0]), np.array([[0.5, 0.2], [0.2, 1.0]])
    ones = np.ones(2)
    scale = 5 * np.sqrt(np.mean(np.diag(v)))

    def parts(tau):
        w = np.linalg.inv(v + tau**2 * np.eye(2))
        info = ones @ w @ ones
        mu = ones @ w @ b / info
        r = b - mu
        like = np.sqrt(np.linalg.det(w) / info) * np.exp(-0.5 * r @ w @ r) / (1 + (tau / scale) ** 2)
        return like, mu, (b - v @ w @ r)[0]

    total = quad(lambda t: parts(t)[0], 0, np.inf)[0]
    mu = quad(lambda t: parts(t)[0] * parts(t)[1], 0, np.inf)[0] / total
    first = quad(lambda t: parts(t)[0] * parts(t)[2], 0, np.inf)[0] / total
    found = pool(b, v)
    assert found.overall == pytest.approx(mu, rel=1e-3)
    assert found.mean[0] == pytest.approx(first, rel=1e-3)


def test_tau_estimates_solve_their_equations():
    rng = np.random.default_rng(1)
    v = 0.3 * np.ones((7, 7)) + np.diag(rng.uniform(0.2, 1, 7))
    b = rng.multivariate_normal(np.zeros(7), v + 4 * np.eye(7))
    pm = tau_paule_mandel(b, v)
    w = np.linalg.inv(v + pm**2 * np.eye(7))
    mu = np.sum(w @ b) / w.sum()
    assert (b - mu) @ w @ (b - mu) == pytest.approx(6)

    def restricted(tau):
        inverse = np.linalg.inv(v + tau**2 * np.eye(7))
        m = np.sum(inverse @ b) / inverse.sum()
        return np.linalg.slogdet(inverse)[1] - np.log(inverse.sum()) - (b - m) @ inverse @ (b - m)

    best = tau_reml(b, v)
    assert restricted(best) >= max(restricted(best * 0.99), restricted(best * 1.01))


def test_pooling_pulls_towards_the_mean_and_keeps_missing_groups():
    found = pool([0.0, 4.0, np.nan, 2.0], np.diag([1.0, 1.0, np.nan, 1.0]))
    assert 0 < found.mean[0] < found.overall < found.mean[1] < 4
    assert np.isnan(found.mean[2])
    assert ((found.shrinkage >= 0) & (found.shrinkage <= 1))[[0, 1, 3]].all()
    far = pool([0.0, 400.0, 200.0], np.eye(3))
    assert far.mean == pytest.approx([0, 400, 200], abs=0.5)
    assert pool([1.0, np.nan], np.eye(2)) is None


@pytest.mark.parametrize("groups", [2, 3, 6])
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_coverage(groups, spread):
    """Average over groups; the calibration runs more groups, spreads and repeats."""
    rng = np.random.default_rng(groups)
    hit = 0
    for _ in range(300):
        s = rng.uniform(0.5, 2, groups)
        v = (0.3 + 0.7 * np.eye(groups)) * np.outer(s, s)
        truth = rng.normal(1, spread, groups)
        found = pool(rng.multivariate_normal(truth, v), v)
        hit += np.sum((found.lower <= truth) & (truth <= found.upper))
    assert hit / (300 * groups) > 0.93

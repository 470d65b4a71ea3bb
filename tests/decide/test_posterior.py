"""Probabilities from posteriors, held to simulation, to SciPy's own distributions, and to their edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from holdfast.decide.posterior import at_least, both, expected_loss, quantile, with_prior, within

RNG = np.random.default_rng(4)
DRAWS = 400_000
CLOSE = 0.004  # five standard errors of a share from 400,000 draws


def _a(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize("df", [np.inf, 30.0, 4.0, 2.0])
@pytest.mark.parametrize(("mean", "bar"), [(0.5, 1.0), (2.0, 1.0), (-0.3, 0.2), (0.0, 0.0)])
def test_chances_agree_with_simulation(df: float, mean: float, bar: float) -> None:
    noise = RNG.standard_normal(DRAWS) if np.isinf(df) else RNG.standard_t(df, DRAWS)
    effect = mean + 0.7 * noise
    assert at_least(_a(mean), _a(0.7), _a(df), _a(bar))[0] == pytest.approx((effect >= bar).mean(), abs=CLOSE)
    assert within(_a(mean), _a(0.7), _a(df), _a(bar))[0] == pytest.approx((abs(effect) < bar).mean(), abs=CLOSE)


def test_normal_and_t_cells_may_stand_side_by_side() -> None:
    p = at_least(_a(1, 1), _a(1, 1), _a(np.inf, 5), _a(0, 0))
    assert p == pytest.approx([stats.norm.cdf(1), stats.t.cdf(1, 5)], abs=1e-12)
    assert quantile(0.975, _a(np.inf, 5)) == pytest.approx([1.959964, 2.570582], abs=1e-6)


@pytest.mark.parametrize("rho", [-0.95, -0.5, 0.0, 0.3, 0.9, 0.99])
@pytest.mark.parametrize(("p", "q"), [(0.9, 0.8), (0.5, 0.5), (0.02, 0.97)])
def test_joint_chance_agrees_with_the_bivariate_normal(p: float, q: float, rho: float) -> None:
    """To 1e-6: the quadrature's own error at |ρ| = 0.99, and SciPy's tolerance."""
    h = stats.norm.ppf([p, q])
    truth = stats.multivariate_normal.cdf(h, cov=[[1, rho], [rho, 1]])
    assert both(_a(p), _a(q), _a(rho))[0] == pytest.approx(truth, abs=1e-6)


def test_joint_chance_of_correlated_effects_agrees_with_simulation() -> None:
    there, here = RNG.multivariate_normal([2.0, 0.3], [[0.49, 0.3], [0.3, 0.64]], DRAWS).T
    works = at_least(_a(2.0), _a(0.7), _a(np.inf), _a(1.0))
    fails = 1 - at_least(_a(0.3), _a(0.8), _a(np.inf), _a(1.0))
    rho = 0.3 / (0.7 * 0.8)
    assert both(works, fails, _a(-rho))[0] == pytest.approx(((there >= 1) & (here < 1)).mean(), abs=CLOSE)


def test_expected_loss_agrees_with_simulation() -> None:
    """Acting on the sign of 0.4 loses whatever the truth, drawn about it, lies on the other side by."""
    truth = 0.4 + RNG.standard_normal(DRAWS)
    assert expected_loss(_a(0.4), _a(1.0))[0] == pytest.approx(np.maximum(-truth, 0).mean(), abs=CLOSE)
    assert expected_loss(_a(0.4, -0.4), _a(0.0, 0.0)) == pytest.approx([0.0, 0.0], abs=1e-12)


def test_a_prior_shrinks_towards_no_effect_as_conjugacy_says() -> None:
    mean, sd = with_prior(_a(2.0), _a(1.0), _a(1.0))
    assert (mean[0], sd[0]) == pytest.approx((1.0, np.sqrt(0.5)))
    mean, sd = with_prior(_a(2.0), _a(1.0), _a(0.0))
    assert (mean[0], sd[0]) == (2.0, 1.0)


@given(st.floats(-5, 5), st.floats(0.01, 5), st.floats(0, 3), st.sampled_from([np.inf, 3.0, 20.0]))
def test_the_three_regions_add_to_one(mean: float, sd: float, bar: float, df: float) -> None:
    m, s, b, d = _a(mean), _a(sd), _a(bar), _a(df)
    total = at_least(m, s, d, b) + at_least(-m, s, d, b) + within(m, s, d, b)
    assert total[0] == pytest.approx(1.0, abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(-1, 1))
def test_a_joint_chance_keeps_the_frechet_bounds(p: float, q: float, rho: float) -> None:
    joint = both(_a(p), _a(q), _a(rho))[0]
    assert max(0.0, p + q - 1) - 1e-4 <= joint <= min(p, q) + 1e-12


def test_points_and_the_unknown() -> None:
    inf = _a(np.inf)
    assert at_least(_a(1.0), _a(0.0), inf, _a(1.0))[0] == 1.0
    assert at_least(_a(0.9), _a(0.0), inf, _a(1.0))[0] == 0.0
    assert np.isnan(at_least(_a(np.nan), _a(1.0), inf, _a(1.0))[0])
    assert np.isnan(both(_a(np.nan), _a(0.5), _a(0.2))[0])

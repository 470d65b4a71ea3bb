"""Rambachan & Roth (2023) against R HonestDiD, against brute force, and against what must hold."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import linprog

from holdfast.evaluate.check.sensitivity import (
    SingularCovarianceError,
    breakdown_m,
    breakdown_mbar,
    check_breakdown,
    event_study,
    relative_magnitudes,
    smoothness,
)
from holdfast.evaluate.check.sensitivity.conditional import least_favourable_value
from holdfast.evaluate.check.sensitivity.frontier import lasso_corners
from holdfast.evaluate.check.sensitivity.relative import _moments, _one_period_changes, _vertices
from holdfast.evaluate.check.sensitivity.smoothness import folded_normal_quantile


def ar1(rho, sd):
    lag = np.abs(np.subtract.outer(np.arange(len(sd)), np.arange(len(sd))))
    return rho**lag * np.outer(sd, sd)


CORR33 = np.array(
    [
        [0.0004, 0.000162, 6.48e-05, 5.4675e-05, 2.788425e-05, 1.476225e-05],
        [0.000162, 0.000324, 0.0001296, 0.00010935, 5.57685e-05, 2.95245e-05],
        [6.48e-05, 0.0001296, 0.000256, 0.000216, 0.00011016, 5.832e-05],
        [5.4675e-05, 0.00010935, 0.000216, 0.0009, 0.000459, 0.000243],
        [2.788425e-05, 5.57685e-05, 0.00011016, 0.000459, 0.001156, 0.000612],
        [1.476225e-05, 2.95245e-05, 5.832e-05, 0.000243, 0.000612, 0.0016],
    ]
)
STUDIES = {
    "diag33": ((0.01, -0.02, 0, 0.5, 0.4, 0.3), np.diag([0.0025] * 3 + [0.01] * 3), 3, 3, (1, 0, 0)),
    "corr33": ((0.012, -0.018, 0.009, 0.21, 0.26, 0.31), CORR33, 3, 3, (0, 1, 0)),
    "corr42": (
        (0.03, -0.01, 0.02, -0.015, 0.2, 0.25),
        ar1(0.5, [0.02, 0.02, 0.02, 0.02, 0.05, 0.06]),
        4,
        2,
        (0.5, 0.5),
    ),
    "single21": ((-0.02, 0.01, 0.15), ar1(0.3, [0.03, 0.03, 0.06]), 2, 1, (1,)),
}
# R HonestDiD 0.2.8, createSensitivityResults_relativeMagnitudes, Mbar 0, .5, 1, 2, 1,000 grid points over 40 standard
# errors: (lower limits, upper limits).
R_SETS = {
    ("diag33", "conditional"): (
        (0.306306306, 0.286286286, 0.258258258, 0.158158158),
        (0.694694695, 0.710710711, 0.742742743, 0.842842843),
    ),
    ("corr33", "conditional"): (
        (0.193993994, 0.162682683, 0.112312312, -0.004764765),
        (0.326046046, 0.354634635, 0.403643644, 0.520720721),
    ),
    ("corr42", "conditional"): (
        (0.132730279, 0.105993245, 0.069707269, -0.023872352),
        (0.317979734, 0.340897192, 0.375273380, 0.466943213),
    ),
    ("single21", "conditional"): (
        (0.032432432, 0.025225225, 0.010810811, -0.046846847),
        (0.265465465, 0.282282282, 0.303903904, 0.373573574),
    ),
    ("diag33", "C-LF"): (
        (0.310310310, 0.290290290, 0.258258258, 0.154154154),
        (0.690690691, 0.710710711, 0.738738739, 0.842842843),
    ),
    ("corr33", "C-LF"): (
        (0.193993994, 0.161321321, 0.110950951, -0.006126126),
        (0.326046046, 0.355995996, 0.405005005, 0.522082082),
    ),
    ("corr42", "C-LF"): (
        (0.132730279, 0.105993245, 0.069707269, -0.025782141),
        (0.316069946, 0.340897192, 0.377183168, 0.468853001),
    ),
    ("single21", "C-LF"): (
        (0.030030030, 0.022822823, 0.008408408, -0.051651652),
        (0.267867868, 0.284684685, 0.308708709, 0.378378378),
    ),
}


def medicaid(shared_data: Path, l_vec=None):
    file = np.load(shared_data / "reference" / "medicaid" / "betahat_sigma.npz")
    return event_study(file["b"], file["V"], 5, 2, l_vec)


@pytest.mark.parametrize(("name", "method"), list(R_SETS))
def test_relative_magnitudes_are_r_honestdid(name, method):
    """Conditional sets have no simulation: R's limit is the first accepted grid point, so ours lies within one step
    outside it. C-LF sets differ further by R's critical value, the 0.995 quantile of 1,000 draws."""
    b, sigma, pre, post, l_vec = STUDIES[name]
    study = event_study(b, sigma, pre, post, l_vec)
    step = 40 * study.se / 999
    slack = 1e-6 if method == "conditional" else 0.8
    for mbar, low, high in zip((0, 0.5, 1, 2), *R_SETS[name, method], strict=True):
        found = relative_magnitudes(study, mbar, method=method)
        assert -slack <= (low - found.lower) / step <= 1 + slack
        assert -slack <= (found.upper - high) / step <= 1 + slack


@pytest.mark.parametrize(
    ("l_vec", "mbar", "low", "high"),
    [
        (None, 0.5, 0.0241, 0.0673),
        (None, 1, 0.0171, 0.0720),
        (None, 1.5, 0.0086, 0.0796),
        (None, 2, -0.0011, 0.0883),
    ],
)
def test_medicaid_relative_magnitudes(shared_data, l_vec, mbar, low, high):
    """Published to four decimals from a grid of step 3.7e-4 and a simulated critical value; held to 5e-4."""
    found = relative_magnitudes(medicaid(shared_data, l_vec), mbar)
    assert (found.lower, found.upper) == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize(
    ("mbar", "low", "high"),
    [(0, 0.041, 0.075), (0.5, 0.033, 0.080), (1, 0.020, 0.090), (1.5, 0.006, 0.103), (2, -0.008, 0.117)],
)
def test_medicaid_average_of_two_periods(shared_data, mbar, low, high):
    """Stata honestdid's README, printed to three decimals: half a unit of print plus half a step of its grid."""
    found = relative_magnitudes(medicaid(shared_data, [0.5, 0.5]), mbar)
    assert (found.lower, found.upper) == pytest.approx((low, high), abs=1e-3)


@pytest.mark.parametrize(
    ("m", "low", "high"),
    [
        (0, 0.0259, 0.0607),
        (0.01, 0.0132, 0.0787),
        (0.02, 0.00286, 0.0907),
        (0.03, -0.00714, 0.101),
        (0.05, -0.0271, 0.121),
    ],
)
def test_medicaid_smoothness(shared_data, m, low, high):
    """R HonestDiD's README, three significant figures."""
    found = smoothness(medicaid(shared_data), m)
    assert (found.lower, found.upper) == pytest.approx((low, high), abs=3e-4)


def test_medicaid_original_and_breakdown(shared_data):
    study = medicaid(shared_data)
    assert study.original_interval() == pytest.approx((0.029, 0.064), abs=6e-4)
    found = breakdown_mbar(study)
    assert 1.9 < found.value < 2.0
    assert found.significant
    assert not found.beyond_limit
    assert relative_magnitudes(study, found.value - 0.01).excludes(0)
    assert not relative_magnitudes(study, found.value + 0.01).excludes(0)
    assert 0.02 < breakdown_m(study).value < 0.03
    assert check_breakdown(found).status == "pass"


# R HonestDiD 0.2.8 on its own BCdata_EventStudy (4 periods before, 4 after), M = 0, .01, .02.
BC_B = [0.0066963518, 0.0293450337, -0.0064729722, 0.0730149895, 0.1959611177, 0.3120639026, 0.2395415455, 0.1260425001]
BC_S = np.zeros((8, 8))
BC_S[np.triu_indices(8)] = [
    *(8.42835812e-04, 4.76868678e-04, 2.61805108e-04, 2.35422034e-04, 1.67637147e-04, 1.12870766e-04, 1.99281621e-05),
    *(-1.36826537e-04, 6.42542029e-04, 3.98742501e-04, 2.43551520e-04, 2.20196031e-04, 1.80459116e-04, 3.84376508e-05),
    *(-2.96042199e-05, 5.22994960e-04, 2.11768609e-04, 1.84072225e-04, 1.45852784e-04, 7.00519740e-05, 5.95299498e-05),
    *(3.08959541e-04, 1.19786608e-04, 1.33408132e-04, 1.01633501e-04, 1.07905173e-04, 3.59970436e-04, 2.47881864e-04),
    *(1.74957924e-04, 1.65425692e-04, 4.26394981e-04, 2.17143781e-04, 2.89274788e-04, 4.88669786e-04, 3.80532205e-04),
    7.61739444e-04,
]
BC_S = BC_S + np.triu(BC_S, 1).T


@pytest.mark.parametrize(
    ("l_vec", "lows", "highs"),
    [
        (None, (0.131411316, 0.154965267, 0.177301088), (0.216169648, 0.270384530, 0.315956468)),
        ([0.25] * 4, (0.133193369, 0.124138266, 0.113901859), (0.230362614, 0.368035365, 0.476743542)),
    ],
)
def test_smoothness_on_a_second_study(l_vec, lows, highs):
    """R draws its folded-normal quantile and searches coarsely: held to 1e-3, a twentieth of a standard error."""
    study = event_study(BC_B, BC_S, 4, 4, l_vec)
    for m, low, high in zip((0, 0.01, 0.02), lows, highs, strict=True):
        found = smoothness(study, m)
        assert (found.lower, found.upper) == pytest.approx((low, high), abs=1e-3)


def test_relative_magnitudes_on_a_second_study():
    """R on a wide grid of 10,000 points (its default grid cuts these sets off)."""
    study = event_study(BC_B, BC_S, 4, 4, [0.25] * 4)
    for mbar, low, high in ((0.5, 0.067754398, 0.369191389), (1, -0.069686179, 0.506631967)):
        found = relative_magnitudes(study, mbar)
        assert (found.lower, found.upper) == pytest.approx((low, high), abs=6e-4)


def _dual_vertices(y_rows, sd, x):
    """Every vertex of {g >= 0, sd'g = 1, x'g = 0} by trying every basis: slow, and knows nothing of the structure."""
    equality = np.column_stack([sd, x])
    target = np.eye(1, equality.shape[1]).ravel()
    found = []
    for basis in combinations(range(len(sd)), equality.shape[1]):
        square = equality[list(basis)].T
        if np.linalg.cond(square) < 1e10:
            g = np.linalg.solve(square, target)
            if (g > -1e-12).all():
                full = np.zeros(len(sd))
                full[list(basis)] = g
                found.append(full)
    return np.array(found) @ y_rows


@pytest.mark.parametrize(("pre", "post"), [(1, 2), (2, 3), (3, 2), (2, 4)])
@pytest.mark.parametrize("mbar", [0.0, 0.7, 2.0])
def test_closed_form_vertices_are_the_dual_programmes(pre, post, mbar):
    """The largest vertex value is the linear programme's, and no vertex found by enumeration lies outside ours."""
    rng = np.random.default_rng(pre * 10 + post)
    n = pre + post
    root = rng.normal(size=(n, 2 * n))
    l_vec = rng.normal(size=post)
    study = event_study(rng.normal(size=n), root @ root.T / n, pre, post, l_vec)
    moments = _moments(study, mbar)
    changes = _one_period_changes(study)
    basis = np.linalg.svd(l_vec[None, :])[2][1:]
    for b, v in enumerate(np.concatenate([changes[:pre], -changes[:pre]])):
        rows = np.concatenate([changes[pre:] - mbar * v, -changes[pre:] - mbar * v])
        sd = np.sqrt(np.einsum("ij,jk,ik->i", rows, study.sigma, rows))
        x = rows[:, pre:] @ basis.T
        theta = 0.3
        y = rows @ study.betahat - rows[:, pre:] @ l_vec / (l_vec @ l_vec) * theta
        programme = linprog(np.eye(1, post).ravel(), A_ub=-np.column_stack([sd, x]), b_ub=-y, bounds=(None, None))
        ours = moments.value[b] - moments.slope[b] * theta
        assert ours.max() == pytest.approx(programme.fun, abs=1e-9)
        brute = _dual_vertices(rows, sd, x)
        drawn = rng.multivariate_normal(np.zeros(n), study.sigma, size=200)
        g_rows = (drawn @ brute.T).max(axis=1)
        ours_drawn = drawn @ _vertices(study, changes[pre:], v, mbar).T
        assert ours_drawn.max(axis=1) == pytest.approx(g_rows, abs=1e-9)


def test_no_violation_gives_the_ordinary_interval():
    """With Mbar = 0 the test is two-sided normal; kappa's two stages add up to the same 5 %."""
    study = event_study([0.1, -0.2, 0.3, 1.0, 1.5], np.diag([1, 2, 1, 2, 3.0]), 3, 2, [0.5, 0.5])
    for method in ("C-LF", "conditional"):
        found = relative_magnitudes(study, 0, method=method)
        assert (found.lower, found.upper) == pytest.approx(study.original_interval(), rel=2e-3)


def test_the_least_favourable_value_of_one_moment_is_normal():
    assert least_favourable_value(np.array([[[4.0]]]), 0.05)[0] == pytest.approx(2 * 1.6449, abs=2e-3)


@settings(max_examples=25, deadline=None)
@given(
    pre=st.integers(1, 5),
    post=st.integers(1, 4),
    scale=st.floats(0.01, 100),
    seed=st.integers(0, 10_000),
    mbar=st.floats(0, 3),
)
def test_units_and_sign_do_not_matter(pre, post, scale, seed, mbar):
    """Changing the outcome's unit or its sign changes the set in the same way."""
    rng = np.random.default_rng(seed)
    n = pre + post
    root = rng.normal(size=(n, 2 * n))
    b, sigma, l_vec = rng.normal(size=n), root @ root.T / n, rng.uniform(0.1, 1, post)
    base = relative_magnitudes(event_study(b, sigma, pre, post, l_vec), mbar)
    other = relative_magnitudes(event_study(-scale * b, scale**2 * sigma, pre, post, l_vec), mbar)
    width = max(abs(base.upper), abs(base.lower), 1e-9)
    assert -other.lower / scale == pytest.approx(base.upper, abs=0.02 * width, nan_ok=True)
    assert -other.upper / scale == pytest.approx(base.lower, abs=0.02 * width, nan_ok=True)
    flat, flipped = (smoothness(event_study(s * b, s**2 * sigma, pre, post, l_vec), s * 0.3) for s in (1, scale))
    assert flipped.lower / scale == pytest.approx(flat.lower, rel=1e-5, abs=1e-5 * width)


def test_smoothness_limits():
    """Large M forces extrapolation of the last step before the change; its half-length grows by one M per unit."""
    study = event_study(BC_B, BC_S, 4, 4)
    wide = smoothness(study, 50.0)
    assert (wide.lower + wide.upper) / 2 == pytest.approx(BC_B[4] + BC_B[3], abs=1e-6)
    assert smoothness(study, 51.0).upper - wide.upper == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("size", [1, 2, 5, 12])
def test_the_frontier_is_optimal_at_each_corner(size):
    """Each corner satisfies the lasso's conditions, and the last is least squares."""
    rng = np.random.default_rng(size)
    root = rng.normal(size=(size, size))
    quadratic, linear = root @ root.T + 0.05 * np.eye(size), rng.normal(size=size)
    corners = lasso_corners(quadratic, linear)
    assert corners[0] == pytest.approx(np.zeros(size))
    assert corners[-1] == pytest.approx(-np.linalg.solve(quadratic, linear), abs=1e-8)
    for u in corners[1:]:
        gradient = quadratic @ u + linear
        mu = np.abs(gradient).max()
        on = np.abs(u) > 1e-10
        assert np.abs(gradient[on]) == pytest.approx(mu, abs=1e-8)
        assert (np.sign(gradient[on]) == -np.sign(u[on])).all() or mu < 1e-8


@pytest.mark.parametrize("mean", [0.0, 0.3, 1.0, 5.0, 12.0])
def test_folded_normal_quantile(mean):
    assert folded_normal_quantile(mean, 0.05) == pytest.approx(stats.foldnorm.ppf(0.95, mean), abs=1e-8)


def test_coverage_at_the_edge_of_the_restriction():
    """The violation after the change is exactly Mbar times the worst before it: the set covers at least 95 %."""
    rng = np.random.default_rng(5)
    sigma = ar1(0.6, [1.0] * 6)
    delta = np.array([0.0, -3.0, 0.0, 3.0, 6.0, 9.0])
    hit = 0
    for _ in range(400):
        study = event_study(rng.multivariate_normal(delta, sigma), sigma, 3, 3)
        found = relative_magnitudes(study, 1.0)
        hit += found.lower <= 0 <= found.upper
    assert hit / 400 > 0.93


@pytest.mark.parametrize(
    ("sigma", "says"),
    [
        (np.zeros((3, 3)), "not a covariance"),
        (np.ones((3, 3)), "singular"),
        (np.diag([1.0, 1.0, -1.0]), "not a covariance"),
    ],
)
def test_singular_covariances_are_refused(sigma, says):
    with pytest.raises(SingularCovarianceError, match=says):
        event_study([0.1, 0.2, 0.3], sigma, 2, 1)


def test_singular_but_usable_covariance_on_request():
    root = np.random.default_rng(0).normal(size=(6, 4))
    study = event_study(np.arange(6) * 0.1, root @ root.T, 3, 3, allow_singular=True)
    assert np.isfinite(relative_magnitudes(study, 1.0).upper)
    copied = np.ones((6, 6)) + np.diag([0, 0, 0, 1.0, 1.0, 1.0])
    with pytest.raises(SingularCovarianceError, match="before the change"):
        smoothness(event_study(np.arange(6) * 0.1, copied, 3, 3, allow_singular=True), 1.0)


@pytest.mark.parametrize(
    ("b", "sigma", "pre", "post", "l_vec", "says"),
    [
        ([1.0], np.eye(1), 0, 1, None, "at least one coefficient"),
        ([1.0, 2.0], np.eye(3), 1, 1, None, "shape"),
        ([1.0, 2.0], np.eye(2), 1, 1, [0.0], "not all zero"),
        ([1.0, np.nan], np.eye(2), 1, 1, None, "finite"),
        ([1.0, 2.0], [[1, 0.5], [0.1, 1]], 1, 1, None, "symmetric"),
    ],
)
def test_bad_input_says_what_to_do(b, sigma, pre, post, l_vec, says):
    with pytest.raises(ValueError, match=says):
        event_study(b, sigma, pre, post, l_vec)


def test_nothing_found_and_nothing_breaks():
    weak = event_study([0.1, -0.1, 0.5], np.eye(3), 2, 1)
    assert breakdown_mbar(weak).value == 0
    assert check_breakdown(breakdown_mbar(weak)).status == "not applicable"
    strong = event_study([0.0, 0.0, 1e6], np.eye(3), 2, 1)
    assert breakdown_mbar(strong).beyond_limit
    with pytest.raises(ValueError, match="zero or more"):
        relative_magnitudes(weak, -1)

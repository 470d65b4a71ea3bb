"""Held to statsmodels with dummies, to CR2 written out in full, and to diff-diff."""

import numpy as np
import pytest
import statsmodels.api as sm

from holdfast.evaluate.estimate.dose import dose_response, first_difference, long_difference, twfe
from holdfast.evaluate.estimate.dose.panel import read_panel
from holdfast.evaluate.estimate.dose.siteline import site_line
from holdfast.evaluate.estimate.dose.twfe import contrasts, fit_twfe


def dummies(y, dose, base):
    i, t = np.nonzero(np.isfinite(y))
    month = np.delete(np.eye(y.shape[1])[t], base, axis=1)
    return i, t, np.column_stack([np.eye(len(y))[i], month, month * dose[i][:, None]])


def test_twfe_is_statsmodels_with_dummies(ragged):
    """Same least squares and the same cluster formula: 1e-8 for the size of the normal equations."""
    y, dose, start, w = ragged
    i, t, x = dummies(y, dose, start - 1)
    theirs = sm.WLS(y[i, t], x, weights=w[i, t]).fit(cov_type="cluster", cov_kwds={"groups": i})
    fit = fit_twfe(read_panel(y, dose, start, w), start - 1)
    free = np.delete(np.arange(9), start - 1)
    rows = np.eye(9)[free] - np.eye(9)[start - 1]
    ours = contrasts(fit, rows, "CR1")
    np.testing.assert_allclose(ours.estimate, theirs.params[-8:], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.covariance, theirs.cov_params()[-8:, -8:], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(fit.lam[free], theirs.params[12:20], rtol=1e-8, atol=1e-10)


def test_cr2_and_its_df_are_the_textbook_matrices(ragged):
    """Pustejovsky & Tipton (2018) eq. 6 and 11 with every matrix formed, against the T × T algebra."""
    y, dose, start, w = ragged
    i, t, x = dummies(y, dose, start - 1)
    root = np.sqrt(w[i, t])
    x, z = root[:, None] * x, root * y[i, t]
    inverse = np.linalg.inv(x.T @ x)
    hat = x @ inverse @ x.T
    e = z - hat @ z
    fit = fit_twfe(read_panel(y, dose, start, w), start - 1)
    row = np.zeros(9)
    row[5:] = 0.25
    row[start - 1] = -1
    c = np.zeros(x.shape[1])
    c[-4:] = 0.25
    parts, square = [], 0.0
    for site in range(12):
        own = i == site
        values, vectors = np.linalg.eigh(np.eye(own.sum()) - hat[np.ix_(own, own)])
        power = np.where(values > 1e-8, np.maximum(values, 1e-8) ** -0.5, 0)
        q = (vectors * power) @ vectors.T @ x[own] @ inverse @ c
        square += float(q @ e[own]) ** 2
        parts.append((np.eye(len(i)) - hat)[:, own] @ q)
    products = np.array(parts) @ np.array(parts).T
    ours = contrasts(fit, row[None])
    assert ours.covariance[0, 0] == pytest.approx(square, rel=1e-8)
    assert ours.df[0] == pytest.approx(np.trace(products) ** 2 / np.sum(products**2), rel=1e-7)


def test_balanced_panel_is_the_long_difference(rng):
    """With nothing missing, the horizon effect is the slope of each site's change on its dose, HC2 and all."""
    dose, w = rng.gamma(2, 1, 40), rng.uniform(1, 9, 40)
    y = rng.normal(size=(40, 20)).cumsum(axis=1)
    result = dose_response(y, dose, 8, weights=w)
    change = y[:, 8:14].mean(axis=1) - y[:, :8].mean(axis=1)
    line = site_line(np.column_stack([np.ones(40), dose]), change, w)
    early = result.effect("early")
    assert early.estimate == pytest.approx(line.coefficients[1], rel=1e-9)
    assert early.se == pytest.approx(np.sqrt(line.covariance[1, 1]), rel=1e-9)
    theirs = sm.WLS(change, sm.add_constant(dose), weights=w).fit(cov_type="HC2")
    assert early.se == pytest.approx(theirs.bse[1], rel=1e-8)
    path = np.where(np.arange(20) >= 8, dose[:, None], 0.0)
    moved = long_difference(y, path, 8, weights=w)
    assert moved.effect("early").estimate == pytest.approx(early.estimate, rel=1e-9)
    assert moved.effect("early").se == pytest.approx(early.se, rel=1e-9)
    np.testing.assert_allclose(moved.influence, result.influence, rtol=1e-8, atol=1e-12)


def test_many_sites_agree_with_exact_cr2(rng):
    """Above 400 sites the unbalanced panel uses balanced leverages; at 420 sites that must not matter."""
    dose = rng.gamma(2, 1, 420)
    y = rng.normal(size=(420, 8))
    y[rng.random(y.shape) < 0.05] = np.nan
    y[:, 0] = y[:, 5] = 0.0
    fit = fit_twfe(read_panel(y, dose, 4, None), 3)
    row = np.array([[-0.25] * 4 + [0.25] * 4])
    quick = contrasts(fit, row)
    limit, twfe._CR2_SITES = twfe._CR2_SITES, 1000
    try:
        exact = contrasts(fit, row)
    finally:
        twfe._CR2_SITES = limit
    assert quick.covariance[0, 0] == pytest.approx(exact.covariance[0, 0], rel=2e-3)
    assert quick.df[0] == pytest.approx(exact.df[0], rel=0.1)


def test_first_difference_is_statsmodels(ragged, rng):
    y = ragged[0]
    path = rng.normal(size=y.shape)
    dy, dd = np.diff(y), np.diff(path)
    i, t = np.nonzero(np.isfinite(dy))
    x = np.column_stack([np.eye(8)[t], dd[i, t]])
    result = first_difference(y, path)
    assert result.effects[0].estimate == pytest.approx(sm.OLS(dy[i, t], x).fit().params[-1], rel=1e-8)
    left = []
    for site in range(12):
        keep = i != site
        left.append(sm.OLS(dy[i, t][keep], x[keep]).fit().params[-1])
    jackknife = np.sqrt(11 / 12 * np.sum((np.array(left) - np.mean(left)) ** 2))
    assert result.effects[0].se == pytest.approx(jackknife, rel=1e-8)


@pytest.mark.peers
def test_diff_diff_degree_one(rng):
    """ContinuousDiD with a straight line, single adoption date: its average slope (ACRT) among adopters is our slope
    against the last month before. Estimates to 1e-9; errors differ by small-sample corrections only (3 %)."""
    diff_diff = pytest.importorskip("diff_diff")
    pd = pytest.importorskip("pandas")
    sites, months = 200, 6
    dose = np.r_[np.zeros(60), rng.uniform(0.5, 3, 140)]
    y = rng.normal(size=(sites, months)) + (np.arange(months) >= 3) * (1 + 0.7 * dose[:, None])
    frame = pd.DataFrame(
        {
            "u": np.repeat(np.arange(sites), months),
            "t": np.tile(np.arange(1, months + 1), sites),
            "y": y.ravel(),
            "g": np.repeat(np.where(dose > 0, 4, 0), months),
            "d": np.repeat(dose, months),
        }
    )
    theirs = diff_diff.ContinuousDiD(degree=1).fit(frame, outcome="y", unit="u", time="t", first_treat="g", dose="d")
    ours = dose_response(y[dose > 0], dose[dose > 0], 3, base="last").effect("all")
    assert ours.estimate == pytest.approx(theirs.overall_acrt, rel=1e-9)
    two = dose_response(y[dose > 0][:, 2:4], dose[dose > 0], 1).effect("all")
    pair = frame[frame.t.isin([3, 4])]
    theirs = diff_diff.ContinuousDiD(degree=1).fit(pair, outcome="y", unit="u", time="t", first_treat="g", dose="d")
    assert two.estimate == pytest.approx(theirs.overall_acrt, rel=1e-9)
    assert two.se == pytest.approx(theirs.overall_acrt_se, rel=0.03)

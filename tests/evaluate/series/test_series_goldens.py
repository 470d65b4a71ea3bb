"""Published numbers and statsmodels, where the two coincide with ours."""

from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from holdfast.evaluate.estimate.series import Segments, interrupted_series
from holdfast.evaluate.estimate.series.autocorrelation import gls, restricted_log_likelihood, whiten
from holdfast.evaluate.estimate.series.glm import Observed, irls, pearson_scale


@pytest.fixture
def sicily(shared_data: Path) -> dict[str, np.ndarray]:
    table = np.genfromtxt(shared_data / "reference" / "sicily.csv", delimiter=",", names=True)
    return {name: table[name] for name in table.dtype.names}


@pytest.mark.parametrize(
    ("family", "harmonics", "expected"),
    [
        ("poisson", 0, (0.8944, 0.8647, 0.9251)),
        ("quasi-poisson", 0, (0.8944, 0.8392, 0.9532)),
        ("quasi-poisson", 2, (0.8851, 0.8394, 0.9332)),
    ],
)
def test_sicily_smoking_ban(sicily, family, harmonics, expected):
    """Lopez Bernal et al. 2017, to the four digits of the published tables."""
    result = interrupted_series(
        sicily["aces"],
        sicily["time"],
        37,
        denominator=sicily["stdpop"],
        family=family,
        slope=False,
        harmonics=harmonics,
        inference="published",
    )
    level = result.effect("level")
    assert (level.ratio, level.ratio_lower, level.ratio_upper) == pytest.approx(expected, abs=5e-5)


def test_sicily_is_wider_by_default(sicily):
    """Autocorrelation of about 0.27 without harmonics must widen the overdispersed interval."""
    result = interrupted_series(sicily["aces"], sicily["time"], 37, denominator=sicily["stdpop"], slope=False)
    level = result.effect("level")
    assert 0.15 < result.diagnostics.rho < 0.4
    assert level.upper - level.lower > np.log(0.9532) - np.log(0.8392)
    assert level.df < 56


@pytest.fixture
def counts(rng):
    month = np.arange(48.0)
    people = 1000 + 5 * month
    y = rng.poisson(people * np.exp(-3 + 0.01 * month + 0.2 * (month >= 30)))
    return month, people, y.astype(float)


def test_quasi_poisson_is_statsmodels(counts):
    """Same likelihood, so agreement to the solvers' own convergence: 1e-8."""
    month, people, y = counts
    segments = Segments(30, harmonics=2)
    result = interrupted_series(y, month, 30, denominator=people, harmonics=2, inference="published")
    theirs = sm.GLM(y, segments.matrix(month), family=sm.families.Poisson(), offset=np.log(people))
    fit = theirs.fit(scale="X2", tol=1e-14)
    np.testing.assert_allclose(result.coefficients, fit.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(result.coefficient_covariance, fit.cov_params(), rtol=1e-8, atol=1e-14)
    assert result.diagnostics.overdispersion == pytest.approx(fit.scale, rel=1e-8)


def test_binomial_is_statsmodels(rng):
    month, trials = np.arange(40.0), np.full(40, 300.0)
    y = rng.binomial(300, 1 / (1 + np.exp(1 - 0.02 * month))).astype(float)
    result = interrupted_series(y, month, 20, denominator=trials, family="binomial", inference="published")
    both = np.column_stack([y, trials - y])
    fit = sm.GLM(both, Segments(20).matrix(month), family=sm.families.Binomial()).fit(tol=1e-14)
    np.testing.assert_allclose(result.coefficients, fit.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(result.coefficient_covariance, fit.cov_params(), rtol=1e-8, atol=1e-14)


def test_gaussian_published_is_least_squares(rng):
    month = np.arange(36.0)
    y = rng.normal(size=36)
    result = interrupted_series(y, month, 18, family="gaussian", inference="published")
    fit = sm.OLS(y, Segments(18).matrix(month)).fit()
    np.testing.assert_allclose(result.coefficients, fit.params, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(result.coefficient_covariance, fit.cov_params(), rtol=1e-8, atol=1e-14)
    low, high = fit.conf_int()[2]
    assert (result.effect("level").lower, result.effect("level").upper) == pytest.approx((low, high), rel=1e-8)
    assert result.effect("level").p_value == pytest.approx(fit.pvalues[2], rel=1e-8)


@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.3, 0.9])
def test_whitening_with_gaps_is_gls_with_the_dense_matrix(rng, rho):
    month = np.delete(np.arange(40.0), [5, 6, 7, 22])
    x, z = Segments(20).matrix(month), rng.normal(size=36)
    distance = np.abs(month[:, None] - month[None, :])
    dense = np.float64(rho) ** distance
    gaps = np.diff(month)
    beta, bread, rss = gls(np.array([rho]), gaps, x, z)
    fit = sm.GLS(z, x, sigma=dense).fit()
    np.testing.assert_allclose(beta[0], fit.params, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(rss[0] / 32 * bread[0], fit.cov_params(), rtol=1e-8, atol=1e-12)
    found = restricted_log_likelihood(np.array([rho]), gaps, bread, rss, 32)[0]
    inverse = np.linalg.inv(dense)
    sandwich = x.T @ inverse @ x
    residual = z - x @ fit.params
    expected = -0.5 * (
        np.linalg.slogdet(dense)[1] + np.linalg.slogdet(sandwich)[1] + 32 * np.log(residual @ inverse @ residual)
    )
    assert found == pytest.approx(expected, rel=1e-9)


def test_without_the_first_month_it_is_glsar(rng):
    """statsmodels' GLSAR drops the first month; ours keeps it (Prais–Winsten)."""
    month = np.arange(36.0)
    x, z = Segments(18).matrix(month), rng.normal(size=36)
    fit = sm.GLSAR(z, x, rho=np.array([0.4])).fit()
    both = whiten(np.array([0.4]), np.ones(35), np.column_stack([x, z]))[0, 1:]
    ours = np.linalg.lstsq(both[:, :-1], both[:, -1], rcond=None)[0]
    np.testing.assert_allclose(ours, fit.params, rtol=1e-8, atol=1e-10)


def test_controlled_published_is_the_stacked_regression(counts, rng):
    month, people, y = counts
    control = rng.poisson(2 * people * np.exp(-3 + 0.012 * month)).astype(float)
    result = interrupted_series(
        y,
        month,
        30,
        denominator=people,
        control=control,
        control_denominator=2 * people,
        inference="published",
    )
    x = Segments(30).matrix(month)
    stacked = np.vstack([np.hstack([x, x]), np.hstack([x, 0 * x])])
    fit = sm.GLM(
        np.concatenate([y, control]),
        stacked,
        family=sm.families.Poisson(),
        offset=np.log(np.concatenate([people, 2 * people])),
    ).fit(scale="X2", tol=1e-14)
    np.testing.assert_allclose(result.coefficients, fit.params[4:], rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(result.coefficient_covariance, fit.cov_params()[4:, 4:], rtol=1e-7, atol=1e-14)


def test_irls_settles_with_few_events(rng):
    month = np.arange(36.0)
    y = rng.poisson(0.6, size=36).astype(float)
    seen = Observed(y, np.ones(36), np.zeros(36))
    x = Segments(18).matrix(month)
    beta = irls("poisson", x, seen)
    fit = sm.GLM(y, x, family=sm.families.Poisson()).fit(scale="X2", tol=1e-14)
    np.testing.assert_allclose(beta, fit.params, rtol=1e-7, atol=1e-9)
    assert pearson_scale("poisson", x, seen, beta) == pytest.approx(fit.scale, rel=1e-7)

"""Pre-trends, anticipation, a placebo date and the power to see a trend."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from holdfast.evaluate.check.functionals import effective_df, functional, joint_wald
from holdfast.evaluate.check.pretest_power import check_pretest_power, missable_trend
from holdfast.evaluate.check.trends import (
    anticipation,
    check_anticipation,
    check_placebo_date,
    check_pre_trends,
    placebo_date,
    pre_trends,
)

TIMES = np.array([-6, -5, -4, -3, -2, -1, 0, 1, 2])


def from_levels(levels, cov):
    """Coefficients against the period before the change, and their covariance; the reference has variance zero."""
    to = np.eye(len(TIMES)) - np.eye(len(TIMES))[TIMES == -1]
    return to @ levels, to @ cov @ to.T


def test_joint_wald_is_hotelling():
    """Two-sample-free check: T squared of a sample mean against scipy's own F route, done by hand."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(12, 3)) + 0.5
    mean, cov = x.mean(axis=0), np.cov(x.T) / 12
    t2 = mean @ np.linalg.solve(cov, mean)
    expected = stats.f.sf(t2 * (12 - 3) / (11 * 3), 3, 12 - 3)
    assert joint_wald(mean, cov, df=11).p == pytest.approx(expected, rel=1e-12)
    assert joint_wald(mean, cov).p == pytest.approx(stats.chi2.sf(t2, 3), rel=1e-12)


def test_effective_df_is_welch_in_one_dimension():
    rng = np.random.default_rng(1)
    a, c = rng.normal(size=7), 3 * rng.normal(size=19)
    expected = stats.ttest_ind(a, c, equal_var=False).df
    assert effective_df([(a.var(ddof=1) / 7, 6), (c.var(ddof=1) / 19, 18)]) == pytest.approx(expected)
    assert effective_df([(np.eye(3), 8), (np.zeros((3, 3)), 30)]) == pytest.approx(8)
    assert effective_df([(np.eye(3), 8), (np.eye(3), 8)]) == pytest.approx(16)


def test_few_sites_for_many_leads_still_see_a_drift():
    """8 adopters, 30 others, 11 leads: Hotelling alone finds almost none of these drifts."""
    rng = np.random.default_rng(4)
    found = joint = 0
    for _ in range(60):
        y = rng.normal(size=(38, 12))
        y[:8] += 0.2 * np.arange(12)
        d = y[:, :11] - y[:, 11:]
        parts = np.cov(d[:8].T) / 8, np.cov(d[8:].T) / 30
        df = effective_df([(parts[0], 7), (parts[1], 29)])
        result = pre_trends(np.arange(-12, -1), d[:8].mean(axis=0) - d[8:].mean(axis=0), parts[0] + parts[1], df=df)
        found += result.p < 0.05
        joint += result.joint.p < 0.05
    assert found > 40
    assert joint < 20


def test_joint_size_with_few_sites():
    """12 sites and 5 leads: chi-squared rejects a true null far too often, Hotelling 5 % of the time."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=(1500, 12, 5))
    mean = x.mean(axis=1)
    p = []
    for k in range(len(x)):
        cov = np.cov(x[k].T) / 12
        p.append((joint_wald(mean[k], cov, df=11).p, joint_wald(mean[k], cov).p))
    few, many = (np.array(p) < 0.05).mean(axis=0)
    assert 0.035 < few < 0.066
    assert many > 0.15


def test_more_leads_than_sites_uses_the_largest():
    cov = np.diag(np.ones(9))
    b, v = from_levels(np.array([9.0, 0, 0, 0, 0, 0, 0, 0, 0]), cov)
    found = pre_trends(TIMES, b, v, df=3)
    assert np.isnan(found.joint.p)
    assert found.p == found.largest_p
    assert found.largest_at == -6
    assert found.largest == pytest.approx(9.0)


def test_a_drift_is_found_and_reported():
    b, v = from_levels(0.5 * TIMES.astype(float), 0.02 * np.eye(9))
    found = pre_trends(TIMES, b, v, df=20)
    assert found.slope.estimate == pytest.approx(0.5)
    check = check_pre_trends(found)
    assert check.status == "fail"
    assert "5 periods before" not in check.meaning
    assert "moving apart" in check.meaning
    assert check_pre_trends(pre_trends([-1, 0], [0, 1], np.eye(2))).status == "not applicable"
    flat = check_pre_trends(pre_trends(TIMES, np.zeros(9), v, df=20))
    assert (flat.status, flat.value) == ("pass", pytest.approx(1.0))


def test_anticipation_is_the_last_periods_against_the_earlier_ones():
    levels = np.array([0.0, 0, 0, 0, 1, 1, 5, 5, 5])
    b, v = from_levels(levels, 0.01 * np.eye(9))
    found = anticipation(TIMES, b, v, window=2)
    assert found.estimate == pytest.approx(1.0)
    assert found.se == pytest.approx(0.1 * np.sqrt(1 / 2 + 1 / 4))
    assert check_anticipation(found).status == "fail"
    assert anticipation(TIMES, b, v, window=6) is None
    assert check_anticipation(None).status == "not applicable"


def test_placebo_date_shifts_the_base():
    levels = np.array([0.0, 0, 0, 2, 2, 2, 7, 7, 7])
    b, v = from_levels(levels, 0.01 * np.eye(9))
    found = placebo_date(TIMES, b, v, shift=3)
    assert found.estimate == pytest.approx(2.0)
    assert found.se == pytest.approx(0.1 * np.sqrt(1 + 1 / 3))
    assert check_placebo_date(found).status == "fail"
    assert placebo_date(TIMES, b, v, shift=6) is None
    assert check_placebo_date(None).status == "not applicable"


def test_functional_interval_is_t():
    found = functional([0.5, 0.5], [2.0, 4.0], np.eye(2) * 2, df=7)
    assert (found.estimate, found.se) == (pytest.approx(3.0), pytest.approx(1.0))
    assert found.upper - 3 == pytest.approx(stats.t.ppf(0.975, 7))
    assert np.isnan(functional([1.0], [1.0], [[0.0]]).p)


@pytest.mark.parametrize("power", [0.5, 0.8])
@pytest.mark.parametrize("df", [np.inf, 8])
def test_missable_slope_has_the_power_it_says(power, df):
    """The pre-test is run on simulated leads with that slope; so is the bias among samples that pass."""
    cov = 0.5 ** np.abs(np.subtract.outer(TIMES, TIMES))
    _, v = from_levels(np.zeros(9), cov)
    found = missable_trend(TIMES, v, power=power, df=df)
    rng = np.random.default_rng(1)
    drawn = rng.multivariate_normal(found.slope * (TIMES + 1), v, size=40_000, method="svd")
    scale = np.sqrt(rng.chisquare(df, 40_000) / df) if np.isfinite(df) else np.ones(40_000)
    pre, post = TIMES < -1, TIMES > -1
    t = np.abs(drawn[:, pre]) / (np.sqrt(np.diag(v)[pre]) * scale[:, None])
    passed = (t < stats.t.ppf(0.975, df)).all(axis=1)
    assert 1 - passed.mean() == pytest.approx(power, abs=0.012)
    assert found.bias == pytest.approx(found.slope * 2)
    assert drawn[passed][:, post].mean() == pytest.approx(found.bias_after_passing, abs=0.03)


def test_joint_power_against_simulation():
    cov = 0.3 ** np.abs(np.subtract.outer(TIMES, TIMES))
    _, v = from_levels(np.zeros(9), cov)
    found = missable_trend(TIMES, v, power=0.8, test="joint")
    pre = TIMES < -1
    drawn = np.random.default_rng(2).multivariate_normal(found.slope * (TIMES + 1)[pre], v[np.ix_(pre, pre)], 20_000)
    wald = np.einsum("ij,jk,ik->i", drawn, np.linalg.inv(v[np.ix_(pre, pre)]), drawn)
    assert (wald > stats.chi2.ppf(0.95, pre.sum())).mean() == pytest.approx(0.8, abs=0.012)


def test_power_check_compares_with_the_effect():
    _, v = from_levels(np.zeros(9), np.eye(9))
    found = missable_trend(TIMES, v)
    assert check_pretest_power(found, effect=found.bias).status == "concern"
    assert check_pretest_power(found, effect=10 * found.bias).status == "pass"
    assert check_pretest_power(None, effect=1.0).status == "not applicable"
    assert missable_trend([0, 1], np.eye(2)) is None


@pytest.mark.peers
def test_missable_slope_agrees_with_diff_diff():
    """The acceptance probability behind diff-diff's Roth (2022) power at our slope is one half."""
    pretrends = pytest.importorskip("diff_diff.pretrends")
    cov = 0.5 ** np.abs(np.subtract.outer(TIMES, TIMES))
    _, v = from_levels(np.zeros(9), cov)
    pre = TIMES < -1
    slope = missable_trend(TIMES, v, power=0.5).slope
    accepted = pretrends._compute_nis_acceptance_prob(
        slope, (TIMES + 1)[pre].astype(float), v[np.ix_(pre, pre)], stats.norm.ppf(0.975)
    )
    assert accepted == pytest.approx(0.5, abs=5e-3)

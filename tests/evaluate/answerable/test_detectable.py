"""What effect the data could detect."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from holdfast.evaluate.answerable.detectable import detectable, planned_se, pre_period_noise, wait_until_detectable


def ar1_panel(rng, sites, months, rho):
    y = np.zeros((sites, months + 60))
    for t in range(1, months + 60):
        y[:, t] = rho * y[:, t - 1] + rng.standard_normal(sites)
    return y[:, 60:]


@pytest.mark.parametrize("df", [1, 2, 5, 30, np.inf])
def test_power_at_the_detectable_effect_is_80_percent(df):
    rng = np.random.default_rng(1)
    effect = detectable(2.0, df=df).effect
    chi = np.sqrt(rng.chisquare(df, 100_000) / df) if np.isfinite(df) else 1.0
    t = (rng.standard_normal(100_000) + effect / 2.0) / chi
    assert np.mean(np.abs(t) > stats.t.ppf(0.975, df)) == pytest.approx(0.8, abs=0.006)


def test_too_few_placebos_can_never_find_anything():
    assert detectable(1.0, placebos=18).effect == np.inf
    assert detectable(1.0, placebos=18).smallest_p == pytest.approx(1 / 19)
    assert np.isfinite(detectable(1.0, placebos=19).effect)
    assert detectable(0.0).effect == np.inf


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.8])
def test_noise_before_the_change_is_recovered_from_short_panels(rho):
    """16 months and 40 sites with site and month effects: the plain lag-one correlation is biased by 0.1 to 0.3."""
    rng = np.random.default_rng(7)
    found = np.array(
        [
            pre_period_noise(ar1_panel(rng, 40, 16, rho) + 3 * rng.normal(size=(40, 1)) + rng.normal(size=16))
            for _ in range(60)
        ]
    )
    assert found[:, 1].mean() == pytest.approx(rho, abs=0.03)
    assert np.median(found[:, 0]) == pytest.approx(1 / (1 - rho**2), rel=0.1)


def test_planned_standard_error_is_the_one_that_happens():
    rng = np.random.default_rng(3)
    se, df = planned_se(1 / (1 - 0.25), 0.5, adopters=6, comparison=20, before=12, after=9)
    estimates = []
    for _ in range(1500):
        y = ar1_panel(rng, 26, 21, 0.5)
        change = y[:, 12:].mean(axis=1) - y[:, :12].mean(axis=1)
        estimates.append(change[:6].mean() - change[6:].mean())
    assert se == pytest.approx(np.std(estimates), rel=0.05)
    assert df == 24
    assert planned_se(1.0, 0.0, adopters=0, comparison=3, before=1, after=1)[0] == np.inf


def test_how_much_longer():
    design = {"adopters": 5, "comparison": 40, "before": 24, "after": 3}
    now = planned_se(1.0, 0.3, **design)
    mde = detectable(now[0], df=now[1]).effect
    assert wait_until_detectable(mde * 1.001, 1.0, 0.3, **design).months == 0
    wait = wait_until_detectable(0.8 * mde, 1.0, 0.3, **design)
    later = planned_se(1.0, 0.3, **{**design, "after": 3 + wait.months})
    earlier = planned_se(1.0, 0.3, **{**design, "after": 2 + wait.months})
    assert detectable(later[0], df=later[1]).effect <= 0.8 * mde < detectable(earlier[0], df=earlier[1]).effect
    assert wait.sites > 0
    never = wait_until_detectable(0.01 * mde, 1.0, 0.3, **design)
    assert (never.months, never.sites) == (None, None)
    alone = wait_until_detectable(10.0, 1.0, 0.3, adopters=1, comparison=10, before=24, after=12)
    assert alone.months is None
    assert alone.sites == 1


def test_bad_pre_period_says_what_is_needed():
    with pytest.raises(ValueError, match="2 sites by 4 months"):
        pre_period_noise(np.zeros((1, 10)))

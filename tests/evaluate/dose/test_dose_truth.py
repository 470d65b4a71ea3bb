"""Simulated truth, size at small numbers, checks that must fire, exclusions and errors."""

from itertools import permutations

import numpy as np
import pytest

from holdfast.evaluate.estimate.dose import (
    STRONG_PARALLEL_TRENDS,
    dose_response,
    first_difference,
    joint_covariance,
    long_difference,
    mean_change,
)
from holdfast.evaluate.estimate.dose.siteline import dose_orders, permute_dose, slope_test


def world(rng, sites=60, months=36, start=18, slope=0.4, drift=0.0, bend=0.0):
    dose = rng.gamma(3, 1, sites)
    when = np.arange(months)
    y = rng.normal(size=(sites, 1)) + 0.1 * np.sin(when / 2) + rng.normal(0, 1, (sites, months))
    y += (when >= start) * (slope * dose + bend * dose**2)[:, None] + drift * dose[:, None] * when
    return y, dose


def test_truth_is_found(rng):
    y, dose = world(rng)
    result = dose_response(y, dose, 18)
    for name in ("all", "early", "later", "lasting"):
        effect = result.effect(name)
        assert effect.lower < 0.4 < effect.upper
        assert effect.per_sd.estimate == pytest.approx(effect.estimate * dose.std(ddof=1))
        step = np.subtract(*np.quantile(dose, [0.75, 0.25]))
        assert effect.p25_to_p75.lower == pytest.approx(effect.lower * step)
    assert result.effect("later").since == (6, 11)
    assert result.leads.drift_p > 0.01
    assert result.shape.monotone
    assert result.shape.curvature_p > 0.01
    assert STRONG_PARALLEL_TRENDS in result.assumptions
    assert result.effect("all").inference == "cluster"


def test_adding_a_level_to_everyone_changes_nothing(rng):
    """What all sites share is outside the number; so is the unit the dose is measured in, up to scale."""
    y, dose = world(rng)
    plain = dose_response(y, dose, 18).effect("all")
    shocked = dose_response(y + 5 * (np.arange(36) >= 18), dose * 10 + 3, 18).effect("all")
    assert shocked.estimate * 10 == pytest.approx(plain.estimate, rel=1e-9)
    assert shocked.per_sd.estimate == pytest.approx(plain.per_sd.estimate, rel=1e-9)
    assert shocked.p_value == pytest.approx(plain.p_value, rel=1e-6)


def test_leads_see_a_drift(rng):
    y, dose = world(rng, drift=0.02)
    leads = dose_response(y, dose, 18).leads
    assert leads.drift == pytest.approx(0.02, abs=4 * leads.drift_se)
    assert leads.drift_p < 0.01
    assert dose_response(y[:, 10:], dose, 8).leads.joint_df == (7, 60 - 2 - 7 + 1)
    assert dose_response(y[:20], dose[:20], 18).leads.joint_p is None


def test_curvature_is_seen(rng):
    y, dose = world(rng, slope=0.0, bend=0.3)
    shape = dose_response(y, dose, 18).shape
    assert shape.curvature == pytest.approx(0.3, abs=4 * shape.curvature_se)
    assert shape.curvature_p < 0.01
    humped = 3 - (dose - np.median(dose)) ** 2
    hump = np.where(np.arange(36) >= 18, humped[:, None], 0)
    assert not dose_response(y * 0.1 + hump, dose, 18).shape.monotone


def test_joint_covariance_over_outcomes(rng):
    """Two outcomes on the same sites: their shared noise shows as correlation near the truth (0.8)."""
    dose = rng.gamma(3, 1, 300)
    shared, own = rng.normal(size=(300, 10)), rng.normal(size=(2, 300, 10))
    first, second = (dose_response(2 * shared + e, dose, 5, horizons=()) for e in own)
    joint = joint_covariance((first, second))
    np.testing.assert_allclose(joint[:1, :1], first.covariance)
    correlation = joint[0, 1] / np.sqrt(joint[0, 0] * joint[1, 1])
    assert correlation == pytest.approx(0.8, abs=0.1)


def test_site_influence_is_the_covariance_and_left_out_sites_have_none(rng):
    y, dose = world(rng)
    y[4, :18] = np.nan
    y[9, 18:] = np.nan
    dose[30] = np.nan
    result = dose_response(y, dose, 18)
    said = {one.reason: one.sites for one in result.left_out}
    assert said == {
        "no dose": (30,),
        "no month before the change": (4,),
        "no month after the change": (9,),
    }
    assert result.sites == 57
    assert np.all(result.influence[:, [4, 9, 30]] == 0)
    np.testing.assert_allclose(result.influence @ result.influence.T, result.covariance)
    kept = np.delete(np.arange(60), [4, 9, 30])
    clean = dose_response(y[kept], dose[kept], 18)
    assert clean.effect("all").estimate == pytest.approx(result.effect("all").estimate, rel=1e-12)


def test_few_sites_are_permuted(rng):
    y, dose = world(rng, sites=20)
    effect = dose_response(y, dose, 18).effect("all")
    assert effect.inference == "permutation"
    assert effect.lower < 0.4 < effect.upper
    assert effect.p_value == pytest.approx(1 / 2000)
    again = dose_response(y, dose, 18).effect("all")
    assert again == effect


def test_all_orders_when_few(rng):
    orders, exact = dose_orders(6)
    assert exact
    assert len(orders) == 720
    assert {tuple(o) for o in orders} == set(permutations(range(6)))
    assert list(orders[0]) == list(range(6))


def test_permutation_interval_is_the_test_inverted(rng):
    """At each end p crosses 5 %: just inside not rejected, just outside rejected."""
    d, y, w = rng.gamma(2, 1, 12), rng.normal(size=12), np.ones(12)
    found = permute_dose(y, d, d, w)
    for end, outward in ((found.lower, -1), (found.upper, 1)):
        inside, outside = (permute_dose(y - (end + s * outward * 0.01) * d, d, d, w).p_value for s in (-1, 1))
        assert inside > 0.05 >= outside


@pytest.mark.parametrize(("sites", "inference"), [(8, "permutation"), (14, "permutation"), (30, "cluster")])
def test_size_with_skewed_dose_and_unequal_noise(rng, sites, inference):
    """Null effect; gamma doses; noise independent of the dose but heavy-tailed across sites. 300 studies,
    Monte Carlo error 1.3 %; the plain CR1 normal test rejects 10–20 % here."""
    rejected = 0
    for _ in range(300):
        dose = rng.gamma(1, 1, sites)
        spread = rng.lognormal(0, 0.5, (sites, 1))
        y = spread * rng.normal(size=(sites, 4))
        effect = dose_response(y, dose, 2, horizons=(), inference="cluster").effects[0]
        if inference == "permutation":
            change = y[:, 2:].mean(axis=1) - y[:, :2].mean(axis=1)
            orders = dose_orders(sites)[0][:400]
            rejected += slope_test(change, dose, dose, np.ones(sites), orders)(0.0) < 0.05
        else:
            rejected += effect.p_value < 0.05
    assert rejected / 300 <= 0.085


def test_moving_doses(rng):
    """A dose that ramps: long difference credits each horizon with its own dose, first difference the same month."""
    sites, months, start = 80, 24, 10
    when = np.arange(months)
    end = rng.uniform(0.2, 0.8, sites)
    path = 0.1 + end[:, None] * np.clip((when - start + 1) / 6, 0, 1) + rng.normal(0, 0.05, (sites, months))
    y = 3 * path + rng.normal(0, 0.2, (sites, months)) + np.sin(when)
    long = long_difference(y, path, start)
    assert long.effect("early").lower < 3 < long.effect("early").upper
    assert long.effect("lasting").lower < 3 < long.effect("lasting").upper
    same = first_difference(y, path).effects[0]
    assert same.lower < 3 < same.upper
    np.testing.assert_allclose(mean_change(path, start), path[:, start:].mean(1) - path[:, :start].mean(1), rtol=1e-12)
    fixed = dose_response(y, mean_change(path, start), start)
    assert fixed.effect("all").estimate == pytest.approx(long.effect("all").estimate, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"dose": np.ones(59)}, "one number for each of the 60 sites"),
        ({"dose": np.ones(60)}, "3 doses"),
        ({"start": 0}, "at least one month before"),
        ({"weights": -np.ones(60)}, "negative"),
        ({"weights": np.ones((60, 2))}, "one per site and month"),
        ({"y": np.ones(36)}, "sites × months"),
    ],
)
def test_errors_say_what_to_do(rng, change, says):
    y, dose = world(rng)
    with pytest.raises(ValueError, match=says):
        dose_response(**({"y": y, "dose": dose, "start": 18} | change))


def test_a_month_nobody_reports_is_left_out(rng):
    y, dose = world(rng)
    y[:, [7, 17, 20]] = np.nan
    result = dose_response(y, dose, 18)
    assert result.months_left_out == (7, 17, 20)
    assert 2 not in result.event_time.since
    assert result.effect("early").since == (0, 5)
    change = np.nanmean(y[:, 18:24], axis=1) - np.nanmean(y[:, :18], axis=1)
    assert result.effect("early").estimate == pytest.approx(np.polyfit(dose, change, 1)[0], rel=1e-9)


def test_a_month_almost_nobody_reports_is_refused(rng):
    y, dose = world(rng)
    y[1:, 7] = np.nan
    with pytest.raises(ValueError, match="too few sites"):
        dose_response(y, dose, 18)

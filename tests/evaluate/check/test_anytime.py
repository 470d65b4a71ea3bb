"""Intervals valid at every look."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

from holdfast.evaluate.check.anytime import confidence_sequence, mixture_scale

LOOKS = np.arange(1, 25)


def monthly(rng, repeats, df=np.inf, base_noise=0.5):
    """Estimates against a noisy fixed period before the change, and their estimated standard errors, by look."""
    months = rng.standard_normal((repeats, 24)).cumsum(axis=1) / LOOKS
    estimate = months - base_noise * rng.standard_normal((repeats, 1))
    se = np.sqrt(1 / LOOKS + base_noise**2)
    noise = np.ones((repeats, 1)) if np.isinf(df) else np.sqrt(rng.chisquare(df, (repeats, 1)) / df)
    return estimate, se * noise


@pytest.mark.parametrize("df", [np.inf, 20, 5, 2])
def test_any_of_24_looks_excludes_the_truth_at_most_5_percent(df):
    """Fixed intervals looked at as often do so far more."""
    rng = np.random.default_rng(4)
    estimate, se = monthly(rng, 6000, df)
    critical = confidence_sequence(np.zeros(24), np.sqrt(1 / LOOKS + 0.25), df=df).critical
    t = np.abs(estimate) / se
    ever = (t > critical).any(axis=1).mean()
    fixed = (t > stats.t.ppf(0.975, df)).any(axis=1).mean()
    assert ever <= 0.05
    assert fixed > 2 * ever
    assert fixed > 0.1


def test_shortest_at_the_stated_look():
    """The mixing variance minimises the half-length there, over all mixing variances."""
    best = minimize_scalar(lambda x: (1 + 1 / x) * np.log((1 + x) / 0.05**2), bounds=(0.1, 100), method="bounded")
    assert mixture_scale(0.05) == pytest.approx(best.x, rel=1e-5)
    se = 1 / np.sqrt(LOOKS)
    early = confidence_sequence(np.zeros(24), se, tuned_at=5)
    late = confidence_sequence(np.zeros(24), se, tuned_at=23)
    planned = confidence_sequence(np.zeros(6), se[:6], tuned_se=se[23])
    assert early.upper[5] < late.upper[5]
    assert late.upper[23] < early.upper[23]
    assert planned.upper == pytest.approx(late.upper[:6])


def test_p_values_and_intervals_agree():
    rng = np.random.default_rng(0)
    estimate, se = monthly(rng, 1, df=9)
    for df in (np.inf, 9):
        found = confidence_sequence(estimate[0] + 1, se[0], df=df)
        excluded = np.maximum.accumulate((found.lower > 0) | (found.upper < 0))
        assert (found.p <= 0.05).tolist() == excluded.tolist()


def test_losing_information_is_said():
    assert confidence_sequence([0.0, 0.0], [1.0, 2.0]).information_falls
    assert not confidence_sequence([0.0, 0.0], [2.0, 1.0]).information_falls
    with pytest.raises(ValueError, match="above zero"):
        confidence_sequence([0.0], [0.0])

"""Panels and series for calibration."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.simulate import interrupted_series, staggered_panels


def _rng() -> np.random.Generator:
    return np.random.default_rng(8)


def test_truth_with_one_effect_is_that_effect_everywhere() -> None:
    panels = staggered_panels(_rng(), 5, effect=[1.0, -0.5], spread=0.5)
    for kind, at in (("overall", ""), ("horizon", "early"), ("horizon", "lasting"), ("event time", "7")):
        assert panels.truth(kind, at) == pytest.approx(np.tile([1.0, -0.5], (5, 1)))


def test_sample_truth_scatters_about_the_population_truth() -> None:
    panels = staggered_panels(_rng(), 400, effect=1.0, heterogeneity=0.5, treated=25)
    apart = panels.truth(of="sample") - panels.truth(of="population")
    assert apart.std() == pytest.approx(0.5 / np.sqrt(25), rel=0.15)
    assert abs(apart.mean()) < 4 * apart.std() / 20


def test_effects_grow_to_their_size() -> None:
    panels = staggered_panels(_rng(), 1, effect=2.0, growth=4)
    assert [panels.truth("event time", str(e))[0, 0] for e in range(6)] == pytest.approx([0.5, 1, 1.5, 2, 2, 2])


def test_later_cohorts_may_gain_more() -> None:
    panels = staggered_panels(_rng(), 1, effect=1.0, cohort_slope=0.5, cohorts=(10, 20, 30))
    gained = panels.mean_effect[0, 0, :, -1]
    for k, cohort in enumerate((10, 20, 30)):
        assert gained[panels.first[0] == cohort] == pytest.approx(1 + 0.5 * k)
    assert (gained[panels.first[0] == 48] == 0).all()


def test_how_many_adopt_in_each_cohort() -> None:
    panels = staggered_panels(_rng(), 3, treated=8, cohorts=(18, 24))
    for first in panels.first:
        assert [(first == g).sum() for g in (18, 24, 48)] == [4, 4, 142]


def test_adoption_follows_the_level_only_when_confounded() -> None:
    for confounding, low, high in ((2.0, 1.0, 2.0), (0.0, -0.2, 0.2)):
        panels = staggered_panels(_rng(), 40, confounding=confounding, rho=0.0, shock=0.0)
        before = panels.outcome[:, 0, :, :18].mean(axis=2)
        ever = panels.first < 48
        apart = before[ever].mean() - before[~ever].mean()
        assert low < apart < high


def test_the_design_is_unbiased_under_confounding_and_shock_and_not_under_trends() -> None:
    for trends, biased in ((0.0, False), (0.05, True)):
        panels = staggered_panels(_rng(), 200, cohorts=(24,), confounding=2.0, trends=trends)
        y, ever = panels.outcome[:, 0], panels.first < 48
        change = y[:, :, 24:].mean(axis=2) - y[:, :, :24].mean(axis=2)
        estimate = np.array([c[e].mean() - c[~e].mean() for c, e in zip(change, ever, strict=True)])
        z = estimate.mean() / (estimate.std(ddof=1) / np.sqrt(200))
        assert (abs(z) > 4) == biased


def test_correlations_in_time_and_between_populations() -> None:
    panels = staggered_panels(_rng(), 30, effect=[0.0, 0.0], rho=0.6, shared=0.7, confounding=0.0)
    y = panels.outcome - panels.outcome.mean(axis=2, keepdims=True)
    y -= y.mean(axis=3, keepdims=True)
    variance = (y**2).mean()
    assert (y[..., 1:] * y[..., :-1]).mean() / variance == pytest.approx(0.6, abs=0.07)
    assert (y[:, 0] * y[:, 1]).mean() / variance == pytest.approx(0.7, abs=0.03)


def test_missing_months_are_lost_as_asked() -> None:
    panels = staggered_panels(_rng(), 20, missing=0.05, lost_on_adoption=0.3)
    lost, since = np.isnan(panels.outcome[:, 0]), panels.since
    assert lost[since < 0].mean() == pytest.approx(0.05, abs=0.005)
    assert lost[(since >= 0) & (since < 6)].mean() == pytest.approx(0.35, abs=0.02)


def test_small_denominators_are_noisier() -> None:
    panels = staggered_panels(_rng(), 50, spread=1.0, sampling=1.0, noise=0.1, shock=0.0)
    sd = panels.outcome[:, 0].std(axis=2)
    small = panels.weight[:, 0] < np.median(panels.weight)
    assert sd[small].mean() > 1.5 * sd[~small].mean()


def test_series_have_the_stated_interruption_and_autocorrelation() -> None:
    series = interrupted_series(_rng(), 4000, months=36, level=2.0, slope=0.1, rho=0.6)
    assert series.start == 24
    mean = series.outcome.mean(axis=0) - 0.02 * np.arange(36)
    assert mean[:24] == pytest.approx(0, abs=0.08)
    assert mean[24:] == pytest.approx(2 + 0.1 * np.arange(12), abs=0.08)
    e = series.outcome - series.outcome.mean(axis=0)
    assert (e[:, 1:] * e[:, :-1]).mean() / (e**2).mean() == pytest.approx(0.6, abs=0.03)


def test_counted_series_come_with_exposure_and_control() -> None:
    series = interrupted_series(_rng(), 500, counts=300, noise=0.02, level=-0.2, control=True)
    assert series.exposure is not None
    assert series.control is not None
    rate = series.outcome / series.exposure
    assert rate[:, 24:].mean() / rate[:, :24].mean() == pytest.approx(np.exp(-0.2), rel=0.01)
    control = series.control / series.exposure
    assert control[:, 24:].mean() / control[:, :24].mean() == pytest.approx(1.0, rel=0.01)
    assert (series.outcome == np.round(series.outcome)).all()

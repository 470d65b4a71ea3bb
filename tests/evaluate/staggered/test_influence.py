"""The general path: covariates, missing months, changing weights, clusters.

The independent oracle is the derivative: a site's influence over n is w_i ∂θ/∂w_i, which finite differences of the
estimate give without any influence-function algebra.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from holdfast.evaluate.estimate.staggered import GroupTimeEffects, Panel, estimate, scheme
from holdfast.evaluate.estimate.staggered.aggregate import cell_weights
from holdfast.evaluate.estimate.staggered.backend import FromInfluence

from .worlds import Floats, world


def covariate_world(n: int = 120, seed: int = 0, effect: float = 1.0) -> Panel:
    """Adoption and trends both depend on x, so that only a comparison given x is fair."""
    rng = np.random.default_rng(seed)
    x, periods = rng.normal(size=n), np.arange(1.0, 7)
    score = 1 / (1 + np.exp(-0.7 * x))
    cohort = np.where(rng.random(n) < score, rng.choice([3.0, 5.0], n), np.inf)
    trend = 0.6 * x[:, None] * periods
    Y = rng.normal(size=(n, 1)) + trend + rng.normal(size=(n, 6)) + effect * (periods >= cohort[:, None])
    return Panel(np.arange(n), periods, cohort, Y, X=np.c_[np.ones(n), x])


def with_parts(panel: Panel, **parts: Any) -> Panel:
    held = {name: getattr(panel, name) for name in ("sites", "periods", "cohort", "Y", "weights", "X", "cluster")}
    return Panel(**{**held, **parts})


def overall(fit: GroupTimeEffects, kind: Any = "simple") -> Floats:
    return fit.aggregate(kind, band=False).estimate


def influence(fit: GroupTimeEffects, kinds: tuple[Any, ...]) -> Floats:
    """Each site's influence on every row of several aggregations (n, A)."""
    back = fit.backend
    assert isinstance(back, FromInfluence)
    plans = [scheme(fit.design, kind, usable=np.isfinite(fit.att)) for kind in kinds]
    mass = np.bincount(back.pool, back.weights, len(fit.design.pools))
    return np.hstack([back.influence(cell_weights(p, fit.design, mass, fit.att)) for p in plans])


def estimates(fit: GroupTimeEffects, kinds: tuple[Any, ...]) -> Floats:
    made = [fit.backend.aggregate(scheme(fit.design, kind)) for kind in kinds]
    return np.concatenate([m.estimate for m in made])


@pytest.mark.parametrize("missing", ["pairwise", "cross_section"])
@pytest.mark.parametrize("comparison", ["never", "not_yet"])
@pytest.mark.parametrize("method", ["dr", "reg", "ipw"])
def test_influence_is_the_derivative_in_the_weights(method: Any, comparison: Any, missing: Any) -> None:
    base, kinds = covariate_world(), ("simple", "event", "group", "calendar")
    rng = np.random.default_rng(1)
    w = rng.uniform(0.5, 2.0, 120)
    panel = with_parts(base, Y=np.where(rng.random((120, 6)) < 0.05, np.nan, base.Y), weights=w)
    options = {"method": method, "comparison": comparison, "missing": missing}
    found = influence(estimate(panel, **options), kinds)
    step, some = 1e-5, [0, 17, 50, 119]
    for i in some:
        up, down = (np.where(np.arange(120) == i, w * (1 + s), w) for s in (step, -step))
        ahead, behind = (estimates(estimate(with_parts(panel, weights=v), **options), kinds) for v in (up, down))
        np.testing.assert_allclose((ahead - behind) / (2 * step), found[i], rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("method", ["dr", "reg", "ipw"])
def test_covariates_remove_what_they_explain(method: Any) -> None:
    """60 panels of 300: the plain answer is biased by over 0.5, the conditional one is not, and its error is honest."""
    plain, fair, se = [], [], []
    for seed in range(60):
        panel = covariate_world(300, seed)
        plain.append(overall(estimate(with_parts(panel, X=None)))[0])
        made = estimate(panel, method=method).aggregate("simple")
        fair.append(made.estimate[0])
        se.append(made.se[0])
    assert np.mean(plain) - 1 > 0.5
    assert abs(np.mean(fair) - 1) < 4 * np.std(fair) / np.sqrt(60)
    assert np.mean(se) == pytest.approx(np.std(fair), rel=4 / np.sqrt(120))


def test_a_missing_month_costs_its_cells_and_not_its_site() -> None:
    w = world(n=40)
    Y = w.Y[0].copy()
    Y[3, 6] = np.nan  # one site, period 7
    panel = Panel(np.arange(40), w.periods, w.cohort, Y)
    full, fit = estimate(with_parts(panel, Y=w.Y[0])), estimate(panel)
    assert fit.missing is not None
    assert (fit.missing.site.tolist(), fit.missing.period.tolist()) == ([3], [7.0])
    uses = (fit.period == 7) | (fit.design.periods[fit.design.b] == 7)
    mine = (fit.group == w.cohort[3]) if np.isfinite(w.cohort[3]) else np.ones(len(uses), dtype=bool)
    np.testing.assert_array_equal(fit.missing.left_out, (uses & mine).astype(int))
    np.testing.assert_allclose(fit.att[~(uses & mine)], full.att[~(uses & mine)], atol=1e-11)
    assert np.abs(fit.att - full.att)[uses & mine].min() > 0
    complete = estimate(panel, missing="complete")
    rest = np.arange(40) != 3
    by_hand = estimate(Panel(np.arange(39), w.periods, w.cohort[rest], w.Y[0][rest]))
    np.testing.assert_allclose(complete.att, by_hand.att, atol=1e-12)
    assert complete.missing is not None
    assert "left out entirely" in complete.missing.rule


def test_missing_by_adoption_is_reported() -> None:
    w = world(n=40)
    Y = np.where(np.isfinite(w.cohort)[:, None] & (w.periods == 10), np.nan, w.Y[0])
    fit = estimate(Panel(np.arange(40), w.periods, w.cohort, Y))
    assert fit.missing is not None
    assert fit.missing.share == (pytest.approx(0.1), 0.0)
    last = fit.period == 10
    assert np.isnan(fit.att[last]).all()
    assert np.isfinite(fit.att[~last]).all()
    with pytest.raises(ValueError, match="could not be estimated"):
        fit.aggregate("simple")
    kept = fit.aggregate("simple", skip_missing=True)
    assert np.isfinite(kept.estimate).all()
    assert any("not estimated" in note for note in fit.notes)


def test_clusters_of_one_change_nothing_and_copies_of_a_site_count_once() -> None:
    w = world(n=40)
    panel = Panel(np.arange(40), w.periods, w.cohort, w.Y[0])
    single = estimate(with_parts(panel, cluster=np.arange(40)))
    np.testing.assert_allclose(single.se, estimate(panel).se, rtol=1e-10)
    twice = Panel(
        np.arange(80), w.periods, np.tile(w.cohort, 2), np.tile(w.Y[0], (2, 1)), cluster=np.tile(np.arange(40), 2)
    )
    np.testing.assert_allclose(estimate(twice).se, single.se, rtol=1e-10)
    naive = estimate(with_parts(twice, cluster=None))
    np.testing.assert_allclose(naive.se, single.se / np.sqrt(2), rtol=1e-10)


def test_covariates_that_separate_leave_a_gap_with_a_reason() -> None:
    base = covariate_world()
    X = np.c_[np.ones(120), np.where(base.cohort == 3, 5.0, 0.0) + np.arange(120) * 1e-3]
    fit = estimate(with_parts(base, X=X))
    lost = fit.group == 3
    assert np.isnan(fit.att[lost]).all()
    assert np.isnan(fit.se[lost]).all()
    assert np.isfinite(fit.att[~lost]).all()
    assert any("separate" in note for note in fit.notes)
    twin = np.c_[base.X, base.X[:, 1] * 2]  # type: ignore[index]
    assert np.isnan(estimate(with_parts(base, X=twin), method="reg").att).all()


def test_constant_weights_take_the_fast_path_and_changing_ones_do_not() -> None:
    w = world(n=40)
    one = w.weights[0]
    panel = Panel(np.arange(40), w.periods, w.cohort, w.Y[0], weights=one)
    moving = with_parts(panel, weights=one[:, None] * np.linspace(1, 2, 10))
    assert estimate(panel).path == "moments"
    assert estimate(moving, fix_weights="first_period").path == "moments"
    assert estimate(moving).path == "influence"
    np.testing.assert_allclose(estimate(moving, fix_weights="first_period").att, estimate(panel).att, atol=1e-11)
    zero = with_parts(panel, weights=np.where(np.arange(40) == 0, 0.0, one))
    rest = np.arange(40) > 0
    without = estimate(Panel(np.arange(39), w.periods, w.cohort[rest], w.Y[0][rest], weights=one[rest]))
    np.testing.assert_allclose(estimate(zero).att, without.att, atol=1e-11)
    np.testing.assert_allclose(estimate(zero).se, without.se, rtol=1e-9)


@pytest.mark.parametrize(
    "option", [{"method": "best"}, {"missing": "drop"}, {"fix_weights": "last"}, {"comparison": "all"}]
)
def test_unknown_options_say_what_is_allowed(option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="choose"):
        estimate(covariate_world(), **option)

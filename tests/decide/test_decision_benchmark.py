"""The naive readings that the benchmark sets beside Holdfast, held to least squares, and its own way through."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


naive = loaded("naive")


def panel() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    n, periods = 30, 20
    y = rng.normal(size=(n, periods)) + rng.normal(size=(n, 1)) + rng.normal(size=periods)
    y[rng.random((n, periods)) < 0.1] = np.nan
    on = np.arange(periods)[None] >= rng.integers(5, 25, n)[:, None]
    return y, on, rng.uniform(1, 3, n)


def test_two_way_fixed_effects_are_weighted_least_squares_with_dummies_and_clustered_errors() -> None:
    import statsmodels.api as sm

    y, on, w = panel()
    seen = np.isfinite(y)
    i, t = np.nonzero(seen)
    X = np.column_stack([on[seen].astype(float), np.eye(len(y))[i], np.eye(y.shape[1])[t][:, 1:]])
    fit = sm.WLS(y[seen], X, weights=w[i]).fit(cov_type="cluster", cov_kwds={"groups": i, "use_correction": False})
    beta, se = naive.two_way_fixed_effects(y, on, w)
    assert beta == pytest.approx(fit.params[0], abs=1e-9)
    assert se == pytest.approx(fit.bse[0] * np.sqrt(30 / 29), abs=1e-9)


def test_two_way_fixed_effects_have_nothing_to_say_where_everyone_changed_at_once() -> None:
    y, _, w = panel()
    on = np.broadcast_to(np.arange(20) >= 10, y.shape)
    assert np.isnan(naive.two_way_fixed_effects(y, on, w)).all()


def test_before_and_after_is_the_paired_change_of_adopters() -> None:
    y, on, _ = panel()
    adopters = on.any(axis=1)
    after = np.array([np.nanmean(row[use]) for row, use in zip(y[adopters], on[adopters], strict=True)])
    before = np.array([np.nanmean(row[~use]) for row, use in zip(y[adopters], on[adopters], strict=True)])
    mean, se = naive.before_after(y, on, np.ones(len(y)))
    assert mean == pytest.approx((after - before).mean())
    assert se == pytest.approx((after - before).std(ddof=1) / np.sqrt(adopters.sum()))
    assert np.isnan(naive.before_after(y, np.zeros_like(on), np.ones(len(y)))).all()


def test_before_and_after_takes_a_shared_shock_for_the_change() -> None:
    """Why it stands there as a foil: nothing was done, everyone got worse at once."""
    rng = np.random.default_rng(1)
    y = rng.normal(0, 0.1, (40, 24)) + np.where(np.arange(24) >= 12, 1.0, 0.0)
    on = (np.arange(24) >= 12) & (np.arange(40) < 20)[:, None]
    mean, se = naive.before_after(y, on, np.ones(40))
    assert mean / se > 10
    beta, error = naive.two_way_fixed_effects(y, on, np.ones(40))
    assert abs(beta / error) < 3


def test_a_world_is_read_decided_and_scored() -> None:
    loaded("naive_findings")
    decisions = loaded("decisions")
    world = decisions.simulate_world(1, sites=24, months=24, changes=["video-clinics", "booked-slots"])
    truth = decisions.true_cells(world)
    for reader in ("before and after", "two-way fixed effects"):
        cells = decisions.decided(world, decisions.READERS[reader])
        given = decisions.score(cells, truth)
        assert given.cells > 50
        assert given.right + given.undecided + given.wrong == pytest.approx(1.0)
    assert decisions.table({("a world", reader): given}).count("\n") == 2

"""Placebos: all of them, the right ones, and what may be said from few."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from holdfast.evaluate.estimate.synthetic import NEVER, placebos, synthetic
from holdfast.evaluate.estimate.synthetic.result import critical, rank_p
from holdfast.evaluate.estimate.synthetic.solver import Simplex, frank_wolfe, solve


def panel(N: int, T: int, seed: int, effect: float = 0.0, starts: dict[int, int] | None = None) -> tuple:
    rng = np.random.default_rng(seed)
    Y = np.cumsum(rng.normal(size=(N, T)), axis=1) * 0.3 + rng.normal(size=(N, 1)) + rng.normal(size=T)
    start = np.full(N, NEVER)
    for site, at in (starts or {0: T - 6}).items():
        start[site] = at
        Y[site, at:] += effect
    return Y, start


def test_one_adopter_every_control_takes_its_place_once() -> None:
    start = np.array([NEVER, 5, NEVER, NEVER])
    found = placebos(start, 100, np.random.default_rng(0))
    assert found.enumerated
    assert found.possible == 3
    np.testing.assert_array_equal(found.starts, [[5, -2, -1, -1], [-1, -2, 5, -1], [-1, -2, -1, 5]])


def test_two_start_dates_are_dealt_every_way() -> None:
    start = np.array([5, 7, 7, NEVER, NEVER, NEVER, NEVER])
    found = placebos(start, 100, np.random.default_rng(0))
    assert found.possible == 4 * 3 == len(np.unique(found.starts, axis=0))
    assert (found.starts[:, :3] == -2).all()
    assert (np.sort(found.starts[:, 3:], axis=1) == [NEVER, 5, 7, 7]).all()


def test_more_placebos_than_asked_for_are_sampled_without_repeats_and_said() -> None:
    start = np.where(np.arange(30) < 4, 10, NEVER)
    found = placebos(start, 50, np.random.default_rng(0))
    assert not found.enumerated
    assert found.possible == 14950  # 26 choose 4
    assert len(np.unique(found.starts, axis=0)) == 50
    again = placebos(start, 50, np.random.default_rng(0))
    np.testing.assert_array_equal(found.starts, again.starts)


def test_fewer_controls_than_adopters_is_refused() -> None:
    with pytest.raises(ValueError, match="placebos need more comparison sites"):
        placebos(np.array([3, 3, 3, NEVER, NEVER]), 100, np.random.default_rng(0))


def test_solver_finds_the_minimum_that_scipy_finds() -> None:
    """A penalised problem has one solution. Frank–Wolfe nears it like 1/steps: 20,000 of them leave about 2e-6."""
    rng = np.random.default_rng(1)
    A, b, ridge = rng.normal(size=(30, 8)), rng.normal(size=30), 0.5
    one = lambda x: x[None] if np.ndim(x) else np.array([x])  # noqa: E731
    problem = Simplex(
        one(A.T @ A), np.array([0]), one(A.T @ b), one(30.0), one(ridge), np.ones((1, 8), bool), one(1e-14)
    )
    x = frank_wolfe(problem, np.full((1, 8), 1 / 8), 20_000)[0]

    def loss(w: np.ndarray) -> float:
        return float(np.mean((A @ w - b) ** 2) + ridge * w @ w)

    best = minimize(
        loss,
        np.full(8, 1 / 8),
        bounds=[(0, 1)] * 8,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-13},
    )
    assert loss(x) == pytest.approx(best.fun, abs=1e-5)
    np.testing.assert_allclose(x, best.x, atol=5e-3)


def test_columns_that_are_not_allowed_carry_nothing() -> None:
    rng = np.random.default_rng(2)
    A, b = rng.normal(size=(20, 6)), rng.normal(size=20)
    allowed = np.array([[True, False, True, True, False, True]])
    problem = Simplex(
        (A.T @ A)[None], np.array([0]), (A.T @ b)[None], np.array([20.0]), np.array([1e-6]), allowed, np.array([1e-10])
    )
    x = solve(problem)[0]
    assert (x[~allowed[0]] == 0).all()
    assert x.sum() == pytest.approx(1)


def test_a_batch_gives_what_each_problem_gives_alone() -> None:
    """Placebos are solved together; leaving out the others must not change any of them."""
    Y, start = panel(12, 30, 3)
    whole = synthetic(Y[None], start)[0]
    for site in (1, 7):
        keep = np.flatnonzero(start == NEVER)
        alone = np.where(np.arange(12) == site, start.max(), NEVER)[keep]
        wanted = synthetic_with_noise_of(Y[keep], alone, Y[keep])
        assert whole.placebo_effect[np.flatnonzero(keep == site)[0]] == pytest.approx(wanted, abs=1e-9)


def synthetic_with_noise_of(Y: np.ndarray, start: np.ndarray, reference: np.ndarray) -> float:
    """One placebo estimated on its own, with the settings of the real one (as `synthdid` does)."""
    from holdfast.evaluate.estimate.synthetic.block import estimate, settings

    onset = int(start.max())
    how = settings(reference[None], np.ones(len(reference), dtype=bool), onset, 1, "sdid")
    treated = (start != NEVER)[None]
    return float(estimate(Y[None], treated, ~treated, how).effect[0])


def test_several_panels_at_once_are_each_panel_alone() -> None:
    one, start = panel(14, 28, 4, 1.0)
    two, _ = panel(14, 28, 5, 3.0)
    both = synthetic(np.stack([one, two]), start)
    for Y, found in zip((one, two), both, strict=True):
        alone = synthetic(Y[None], start)[0]
        assert found.effect == pytest.approx(alone.effect, abs=1e-9)
        np.testing.assert_allclose(found.placebo_effect, alone.placebo_effect, atol=1e-8)


def test_scale_and_level_of_the_outcome_do_not_matter() -> None:
    Y, start = panel(14, 28, 6, 1.0)
    one, two = synthetic(Y[None], start)[0], synthetic(1e6 + 100 * Y[None], start)[0]
    assert two.effect == pytest.approx(100 * one.effect, rel=1e-5)
    assert two.overall().p == one.overall().p


def test_staggered_average_is_weighted_by_treated_site_periods() -> None:
    Y, start = panel(16, 30, 7, 2.0, {0: 20, 1: 24, 2: 24})
    found = synthetic(Y[None], start, "did")[0]
    controls = start == NEVER

    def did(g: int) -> float:
        change = Y[:, g:].mean(axis=1) - Y[:, :g].mean(axis=1)
        return float(change[start == g].mean() - change[controls].mean())

    wanted = (10 * did(20) + 12 * did(24)) / 22
    assert found.effect == pytest.approx(wanted, abs=1e-9)
    assert found.adopters[found.event_time == 0] == 3
    assert found.adopters[found.event_time == 9] == 1


def test_rank_interval_is_the_effects_not_rejected() -> None:
    rng = np.random.default_rng(8)
    drawn = rng.normal(size=57)
    reach = critical(drawn, 0.95)
    assert rank_p(reach - 1e-9, drawn) > 0.05
    assert rank_p(reach + 1e-9, drawn) <= 0.05


def test_eighteen_placebos_cannot_bound_an_effect_at_95_per_cent() -> None:
    assert critical(np.arange(18.0), 0.95) == np.inf
    assert np.isfinite(critical(np.arange(19.0), 0.95))


def test_bad_input_is_refused_with_the_reason() -> None:
    Y, start = panel(10, 20, 9)
    with pytest.raises(ValueError, match="missing values"):
        synthetic(np.where(Y > 2, np.nan, Y)[None], start)
    with pytest.raises(ValueError, match="at least 3 before"):
        synthetic(Y[None], np.where(start == NEVER, NEVER, 2))
    with pytest.raises(ValueError, match="no site adopts"):
        synthetic(Y[None], np.full(10, NEVER))
    with pytest.raises(ValueError, match="one of sdid, sc, did"):
        synthetic(Y[None], start, "scm")  # type: ignore[arg-type]


def test_an_adopter_that_cannot_be_matched_is_seen() -> None:
    Y, start = panel(20, 40, 10)
    Y[0] += 3 * np.sin(np.arange(40))
    assert synthetic(Y[None], start)[0].fit_ratio > 2


def test_true_effect_is_found_and_nulls_are_not() -> None:
    """60 null studies with one adopter among 22: at most 12 % have p ≤ 0.05 (expected 1/22 = 4.5 %, error 2.7)."""
    Y = np.stack([panel(22, 26, 100 + seed)[0] for seed in range(60)])
    start = panel(22, 26, 0)[1]
    nulls = synthetic(Y, start)
    assert sum(found.overall().p <= 0.05 for found in nulls) <= 7
    Y[:, 0, start[0] :] += 5
    moved = synthetic(Y, start, limit=1)
    for null, found in zip(nulls, moved, strict=True):
        assert found.effect == pytest.approx(null.effect + 5, abs=1e-6)  # weights use nothing of the adopter after

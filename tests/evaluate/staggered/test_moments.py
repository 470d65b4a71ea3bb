"""The state adds, subtracts, grows and travels exactly: 1e-12 relative, the project's bar, on every number it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.evaluate.estimate.staggered import (
    Moments,
    append,
    extend,
    from_bytes,
    from_json,
    month,
    study,
    to_bytes,
    to_json,
    without_site,
)

from .worlds import World, world

FIELDS = ("periods", "cohorts", "n", "mass", "mean", "gram")
seeds = st.integers(0, 10_000)
shapes = st.tuples(st.booleans(), st.booleans())  # joint over outcomes, weighted


def same(a: Moments, b: Moments, rtol: float = 1e-12) -> None:
    assert (a.outcomes, a.joint, a.weighted) == (b.outcomes, b.joint, b.weighted)
    for name in FIELDS:
        left, right = getattr(a, name), getattr(b, name)
        scale = np.abs(right[np.isfinite(right)]).max(initial=1.0)
        np.testing.assert_allclose(left, right, rtol=0, atol=rtol * scale, err_msg=name)


def read(w: World, sites: Any = slice(None), *, joint: bool = False, weighted: bool = False) -> Moments:
    weights = w.weights[:, sites] if weighted else None
    return Moments.from_panel(w.Y[:, sites], w.cohort[sites], periods=w.periods, weights=weights, joint=joint)


@settings(max_examples=25, deadline=None)
@given(seed=seeds, shape=shapes)
def test_merging_is_reading_together_in_any_order(seed: int, shape: tuple[bool, bool]) -> None:
    w, options = world(outcomes=2, seed=seed), {"joint": shape[0], "weighted": shape[1]}
    cuts = np.array_split(np.random.default_rng(seed).permutation(60), 3)
    a, b, c = (read(w, rows, **options) for rows in cuts)
    same(a + b + c, read(w, **options))
    same((c + a) + b, a + (b + c))
    same(a + b, b + a)


@settings(max_examples=25, deadline=None)
@given(seed=seeds, shape=shapes)
def test_taking_out_is_reading_the_rest(seed: int, shape: tuple[bool, bool]) -> None:
    w, options = world(outcomes=2, seed=seed), {"joint": shape[0], "weighted": shape[1]}
    out = np.random.default_rng(seed).permutation(60) < 25
    same(read(w, **options) - read(w, out, **options), read(w, ~out, **options), rtol=1e-11)


@settings(max_examples=15, deadline=None)
@given(seed=seeds, weighted=st.booleans())
def test_leaving_a_site_out_is_computing_again(seed: int, weighted: bool) -> None:
    w = world(seed=seed)
    i = seed % 60
    rest = np.arange(60) != i
    weight = w.weights[:, i] if weighted else None
    left = without_site(read(w, weighted=weighted), w.Y[:, i], w.cohort[i], weight)
    again = read(w, rest, weighted=weighted)
    same(left, again, rtol=1e-11)
    np.testing.assert_allclose(
        study(left).functional("event").estimate, study(again).functional("event").estimate, atol=1e-11
    )


@settings(max_examples=25, deadline=None)
@given(seed=seeds, shape=shapes)
def test_a_month_appended_is_reading_from_scratch(seed: int, shape: tuple[bool, bool]) -> None:
    w, (joint, weighted) = world(outcomes=2, seed=seed, cohorts=(4, 6, 10)), shape
    weights = w.weights if weighted else None
    known = np.where(w.cohort == 10, np.inf, w.cohort)  # those of period 10 have not adopted yet
    before = Moments.from_panel(w.Y[..., :9], known, periods=w.periods[:9], weights=weights, joint=joint)
    after = append(before, w.Y[..., :9], w.Y[..., 9], w.cohort, weights=weights)
    same(after, read(w, joint=joint, weighted=weighted))


def test_a_hub_extends_each_trust_and_then_adds_them() -> None:
    w = world(outcomes=2)
    halves = np.arange(60) < 30, np.arange(60) >= 30
    held = [Moments.from_panel(w.Y[:, h, :9], w.cohort[h], periods=w.periods[:9], joint=True) for h in halves]
    sent = [month(m, w.Y[:, h, :9], w.Y[:, h, 9], w.cohort[h]) for m, h in zip(held, halves, strict=True)]
    hub = extend(held[0], sent[0]) + extend(held[1], sent[1])
    same(hub, read(w, joint=True))


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_wire_keeps_every_digit(joint: bool, weighted: bool) -> None:
    state = read(world(outcomes=2), joint=joint, weighted=weighted)
    for back in (from_json(to_json(state)), from_bytes(to_bytes(state))):
        assert (back.outcomes, back.joint, back.weighted) == (state.outcomes, state.joint, state.weighted)
        for name in FIELDS:
            np.testing.assert_array_equal(getattr(back, name), getattr(state, name))


def test_the_wire_carries_no_row_unless_a_cohort_is_one_site() -> None:
    w = world()
    assert len(to_bytes(read(w))) < read(w).gram.nbytes
    one = Moments.from_panel(w.Y, np.r_[9.0, w.cohort[1:]], periods=w.periods)
    np.testing.assert_allclose(one.mean[0, one.cohorts == 9][0], w.Y[0, 0])  # the mean is the row
    with pytest.warns(UserWarning, match="9 hold one or two sites"):
        to_json(one)
    with pytest.raises(ValueError, match="fewer than 5 sites"):
        to_bytes(one, minimum_sites=5)


def test_a_damaged_state_is_refused() -> None:
    with pytest.raises(ValueError, match="not a state this version reads"):
        from_json('{"format": "other"}')
    sent = to_json(read(world())).replace('"n": [', '"n": [1, ')
    with pytest.raises(ValueError, match="damaged"):
        from_json(sent)


def test_states_that_do_not_belong_together_are_refused() -> None:
    w = world()
    with pytest.raises(ValueError, match="same outcomes and periods"):
        read(w) + read(w).first_periods(5)
    with pytest.raises(ValueError, match="fewer than none"):
        read(w, np.arange(5)) - read(w)
    with pytest.raises(ValueError, match="missing or infinite"):
        Moments.from_panel(np.where(w.Y > 60, np.nan, w.Y), w.cohort)
    with pytest.raises(ValueError, match="no covariance between outcomes"):
        read(world(outcomes=2)).block(0, 1)


def test_far_from_zero_the_cross_products_keep_their_digits() -> None:
    """Levels a million times the noise: centred before multiplying, so nothing cancels."""
    near, far = world(level=0.0), world(level=1e6)
    a, b = study(read(near)), study(read(far))
    np.testing.assert_allclose(a.cell_se(), b.cell_se(), rtol=1e-9)

"""What a change did to the gap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.evaluate.forwhom.gap import gap
from holdfast.evaluate.forwhom.inequality import measures, ridit_ranks, slope_weights, straightness

SHARES = np.array([0.1, 0.3, 0.2, 0.25, 0.15])
LEVELS = np.array([30.0, 26.0, 22.0, 21.0, 15.0])


def test_slope_index_is_weighted_least_squares():
    rank = ridit_ranks(SHARES)
    assert rank == pytest.approx([0.05, 0.25, 0.5, 0.725, 0.925])
    slope, intercept = np.polyfit(rank, LEVELS, 1, w=np.sqrt(SHARES))
    found = measures(SHARES)
    assert slope_weights(SHARES) @ LEVELS == pytest.approx(-slope)
    assert found["relative index"](LEVELS) == pytest.approx(-slope / (SHARES @ LEVELS))
    assert found["relative index (ratio)"](LEVELS) == pytest.approx(intercept / (intercept + slope))
    fitted = intercept + slope * rank
    explained = SHARES @ (fitted - SHARES @ LEVELS) ** 2 / (SHARES @ (LEVELS - SHARES @ LEVELS) ** 2)
    assert straightness(LEVELS, SHARES) == pytest.approx(explained)


def test_a_straight_line_is_recovered_whatever_the_shares():
    levels = 20 - 6 * ridit_ranks(SHARES)
    assert measures(SHARES)["slope index"](levels) == pytest.approx(6)
    assert straightness(levels, SHARES) == pytest.approx(1)


@pytest.mark.parametrize("known", ["after", "counterfactual"])
def test_intervals_against_simulation(known):
    """Delta-method standard errors and the probability of widening beside 200,000 draws."""
    effects = np.array([-1.0, -2.0, -1.5, -2.0, -2.5])
    cov = 0.5 * np.eye(5) + 0.2
    found = gap(effects, cov, LEVELS, SHARES, better="lower", known=known)
    drawn = np.random.default_rng(1).multivariate_normal(effects, cov, 200_000)
    after = np.broadcast_to(LEVELS + effects, drawn.shape) if known == "after" else LEVELS + drawn
    without = after - drawn if known == "after" else np.broadcast_to(LEVELS, drawn.shape)
    for name, measure in measures(SHARES).items():
        change = measure(after.T) - measure(without.T)
        one = 1.0 if "ratio" in name else 0.0
        widens = np.mean((change > 0) & (measure(after.T) > one))
        assert found[name].se == pytest.approx(change.std(), rel=0.03), name
        assert found[name].p_widens == pytest.approx(widens, abs=0.02), name


def test_both_sides_noisy():
    cov = np.diag(np.full(4, 0.3))
    found = gap([0.5, 0.0], np.eye(2), [3.0, 2.0], [1, 1], better="lower", joint_cov=cov)
    assert found["difference"].se == pytest.approx(np.sqrt(4 * 0.3))
    tdf = gap([0.5, 0.0], np.eye(2), [3.0, 2.0], [1, 1], better="lower", joint_cov=cov, df=5)
    assert 0.5 < tdf["difference"].p_widens < found["difference"].p_widens


def test_widening_is_to_the_disadvantage_of_the_most_deprived():
    """A worse level in the most deprived that grows widens the gap; which way is worse depends on the measure."""
    sure = 1e-6 * np.eye(2)
    worse = gap([2.0, 0.0], sure, [10.0, 8.0], [1, 1], better="lower")["difference"]
    assert (worse.counterfactual, worse.after, worse.p_widens) == (2.0, 4.0, pytest.approx(1))
    good = gap([2.0, 0.0], sure, [10.0, 8.0], [1, 1], better="higher")["difference"]
    assert good.p_widens == pytest.approx(0)
    down = gap([-2.0, 0.0], sure, [7.0, 8.0], [1, 1], better="higher")["difference"]
    assert down.p_widens == pytest.approx(1)


def test_crossing_zero():
    """From a disadvantage to an advantage is narrowing; the other way round is widening."""
    sure = 1e-6 * np.eye(2)
    overtaken = gap([-5.0, 0.0], sure, [10.0, 8.0], [1, 1], better="lower")["difference"]
    assert overtaken.crosses_zero
    assert overtaken.p_widens == pytest.approx(0)
    reversed_ = gap([5.0, 0.0], sure, [7.0, 8.0], [1, 1], better="lower")["difference"]
    assert reversed_.crosses_zero
    assert reversed_.p_widens == pytest.approx(1)
    further = gap([-5.0, 0.0], sure, [7.0, 8.0], [1, 1], better="lower")["difference"]
    assert not further.crosses_zero
    assert further.p_widens == pytest.approx(0)


def test_helping_everyone_can_widen_the_relative_gap_only():
    found = gap([-2.0, -2.0], 0.01 * np.eye(2), [10.0, 5.0], [1, 1], better="lower")
    assert found["difference"].change == pytest.approx(0)
    assert found["ratio"].change > 0
    assert found["ratio"].p_widens > 0.95


def test_missing_levels_are_listed():
    labels = ["1 most deprived", "2", "3", "4", "5 least deprived"]
    effects = np.array([np.nan, -1, -1, -1, -1.0])
    cov = np.diag([np.nan, 1, 1, 1, 1.0])
    found = gap(effects, cov, LEVELS, SHARES, better="lower", labels=labels, before=LEVELS + 1)
    assert found.missing == ("1 most deprived",)
    assert found.levels == tuple(labels[1:])
    assert not found.extremes
    assert found["difference"].before == pytest.approx(26 - 15)
    assert not found.few_groups
    assert gap([1.0, np.nan], np.eye(2), [1.0, 1.0], [1, 1], better="lower") is None
    two = gap([1.0, 1.0], np.eye(2), [1.0, 1.0], [1, 1], better="lower")
    assert two.few_groups
    assert np.isnan(two.curvature_p)


def test_relative_measures_need_positive_levels():
    found = gap([0.0, 0.0], np.eye(2), [-1.0, 2.0], [1, 1], better="lower")
    assert np.isnan(found["ratio"].change)
    assert np.isnan(found["ratio"].p_widens)
    assert found["difference"].change == 0


def test_curvature_is_seen_in_the_effects():
    rank = ridit_ranks(SHARES)
    straight = gap(-3 + 2 * rank, 0.01 * np.eye(5), LEVELS, SHARES, better="lower")
    bent = gap(-3 + 8 * (rank - 0.5) ** 2, 0.01 * np.eye(5), LEVELS, SHARES, better="lower")
    assert straight.curvature_p > 0.99
    assert bent.curvature_p < 0.001


@settings(max_examples=50)
@given(st.floats(0.1, 50), st.lists(st.floats(1, 100), min_size=2, max_size=6), st.integers(0, 1000))
def test_units_do_not_matter(scale, levels, seed):
    rng = np.random.default_rng(seed)
    size = len(levels)
    effects, shares = rng.normal(size=size) * 0.1, rng.uniform(0.5, 2, size)
    one = gap(effects, np.eye(size), levels, shares, better="lower")
    other = gap(scale * effects, scale**2 * np.eye(size), scale * np.array(levels), shares, better="lower")
    for name in ("ratio", "relative index"):
        assert other[name].change == pytest.approx(one[name].change, rel=1e-6, abs=1e-9)
        assert other[name].se == pytest.approx(one[name].se, rel=1e-6)
    assert other["slope index"].se == pytest.approx(scale * one["slope index"].se, rel=1e-6)

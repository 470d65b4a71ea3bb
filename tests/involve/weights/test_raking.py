"""Raking and its error, held to R's survey package and to the jackknife."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.involve.weights import poststratify, rake, weighted_share

# Sixty simulated people: two dimensions, an answer, and who is in a subgroup.
A = np.array([int(c) for c in "212212200002201202012010202111111222211210202100100121222111"])
S = np.array([int(c) for c in "000010001110100011101011011111010001111110110010100001001101"])
Y = np.array([int(c) for c in "000111110101001000011001001111100110111100100100100010100110"], float)
R = np.array([int(c) for c in "101101110100001000000111100001000101111111111011001100000111"]) == 1
TARGETS = ([300, 500, 200], [450, 550])


def test_weights_are_those_of_r_survey() -> None:
    """survey 4.1-1 on R 4.2.2: rake(svydesign(~1), list(~a, ~s), …, epsilon = 1e-12), weights over their mean, by cell.

    Both iterate the same fixed point, so only the stopping rule differs: 1e-9.
    """
    raked = rake([A, S], TARGETS, tolerance=1e-12)
    cells = [raked.weights[(a == A) & (s == S)][0] for a in range(3) for s in range(2)]
    expected = [1.1422776451, 1.1115618316, 1.4527542267, 1.4136897067, 0.5272873336, 0.5131085921]
    assert np.allclose(cells, expected, atol=1e-9)
    assert raked.converged and not raked.unreached


def test_shares_and_errors_are_those_of_r_survey() -> None:
    """svymean(~y) and svymean(~y, subset(r == 1)) on the raked design: shares to 1e-9.

    Errors to 0.1 %: survey takes residuals by sweeping the margins as the raking went, here they are projected at once.
    """
    raked = rake([A, S], TARGETS, tolerance=1e-12)
    whole = weighted_share(Y, raked.weights, [A, S], corrected=False)
    part = weighted_share(Y, raked.weights, [A, S], R, corrected=False)
    assert (whole.share, part.share) == pytest.approx((0.4787088621, 0.5075911155), abs=1e-9)
    assert whole.se == pytest.approx(0.0644705283, rel=1e-3)
    assert part.se == pytest.approx(0.0953925814, rel=1e-3)


def test_the_corrected_error_is_near_the_jackknife_that_rakes_anew_each_time() -> None:
    """HC3 approximates the delete-one jackknife; raking anew also moves weights a little, so 3 %."""
    raked = rake([A, S], TARGETS)
    n = len(Y)
    left = []
    for i in range(n):
        kept = np.arange(n) != i
        w = rake([A[kept], S[kept]], TARGETS).weights
        left.append(float((w * Y[kept]).sum() / w.sum()))
    jackknife = np.sqrt((n - 1) / n * ((np.array(left) - np.mean(left)) ** 2).sum())
    assert weighted_share(Y, raked.weights, [A, S]).se == pytest.approx(jackknife, rel=0.03)


def test_without_weights_it_is_the_plain_share_and_its_jeffreys_interval_nearly() -> None:
    from statsmodels.stats.proportion import proportion_confint

    plain = weighted_share(Y, np.ones(60))
    assert plain.share == Y.mean()
    assert np.allclose((plain.low, plain.high), proportion_confint(Y.sum(), 60, method="jeffreys"), atol=0.01)


def test_a_level_that_nobody_spoke_from_is_named_and_the_rest_is_matched() -> None:
    raked = rake([A, S], ([300, 500, 200, 1000], [450, 550]))
    assert raked.unreached == ((0, 3, 0.5),)
    shares = np.bincount(A, raked.weights) / raked.weights.sum()
    assert np.allclose(shares, [0.3, 0.5, 0.2], atol=1e-7)


def test_people_whose_level_is_not_known_keep_their_place() -> None:
    code = np.where(np.arange(60) < 10, -1, A)
    raked = rake([code, S], TARGETS)
    known = code >= 0
    shares = np.bincount(code[known], raked.weights[known]) / raked.weights[known].sum()
    assert np.allclose(shares, [0.3, 0.5, 0.2], atol=1e-7)
    assert raked.weights[~known].min() > 0


def test_trimmed_weights_stay_in_bounds_and_say_how_far_off_they_leave_the_margins() -> None:
    raked = rake([A, S], TARGETS, least=0.6, most=1.3)
    assert raked.weights.min() >= 0.6 - 1e-12 and raked.weights.max() <= 1.3 + 1e-12
    assert raked.weights.mean() == pytest.approx(1)
    assert raked.trimmed > 0 and not raked.converged
    shares = np.bincount(A, raked.weights) / raked.weights.sum()
    assert raked.discrepancy == pytest.approx(np.abs(shares - [0.3, 0.5, 0.2]).max(), abs=1e-6)


def test_margins_that_cannot_be_had_together_do_not_settle_and_are_said_to() -> None:
    code = np.array([0] * 20 + [1] * 20)
    raked = rake([code, code], ([1, 1], [1, 3]))
    assert not raked.converged and raked.discrepancy > 0.1


@pytest.mark.parametrize(
    ("codes", "targets", "what"),
    [
        ([A], ([1, 2],), "level that its make-up lacks"),
        ([A], ([0, 1, 1],), "says nobody lives"),
        ([A], ([1, -1, 1],), "numbers of people"),
        ([A, S[:3]], ([1, 1, 1], [1, 1]), "3 codes for 60 people"),
        ([A], ([1, 1, 1], [1, 1]), "one target for each"),
    ],
)
def test_what_cannot_be_raked_is_refused(codes: list[np.ndarray], targets: tuple[list[float], ...], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        rake(codes, targets)


def test_nobody_at_all() -> None:
    raked = rake([np.empty(0, int)], ([1, 3],))
    assert len(raked.weights) == 0 and [level for _, level, _ in raked.unreached] == [0, 1]
    nothing = weighted_share([], [])
    assert np.isnan(nothing.share) and nothing.people == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 200), st.floats(0.2, 50))
def test_margins_are_matched_and_scale_does_not_matter(seed: int, n: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    codes = [np.r_[0, 1, 2, rng.integers(0, 3, n)], np.r_[0, 1, 0, rng.integers(0, 2, n)]]
    targets = [rng.uniform(0.1, 1, 3), rng.uniform(0.1, 1, 2)]
    one, two = rake(codes, targets), rake(codes, [t * scale for t in targets], np.full(n + 3, scale))
    assert np.allclose(one.weights, two.weights, rtol=1e-6)
    if one.converged:
        for code, target in zip(codes, targets, strict=True):
            assert np.allclose(np.bincount(code, one.weights) / one.weights.sum(), target / target.sum(), atol=1e-6)
    assert one.effective <= n + 3 + 1e-9


def test_all_of_one_mind_still_leaves_room_for_doubt() -> None:
    same = weighted_share(np.ones(60), rake([A, S], TARGETS).weights, [A, S])
    assert same.share == 1 and same.high == 1 and 0.9 < same.low < 0.98


def test_what_trimming_left_undone_is_allowed_for() -> None:
    free, trimmed = rake([A, S], TARGETS), rake([A, S], TARGETS, least=0.8, most=1.25)
    same = [weighted_share(Y, free.weights, [A, S], wanted=wanted).se for wanted in ((), TARGETS)]
    assert same[0] == pytest.approx(same[1], rel=1e-6)
    without, allowed = (weighted_share(Y, trimmed.weights, [A, S], wanted=wanted) for wanted in ((), TARGETS))
    assert trimmed.discrepancy > 0.01 and allowed.share == without.share and allowed.se > without.se
    # with two levels and opinion wholly divided by them, the bias is the gap itself, drawn in by one person's word
    side = np.repeat([0, 1], [30, 10])
    found = weighted_share(side, np.ones(40), [side], wanted=[[0.5, 0.5]])
    assert found.se == pytest.approx(0.25 * (10.25 / 11 - 0.25 / 31), rel=1e-9)


@pytest.mark.parametrize(
    ("y", "weights", "says"),
    [
        ([1, -1, 0], np.ones(3), "1 of 3 values of y"),
        ([1, 0], np.ones(3), "of the same people"),
        ([[1.0]], [[1.0]], "same"),
    ],
)
def test_a_share_of_what_is_no_share_is_refused(y: Any, weights: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        weighted_share(y, weights)


def test_only_those_counted_must_have_an_opinion() -> None:
    assert weighted_share([1.0, 0.0, np.nan, 9.0], np.ones(4), within=[True, True, False, False]).share == 0.5


@pytest.mark.parametrize(
    ("k", "n", "levels", "people", "says"),
    [
        ([5], [3], [[0]], [10], "1 of 1 cells there are more successes"),
        ([1, 2], [3], [[0]], [10], "one value a cell"),
        ([1], [3], [[0, 1]], [10], "one value a cell"),
        ([1], [np.nan], [[0]], [10], "0 or more"),
        ([1], [3], [[0]], [-10], "0 or more"),
        ([1], [3], [[-1]], [10], "codes from 0"),
    ],
)
def test_cells_that_cannot_be_are_refused(k: Any, n: Any, levels: Any, people: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        poststratify(k, n, levels, people)

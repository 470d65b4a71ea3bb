"""Overlap, missingness, denominator, leave-one-out, and the shape of a check."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.evaluate.check.denominator import check_denominator
from holdfast.evaluate.check.leave_one_out import check_leave_one_out, check_single_site_cohorts, leave_one_out
from holdfast.evaluate.check.missingness import check_missingness, missingness
from holdfast.evaluate.check.overlap import check_overlap, overlap
from holdfast.evaluate.check.result import Check, graded, not_applicable, worst
from holdfast.evaluate.check.thresholds import Thresholds

NAN = np.nan


def test_check_refuses_a_status_or_sentence_that_is_not_one():
    with pytest.raises(ValueError, match="is not one of"):
        Check("x", 1, 1, "fine", "All well.")
    with pytest.raises(ValueError, match="full sentence"):
        Check("x", 1, 1, "pass", "all well")
    assert worst((not_applicable("a", "No."), Check("b", 1, 1, "concern", "Hm."))) == "concern"
    assert worst(()) == "not applicable"
    assert graded(NAN, 1, 2) == "not applicable"


def test_every_threshold_has_a_reason():
    reasons = Thresholds().reasons()
    assert len(reasons) == len(Thresholds.__dataclass_fields__)
    assert all(len(r) > 10 for r in reasons.values())
    with pytest.raises(ValueError, match="positive"):
        Thresholds(overlap_fail=0)


def test_overlap_counts_other_changes_near_adoption():
    adopted = [10, 10, 20, NAN, NAN]
    others = [[11, NAN], [30, NAN], [NAN, 19], [10, NAN], [NAN, NAN]]
    found = overlap(adopted, others, window=2)
    assert found.adopters == pytest.approx(2 / 3)
    assert found.sites == (0, 2)
    # Around month 10 (twice) one of two comparison sites changed something; around month 20 neither did.
    assert found.comparison == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert found.by_change == pytest.approx([1 / 3, 1 / 3])
    check = check_overlap(found)
    assert check.status == "concern"
    assert "2 of 3 adopting sites" in check.meaning
    assert check_overlap(overlap([1.0], [[1.0]], window=0)).status == "fail"
    assert check_overlap(overlap([NAN], [[1.0]])).status == "not applicable"
    with pytest.raises(ValueError, match="sites"):
        overlap([1.0, 2.0], [[1.0]])


def test_missingness_before_and_after():
    observed = np.ones((6, 10), dtype=bool)
    observed[0, 5:] = False
    observed[1, 7:] = False
    observed[4, 2] = False
    found = missingness(observed, [5, 5, 5, NAN, NAN, NAN])
    assert found.after.adopters == pytest.approx((1 + 0.6 + 0) / 3)
    assert found.before.others == pytest.approx(0.2 / 3)
    assert found.change.difference == pytest.approx(1.6 / 3 + 0.2 / 3)
    assert found.adopters_silent == (0,)
    assert found.after.lower < found.after.difference < found.after.upper
    check = check_missingness(found)
    assert check.status == "fail"
    assert "1 adopting sites have no data" in check.meaning


def test_missingness_without_scatter_has_a_score_interval():
    observed = np.ones((8, 6), dtype=bool)
    found = missingness(observed, [3, 3, 3, NAN, NAN, NAN, NAN, NAN])
    assert found.after.difference == 0
    # Newcombe 1998, 0/3 against 0/5: the Wilson upper limits.
    assert (found.after.lower, found.after.upper) == pytest.approx((-0.4345, 0.5615), abs=2e-4)
    assert check_missingness(found).status == "pass"
    assert missingness(observed, [NAN] * 8) is None
    assert check_missingness(None).status == "not applicable"


def test_one_adopter_is_compared_with_the_scatter_of_the_others():
    rng = np.random.default_rng(0)
    observed = rng.random((20, 24)) > 0.1
    found = missingness(observed, [12] + [NAN] * 19)
    shares = 1 - observed[1:, 12:].mean(axis=1)
    half = 2.100922 * shares.std(ddof=1) * np.sqrt(1 + 1 / 19)
    assert found.after.upper - found.after.difference == pytest.approx(half, rel=1e-5)


@pytest.mark.parametrize(
    ("effect", "se", "status"),
    [
        (0.0, 0.02, "pass"),
        (0.03, 0.01, "pass"),
        (0.08, 0.02, "concern"),
        (0.0, 0.2, "concern"),
        (0.4, 0.05, "fail"),
        (-0.4, 0.05, "fail"),
        (np.nan, 0.1, "not applicable"),
    ],
)
def test_denominator(effect, se, status):
    assert check_denominator(effect, se).status == status


def test_leave_one_out_influence_and_signs():
    found = leave_one_out(1.0, 0.5, [1.1, 0.9, -0.2, NAN])
    assert (found.lowest, found.highest, found.sign_flips, found.most) == (-0.2, 1.1, 1, 2)
    assert found.influence == pytest.approx(2.4)
    check = check_leave_one_out(found, "site", label="Northern")
    assert check.status == "fail"
    assert "Northern" in check.meaning
    assert check_leave_one_out(leave_one_out(0.1, 1.0, [-0.1, 0.2]), "cohort").status == "concern"
    assert check_leave_one_out(leave_one_out(1.0, 0.5, [NAN]), "site").status == "not applicable"


@given(st.lists(st.integers(1, 5), min_size=1, max_size=12))
def test_single_site_share_is_a_share(sites):
    check = check_single_site_cohorts(sites)
    expected = sum(1 for s in sites if s == 1) / sum(sites)
    assert check.value == pytest.approx(expected)
    assert check.status == graded(check.value, 0.25, 0.75)


def test_single_site_cohorts_without_weight():
    assert check_single_site_cohorts([]).status == "not applicable"
    assert check_single_site_cohorts([1, 1, 5], weights=[0.4, 0.4, 0.2]).status == "fail"

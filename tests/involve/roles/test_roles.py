"""Agreement by role: held to statsmodels, to counting by hand, and to what small numbers may show."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.involve import Votes, agreement, consensus, positions
from holdfast.involve.intervals import kish, of_share
from holdfast.records.shares import jeffreys


@pytest.mark.parametrize(("k", "n"), [(1, 10), (5, 10), (37, 120), (999, 1000)])
def test_the_jeffreys_interval_is_that_of_statsmodels(k: int, n: int) -> None:
    from statsmodels.stats.proportion import proportion_confint

    assert np.allclose(jeffreys(k, n), proportion_confint(k, n, method="jeffreys"), atol=1e-12)


def test_the_jeffreys_interval_is_closed_at_its_own_end_as_brown_cai_and_dasgupta_print_it() -> None:
    """Table of limits, n = 10 at 95 %: x = 0 gives (0, .217), x = 3 gives (.093, .606)."""
    assert np.round(jeffreys(0, 10), 3).tolist() == [0.0, 0.217]
    assert np.round(jeffreys(3, 10), 3).tolist() == [0.093, 0.606]
    assert float(jeffreys(10, 10)[1]) == 1.0
    assert np.isnan(jeffreys(0, 0)).all()


def test_equal_weights_leave_every_person_counting_once() -> None:
    assert kish(np.full(40, 3.0)) == pytest.approx(40)
    assert kish([1.0, 0.0, 0.0]) == pytest.approx(1)
    assert kish([]) == 0.0
    assert np.allclose(of_share(0.3, 100), jeffreys(30, 100))


ROWS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 3), st.sampled_from([1, 0, -1])), max_size=80)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_counts_are_those_of_counting_one_by_one(rows: list[tuple[int, int, int]]) -> None:
    role = [("patients", "leaders", None)[i % 3] for i in range(12)]
    votes = Votes.from_rows(rows, [str(i) for i in range(12)], [str(i) for i in range(4)])
    found = agreement(votes, role, few=1)
    last = {(p, s): v for p, s, v in rows}
    for g, name in enumerate(found.groups):
        for s in range(4):
            given = [v for (p, what), v in last.items() if what == s and role[p] == name]
            assert found.counts[g, s].tolist() == [given.count(1), given.count(-1), given.count(0)]
            if given:
                assert found.share[g, s, 0] == pytest.approx(given.count(1) / len(given))
                assert np.allclose((found.low[g, s, 0], found.high[g, s, 0]), jeffreys(given.count(1), len(given)))


def _two_roles(patients: tuple[int, int], leaders: tuple[int, int]) -> tuple[Votes, list[str]]:
    """(agree, disagree) of each role on one statement."""
    rows, role = [], []
    for name, (yes, no) in (("patients", patients), ("leaders", leaders)):
        for vote in [1] * yes + [-1] * no:
            rows.append((f"p{len(role)}", "s", vote))
            role.append(name)
    return Votes.from_rows(rows), role


def test_consensus_is_what_the_least_agreeing_role_can_be_said_to_agree_to() -> None:
    """Ninety patients for and ten leaders against is no consensus, though nine in ten people agree."""
    votes, role = _two_roles((90, 0), (1, 9))
    found = consensus(agreement(votes, role))
    assert found.worst == ("leaders",)
    assert found.agree[0] == pytest.approx(float(jeffreys(1, 10)[0]))
    assert found.worst_disagree == ("patients",)


def test_one_role_alone_is_no_consensus_and_who_was_not_heard_is_said() -> None:
    votes, role = _two_roles((90, 0), (3, 0))
    found = consensus(agreement(votes, role, few=10))
    assert np.isnan(found.agree[0]) and found.worst == ("",)
    assert found.unheard == (("leaders",),)


def test_few_voices_show_neither_shares_nor_counts() -> None:
    votes, role = _two_roles((20, 10), (4, 5))
    found = agreement(votes, role, few=10)
    assert found.counts[1, 0].tolist() == [-1, -1, -1]
    assert np.isnan(found.share[1, 0]).all() and np.isnan(found.low[1, 0]).all() and np.isnan(found.effective[1, 0])
    assert found.shown.tolist() == [[True], [False]]
    assert agreement(votes, role, few=9).counts[1, 0].tolist() == [4, 5, 0]


def test_the_minority_stands_beside_the_majority_and_a_contrary_role_is_marked() -> None:
    votes, role = _two_roles((70, 30), (3, 27))
    both = {p.group: p for p in positions(agreement(votes, role))}
    assert (both["patients"].majority, both["patients"].minority) == ("agree", "disagree")
    assert both["patients"].minority_share == pytest.approx(0.3)
    assert both["leaders"].majority == "disagree" and both["leaders"].contrary
    assert both["leaders"].minority == "disagree" or both["leaders"].minority_share == pytest.approx(0.1)


def test_most_others_are_all_the_others_and_not_only_those_that_lean() -> None:
    rows, role = [], []
    for name, yes, no in (("carers", 50, 10), ("leaders", 40, 15), ("patients", 52, 48), ("clinicians", 5, 50)):
        for vote in [1] * yes + [-1] * no:
            rows.append((f"p{len(role)}", "s", vote))
            role.append(name)
    contrary = {p.group for p in positions(agreement(Votes.from_rows(rows), role)) if p.contrary}
    assert contrary == {"clinicians"}, "one of three others leans against carers, two of three against clinicians"


def test_weights_reweight_within_a_role_and_widen_its_interval() -> None:
    votes, role = _two_roles((20, 20), (10, 10))
    weights = np.r_[np.full(20, 3.0), np.full(20, 1.0), np.ones(20)]
    plain, heavy = agreement(votes, role), agreement(votes, role, weights=weights)
    assert heavy.share[0, 0, 0] == pytest.approx(0.75)
    assert heavy.share[1, 0, 0] == plain.share[1, 0, 0] == 0.5
    assert heavy.effective[0, 0] == pytest.approx(80**2 / (20 * 9 + 20))


def test_a_role_for_each_person_is_asked_for() -> None:
    votes, role = _two_roles((20, 20), (10, 10))
    with pytest.raises(ValueError, match="each of the 60 people"):
        agreement(votes, role[:-1])


@pytest.mark.parametrize("rows", [[], [("a", "s", 0)], [("a", "s", 1)], [(f"p{i}", "s", 0) for i in range(30)]])
def test_nobody_one_person_and_a_statement_everybody_passed(rows: list[tuple[str, str, int]]) -> None:
    votes = Votes.from_rows(rows)
    found = agreement(votes, ["patients"] * votes.shape[0])
    assert found.share.shape == (min(1, len(rows)), votes.shape[1], 3)
    assert len(consensus(found).agree) == votes.shape[1]
    assert all(p.majority == "pass" for p in positions(found))


@pytest.mark.parametrize("weights", [[1.0], [1.0] * 9, [1.0, -1.0, 1.0], [1.0, np.nan, 1.0]])
def test_weights_are_one_for_each_person(weights: list[float]) -> None:
    votes = Votes.from_rows([("a", "s", 1), ("b", "s", -1), ("c", "s", 1)])
    with pytest.raises(ValueError, match="weights must be a number of nought or more for each of the 3 people"):
        agreement(votes, ["x", "x", "y"], weights=weights)

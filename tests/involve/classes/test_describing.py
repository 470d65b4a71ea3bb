"""What groups hold, what they share, and who they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from holdfast.involve import Votes
from holdfast.involve.classes import Groups, common_ground, holds, opinion_groups, shared, views, who_is
from holdfast.involve.classes.who import withheld
from holdfast.records.shares import jeffreys


@pytest.fixture(scope="module")
def split() -> tuple[Votes, Groups]:
    """Sixty people: all agree on the first statement; on the others two halves differ, one person each astray."""
    rows = []
    for person in range(60):
        side = 1 if person < 40 else -1
        rows.append((f"p{person}", "all", 1))
        for s in range(6):
            astray = person % 20 == s
            rows.append((f"p{person}", f"s{s}", -side if astray else side))
    votes = Votes.from_rows(rows)
    return votes, opinion_groups(votes, repeats=2)


def test_shares_are_of_the_members_with_jeffreys_intervals(split: tuple[Votes, Groups]) -> None:
    votes, groups = split
    seen = views(votes, groups)
    assert groups.k == 2
    place = votes.statements.index("s0")
    np.testing.assert_allclose(seen.share[0, place], [38 / 40, 2 / 40], atol=5e-3)
    low, high = jeffreys(38, 40)
    np.testing.assert_allclose([seen.low[0, place, 0], seen.high[0, place, 0]], [low, high], atol=0.02)


def test_each_group_holds_what_the_other_does_not(split: tuple[Votes, Groups]) -> None:
    votes, groups = split
    ours, theirs = holds(views(votes, groups))
    apart = {votes.statements.index(f"s{s}") for s in range(6)}
    assert {one.statement for one in ours} <= apart and {one.way for one in ours} == {"agree"} and len(ours) == 5
    assert {one.way for one in theirs} == {"disagree"}
    assert all(one.gap_low <= one.gap <= one.gap_high and one.gap_low > 0 for one in ours + theirs)


def test_what_all_share_is_the_worst_groups_lower_bound(split: tuple[Votes, Groups]) -> None:
    votes, groups = split
    all_hold = shared(views(votes, groups))
    ((statement, way, low),) = common_ground(all_hold)
    assert votes.statements[statement] == "all" and way == "agree"
    assert low == pytest.approx(float(jeffreys(20, 20)[0]), abs=0.01)
    assert all_hold.product[statement, 0] == pytest.approx(41 / 42 * 21 / 22, abs=0.01)
    assert all_hold.mean[statement, 0] == pytest.approx(np.sqrt(41 / 42 * 21 / 22), abs=0.01)


def test_the_mean_does_not_shrink_with_more_groups() -> None:
    """The same votes in two groups or four alike: the product falls, its root and the bound's order do not."""
    rows = [(f"p{i}", f"s{s}", 1 if i % 10 else -1) for i in range(80) for s in range(3)]
    votes = Votes.from_rows(rows)
    two, four = (shared(views(votes, _forced(votes, np.arange(80) // 10 % k, k))) for k in (2, 4))
    assert (four.product[:, 0] < two.product[:, 0] ** 1.5).all()
    np.testing.assert_allclose(four.mean, two.mean, atol=0.05)


def _forced(votes: Votes, group: np.ndarray, k: int) -> Groups:
    from dataclasses import replace

    share = np.eye(k, dtype=np.float32)[group]
    return replace(opinion_groups(votes, k=k, repeats=0), share=share, assigned=group.astype(np.int32))


def test_who_groups_are(split: tuple[Votes, Groups]) -> None:
    votes, groups = split
    roles = ["patient" if int(name[1:]) % 2 else "clinician" for name in votes.participants]
    told = {(one.level, one.group): one for one in who_is(groups, {"role": roles}, fewest=5)}
    assert told["patient", 0].count == 20 and told["patient", 0].share == 0.5
    low, high = jeffreys(20, 40)
    assert told["patient", 0].low == pytest.approx(float(low))
    assert told["patient", 0].high == pytest.approx(float(high))
    assert told["clinician", 1].everybody == 0.5


def test_a_few_are_never_told_of(split: tuple[Votes, Groups]) -> None:
    _, groups = split
    rare = [None if i < 20 else "leader" if i in (20, 41) else "patient" for i in range(60)]
    told = who_is(groups, {"role": rare}, fewest=5)
    assert {one.level for one in told} == {"leader", "patient", "not said"}
    assert all(one.count is None or one.count == 0 or one.count >= 5 for one in told)
    for group in (0, 1):
        assert sum(one.count is None for one in told if one.group == group) != 1


@pytest.mark.parametrize("seed", range(25))
def test_no_few_are_found_out_by_all_rows_and_columns_together(seed: int) -> None:
    """The most that a count withheld could be, given all that is shown and every total: more than a few, or a total."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    table = rng.poisson(rng.choice([1.0, 4.0, 12.0], (int(rng.integers(2, 5)), int(rng.integers(2, 6)))))
    hidden = withheld(table, 5)
    cells = np.argwhere(hidden)
    sums = [(cells[:, axis] == at, np.where(hidden, table, 0).sum(axis=1 - axis)[at])
            for axis in (0, 1) for at in range(table.shape[axis])]  # fmt: skip
    for few in np.flatnonzero((table[hidden] > 0) & (table[hidden] < 5)):
        aim = -np.eye(len(cells))[few]
        most = linprog(aim, A_eq=np.array([s for s, _ in sums], float), b_eq=[total for _, total in sums])
        row, column = cells[few]
        assert -most.fun >= min(5, table[row].sum(), table[:, column].sum()) - 1e-9, table


@settings(deadline=None)
@given(arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 5)), elements=st.integers(0, 12)))
def test_nothing_withheld_can_be_had_by_taking_away(table: np.ndarray) -> None:
    hidden = withheld(table, 5)
    assert not (~hidden & (table > 0) & (table < 5)).any()
    for cells, covered in ((table, hidden), (table.T, hidden.T)):
        for line, cover in zip(cells, covered, strict=True):
            if cover.sum() == 1:
                assert cover.all(), "the only cell of its line: nothing to take away from but the line's own total"
            elif cover.any() and not cover.all():
                assert line[cover].sum() >= 5


def test_attributes_must_be_of_the_same_people(split: tuple[Votes, Groups]) -> None:
    with pytest.raises(ValueError, match="1 values for 60"):
        who_is(split[1], {"role": ["patient"]}, fewest=5)

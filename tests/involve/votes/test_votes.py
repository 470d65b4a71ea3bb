"""Votes at the door: the last wins, nothing is lost uncounted, and missing is never a vote."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.involve import AGREE, DISAGREE, PASS, Votes

ROWS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz"), st.sampled_from([1, 0, -1]), st.integers(0, 3)),
    max_size=30,
)


def _held(votes: Votes) -> dict[tuple[str, str], int]:
    return {
        (votes.participants[i], votes.statements[j]): int(v)
        for i, j, v in zip(votes.who, votes.what, votes.vote, strict=True)
    }


@settings(deadline=None)
@given(ROWS)
def test_the_latest_vote_by_time_then_by_order_wins(rows: list[tuple[str, str, int, int]]) -> None:
    votes = Votes.from_rows(rows)
    expected: dict[tuple[str, str], int] = {}
    for who, what, vote, _ in sorted(rows, key=lambda row: row[3]):
        expected[who, what] = vote
    assert _held(votes) == expected
    assert votes.taken.repeats == len(rows) - len(expected)
    assert votes.taken.contradicted == sum(vote != expected[who, what] for who, what, vote, _ in rows)


@settings(deadline=None)
@given(ROWS)
def test_the_sparse_forms_agree_with_the_rows(rows: list[tuple[str, str, int, int]]) -> None:
    votes = Votes.from_rows(rows)
    matrix = votes.matrix()
    assert matrix.nnz == len(votes)
    for vote in (AGREE, DISAGREE, PASS):
        mark = votes.indicator(vote)
        assert mark.sum() == (votes.vote == vote).sum()
    assert (votes.counts().sum(axis=0) == votes.counts_by_person().sum(axis=0)).all()
    assert votes.counts().sum() == len(votes)


def test_words_numbers_and_records_are_read_alike() -> None:
    words = Votes.from_rows([("a", "x", "Agree"), ("a", "y", " disagree"), ("b", "x", "pass")])
    numbers = Votes.from_rows([{"participant": "a", "statement": "x", "vote": 1}, ("a", "y", -1), ("b", "x", 0)])
    columns = Votes.from_arrays(["a", "a", "b"], ["x", "y", "x"], [1.0, -1.0, 0.0])
    assert _held(words) == _held(numbers) == _held(columns) == {("a", "x"): 1, ("a", "y"): -1, ("b", "x"): 0}


def test_names_are_text_whatever_they_came_as() -> None:
    votes = Votes.from_arrays([3, 3.0, 4], ["1", "2", "1"], [1, 1, 1])
    assert votes.participants == ("3", "4")
    assert Votes.from_rows([(3, "x", 1), ("3", "x", -1), (3.0, "y", 1)]).participants == ("3",)


def test_strangers_and_what_is_no_vote_are_counted_and_the_rest_goes_on() -> None:
    rows = [("a", "x", 1), ("z", "x", 1), ("a", "q", 1), ("b", "x", "maybe"), ("b", "x", None), (None, "x", 1)]
    votes = Votes.from_rows(rows, participants=["a", "b"], statements=["x", "y"])
    assert _held(votes) == {("a", "x"): 1}
    assert votes.shape == (2, 2)
    assert (votes.taken.unknown_people, votes.taken.unknown_statements, votes.taken.not_votes) == (2, 1, 2)
    problems = votes.taken.problems()
    assert [problem.column for problem in problems] == ["participant", "statement", "vote"]
    assert "z" not in " ".join(str(problem).split("votes", 1)[0] for problem in problems)


def test_no_votes_and_one_vote() -> None:
    none = Votes.from_rows([], participants=["a"], statements=["x"])
    assert len(none) == 0 and none.matrix().shape == (1, 1) and none.taken.problems() == ()
    assert Votes.from_rows([]).shape == (0, 0)
    assert _held(Votes.from_rows([("a", "x", 0)])) == {("a", "x"): 0}


def test_two_batches_merge_and_the_later_wins() -> None:
    first = Votes.from_rows([("a", "x", 1), ("b", "x", -1)])
    later = Votes.from_rows([("c", "y", 1), ("a", "x", -1)])
    both = first.followed_by(later)
    assert _held(both) == {("a", "x"): -1, ("b", "x"): -1, ("c", "y"): 1}
    assert both.taken.contradicted == 1 and both.taken.offered == 4 and both.taken.kept == 3


def test_some_people_and_some_rows() -> None:
    votes = Votes.from_rows([("a", "x", 1), ("b", "x", -1), ("c", "y", 0)])
    some = votes.of(np.array([True, False, True]))
    assert _held(some) == {("a", "x"): 1, ("c", "y"): 0} and some.statements == votes.statements
    assert _held(votes.only(votes.vote != 0)) == {("a", "x"): 1, ("b", "x"): -1}


def test_unsorted_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="sorted"):
        Votes(("a", "b"), ("x",), np.array([1, 0], np.int32), np.zeros(2, np.int32), np.ones(2, np.int8))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 3)), min_size=1, max_size=30))
def test_whole_numbers_are_named_as_their_text_is(pairs: list[tuple[int, int]]) -> None:
    who, what = np.array(pairs).T
    fast = Votes.from_arrays(who, what, np.ones(len(pairs)))
    slow = Votes.from_arrays([str(i) for i in who], [str(j) for j in what], np.ones(len(pairs)))
    assert fast.participants == slow.participants and fast.statements == slow.statements
    assert _held(fast) == _held(slow)


def test_a_vote_without_its_time_gives_way_to_one_that_has_it() -> None:
    votes = Votes.from_arrays(["a", "a", "b", "b"], ["s"] * 4, [-1, 1, 1, -1], time=[np.nan, 5.0, 7.0, np.nan])
    assert votes.vote.tolist() == [1, 1]
    dates = np.array(["NaT", "2026-01-01"], "datetime64[D]")
    assert Votes.from_arrays(["a", "a"], ["s", "s"], [-1, 1], time=dates).vote.tolist() == [1]


def test_nobody_is_called_nan() -> None:
    votes = Votes.from_rows([("a", "1", 1), (float("nan"), "1", 1), (float("nan"), "1", -1), (None, "1", 1)])
    assert votes.participants == ("a",) and votes.taken.unknown_people == 3 and votes.taken.contradicted == 0
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"who": ["a", None, "b"], "what": ["1", "1", pandas.NA], "vote": ["agree", "1", "−1"]})
    votes = Votes.from_arrays(frame["who"], frame["what"], frame["vote"])
    assert (votes.taken.unknown_people, votes.taken.unknown_statements, votes.taken.not_votes) == (1, 1, 0)


def test_times_as_text_are_put_in_time_and_not_in_the_alphabet() -> None:
    votes = Votes.from_rows([("a", "1", 1, "2026-01-01T09:00+02:00"), ("a", "1", -1, "2026-01-01T08:00Z")])
    assert votes.vote.tolist() == [-1], "eight in Greenwich is after nine two hours east of it"
    with pytest.raises(ValueError, match="2 different times"):
        Votes.from_rows([("a", "1", 1, "02/12/2020"), ("a", "1", -1, "15/11/2020")])


def test_columns_of_unequal_length_are_refused_plainly() -> None:
    with pytest.raises(ValueError, match="have \\[1, 2\\] rows"):
        Votes.from_arrays(["a", "b"], ["1", "1"], [1])


def test_half_a_character_in_a_name_is_spelt_out() -> None:
    votes = Votes.from_rows([("\ud800", "s", 1), ("\ud801", "s", -1)])
    assert votes.participants == ("\\ud800", "\\ud801") and len(votes) == 2


@pytest.mark.parametrize("row", [("a", "s"), (), ("a", "s", 1, 2.0, "more"), "abc", 5, None])
def test_a_row_of_another_length_is_named_with_what_is_allowed(row: Any) -> None:
    with pytest.raises(ValueError, match=r"row 2 is not a vote: give \(participant, statement, vote\)"):
        Votes.from_rows([("a", "s", 1), row])

"""Asking least: gains are the mutual information they claim to be, and asking by them finds people sooner."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from holdfast.involve import Votes
from holdfast.involve.asking import Asking, asking, next_statement
from holdfast.involve.asking.gain import about_person, about_statements, answers, belief
from holdfast.involve.classes import Groups, opinion_groups


@pytest.fixture(scope="module")
def known() -> tuple[Votes, Groups, Asking]:
    """Two groups of a hundred that differ on statements d0 to d4 and agree on a0 to a14; everybody saw everything."""
    rng = np.random.default_rng(0)
    rows = []
    for person in range(200):
        side = person < 100
        for s in range(5):
            rows.append((f"p{person}", f"d{s}", 1 if (rng.random() < 0.85) == (side == (s % 2 == 0)) else -1))
        for s in range(15):
            rows.append((f"p{person}", f"a{s}", 1 if rng.random() < 0.7 else -1))
    votes = Votes.from_rows(rows)
    groups = opinion_groups(votes, k=2, repeats=0)
    return votes, groups, asking(votes, groups)


def _coded(state: Asking, given: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    places = np.array([state.statements.index(name) for name in given], int)
    return places, np.array([{1: 0, -1: 1, 0: 2}[vote] for vote in given.values()], int)


def test_what_tells_of_the_person_is_asked_first(known: tuple[Votes, Groups, Asking]) -> None:
    state = known[2]
    first = next_statement(state, {})
    assert first.statement is not None and first.statement.startswith("d")
    assert first.of_person > 0.1 and sum(first.membership) == pytest.approx(1, abs=1e-5)


def test_votes_are_understood_as_everywhere_and_nothing_else_is_taken_for_a_pass(
    known: tuple[Votes, Groups, Asking],
) -> None:
    state = known[2]
    as_number, as_word = (next_statement(state, {"d0": vote}).membership for vote in (-1, "disagree"))
    assert as_number == as_word and as_number != next_statement(state, {"d0": 0}).membership
    with pytest.raises(ValueError, match="1 answers are no votes"):
        next_statement(state, {"d0": 7})


def test_it_stops_when_the_group_is_known_and_says_why(known: tuple[Votes, Groups, Asking]) -> None:
    state = known[2]
    given: dict[str, int] = {}
    for _ in range(20):
        told = next_statement(state, given)
        if told.stop:
            break
        assert told.statement is not None and told.statement not in given
        given[told.statement] = 1 if int(told.statement[1:]) % 2 == 0 else -1
    assert told.stop and len(given) < 8 and max(told.membership) > 0.95
    assert "already known" in told.why


def test_person_gain_is_the_mutual_information(known: tuple[Votes, Groups, Asking]) -> None:
    """Against the definition: expected fall of the group's entropy over the answers, by Bayes' rule each time."""
    state = known[2]
    given = {"d0": 1, "a3": 0, "d1": 1}
    chance = belief(state, *_coded(state, given))
    rates, of_group = answers(state, chance)
    place = state.statements.index("d2")

    def entropy(p: np.ndarray) -> float:
        return float(-(p * np.log(p)).sum())

    expected = 0.0
    for vote, kind in ((1, 0), (-1, 1), (0, 2)):
        likely = float(of_group @ rates[:, place, kind])
        after = belief(state, *_coded(state, {**given, "d2": vote})).sum(axis=1)
        expected += likely * entropy(after)
    assert about_person(rates, of_group)[place] == pytest.approx(entropy(of_group) - expected, abs=1e-4)


def test_statement_gain_is_the_mutual_information_of_a_dirichlet(known: tuple[Votes, Groups, Asking]) -> None:
    """Against draws of the rates: entropy of the mean answer less the mean entropy of the answer."""
    state = known[2]
    of_group = np.array([0.3, 0.7])
    gains = about_statements(state, of_group)
    rng = np.random.default_rng(1)
    expected = 0.0
    for g, weight in enumerate(of_group):
        alpha = (state.votes[g, 4] + state.rate[g, 4]).astype(float)
        drawn = rng.dirichlet(alpha, 400_000)
        mean = alpha / alpha.sum()
        entropies = -(drawn * np.log(np.maximum(drawn, 1e-300))).sum(axis=1)
        expected += weight * (-(mean * np.log(mean)).sum() - entropies.mean())
    assert gains[4] == pytest.approx(expected, abs=1e-4)


def test_a_new_statement_is_asked_of_somebody_already_known(known: tuple[Votes, Groups, Asking]) -> None:
    votes, _, _ = known
    more = votes.followed_by(Votes.from_rows([("p0", "new", 1)]))
    state = asking(more, opinion_groups(more, k=2, repeats=0))
    told = next_statement(state, {"d0": 1, "d1": -1, "d2": 1, "d3": -1, "d4": 1})
    assert told.statement == "new" and told.of_statement > told.of_person and "least known" in told.why


def test_closed_answered_and_other_statements_are_not_asked(known: tuple[Votes, Groups, Asking]) -> None:
    votes, groups, state = known
    closed = np.array([name.startswith("d") for name in votes.statements])
    assert str(next_statement(asking(votes, groups, closed), {}, known=0.0).statement).startswith("a")
    assert next_statement(state, {}, among=["a3", "a4", "unknown"], known=0.0).statement in ("a3", "a4")
    everything = dict.fromkeys(state.statements, 0)
    assert "nothing left" in next_statement(state, everything).why
    assert next_statement(state, {"gone since": 1}) == next_statement(state, {})


def test_people_in_step_are_not_all_asked_the_same(known: tuple[Votes, Groups, Asking]) -> None:
    asked = {next_statement(known[2], {}, seed=person).statement for person in range(40)}
    assert len(asked) > 1 and all(str(name).startswith("d") for name in asked)


def test_the_state_travels_as_bytes_and_as_json(known: tuple[Votes, Groups, Asking]) -> None:
    state = known[2]
    given = {"d0": 1, "a1": 0}
    for again in (Asking.from_bytes(state.to_bytes()), Asking.from_json(json.loads(json.dumps(state.to_json())))):
        assert again.statements == state.statements
        assert next_statement(again, given) == next_statement(state, given)


@pytest.mark.parametrize("content", [b"", b"xx", b"PK\x03\x04 cut short", b"\x93NUMPY"])
def test_other_bytes_are_no_state(content: bytes) -> None:
    with pytest.raises(ValueError, match="no state of asking: give what to_bytes gave"):
        Asking.from_bytes(content)


def test_a_state_cut_short_or_of_another_shape_is_none(known: tuple[Votes, Groups, Asking]) -> None:
    whole = known[2].to_bytes()
    with pytest.raises(ValueError, match="no state of asking"):
        Asking.from_bytes(whole[: len(whole) // 2])
    told = known[2].to_json()
    with pytest.raises(ValueError, match="it lacks statements, size"):
        Asking.from_json({})
    with pytest.raises(ValueError, match=r"it lacks rate$"):
        Asking.from_json({name: part for name, part in told.items() if name != "rate"})
    with pytest.raises(ValueError, match="not of one size"):
        Asking.from_json({**told, "statements": told["statements"][1:]})
    with pytest.raises(ValueError, match="it lacks statements"):
        Asking.from_json([])  # type: ignore[arg-type]


def test_without_statements_there_is_nothing_to_ask() -> None:
    nobody = Votes.from_rows([])
    told = next_statement(asking(nobody, opinion_groups(nobody)), {})
    assert told.stop and "no statements yet" in told.why and told.membership == (1.0,)


def test_one_group_still_asks_what_is_least_known() -> None:
    rows = [(f"p{i}", "often", 1) for i in range(8)] + [("p0", "once", 1)]
    votes = Votes.from_rows(rows)
    told = next_statement(asking(votes, opinion_groups(votes)), {})
    assert told.statement == "once" and told.membership[0] == pytest.approx(1.0)


def test_a_request_takes_milliseconds() -> None:
    rng = np.random.default_rng(0)
    k, S, H = 8, 1000, 15
    names = tuple(f"s{j}" for j in range(S))
    rate = rng.dirichlet((2, 2, 1), (k, S)).astype(np.float32)
    habit = np.full(H, 1 / H, np.float32)
    tilt = rng.uniform(0.5, 2, (H, 3)).astype(np.float32)
    state = Asking(names, np.full(k, 1 / k, np.float32), rate, habit, tilt, 40 * rate, np.ones(S, bool))
    given = {name: int(vote) for name, vote in zip(names[:30], rng.integers(-1, 2, 30), strict=True)}
    took = []
    for _ in range(5):
        start = time.perf_counter()
        next_statement(state, given)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.05

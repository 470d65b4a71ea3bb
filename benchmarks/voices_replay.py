"""Real conversations replayed: how few votes recover the groups and the common ground, asking least or otherwise.

Each person is asked at most ``each`` of the statements they really voted on: those worth most, some at random, or in
the order they came to them. *Late comers*: half of people have been heard in full and others are placed from few
votes. *From nothing*: nobody has been heard; the state is made afresh every ``REFRESH`` people. The number of groups
is taken as known, so that only the choice of statements differs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.involve import Votes
from holdfast.involve.asking import Asking, asking, next_statement
from holdfast.involve.asking.gain import belief
from holdfast.involve.classes import Groups, adjusted_rand, opinion_groups

REFRESH = 100
LATE = 200
WAYS = ("asking least", "at random", "as they came")


@dataclass(frozen=True)
class Recovered:
    """``votes`` asked for; adjusted Rand index with the groups that all votes give; of the ten statements most agreed
    with, and the ten most disagreed with, the share found; root mean squared error of agreement less disagreement."""

    votes: int
    likeness: float
    found: float
    error: float


def late_comers(votes: Votes, order: NDArray[np.int64], k: int, way: str, each: int, seed: int) -> Recovered:
    """Half of people, drawn at random, placed by the groups of the others: from ``each`` votes and from all of theirs.

    Only people with more than ``each`` votes, at most ``LATE`` of them; what is agreed with counts the others' votes.
    """
    rng = np.random.default_rng(seed)
    early = rng.random(votes.shape[0]) < 0.5
    late = ~early & (votes.counts_by_person().sum(axis=1) > each)
    late[np.flatnonzero(late)[LATE:]] = False
    first = votes.only(early[votes.who])
    state = asking(first, opinion_groups(first, k=k, repeats=0, seed=seed))
    rows = late[votes.who]
    theirs = votes.only(rows)
    chosen = _chosen(theirs, order[rows], way, each, seed, state)
    some = theirs.only(chosen)
    told = _compared(
        votes.only(early[votes.who] | rows),
        first.followed_by(some),
        _placed(state, theirs)[late],
        _placed(state, some)[late],
    )
    return replace(told, votes=len(some))


def from_nothing(votes: Votes, order: NDArray[np.int64], full: Groups, way: str, each: int, seed: int) -> Recovered:
    """Everybody asked ``each`` at most, and the groups found from those votes alone."""
    some = votes.only(_chosen(votes, order, way, each, seed, full.k))
    again = opinion_groups(some, k=full.k, repeats=0, seed=seed)
    both = (full.assigned >= 0) & (again.assigned >= 0)
    return _compared(votes, some, full.assigned[both], again.assigned[both])


def _compared(votes: Votes, some: Votes, group: NDArray[np.integer], again: NDArray[np.integer]) -> Recovered:
    seen = votes.counts().sum(axis=1) >= 20
    gap = (_agreement(votes) - _agreement(some))[seen]
    return Recovered(
        len(some),
        adjusted_rand(group, again),
        _same_top(_agreement(votes), _agreement(some)),
        float(np.sqrt(np.mean(gap**2))) if seen.any() else float("nan"),
    )


def _placed(state: Asking, votes: Votes) -> NDArray[np.int64]:
    kind, what = votes.kind().astype(np.int64), votes.what.astype(np.int64)
    start = votes.pointers()
    spans = [slice(start[person], start[person + 1]) for person in range(votes.shape[0])]
    return np.array([belief(state, what[span], kind[span]).sum(axis=1).argmax() for span in spans])


def _chosen(
    votes: Votes, order: NDArray[np.int64], way: str, each: int, seed: int, known: Asking | int
) -> NDArray[np.bool_]:
    rng = np.random.default_rng(seed)
    if way == "as they came":
        return order < each
    if way == "at random":
        shuffled = np.lexsort((rng.random(len(votes)), votes.who))
        place = np.empty(len(votes), np.int64)
        place[shuffled] = np.arange(len(votes)) - votes.pointers()[votes.who[shuffled]]
        return place < each
    return _least(votes, each, seed, known)


def _least(votes: Votes, each: int, seed: int, known: Asking | int) -> NDArray[np.bool_]:
    chosen = np.zeros(len(votes), bool)
    start = votes.pointers()
    state = known if isinstance(known, Asking) else None
    for person in range(votes.shape[0]):
        if not isinstance(known, Asking) and person % REFRESH == 0:
            heard = votes.only(chosen)
            state = asking(heard, opinion_groups(heard, k=known if person else 1, repeats=0, seed=seed))
        assert state is not None
        mine = {votes.statements[votes.what[row]]: row for row in range(start[person], start[person + 1])}
        given: dict[str, int] = {}
        for _ in range(min(each, len(mine))):
            told = next_statement(state, given, among=mine, settled=0.0, known=0.0, seed=seed * 100_003 + person)
            if told.statement is None:
                break
            row = mine[told.statement]
            given[told.statement] = int(votes.vote[row])
            chosen[row] = True
    return chosen


def _agreement(votes: Votes) -> NDArray[np.float64]:
    """S: agreement less disagreement among those who voted, smoothed by one vote of each kind."""
    counts = votes.counts()
    return np.asarray((counts[:, 0] - counts[:, 1]) / (counts.sum(axis=1) + 3))


def _same_top(all_: NDArray[np.float64], some: NDArray[np.float64], most: int = 10) -> float:
    ends = [set(np.argsort(sign * part)[:most].tolist()) for sign in (1, -1) for part in (all_, some)]
    return (len(ends[0] & ends[1]) + len(ends[2] & ends[3])) / (2 * most)

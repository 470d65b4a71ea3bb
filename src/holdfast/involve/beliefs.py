"""Beliefs against assumptions: who shares what a change rests on, and where it may therefore fail to last.

After the Health Foundation's account of what sustains a service shift (2020): where the beliefs of those who must act
are not those a service assumes, it is under threat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.people import in_role, people_of, roles_of, votes_of
from holdfast.involve.roles import FEW
from holdfast.involve.votes import AGREE, DISAGREE, Votes
from holdfast.records.heard import Assumption, Heard
from holdfast.records.voices import Belief, SustainRisk

Floats = NDArray[np.float64]
SHARED, NOT_SHARED, NOT_SETTLED, TOO_FEW = "shared", "not shared", "not settled", "too few"
NOT_ASKED: Final = "not asked"
WORST: Final = (NOT_SHARED, NOT_SETTLED, SHARED)


def beliefs_of(heard: Heard, *, few: int = FEW) -> tuple[Belief, ...]:
    """How far each role shares each assumption, from votes on the statements that test it.

    A person who voted on several statements of one assumption counts once, by the share they agreed with. Weighted
    where the role's make-up is held. An assumption on which nobody voted gets one row, *not asked*.
    """
    votes = votes_of(heard)
    found: list[Belief] = []
    for assumption in heard.assumptions:
        testing = {s.statement for s in heard.statements if s.assumption == assumption.assumption}
        agreeing, disagreeing = _scores(votes, testing)
        rows = [b for role in roles_of(heard) for b in _of_role(heard, assumption, role, agreeing, disagreeing, few)]
        found += rows or [_belief(assumption, "", 0, NOT_ASKED)]
    return tuple(found)


def _scores(votes: Votes, statements: set[str]) -> tuple[Floats, Floats]:
    """Share of the statements a person (P) agreed and disagreed with, of those they voted on; NaN for none."""
    chosen = np.array([s in statements for s in votes.statements], bool).reshape(-1)
    rows = chosen[votes.what] if len(votes) else np.zeros(0, bool)
    size = votes.shape[0]
    seen = np.bincount(votes.who[rows], minlength=size)
    with np.errstate(invalid="ignore"):
        agree, disagree = (np.bincount(votes.who[rows & (votes.vote == v)], minlength=size) / seen
                           for v in (AGREE, DISAGREE))  # fmt: skip
    return agree, disagree


def _of_role(
    heard: Heard, assumption: Assumption, role: str, agreeing: Floats, disagreeing: Floats, few: int
) -> list[Belief]:
    rows = np.flatnonzero(in_role(heard, role) & ~np.isnan(agreeing))
    if not len(rows):
        return []
    if len(rows) < few:
        return [_belief(assumption, role, len(rows), TOO_FEW)]
    people = people_of(heard, role, rows, few)
    agree, disagree = people.share(agreeing[rows]), people.share(disagreeing[rows])
    state = SHARED if agree.low > 0.5 else NOT_SHARED if agree.high < 0.5 else NOT_SETTLED
    return [_belief(assumption, role, len(rows), state, agree.share, agree.low, agree.high, disagree.share)]


def _belief(
    assumption: Assumption,
    role: str,
    voices: int,
    state: str,
    agree: float | None = None,
    low: float | None = None,
    high: float | None = None,
    disagree: float | None = None,
) -> Belief:
    return Belief(
        change=assumption.change,
        assumption=assumption.assumption,
        text=assumption.text,
        role=role,
        voices=voices,
        agree=agree,
        low=low,
        high=high,
        disagree=disagree,
        state=state,
    )


def sustain_risks(beliefs: Sequence[Belief]) -> tuple[SustainRisk, ...]:
    """For each change the weakest belief: of those least settled, the one whose upper bound is lowest."""
    found = []
    for change in dict.fromkeys(b.change for b in beliefs):
        own = [b for b in beliefs if b.change == change]
        told = [b for b in own if b.high is not None]
        heard_of = {b.assumption for b in told}
        unasked = tuple(dict.fromkeys(b.text for b in own if b.assumption not in heard_of))
        weakest = min(told, key=lambda b: (WORST.index(b.state), b.high or 0.0), default=None)
        found.append(_risk(change, weakest, unasked))
    return tuple(found)


def _risk(change: str, weakest: Belief | None, unasked: tuple[str, ...]) -> SustainRisk:
    if weakest is None:
        said = "Nobody, or too few, voted on what it rests on, so whether that is believed is not known."
        return SustainRisk(change=change, assumption="", text="", role="", agree=None, low=None, high=None,
                           risk="not known", unasked=unasked, meaning=said)  # fmt: skip
    risk = {NOT_SHARED: "high", NOT_SETTLED: "unclear", SHARED: "not known" if unasked else "low"}[weakest.state]
    low, high = round(100 * (weakest.low or 0)), round(100 * (weakest.high or 0))
    said = (
        f"Least shared: “{weakest.text}”, with which {round(100 * (weakest.agree or 0))} % of {weakest.role} agree "
        f"(95 % interval {low} % to {high} %)."
    )
    return SustainRisk(
        change=change,
        assumption=weakest.assumption,
        text=weakest.text,
        role=weakest.role,
        agree=weakest.agree,
        low=weakest.low,
        high=weakest.high,
        risk=risk,
        unasked=unasked,
        meaning=said,
    )

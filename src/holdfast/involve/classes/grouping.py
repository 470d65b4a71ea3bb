"""Opinion groups from votes: latent classes, their number, who belongs to each, and how well they would stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.involve.classes.choosing import MOST, HeldOut, fewest, held_out
from holdfast.involve.classes.em import Model, everybody
from holdfast.involve.classes.settling import BUDGET, DROPPED, Stability, likeliest, settled, shaken, some_of
from holdfast.involve.classes.sheets import counted, design
from holdfast.involve.classes.starting import Effort
from holdfast.involve.votes import Votes

STEADY: Final = 0.5
"""Groups less alike than this after losing a tenth of the votes are not shown; fewer are tried, down to one."""
PLENTY: Final = 50_000
"""Votes above which fewer starts and fewer repeats tell as much."""
CAREFUL: Final = Effort(short=8, long=4)
QUICK: Final = Effort(short=4, long=1)
FEWEST_PEOPLE: Final = 10


@dataclass(frozen=True, eq=False)
class Groups:
    """``share`` (P, k) float32: how far each person belongs to each group; ``assigned`` (P,): the likeliest, −1 for
    people without votes; ``manner`` (P, 3): what each person's habits multiply the chance of agreeing, disagreeing
    and passing by, so that groups are of opinion and not of habit; ``why``: why this many groups, in words;
    ``among``: how many people their number was judged on and the fit begun from, drawn at random where that is not
    everybody (every vote is in the fit's end). Groups are in order of size, largest first."""

    share: NDArray[np.float32]
    assigned: NDArray[np.int32]
    model: Model
    manner: NDArray[np.floating[Any]]
    tried: tuple[HeldOut, ...]
    stability: Stability
    why: str
    among: int

    @property
    def k(self) -> int:
        """How many groups."""
        return self.model.k

    @property
    def names(self) -> list[str | None]:
        """(P,): each person's group by its letter, A the largest; None for people without votes."""
        return [ascii_uppercase[g] if g >= 0 else None for g in self.assigned.tolist()]

    @property
    def sure(self) -> NDArray[np.float32]:
        """(P,): how far each person belongs to the group they are assigned to."""
        return np.asarray(self.share.max(axis=1), np.float32)


def opinion_groups(
    votes: Votes, *, k: int | None = None, most: int = MOST, repeats: int | None = None, seed: int = 0
) -> Groups:
    """Latent classes of ``votes``: their number by hidden votes (or ``k``), with ``repeats`` of the stability check.

    One group, and the reason, where there is too little to tell groups apart; fewer groups than foretell best, and
    the reason, where those do not hold together. ``repeats`` is 5, or 1 where votes are so many that repeats agree.
    """
    if k is not None and not 1 <= k <= max(1, votes.shape[0]):
        raise ValueError(f"{k} groups were asked for: give a number from 1 to {max(1, votes.shape[0]):,}, the people")
    seen = design(votes)
    reason = _too_little(seen)
    if reason:
        return _one(votes, seen, reason)
    rng = np.random.default_rng(seed)
    few = seen.nnz <= PLENTY
    effort = CAREFUL if few else QUICK
    some, tried = (some_of(seen, rng, BUDGET), ()) if k else _tried(seen, rng, min(most, votes.shape[0] // 2), effort)
    number = k or fewest(tried)
    shakes = (5 if few else 1) if repeats is None else repeats
    found = [_grouped(seen, some, number, rng, effort, shakes, tried)]
    while k is None and not _stands(found[-1]):
        found.append(_grouped(seen, some, found[-1].k - 1, rng, effort, shakes, tried))
    return found[0] if len(found) == 1 else _instead(found[-1], found[0])


def _grouped(
    seen: sparse.csr_array,
    some: sparse.csr_array,
    k: int,
    rng: np.random.Generator,
    effort: Effort,
    repeats: int,
    tried: tuple[HeldOut, ...],
) -> Groups:
    model, share, sheet = settled(seen, some, k, rng, effort)
    assigned = likeliest(share, seen)
    stability = shaken(seen, assigned, k, repeats, rng, effort)
    return Groups(
        share, assigned, model, sheet.tilt[sheet.manner], tried, stability, _why(tried, k, some, seen), some.shape[0]
    )


def _stands(found: Groups) -> bool:
    """Whether somebody is in each group, and they held together where that was tried; one group always does."""
    everywhere = len(np.unique(found.assigned[found.assigned >= 0])) == found.k
    return found.k == 1 or (everywhere and not found.stability.mean < STEADY)


def _instead(chosen: Groups, first: Groups) -> Groups:
    now = f"with {chosen.k} it is {chosen.stability.mean:.2f}" if chosen.k > 1 else "no smaller number does either"
    why = (
        f"{first.why}, but did not hold together when a tenth of the votes were dropped "
        f"(adjusted Rand index {first.stability.mean:.2f}); {now}"
    )
    return replace(chosen, why=why)


def _tried(
    seen: sparse.csr_array, rng: np.random.Generator, most: int, effort: Effort
) -> tuple[sparse.csr_array, tuple[HeldOut, ...]]:
    """The people that sufficed, and how well each number of classes foretold their hidden votes."""
    budget = BUDGET
    while True:
        some = some_of(seen, rng, budget)
        tried = held_out(some, rng, most=most, effort=effort)
        if some is seen or fewest(tried) > 1:
            return some, tried
        budget *= 4


def _too_little(seen: sparse.csr_array) -> str:
    people, counts = int((np.diff(seen.indptr) >= 2).sum()), counted(seen)
    if seen.nnz == 0:
        return "too few to group: nobody has voted"
    if len(counts) < 2:
        return "too few to group: there is one statement"
    if people < FEWEST_PEOPLE:
        return f"too few to group: fewer than {FEWEST_PEOPLE} people voted on two statements or more"
    if ((counts > 0).sum(axis=1) <= 1).all():
        return "one group: on every statement, everybody who voted gave the same vote"
    return ""


def _one(votes: Votes, seen: sparse.csr_array, reason: str) -> Groups:
    people = votes.shape[0]
    share = np.ones((people, 1), np.float32)
    prior = everybody(counted(seen))
    tilt = np.ones((people, 3))
    model = Model(np.ones(1), prior[None], 0.0)
    return Groups(share, likeliest(share, seen), model, tilt, (), Stability(DROPPED, (), (1.0,)), reason, people)


def _why(tried: tuple[HeldOut, ...], k: int, some: sparse.csr_array, seen: sparse.csr_array) -> str:
    if not tried:
        return f"{k} groups were asked for" if k > 1 else "1 group was asked for"
    best = min(tried, key=lambda one: one.loss)
    groups = "1 group is" if k == 1 else f"{k} groups are"
    drawn = "" if some is seen else f", on {some.shape[0]:,} of {seen.shape[0]:,} people drawn at random"
    if k == best.k:
        return f"{groups} what best foretold votes hidden from the fit ({len(tried)} numbers tried{drawn})"
    as_well = f"{groups} the fewest that foretold hidden votes as well as {best.k}, the best, within its standard error"
    return as_well if some is seen else f"{as_well} ({drawn.removeprefix(', ')})"

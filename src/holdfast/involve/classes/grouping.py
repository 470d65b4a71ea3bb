"""Opinion groups from votes: latent classes, their number, who belongs to each, and how well they would stand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.involve.classes.choosing import MOST, HeldOut, Trial, held_out
from holdfast.involve.classes.em import Model, everybody
from holdfast.involve.classes.ordering import Ordered, of_all_statements, of_everybody, ordered
from holdfast.involve.classes.settling import BUDGET, DROPPED, Stability, likeliest, settled, shaken, some_of
from holdfast.involve.classes.sheets import counted
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
    everybody who voted (every vote is in the fit's end); ``each``: how many groups every hiding of votes would have
    chosen by itself, which is how far that number hangs on chance. Groups are in order of size, largest first."""

    share: NDArray[np.float32]
    assigned: NDArray[np.int32]
    model: Model
    manner: NDArray[np.floating[Any]]
    tried: tuple[HeldOut, ...]
    stability: Stability
    why: str
    among: int
    each: tuple[int, ...] = ()

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
    The same votes give the same groups in whatever order people and statements are listed.
    """
    if k is not None and not 1 <= k <= max(1, votes.shape[0]):
        raise ValueError(f"{k} groups were asked for: give a number from 1 to {max(1, votes.shape[0]):,}, the people")
    said = ordered(votes)
    reason = _too_little(said.seen)
    found = _one(said.seen, reason) if reason else _found(said.seen, k, most, repeats, np.random.default_rng(seed))
    return _as_listed(found, votes, said)


def _found(seen: sparse.csr_array, k: int | None, most: int, repeats: int | None, rng: np.random.Generator) -> Groups:
    few = seen.nnz <= PLENTY
    effort = CAREFUL if few else QUICK
    some, trial = (some_of(seen, rng, BUDGET), Trial()) if k else _tried(seen, rng, min(most, seen.shape[0] // 2))
    shakes = (5 if few else 1) if repeats is None else repeats
    found = [_grouped(seen, some, k or trial.chosen, rng, effort, shakes, trial)]
    while k is None and not _stands(found[-1]):
        found.append(_grouped(seen, some, found[-1].k - 1, rng, effort, shakes, trial))
    return found[0] if len(found) == 1 else _instead(found[-1], found[0])


def _grouped(
    seen: sparse.csr_array,
    some: sparse.csr_array,
    k: int,
    rng: np.random.Generator,
    effort: Effort,
    repeats: int,
    trial: Trial,
) -> Groups:
    model, share, sheet = settled(seen, some, k, rng, effort)
    assigned = likeliest(share, seen)
    return Groups(
        share=share,
        assigned=assigned,
        model=model,
        manner=sheet.tilt[sheet.manner],
        tried=trial.tried,
        stability=shaken(seen, assigned, k, repeats, rng, effort),
        why=_why(trial, k, some, seen),
        among=some.shape[0],
        each=trial.each,
    )


def _as_listed(found: Groups, votes: Votes, said: Ordered) -> Groups:
    """The groups of all people and statements listed: who did not vote is as likely in each as anybody."""
    people = votes.shape[0]
    return replace(
        found,
        share=of_everybody(found.share, said.people, people, found.model.size),
        assigned=of_everybody(found.assigned, said.people, people, -1),
        manner=of_everybody(found.manner, said.people, people, 1.0),
        model=of_all_statements(found.model, said.statements, everybody(votes.counts().astype(np.float64))),
    )


def _stands(found: Groups) -> bool:
    """Whether somebody is in each group, and they held together where that was tried; one group always does."""
    everywhere = len(np.unique(found.assigned[found.assigned >= 0])) == found.k
    return found.k == 1 or (everywhere and not found.stability.mean < STEADY)


def _instead(chosen: Groups, first: Groups) -> Groups:
    now = f"with {chosen.k} it is {chosen.stability.mean:.2f}" if chosen.k > 1 else "no smaller number does either"
    fell = (
        f"did not hold together when a tenth of the votes were dropped (adjusted Rand index {first.stability.mean:.2f})"
    )
    if not first.stability.mean < STEADY:
        fell, now = "nobody was likeliest to be in one of them", f"{chosen.k} are the most that all have members"
    return replace(chosen, why=f"{first.why}, but {fell}; {now}")


def _tried(seen: sparse.csr_array, rng: np.random.Generator, most: int) -> tuple[sparse.csr_array, Trial]:
    """The people that sufficed, and how well each number of classes foretold their hidden votes."""
    budget = BUDGET
    while True:
        some = some_of(seen, rng, budget)
        trial = held_out(some, rng, most=most, effort=QUICK)
        if some is seen or trial.chosen > 1:
            return some, trial
        budget *= 4


def _too_little(seen: sparse.csr_array) -> str:
    people, counts = int((np.diff(seen.indptr) >= 2).sum()), counted(seen)
    if seen.nnz == 0:
        return "too few to group: nobody has voted"
    if len(counts) < 2:
        return "too few to group: one statement was voted on"
    if people < FEWEST_PEOPLE:
        return f"too few to group: fewer than {FEWEST_PEOPLE} people voted on two statements or more"
    if ((counts > 0).sum(axis=1) <= 1).all():
        return "one group: on every statement, everybody who voted gave the same vote"
    return ""


def _one(seen: sparse.csr_array, reason: str) -> Groups:
    people = seen.shape[0]
    share, tilt = np.ones((people, 1), np.float32), np.ones((people, 3))
    model = Model(np.ones(1), everybody(counted(seen))[None], 0.0)
    return Groups(share, likeliest(share, seen), model, tilt, (), Stability(DROPPED, (), (1.0,)), reason, people)


def _why(trial: Trial, k: int, some: sparse.csr_array, seen: sparse.csr_array) -> str:
    if not trial.tried:
        return f"{k} groups were asked for" if k > 1 else "1 group was asked for"
    best = min(trial.tried, key=lambda one: one.loss)
    groups = "1 group is" if k == 1 else f"{k} groups are"
    drawn = "" if some is seen else f", on {some.shape[0]:,} of {seen.shape[0]:,} people drawn at random"
    if k == best.k:
        why = f"{groups} what best foretold votes hidden from the fit ({len(trial.tried)} numbers tried{drawn})"
    else:
        why = f"{groups} the fewest that foretold hidden votes as well as {best.k}, the best, within its standard error"
        why += f" ({drawn.removeprefix(', ')})" if drawn else ""
    return why + _by_chance(trial.each)


def _by_chance(each: tuple[int, ...]) -> str:
    """How often each number would have been chosen from other votes hidden."""
    if len(each) < 2:
        return ""
    over = f"; votes were hidden {len(each)} times over, and"
    counts = Counter(each).most_common()
    if len(counts) == 1:
        return f"{over} each time alone says {counts[0][0]}"
    times = ", ".join(f"{number} ({many} of {len(each)})" for number, many in counts)
    return f"{over} each time alone says {times}"
